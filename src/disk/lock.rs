//! Who may write a file, among the programs of a machine.

use super::DiskError;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
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

/// Takes a lock that another program may just be giving back. A process that was started meanwhile holds a copy of the file for
/// a moment, until it becomes another program.
fn patiently(file: &File) -> Result<(), std::fs::TryLockError> {
    const TRIES: usize = 10;
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    file.try_lock()
}

/// The locks of this program.
static HELD: Mutex<Option<HashMap<PathBuf, Weak<File>>>> = Mutex::new(None);

impl Lock {
    /// Takes the lock; `None` when another program has it. The file is made when it is not there, and stays.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn take(path: &Path) -> Result<Option<Self>, DiskError> {
        let fail = |e: std::io::Error| DiskError::new(path, &e);
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.get_or_insert_default();
        if let Some(file) = held.get(path).and_then(Weak::upgrade) {
            return Ok(Some(Self { _file: file, _other: None }));
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(fail)?;
        match patiently(&file) {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks has no second writer that could be told of.
            Err(std::fs::TryLockError::Error(e)) => log::warn!("{}: it cannot be locked ({e})", path.display()),
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
