//! The learning rate over a run: up from 0 in the warm-up, then down to 0, as transformers' schedules of these names have it.

use std::f64::consts::PI;

/// How the rate goes after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SchedulerType {
    /// In a straight line to 0.
    #[default]
    Linear,
    /// Along half a cosine to 0 (Loshchilov, Hutter 2017).
    Cosine,
    /// Not at all.
    Constant,
}

impl SchedulerType {
    /// All of them, with the Trainer's names.
    pub const ALL: [(&str, Self); 3] =
        [("linear", Self::Linear), ("cosine", Self::Cosine), ("constant", Self::Constant)];
}

/// A schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LrSchedule {
    /// How it falls.
    pub shape: SchedulerType,
    /// Steps of the run.
    pub steps: usize,
    /// Steps in which the rate rises.
    pub warmup: usize,
}

impl LrSchedule {
    /// A schedule whose warm-up is a share of the steps, rounded up as the Trainer does.
    pub fn new(shape: SchedulerType, steps: usize, warmup_ratio: f64) -> Self {
        Self { shape, steps, warmup: (steps as f64 * warmup_ratio).ceil() as usize }
    }

    /// The factor of the peak rate in `step`, counted from 0.
    pub fn lr_factor(self, step: usize) -> f64 {
        if step < self.warmup {
            return step as f64 / self.warmup.max(1) as f64;
        }
        let left = self.steps.saturating_sub(step) as f64 / self.steps.saturating_sub(self.warmup).max(1) as f64;
        match self.shape {
            SchedulerType::Linear => left,
            SchedulerType::Cosine => 0.5 * (1.0 + (PI * (1.0 - left)).cos()),
            SchedulerType::Constant => 1.0,
        }
    }
}
