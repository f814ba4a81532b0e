//! The threads that do what takes long while the window lives: opening, training, reading texts.
//!
//! Each kind of work has a lane (a thread) of its own, so that a text is read while a run goes on. Requests go in and
//! [`Event`]s come out over channels; a panic in a lane ends as a message, never as a dead window.
//!
//! A run's step events go through a channel of bounded room: when the window does not read, they merge and nothing
//! waits. Everything else (epochs, ends, errors) has room of its own and is never lost.

mod lane;
mod open;
mod read;
mod run;

pub use read::{Asked, ModelFacts};
pub use run::{RunId, TrainRequest, Trial};

use crate::corpus::{Corpus, SentenceId};
use crate::eval::{Agreement, DatasetReport};
use crate::format::{Format, ReadOptions};
use crate::hub::{Hub, ModelRef, Progress};
use crate::model::Alignment;
use crate::model::align::AlignmentOptions;
use crate::predict::{EvalMetrics, Prediction, SuggestionsBySentence};
use crate::project::{AppDirs, Changed, Dataset, Decision, Opened, SourceFile};
use crate::train::event::{SharedControl, TrainerControl};
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::{self, TrainOutput};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lane::{Lane, Priority};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Called whenever an event has been put into a channel: wakes the window.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What can be asked of the files lane.
pub enum FileRequest {
    /// Open a dataset or a project; `None` is the sample.
    Open(Option<PathBuf>),
    /// Look at what lies there, as it is said to be. A dataset that has a project is opened at once.
    Look {
        /// Where.
        path: PathBuf,
        /// What the person says.
        choices: ReadOptions,
    },
    /// Open a dataset as it was found when it was looked at.
    Take {
        /// Where it lies.
        path: PathBuf,
        /// As it was found.
        dataset: Arc<Dataset>,
    },
    /// Open a dataset whose source was changed by another program, as a person decided.
    Decide {
        /// What was found.
        changed: Arc<Changed>,
        /// The decision.
        decision: Decision,
    },
    /// Write the corpus as new files into a folder, or as one file.
    SaveAs {
        /// Where to.
        path: PathBuf,
        /// The file or folder that was opened.
        root: PathBuf,
        /// The corpus as it is.
        corpus: Corpus,
        /// Its sources, whose formats are kept.
        files: Vec<SourceFile>,
    },
    /// Compare the corpus with another labelling of it.
    Compare {
        /// Where that lies.
        path: PathBuf,
        /// The project of the corpus, given back with the answer.
        project: PathBuf,
        /// The corpus as it is.
        corpus: Corpus,
    },
    /// Write the corpus in another format.
    Export {
        /// Where to.
        path: PathBuf,
        /// The corpus as it is.
        corpus: Corpus,
        /// Which format.
        to: Format,
    },
    /// Write a file.
    Write {
        /// Where to.
        path: PathBuf,
        /// What.
        bytes: Vec<u8>,
    },
    /// Copy a model's folder.
    CopyModel {
        /// Which model.
        from: PathBuf,
        /// Where to.
        to: PathBuf,
    },
}

/// What can be asked of the reading lane.
pub enum ReadRequest {
    /// The entities of a text. Only the newest waiting one is answered.
    Predict {
        /// With which model.
        model: ModelRef,
        /// The text.
        text: String,
        /// Given back with the answer.
        ticket: u64,
    },
    /// Scores on sentences.
    Evaluate {
        /// Which model.
        model: ModelRef,
        /// The data.
        corpus: Corpus,
        /// Which sentences of it.
        sentences: Vec<SentenceId>,
    },
    /// What a model would label.
    Suggest {
        /// Which model.
        model: ModelRef,
        /// The data.
        corpus: Corpus,
        /// Which sentences of it.
        sentences: Vec<SentenceId>,
        /// Given back with the answer.
        ticket: u64,
    },
    /// A dataset in numbers, and what looks wrong in it.
    Survey {
        /// The data.
        corpus: Corpus,
        /// Its sources.
        files: Vec<SourceFile>,
        /// The model that is to learn it, and how many pieces it reads at once.
        learner: Option<(ModelRef, usize)>,
        /// Given back with the answer: how it stands now.
        revision: u64,
        /// Given back with the answer.
        ticket: u64,
    },
    /// The pieces of a sentence as the trainer will see them.
    Pieces {
        /// Whose tokenizer.
        model: ModelRef,
        /// The words.
        words: Vec<String>,
        /// Tag names, one a word.
        tags: Vec<String>,
        /// The labels of the dataset.
        labels: Vec<String>,
        /// How tags go onto pieces.
        rule: AlignmentOptions,
        /// Given back with the answer.
        ticket: u64,
    },
    /// What a base model is, and whether our numbers are candle-transformers'.
    Check(ModelRef),
}

/// What the lanes tell.
pub enum Event {
    /// A dataset is open.
    Opened {
        /// The path that was asked for.
        asked: PathBuf,
        /// The dataset.
        opened: Box<Opened>,
    },
    /// A dataset's source was changed by another program since its project was made.
    SourceChanged(Arc<Changed>),
    /// What was found in a dataset, or why it could not be read as it was said.
    Looked {
        /// Where it lies.
        path: PathBuf,
        /// As it was said.
        choices: ReadOptions,
        /// As it was found.
        found: Result<Arc<Dataset>, String>,
    },
    /// Something was written somewhere else; what it lacks, in sentences.
    Exported(PathBuf, Vec<String>),
    /// A run tells.
    Run(RunId, train::TrainEvent),
    /// A run ended.
    RunEnded(RunId, Box<TrainOutput>),
    /// What a run would cost; `None` when it was not measured to the end.
    Estimated(Option<RunEstimate>),
    /// The loss by learning rate; `None` when it was not measured to the end.
    Rates(Option<LrSweep>),
    /// The entities of a text.
    Predicted {
        /// The request's.
        ticket: u64,
        /// The text they were asked for.
        text: String,
        /// What was found.
        prediction: Prediction,
        /// Seconds it took.
        seconds: f64,
    },
    /// So many of so many sentences are scored.
    Scoring(usize, usize),
    /// A model's scores.
    Scored(ModelRef, Box<EvalMetrics>),
    /// So many sentences have been read for suggestions.
    Suggesting(u64, usize),
    /// What a model would label.
    Suggested {
        /// The request's.
        ticket: u64,
        /// So many of the request's sentences were read.
        read: usize,
        /// What was found in them.
        found: SuggestionsBySentence,
    },
    /// A dataset in numbers.
    Surveyed {
        /// The request's.
        ticket: u64,
        /// The request's.
        revision: u64,
        /// What was found; `None` where it was ended.
        survey: Option<Box<DatasetReport>>,
    },
    /// How far another labelling agrees.
    Compared {
        /// Where the other one lies.
        path: PathBuf,
        /// The request's.
        project: PathBuf,
        /// How far both agree.
        agreement: Box<Agreement>,
    },
    /// A sentence's pieces.
    Pieces(u64, Box<Alignment>),
    /// A base model's facts.
    Checked(ModelRef, Result<ModelFacts, String>),
    /// How a download goes.
    Downloading(ModelRef, Progress),
    /// A request failed: which kind of work, and the message.
    Failed(Asked, String),
}

/// Steps that wait to be read at most; more are merged.
const STEPS: usize = 512;

/// All lanes.
pub struct Worker {
    files: Lane<FileRequest>,
    trainer: Lane<(TrainRequest, Option<Trial>)>,
    reader: Lane<ReadRequest>,
    events: Receiver<Event>,
    steps: Receiver<Event>,
    wish: Arc<SharedControl>,
    stop_reading: Arc<AtomicBool>,
}

/// Where lanes put their events.
#[derive(Clone)]
struct Outbox {
    events: Sender<Event>,
    steps: Sender<Event>,
    wake: Wake,
}

impl Outbox {
    fn send(&self, event: Event) {
        if self.events.send(event).is_err() {
            log::debug!("the window has gone");
        }
        (self.wake)();
    }
}

impl Worker {
    /// Starts the lanes. Models named by an id are looked for on `hub`.
    pub fn new(places: AppDirs, hub: Hub, wake: Wake) -> Self {
        let (sender, events) = unbounded();
        let (step_sender, steps) = bounded(STEPS);
        let outbox = Outbox { events: sender, steps: step_sender, wake };
        let wish = Arc::new(SharedControl::default());
        let stop_reading = Arc::new(AtomicBool::new(false));
        let files = Lane::new("files", Asked::Files, Priority::Normal, &outbox, {
            let outbox = outbox.clone();
            move |request, _| open::perform(request, &places, &outbox)
        });
        let trainer = Lane::new("trainer", Asked::Run, Priority::Low, &outbox, {
            let (outbox, wish, hub) = (outbox.clone(), wish.clone(), hub.clone());
            move |request, _| run::perform(request, &hub, &outbox, &wish)
        });
        let reader = Lane::new("reader", Asked::Text, Priority::Normal, &outbox, {
            let (outbox, stop) = (outbox.clone(), stop_reading.clone());
            let mut models = read::Models::new(hub);
            move |request, waiting| read::perform(request, waiting, &mut models, &outbox, &stop)
        });
        Self { files, trainer, reader, events, steps, wish, stop_reading }
    }

    /// Asks the files lane.
    pub fn file(&self, request: FileRequest) {
        self.files.send(request);
    }

    /// Starts a run, after those that wait.
    pub fn train(&self, request: TrainRequest) {
        self.wish.set(TrainerControl::Continue);
        self.trainer.send((request, None));
    }

    /// Measures what would be a run.
    pub fn trial(&self, request: TrainRequest, trial: Trial) {
        self.wish.set(TrainerControl::Continue);
        self.trainer.send((request, Some(trial)));
    }

    /// What the run under way is to do at the next batch.
    pub fn wish(&self, wish: TrainerControl) {
        self.wish.set(wish);
    }

    /// Asks the reading lane.
    pub fn read(&self, request: ReadRequest) {
        self.stop_reading.store(false, Ordering::Relaxed);
        self.reader.send(request);
    }

    /// Ends a download or an evaluation under way.
    pub fn stop_reading(&self) {
        self.stop_reading.store(true, Ordering::Relaxed);
    }

    /// Everything told since the last call: steps first, since what ends a run comes after its steps.
    pub fn drain(&self) -> Vec<Event> {
        let ends: Vec<Event> = self.events.try_iter().collect();
        self.steps.try_iter().chain(ends).collect()
    }
}

impl Worker {
    /// Ends all lanes, a run with a checkpoint, and gives what they told last: a run may have ended meanwhile.
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
