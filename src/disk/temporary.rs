//! Temporary files and folders beside their targets, and the removal of those that a killed program left there.
//!
//! The name of each holds the process's number, and each is locked while it lives: one that can be locked by another
//! process belongs to nobody any more, whatever machine or container that process runs on.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::{NamedTempFile, TempDir};

/// The end of the name of each temporary file and folder.
pub(super) const TEMP_SUFFIX: &str = ".tmp";

/// The beginning of the names of this module's files and folders.
const TEMP_PREFIX: &str = ".tagwright-";

/// A younger one may be between its creation and its lock.
const MIN_ABANDONED_AGE: Duration = Duration::from_secs(60);

/// A new file in `folder`, with mode 0600 if it is `private`, else with the mode of any new file.
pub(super) fn file_in(folder: &Path, private: bool) -> io::Result<NamedTempFile> {
    remove_abandoned(folder);
    let prefix = prefix();
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMP_SUFFIX);
    #[cfg(unix)]
    if !private {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    lock(file.as_file());
    Ok(file)
}

/// A new folder in `folder`, with the mode of any new folder.
pub(super) fn dir_in(folder: &Path) -> io::Result<TempDir> {
    remove_abandoned(folder);
    let prefix = prefix();
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMP_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(folder)
}

/// A new temporary name for what is called `name` now.
pub(super) fn name_of(name: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{}{}-{name}{TEMP_SUFFIX}", prefix(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn prefix() -> String {
    format!("{TEMP_PREFIX}{}-", std::process::id())
}

fn lock(file: &File) {
    // A file system without locks keeps files of killed programs, and nothing else follows.
    if let Err(e) = file.try_lock() {
        log::debug!("a temporary file cannot be locked: {e}");
    }
}

/// Folders in which this process has looked for abandoned files.
static CLEANED_DIRS: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

/// Removes what programs that have ended left in `folder`; each process looks once in each folder.
fn remove_abandoned(folder: &Path) {
    let mut swept = CLEANED_DIRS.lock().unwrap_or_else(PoisonError::into_inner);
    if !swept.get_or_insert_default().insert(folder.to_owned()) {
        return;
    }
    drop(swept);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let process =
            name.strip_prefix(TEMP_PREFIX).filter(|_| name.ends_with(TEMP_SUFFIX)).and_then(|n| n.split_once('-'));
        let Some((process, _)) = process else { continue };
        if process != std::process::id().to_string() && is_abandoned(&entry.path(), process) {
            let removed = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs::remove_dir_all(entry.path()),
                _ => fs::remove_file(entry.path()),
            };
            if let Err(e) = removed {
                log::warn!("{}: {e}", entry.path().display());
            }
        }
    }
}

/// Whether nobody writes this file or folder any more. A folder cannot be locked everywhere, so its process must have
/// ended as far as this machine knows, and it must be a day old.
fn is_abandoned(path: &Path, process: &str) -> bool {
    let age = fs::symlink_metadata(path).and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
    let older_than = |least: Duration| age.is_some_and(|age| age > least);
    if path.is_dir() {
        return older_than(Duration::from_secs(24 * 3600)) && !Path::new("/proc").join(process).exists();
    }
    older_than(MIN_ABANDONED_AGE) && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_ended_programs_are_removed_and_those_of_running_ones_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = std::time::SystemTime::now() - Duration::from_secs(3600);
        let make = |name: &str| {
            let file = File::create(folder.path().join(name)).expect("a file");
            file.set_modified(old).expect("a time");
            file
        };
        make(".tagwright-999999-abc.tmp");
        let held = make(".tagwright-999998-abc.tmp");
        held.lock().expect("a lock");
        make(".notes.tmp");
        make("tagwright-1-a.tmp");
        File::create(folder.path().join(".tagwright-999997-new.tmp")).expect("a file");
        drop(file_in(folder.path(), false).expect("a file"));
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .expect("a folder")
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [".notes.tmp", ".tagwright-999997-new.tmp", ".tagwright-999998-abc.tmp", "tagwright-1-a.tmp"]
        );
    }
}
