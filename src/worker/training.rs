//! The training thread.
//!
//! Steps wake the window at most ten times per second.

use super::{Event, EventSender};
use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, Holdout, holdout};
use crate::corpus::{Corpus, SentenceId};
use crate::gpu::run::{HelperResult, Task};
use crate::gpu::{self, CudaHelper, ExecutionTarget};
use crate::hub::{self, Hub, ModelRef};
use crate::model::PretrainedModel;
use crate::model::weights::SaveDtype;
use crate::train::checkpoint::Checkpoint;
use crate::train::event::{LogLevel, SharedControl, Step, TrainerControl};
use crate::train::{self, ExistingFiles, Observer, RunFolder, TrainError, TrainJob, TrainOutput, TrainingArguments};
use crossbeam_channel::TrySendError;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Number of a run, unique in a project.
pub type RunId = usize;

/// Request for a run.
pub struct TrainRequest {
    /// Number of the run.
    pub run: RunId,
    /// Data at the time of the request; later edits do not change it.
    pub corpus: Corpus,
    /// Training and validation sentences.
    pub holdout: Holdout,
    /// Test sentences, evaluated at the end.
    pub test: Vec<SentenceId>,
    /// Base model.
    pub base: ModelRef,
    /// Training arguments.
    pub arguments: TrainingArguments,
    /// Directory of the model.
    pub out: PathBuf,
    /// Resume the run in that directory from its latest checkpoint, with its settings.
    pub resume: bool,
}

/// Minimum interval between wake-ups of the window by steps.
const WAKE_EVERY: Duration = Duration::from_millis(100);

/// A short measurement before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// Duration of the run.
    Estimate,
    /// Loss by learning rate.
    Rates,
}

/// Performs a run or a measurement, in this program or in the helper on a GPU.
pub(super) fn perform(
    (request, trial): (TrainRequest, Option<Trial>),
    hub: &Hub,
    outbox: &EventSender,
    wish: &SharedControl,
) -> Result<(), String> {
    let run = request.run;
    let mut forwarder = EventForwarder { run, outbox, wish, pending: None, woken: Instant::now() };
    let answer = match gpu::select_target(request.arguments.device, CudaHelper::find())? {
        ExecutionTarget::Helper(helper, device) => {
            if let ModelRef::Hub(_) = request.base {
                // Download here, so that the progress is visible; the helper finds the model in the same cache.
                open(&request.base, hub, outbox, wish)?;
            }
            let task = match trial {
                Some(Trial::Estimate) => Task::Estimate,
                Some(Trial::Rates) => Task::LrSweep,
                None if request.resume => Task::Resume,
                None => Task::Run,
            };
            let TrainRequest { corpus, base, arguments, out, .. } = &request;
            gpu::run::run(
                &helper,
                &gpu::run::HelperRequest { task, device, corpus, base, arguments, out },
                &mut forwarder,
            )?
        }
        ExecutionTarget::Here(reason) => {
            if let Some(reason) = reason {
                forwarder.on_event(train::TrainEvent::Log(LogLevel::Warning, reason));
            }
            run_in_process(request, trial, hub, outbox, wish, &mut forwarder)?
        }
    };
    if let Some(step) = forwarder.pending.take() {
        outbox.send(Event::Run(run, train::TrainEvent::Step(step)));
    }
    match answer {
        HelperResult::Finished(finished) => outbox.send(Event::RunEnded(run, finished)),
        HelperResult::Estimate(found) => outbox.send(Event::Estimated(found)),
        HelperResult::Rates(found) => outbox.send(Event::Rates(found)),
        // The window is closing, and the next window can resume the run.
        HelperResult::Suspended => {}
    }
    Ok(())
}

fn open(name: &ModelRef, hub: &Hub, outbox: &EventSender, wish: &SharedControl) -> Result<PretrainedModel, String> {
    let watch = |progress| {
        outbox.send(Event::Downloading(name.clone(), progress));
        !matches!(wish.get(), TrainerControl::Stop | TrainerControl::Suspend)
    };
    hub::load_model(name, hub, watch).map_err(|e| e.to_string())
}

/// Performs the request in this program.
fn run_in_process(
    request: TrainRequest,
    trial: Option<Trial>,
    hub: &Hub,
    outbox: &EventSender,
    wish: &SharedControl,
    forwarder: &mut EventForwarder,
) -> Result<HelperResult, String> {
    let text = |e: TrainError| e.to_string();
    let beginning = if request.resume { ExistingFiles::Resume } else { ExistingFiles::Fresh };
    // A measurement writes nothing.
    let folder = match trial {
        None => Some(RunFolder::acquire(&request.out, beginning, None).map_err(text)?),
        Some(_) => None,
    };
    let resume = folder.as_ref().filter(|_| request.resume).map(Checkpoint::latest).transpose().map_err(text)?;
    let base = match &resume {
        Some(checkpoint) => checkpoint.model().map_err(|e| e.to_string())?,
        None => open(&request.base, hub, outbox, wish)?,
    };
    // The held-out sentences depend on the seed of the original run, not on that of the request.
    let holdout = match &resume {
        Some(checkpoint) => holdout(&request.corpus, DEFAULT_HOLDOUT_RATIO, checkpoint.arguments.seed),
        None => request.holdout,
    };
    let job = TrainJob {
        corpus: Arc::new(request.corpus),
        holdout,
        test: request.test,
        base: Arc::new(base),
        arguments: request.arguments,
        out: request.out,
        save_dtype: SaveDtype::F32,
        resume,
    };
    let answer = match trial {
        Some(Trial::Estimate) => train::measure::estimate(&job, forwarder).map(HelperResult::Estimate),
        Some(Trial::Rates) => train::measure::find_learning_rate(&job, forwarder).map(HelperResult::Rates),
        None => match in_folder(folder.as_ref(), &job, forwarder) {
            Ok(finished) => Ok(HelperResult::Finished(Box::new(finished))),
            Err(TrainError::Suspended) => Ok(HelperResult::Suspended),
            Err(e) => Err(e),
        },
    };
    answer.map_err(text)
}

/// Runs a job in its output directory. If `folder` is `None`, the directory is locked first.
fn in_folder(
    folder: Option<&RunFolder>,
    job: &TrainJob,
    forwarder: &mut EventForwarder,
) -> Result<TrainOutput, TrainError> {
    match folder {
        Some(folder) => train::run_in(folder, job, forwarder),
        None => train::run(job, forwarder),
    }
}

/// Forwards the events of a run. Steps are merged if the channel is full.
struct EventForwarder<'a> {
    run: RunId,
    outbox: &'a EventSender,
    wish: &'a SharedControl,
    /// Step that did not fit into the channel yet.
    pending: Option<Step>,
    woken: Instant,
}

impl Observer for EventForwarder<'_> {
    fn on_event(&mut self, event: train::TrainEvent) {
        match event {
            train::TrainEvent::Step(step) => {
                let step = self.pending.take().map_or(step, |before| before.merge(step));
                if let Err(TrySendError::Full(_)) =
                    self.outbox.steps.try_send(Event::Run(self.run, train::TrainEvent::Step(step)))
                {
                    self.pending = Some(step);
                }
                if self.woken.elapsed() >= WAKE_EVERY {
                    self.woken = Instant::now();
                    (self.outbox.wake)();
                }
            }
            other => {
                // A pending step goes into the unbounded channel, so that no step is missing.
                if let Some(step) = self.pending.take() {
                    self.outbox.send(Event::Run(self.run, train::TrainEvent::Step(step)));
                }
                self.outbox.send(Event::Run(self.run, other));
            }
        }
    }

    fn control(&self) -> TrainerControl {
        self.wish.get()
    }
}
