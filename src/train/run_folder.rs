//! Output directory of a run: its lock, and the checks of its content before a run.

use super::checkpoint_dirs;
use super::error::TrainError;
use crate::disk::{self, Lock};
use crate::model::pretrained::FILES;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Lock file of a run. It is hidden and empty, and is removed at the end of the run.
const LOCK: &str = ".tagwright.lock";

/// Treatment of existing files in the output directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExistingFiles {
    /// The directory must be empty.
    #[default]
    Fresh,
    /// The model and the checkpoints of an earlier run are replaced. Other files remain.
    Overwrite,
    /// The run in the directory is resumed.
    Resume,
}

/// Output directory with exclusive access, until this value is dropped.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    beginning: ExistingFiles,
    identity: PathBuf,
    lock: Option<Lock>,
    /// Directories that were created for the run.
    created_dirs: Vec<PathBuf>,
}

/// Output directories of the runs of this process. A [`Lock`] excludes only other processes.
static TAKEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

impl RunFolder {
    /// Locks a directory for a run and creates it if it is missing. `base` is the directory of the base model.
    ///
    /// # Errors
    /// Returns an error if the directory is not writable, another run uses it, or it contains files that the run would
    /// replace.
    pub fn acquire(path: &Path, beginning: ExistingFiles, base: Option<&Path>) -> Result<Self, TrainError> {
        disk::ensure_writable_parent(path)?;
        let identity = disk::identity(path);
        if let Some(base) = base {
            check_base(path, &identity, &disk::identity(base))?;
        }
        let busy = || {
            let out = path.display();
            TrainError::Data(format!(
                "{out}: another run uses this directory; wait until it ends or choose another directory"
            ))
        };
        if !TAKEN.lock().unwrap_or_else(PoisonError::into_inner).insert(identity.clone()) {
            return Err(busy());
        }
        // From here on, dropping `folder` releases the lock and removes the created directories.
        let mut folder = Self { path: path.to_owned(), beginning, identity, lock: None, created_dirs: Vec::new() };
        folder.created_dirs = disk::create_missing_dirs(path)?;
        folder.lock = lock(&path.join(LOCK))?;
        if folder.lock.is_none() {
            return Err(busy());
        }
        // Files that a killed run has started to replace are already current.
        disk::finish_replacing(path, FILES)?;
        check_content(path, beginning)?;
        disk::remove_stale_temp(path);
        Ok(folder)
    }

    /// Returns the path of the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes the checkpoints of an earlier run for [`ExistingFiles::Overwrite`].
    ///
    /// # Errors
    /// Returns an error if they cannot be deleted.
    pub(super) fn clear_earlier_run(&self) -> Result<(), TrainError> {
        if self.beginning == ExistingFiles::Overwrite {
            checkpoint_dirs::remove_all(&self.path)?;
        }
        Ok(())
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if self.lock.is_some()
            && let Err(e) = disk::remove(&self.path.join(LOCK))
        {
            log::debug!("failed to remove the lock file: {e}");
        }
        self.lock = None;
        self.created_dirs.iter().rev().for_each(|made| disk::remove_empty_dir(made));
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.identity);
    }
}

/// Acquires a lock file that its holder deletes at the end. A lock on a deleted file has no effect, so it is tried
/// again.
fn lock(path: &Path) -> Result<Option<Lock>, TrainError> {
    const ATTEMPTS: usize = 10;
    for _ in 0..ATTEMPTS {
        match Lock::try_acquire(path)? {
            Some(lock) if path.exists() => return Ok(Some(lock)),
            Some(_) => {}
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Returns an error if the directory is that of the base model, or contains the base model as a checkpoint.
fn check_base(path: &Path, out: &Path, base: &Path) -> Result<(), TrainError> {
    let is_base = base == out || base.parent() == Some(out) && checkpoint_dirs::is_checkpoint_dir(base);
    if !is_base {
        return Ok(());
    }
    let message =
        format!("{}: contains the base model, which is never overwritten; choose another directory", path.display());
    Err(TrainError::Data(message))
}

/// Returns an error if the directory contains files that the run would replace or mix with its own.
fn check_content(path: &Path, beginning: ExistingFiles) -> Result<(), TrainError> {
    let out = path.display();
    let refuse = |reason: String| Err(TrainError::Data(format!("{out}: {reason}")));
    if let (ExistingFiles::Overwrite, Some(foreign)) = (beginning, checkpoint_dirs::foreign(path)) {
        let name = foreign.file_name().unwrap_or_default().to_string_lossy();
        return refuse(format!(
            "contains {name}, which is not a checkpoint of Tagwright; move it or choose another directory"
        ));
    }
    if beginning != ExistingFiles::Fresh {
        return Ok(());
    }
    if checkpoint_dirs::exists(path) {
        return refuse(
            "contains checkpoints of another run; use --resume, use --overwrite, or choose another directory".into(),
        );
    }
    let mut names = disk::list_names(path)?;
    if checkpoint_dirs::has_run_data(path) {
        // The run was killed while it wrote its first checkpoint: without checkpoints, the shared files have no use.
        names.retain(|name| !checkpoint_dirs::SHARED_FILES.contains(&name.as_str()));
    }
    if names.is_empty() {
        return Ok(());
    }
    if is_own_model(path) {
        return refuse("contains a model; use --overwrite, or choose another directory".into());
    }
    const NAMED: usize = 3;
    let more = if names.len() > NAMED { ", ..." } else { "" };
    let named = names[..names.len().min(NAMED)].join(", ");
    refuse(format!(
        "directory is not empty ({named}{more}); choose another directory, or use --overwrite, which replaces \
         only the files of a model"
    ))
}

/// Returns true if a directory contains a model with a model card of Tagwright.
fn is_own_model(path: &Path) -> bool {
    let card = disk::read(&disk::current_path(path, "README.md")).unwrap_or_default();
    disk::current_path(path, FILES.key).is_file() && String::from_utf8_lossy(&card).contains("Tagwright")
}
