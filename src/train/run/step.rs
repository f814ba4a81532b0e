//! Training step: gradient of a batch, update of the weights, its event, and detection of divergence.

use super::{TrainError, TrainingRun};
use crate::model::bert::{Mode, Pass};
use crate::model::{Bert, PackedBatch, device};
use crate::train::event::Step;
use crate::train::memory_estimate;
use crate::train::optimizer::StepReport;
use std::time::Instant;

/// A run has diverged if the smoothed loss exceeds this factor times `ln(num_tags)`, plus 1.
const DIVERGENCE_FACTOR: f64 = 3.0;

/// Result of a step.
pub(in crate::train) struct StepResult {
    pub loss: f64,
    pub(super) report: StepReport,
    /// True if the gradient was not finite in fp16. The weights are then unchanged, and the loss scale decreases.
    pub(super) skipped: bool,
    pub(super) seconds: f64,
}

impl TrainingRun<'_> {
    /// Executes a training step: computes the gradient of a batch and updates the weights.
    pub(in crate::train) fn step(&mut self, batch: &PackedBatch, learning_rate: f64) -> Result<StepResult, TrainError> {
        let started = Instant::now();
        let (loss, report) =
            self.forward_backward_update(batch, learning_rate).map_err(|e| self.explain_device_error(e))?;
        self.progress.step += 1;
        let is_finite = report.grad_norm.is_finite();
        self.progress.n_updates += usize::from(is_finite || self.loss_scale.is_none());
        let scaled = self.loss_scale.as_mut().is_some_and(|scale| scale.update(is_finite));
        let skipped = scaled && !is_finite;
        Ok(StepResult { loss, report, skipped, seconds: started.elapsed().as_secs_f64() })
    }

    fn forward_backward_update(
        &mut self,
        batch: &PackedBatch,
        learning_rate: f64,
    ) -> candle_core::Result<(f64, StepReport)> {
        let pass = Pass {
            mode: Mode::Train { seed: self.arguments.seed, step: self.progress.step as u64 },
            parts: self.arguments.n_shards,
            micro_batch_size: self.arguments.per_device_train_batch_size,
            loss: &self.objective,
            loss_scale: self.loss_scale.map_or(1.0, |s| s.factor),
        };
        self.optimizer.set_loss_scale(pass.loss_scale);
        let (loss, gradients) = self.tagger.bert.gradients(batch, pass)?;
        let report =
            self.optimizer.step(&mut self.tagger.bert, &gradients, learning_rate, self.arguments.max_grad_norm)?;
        // Reading the loss waits for the device, so it is done after all operations are queued.
        Ok((loss.read()?, report))
    }

    /// Converts an error of the device. If it is out of memory, the message contains a batch size that fits.
    fn explain_device_error(&self, error: candle_core::Error) -> TrainError {
        if !device::is_out_of_memory(&error) {
            return error.into();
        }
        let (sentences, longest) = (self.arguments.per_device_train_batch_size, self.data.train_set.max_len());
        // Free memory after the failure is not reliable, so the suggested batch size targets half the memory that this
        // one needs.
        let need = memory_estimate::required_bytes(&self.tagger.bert, &self.data.train_set, &self.arguments, sentences);
        let advice = memory_estimate::advice(&self.tagger.bert, &self.data.train_set, &self.arguments, need / 2);
        TrainError::Data(format!(
            "step {}: out of memory with a batch of {sentences} sentences of up to {longest} subwords; {advice}",
            self.progress.step + 1
        ))
    }

    /// Returns an infinite iterator over the batches of all epochs.
    pub(in crate::train) fn batches_forever(&self) -> impl Iterator<Item = PackedBatch> + use<> {
        let (plan, size, seed) =
            (self.data.train_set.clone(), self.arguments.effective_batch_size(), self.arguments.seed);
        (0..).flat_map(move |epoch| plan.batches(size, seed, epoch))
    }

    /// Returns the current network.
    pub(in crate::train) fn network(&self) -> &Bert {
        &self.tagger.bert
    }

    /// Returns the number of subwords of all training sentences.
    pub(in crate::train) fn subwords_per_epoch(&self) -> usize {
        self.data.train_set.n_subwords()
    }

    /// Returns the reason why the run cannot continue after this step, with the step, the batch and the probable cause.
    pub(super) fn detect_divergence(&mut self, loss: f64, report: &StepReport, batch: &PackedBatch) -> Option<String> {
        let p = &mut self.progress;
        let before = std::mem::replace(&mut p.grad_norm, report.grad_norm);
        let uniform_loss = (self.tagger.tags.len() as f64).ln();
        let diverged = has_diverged(p.n_updates, &mut p.recent_loss, loss, uniform_loss);
        let is_finite = loss.is_finite() && report.grad_norm.is_finite();
        let symptom = if !is_finite {
            "loss or gradient is not finite".to_owned()
        } else if diverged {
            format!("the average loss is {:.2}, far above random guessing ({uniform_loss:.2})", p.recent_loss)
        } else {
            return None;
        };
        let (step, rate) = (p.step, self.arguments.learning_rate);
        let cause = if p.n_updates > 2 {
            format!("learning_rate {rate:e} is too high (previous gradient norm {before:.1}); try {:e}", rate / 5.0)
        } else if is_finite {
            format!(
                "learning_rate {rate:e} is too high, or the base model is not suitable; try {:e} or another base model",
                rate / 5.0
            )
        } else {
            "the base model produces non-finite values; use another base model".to_owned()
        };
        let (sentences, longest) = (batch.len(), batch.max_sentence_len());
        Some(format!(
            "step {step}: {symptom}. Batch of {sentences} sentences, longest {longest} subwords. Likely cause: {cause}"
        ))
    }

    pub(super) fn step_event(
        &self,
        loss: f64,
        learning_rate: f64,
        report: &StepReport,
        subwords_per_second: f64,
    ) -> Step {
        let p = &self.progress;
        let steps_per_epoch = self.schedule.steps as f64 / self.arguments.num_train_epochs as f64;
        Step {
            step: p.step,
            epoch: p.step as f64 / steps_per_epoch,
            loss,
            merged: 1,
            learning_rate,
            grad_norm: report.grad_norm,
            subwords_per_second,
            padding_avoided: 1.0 - p.n_subwords as f64 / p.n_padded.max(1) as f64,
            elapsed: p.seconds,
            remaining: p.seconds / p.step as f64 * (self.schedule.steps - p.step) as f64,
        }
    }
}

/// Updates the running mean of the loss and returns true if it is far above the loss of uniform predictions.
///
/// The mean covers about the last 20 steps; only steps with an update are counted, from 1. A single difficult batch is not a divergence.
fn has_diverged(n_updates: usize, recent: &mut f64, loss: f64, uniform_loss: f64) -> bool {
    *recent = if n_updates == 1 { loss } else { 0.95 * *recent + 0.05 * loss };
    *recent > DIVERGENCE_FACTOR * uniform_loss + 1.0
}

#[cfg(test)]
mod tests {
    use super::has_diverged;

    /// Checks the step at which losses count as divergence, with nine tags.
    fn check(losses: impl IntoIterator<Item = f64>, expected: Option<usize>) {
        let (mut recent, uniform_loss) = (0.0, 9f64.ln());
        let found = (1..).zip(losses).find(|(step, loss)| has_diverged(*step, &mut recent, *loss, uniform_loss));
        assert_eq!(found.map(|(step, _)| step), expected);
    }

    #[test]
    fn divergence_uses_smoothed_loss() {
        check([2.2; 50], None);
        // A single difficult batch among easy ones.
        check([2.2, 2.0, 60.0, 1.8, 1.6], None);
        check([9.0], Some(1));
        check(std::iter::once(2.0).chain([20.0; 50]), Some(9));
    }
}
