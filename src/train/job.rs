//! Input and result of a training run.

use super::arguments::TrainingArguments;
use super::checkpoint::Checkpoint;
use super::event::Outcome;
use crate::corpus::holdout::Holdout;
use crate::corpus::{Corpus, SentenceId};
use crate::model::PretrainedModel;
use crate::model::weights::SaveDtype;
use crate::predict::EvalMetrics;
use std::path::PathBuf;
use std::sync::Arc;

/// Input of a training run.
pub struct TrainJob {
    /// Dataset.
    pub corpus: Arc<Corpus>,
    /// Sentences for training, and sentences for choosing the best epoch.
    pub holdout: Holdout,
    /// Test sentences, evaluated once at the end. Can be empty.
    pub test: Vec<SentenceId>,
    /// Base model.
    pub base: Arc<PretrainedModel>,
    /// Settings of the run.
    pub arguments: TrainingArguments,
    /// Output directory of the model.
    pub out: PathBuf,
    /// Data type of the saved weights.
    pub save_dtype: SaveDtype,
    /// Checkpoint to resume from. `base` must then be the model of the checkpoint. The settings of the checkpoint
    /// replace `arguments`, except the device.
    pub resume: Option<Checkpoint>,
}

/// Result of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOutput {
    /// Outcome of the run.
    pub outcome: Outcome,
    /// Epoch of the saved model, starting at 1. 0 if no epoch was complete.
    pub best_epoch: usize,
    /// Dev metrics of the saved model.
    pub dev: Option<EvalMetrics>,
    /// Test metrics of the saved model.
    pub test: Option<EvalMetrics>,
    /// Duration of the training steps in seconds.
    pub train_seconds: f64,
    /// Number of subwords in training.
    pub n_subwords: usize,
    /// Peak memory of the process in MB. `None` if the system does not report it.
    pub peak_memory_mb: Option<f64>,
    /// Output directory of the model.
    pub out: PathBuf,
}

impl TrainOutput {
    /// Returns the number of subwords per second of the training steps.
    pub fn subwords_per_second(&self) -> f64 {
        if self.train_seconds > 0.0 { self.n_subwords as f64 / self.train_seconds } else { 0.0 }
    }
}
