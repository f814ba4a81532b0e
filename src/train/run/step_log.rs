//! Merging of steps into events.

use crate::train::event::Step;

/// Steps since the last event, merged.
#[derive(Default)]
pub(super) struct StepLog {
    pending: Option<Step>,
}

impl StepLog {
    /// Adds a step, or `None` if its update was skipped. Returns the event that is due: after this number of steps, or at
    /// the end of an epoch.
    pub(super) fn add(&mut self, step: Option<Step>, logging_steps: usize, ends_epoch: bool) -> Option<Step> {
        self.pending = match (self.pending.take(), step) {
            (Some(before), Some(step)) => Some(before.merge(step)),
            (before, step) => before.or(step),
        };
        self.pending.take_if(|pending| ends_epoch || pending.merged >= logging_steps)
    }

    /// Returns the merged steps without an event.
    pub(super) fn take(&mut self) -> Option<Step> {
        self.pending.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_steps_do_not_hold_back_others() {
        // Steps of an epoch, where false is a skipped update; then the events as step and number of merged steps.
        let check = |steps: &[bool], logging_steps, expected: &[(usize, usize)]| {
            let mut log = StepLog::default();
            let events: Vec<_> = (1..)
                .zip(steps)
                .filter_map(|(number, is_applied)| {
                    let step = is_applied.then(|| Step { step: number, merged: 1, ..Step::default() });
                    log.add(step, logging_steps, number == steps.len())
                })
                .map(|step| (step.step, step.merged))
                .collect();
            assert_eq!(events, expected, "{steps:?}");
            assert_eq!(log.take(), None);
        };
        check(&[true, true, true], 1, &[(1, 1), (2, 1), (3, 1)]);
        check(&[true, true, true], 2, &[(2, 2), (3, 1)]);
        check(&[true, true, false], 4, &[(2, 2)]);
        check(&[false, true, true], 2, &[(3, 2)]);
        check(&[false, false], 1, &[]);
    }
}
