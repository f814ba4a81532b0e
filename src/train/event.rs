//! Events of a run. The charts of the window, the progress bar and the JSON lines display them.

use super::schedule::LrSchedule;
use crate::corpus::Split;
use crate::eval::MetricDefinition;
use crate::eval::errors::UnitScores;
use crate::predict::EvalMetrics;
use std::sync::atomic::{AtomicU8, Ordering};

/// Event of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// The data is aligned and the model is built.
    Started(Started),
    /// A step is complete. If several steps are merged, the values are those of the last step, and the loss is the
    /// mean.
    Step(Step),
    /// A split was evaluated.
    Evaluated {
        /// Epoch, starting at 1. 0 is an evaluation before the end of the first epoch.
        epoch: usize,
        /// Evaluated split.
        split: Split,
        /// Metrics of the evaluation.
        scores: EvalMetrics,
        /// True if it is the best evaluation on dev so far.
        best: bool,
        /// Counts by unit, and the interval of F1. `None` for data of older versions.
        units: Option<Box<UnitScores>>,
    },
    /// Events from before the run was resumed.
    History(Vec<TrainEvent>),
    /// A checkpoint of this step was written.
    Saved {
        /// Number of completed steps.
        step: usize,
    },
    /// Log message.
    Log(LogLevel, String),
}

/// Level of a log message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Information.
    #[default]
    Info,
    /// Confirmation of an expected result.
    Success,
    /// Warning for the user.
    Warning,
}

impl LogLevel {
    const ALL: [(&str, Self); 3] = [("plain", Self::Info), ("good", Self::Success), ("warning", Self::Warning)];

    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, l)| *l == self).map_or("plain", |(name, _)| name)
    }

    /// Returns the level with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, l)| *l)
    }
}

/// Properties of a run at its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Started {
    /// Name of the compute device, with the precision if it is not the CPU.
    pub device: String,
    /// Name of the base model.
    pub model: String,
    /// Number of training sentences.
    pub train_sentences: usize,
    /// Number of dev sentences, which determine the best epoch.
    pub dev_sentences: usize,
    /// Number of subwords of all training sentences, including special tokens.
    pub subwords_per_epoch: usize,
    /// Number of steps of the run.
    pub steps: usize,
    /// Number of epochs of the run.
    pub epochs: usize,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Learning rate schedule.
    pub schedule: LrSchedule,
    /// True if the head of the base is reused.
    pub head_reused: bool,
    /// Labels that the model learns.
    pub labels: Vec<String>,
    /// Number of steps before the run was resumed, or 0.
    pub resumed_from_step: usize,
    /// Metric that selects the best epoch.
    pub metric: &'static MetricDefinition,
}

/// Values of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// Step, starting at 1.
    pub step: usize,
    /// Number of completed epochs, with a fraction.
    pub epoch: f64,
    /// Mean loss over the labeled subwords of all merged steps.
    pub loss: f64,
    /// Number of steps merged into this event, at least 1.
    pub merged: usize,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Gradient norm before clipping.
    pub grad_norm: f64,
    /// Subwords per second in the step.
    pub subwords_per_second: f64,
    /// Share of padding that packed batches avoid, 0 to 1, over the run so far.
    pub padding_avoided: f64,
    /// Duration of training so far in seconds.
    pub elapsed: f64,
    /// Estimated remaining time in seconds.
    pub remaining: f64,
}

impl Step {
    /// Merges this step with a later one: values of the later step, mean loss, sum of the counts.
    #[must_use]
    pub fn merge(self, later: Self) -> Self {
        let n = self.merged + later.merged;
        let loss = (self.loss * self.merged as f64 + later.loss * later.merged as f64) / n as f64;
        Self { loss, merged: n, ..later }
    }
}

/// Outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs are complete, or early stopping ended the run.
    Completed,
    /// The user stopped the run. The best model so far was kept.
    Stopped,
    /// The loss diverged or was not finite. The best model so far was kept.
    Diverged,
}

impl Outcome {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Diverged => "diverged",
        }
    }

    /// Returns the outcome with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Completed, Self::Stopped, Self::Diverged].into_iter().find(|o| o.name() == name)
    }
}

/// Control of a running training run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainerControl {
    /// Continue with the next batch.
    #[default]
    Continue,
    /// Write a checkpoint, then wait.
    Pause,
    /// End after the current epoch and its evaluation.
    StopAfterEpoch,
    /// End now. The best model so far is kept, and nothing else is evaluated.
    Stop,
    /// End now with a checkpoint instead of a result, because the program exits or received a signal.
    Suspend,
}

impl TrainerControl {
    /// All values with their names in the protocol between programs.
    pub const ALL: [(&str, Self); 5] = [
        ("go-on", Self::Continue),
        ("pause", Self::Pause),
        ("stop-after-epoch", Self::StopAfterEpoch),
        ("stop", Self::Stop),
        ("suspend", Self::Suspend),
    ];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, c)| *c == self).map_or("go-on", |(name, _)| name)
    }

    /// Returns the value with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, c)| *c)
    }
}

/// Control value that is shared between threads.
#[derive(Debug, Default)]
pub struct SharedControl(AtomicU8);

impl SharedControl {
    /// Sets the control value.
    pub fn set(&self, control: TrainerControl) {
        let index = TrainerControl::ALL.iter().position(|(_, c)| *c == control).unwrap_or(0);
        self.0.store(index as u8, Ordering::Relaxed);
    }

    /// Returns the current control value.
    pub fn get(&self) -> TrainerControl {
        TrainerControl::ALL[usize::from(self.0.load(Ordering::Relaxed))].1
    }
}

/// Receives the events of a run and controls it.
pub trait Observer {
    /// Receives an event.
    fn on_event(&mut self, event: TrainEvent);

    /// Returns the current control value. The run calls this before every batch, including those of an evaluation.
    fn control(&self) -> TrainerControl {
        TrainerControl::Continue
    }
}
