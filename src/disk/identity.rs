//! The identity of a file, whatever path leads to it.

use std::path::{Path, PathBuf};

/// A file's device and number on it. Systems without such numbers have no identity of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    number: u64,
    /// How many names it has.
    names: u64,
}

impl FileId {
    /// The identity of the file at this path, links followed; `None` where there is none, or where the system has no such numbers.
    #[cfg(unix)]
    pub fn of_path(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path).ok()?;
        Some(Self { device: found.dev(), number: found.ino(), names: found.nlink() })
    }

    /// The identity of the file at this path: unknown on this system.
    #[cfg(not(unix))]
    pub fn of(_: &Path) -> Option<Self> {
        None
    }

    /// Whether the file that was opened is still at its path, as far as the system tells files apart.
    pub fn is_at(path: &Path, opened: Option<&Self>) -> bool {
        match (Self::of_path(path), opened) {
            (Some(now), Some(opened)) => now.is_same(opened),
            (now, opened) => now.is_none() && opened.is_none(),
        }
    }

    /// Whether this is the same file, though it may have got or lost a name since.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.device, self.number) == (other.device, other.number)
    }

    /// Whether the file has more than one name (hard links).
    pub fn has_other_names(&self) -> bool {
        self.names > 1
    }

    /// The path of a lock for the file itself, the same for each of its names.
    pub fn lock_path(&self) -> PathBuf {
        std::env::temp_dir().join(format!("tagwright-{:x}-{:x}.lock", self.device, self.number))
    }
}
