//! The training lane.

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

/// A run to do.
pub struct TrainRequest {
    /// Its number.
    pub run: RunId,
    /// The data as it is now; edits made meanwhile do not touch it.
    pub corpus: Corpus,
    /// Sentences to learn from and to choose by.
    pub holdout: Holdout,
    /// Sentences scored at the end.
    pub test: Vec<SentenceId>,
    /// Where to start from.
    pub base: ModelRef,
    /// Settings.
    pub arguments: TrainingArguments,
    /// Folder of the model.
    pub out: PathBuf,
    /// Go on with the run in that folder, from its newest checkpoint and with its settings.
    pub resume: bool,
}

/// The window is woken at most this often by steps.
const WAKE_EVERY: Duration = Duration::from_millis(100);

/// A short measurement before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// How long it will take.
    Estimate,
    /// The loss by learning rate.
    Rates,
}

/// What the lane does: a run, or a trial of what would be one; here, or by the helper on a GPU.
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
                // So that its download is seen; the helper finds it in the same cache.
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
        // The window is going, and the next one can resume.
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

/// In this program.
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
    // What was held out is a matter of the run's seed, not of the form's.
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

/// Runs a job in its folder, which it takes where nobody has yet.
fn in_folder(folder: Option<&RunFolder>, job: &TrainJob, teller: &mut Teller) -> Result<TrainOutput, TrainError> {
    match folder {
        Some(folder) => train::run_in(folder, job, teller),
        None => train::run(job, teller),
    }
}

/// Passes a run's events on; steps merge when there is no room.
struct Teller<'a> {
    run: RunId,
    outbox: &'a Outbox,
    wish: &'a SharedControl,
    /// A step that found no room yet.
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
                // What found no room until now goes where there always is some, so that no step is missing.
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
