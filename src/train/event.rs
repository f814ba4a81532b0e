//! What a run tells while it goes on. The window's charts, the progress bar and the JSON lines are views of this.

use super::schedule::LrSchedule;
use crate::corpus::Split;
use crate::predict::EvalMetrics;
use std::sync::atomic::{AtomicU8, Ordering};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// The data is aligned and the model is built.
    Started(Started),
    /// A step is done. Steps may be merged when the reader is slow: then these are the last one's values and the mean loss.
    Step(Step),
    /// A split was scored.
    Evaluated {
        /// Counts from 1; 0 is before the first.
        epoch: usize,
        /// Which split.
        split: Split,
        /// Its scores.
        scores: EvalMetrics,
        /// Whether it is the best dev score so far.
        best: bool,
    },
    /// Steps and scores from before the run was resumed, all at once.
    History(Vec<TrainEvent>),
    /// A checkpoint of this step is on disk.
    Saved {
        /// Steps done.
        step: usize,
    },
    /// A line for the log.
    Log(LogLevel, String),
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// A fact.
    #[default]
    Info,
    /// Something is as it should be.
    Success,
    /// Something a person should know of.
    Warning,
}

impl LogLevel {
    const ALL: [(&str, Self); 3] = [("plain", Self::Info), ("good", Self::Success), ("warning", Self::Warning)];

    /// As in the JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, w)| *w == self).map_or("plain", |(name, _)| name)
    }

    /// The weight of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, w)| *w)
    }
}

/// What a run is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Started {
    /// Device in words.
    pub device: String,
    /// Base model.
    pub model: String,
    /// Sentences learned from.
    pub train_sentences: usize,
    /// Sentences that choose the best epoch.
    pub dev_sentences: usize,
    /// Pieces of all training sentences, special ones included.
    pub subwords_per_epoch: usize,
    /// Steps of the run.
    pub steps: usize,
    /// Epochs of the run.
    pub epochs: usize,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// How it goes up and down.
    pub schedule: LrSchedule,
    /// Whether the base's head was kept.
    pub head_reused: bool,
    /// The labels it learns.
    pub labels: Vec<String>,
    /// Steps done before, when a run is resumed.
    pub resumed_from_step: usize,
}

/// Values of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// Counts from 1.
    pub step: usize,
    /// Epochs done, with a fraction.
    pub epoch: f64,
    /// Mean loss over the labelled pieces (over the merged steps).
    pub loss: f64,
    /// How many steps were merged into this, at least 1.
    pub merged: usize,
    /// Learning rate that was used.
    pub learning_rate: f64,
    /// Norm of the gradient before clipping.
    pub grad_norm: f64,
    /// Pieces a second since the last event.
    pub pieces_per_second: f64,
    /// Share of a padded batch that would have been padding, 0 to 1, over the run so far.
    pub padding_avoided: f64,
    /// Seconds of training so far.
    pub elapsed: f64,
    /// Seconds still to go, as it looks.
    pub remaining: f64,
}

impl Step {
    /// This and a later step as one: the later one's values, the mean loss, both counted.
    #[must_use]
    pub fn merge(self, later: Self) -> Self {
        let n = self.merged + later.merged;
        let loss = (self.loss * self.merged as f64 + later.loss * later.merged as f64) / n as f64;
        Self { loss, merged: n, ..later }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs.
    Completed,
    /// A person stopped it; the best so far was kept.
    Stopped,
    /// The loss was no number any more; the best so far was kept.
    Diverged,
}

impl Outcome {
    /// As in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Diverged => "diverged",
        }
    }

    /// The outcome of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Completed, Self::Stopped, Self::Diverged].into_iter().find(|o| o.name() == name)
    }
}

/// What a person wants of a run under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainerControl {
    /// The next batch.
    #[default]
    Continue,
    /// Wait; a checkpoint is written first.
    Pause,
    /// End after this epoch and its scores.
    StopAfterEpoch,
    /// End now; the best so far is kept, and nothing more is scored.
    Stop,
    /// End now with a checkpoint instead of a result: the program is closing, or a signal came.
    Suspend,
}

impl TrainerControl {
    /// All of them, with the names they have between programs.
    pub const ALL: [(&str, Self); 5] = [
        ("go-on", Self::Continue),
        ("pause", Self::Pause),
        ("stop-after-epoch", Self::StopAfterEpoch),
        ("stop", Self::Stop),
        ("suspend", Self::Suspend),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, w)| *w == self).map_or("go-on", |(name, _)| name)
    }

    /// The wish of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, w)| *w)
    }
}

/// A wish that one thread has and another looks at.
#[derive(Debug, Default)]
pub struct SharedControl(AtomicU8);

impl SharedControl {
    /// Wishes this from now on.
    pub fn set(&self, wish: TrainerControl) {
        let place = TrainerControl::ALL.iter().position(|(_, w)| *w == wish).unwrap_or(0);
        self.0.store(place as u8, Ordering::Relaxed);
    }

    /// What is wished now.
    pub fn get(&self) -> TrainerControl {
        TrainerControl::ALL[usize::from(self.0.load(Ordering::Relaxed))].1
    }
}

/// Who listens to a run, and says what becomes of it.
pub trait Observer {
    /// Something happened.
    fn on_event(&mut self, event: TrainEvent);

    /// What is to be done now; asked before every batch, also of an evaluation.
    fn control(&self) -> TrainerControl {
        TrainerControl::Continue
    }
}
