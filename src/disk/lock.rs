//! Who may write a file, among the programs of a machine.

use super::DiskError;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// A lock on a file, for as long as this lives. The system gives it back when a program ends, however it ends.
///
/// Within one program it is shared: who opens again what it has open already gets the same lock.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Held, not read: the lock goes with the file.
    _file: Arc<File>,
    /// Another lock that is held as long.
    _other: Option<Arc<File>>,
}

/// The locks of this program.
static HELD_LOCKS: Mutex<Option<HashMap<PathBuf, Weak<File>>>> = Mutex::new(None);

impl Lock {
    /// Takes the lock; `None` when another program has it. The file is made when it is not there, and stays.
    ///
    /// # Errors
    /// When the file cannot be made.
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
            // A file system without locks has no second writer that could be told of.
            Err(TryLockError::Error(e)) => log::warn!("{}: it cannot be locked ({e})", path.display()),
        }
        let file = Arc::new(file);
        held.insert(path.to_owned(), Arc::downgrade(&file));
        Ok(Some(Self { _file: file, _other: None }))
    }

    /// Both locks as one.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { _other: Some(other._file), ..self }
    }
}

/// Tries for a moment: a program that this one is just starting has all open files too until it is another program, so a lock
/// that was given back may still be held there.
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
