//! Worker threads for tasks that take long while the window is open: opening files, training, inference.
//!
//! Each kind of work has its own thread. Inference therefore works during training. Requests and [`Event`]s are sent
//! over channels. A panic in a thread becomes a message and never ends the window.
//!
//! Step events of a run use a bounded channel. If the window does not read them, they are merged, and the run does not
//! wait.
//! All other events (epochs, ends, errors) use an unbounded channel and are never lost.

mod inference;
mod open;
mod thread;
mod training;

pub use inference::{ModelFacts, RequestKind};
pub use training::{RunId, TrainRequest, Trial};

use crate::corpus::{Corpus, SentenceId};
use crate::eval::{Agreement, DatasetReport};
use crate::format::{Format, ReadOptions};
use crate::hub::{Hub, ModelRef, Progress};
use crate::model::Alignment;
use crate::model::align::AlignmentOptions;
use crate::predict::{EvalMetrics, Prediction, SuggestionsBySentence};
use crate::project::{AppDirs, Dataset, Opened, SourceChange, SourceDecision, SourceFile};
use crate::train::event::{SharedControl, TrainerControl};
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::{self, TrainOutput};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use thread::{Priority, WorkerThread};

/// Callback after each event that is put into a channel. It wakes the window.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Request to the file thread.
pub enum FileRequest {
    /// Open a dataset or a project. `None` is the sample.
    Open(Option<PathBuf>),
    /// Inspect a dataset with the user's options. A dataset with a project is opened immediately.
    Preview {
        /// Path of the dataset.
        path: PathBuf,
        /// Options of the user.
        choices: ReadOptions,
    },
    /// Open a dataset that was inspected.
    OpenPreviewed {
        /// Path of the dataset.
        path: PathBuf,
        /// Dataset, as inspected.
        dataset: Arc<Dataset>,
    },
    /// Open a dataset whose source was changed by another program, as the user decided.
    ResolveSourceChange {
        /// The detected change.
        changed: Arc<SourceChange>,
        /// Decision of the user.
        decision: SourceDecision,
    },
    /// Write the corpus as new files into a directory, or as one file.
    SaveAs {
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
        /// Project of the corpus; returned with the result.
        project: PathBuf,
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
    /// Copy a model directory.
    CopyModel {
        /// Source directory.
        from: PathBuf,
        /// Target directory.
        to: PathBuf,
    },
}

/// Request to the inference thread.
pub enum ReadRequest {
    /// Find the entities of a text. Only the newest request in the queue is answered.
    Predict {
        /// Model.
        model: ModelRef,
        /// The text.
        text: String,
        /// Request number; returned with the result.
        ticket: u64,
    },
    /// Evaluate a model on sentences.
    Evaluate {
        /// Model.
        model: ModelRef,
        /// The data.
        corpus: Corpus,
        /// Sentences to evaluate.
        sentences: Vec<SentenceId>,
    },
    /// Suggest labels.
    Suggest {
        /// Model.
        model: ModelRef,
        /// The data.
        corpus: Corpus,
        /// Sentences that need suggestions.
        sentences: Vec<SentenceId>,
        /// Request number; returned with the result.
        ticket: u64,
    },
    /// Compute statistics and findings of a dataset.
    Survey {
        /// The data.
        corpus: Corpus,
        /// Source files.
        files: Vec<SourceFile>,
        /// Model to be trained on the data, and its maximum length in subwords.
        learner: Option<(ModelRef, usize)>,
        /// Current revision of the corpus; returned with the result.
        revision: u64,
        /// Request number; returned with the result.
        ticket: u64,
    },
    /// Align a sentence to its subwords, as training does.
    Pieces {
        /// Model whose tokenizer is used.
        model: ModelRef,
        /// The words.
        words: Vec<String>,
        /// Tag names, one per word.
        tags: Vec<String>,
        /// Labels of the dataset.
        labels: Vec<String>,
        /// Options of the alignment.
        rule: AlignmentOptions,
        /// Request number; returned with the result.
        ticket: u64,
    },
    /// Describe a base model, and compare its logits with candle-transformers.
    Check(ModelRef),
}

/// Event of a worker thread.
pub enum Event {
    /// A dataset was opened.
    Opened {
        /// Requested path.
        asked: PathBuf,
        /// The dataset.
        opened: Box<Opened>,
    },
    /// The source of a dataset was changed by another program after its project was created.
    SourceChanged(Arc<SourceChange>),
    /// A dataset was inspected, or could not be read with these options.
    Looked {
        /// Path of the dataset.
        path: PathBuf,
        /// Options of the user.
        choices: ReadOptions,
        /// The dataset, or an error message.
        found: Result<Arc<Dataset>, String>,
    },
    /// Data was written to this path. The messages list the information that is not in the new file.
    Exported(PathBuf, Vec<String>),
    /// Event of a run.
    Run(RunId, train::TrainEvent),
    /// A run ended.
    RunEnded(RunId, Box<TrainOutput>),
    /// Estimated cost of a run. `None` if the measurement did not finish.
    Estimated(Option<RunEstimate>),
    /// Loss by learning rate. `None` if the measurement did not finish.
    Rates(Option<LrSweep>),
    /// Entities of a text.
    Predicted {
        /// Number of the request.
        ticket: u64,
        /// Text of the request.
        text: String,
        /// The entities.
        prediction: Prediction,
        /// Duration in seconds.
        seconds: f64,
    },
    /// Progress of an evaluation: number of evaluated sentences, and total number.
    Scoring(usize, usize),
    /// Scores of a model.
    Scored(ModelRef, Box<EvalMetrics>),
    /// Progress of suggestions: request number, and number of processed sentences.
    Suggesting(u64, usize),
    /// Suggested labels.
    Suggested {
        /// Number of the request.
        ticket: u64,
        /// Number of processed sentences of the request.
        read: usize,
        /// Suggestions by sentence.
        found: SuggestionsBySentence,
    },
    /// Statistics and findings of a dataset.
    Surveyed {
        /// Number of the request.
        ticket: u64,
        /// Revision of the request.
        revision: u64,
        /// The report. `None` if the request was canceled.
        survey: Option<Box<DatasetReport>>,
    },
    /// Comparison with other annotations.
    Compared {
        /// Path of the other annotations.
        path: PathBuf,
        /// Project of the request.
        project: PathBuf,
        /// Agreement of both annotations.
        agreement: Box<Agreement>,
    },
    /// Request number, and the aligned subwords of a sentence.
    Subwords(u64, Box<Alignment>),
    /// Facts about a base model.
    Checked(ModelRef, Result<ModelFacts, String>),
    /// Progress of a download.
    Downloading(ModelRef, Progress),
    /// A request failed. Contains the kind of work and the message.
    Failed(RequestKind, String),
}

/// Maximum number of waiting step events. Above it, steps are merged.
const STEPS: usize = 512;

/// All worker threads.
pub struct Worker {
    files: WorkerThread<FileRequest>,
    trainer: WorkerThread<(TrainRequest, Option<Trial>)>,
    reader: WorkerThread<ReadRequest>,
    events: Receiver<Event>,
    steps: Receiver<Event>,
    wish: Arc<SharedControl>,
    stop_reading: Arc<AtomicBool>,
}

/// Channels for the events of worker threads.
#[derive(Clone)]
struct EventSender {
    events: Sender<Event>,
    steps: Sender<Event>,
    wake: Wake,
}

impl EventSender {
    fn send(&self, event: Event) {
        if self.events.send(event).is_err() {
            log::debug!("the event receiver is closed");
        }
        (self.wake)();
    }
}

impl Worker {
    /// Starts the threads. Models with an id are loaded from `hub`.
    pub fn new(places: AppDirs, hub: Hub, wake: Wake) -> Self {
        let (sender, events) = unbounded();
        let (step_sender, steps) = bounded(STEPS);
        let outbox = EventSender { events: sender, steps: step_sender, wake };
        let wish = Arc::new(SharedControl::default());
        let stop_reading = Arc::new(AtomicBool::new(false));
        let files = WorkerThread::new("files", RequestKind::Files, Priority::Normal, &outbox, {
            let outbox = outbox.clone();
            move |request, _| open::perform(request, &places, &outbox)
        });
        let trainer = WorkerThread::new("trainer", RequestKind::Run, Priority::Low, &outbox, {
            let (outbox, wish, hub) = (outbox.clone(), wish.clone(), hub.clone());
            move |request, _| training::perform(request, &hub, &outbox, &wish)
        });
        let reader = WorkerThread::new("reader", RequestKind::Text, Priority::Normal, &outbox, {
            let (outbox, stop) = (outbox.clone(), stop_reading.clone());
            let mut models = inference::Models::new(hub);
            move |request, waiting| inference::perform(request, waiting, &mut models, &outbox, &stop)
        });
        Self { files, trainer, reader, events, steps, wish, stop_reading }
    }

    /// Sends a request to the file thread.
    pub fn file(&self, request: FileRequest) {
        self.files.send(request);
    }

    /// Queues a run.
    pub fn train(&self, request: TrainRequest) {
        self.wish.set(TrainerControl::Continue);
        self.trainer.send((request, None));
    }

    /// Queues a measurement before a run.
    pub fn trial(&self, request: TrainRequest, trial: Trial) {
        self.wish.set(TrainerControl::Continue);
        self.trainer.send((request, Some(trial)));
    }

    /// Sets the control of the current run. The run reads it before the next batch.
    pub fn wish(&self, wish: TrainerControl) {
        self.wish.set(wish);
    }

    /// Sends a request to the inference thread.
    pub fn read(&self, request: ReadRequest) {
        self.stop_reading.store(false, Ordering::Relaxed);
        self.reader.send(request);
    }

    /// Cancels the current download or evaluation.
    pub fn stop_reading(&self) {
        self.stop_reading.store(true, Ordering::Relaxed);
    }

    /// Returns all events since the last call. Steps come first, because the end of a run comes after its steps.
    pub fn drain(&self) -> Vec<Event> {
        let ends: Vec<Event> = self.events.try_iter().collect();
        self.steps.try_iter().chain(ends).collect()
    }
}

impl Worker {
    /// Stops all threads and returns their last events. A run is suspended with a checkpoint, unless it ends before.
    pub fn close(&mut self) -> Vec<Event> {
        self.wish(TrainerControl::Suspend);
        self.stop_reading();
        self.trainer.finish();
        self.reader.finish();
        self.files.finish();
        self.drain()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.wish(TrainerControl::Suspend);
        self.stop_reading();
    }
}
