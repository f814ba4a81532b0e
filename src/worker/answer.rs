//! Answers of the worker threads.
//!
//! All answers use one channel, so they arrive in the order in which they were sent. If the window does not read them,
//! step events are merged and progress is skipped; nothing else is lost.

use super::Wake;
use super::request::{RequestId, RunId};
use super::stamp::Stamp;
use crate::corpus::splitting::{NewSplits, SplitOptions};
use crate::corpus::store::CorpusCounts;
use crate::corpus::{SentenceId, Split};
use crate::eval::errors::{ErrorAnalysis, ModelComparison, Predictions, UnitDifference};
use crate::eval::{Agreement, DatasetReport};
use crate::failure::Failure;
use crate::format::{Format, ReadOptions};
use crate::hub::{self, ModelRef};
use crate::model::Alignment;
use crate::predict::{EvalMetrics, Prediction, Suggestions};
use crate::project::{Dataset, Opened, Project, SourceChange};
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::preview::{RunDataKey, RunPreview};
use crate::train::{TrainEvent, TrainOutput};
use crossbeam_channel::Sender;
use std::path::PathBuf;
use std::sync::Arc;

/// Answer to a request.
pub struct Answer {
    /// Number of the request.
    pub id: RequestId,
    /// Content of the answer.
    pub content: AnswerContent,
}

/// Content of an answer. Each request ends with exactly one of `Done`, `Failed` and `Canceled`.
pub enum AnswerContent {
    /// The request is in progress.
    Progress(Progress),
    /// Event of a run, in the order in which the run reported it.
    Run(TrainEvent),
    /// The request is complete.
    Done(Box<Done>),
    /// The request failed.
    Failed(Failure),
    /// The request was canceled.
    Canceled,
}

impl AnswerContent {
    /// True if no other answer to the request follows.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_) | Self::Canceled)
    }
}

/// Progress of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A model is being downloaded.
    Download(hub::Progress),
    /// Number of processed sentences, and total number.
    Sentences(usize, usize),
}

/// Result of a request, with the inputs that it refers to.
pub enum Done {
    /// A dataset was opened.
    Opened {
        /// Requested path.
        path: PathBuf,
        /// The dataset.
        opened: Box<Opened>,
        /// Agreement with the changed source, if the user decided to compare.
        comparison: Option<Box<Agreement>>,
    },
    /// The source of a dataset was changed by another program after its project was created.
    SourceChanged(Arc<SourceChange>),
    /// A dataset was read without opening it, or its content cannot be read with these options.
    Previewed {
        /// Path of the dataset.
        path: PathBuf,
        /// Options of the user.
        options: ReadOptions,
        /// The dataset, or the failure of reading it.
        result: Result<Arc<Dataset>, Failure>,
    },
    /// Data was written.
    Written {
        /// Target path.
        path: PathBuf,
        /// Descriptions of the information that is not in the new file.
        losses: Vec<String>,
    },
    /// An empty project was created.
    ProjectCreated(Box<Project>),
    /// The corpus was compared with other annotations.
    Compared {
        /// Path of the other annotations.
        path: PathBuf,
        /// Agreement of both annotations.
        agreement: Box<Agreement>,
    },
    /// A run finished.
    Trained(Box<TrainOutput>),
    /// Estimated cost of a run.
    Estimated(RunEstimate),
    /// Loss by learning rate.
    LrSweep(LrSweep),
    /// Entities of a text.
    Predicted {
        /// Model.
        model: ModelRef,
        /// Text of the request.
        text: String,
        /// The entities.
        prediction: Prediction,
        /// Duration in seconds.
        seconds: f64,
    },
    /// Aligned subwords of a sentence.
    Aligned(Box<Alignment>),
    /// Facts about a base model.
    Inspected(ModelFacts),
    /// The export formats with the information that each would lose.
    ExportLosses(Vec<(Format, Vec<String>)>),
    /// Data of the next run.
    RunPreviewed {
        /// State of the dataset of the request.
        stamp: Stamp,
        /// Choice of the request.
        key: RunDataKey,
        /// The data.
        preview: Box<RunPreview>,
    },
    /// The journal of a run was read.
    RunRead {
        /// Number of the run.
        run: RunId,
        /// Its events. Empty if it has no journal.
        events: Vec<TrainEvent>,
    },
    /// The directory of a run was deleted.
    RunDirDeleted,
    /// The dev scores of two runs were compared.
    RunsCompared {
        /// Numbers of the runs.
        runs: [RunId; 2],
        /// Difference, or `None` if their dev data differs.
        difference: Option<UnitDifference>,
    },
    /// New splits.
    SplitsAssigned {
        /// State of the dataset of the request.
        stamp: Stamp,
        /// Options of the request.
        options: SplitOptions,
        /// The splits.
        splits: Box<NewSplits>,
        /// Counts of train, dev and test.
        counts: Box<[CorpusCounts; 3]>,
    },
    /// Number of sentences that have changed since each snapshot.
    SnapshotChanges(Vec<usize>),
    /// Scores of a model on a split.
    Evaluated(Box<Evaluated>),
    /// Comparison of two models on a split.
    ModelsCompared(Box<ModelsCompared>),
    /// Comparison of two models with the current labels.
    ErrorsCompared {
        /// State of the dataset of the request.
        stamp: Stamp,
        /// The comparison.
        comparison: Box<ModelComparison>,
    },
    /// Errors of the evaluated model with the current labels.
    ErrorsAnalyzed {
        /// State of the dataset of the request.
        stamp: Stamp,
        /// The errors.
        errors: Box<ErrorAnalysis>,
    },
    /// The model has labels that the dataset does not have, and the request has no decision about them. Nothing was
    /// predicted.
    LabelsDiffer {
        /// Model.
        model: ModelRef,
        /// Its labels.
        labels: Vec<String>,
    },
    /// Suggested labels.
    Suggested {
        /// Model.
        model: ModelRef,
        /// Processed sentences.
        sentences: Vec<SentenceId>,
        /// The suggestions.
        suggestions: Suggestions,
    },
    /// Statistics and findings of a dataset.
    Reported {
        /// State of the dataset of the request.
        stamp: Stamp,
        /// The report.
        report: Box<DatasetReport>,
    },
}

/// Result of an evaluation.
pub struct Evaluated {
    /// Model.
    pub model: ModelRef,
    /// Split.
    pub split: Split,
    /// State of the dataset of the request.
    pub stamp: Stamp,
    /// Metrics.
    pub metrics: EvalMetrics,
    /// Predictions.
    pub predictions: Arc<Predictions>,
    /// Errors.
    pub errors: ErrorAnalysis,
}

/// Result of a comparison of two models.
pub struct ModelsCompared {
    /// Models with their predictions.
    pub models: [(ModelRef, Arc<Predictions>); 2],
    /// Split.
    pub split: Split,
    /// State of the dataset of the request.
    pub stamp: Stamp,
    /// The comparison.
    pub comparison: ModelComparison,
    /// Duration in seconds.
    pub seconds: f64,
}

/// Facts about a base model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelFacts {
    /// Layers and width, for example "5 layers, hidden size 384".
    pub architecture: String,
    /// Number of parameters.
    pub n_parameters: usize,
    /// Labels of its head. Empty without a head.
    pub labels: Vec<String>,
    /// Maximum sentence length in subwords.
    pub max_length: usize,
    /// Largest difference between the logits of Tagwright and candle-transformers on three sentences.
    pub max_logit_difference: Option<f32>,
}

/// Maximum number of waiting answers. Above it, steps are merged and progress is skipped.
const MAX_WAITING: usize = 512;

/// Sender of all worker threads.
#[derive(Clone)]
pub(super) struct AnswerSender {
    channel: Sender<Answer>,
    wake: Wake,
}

impl AnswerSender {
    pub(super) fn new(channel: Sender<Answer>, wake: Wake) -> Self {
        Self { channel, wake }
    }

    /// Sends an answer and wakes the window.
    pub(super) fn send(&self, id: RequestId, content: AnswerContent) {
        self.send_silently(id, content);
        self.wake();
    }

    /// Sends an answer without waking the window.
    pub(super) fn send_silently(&self, id: RequestId, content: AnswerContent) {
        if self.channel.send(Answer { id, content }).is_err() {
            log::debug!("the window no longer receives answers");
        }
    }

    /// True if the window does not read the answers fast enough.
    pub(super) fn is_full(&self) -> bool {
        self.channel.len() >= MAX_WAITING
    }

    pub(super) fn wake(&self) {
        (self.wake)();
    }
}
