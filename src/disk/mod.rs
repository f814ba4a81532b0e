//! The only place that writes a file, and where files are read with a bound.
//!
//! A write either replaces the target whole and durably or leaves it as it was. (SQLite's own files and the hub's
//! cache are the two exceptions.)

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Larger files are refused: they would not fit the memory this program promises to stay within.
pub const MAX_BYTES: u64 = 4 << 30;

mod lock;
mod replace;

pub use lock::Lock;
pub use replace::{FileSet, current, finish, remove, replace_files};

/// How the name of what is not yet, or no longer, there ends.
const TEMPORARY: &str = ".tmp";

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}", path = path.display())]
pub struct DiskError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What happened and what to do.
    pub why: String,
}

impl DiskError {
    fn new(path: &Path, error: &io::Error) -> Self {
        let advice = match error.kind() {
            io::ErrorKind::NotFound => "it does not exist; check the path",
            io::ErrorKind::PermissionDenied => "permission denied; choose another place or change its permissions",
            io::ErrorKind::StorageFull => "the disk is full; free some space and try again",
            io::ErrorKind::FileTooLarge => "the file would be larger than allowed here; nothing was written",
            io::ErrorKind::IsADirectory => "it is a folder, not a file",
            io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder",
            io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only; choose another place",
            _ => return Self { path: path.to_owned(), why: error.to_string() },
        };
        Self { path: path.to_owned(), why: advice.to_owned() }
    }
}

/// A path with something behind its name: the files that belong to another one.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read or is larger than [`MAX_BYTES`].
pub fn read(path: &Path) -> Result<Vec<u8>, DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    if path.is_dir() {
        return Err(fail(io::ErrorKind::IsADirectory.into()));
    }
    let file = File::open(path).map_err(fail)?;
    let size = file.metadata().map_err(fail)?.len();
    let mut bytes = Vec::with_capacity(size.min(MAX_BYTES) as usize);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_BYTES {
        let why = format!("it is larger than {} GiB, the most this program reads", MAX_BYTES >> 30);
        return Err(DiskError { path: path.to_owned(), why });
    }
    Ok(bytes)
}

/// Replaces `path` with `bytes`, or leaves it as it was. Durable when this returns. A link is followed, permissions
/// are kept. A device (`/dev/stdout`) is written straight to.
///
/// # Errors
/// When the target cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(fail(io::ErrorKind::IsADirectory.into()));
    }
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|m| !m.is_file()) {
        let mut device = fs::OpenOptions::new().write(true).open(&target).map_err(fail)?;
        return device.write_all(bytes).and_then(|()| device.flush()).map_err(fail);
    }
    if existing.as_ref().is_some_and(|m| m.permissions().readonly()) {
        return Err(fail(io::ErrorKind::PermissionDenied.into()));
    }
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut temporary =
        as_any_file(tempfile::Builder::new().prefix(".").suffix(TEMPORARY)).tempfile_in(folder).map_err(fail)?;
    if let Some(existing) = existing {
        temporary.as_file().set_permissions(existing.permissions()).map_err(fail)?;
    }
    temporary.write_all(bytes).map_err(fail)?;
    sync(temporary.as_file()).map_err(fail)?;
    temporary.persist(&target).map_err(|e| fail(e.error))?;
    sync_folder(folder);
    Ok(())
}

/// Adds bytes to the end of a file, for a log that others read while it grows. Not durable: a log may lose its last lines.
///
/// # Errors
/// When it cannot be written.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).map_err(fail)?;
    file.write_all(bytes).map_err(fail)
}

/// Makes the folder `path` hold these files. A new folder appears whole; in one that exists each file is replaced
/// whole, in the given order. The files are asked for one after another, so that only one needs to be in memory.
///
/// # Errors
/// When a file cannot be made or written; a folder that did not exist then still does not.
pub fn write_folder<E: From<DiskError>>(
    path: &Path,
    files: impl IntoIterator<Item = Result<(String, Vec<u8>), E>>,
) -> Result<(), E> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    if path.is_dir() {
        for file in files {
            let (name, bytes) = file?;
            write(&path.join(name), &bytes)?;
        }
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|e| DiskError::new(parent, &e))?;
    let temporary = tempfile::Builder::new().prefix(".").suffix(TEMPORARY).tempdir_in(parent).map_err(fail)?;
    for file in files {
        let (name, bytes) = file?;
        let at = path.join(&name);
        write(&temporary.path().join(name), &bytes).map_err(|e| DiskError { path: at, ..e })?;
    }
    open_permissions(temporary.path());
    fs::rename(temporary.path(), path).map_err(fail)?;
    sync_folder(parent);
    Ok(())
}

/// Makes a folder and those above it.
///
/// # Errors
/// When it cannot be made.
pub fn create_folder(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(|e| DiskError::new(path, &e))
}

/// The files directly inside a folder, hidden ones left out, sorted by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let entries = fs::read_dir(path).map_err(|e| DiskError::new(path, &e))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.is_file() && !is_hidden(p)).collect();
    files.sort();
    Ok(files)
}

/// The folders directly inside a folder, hidden ones left out, sorted by name; none where the folder does not exist.
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir() && !is_hidden(p)).collect();
    folders.sort();
    folders
}

/// Takes a folder away with all its files: at once for everybody who looks, even if this program ends in between.
///
/// # Errors
/// When it cannot be renamed or deleted.
pub fn remove_folder(path: &Path) -> Result<(), DiskError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = path.with_file_name(format!(".{name}{TEMPORARY}"));
    rename(path, &hidden)?;
    fs::remove_dir_all(&hidden).map_err(|e| DiskError::new(path, &e))
}

/// Clears away what a program that was killed left half written or half deleted inside a folder.
pub fn clear_leftovers(path: &Path) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let at = entry.path();
        let is_ours = is_hidden(&at) && at.to_string_lossy().ends_with(TEMPORARY);
        let gone = match (is_ours, at.is_dir()) {
            (false, _) => Ok(()),
            (true, true) => fs::remove_dir_all(&at),
            (true, false) => fs::remove_file(&at),
        };
        if let Err(e) = gone {
            log::warn!("{}: {e}", at.display());
        }
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'))
}

/// Whether a file could be put at `path`: asked before hours of training, not after.
///
/// # Errors
/// Says why not.
pub fn check_writable_folder(path: &Path) -> Result<(), DiskError> {
    if path.is_file() {
        return Err(DiskError { path: path.to_owned(), why: "it is a file; name a folder".into() });
    }
    let existing = path.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".").tempfile_in(existing).map(drop).map_err(|e| DiskError::new(path, &e))
}

/// Syncs a file; some network file systems cannot, which is no reason to fail.
fn sync(file: &File) -> io::Result<()> {
    file.sync_all().or_else(|e| if e.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(e) })
}

/// Makes a rename durable where the system allows it. A failure changes nothing for the reader.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// A temporary file is private; one that becomes a person's file has the permissions any new file has.
#[cfg(unix)]
fn as_any_file<'a, 'b, 'c>(builder: &'c mut tempfile::Builder<'a, 'b>) -> &'c mut tempfile::Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn as_any_file<'a, 'b, 'c>(builder: &'c mut tempfile::Builder<'a, 'b>) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}

/// A temporary folder is private; the folder it becomes is as open as any other.
#[cfg(unix)]
fn open_permissions(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn open_permissions(_: &Path) {}

/// Renames a file.
///
/// # Errors
/// When it cannot be renamed.
pub fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    fs::rename(from, to).map_err(|e| DiskError::new(from, &e))
}

/// Writes bytes at a place of a file and ends it there: what a log has grown by, over what a failed attempt left.
/// Durable when this returns.
///
/// # Errors
/// When the file is shorter than that place, or cannot be written.
pub fn append_at(path: &Path, place: u64, bytes: &[u8]) -> Result<(), DiskError> {
    use io::Seek;
    let fail = |e: io::Error| DiskError::new(path, &e);
    let mut file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.len() < place {
        return Err(DiskError { path: path.to_owned(), why: "another program has changed it meanwhile".into() });
    }
    file.set_len(place).map_err(fail)?;
    file.seek(io::SeekFrom::End(0)).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    sync(&file).map_err(fail)
}

/// The names of what lies directly inside a folder, hidden ones left out, sorted; none where there is no folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn names(path: &Path) -> Result<Vec<String>, DiskError> {
    let entries = match fs::read_dir(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| DiskError::new(path, &e))?,
    };
    let visible = entries.flatten().map(|e| e.path()).filter(|p| !is_hidden(p));
    let mut names: Vec<String> = visible.filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}

/// A path as all its spellings have it: links followed, as far as it exists.
pub fn identity(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for known in whole.ancestors() {
        if let Ok(canonical) = fs::canonicalize(known) {
            let rest = whole.strip_prefix(known).unwrap_or(Path::new(""));
            return if rest.as_os_str().is_empty() { canonical } else { canonical.join(rest) };
        }
    }
    whole
}

/// Makes a folder and those above it; gives those that were not there before, the innermost last.
///
/// # Errors
/// When it cannot be made.
pub fn create_folders(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let missing = |p: &&Path| !p.as_os_str().is_empty() && !p.exists();
    let mut made: Vec<PathBuf> = path.ancestors().take_while(missing).map(Path::to_owned).collect();
    made.reverse();
    create_folder(path)?;
    Ok(made)
}

/// Takes a folder away if nothing is in it.
pub fn remove_empty_folder(path: &Path) {
    if let Err(e) = fs::remove_dir(path) {
        log::debug!("{} stays: {e}", path.display());
    }
}
