//! Worker threads for long-running tasks while the window is open: opening files, training, inference.
//!
//! The window submits a [`Request`] and receives [`Answer`]s with the number of the request. Each kind of work has its
//! own thread: files, training, interactive inference, and long-running inference. Every request has its own control
//! value and ends with exactly one answer, also after a panic.

mod answer;
mod files;
mod inference;
mod models;
mod request;
mod stamp;
mod thread;
mod training;

pub use answer::{Answer, AnswerContent, Done, Evaluated, ModelFacts, ModelsCompared, Progress};
pub use request::{
    BackgroundWork, ComparedModel, FileWork, InteractiveWork, Measurement, Request, RequestId, RunId, TrainRequest,
    TrainingWork, Work,
};
pub use stamp::{SessionId, Stamp};

use crate::hub::Hub;
use crate::project::AppDirs;
use crate::train::event::{SharedControl, TrainerControl};
use answer::AnswerSender;
use crossbeam_channel::{Receiver, unbounded};
use models::ModelCache;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use thread::{Job, Priority, WorkerThread};

/// Callback that runs after sent answers and requests a repaint of the window.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// All worker threads.
pub struct Worker {
    files: WorkerThread<FileWork>,
    training: WorkerThread<TrainingWork>,
    interactive: WorkerThread<InteractiveWork>,
    background: WorkerThread<BackgroundWork>,
    answers: Receiver<Answer>,
    /// Control values of the requests that have not ended.
    controls: HashMap<RequestId, Arc<SharedControl>>,
    /// Requests of the file thread that wait, see [`Self::hold_files`].
    held: Option<Vec<Job<FileWork>>>,
    /// Requests that write files. They are completed before the program ends.
    writes: HashSet<RequestId>,
}

impl Worker {
    /// Starts the threads. Models with an id are loaded from `hub`.
    pub fn new(dirs: AppDirs, hub: Hub, wake: Wake) -> Self {
        let (sender, answers) = unbounded();
        let sender = AnswerSender::new(sender, wake);
        let models = Arc::new(ModelCache::new(hub.clone()));
        let files = WorkerThread::new("files", Priority::Normal, &sender, move |work, _| files::perform(work, &dirs));
        let training = WorkerThread::new("trainer", Priority::Low, &sender, move |work, context| {
            training::perform(work, &hub, context)
        });
        let interactive = WorkerThread::new("inference", Priority::Normal, &sender, {
            let models = models.clone();
            move |work, context| inference::perform_interactive(work, &models, context)
        });
        let background = WorkerThread::new("evaluation", Priority::Normal, &sender, move |work, context| {
            inference::perform_background(work, &models, context)
        });
        Self {
            files,
            training,
            interactive,
            background,
            answers,
            controls: HashMap::new(),
            held: None,
            writes: HashSet::new(),
        }
    }

    /// Appends a request to the queue of its thread.
    pub fn submit(&mut self, Request { id, work }: Request) {
        let control = Arc::new(SharedControl::default());
        self.controls.insert(id, control.clone());
        if matches!(&work, Work::Files(work) if work.writes()) {
            self.writes.insert(id);
        }
        match work {
            Work::Files(work) => {
                let job = Job { id, work, control };
                match &mut self.held {
                    Some(held) => held.push(job),
                    None => self.files.send(job),
                }
            }
            Work::Training(work) => self.training.send(Job { id, work, control }),
            Work::Interactive(work) => self.interactive.send(Job { id, work, control }),
            Work::Background(work) => self.background.send(Job { id, work, control }),
        }
    }

    /// Lets the following requests of the file thread wait until [`Self::resume_files`], because a file that they use is
    /// still open.
    pub fn hold_files(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Lets the waiting requests of the file thread run.
    pub fn resume_files(&mut self) {
        self.held.take().into_iter().flatten().for_each(|job| self.files.send(job));
    }

    /// Sets the control value of a request, waiting or running. The work reads it before each batch.
    /// [`TrainerControl::Stop`] cancels it. A request that has ended is ignored.
    pub fn control(&self, id: RequestId, control: TrainerControl) {
        if let Some(shared) = self.controls.get(&id) {
            shared.set(control);
        }
    }

    /// Returns all answers since the last call, in the order in which they were sent.
    pub fn drain(&mut self) -> Vec<Answer> {
        let answers: Vec<Answer> = self.answers.try_iter().collect();
        for answer in answers.iter().filter(|a| a.content.is_end()) {
            self.controls.remove(&answer.id);
            self.writes.remove(&answer.id);
        }
        answers
    }

    /// Stops all threads and returns their last answers. A run is suspended with a checkpoint, unless it ends before.
    pub fn close(&mut self) -> Vec<Answer> {
        self.suspend();
        self.training.finish();
        self.interactive.finish();
        self.background.finish();
        self.resume_files();
        self.files.finish();
        self.drain()
    }

    fn suspend(&self) {
        let canceled = self.controls.iter().filter(|(id, _)| !self.writes.contains(id));
        canceled.for_each(|(_, control)| control.set(TrainerControl::Suspend));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.suspend();
    }
}
