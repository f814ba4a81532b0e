//! Measurements before a run, on its own data: duration, memory, and a learning rate range test. No result is saved.

use super::error::TrainError;
use super::event::{Observer, TrainEvent, TrainerControl};
use super::job::TrainJob;
use super::run::{EvalResult, TrainingRun};
use crate::predict::evaluate::{Gold, GoldSentence};
use std::time::Instant;

/// Estimated cost of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunEstimate {
    /// Duration of training and evaluation in seconds, without loading and saving.
    pub seconds: f64,
    /// Subwords per second in training.
    pub subwords_per_second: f64,
    /// Peak memory of the process in MB with the largest batch of the run. `None` if the system does not report it.
    pub memory_mb: Option<f64>,
    /// Free memory on the device in MB. `None` if the system does not report it.
    pub free_mb: Option<f64>,
}

/// Loss by learning rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LrSweep {
    /// Learning rate and smoothed loss, sorted by learning rate.
    pub points: Vec<[f64; 2]>,
    /// Suggested learning rate: a tenth of the one with the lowest loss (Smith 2017).
    pub suggestion: Option<f64>,
}

/// Number of steps before the measurement, since the first steps allocate memory.
const WARMUP_STEPS: usize = 3;
/// Minimum duration of the measurement. It also has at least [`MIN_STEPS`] steps.
const MEASURE_SECONDS: f64 = 4.0;
const MIN_STEPS: usize = 8;
/// Approximate number of sentences in the measurement of evaluation.
const EVAL_SENTENCES: usize = 128;

/// The range test increases the learning rate from [`MIN_LR`] to [`MAX_LR`] by a constant factor per step.
const MIN_LR: f64 = 1e-7;
const MAX_LR: f64 = 1e-1;
const SWEEP_STEPS: usize = 100;
/// The range test ends if the smoothed loss exceeds the lowest one by this factor.
const STOP_FACTOR: f64 = 3.0;
const SMOOTHING: f64 = 0.9;

/// Estimates duration and memory of a run with real batches. Returns `None` if the observer requests another control
/// value than [`TrainerControl::Continue`].
///
/// # Errors
/// Returns an error if [`super::run()`] would.
pub fn estimate(job: &TrainJob, observer: &dyn Observer) -> Result<Option<RunEstimate>, TrainError> {
    let mut run = TrainingRun::prepare(job, &mut NullObserver)?;
    let mut subwords = 0;
    let mut begun = Instant::now();
    let mut measured = 0;
    for (step, batch) in run.batches_forever().enumerate() {
        if observer.control() != TrainerControl::Continue {
            return Ok(None);
        }
        if step == WARMUP_STEPS {
            begun = Instant::now();
        }
        // At learning rate 0 the weights do not change, but the step has its normal cost.
        run.step(&batch, 0.0)?;
        if step >= WARMUP_STEPS {
            (subwords, measured) = (subwords + batch.n_subwords(), measured + 1);
            if measured >= MIN_STEPS && begun.elapsed().as_secs_f64() > MEASURE_SECONDS {
                break;
            }
        }
    }
    let pieces_per_second = subwords as f64 / begun.elapsed().as_secs_f64();
    let reading = |gold: &Gold| -> Result<f64, TrainError> {
        let all = &gold.sentences;
        let few: Vec<GoldSentence> = all.iter().step_by(all.len().div_ceil(EVAL_SENTENCES).max(1)).cloned().collect();
        let n_few = few.len();
        let gold = Gold { sentences: few, tags: gold.tags.clone(), ..Gold::default() };
        let seconds = match run.evaluate(run.network(), &gold, &NullObserver)? {
            EvalResult::Complete(result) => result.map_or(0.0, |result| result.metrics.seconds),
            EvalResult::Stopped => 0.0,
        };
        Ok(if n_few == 0 { 0.0 } else { seconds * all.len() as f64 / n_few as f64 })
    };
    let epochs = job.arguments.num_train_epochs as f64;
    let training = run.subwords_per_epoch() as f64 * epochs / pieces_per_second;
    let scoring = reading(&run.data().dev)? * epochs + reading(&run.data().test)?;
    let free_mb = run.free_memory().map(|bytes| bytes as f64 / 1e6);
    Ok(Some(RunEstimate {
        seconds: training + scoring,
        subwords_per_second: pieces_per_second,
        memory_mb: run.peak_memory_mb(),
        free_mb,
    }))
}

/// Runs a learning rate range test: trains with an increasing learning rate until the loss explodes.
///
/// Returns `None` if the observer requests another control value than [`TrainerControl::Continue`].
///
/// # Errors
/// Returns an error if [`super::run()`] would.
pub fn find_learning_rate(job: &TrainJob, observer: &dyn Observer) -> Result<Option<LrSweep>, TrainError> {
    let mut run = TrainingRun::prepare(job, &mut NullObserver)?;
    let factor = (MAX_LR / MIN_LR).powf(1.0 / (SWEEP_STEPS - 1) as f64);
    let mut points: Vec<[f64; 2]> = Vec::with_capacity(SWEEP_STEPS);
    let (mut mean, mut lowest) = (0.0, f64::INFINITY);
    for (step, batch) in run.batches_forever().take(SWEEP_STEPS).enumerate() {
        if observer.control() != TrainerControl::Continue {
            return Ok(None);
        }
        let rate = MIN_LR * factor.powi(step as i32);
        let loss = run.step(&batch, rate)?.loss;
        mean = SMOOTHING * mean + (1.0 - SMOOTHING) * loss;
        // Bias correction: the first means would be too close to 0.
        let smoothed = mean / (1.0 - SMOOTHING.powi(step as i32 + 1));
        if !smoothed.is_finite() || smoothed > STOP_FACTOR * lowest {
            break;
        }
        lowest = lowest.min(smoothed);
        points.push([rate, smoothed]);
    }
    let best = points.iter().min_by(|a, b| a[1].total_cmp(&b[1]));
    let suggestion = best.map(|[rate, _]| round_to_two_digits(rate / 10.0));
    Ok(Some(LrSweep { points, suggestion }))
}

/// Rounds a learning rate to two significant digits: 0.000123 to 0.00012.
fn round_to_two_digits(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

/// Ignores all events and never stops the run.
struct NullObserver;

impl Observer for NullObserver {
    fn on_event(&mut self, _: TrainEvent) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_rate_to_two_digits() {
        let check = |rate: f64, expected: f64| assert!((round_to_two_digits(rate) / expected - 1.0).abs() < 1e-12);
        check(1.234e-4, 1.2e-4);
        check(9.96e-5, 1.0e-4);
        check(2e-5, 2e-5);
    }
}
