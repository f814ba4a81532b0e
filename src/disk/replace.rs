//! Atomic replacement of a set of files in a directory: all of them or none.
//!
//! The new files are first written to a hidden directory inside the target. Renaming it to [`STAGING_SUFFIX`] makes
//! them current. [`current_path`] then reads them there, and [`finish_replacing`] moves them out, also after a crash.
//! The target directory itself is not renamed. It may be a mount point or the working directory, and may contain other
//! files.
//!
//! A program that ignores [`STAGING_SUFFIX`] finds the old files, no key file, or the new files. It never finds a
//! mixture.

use super::{DiskError, sync_dir, temporary, write};
use crate::failure::FailureKind;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the hidden directory with current files that are not moved yet.
const STAGING_SUFFIX: &str = ".tagwright-new";
/// Name of the list inside this directory: the names of all files of the new set, one per line.
const LIST_SUFFIX: &str = ".names";

/// Set of files that belong together.
#[derive(Clone, Copy, Debug)]
pub struct FileSet {
    /// File without which the set counts as incomplete.
    pub key: &'static str,
    /// All names that files of the set can have, including the key file.
    pub names: &'static [&'static str],
}

/// Replaces a set of files inside a directory. Files of the old set that the new one lacks are removed. Other files are
/// not changed. The change is durable when the function returns.
///
/// # Errors
/// Returns an error if a file cannot be created or written. The old files are then unchanged.
pub fn replace_files<E: From<DiskError>>(
    folder: &Path,
    set: FileSet,
    files: impl IntoIterator<Item = Result<(String, Vec<u8>), E>>,
) -> Result<(), E> {
    let fail = |e: io::Error| DiskError::new(folder, &e);
    fs::create_dir_all(folder).map_err(fail)?;
    finish_replacing(folder, set)?;
    let in_the_way = set.names.iter().map(|name| folder.join(name)).find(|path| path.is_dir());
    if let Some(path) = in_the_way {
        let reason = "a directory with the name of this file exists; move it";
        return Err(DiskError::refuse(&path, FailureKind::Access, reason).into());
    }
    let temporary = temporary::dir_in(folder).map_err(fail)?;
    let mut names = String::new();
    for file in files {
        let (name, bytes) = file?;
        write(&temporary.path().join(&name), &bytes).map_err(|e| DiskError { path: folder.join(&name), ..e })?;
        names.push_str(&name);
        names.push('\n');
    }
    write(&temporary.path().join(LIST_SUFFIX), names.as_bytes())
        .map_err(|e| DiskError { path: folder.to_owned(), ..e })?;
    fs::rename(temporary.path(), folder.join(STAGING_SUFFIX)).map_err(fail)?;
    sync_dir(folder);
    Ok(finish_replacing(folder, set)?)
}

/// Moves current files from the hidden directory to their final paths, if there are any. This completes an interrupted
/// replacement.
///
/// # Errors
/// Returns an error if a file cannot be moved. [`current_path`] still finds it, and the call can be repeated.
pub fn finish_replacing(folder: &Path, set: FileSet) -> Result<(), DiskError> {
    let new = folder.join(STAGING_SUFFIX);
    let names = match fs::read_to_string(new.join(LIST_SUFFIX)) {
        Ok(names) => names,
        Err(_) if !new.is_dir() => return Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            // All files have been moved: the list of names is removed last.
            return fs::remove_dir(&new).map_err(|e| DiskError::new(&new, &e));
        }
        Err(e) => return Err(DiskError::new(&new, &e)),
    };
    // The names come from a file, so only known names are used.
    let is_new = |name: &str| names.lines().any(|n| n == name);
    let waits = |name: &str| new.join(name).is_file();
    let fail = |path: &Path, e: io::Error| DiskError::new(path, &e);
    if waits(set.key) {
        remove(&folder.join(set.key))?;
        sync_dir(folder);
    }
    for name in set.names.iter().filter(|n| **n != set.key) {
        let at = folder.join(name);
        if !is_new(name) {
            remove(&at)?;
        } else if waits(name) {
            fs::rename(new.join(name), &at).map_err(|e| fail(&at, e))?;
        }
    }
    sync_dir(folder);
    if waits(set.key) {
        let at = folder.join(set.key);
        fs::rename(new.join(set.key), &at).map_err(|e| fail(&at, e))?;
        sync_dir(folder);
    }
    remove(&new.join(LIST_SUFFIX))?;
    fs::remove_dir_all(&new).map_err(|e| fail(&new, e))
}

/// Returns the current path of a file that [`replace_files`] may be replacing.
pub fn current_path(folder: &Path, name: &str) -> PathBuf {
    let new = folder.join(STAGING_SUFFIX);
    match fs::read_to_string(new.join(LIST_SUFFIX)) {
        // The new set may lack this file. The returned path does not exist then.
        Ok(names) if new.join(name).is_file() || !names.lines().any(|n| n == name) => new.join(name),
        _ => folder.join(name),
    }
}

/// Removes a file if it exists.
///
/// # Errors
/// Returns an error if the file cannot be deleted.
pub fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(DiskError::new(path, &e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: FileSet = FileSet { key: "config.json", names: &["config.json", "vocab.txt", "weights"] };

    type Files<'a> = &'a [(&'a str, &'a str)];

    fn replace(folder: &Path, files: Files) -> Result<(), DiskError> {
        replace_files(folder, SET, files.iter().map(|(n, t)| Ok(((*n).to_owned(), t.as_bytes().to_vec()))))
    }

    /// Reads the current files of the set, as `name=text`.
    fn found(folder: &Path) -> Vec<String> {
        let read = |name: &&str| Some(format!("{name}={}", fs::read_to_string(current_path(folder, name)).ok()?));
        SET.names.iter().filter_map(read).collect()
    }

    const OLD: Files = &[("config.json", "a"), ("vocab.txt", "b"), ("weights", "c")];
    const OTHER: Files = &[("config.json", "x"), ("weights", "y")];

    #[test]
    fn file_set_replaces_previous_set() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("notes.txt"), "mine").expect("a file");
        replace(folder.path(), OLD).expect("the old set");
        assert_eq!(found(folder.path()), ["config.json=a", "vocab.txt=b", "weights=c"]);
        replace(folder.path(), OTHER).expect("the new set");
        assert_eq!(found(folder.path()), ["config.json=x", "weights=y"]);
        assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).expect("the file"), "mine");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3, "nothing else stays");
    }

    #[test]
    fn failed_write_keeps_previous_set() {
        let folder = tempfile::tempdir().expect("a folder");
        replace(folder.path(), OLD).expect("the old set");
        let full = || DiskError::refuse(Path::new("x"), FailureKind::NoSpace, "full");
        let files = [Ok(("config.json".to_owned(), b"x".to_vec())), Err(full())];
        assert!(replace_files(folder.path(), SET, files).is_err());
        assert_eq!(found(folder.path()), ["config.json=a", "vocab.txt=b", "weights=c"]);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3);
    }

    /// Creates the state after a crash within [`finish_replacing`], after this number of changes.
    fn killed_after(changes: usize) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        OLD.iter().for_each(|(name, text)| fs::write(at(name), text).expect("a file"));
        let new = at(STAGING_SUFFIX);
        fs::create_dir(&new).expect("a folder");
        OTHER.iter().for_each(|(name, text)| fs::write(new.join(name), text).expect("a file"));
        fs::write(new.join(LIST_SUFFIX), "config.json\nweights\n").expect("a file");
        let steps: [&dyn Fn() -> io::Result<()>; 5] = [
            &|| fs::remove_file(at("config.json")),
            &|| fs::remove_file(at("vocab.txt")),
            &|| fs::rename(new.join("weights"), at("weights")),
            &|| fs::rename(new.join("config.json"), at("config.json")),
            &|| fs::remove_file(new.join(LIST_SUFFIX)),
        ];
        steps[..changes].iter().for_each(|step| step().expect("a change"));
        folder
    }

    #[test]
    fn interrupted_replacement_is_completed() {
        for changes in 0..=5 {
            let folder = killed_after(changes);
            assert_eq!(found(folder.path()), ["config.json=x", "weights=y"], "after {changes} changes");
            finish_replacing(folder.path(), SET).expect("the rest");
            assert_eq!(found(folder.path()), ["config.json=x", "weights=y"], "after {changes} changes");
            let left = fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(left, 2, "after {changes} changes");
        }
    }

    #[test]
    fn forged_name_list_removes_no_other_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = folder.path().join("model");
        fs::create_dir_all(model.join(STAGING_SUFFIX)).expect("a folder");
        fs::write(folder.path().join("letter"), "mine").expect("a file");
        fs::write(model.join(STAGING_SUFFIX).join(LIST_SUFFIX), "../letter\n../../letter\n").expect("a file");
        finish_replacing(&model, SET).expect("nothing to do");
        assert_eq!(fs::read_to_string(folder.path().join("letter")).expect("the file"), "mine");
    }
}
