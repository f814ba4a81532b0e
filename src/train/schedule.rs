//! The learning rate over a run: up from 0 in the warm-up, then down to 0 in a straight line
//! (transformers' `get_linear_schedule_with_warmup`).

/// A linear schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Schedule {
    /// Steps of the run.
    pub steps: usize,
    /// Steps in which the rate rises.
    pub warmup: usize,
}

impl Schedule {
    /// A schedule whose warm-up is a share of the steps, rounded up as the Trainer does.
    pub fn new(steps: usize, warmup_ratio: f64) -> Self {
        Self { steps, warmup: (steps as f64 * warmup_ratio).ceil() as usize }
    }

    /// The factor of the peak rate in `step`, counted from 0.
    pub fn factor(self, step: usize) -> f64 {
        if step < self.warmup {
            step as f64 / self.warmup.max(1) as f64
        } else {
            self.steps.saturating_sub(step) as f64 / self.steps.saturating_sub(self.warmup).max(1) as f64
        }
    }
}
