//! Directories of checkpoints inside the directory of a run.

use super::error::TrainError;
use crate::disk;
use safetensors::SafeTensors;
use std::path::{Path, PathBuf};

/// Beginning of the name of a checkpoint directory. The step follows.
pub(super) const DIR_PREFIX: &str = "checkpoint-";
/// State of the run, in each checkpoint.
pub(super) const STATE_FILE: &str = "trainer_state.json";
/// Data of the run, shared by all checkpoints.
pub(super) const RUN_DATA_FILE: &str = "plan.safetensors";
/// Key of the metadata in [`RUN_DATA_FILE`].
pub(super) const RUN_DATA_KEY: &str = "tagwright";
/// Events of the run, shared by all checkpoints.
pub(super) const HISTORY_FILE: &str = "history.jsonl";
/// Files that all checkpoints of a run share.
pub(super) const SHARED_FILES: [&str; 2] = [RUN_DATA_FILE, HISTORY_FILE];

/// Returns the checkpoints of a run with their steps, oldest first.
fn list_checkpoints(out: &Path) -> Vec<(usize, PathBuf)> {
    let mut found: Vec<_> = disk::list_dirs(out).into_iter().filter_map(|path| Some((step_of(&path)?, path))).collect();
    found.sort();
    found
}

/// Returns true if a directory contains checkpoints of any program. A new run must not treat them as its own.
pub fn exists(out: &Path) -> bool {
    !list_checkpoints(out).is_empty()
}

/// Returns true if a directory contains the data of a run of this program.
pub(super) fn has_run_data(out: &Path) -> bool {
    let is_run_data = |bytes: Vec<u8>| {
        let metadata = SafeTensors::read_metadata(&bytes).ok().and_then(|(_, header)| header.metadata().clone());
        metadata.is_some_and(|metadata| metadata.contains_key(RUN_DATA_KEY))
    };
    disk::read(&out.join(RUN_DATA_FILE)).is_ok_and(is_run_data)
}

/// Returns true if the name of the directory is that of a checkpoint.
pub(super) fn is_checkpoint_dir(path: &Path) -> bool {
    step_of(path).is_some()
}

/// Returns the latest checkpoint in a directory.
pub(super) fn latest(out: &Path) -> Option<PathBuf> {
    list_checkpoints(out).pop().map(|(_, path)| path)
}

/// Returns a checkpoint in the directory that another program wrote.
pub(super) fn foreign(out: &Path) -> Option<PathBuf> {
    let is_ours = |path: &Path| {
        let state = disk::read(&path.join(STATE_FILE)).ok();
        let state: Option<serde_json::Value> = state.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        state.is_some_and(|state| ["version", "base", "data"].iter().all(|name| state.get(name).is_some()))
    };
    list_checkpoints(out).into_iter().map(|(_, path)| path).find(|path| !is_ours(path))
}

/// Deletes the checkpoints of a run and their shared files.
///
/// # Errors
/// Returns an error if a file cannot be deleted.
pub(super) fn remove_all(out: &Path) -> Result<(), TrainError> {
    for (_, folder) in list_checkpoints(out) {
        disk::remove_dir_all(&folder)?;
    }
    remove_shared(out)
}

/// Deletes the shared files of a run if it has no checkpoints.
///
/// # Errors
/// Returns an error if a file cannot be deleted.
pub(super) fn remove_shared(out: &Path) -> Result<(), TrainError> {
    if exists(out) {
        return Ok(());
    }
    Ok(SHARED_FILES.iter().try_for_each(|name| disk::remove(&out.join(name)))?)
}

/// Returns the step of a checkpoint directory, parsed from its name.
fn step_of(path: &Path) -> Option<usize> {
    path.file_name()?.to_str()?.strip_prefix(DIR_PREFIX)?.parse().ok()
}

/// Deletes all checkpoints of a run except the latest `count`. A deletion error is logged and ignored.
pub fn rotate(out: &Path, count: usize) {
    let found = list_checkpoints(out);
    for (_, folder) in &found[..found.len().saturating_sub(count)] {
        if let Err(e) = disk::remove_dir_all(folder) {
            log::warn!("failed to remove an old checkpoint: {e}");
        }
    }
}
