//! Checkpoints: the state of a run between two steps, in a directory `checkpoint-STEP` inside the directory of the run.
//!
//! A checkpoint is a complete model directory, which transformers can load too. It also contains the moments of the
//! optimizer, and the best model so far if it is a different one. A state file contains counters, settings and scores.
//!
//! A checkpoint is written atomically, so the latest one can be resumed after a crash at any time. Random numbers and
//! the order of sentences are functions of seed and step, so they are not stored.
//!
//! All checkpoints of a run share two files in the directory of the run: its data ([`super::run_data`]) and its
//! `super::history`.
//!
//! The number of shards of a batch is stored with the settings. With another number, sums are rounded differently:
//! the loss agrees to six digits, but not bit by bit.

use super::arguments::TrainingArguments;
use super::checkpoint_dirs::{self, DIR_PREFIX, STATE_FILE};
use super::error::TrainError;
use super::grad_scaler::GradScaler;
use super::optimizer::{AdamW, Moment};
use super::run_folder::RunFolder;
use super::settings;
use crate::disk;
use crate::model::bert::Parameter;
use crate::model::weights::{self, Array, SaveDtype};
use crate::model::{Bert, ModelError, PretrainedModel, TagSet, Tensor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const BEST_FILE: &str = "best.safetensors";
/// With LoRA: the base and its adapters as separate weights. The model file contains them merged.
const UNMERGED_FILE: &str = "unmerged.safetensors";
const MOMENT_FILES: [(Moment, &str); 2] =
    [(Moment::First, "exp_avg.safetensors"), (Moment::Second, "exp_avg_sq.safetensors")];

/// State of a run: counters, settings and scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainerState {
    /// Version of this format. Unknown versions are rejected.
    pub version: u32,
    /// Name of the base model.
    pub base: String,
    /// [`EncodedTrainSet::fingerprint`](super::train_set::EncodedTrainSet::fingerprint) of the training data.
    pub data: String,
    /// Fingerprint of the dev data; `None` in version 1.
    #[serde(default)]
    pub dev: Option<String>,
    /// Fingerprint of the test data; `None` in version 1.
    #[serde(default)]
    pub test: Option<String>,
    /// Name of the compute device; `None` in version 1.
    #[serde(default)]
    pub device: Option<String>,
    /// Compute precision that was used, independent of the settings; `None` in version 1.
    #[serde(default)]
    pub arithmetic: Option<String>,
    /// Settings by name.
    pub arguments: BTreeMap<String, String>,
    /// True if the head of the base was reused.
    pub head_kept: bool,
    /// Number of completed steps.
    pub step: usize,
    /// Number of steps that changed the weights; `None` in older checkpoints.
    #[serde(default)]
    pub updates: Option<usize>,
    /// Number of subwords in training so far.
    pub pieces: usize,
    /// Number of subwords with padding.
    pub padded: usize,
    /// Duration of the training steps in seconds.
    pub seconds: f64,
    /// Step and epoch of the best model so far.
    pub best: Option<(usize, usize)>,
    /// Number of evaluations on dev since the last improvement.
    pub without_gain: usize,
    /// Running mean of the last losses.
    pub recent_loss: f64,
    /// State of loss scaling in fp16; `None` in other precisions.
    #[serde(default)]
    pub loss_scale: Option<GradScaler>,
    /// True if the epoch is complete but not evaluated on dev yet.
    #[serde(default)]
    pub unscored: bool,
    /// Number of lines of the `super::history` that belong to this checkpoint; `None` in version 1.
    #[serde(default)]
    pub history_lines: Option<usize>,
    /// Scores so far in the format of [`super::json`]. In version 1 it also contains the steps.
    pub log_history: Vec<serde_json::Value>,
}

impl TrainerState {
    /// Version that this program writes. It also reads version 1, which stored the complete history in every
    /// checkpoint.
    pub const VERSION: u32 = 2;

    /// Returns the number of steps that changed the weights. In fp16, some are skipped.
    pub fn n_updates(&self) -> usize {
        let skipped = self.loss_scale.map_or(0, |scale| scale.skipped);
        self.updates.unwrap_or(self.step.saturating_sub(skipped))
    }
}

/// Checkpoint in memory, before it is written.
pub struct CheckpointData<'a> {
    /// Counters and settings.
    pub state: TrainerState,
    /// Current network.
    pub bert: &'a Bert,
    /// Optimizer with its moments.
    pub optimizer: &'a AdamW,
    /// Best network, if it is not `bert`.
    pub best: Option<&'a Bert>,
    /// Base model, which provides the tokenizer and the configuration.
    pub base: &'a PretrainedModel,
    /// Tags of the classification head.
    pub tags: &'a TagSet,
}

impl CheckpointData<'_> {
    /// Writes `checkpoint-STEP` into the directory of the run.
    ///
    /// # Errors
    /// Returns an error if writing fails. The checkpoint then does not exist, and earlier ones are unchanged.
    pub fn write(&self, out: &Path) -> Result<(), TrainError> {
        let step = self.state.step;
        let card = format!("# Checkpoint of step {step}\n\nSaved by Tagwright to resume the training run.\n");
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
            // The directory belongs to an abandoned attempt; its files must not be mixed with the new ones.
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

/// Checkpoint on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Directory of the checkpoint.
    pub folder: PathBuf,
    /// State of the run.
    pub state: TrainerState,
    /// Settings of the run.
    pub arguments: TrainingArguments,
}

impl Checkpoint {
    /// Opens the latest checkpoint of a run.
    ///
    /// # Errors
    /// Returns an error if there is no checkpoint or it cannot be read.
    pub fn latest(folder: &RunFolder) -> Result<Self, TrainError> {
        let out = folder.path();
        let missing = || TrainError::Data(format!("{}: no checkpoint found; start a new run", out.display()));
        Self::open(&checkpoint_dirs::latest(out).ok_or_else(missing)?)
    }

    fn open(folder: &Path) -> Result<Self, TrainError> {
        let at = folder.join(STATE_FILE);
        let bytes = disk::read(&at)?;
        let damaged = |reason: String| {
            TrainError::Data(format!(
                "{}: {reason}; delete the directory of this checkpoint to resume from an earlier one",
                at.display()
            ))
        };
        let state: TrainerState = serde_json::from_slice(&bytes).map_err(|e| damaged(format!("damaged ({e})")))?;
        if !(1..=TrainerState::VERSION).contains(&state.version) {
            return Err(damaged(format!("created by an unsupported version of Tagwright (format {})", state.version)));
        }
        let arguments = settings::from_map(&state.arguments).map_err(|e| damaged(e.to_string()))?;
        Ok(Self { folder: folder.to_owned(), state, arguments })
    }

    /// Loads the model of the checkpoint, with the name of the base model of the run.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged.
    pub fn model(&self) -> Result<PretrainedModel, TrainError> {
        let mut model = PretrainedModel::from_pretrained(&self.folder)?;
        model.name.clone_from(&self.state.base);
        Ok(model)
    }

    /// Restores the moments of an optimizer.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged.
    pub fn restore(&self, optimizer: &mut AdamW, bert: &Bert) -> Result<(), TrainError> {
        let [first, second] =
            [MOMENT_FILES[0].1, MOMENT_FILES[1].1].map(|name| self.arrays(name, &trainable_parameters(bert)));
        optimizer.restore(self.state.n_updates() as i32, first?.into_iter().zip(second?))?;
        Ok(())
    }

    /// Loads the best network so far. Returns `None` if no model is stored or the current one is the best.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged.
    pub fn best(&self, bert: &Bert) -> Result<Option<Bert>, TrainError> {
        if self.state.best.is_none_or(|(step, _)| step == self.state.step) {
            return Ok(None);
        }
        Ok(Some(self.network(BEST_FILE, bert)?))
    }

    /// Loads the network with separate adapters if it uses LoRA. Otherwise returns `bert` unchanged.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged.
    pub fn load_unmerged(&self, bert: Bert) -> Result<Bert, TrainError> {
        if bert.lora().is_some() { self.network(UNMERGED_FILE, &bert) } else { Ok(bert) }
    }

    fn network(&self, name: &str, like: &Bert) -> Result<Bert, TrainError> {
        let parameters: Vec<&Parameter> = like.parameters().iter().collect();
        let values = self.arrays(name, &parameters)?.into_iter().zip(&parameters);
        let tensors = values.map(|(values, p)| Tensor::from_vec(values, p.value.shape(), like.device()));
        Ok(like.with_values(tensors.collect::<Result<_, _>>()?))
    }

    /// Reads the arrays of a file in the order of these parameters.
    fn arrays(&self, name: &str, parameters: &[&Parameter]) -> Result<Vec<Vec<f32>>, TrainError> {
        let at = self.folder.join(name);
        let mut found = weights::read(&disk::read(&at)?).map_err(|e| ModelError::file(&at, e))?;
        let take = |p: &&Parameter| {
            let fits = found.remove(&p.name).filter(|t| t.dims() == p.value.dims());
            let wrong = || ModelError::file(&at, format!("{} is missing or has a different shape", p.name));
            let tensor = fits.ok_or_else(wrong)?;
            Ok(tensor.flatten_all()?.to_vec1::<f32>()?)
        };
        parameters.iter().map(take).collect()
    }
}

/// Returns the trainable parameters, which have moments.
fn trainable_parameters(bert: &Bert) -> Vec<&Parameter> {
    bert.parameters().iter().enumerate().filter(|(i, _)| bert.is_trainable(*i)).map(|(_, p)| p).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_of_updates_is_stored_or_derived() {
        let mut scale = GradScaler::default();
        scale.skipped = 2;
        let check = |updates: Option<usize>, loss_scale: Option<GradScaler>, expected: usize| {
            let state = TrainerState { step: 9, updates, loss_scale, ..TrainerState::default() };
            assert_eq!(state.n_updates(), expected);
        };
        check(None, None, 9);
        check(None, Some(scale), 7);
        check(Some(6), None, 6);
    }

    /// Stored names never change: a renamed field needs `#[serde(rename)]`.
    #[test]
    fn stored_names_are_frozen() {
        let stored = serde_json::to_value(TrainerState::default()).expect("JSON");
        let names: Vec<&String> = stored.as_object().expect("an object").keys().collect();
        let expected = [
            "version",
            "base",
            "data",
            "dev",
            "test",
            "device",
            "arithmetic",
            "arguments",
            "head_kept",
            "step",
            "updates",
            "pieces",
            "padded",
            "seconds",
            "best",
            "without_gain",
            "recent_loss",
            "loss_scale",
            "unscored",
            "history_lines",
            "log_history",
        ];
        assert_eq!(names, expected);
    }
}
