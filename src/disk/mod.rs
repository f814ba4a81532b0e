//! The only place that writes a file, and where files are read with a bound.
//!
//! A write either replaces the target whole and durably or leaves it as it was. (SQLite's own files and the hub's
//! cache are the two exceptions.)

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Larger files are refused: they would not fit the memory this program promises to stay within.
pub const MAX_BYTES: u64 = 4 << 30;

/// A card, a configuration or a list of names is no larger than this, in bytes.
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

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}", path = path.display())]
pub struct DiskError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What happened and what to do.
    pub reason: String,
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
            _ => return Self { path: path.to_owned(), reason: error.to_string() },
        };
        Self { path: path.to_owned(), reason: advice.to_owned() }
    }
}

/// A path with something behind its name: the files that belong to another one.
pub fn append_suffix(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read, is no regular file, or is larger than [`MAX_BYTES`].
pub fn read(path: &Path) -> Result<Vec<u8>, DiskError> {
    read_within(path, MAX_BYTES)
}

/// The bytes of a card, a configuration or a list of names.
///
/// # Errors
/// As [`read`], with [`MAX_SMALL_BYTES`] as the limit.
pub fn read_small(path: &Path) -> Result<Vec<u8>, DiskError> {
    read_within(path, MAX_SMALL_BYTES)
}

/// The bytes of a file of at most `most` bytes.
///
/// # Errors
/// As [`read`].
pub fn read_within(path: &Path, most: u64) -> Result<Vec<u8>, DiskError> {
    read_if(path, most, |_, _| Ok(()))
}

/// The bytes of a file whose beginning is accepted: `look` gets up to 64 KiB of it and its size in bytes before the rest is read,
/// and says what is wrong with it.
///
/// # Errors
/// As [`read_within`], and what `look` says.
pub fn read_if(path: &Path, most: u64, look: impl Fn(&[u8], u64) -> Result<(), String>) -> Result<Vec<u8>, DiskError> {
    const BEGINNING: u64 = 64 << 10;
    let fail = |e: io::Error| DiskError::new(path, &e);
    let refuse = |why: String| DiskError { path: path.to_owned(), reason: why };
    let too_large = || refuse(format!("it is larger than {}, the most that is read of it here", size_text(most)));
    let (file, size) = open_regular(path)?;
    if size > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    (&file).take(BEGINNING).read_to_end(&mut bytes).map_err(fail)?;
    look(&bytes, size).map_err(refuse)?;
    // The file may have grown since its size was asked for.
    let left = (most + 1).saturating_sub(bytes.len() as u64);
    let known = usize::try_from(size.saturating_sub(bytes.len() as u64)).unwrap_or_default();
    bytes.try_reserve_exact(known).map_err(|_| refuse(format!("there is no memory for its {}", size_text(size))))?;
    (&file).take(left).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Opens a regular file for reading, and its size in bytes. A named pipe, a device or a socket is refused without waiting for
/// it, also where it takes the file's place between two calls of the system.
fn open_regular(path: &Path) -> Result<(File, u64), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let check = |about: &fs::Metadata| match about.is_file() {
        true => Ok(()),
        false if about.is_dir() => Err(fail(io::ErrorKind::IsADirectory.into())),
        false => {
            let why = "it is a pipe, a device or a socket, not a regular file; copy its data into a file first";
            Err(DiskError { path: path.to_owned(), reason: why.into() })
        }
    };
    check(&fs::metadata(path).map_err(fail)?)?;
    let file = set_nonblocking(fs::OpenOptions::new().read(true)).open(path).map_err(fail)?;
    let about = file.metadata().map_err(fail)?;
    check(&about)?;
    Ok((file, about.len()))
}

/// Opening a pipe that nobody writes to returns at once.
#[cfg(unix)]
fn set_nonblocking(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(libc::O_NONBLOCK)
}

#[cfg(not(unix))]
fn without_waiting(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    options
}

/// A size for people: whole GiB, MiB or KiB, rounded down.
fn size_text(bytes: u64) -> String {
    match bytes {
        n if n >= 1 << 30 => format!("{} GiB", n >> 30),
        n if n >= 1 << 20 => format!("{} MiB", n >> 20),
        n => format!("{} KiB", n >> 10),
    }
}

/// The path with all links followed, so that every way to a file gives the same path; the absolute path of what does not
/// exist.
pub fn resolve(path: &Path) -> PathBuf {
    dunce::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// The file that a write to `path` replaces: links are followed.
///
/// # Errors
/// A folder, and a link to a file that does not exist.
fn target_of(path: &Path) -> Result<PathBuf, DiskError> {
    let target = dunce::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(DiskError::new(path, &io::ErrorKind::IsADirectory.into()));
    }
    if target.is_symlink() {
        let why = "it is a link to a file that does not exist; remove the link or choose another path".to_owned();
        return Err(DiskError { path: path.to_owned(), reason: why });
    }
    Ok(target)
}

/// The folder that a file lies in.
fn parent_dir(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Replaces `path` with `bytes`, or leaves it as it was. Durable when this returns. A link is followed, permissions
/// are kept. A device (`/dev/stdout`) is written straight to.
///
/// # Errors
/// When the target cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write_as(path, bytes, FileAccess::Anyone)
}

/// [`write()`] for a file that holds what nobody but this user should read: a new file has mode 0600.
///
/// # Errors
/// As [`write()`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write_as(path, bytes, FileAccess::User)
}

/// Readers of a new file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileAccess {
    /// As the process's file mode mask says.
    Anyone,
    /// This user alone.
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
    // The file is replaced from here on; only its durability is still open.
    if let Err(e) = fault::step() {
        log::warn!("{}: {e}", folder.display());
    }
    sync_dir(folder);
    Ok(())
}

/// Checks that the existing file `path` can be replaced: asked of all files of a save before the first is written.
///
/// # Errors
/// Says why not: a file that is missing, read-only or no regular file, or a folder in which no file can be made.
pub fn check_replaceable(path: &Path) -> Result<(), DiskError> {
    let fail = |e: io::Error| DiskError::new(path, &e);
    let target = target_of(path)?;
    let metadata = fs::metadata(&target).map_err(fail)?;
    if !metadata.is_file() {
        let why = "it is not a regular file, so it cannot be replaced; save a copy".to_owned();
        return Err(DiskError { path: path.to_owned(), reason: why });
    }
    if metadata.permissions().readonly() {
        return Err(fail(io::ErrorKind::PermissionDenied.into()));
    }
    temporary::file_in(parent_dir(&target), true).map(drop).map_err(fail)
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

/// Makes the folder `path` hold these files, whose names may have folders before them. A new folder appears whole. Into one that
/// exists the files go one after another, but not before all of them are written beside their places, so that a full disk
/// changes nothing. The files are asked for one after another, so that only one needs to be in memory.
///
/// # Errors
/// When a file cannot be made or written; a folder that did not exist then still does not.
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

/// Makes a folder and those above it.
///
/// # Errors
/// When it cannot be made.
pub fn create_dir_all(path: &Path) -> Result<(), DiskError> {
    fs::create_dir_all(path).map_err(|e| DiskError::new(path, &e))
}

/// Makes a folder, and those above it, that nobody but this user may look into (mode 0700). One that exists stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn create_private_dir(path: &Path) -> Result<(), DiskError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| DiskError::new(path, &e))
}

/// Closes a folder of this program's own to other users (mode 0700), if it exists. A failure is logged: it may be another user's.
pub fn restrict_to_user(path: &Path) {
    #[cfg(unix)]
    if path.is_dir() {
        use std::os::unix::fs::PermissionsExt;
        if let Err(e) = fs::set_permissions(path, fs::Permissions::from_mode(0o700)) {
            log::warn!("{}: {e}", path.display());
        }
    }
}

/// The files directly inside a folder, hidden ones left out, sorted by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn list_files(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let entries = fs::read_dir(path).map_err(|e| DiskError::new(path, &e))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.is_file() && !is_hidden(p)).collect();
    files.sort();
    Ok(files)
}

/// The folders directly inside a folder, hidden ones left out, sorted by name; none where the folder does not exist.
pub fn list_dirs(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir() && !is_hidden(p)).collect();
    folders.sort();
    folders
}

/// Takes a folder away with all its files: at once for everybody who looks, even if this program ends in between.
///
/// # Errors
/// When it cannot be renamed or deleted.
pub fn remove_dir_all(path: &Path) -> Result<(), DiskError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = path.with_file_name(temporary::name_of(&name));
    rename(path, &hidden)?;
    fs::remove_dir_all(&hidden).map_err(|e| DiskError::new(path, &e))
}

/// Clears away what a program that was killed left half written or half deleted inside a folder.
pub fn remove_stale_temp(path: &Path) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let at = entry.path();
        let is_ours = is_hidden(&at) && at.to_string_lossy().ends_with(temporary::TEMP_SUFFIX);
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
pub fn ensure_writable_parent(path: &Path) -> Result<(), DiskError> {
    if path.is_file() {
        return Err(DiskError { path: path.to_owned(), reason: "it is a file; name a folder".into() });
    }
    let existing = path.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("."));
    temporary::file_in(existing, true).map(drop).map_err(|e| DiskError::new(path, &e))
}

/// Syncs a file; some network file systems cannot, which is no reason to fail.
fn sync(file: &File) -> io::Result<()> {
    file.sync_all().or_else(|e| if e.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(e) })
}

/// Makes a rename durable where the system allows it. A failure changes nothing for the reader.
fn sync_dir(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

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
pub fn write_at_end(path: &Path, place: u64, bytes: &[u8]) -> Result<(), DiskError> {
    use io::Seek;
    let fail = |e: io::Error| DiskError::new(path, &e);
    let mut file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.len() < place {
        return Err(DiskError { path: path.to_owned(), reason: "another program has changed it meanwhile".into() });
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
pub fn create_missing_dirs(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let missing = |p: &&Path| !p.as_os_str().is_empty() && !p.exists();
    let mut made: Vec<PathBuf> = path.ancestors().take_while(missing).map(Path::to_owned).collect();
    made.reverse();
    create_dir_all(path)?;
    Ok(made)
}

/// Takes a folder away if nothing is in it.
pub fn remove_empty_dir(path: &Path) {
    if let Err(e) = fs::remove_dir(path) {
        log::debug!("{} stays: {e}", path.display());
    }
}
