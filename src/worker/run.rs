//! The training thread.

use super::{Event, Outbox};
use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, Holdout, holdout};
use crate::corpus::{Corpus, SentenceId};
use crate::gpu::run::{HelperResult, Task};
use crate::gpu::{self, CudaHelper, ExecutionTarget};
use crate::hub::{self, Hub, ModelRef};
use crate::model::PretrainedModel;
use crate::model::weights::SaveDtype;
use crate::train::checkpoint::Checkpoint;
use crate::train::event::{LogLevel, SharedControl, Step, TrainerControl};
use crate::train::{self, Beginning, Observer, RunFolder, TrainError, TrainJob, TrainOutput, TrainingArguments};
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
    (request, only): (TrainRequest, Option<Trial>),
    hub: &Hub,
    outbox: &Outbox,
    wish: &SharedControl,
) -> Result<(), String> {
    let run = request.run;
    let mut teller = Teller { run, outbox, wish, pending: None, woken: Instant::now() };
    let answer = match gpu::select_target(request.arguments.device, CudaHelper::find())? {
        ExecutionTarget::Helper(helper, device) => {
            if let ModelRef::Hub(_) = request.base {
                // Download here, so that the progress is visible; the helper finds the model in the same cache.
                open(&request.base, hub, outbox, wish)?;
            }
            let task = match only {
                Some(Trial::Estimate) => Task::Estimate,
                Some(Trial::Rates) => Task::LrSweep,
                None if request.resume => Task::Resume,
                None => Task::Run,
            };
            let TrainRequest { corpus, base, arguments, out, .. } = &request;
            gpu::run::run(
                &helper,
                &gpu::run::HelperRequest { task, device, corpus, base, arguments, out },
                &mut teller,
            )?
        }
        ExecutionTarget::Here(why) => {
            if let Some(why) = why {
                teller.on_event(train::TrainEvent::Log(LogLevel::Warning, why));
            }
            here(request, only, hub, outbox, wish, &mut teller)?
        }
    };
    if let Some(step) = teller.pending.take() {
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

fn open(name: &ModelRef, hub: &Hub, outbox: &Outbox, wish: &SharedControl) -> Result<PretrainedModel, String> {
    let watch = |progress| {
        outbox.send(Event::Downloading(name.clone(), progress));
        !matches!(wish.get(), TrainerControl::Stop | TrainerControl::Suspend)
    };
    hub::load_model(name, hub, watch).map_err(|e| e.to_string())
}

/// Performs the request in this program.
fn here(
    request: TrainRequest,
    only: Option<Trial>,
    hub: &Hub,
    outbox: &Outbox,
    wish: &SharedControl,
    teller: &mut Teller,
) -> Result<HelperResult, String> {
    let text = |e: TrainError| e.to_string();
    let beginning = if request.resume { Beginning::Resume } else { Beginning::Fresh };
    // A measurement writes nothing.
    let folder = match only {
        None => Some(RunFolder::take(&request.out, beginning, None).map_err(text)?),
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
        precision: SaveDtype::F32,
        resume,
    };
    let answer = match only {
        Some(Trial::Estimate) => train::measure::estimate(&job, teller).map(HelperResult::Estimate),
        Some(Trial::Rates) => train::measure::find_learning_rate(&job, teller).map(HelperResult::Rates),
        None => match in_folder(folder.as_ref(), &job, teller) {
            Ok(finished) => Ok(HelperResult::Finished(Box::new(finished))),
            Err(TrainError::Suspended) => Ok(HelperResult::Suspended),
            Err(e) => Err(e),
        },
    };
    answer.map_err(text)
}

/// Runs a job in its output directory. If `folder` is `None`, the directory is locked first.
fn in_folder(folder: Option<&RunFolder>, job: &TrainJob, teller: &mut Teller) -> Result<TrainOutput, TrainError> {
    match folder {
        Some(folder) => train::run_in(folder, job, teller),
        None => train::run(job, teller),
    }
}

/// Forwards the events of a run. Steps are merged if the channel is full.
struct Teller<'a> {
    run: RunId,
    outbox: &'a Outbox,
    wish: &'a SharedControl,
    /// Step that did not fit into the channel yet.
    pending: Option<Step>,
    woken: Instant,
}

impl Observer for Teller<'_> {
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
