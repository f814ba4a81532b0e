//! Identity of a file, independent of its path.

use std::path::{Path, PathBuf};

/// Device and inode number of a file. Not available on systems without inode numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    number: u64,
    /// Number of hard links.
    names: u64,
}

impl FileId {
    /// Returns the identity of the file at this path; symbolic links are followed. Returns `None` if the file does not
    /// exist or the system has no inode numbers.
    #[cfg(unix)]
    pub fn of_path(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path).ok()?;
        Some(Self { device: found.dev(), number: found.ino(), names: found.nlink() })
    }

    /// Returns `None`: file identities are not available on this system.
    #[cfg(not(unix))]
    pub fn of_path(_: &Path) -> Option<Self> {
        None
    }

    /// Returns true if the opened file is still at its path, as far as the system can identify files.
    pub fn is_at(path: &Path, opened: Option<&Self>) -> bool {
        match (Self::of_path(path), opened) {
            (Some(now), Some(opened)) => now.is_same(opened),
            (now, opened) => now.is_none() && opened.is_none(),
        }
    }

    /// Returns true if both are the same file. Its number of hard links may differ.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.device, self.number) == (other.device, other.number)
    }

    /// Returns true if the file has more than one name (hard links).
    pub fn has_other_names(&self) -> bool {
        self.names > 1
    }

    /// Returns the path of the lock file, which is the same for all names of the file.
    pub fn lock_path(&self) -> PathBuf {
        std::env::temp_dir().join(format!("tagwright-{:x}-{:x}.lock", self.device, self.number))
    }
}
