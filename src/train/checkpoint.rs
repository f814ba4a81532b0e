//! A run between two steps, on disk: a folder `checkpoint-STEP` inside the run's own.
//!
//! It is a whole model folder, which transformers loads too. Beside the model it holds the optimizer's moments, the best
//! model so far where that is another, and a state: what was counted, the settings, and the history for the charts. A
//! folder appears whole or not at all, so whatever moment the program ends at, the newest one can be resumed. Random
//! numbers and the order of sentences are functions of seed and step: they need no place here.

use super::arguments::Arguments;
use super::fields;
use super::loss_scale::LossScale;
use super::optimizer::{AdamW, Moment};
use super::run::TrainError;
use crate::disk;
use crate::model::weights::{self, Array, Precision};
use crate::model::{Bert, ModelError, ModelFolder, TagSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const PREFIX: &str = "checkpoint-";
const STATE: &str = "trainer_state.json";
const BEST: &str = "best.safetensors";
const MOMENTS: [(Moment, &str); 2] =
    [(Moment::First, "exp_avg.safetensors"), (Moment::Second, "exp_avg_sq.safetensors")];

/// What a run has counted and chosen so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Of this form; another one is refused.
    pub version: u32,
    /// Name of the base model.
    pub base: String,
    /// [`super::plan::Plan::fingerprint`] of the sentences it learns from.
    pub data: String,
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
    pub loss_scale: Option<LossScale>,
    /// Steps and scores so far, as [`super::json`] writes them.
    pub log_history: Vec<serde_json::Value>,
}

impl State {
    /// The form that this program writes and reads.
    pub const VERSION: u32 = 1;
}

/// What is saved, still in memory.
pub struct Snapshot<'a> {
    /// Counters and settings.
    pub state: State,
    /// The network as it is.
    pub bert: &'a Bert,
    /// Its moments.
    pub optimizer: &'a AdamW,
    /// The best network, where it is not the one above.
    pub best: Option<&'a Bert>,
    /// Whose tokenizer and sizes the folder has.
    pub base: &'a ModelFolder,
    /// The tags of its head.
    pub tags: &'a TagSet,
}

impl Snapshot<'_> {
    /// Writes `checkpoint-STEP` into the run's folder.
    ///
    /// # Errors
    /// The disk's; then there is no such folder, and those that were there still are.
    pub fn write(&self, out: &Path) -> Result<(), TrainError> {
        let step = self.state.step;
        let card = format!("# Step {step} of a run of Tagwright\n\nIt was kept so that the run can be resumed.\n");
        let model = self.base.files(self.bert, self.tags, &card, Precision::Full)?;
        let moments = MOMENTS.iter().map(|(which, name)| Ok(((*name).to_owned(), self.moments(*which)?)));
        let best = self.best.iter().map(|best| Ok((BEST.to_owned(), weights::write(best, Precision::Full)?)));
        let state = std::iter::once_with(|| {
            let json = serde_json::to_vec(&self.state).map_err(|e| ModelError::Unsupported(e.to_string()))?;
            Ok((STATE.to_owned(), json))
        });
        let files = model.into_iter().map(Ok).chain(moments).chain(best).chain(state);
        disk::write_folder::<TrainError>(&out.join(format!("{PREFIX}{step}")), files)
    }

    fn moments(&self, which: Moment) -> Result<Vec<u8>, TrainError> {
        let parameters = self.bert.parameters();
        let stored = self.optimizer.with_moments(which, |moments| {
            let arrays = parameters.iter().zip(moments).map(|(p, values)| (p.name.as_str(), p.value.dims(), *values));
            weights::store(&arrays.collect::<Vec<Array>>(), Precision::Full)
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
    pub state: State,
    /// The settings of the run.
    pub arguments: Arguments,
}

impl Checkpoint {
    /// The newest one of a run.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn newest(out: &Path) -> Result<Self, TrainError> {
        disk::clear_leftovers(out);
        let found = all(out).pop().ok_or_else(|| {
            TrainError::Data(format!("{} has no checkpoint to resume from; start a new run", out.display()))
        });
        Self::open(&found?.1)
    }

    fn open(folder: &Path) -> Result<Self, TrainError> {
        let at = folder.join(STATE);
        let bytes = disk::read(&at)?;
        let damaged = |why: String| {
            TrainError::Data(format!(
                "{}: {why}; delete this checkpoint's folder to resume from an older one",
                at.display()
            ))
        };
        let state: State = serde_json::from_slice(&bytes).map_err(|e| damaged(format!("damaged ({e})")))?;
        if state.version != State::VERSION {
            return Err(damaged(format!("it was written by another version of Tagwright ({})", state.version)));
        }
        let arguments = fields::from_described(&state.arguments).map_err(damaged)?;
        Ok(Self { folder: folder.to_owned(), state, arguments })
    }

    /// The model as it was, with the name of the run's base.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn model(&self) -> Result<ModelFolder, TrainError> {
        let mut model = ModelFolder::open(&self.folder)?;
        model.name.clone_from(&self.state.base);
        Ok(model)
    }

    /// Gives an optimizer its moments back.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn restore(&self, optimizer: &mut AdamW, bert: &Bert) -> Result<(), TrainError> {
        let [first, second] = [MOMENTS[0].1, MOMENTS[1].1].map(|name| self.arrays(name, bert));
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
        let values = self.arrays(BEST, bert)?.into_iter().zip(bert.parameters());
        let tensors = values.map(|(values, p)| crate::model::Tensor::from_vec(values, p.value.shape(), bert.device()));
        Ok(Some(bert.with_values(tensors.collect::<Result<_, _>>()?)))
    }

    /// The arrays of a file in the order of the network's parameters.
    fn arrays(&self, name: &str, bert: &Bert) -> Result<Vec<Vec<f32>>, TrainError> {
        let at = self.folder.join(name);
        let damaged = |why: String| ModelError::file(&at, why);
        let mut found = weights::read(&disk::read(&at)?).map_err(damaged)?;
        let take = |p: &crate::model::bert::Parameter| {
            let fits = found.remove(&p.name).filter(|t| t.dims() == p.value.dims());
            let tensor = fits.ok_or_else(|| damaged(format!("{} is missing or has another shape", p.name)))?;
            Ok(tensor.flatten_all()?.to_vec1::<f32>()?)
        };
        bert.parameters().iter().map(take).collect()
    }
}

/// The checkpoints of a run with their steps, oldest first.
fn all(out: &Path) -> Vec<(usize, PathBuf)> {
    let step = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix(PREFIX)?.parse().ok();
    let mut found: Vec<_> = disk::folders(out).into_iter().filter_map(|path| Some((step(&path)?, path))).collect();
    found.sort();
    found
}

/// Whether a folder holds checkpoints, of whatever program: a new run must not take them for its own.
pub fn is_there(out: &Path) -> bool {
    !all(out).is_empty()
}

/// Deletes all but the newest checkpoints of a run. What cannot be deleted is only a pity.
pub fn keep_newest(out: &Path, count: usize) {
    let found = all(out);
    for (_, folder) in &found[..found.len().saturating_sub(count)] {
        if let Err(e) = disk::remove_folder(folder) {
            log::warn!("an old checkpoint stays: {e}");
        }
    }
}
