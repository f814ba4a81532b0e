//! Short trials before a run, on its own data: how long it will take, and which learning rate it can bear. Nothing is kept.

use super::event::{Observer, TrainEvent, TrainerControl};
use super::run::{Scored, TrainError, TrainJob, Trainer};
use crate::corpus::SentenceId;
use crate::predict::evaluate::Gold;
use std::time::Instant;

/// What a run will cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunEstimate {
    /// Seconds of training and scoring, without loading and saving.
    pub seconds: f64,
    /// Pieces a second in training.
    pub pieces_per_second: f64,
    /// Memory of the process at its peak in MB, where the system tells: with the heaviest batch of the run.
    pub memory_mb: Option<f64>,
    /// Memory that was free on the device before that peak, in MB, where the system tells.
    pub free_mb: Option<f64>,
}

/// Loss by learning rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LrSweep {
    /// Rate and smoothed loss, rates ascending.
    pub points: Vec<[f64; 2]>,
    /// A rate that learns fast and is safe: a tenth of the one with the lowest loss (Smith 2017).
    pub suggestion: Option<f64>,
}

/// Steps before anything is measured: the first ones touch fresh memory.
const WARMUP_STEPS: usize = 3;
/// Then it measures for this long, and at least so many steps.
const MEASURE_SECONDS: f64 = 4.0;
const MIN_STEPS: usize = 8;
/// Sentences scored to measure reading.
const EVAL_SENTENCES: usize = 128;

/// The sweep runs from the lowest to the highest rate in so many steps, each a fixed factor higher.
const MIN_LR: f64 = 1e-7;
const MAX_LR: f64 = 1e-1;
const SWEEP_STEPS: usize = 100;
/// It ends when the smoothed loss is so many times the lowest.
const STOP_FACTOR: f64 = 3.0;
const SMOOTHING: f64 = 0.9;

/// Measures real batches of a job.
///
/// # Errors
/// As [`super::run()`]; `None` when the observer wished it to end.
pub fn estimate(job: &TrainJob, observer: &dyn Observer) -> Result<Option<RunEstimate>, TrainError> {
    let mut run = Trainer::prepare(job, &mut NullObserver)?;
    let mut pieces = 0;
    let mut begun = Instant::now();
    let mut measured = 0;
    for (step, batch) in run.batches_forever().enumerate() {
        if observer.control() != TrainerControl::Continue {
            return Ok(None);
        }
        if step == WARMUP_STEPS {
            begun = Instant::now();
        }
        // At rate 0 nothing is learned, and every step costs what it will cost.
        run.step(&batch, 0.0)?;
        if step >= WARMUP_STEPS {
            (pieces, measured) = (pieces + batch.rows(), measured + 1);
            if measured >= MIN_STEPS && begun.elapsed().as_secs_f64() > MEASURE_SECONDS {
                break;
            }
        }
    }
    let pieces_per_second = pieces as f64 / begun.elapsed().as_secs_f64();
    let reading = |sentences: &[SentenceId]| -> Result<f64, TrainError> {
        let few: Vec<SentenceId> =
            sentences.iter().step_by(sentences.len().div_ceil(EVAL_SENTENCES).max(1)).copied().collect();
        let gold = Gold::new(&job.base.tokenizer, &job.corpus, &few, job.arguments.label_all_pieces)?;
        let seconds = match run.evaluate(run.network(), &gold, &NullObserver)? {
            Scored::Whole(scores) => scores.map_or(0.0, |s| s.seconds),
            Scored::Ended => 0.0,
        };
        Ok(if few.is_empty() { 0.0 } else { seconds * sentences.len() as f64 / few.len() as f64 })
    };
    let epochs = job.arguments.num_train_epochs as f64;
    let training = run.subwords_per_epoch() as f64 * epochs / pieces_per_second;
    let scoring = reading(&job.holdout.dev)? * epochs + reading(&job.test)?;
    let free_mb = run.free_memory().map(|bytes| bytes as f64 / 1e6);
    Ok(Some(RunEstimate { seconds: training + scoring, pieces_per_second, memory_mb: run.peak_memory_mb(), free_mb }))
}

/// Trains with a rate that rises step by step, until the loss explodes.
///
/// # Errors
/// As [`super::run()`]; `None` when the observer wished it to end.
pub fn find_learning_rate(job: &TrainJob, observer: &dyn Observer) -> Result<Option<LrSweep>, TrainError> {
    let mut run = Trainer::prepare(job, &mut NullObserver)?;
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
        // Without this the first means would lean towards 0.
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

/// A rate with two digits: 0.000123 as 0.00012.
fn round_to_two_digits(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

/// Nobody listens to a trial.
struct NullObserver;

impl Observer for NullObserver {
    fn on_event(&mut self, _: TrainEvent) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_two_digits() {
        let check = |rate: f64, expected: f64| assert!((round_to_two_digits(rate) / expected - 1.0).abs() < 1e-12);
        check(1.234e-4, 1.2e-4);
        check(9.96e-5, 1.0e-4);
        check(2e-5, 2e-5);
    }
}
