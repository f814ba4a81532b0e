//! The cache that Hugging Face programs share:
//! - `blobs`: files under their ETags.
//! - `snapshots`: directories of commits, with links to blobs.
//! - `refs`: the commit of each branch.
//!
//! Text from a hub becomes part of a path only as [`Commit`] or [`Etag`], which contain only hexadecimal digits.
//! Files are written or removed only if their path is inside the cache after links are resolved.

use crate::disk::{self, DiskError};
use crate::failure::FailureKind;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Branch from which models are downloaded.
pub(super) const BRANCH: &str = "main";

/// Maximum number of digits of an ETag. No hash in use has more hexadecimal digits.
const LONGEST_ETAG: usize = 128;

/// Version of a repository: 40 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit(String);

impl Commit {
    /// Parses a commit from a hub or from a file of the cache.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (text.len() == 40 && is_hexadecimal(text)).then(|| Self(text.to_owned()))
    }

    /// Hexadecimal digits of the commit.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Identifier of the contents of a file from the hub: hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Etag(String);

impl Etag {
    /// Parses the value of a header `ETag` or `X-Linked-Etag`, with or without quotes, weak or strong.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let text = header.trim();
        let text = text.strip_prefix("W/").unwrap_or(text);
        let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
        ((1..=LONGEST_ETAG).contains(&text.len()) && is_hexadecimal(text)).then(|| Self(text.to_owned()))
    }

    /// Hexadecimal digits of the ETag.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// True if `name` is safe as part of a path, for example as part of a model id.
pub(super) fn is_plain_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !name.is_empty() && name.len() <= 96 && !name.starts_with('.') && !name.contains("..") && name.bytes().all(plain)
}

/// Location of one model in the cache.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    root: PathBuf,
    folder: PathBuf,
    /// Name of the directory.
    name: String,
}

impl Cache {
    /// Returns the location of `owner/name`. Returns `None` if one of them is not a plain name.
    pub(super) fn of(root: &Path, owner: &str, name: &str) -> Option<Self> {
        (is_plain_name(owner) && is_plain_name(name)).then(|| {
            let name = format!("models--{owner}--{name}");
            Self { root: root.to_owned(), folder: root.join(&name), name }
        })
    }

    /// Directory of the model.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the commit that was the newest when the model was downloaded.
    pub(super) fn commit(&self) -> Option<Commit> {
        let bytes = disk::read(&self.reference()).ok()?;
        Commit::parse(std::str::from_utf8(&bytes).ok()?.trim())
    }

    /// Stores the current commit of the model.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub(super) fn set_commit(&self, commit: &Commit) -> Result<(), DiskError> {
        let path = self.reference();
        self.make_folder_of(&path)?;
        disk::write(&path, commit.0.as_bytes())
    }

    fn reference(&self) -> PathBuf {
        self.folder.join("refs").join(BRANCH)
    }

    /// Returns the directory of the model's files at a commit.
    pub(super) fn snapshot(&self, commit: &Commit) -> PathBuf {
        self.folder.join("snapshots").join(&commit.0)
    }

    /// Returns the path of the file with this ETag.
    pub(super) fn blob(&self, etag: &Etag) -> PathBuf {
        self.folder.join("blobs").join(&etag.0)
    }

    /// Opens the file that receives a partial download, and returns its path and length in bytes.
    ///
    /// # Errors
    /// Returns an error if the file cannot be created.
    pub(super) fn incomplete(&self, etag: &Etag) -> Result<(PathBuf, File, u64), DiskError> {
        let path = self.folder.join("blobs").join(format!("{}.incomplete", etag.0));
        self.make_folder_of(&path)?;
        // A link could point outside the cache.
        if fs::symlink_metadata(&path).is_ok_and(|m| !m.is_file()) {
            self.remove(&path)?;
        }
        let fail = |e: io::Error| DiskError::new(&path, &e);
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?;
        let length = file.metadata().map_err(fail)?.len();
        Ok((path, file, length))
    }

    /// Acquires the lock for this ETag, which other programs use as well. Returns `None` if another program holds it.
    ///
    /// # Errors
    /// Returns an error if the lock file cannot be created.
    pub(super) fn lock(&self, etag: &Etag) -> Result<Option<File>, DiskError> {
        let path = self.root.join(".locks").join(&self.name).join(format!("{}.lock", etag.0));
        self.make_folder_of(&path)?;
        let fail = |e: io::Error| DiskError::new(&path, &e);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => {
                log::debug!("{}: failed to lock ({e})", path.display());
                Ok(Some(file))
            }
        }
    }

    /// Adds the contents as a file of the commit: as a link, or as a copy if the file system has no links. An existing
    /// file is replaced atomically, because another program may read it at the same time.
    ///
    /// # Errors
    /// Returns an error if the file cannot be created.
    pub(super) fn link(&self, commit: &Commit, file: &str, etag: &Etag) -> Result<(), DiskError> {
        let path = self.snapshot(commit).join(file);
        self.make_folder_of(&path)?;
        let fail = |e: io::Error| DiskError::new(&path, &e);
        let directory = path.parent().unwrap_or(&self.folder);
        let temporary = tempfile::Builder::new().prefix(".link-").tempdir_in(directory).map_err(fail)?;
        let new = temporary.path().join(file);
        // The target of a relative link does not depend on the directory in which the link is created.
        if symbolic_link(&Path::new("../../blobs").join(&etag.0), &new).is_err() {
            fs::copy(self.blob(etag), &new).map_err(fail)?;
        }
        fs::rename(&new, &path).map_err(fail)
    }

    /// Removes a file. If it is a link, only the link is removed.
    ///
    /// # Errors
    /// Returns an error if the file is outside the cache or cannot be removed.
    pub(super) fn remove(&self, path: &Path) -> Result<(), DiskError> {
        self.check_inside(path)?;
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(DiskError::new(path, &e)),
            _ => Ok(()),
        }
    }

    fn make_folder_of(&self, path: &Path) -> Result<(), DiskError> {
        disk::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        self.check_inside(path)
    }

    /// Checks that the directory of a file is inside the cache after links are resolved.
    fn check_inside(&self, path: &Path) -> Result<(), DiskError> {
        let real = |p: &Path| fs::canonicalize(p).map_err(|e| DiskError::new(p, &e));
        let folder = real(path.parent().unwrap_or(&self.folder))?;
        if folder.starts_with(real(&self.root)?) {
            return Ok(());
        }
        let reason = "outside the cache; remove the link or set HF_HOME to another cache";
        Err(DiskError::refuse(path, FailureKind::Access, reason))
    }
}

#[cfg(unix)]
fn symbolic_link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Links require a privilege on this system that few users have. hf-hub copies as well.
#[cfg(not(unix))]
fn symbolic_link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_non_hexadecimal_ids() {
        let etag = |header: &str, expected: Option<&str>| {
            assert_eq!(Etag::parse(header).as_ref().map(Etag::as_str), expected, "{header}");
        };
        etag("\"0aF\"", Some("0aF"));
        etag("W/\"12\"", Some("12"));
        etag("12", Some("12"));
        etag("", None);
        etag("\"\"", None);
        etag("/tmp/p", None);
        etag("../../p", None);
        etag("..", None);
        etag("\"12", None);
        etag(&"0".repeat(129), None);
        let commit = |text: &str, expected: bool| assert_eq!(Commit::parse(text).is_some(), expected, "{text}");
        commit(&"0a".repeat(20), true);
        commit(&"0".repeat(39), false);
        commit(&"0".repeat(41), false);
        commit("main", false);
        commit(&format!("/{}", "0".repeat(39)), false);
        let plain = |name: &str, expected: bool| assert_eq!(is_plain_name(name), expected, "{name}");
        plain("bert-base_NER.v1", true);
        plain("", false);
        plain("a/b", false);
        plain(r"a\b", false);
        plain("a..b", false);
        plain(".git", false);
        plain("a b", false);
    }

    #[cfg(unix)]
    #[test]
    fn remove_rejects_paths_outside_cache() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, outside) = (folder.path().join("hub"), folder.path().join("outside"));
        fs::create_dir_all(&outside).expect("a folder");
        OpenOptions::new().create(true).append(true).open(outside.join("ab")).expect("a file");
        let cache = Cache::of(&root, "our", "tiny").expect("plain names");
        fs::create_dir_all(cache.folder()).expect("a folder");
        std::os::unix::fs::symlink(&outside, cache.folder().join("blobs")).expect("a link");
        let blob = cache.blob(&Etag::parse("ab").expect("hexadecimal"));
        assert!(cache.remove(&blob).is_err_and(|e| e.reason.starts_with("outside the cache")));
        assert!(cache.incomplete(&Etag::parse("cd").expect("hexadecimal")).is_err());
        assert!(outside.join("ab").exists() && !outside.join("cd.incomplete").exists());
    }
}
