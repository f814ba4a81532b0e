//! The folder of a run: who may write it, and what may lie in it when the run begins.

use super::checkpoint;
use super::run::TrainError;
use crate::disk::{self, Lock};
use crate::model::pretrained::FILES;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file whose lock a run holds. It is hidden, empty, and gone when the run has ended.
const LOCK: &str = ".tagwright.lock";

/// What a run does with what lies in its folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beginning {
    /// Nothing may lie there.
    #[default]
    Fresh,
    /// A model and checkpoints of an earlier run are replaced; other files stay.
    Overwrite,
    /// The run in the folder goes on.
    Resume,
}

/// A folder that is this run's alone, for as long as this lives.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    beginning: Beginning,
    identity: PathBuf,
    lock: Option<Lock>,
    /// Folders that were made for it.
    made: Vec<PathBuf>,
}

/// The folders of the runs of this program: a [`Lock`] keeps only other programs out.
static TAKEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

impl RunFolder {
    /// Takes a folder for a run, which is made if it is not there. `base` is the folder of the model that it starts from.
    ///
    /// # Errors
    /// It cannot be written, another run writes into it, or it holds what the run would replace.
    pub fn take(path: &Path, beginning: Beginning, base: Option<&Path>) -> Result<Self, TrainError> {
        disk::ensure_writable_parent(path)?;
        let identity = disk::identity(path);
        if let Some(base) = base {
            check_base(path, &identity, &disk::identity(base))?;
        }
        let busy = || {
            let out = path.display();
            TrainError::Data(format!(
                "{out}: another run writes into this folder; wait for its end or name another folder"
            ))
        };
        if !TAKEN.lock().unwrap_or_else(PoisonError::into_inner).insert(identity.clone()) {
            return Err(busy());
        }
        // From here on dropping it gives everything back.
        let mut folder = Self { path: path.to_owned(), beginning, identity, lock: None, made: Vec::new() };
        folder.made = disk::create_missing_dirs(path)?;
        folder.lock = lock(&path.join(LOCK))?;
        if folder.lock.is_none() {
            return Err(busy());
        }
        // What a killed run had begun to save counts already.
        disk::finish_replacing(path, FILES)?;
        check_content(path, beginning)?;
        disk::remove_stale_temp(path);
        Ok(folder)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the checkpoints of an earlier run away, where the run was told to overwrite.
    ///
    /// # Errors
    /// When they cannot be deleted.
    pub(super) fn clear_earlier_run(&self) -> Result<(), TrainError> {
        if self.beginning == Beginning::Overwrite {
            checkpoint::remove_all(&self.path)?;
        }
        Ok(())
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if self.lock.is_some()
            && let Err(e) = disk::remove(&self.path.join(LOCK))
        {
            log::debug!("the lock stays: {e}");
        }
        self.lock = None;
        self.made.iter().rev().for_each(|made| disk::remove_empty_dir(made));
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.identity);
    }
}

/// The lock on a file that its holder deletes at the end: one that was deleted meanwhile locks nothing.
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

/// Refuses the folder of the base, and one whose checkpoint is the base.
fn check_base(path: &Path, out: &Path, base: &Path) -> Result<(), TrainError> {
    let is_base = base == out || base.parent() == Some(out) && checkpoint::is_one(base);
    if !is_base {
        return Ok(());
    }
    let message = format!(
        "{}: the base model lies in this folder, which is never overwritten; name another folder",
        path.display()
    );
    Err(TrainError::Data(message))
}

/// Refuses a folder that holds what the run would replace or mix up with its own.
fn check_content(path: &Path, beginning: Beginning) -> Result<(), TrainError> {
    let out = path.display();
    let refuse = |why: String| Err(TrainError::Data(format!("{out} {why}")));
    if let (Beginning::Overwrite, Some(foreign)) = (beginning, checkpoint::foreign(path)) {
        let name = foreign.file_name().unwrap_or_default().to_string_lossy();
        return refuse(format!(
            "holds {name}, which is no checkpoint of Tagwright; move it away or name another folder"
        ));
    }
    if beginning != Beginning::Fresh {
        return Ok(());
    }
    let names = disk::list_names(path)?;
    if names.is_empty() {
        return Ok(());
    }
    if checkpoint::exists(path) {
        return refuse(
            "holds checkpoints of another run: resume that one (--resume), name another folder, or replace it (--overwrite)".into(),
        );
    }
    if is_own_model(path) {
        return refuse("holds a model already: name another folder, or replace it (--overwrite)".into());
    }
    const NAMED: usize = 3;
    let more = if names.len() > NAMED { ", ..." } else { "" };
    let named = names[..names.len().min(NAMED)].join(", ");
    refuse(format!(
        "is not empty ({named}{more}): name another folder, or say --overwrite, which replaces the files of a model and \
         leaves the others"
    ))
}

/// Whether a folder holds a model with a card of this program.
fn is_own_model(path: &Path) -> bool {
    let card = disk::read(&disk::current_path(path, "README.md")).unwrap_or_default();
    disk::current_path(path, FILES.key).is_file() && String::from_utf8_lossy(&card).contains("Tagwright")
}
