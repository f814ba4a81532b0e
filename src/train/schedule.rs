//! Learning rate schedules: rise from 0 during the warm-up, then decay to 0, as in the schedules of transformers with
//! the same names.

use std::f64::consts::PI;

/// Shape of the learning rate after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SchedulerType {
    /// Linear decay to 0.
    #[default]
    Linear,
    /// Decay to 0 along half a cosine (Loshchilov, Hutter 2017).
    Cosine,
    /// Constant learning rate.
    Constant,
}

impl SchedulerType {
    /// All shapes with the names of the Trainer.
    pub const ALL: [(&str, Self); 3] =
        [("linear", Self::Linear), ("cosine", Self::Cosine), ("constant", Self::Constant)];
}

/// Learning rate schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LrSchedule {
    /// Shape after the warm-up.
    pub shape: SchedulerType,
    /// Number of steps of the run.
    pub steps: usize,
    /// Number of warm-up steps.
    pub warmup: usize,
}

impl LrSchedule {
    /// Creates a schedule. The number of warm-up steps is a share of all steps, rounded up as in the Trainer.
    pub fn new(shape: SchedulerType, steps: usize, warmup_ratio: f64) -> Self {
        Self { shape, steps, warmup: (steps as f64 * warmup_ratio).ceil() as usize }
    }

    /// Returns the factor of the peak learning rate in `step`, counted from 0.
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
