//! A run between two steps, on disk: a folder `checkpoint-STEP` inside the run's own.
//!
//! It is a whole model folder, which transformers loads too. Beside the model it holds the optimizer's moments, the best
//! model so far where that is another, and a state: what was counted, the settings, and the scores. A folder appears whole
//! or not at all, so whatever moment the program ends at, the newest one can be resumed. Random numbers and the order of
//! sentences are functions of seed and step: they need no place here.
//!
//! All checkpoints of a run share two files beside them: its data ([`super::run_data`]) and its `super::history`.

use super::arguments::TrainingArguments;
use super::grad_scaler::GradScaler;
use super::optimizer::{AdamW, Moment};
use super::run::TrainError;
use super::run_folder::RunFolder;
use super::settings_table;
use super::{history, run_data};
use crate::disk;
use crate::model::bert::Parameter;
use crate::model::weights::{self, Array, SaveDtype};
use crate::model::{Bert, ModelError, PretrainedModel, TagSet, Tensor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DIR_PREFIX: &str = "checkpoint-";
const STATE_FILE: &str = "trainer_state.json";
const BEST_FILE: &str = "best.safetensors";
/// With LoRA: the base and its adapters, which the model has in one.
const UNMERGED_FILE: &str = "unmerged.safetensors";
const MOMENT_FILES: [(Moment, &str); 2] =
    [(Moment::First, "exp_avg.safetensors"), (Moment::Second, "exp_avg_sq.safetensors")];

/// What a run has counted and chosen so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainerState {
    /// Of this form; another one is refused.
    pub version: u32,
    /// Name of the base model.
    pub base: String,
    /// [`super::plan::Plan::fingerprint`] of the sentences it learns from.
    pub data: String,
    /// Fingerprint of the sentences it chooses the best epoch by; `None` in version 1.
    #[serde(default)]
    pub dev: Option<String>,
    /// Fingerprint of the sentences it is scored on at the end; `None` in version 1.
    #[serde(default)]
    pub test: Option<String>,
    /// The device it computed on, in words; `None` in version 1.
    #[serde(default)]
    pub device: Option<String>,
    /// The arithmetic it computed in, whatever the settings say; `None` in version 1.
    #[serde(default)]
    pub arithmetic: Option<String>,
    /// The settings by name.
    pub arguments: BTreeMap<String, String>,
    /// Whether the base's head was kept.
    pub head_kept: bool,
    /// Steps done.
    pub step: usize,
    /// Pieces trained on.
    pub pieces: usize,
    /// What they would have been with padding.
    pub padded: usize,
    /// Seconds of training steps.
    pub seconds: f64,
    /// Step and epoch of the best model so far.
    pub best: Option<(usize, usize)>,
    /// Scores of dev since the best.
    pub without_gain: usize,
    /// Mean of the last losses.
    pub recent_loss: f64,
    /// Of f16; `None` in other arithmetic.
    #[serde(default)]
    pub loss_scale: Option<GradScaler>,
    /// The epoch is at its end, and dev is not scored yet.
    #[serde(default)]
    pub unscored: bool,
    /// Lines of the `super::history` that are this checkpoint's; `None` in version 1.
    #[serde(default)]
    pub history_lines: Option<usize>,
    /// Scores so far, as [`super::json`] writes them; in version 1 the steps too.
    pub log_history: Vec<serde_json::Value>,
}

impl TrainerState {
    /// The form that this program writes. It reads those before it too: version 1 had its whole history in every checkpoint.
    pub const VERSION: u32 = 2;
}

/// What is saved, still in memory.
pub struct CheckpointData<'a> {
    /// Counters and settings.
    pub state: TrainerState,
    /// The network as it is.
    pub bert: &'a Bert,
    /// Its moments.
    pub optimizer: &'a AdamW,
    /// The best network, where it is not the one above.
    pub best: Option<&'a Bert>,
    /// Whose tokenizer and sizes the folder has.
    pub base: &'a PretrainedModel,
    /// The tags of its head.
    pub tags: &'a TagSet,
}

impl CheckpointData<'_> {
    /// Writes `checkpoint-STEP` into the run's folder.
    ///
    /// # Errors
    /// The disk's; then there is no such folder, and those that were there still are.
    pub fn write(&self, out: &Path) -> Result<(), TrainError> {
        let step = self.state.step;
        let card = format!("# Step {step} of a run of Tagwright\n\nIt was kept so that the run can be resumed.\n");
        let model = self.base.save_pretrained(&self.bert.merged()?, self.tags, &card, SaveDtype::F32)?;
        let unmerged =
            self.bert.lora().map(|_| Ok((UNMERGED_FILE.to_owned(), weights::write(self.bert, SaveDtype::F32)?)));
        let moments = MOMENT_FILES.iter().map(|(which, name)| Ok(((*name).to_owned(), self.moments(*which)?)));
        let best = self.best.iter().map(|best| Ok((BEST_FILE.to_owned(), weights::write(best, SaveDtype::F32)?)));
        let state = std::iter::once_with(|| {
            let json = serde_json::to_vec(&self.state).map_err(|e| ModelError::Unsupported(e.to_string()))?;
            Ok((STATE_FILE.to_owned(), json))
        });
        let at = out.join(format!("{DIR_PREFIX}{step}"));
        if at.is_dir() {
            // Of an attempt that was given up: its files must not stay among these.
            disk::remove_dir_all(&at)?;
        }
        let files = model.into_iter().map(Ok).chain(unmerged).chain(moments).chain(best).chain(state);
        disk::write_dir::<TrainError>(&at, files)
    }

    fn moments(&self, which: Moment) -> Result<Vec<u8>, TrainError> {
        let learning = trainable_parameters(self.bert);
        let stored = self.optimizer.with_moments(which, |moments| {
            let arrays = learning.iter().zip(moments).map(|(p, values)| (p.name.as_str(), p.value.dims(), *values));
            weights::store(&arrays.collect::<Vec<Array>>(), SaveDtype::F32)
        })?;
        Ok(stored?)
    }
}

/// A checkpoint on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Where it lies.
    pub folder: PathBuf,
    /// What the run had counted.
    pub state: TrainerState,
    /// The settings of the run.
    pub arguments: TrainingArguments,
}

impl Checkpoint {
    /// The newest one of a run, whose folder is taken.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn latest(folder: &RunFolder) -> Result<Self, TrainError> {
        let out = folder.path();
        let found = list_checkpoints(out).pop().ok_or_else(|| {
            TrainError::Data(format!("{} has no checkpoint to resume from; start a new run", out.display()))
        });
        Self::open(&found?.1)
    }

    fn open(folder: &Path) -> Result<Self, TrainError> {
        let at = folder.join(STATE_FILE);
        let bytes = disk::read(&at)?;
        let damaged = |why: String| {
            TrainError::Data(format!(
                "{}: {why}; delete this checkpoint's folder to resume from an older one",
                at.display()
            ))
        };
        let state: TrainerState = serde_json::from_slice(&bytes).map_err(|e| damaged(format!("damaged ({e})")))?;
        if !(1..=TrainerState::VERSION).contains(&state.version) {
            return Err(damaged(format!("it was written by another version of Tagwright ({})", state.version)));
        }
        let arguments = settings_table::from_described(&state.arguments).map_err(damaged)?;
        Ok(Self { folder: folder.to_owned(), state, arguments })
    }

    /// The model as it was, with the name of the run's base.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn model(&self) -> Result<PretrainedModel, TrainError> {
        let mut model = PretrainedModel::from_pretrained(&self.folder)?;
        model.name.clone_from(&self.state.base);
        Ok(model)
    }

    /// Gives an optimizer its moments back.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn restore(&self, optimizer: &mut AdamW, bert: &Bert) -> Result<(), TrainError> {
        let [first, second] =
            [MOMENT_FILES[0].1, MOMENT_FILES[1].1].map(|name| self.arrays(name, &trainable_parameters(bert)));
        let skipped = self.state.loss_scale.map_or(0, |s| s.skipped);
        optimizer.restore(self.state.step.saturating_sub(skipped) as i32, first?.into_iter().zip(second?))?;
        Ok(())
    }

    /// The best network so far, where the model is not itself the best.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn best(&self, bert: &Bert) -> Result<Option<Bert>, TrainError> {
        if self.state.best.is_none_or(|(step, _)| step == self.state.step) {
            return Ok(None);
        }
        Ok(Some(self.network(BEST_FILE, bert)?))
    }

    /// The network as it was, with its adapters apart, where it has some.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn load_unmerged(&self, bert: Bert) -> Result<Bert, TrainError> {
        if bert.lora().is_some() { self.network(UNMERGED_FILE, &bert) } else { Ok(bert) }
    }

    fn network(&self, name: &str, like: &Bert) -> Result<Bert, TrainError> {
        let parameters: Vec<&Parameter> = like.parameters().iter().collect();
        let values = self.arrays(name, &parameters)?.into_iter().zip(&parameters);
        let tensors = values.map(|(values, p)| Tensor::from_vec(values, p.value.shape(), like.device()));
        Ok(like.with_values(tensors.collect::<Result<_, _>>()?))
    }

    /// The arrays of a file in the order of these parameters.
    fn arrays(&self, name: &str, parameters: &[&Parameter]) -> Result<Vec<Vec<f32>>, TrainError> {
        let at = self.folder.join(name);
        let damaged = |why: String| ModelError::file(&at, why);
        let mut found = weights::read(&disk::read(&at)?).map_err(damaged)?;
        let take = |p: &&Parameter| {
            let fits = found.remove(&p.name).filter(|t| t.dims() == p.value.dims());
            let tensor = fits.ok_or_else(|| damaged(format!("{} is missing or has another shape", p.name)))?;
            Ok(tensor.flatten_all()?.to_vec1::<f32>()?)
        };
        parameters.iter().map(take).collect()
    }
}

/// The parameters that have moments.
fn trainable_parameters(bert: &Bert) -> Vec<&Parameter> {
    bert.parameters().iter().enumerate().filter(|(i, _)| bert.learns(*i)).map(|(_, p)| p).collect()
}

/// The checkpoints of a run with their steps, oldest first.
fn list_checkpoints(out: &Path) -> Vec<(usize, PathBuf)> {
    let mut found: Vec<_> = disk::list_dirs(out).into_iter().filter_map(|path| Some((step_of(&path)?, path))).collect();
    found.sort();
    found
}

/// Whether a folder holds checkpoints, of whatever program: a new run must not take them for its own.
pub fn exists(out: &Path) -> bool {
    !list_checkpoints(out).is_empty()
}

/// Whether this is the folder of a checkpoint, by its name.
pub(super) fn is_one(path: &Path) -> bool {
    step_of(path).is_some()
}

/// The newest checkpoint in a folder.
pub(super) fn newest_in(out: &Path) -> Option<PathBuf> {
    list_checkpoints(out).pop().map(|(_, path)| path)
}

/// A checkpoint in a folder that another program has written.
pub(super) fn foreign(out: &Path) -> Option<PathBuf> {
    let is_ours = |path: &Path| {
        let state = disk::read(&path.join(STATE_FILE)).ok();
        let state: Option<serde_json::Value> = state.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        state.is_some_and(|state| ["version", "base", "data"].iter().all(|name| state.get(name).is_some()))
    };
    list_checkpoints(out).into_iter().map(|(_, path)| path).find(|path| !is_ours(path))
}

/// Deletes the checkpoints of a run, and what they share.
///
/// # Errors
/// When something cannot be deleted.
pub(super) fn remove_all(out: &Path) -> Result<(), TrainError> {
    for (_, folder) in list_checkpoints(out) {
        disk::remove_dir_all(&folder)?;
    }
    remove_shared(out)
}

/// Deletes what the checkpoints of a run share, when there are none any more.
///
/// # Errors
/// When it cannot be deleted.
pub(super) fn remove_shared(out: &Path) -> Result<(), TrainError> {
    if exists(out) {
        return Ok(());
    }
    Ok([run_data::FILE, history::FILE].iter().try_for_each(|name| disk::remove(&out.join(name)))?)
}

/// The step of a checkpoint's folder.
fn step_of(path: &Path) -> Option<usize> {
    path.file_name()?.to_str()?.strip_prefix(DIR_PREFIX)?.parse().ok()
}

/// Deletes all but the newest checkpoints of a run. What cannot be deleted is only a pity.
pub fn rotate_checkpoints(out: &Path, count: usize) {
    let found = list_checkpoints(out);
    for (_, folder) in &found[..found.len().saturating_sub(count)] {
        if let Err(e) = disk::remove_dir_all(folder) {
            log::warn!("an old checkpoint stays: {e}");
        }
    }
}
