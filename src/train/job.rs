//! Input and result of a training run.

use super::arguments::TrainingArguments;
use super::checkpoint::Checkpoint;
use super::error::TrainError;
use super::event::Outcome;
use super::preview::used_labels;
use super::run_data::RunData;
use crate::corpus::holdout::Holdout;
use crate::corpus::{Corpus, SentenceId};
use crate::model::PretrainedModel;
use crate::model::weights::SaveDtype;
use crate::predict::EvalMetrics;
use std::path::PathBuf;
use std::sync::Arc;

/// Data of a run.
#[derive(Clone, Debug)]
pub enum JobData {
    /// Sentences of a corpus, which are tokenized at the start of the run.
    Corpus(CorpusData),
    /// Data that another process has tokenized.
    Encoded(EncodedData),
}

/// Sentences of a corpus by their use in a run.
#[derive(Clone, Debug)]
pub struct CorpusData {
    /// Dataset.
    pub corpus: Arc<Corpus>,
    /// Sentences for training, and sentences for choosing the best epoch.
    pub holdout: Holdout,
    /// Test sentences, evaluated once at the end. Can be empty.
    pub test: Vec<SentenceId>,
}

/// Tokenized data of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedData {
    /// Labels that occur in the training sentences, in the order of the corpus.
    pub labels: Vec<String>,
    /// Tokenized sentences of train, dev and test. Their tags are the tags of the network.
    pub run_data: Arc<RunData>,
}

impl CorpusData {
    /// Tokenizes the sentences for a base model. `is_resumed` is true if the base model is a checkpoint of the run.
    ///
    /// # Errors
    /// Returns an error if the tokenizer fails.
    pub fn encode(
        &self,
        base: &PretrainedModel,
        arguments: &TrainingArguments,
        is_resumed: bool,
    ) -> Result<EncodedData, TrainError> {
        let labels = used_labels(&self.corpus, &self.holdout.train);
        // A resumed run has its own data.
        if labels.is_empty() && !is_resumed {
            let message = "no labeled sentences in the training split; label at least one";
            return Err(TrainError::Data(message.into()));
        }
        let tags = match &base.tags {
            Some(tags) if is_resumed => tags.clone(),
            _ => base.tags_for(&labels, arguments.new_head),
        };
        let run_data = Arc::new(RunData::of(self, base, arguments, &tags)?);
        Ok(EncodedData { labels, run_data })
    }
}

/// Input of a training run.
pub struct TrainJob {
    /// Data of the run.
    pub data: JobData,
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
