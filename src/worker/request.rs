//! Requests to the worker threads.

use super::stamp::Stamp;
use crate::corpus::relabel::LabelMap;
use crate::corpus::splitting::SplitOptions;
use crate::corpus::{Corpus, DataSelection, LabelSnapshot, SentenceId, Split};
use crate::eval::errors::{Predictions, UnitScores};
use crate::format::{Format, ReadOptions};
use crate::hub::ModelRef;
use crate::model::align::AlignmentOptions;
use crate::project::{Dataset, SourceChange, SourceDecision, SourceFile};
use crate::train::TrainingArguments;
use crate::train::preview::RunDataKey;
use std::path::PathBuf;
use std::sync::Arc;

/// Number of a request, unique in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Request to a worker thread. It ends with exactly one answer, see [`Answer`](super::Answer).
pub struct Request {
    /// Number of the request, repeated by its answers.
    pub id: RequestId,
    /// Requested work.
    pub work: Work,
}

/// Work of a request, by thread.
pub enum Work {
    /// Work of the file thread.
    Files(FileWork),
    /// Work of the training thread.
    Training(TrainingWork),
    /// Inference that the user waits for.
    Interactive(InteractiveWork),
    /// Long-running inference.
    Background(BackgroundWork),
}

/// Work of the file thread.
pub enum FileWork {
    /// Open a dataset or a project. `None` is the sample.
    Open(Option<PathBuf>),
    /// Read a dataset with the user's options, without opening it. A dataset with a project is opened immediately.
    Preview {
        /// Path of the dataset.
        path: PathBuf,
        /// Options of the user.
        options: ReadOptions,
    },
    /// Open a dataset that was previewed.
    OpenPreviewed {
        /// Path of the dataset.
        path: PathBuf,
        /// Dataset, as previewed.
        dataset: Arc<Dataset>,
    },
    /// Open a dataset whose source was changed by another program, as the user decided.
    ResolveSourceChange {
        /// The detected change.
        changed: Arc<SourceChange>,
        /// Decision of the user.
        decision: SourceDecision,
    },
    /// Create a dataset from a text, and open it.
    CreateDataset {
        /// Name of the dataset.
        name: String,
        /// The text.
        text: String,
    },
    /// Create an empty project at this path.
    CreateProject(PathBuf),
    /// Write the corpus as new files into a directory, or as one file.
    SaveCopy {
        /// Target path.
        path: PathBuf,
        /// File or directory that was opened.
        root: PathBuf,
        /// Current corpus.
        corpus: Corpus,
        /// Source files, whose formats are kept.
        files: Vec<SourceFile>,
    },
    /// Compare the corpus with other annotations of the same text.
    Compare {
        /// Path of the other annotations.
        path: PathBuf,
        /// Current corpus.
        corpus: Corpus,
    },
    /// Write the corpus in another format.
    Export {
        /// Target path.
        path: PathBuf,
        /// Current corpus.
        corpus: Corpus,
        /// Target format.
        to: Format,
    },
    /// Write a file.
    Write {
        /// Target path.
        path: PathBuf,
        /// Contents of the file.
        bytes: Vec<u8>,
    },
    /// Read the journal of a run.
    ReadRun {
        /// Number of the run.
        run: RunId,
        /// Directory of the run.
        dir: PathBuf,
    },
    /// Delete the directory of a run, if it is one of this program.
    DeleteRunDir {
        /// Number of the run.
        run: RunId,
        /// Directory of the run.
        dir: PathBuf,
    },
    /// Copy a model directory.
    CopyModel {
        /// Source directory.
        from: PathBuf,
        /// Target directory.
        to: PathBuf,
    },
}

impl FileWork {
    /// True if files of the user are written.
    pub(super) fn writes(&self) -> bool {
        match self {
            Self::SaveCopy { .. }
            | Self::Export { .. }
            | Self::Write { .. }
            | Self::CopyModel { .. }
            | Self::DeleteRunDir { .. }
            | Self::CreateDataset { .. }
            | Self::ResolveSourceChange { .. } => true,
            Self::Open(_)
            | Self::ReadRun { .. }
            | Self::Preview { .. }
            | Self::OpenPreviewed { .. }
            | Self::CreateProject(_)
            | Self::Compare { .. } => false,
        }
    }
}

/// Number of a run, unique in a project.
pub type RunId = usize;

/// Work of the training thread.
pub enum TrainingWork {
    /// Train a model.
    Run(Box<TrainRequest>),
    /// Measure something before a run. Nothing is written.
    Measure(Measurement, Box<TrainRequest>),
}

/// A short measurement before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// Duration of the run.
    Estimate,
    /// Loss by learning rate.
    LrSweep,
}

/// Data and settings of a run.
pub struct TrainRequest {
    /// Data at the time of the request; later edits do not change it.
    pub corpus: Corpus,
    /// Choice of the sentences.
    pub selection: DataSelection,
    /// Base model.
    pub base: ModelRef,
    /// Training arguments.
    pub arguments: TrainingArguments,
    /// Directory of the model.
    pub out: PathBuf,
    /// Resume the run in that directory from its latest checkpoint, with its settings.
    pub resume: bool,
}

/// Inference and other computation that the user waits for.
pub enum InteractiveWork {
    /// Find the entities of a text.
    Predict {
        /// Model.
        model: ModelRef,
        /// The text.
        text: String,
    },
    /// Align a sentence to its subwords, as training does.
    Align {
        /// Model whose tokenizer is used.
        model: ModelRef,
        /// The tokens.
        tokens: Vec<String>,
        /// Tag names, one per token.
        tags: Vec<String>,
        /// Labels of the dataset.
        labels: Vec<String>,
        /// Options of the alignment.
        options: AlignmentOptions,
    },
    /// Describe a base model, and compare its logits with candle-transformers.
    Inspect(ModelRef),
    /// List the export formats with the information that each would lose.
    ListExportLosses {
        /// Current corpus.
        corpus: Corpus,
        /// Source files.
        files: Vec<SourceFile>,
    },
    /// Determine the data of the next run: held-out sentences and labels.
    PreviewRun {
        /// Current corpus.
        corpus: Corpus,
        /// Choice of the data.
        key: RunDataKey,
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
    /// Compare the predictions of two models with the gold labels.
    CompareErrors {
        /// Current corpus.
        corpus: Corpus,
        /// Predictions of both models.
        predictions: [Arc<Predictions>; 2],
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
    /// Compare the dev scores of two runs.
    CompareRuns {
        /// Numbers of the runs.
        runs: [RunId; 2],
        /// Dev scores of the runs.
        scores: [Box<UnitScores>; 2],
    },
    /// Compare predictions with the gold labels.
    AnalyzeErrors {
        /// Current corpus.
        corpus: Corpus,
        /// Predictions of the evaluated model.
        predictions: Arc<Predictions>,
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
    /// Determine new splits.
    AssignSplits {
        /// Current corpus.
        corpus: Corpus,
        /// Options of the splits.
        options: SplitOptions,
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
    /// Count the sentences that have changed since each snapshot.
    CompareSnapshots {
        /// Current corpus.
        corpus: Corpus,
        /// Snapshots of its labels.
        snapshots: Vec<Arc<LabelSnapshot>>,
    },
}

/// A model of a comparison.
pub struct ComparedModel {
    /// Model.
    pub model: ModelRef,
    /// Labels of the dataset for labels of the model.
    pub labels: LabelMap,
    /// Predictions, if they are known.
    pub known: Option<Arc<Predictions>>,
}

/// Long-running inference.
pub enum BackgroundWork {
    /// Evaluate a model on the sentences of a split.
    Evaluate {
        /// Model.
        model: ModelRef,
        /// Labels of the dataset for labels of the model.
        labels: LabelMap,
        /// Split of the sentences.
        split: Split,
        /// The data.
        corpus: Corpus,
        /// Sentences to evaluate.
        sentences: Vec<SentenceId>,
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
    /// Compare two models on the sentences of a split.
    CompareModels {
        /// Both models.
        models: [ComparedModel; 2],
        /// Split of the sentences.
        split: Split,
        /// The data.
        corpus: Corpus,
        /// Sentences to evaluate.
        sentences: Vec<SentenceId>,
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
    /// Suggest labels. If it is canceled, the suggestions so far are the answer.
    Suggest {
        /// Model.
        model: ModelRef,
        /// Labels of the dataset for labels of the model.
        labels: LabelMap,
        /// The data.
        corpus: Corpus,
        /// Sentences that need suggestions.
        sentences: Vec<SentenceId>,
    },
    /// Compute statistics and findings of a dataset.
    Report {
        /// The data.
        corpus: Corpus,
        /// Source files.
        files: Vec<SourceFile>,
        /// Base model of the next run, and its maximum length in subwords.
        base: Option<(ModelRef, usize)>,
        /// State of the dataset; returned with the result.
        stamp: Stamp,
    },
}
