//! The training lane.

use super::{Event, Outbox};
use crate::corpus::holdout::{HELD_OUT, Holdout, holdout};
use crate::corpus::{Corpus, SentenceId};
use crate::hub::{self, Hub, ModelName};
use crate::model::weights::Precision;
use crate::train::checkpoint::Checkpoint;
use crate::train::event::{Step, Wish};
use crate::train::{self, Arguments, Job, Observer, TrainError};
use crossbeam_channel::TrySendError;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
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
    pub base: ModelName,
    /// Settings.
    pub arguments: Arguments,
    /// Folder of the model.
    pub out: PathBuf,
    /// Go on with the run in that folder, from its newest checkpoint and with its settings.
    pub resume: bool,
}

/// What a person wants of the run under way, shared with its thread.
#[derive(Default)]
pub(super) struct SharedWish(AtomicU8);

impl SharedWish {
    const ALL: [Wish; 5] = [Wish::GoOn, Wish::Pause, Wish::StopAfterEpoch, Wish::Stop, Wish::Suspend];

    pub(super) fn set(&self, wish: Wish) {
        let place = Self::ALL.iter().position(|w| *w == wish).unwrap_or(0);
        self.0.store(place as u8, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Wish {
        Self::ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }

    /// Whether what goes before the steps (a download) may go on.
    fn wants_a_run(&self) -> bool {
        !matches!(self.get(), Wish::Stop | Wish::Suspend)
    }
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

/// What the lane does: a run, or a trial of what would be one.
pub(super) fn perform(
    (request, only): (TrainRequest, Option<Trial>),
    hub: &Hub,
    outbox: &Outbox,
    wish: &SharedWish,
) -> Result<(), String> {
    let resume = if request.resume { Some(Checkpoint::newest(&request.out).map_err(|e| e.to_string())?) } else { None };
    let base = match &resume {
        Some(checkpoint) => checkpoint.model().map_err(|e| e.to_string())?,
        None => hub::open_model(&request.base, hub, |progress| {
            outbox.send(Event::Downloading(request.base.clone(), progress));
            wish.wants_a_run()
        })
        .map_err(|e| e.to_string())?,
    };
    // What was held out is a matter of the run's seed, not of the form's.
    let holdout = match &resume {
        Some(checkpoint) => holdout(&request.corpus, HELD_OUT, checkpoint.arguments.seed),
        None => request.holdout,
    };
    let job = Job {
        corpus: Arc::new(request.corpus),
        holdout,
        test: request.test,
        base: Arc::new(base),
        arguments: request.arguments,
        out: request.out,
        precision: Precision::Full,
        resume,
    };
    let mut teller = Teller { run: request.run, outbox, wish, pending: None, woken: Instant::now() };
    match only {
        None => {}
        Some(Trial::Estimate) => {
            let found = train::trial::estimate(&job, &teller).map_err(|e| e.to_string())?;
            outbox.send(Event::Estimated(found));
            return Ok(());
        }
        Some(Trial::Rates) => {
            let found = train::trial::sweep(&job, &teller).map_err(|e| e.to_string())?;
            outbox.send(Event::Rates(found));
            return Ok(());
        }
    }
    let finished = match train::run(&job, &mut teller) {
        // The window is going, and the next one can resume.
        Err(TrainError::Suspended) => return Ok(()),
        result => result.map_err(|e| e.to_string())?,
    };
    if let Some(step) = teller.pending.take() {
        outbox.send(Event::Run(request.run, train::Event::Step(step)));
    }
    outbox.send(Event::RunEnded(request.run, Box::new(finished)));
    Ok(())
}

/// Passes a run's events on; steps merge when there is no room.
struct Teller<'a> {
    run: RunId,
    outbox: &'a Outbox,
    wish: &'a SharedWish,
    /// A step that found no room yet.
    pending: Option<Step>,
    woken: Instant,
}

impl Observer for Teller<'_> {
    fn on(&mut self, event: train::Event) {
        match event {
            train::Event::Step(step) => {
                let step = self.pending.take().map_or(step, |before| before.merged_with(step));
                if let Err(TrySendError::Full(_)) =
                    self.outbox.steps.try_send(Event::Run(self.run, train::Event::Step(step)))
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
                    self.outbox.send(Event::Run(self.run, train::Event::Step(step)));
                }
                self.outbox.send(Event::Run(self.run, other));
            }
        }
    }

    fn wish(&self) -> Wish {
        self.wish.get()
    }
}
