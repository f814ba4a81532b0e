//! Temporary files and directories next to their targets, and removal of those that a killed process left.
//!
//! Each name contains the id of its process, and each file is locked while it is in use. A file that another process
//! can lock is abandoned, even if that process runs on another machine or in another container.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::{NamedTempFile, TempDir};

/// Suffix of the names of all temporary files and directories.
pub(super) const TEMP_SUFFIX: &str = ".tmp";

/// Prefix of the names of temporary files and directories of this module.
const TEMP_PREFIX: &str = ".tagwright-";

/// Minimum age of an abandoned file. A younger file may be created but not locked yet.
const MIN_ABANDONED_AGE: Duration = Duration::from_secs(60);

/// Creates a file in `folder`, with mode 0600 if `private`, otherwise with the default mode.
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

/// Creates a directory in `folder` with the default mode.
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

/// Returns a new temporary name for a file or directory that is now called `name`.
pub(super) fn name_of(name: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{}{}-{name}{TEMP_SUFFIX}", prefix(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn prefix() -> String {
    format!("{TEMP_PREFIX}{}-", std::process::id())
}

fn lock(file: &File) {
    // Without locks, files of killed processes remain. There is no other effect.
    if let Err(e) = file.try_lock() {
        log::debug!("failed to lock a temporary file: {e}");
    }
}

/// Directories in which this process has already removed abandoned files.
static CLEANED_DIRS: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

/// Removes temporary files of ended processes in `folder`, once per directory and process.
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

/// Returns true if no process writes this file or directory anymore.
///
/// Directories cannot be locked on all systems. Instead, their process must have ended on this machine, and they must
/// be a day old.
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
    fn only_files_of_ended_programs_are_removed() {
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
