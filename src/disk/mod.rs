//! File access: all writes of the program, and reads with a size limit.
//!
//! A write either replaces the target completely and durably, or leaves it unchanged. SQLite and the cache of the hub
//! write their own files; they are the only exceptions.
//!
//! Only regular files are read; devices, named pipes and similar files are rejected.

use crate::failure::{Failure, FailureKind};
use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Maximum size of a file in bytes. Larger files are rejected because they would exceed the memory limit of the
/// program.
pub const MAX_BYTES: u64 = 4 << 30;

/// Maximum size in bytes of a card, a configuration or a list of names.
pub const MAX_SMALL_BYTES: u64 = 16 << 20;

pub mod fault;
mod identity;
mod lock;
mod memory;
mod replace;
mod temporary;

pub use identity::FileId;
pub use lock::Lock;
pub use memory::free_memory;
pub use replace::{FileSet, current_path, finish_replacing, remove, replace_files};

/// Error of a file operation.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}", path = path.display())]
pub struct DiskError {
    /// Path of the file or directory.
    pub path: PathBuf,
    /// Kind of the failure.
    pub kind: FailureKind,
    /// Cause, and an action for the user if there is one.
    pub reason: String,
}

impl DiskError {
    /// Creates the error of an operation on a path.
    pub fn new(path: &Path, error: &io::Error) -> Self {
        use FailureKind::{Access, NoSpace, NotFound};
        let (kind, reason) = match error.kind() {
            io::ErrorKind::NotFound => (NotFound, "not found; check the path"),
            io::ErrorKind::PermissionDenied => {
                (Access, "permission denied; choose another place or change its permissions")
            }
            io::ErrorKind::StorageFull => (NoSpace, "the disk is full; free some space and try again"),
            io::ErrorKind::FileTooLarge => {
                (NoSpace, "the file would exceed the maximum file size; nothing was written")
            }
            io::ErrorKind::IsADirectory => (Access, "is a directory, expected a file"),
            io::ErrorKind::NotADirectory => (Access, "a component of the path is a file, not a directory"),
            io::ErrorKind::ReadOnlyFilesystem => (Access, "the disk is read-only; choose another place"),
            _ => return Self::refuse(path, FailureKind::Other, error.to_string()),
        };
        Self::refuse(path, kind, reason)
    }

    /// Creates an error about a path with this reason.
    pub fn refuse(path: &Path, kind: FailureKind, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), kind, reason: reason.into() }
    }
}

impl From<DiskError> for Failure {
    fn from(error: DiskError) -> Self {
        Self::new(error.kind, error.to_string())
    }
}

/// Appends a suffix to the file name of a path.
pub fn append_suffix(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Reads a file.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a regular file, or is larger than [`MAX_BYTES`].
pub fn read(path: &Path) -> Result<Vec<u8>, DiskError> {
    read_within(path, MAX_BYTES)
}

/// Reads a card, a configuration or a list of names.
///
/// # Errors
/// Returns an error like [`read`], with the limit [`MAX_SMALL_BYTES`].
pub fn read_small(path: &Path) -> Result<Vec<u8>, DiskError> {
    read_within(path, MAX_SMALL_BYTES)
}

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// Returns an error like [`read`], with the limit `most`.
pub fn read_within(path: &Path, most: u64) -> Result<Vec<u8>, DiskError> {
    read_if(path, most, |_, _| Ok::<(), Infallible>(()))
}

/// Reads a file if `look` accepts its start.
///
/// Before the rest is read, `look` receives up to 64 KiB of the file and its size in bytes. It returns a reason to
/// reject the file.
///
/// # Errors
/// Returns an error like [`read_within`], or the error of `look`.
pub fn read_if<E: std::fmt::Display>(
    path: &Path,
    most: u64,
    look: impl Fn(&[u8], u64) -> Result<(), E>,
) -> Result<Vec<u8>, DiskError> {
    const BEGINNING: u64 = 64 << 10;
    let fail = |e: io::Error| DiskError::new(path, &e);
    let refuse = |reason: String| DiskError::refuse(path, FailureKind::Content, reason);
    let too_large = || refuse(format!("larger than the limit of {}", size_text(most)));
    let (file, size) = open_regular(path)?;
    if size > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    (&file).take(BEGINNING).read_to_end(&mut bytes).map_err(fail)?;
    look(&bytes, size).map_err(|e| refuse(e.to_string()))?;
    // The file may have grown since its size was read.
    let left = (most + 1).saturating_sub(bytes.len() as u64);
    let no_memory =
        |size| DiskError::refuse(path, FailureKind::NoMemory, format!("not enough memory to read {}", size_text(size)));
    let known = usize::try_from(size.saturating_sub(bytes.len() as u64)).unwrap_or_default();
    bytes.try_reserve_exact(known).map_err(|_| no_memory(size))?;
    (&file).take(left).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Opens a regular file for reading and returns its size in bytes.
///
/// A named pipe, a device or a socket is rejected without blocking, even if it replaces the file between two system
/// calls.
fn open_regular(path: &Path) -> Result<(File, u64), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let check = |about: &fs::Metadata| match about.is_file() {
        true => Ok(()),
        false if about.is_dir() => Err(fail(io::ErrorKind::IsADirectory.into())),
        false => {
            let cause = "is a pipe, a device or a socket, not a regular file; copy its data into a file first";
            Err(DiskError::refuse(path, FailureKind::Access, cause))
        }
    };
    check(&fs::metadata(path).map_err(fail)?)?;
    let file = set_nonblocking(fs::OpenOptions::new().read(true)).open(path).map_err(fail)?;
    let about = file.metadata().map_err(fail)?;
    check(&about)?;
    Ok((file, about.len()))
}

/// Makes `open` return immediately for a pipe without a writer.
#[cfg(unix)]
fn set_nonblocking(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(libc::O_NONBLOCK)
}

#[cfg(not(unix))]
fn set_nonblocking(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    options
}

/// Formats a size in whole GiB, MiB or KiB, rounded down.
fn size_text(bytes: u64) -> String {
    match bytes {
        n if n >= 1 << 30 => format!("{} GiB", n >> 30),
        n if n >= 1 << 20 => format!("{} MiB", n >> 20),
        n => format!("{} KiB", n >> 10),
    }
}

/// Returns the canonical path: symbolic links are resolved. For a path that does not exist, returns the absolute path.
pub fn resolve(path: &Path) -> PathBuf {
    dunce::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// Returns the file that a write to `path` replaces. Symbolic links are followed.
///
/// # Errors
/// Returns an error if the path is a directory, or a link to a file that does not exist.
fn target_of(path: &Path) -> Result<PathBuf, DiskError> {
    let target = dunce::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(DiskError::new(path, &io::ErrorKind::IsADirectory.into()));
    }
    if target.is_symlink() {
        let cause = "is a link to a file that does not exist; remove the link or choose another path";
        return Err(DiskError::refuse(path, FailureKind::Access, cause));
    }
    Ok(target)
}

/// Returns the directory of a file.
fn parent_dir(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Replaces `path` with `bytes`, or leaves it unchanged. The write is durable when the function returns.
///
/// Symbolic links are followed and permissions are kept. A device such as `/dev/stdout` is written directly.
///
/// # Errors
/// Returns an error if the target cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write_as(path, bytes, FileAccess::Anyone)
}

/// Writes a private file like [`write()`]. A new file has mode 0600.
///
/// # Errors
/// Returns an error like [`write()`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write_as(path, bytes, FileAccess::User)
}

/// Read access to a new file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileAccess {
    /// Mode according to the umask of the process.
    Anyone,
    /// Only the current user (mode 0600).
    User,
}

fn write_as(path: &Path, bytes: &[u8], audience: FileAccess) -> Result<(), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let target = target_of(path)?;
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|m| !m.is_file()) {
        let mut device = fs::OpenOptions::new().write(true).open(&target).map_err(fail)?;
        return device.write_all(bytes).and_then(|()| device.flush()).map_err(fail);
    }
    if existing.as_ref().is_some_and(|m| m.permissions().readonly()) {
        return Err(fail(io::ErrorKind::PermissionDenied.into()));
    }
    let folder = parent_dir(&target);
    let replace = || -> io::Result<()> {
        fault::step()?;
        let mut temporary = temporary::file_in(folder, audience == FileAccess::User)?;
        if let Some(existing) = existing {
            temporary.as_file().set_permissions(existing.permissions())?;
        }
        fault::step()?;
        temporary.write_all(bytes)?;
        fault::step()?;
        sync(temporary.as_file())?;
        fault::step()?;
        temporary.persist(&target).map_err(|e| e.error)?;
        Ok(())
    };
    replace().map_err(fail)?;
    // The file is replaced at this point. Only its durability can still fail.
    if let Err(e) = fault::step() {
        log::warn!("{}: {e}", folder.display());
    }
    sync_dir(folder);
    Ok(())
}

/// Checks that the existing file `path` can be replaced. A save checks all its files before it writes the first.
///
/// # Errors
/// Returns an error if the file is missing, read-only or not a regular file, or if its directory is not writable.
pub fn check_replaceable(path: &Path) -> Result<(), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let target = target_of(path)?;
    let metadata = fs::metadata(&target).map_err(fail)?;
    if !metadata.is_file() {
        let cause = "not a regular file, cannot be replaced; save a copy";
        return Err(DiskError::refuse(path, FailureKind::Access, cause));
    }
    if metadata.permissions().readonly() {
        return Err(fail(io::ErrorKind::PermissionDenied.into()));
    }
    temporary::file_in(parent_dir(&target), true).map(drop).map_err(fail)
}

/// Appends bytes to a file, for a log that other programs read. Not durable: the last lines may be lost in a crash.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).map_err(fail)?;
    file.write_all(bytes).map_err(fail)
}

/// Writes files into the directory `path`. File names may contain directories.
///
/// A new directory appears complete. For an existing directory, all files are first written to a temporary directory
/// inside it and then renamed one by one. A full disk therefore changes nothing. The iterator is consumed lazily, so
/// only one file is in memory.
///
/// # Errors
/// Returns an error if a file cannot be created or written. A directory that did not exist before is then not created.
pub fn write_dir<E: From<DiskError>>(
    path: &Path,
    files: impl IntoIterator<Item = Result<(impl AsRef<Path>, Vec<u8>), E>>,
) -> Result<(), E> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let exists = path.is_dir();
    let parent = if exists { path } else { parent_dir(path) };
    fs::create_dir_all(parent).map_err(|e| DiskError::new(parent, &e))?;
    let temporary = temporary::dir_in(parent).map_err(fail)?;
    let mut names: Vec<PathBuf> = Vec::new();
    for file in files {
        let (name, bytes) = file?;
        let name = name.as_ref();
        let at = temporary.path().join(name);
        let named = |e: DiskError| DiskError { path: path.join(name), ..e };
        create_dir_all(parent_dir(&at)).and_then(|()| write(&at, &bytes)).map_err(named)?;
        names.push(name.to_owned());
    }
    if !exists {
        fault::step().and_then(|()| fs::rename(temporary.path(), path)).map_err(fail)?;
        sync_dir(parent);
        return Ok(());
    }
    for name in &names {
        let to = path.join(name);
        let replace = || {
            fs::create_dir_all(parent_dir(&to))?;
            fault::step()?;
            fs::rename(temporary.path().join(name), &to)
        };
        replace().map_err(|e| DiskError::new(&to, &e))?;
    }
    sync_dir(path);
    Ok(())
}

/// Creates a directory and its parents.
///
/// # Errors
/// Returns an error if the directory cannot be created.
pub fn create_dir_all(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(|e| DiskError::new(path, &e))
}

/// Creates a directory and its parents with mode 0700. An existing directory is not changed.
///
/// # Errors
/// Returns an error if the directory cannot be created.
pub fn create_private_dir(path: &Path) -> Result<(), DiskError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| DiskError::new(path, &e))
}

/// Sets mode 0700 on a directory if it exists. A failure is logged, since the directory may belong to another user.
pub fn restrict_to_user(path: &Path) {
    #[cfg(unix)]
    if path.is_dir() {
        use std::os::unix::fs::PermissionsExt;
        if let Err(e) = fs::set_permissions(path, fs::Permissions::from_mode(0o700)) {
            log::warn!("{}: {e}", path.display());
        }
    }
}

/// Returns the files directly inside a directory, without hidden ones, sorted by path.
///
/// # Errors
/// Returns an error if the directory cannot be read.
pub fn list_files(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let entries = fs::read_dir(path).map_err(|e| DiskError::new(path, &e))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.is_file() && !is_hidden(p)).collect();
    files.sort();
    Ok(files)
}

/// Identity of the content of a file: its path, size and modification time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStamp {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// Returns the stamps of the files directly inside a directory, sorted by path. Empty if the directory cannot be read.
pub fn file_stamps(folder: &Path) -> Vec<FileStamp> {
    let stamp = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok()?;
        Some(FileStamp { path, bytes: metadata.len(), modified: metadata.modified().ok() })
    };
    list_files(folder).unwrap_or_default().into_iter().filter_map(stamp).collect()
}

/// Returns the directories directly inside a directory, without hidden ones, sorted. Empty if the directory does not
/// exist.
pub fn list_dirs(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir() && !is_hidden(p)).collect();
    folders.sort();
    folders
}

/// Removes a directory tree. The directory is renamed first, so other processes never see a partial tree.
///
/// # Errors
/// Returns an error if the directory cannot be renamed or deleted.
pub fn remove_dir_all(path: &Path) -> Result<(), DiskError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = path.with_file_name(temporary::name_of(&name));
    rename(path, &hidden)?;
    fs::remove_dir_all(&hidden).map_err(|e| DiskError::new(path, &e))
}

/// Removes temporary files and directories inside a directory that a killed process left incomplete.
pub fn remove_stale_temp(path: &Path) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let at = entry.path();
        let is_ours = is_hidden(&at) && at.to_string_lossy().ends_with(temporary::TEMP_SUFFIX);
        let removed = match (is_ours, at.is_dir()) {
            (false, _) => Ok(()),
            (true, true) => fs::remove_dir_all(&at),
            (true, false) => fs::remove_file(&at),
        };
        if let Err(e) = removed {
            log::warn!("{}: {e}", at.display());
        }
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'))
}

/// Checks that files can be written to the directory `path`, which need not exist. Training calls it before it
/// starts.
///
/// # Errors
/// Returns an error if the path is a file, or if its nearest existing ancestor is not writable.
pub fn ensure_writable_parent(path: &Path) -> Result<(), DiskError> {
    if path.is_file() {
        return Err(DiskError::refuse(path, FailureKind::Access, "is a file, expected a directory"));
    }
    let existing = path.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("."));
    temporary::file_in(existing, true).map(drop).map_err(|e| DiskError::new(path, &e))
}

/// Syncs a file. Ignores file systems that do not support it, such as some network file systems.
fn sync(file: &File) -> io::Result<()> {
    file.sync_all().or_else(|e| if e.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(e) })
}

/// Syncs a directory to make a rename durable. Errors are ignored, since readers see the same content.
fn sync_dir(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Renames a file or directory.
///
/// # Errors
/// Returns an error if the path cannot be renamed.
pub fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    fs::rename(from, to).map_err(|e| DiskError::new(from, &e))
}

/// Truncates a file to `place` bytes and appends `bytes`. This replaces the rest of a failed attempt to append to a
/// log.
///
/// The write is durable when the function returns.
///
/// # Errors
/// Returns an error if the file is shorter than `place` or cannot be written.
pub fn write_at_end(path: &Path, place: u64, bytes: &[u8]) -> Result<(), DiskError> {
    use io::Seek;
    let fail = |e: io::Error| DiskError::new(path, &e);
    let mut file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.len() < place {
        return Err(DiskError::refuse(path, FailureKind::Conflict, "modified by another program in the meantime"));
    }
    file.set_len(place).map_err(fail)?;
    file.seek(io::SeekFrom::End(0)).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    sync(&file).map_err(fail)
}

/// Returns the names of the entries of a directory, without hidden ones, sorted. Empty if the directory does not exist.
///
/// # Errors
/// Returns an error if the directory cannot be read.
pub fn list_names(path: &Path) -> Result<Vec<String>, DiskError> {
    let entries = match fs::read_dir(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| DiskError::new(path, &e))?,
    };
    let visible = entries.flatten().map(|e| e.path()).filter(|p| !is_hidden(p));
    let mut names: Vec<String> = visible.filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}

/// Returns a path that is the same for all spellings. Symbolic links are resolved in the part of the path that exists.
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

/// Creates a directory and its parents. Returns the directories that did not exist before, innermost last.
///
/// # Errors
/// Returns an error if a directory cannot be created.
pub fn create_missing_dirs(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let missing = |p: &&Path| !p.as_os_str().is_empty() && !p.exists();
    let mut made: Vec<PathBuf> = path.ancestors().take_while(missing).map(Path::to_owned).collect();
    made.reverse();
    create_dir_all(path)?;
    Ok(made)
}

/// Removes a directory if it is empty.
pub fn remove_empty_dir(path: &Path) {
    if let Err(e) = fs::remove_dir(path) {
        log::debug!("{} was not removed: {e}", path.display());
    }
}
