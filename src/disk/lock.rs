//! Write locks on files between processes of one machine.
//!
//! One process writes a project; others open it read-only.

use super::DiskError;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// Lock on a file, held until this value is dropped. The system releases it when the process ends for any reason.
///
/// Within one process the lock is shared: a second attempt for the same path succeeds.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Never read: closing the file releases the lock.
    _file: Arc<File>,
    /// Second lock with the same lifetime.
    _other: Option<Arc<File>>,
}

/// Locks that this process holds, by path.
static HELD_LOCKS: Mutex<Option<HashMap<PathBuf, Weak<File>>>> = Mutex::new(None);

impl Lock {
    /// Acquires the lock. Returns `None` if another process holds it. The lock file is created if it is missing, and
    /// remains.
    ///
    /// # Errors
    /// Returns an error if the lock file cannot be created.
    pub fn try_acquire(path: &Path) -> Result<Option<Self>, DiskError> {
        let fail = |e: std::io::Error| DiskError::new(path, &e);
        let mut held = HELD_LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.get_or_insert_default();
        if let Some(file) = held.get(path).and_then(Weak::upgrade) {
            return Ok(Some(Self { _file: file, _other: None }));
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(fail)?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks cannot report a second writer, so the lock counts as acquired.
            Err(TryLockError::Error(e)) => log::warn!("{}: failed to lock the file ({e})", path.display()),
        }
        let file = Arc::new(file);
        held.insert(path.to_owned(), Arc::downgrade(&file));
        Ok(Some(Self { _file: file, _other: None }))
    }

    /// True if this process holds the lock.
    pub fn is_held_here(path: &Path) -> bool {
        let held = HELD_LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().and_then(|held| held.get(path)).is_some_and(|file| file.strong_count() > 0)
    }

    /// Combines both locks into one.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { _other: Some(other._file), ..self }
    }
}

/// Tries to lock for a short time. A child process inherits open files until it executes its own program, so a released
/// lock may still be held there.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    const MAX_TRIES: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(10);
    for _ in 1..MAX_TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            answer => return answer,
        }
    }
    file.try_lock()
}
