//! State of a run, collected from its events: of a run in progress, or of an earlier run from its journal.

use crate::corpus::Split;
use crate::eval::errors::UnitScores;
use crate::eval::token_metrics::token_metrics;
use crate::eval::{MetricDefinition, MetricValues};
use crate::i18n::{thousands, tr};
use crate::predict::EvalMetrics;
use crate::project::{RunRecord, RunStatus};
use crate::train::event::{LogLevel, Started, Step, TrainerControl};
use crate::train::settings::table::MAX_GRAD_NORM;
use crate::train::{Outcome, TrainEvent, TrainOutput};
use crate::worker::RunId;

/// State of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunState {
    /// In progress, with the control value set by the user.
    Running(TrainerControl),
    /// Ended with a model.
    Ended(Box<TrainOutput>),
    /// Canceled before it had a model.
    Canceled,
    /// Ended without a model.
    Failed(String),
    /// Ended before it had a model, but can be resumed from a checkpoint.
    Interrupted,
}

impl RunState {
    /// Returns true if the run is in progress.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

/// Evaluation on dev during a run.
#[derive(Clone, Debug)]
pub struct DevEvaluation {
    /// Number of completed steps.
    pub step: usize,
    /// Epoch, from 1. 0 is an evaluation before the end of the first epoch.
    pub epoch: usize,
    /// Training time in seconds.
    pub seconds: f64,
    /// Scores.
    pub metrics: EvalMetrics,
    /// Counts by document, and the interval of F1. `None` for runs of older versions.
    pub units: Option<Box<UnitScores>>,
}

/// A line of the log of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Training time, in seconds.
    pub at: f64,
    /// Message.
    pub text: String,
    /// Scores, displayed on a separate line; can be empty.
    pub metrics: String,
    /// Severity.
    pub level: LogLevel,
}

/// State of a run, collected from its events.
#[derive(Clone, Debug)]
pub struct LiveRun {
    /// Number of the run.
    pub id: RunId,
    /// Base model.
    pub base: String,
    /// State of the run.
    pub state: RunState,
    /// Gradient clipping norm; `None` for a resumed run, whose settings are stored in its directory.
    pub max_grad_norm: Option<f64>,
    /// Facts about the run, after it has started.
    pub started: Option<Started>,
    /// All reported steps.
    pub steps: Vec<Step>,
    /// Smoothed loss after each step of `steps`.
    pub smoothed: Vec<f64>,
    /// Evaluations on dev, in order.
    pub dev: Vec<DevEvaluation>,
    /// Index of the best scores in [`LiveRun::dev`].
    pub best: Option<usize>,
    /// Scores on test.
    pub test: Option<EvalMetrics>,
    /// True if the run was resumed.
    pub resumed: bool,
    /// Step of the latest checkpoint.
    pub saved: Option<usize>,
    /// Log lines, oldest first.
    pub log: Vec<LogLine>,
}

/// Returns the metrics of a log line: the selecting one and those with an abbreviation.
fn metrics_in_log(values: &MetricValues, selecting: &MetricDefinition) -> String {
    let logged = token_metrics().filter_map(|metric| {
        let name = metric.abbreviation.or((metric == selecting).then_some(metric.title))?;
        Some(format!("{name} {}", metric.format(values.get(metric)?)))
    });
    logged.collect::<Vec<_>>().join("  ")
}

/// Describes the end of a run with a model.
pub fn end_text(output: &TrainOutput) -> String {
    let outcome = output.outcome.name();
    match output.best_epoch {
        0 => tr!("{outcome}. Saved the model", outcome),
        best_epoch => tr!("{outcome}. Saved the best model (epoch {best_epoch})", outcome, best_epoch),
    }
}

/// Number of steps over which the loss is smoothed: a share of the run, so that the last value of a short run is not an
/// old average, and at most this number.
const SMOOTHED_SHARE: f64 = 0.05;
const MAX_SMOOTHED_STEPS: f64 = 10.0;

impl LiveRun {
    /// Creates the state of a requested run.
    pub fn new(id: RunId, base: String) -> Self {
        Self {
            id,
            base,
            state: RunState::Running(TrainerControl::Continue),
            max_grad_norm: None,
            started: None,
            steps: Vec::new(),
            smoothed: Vec::new(),
            dev: Vec::new(),
            best: None,
            test: None,
            resumed: false,
            saved: None,
            log: Vec::new(),
        }
    }

    /// Returns the latest step.
    pub fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// Returns the fraction of completed steps, 0 to 1.
    pub fn fraction_done(&self) -> f32 {
        let total = self.started.as_ref().map_or(0, |s| s.steps);
        let done = self.last().map_or(0, |s| s.step);
        if total == 0 { 0.0 } else { done as f32 / total as f32 }
    }

    /// Returns the metric that selects the best epoch.
    pub fn metric(&self) -> &'static MetricDefinition {
        self.started.as_ref().map(|started| started.metric).unwrap_or_default()
    }

    /// Restores an earlier run from its record and the events of its journal.
    pub fn restored(record: &RunRecord, events: Vec<TrainEvent>) -> Self {
        let norm = record.details.settings.get(MAX_GRAD_NORM).and_then(|norm| norm.parse().ok());
        let mut run = Self { max_grad_norm: norm, ..Self::new(record.number, record.base.clone()) };
        events.into_iter().for_each(|event| run.on(event));
        let best = run.best_evaluation();
        let ended = |outcome| {
            RunState::Ended(Box::new(TrainOutput {
                outcome,
                best_epoch: best.map_or(0, |best| best.epoch),
                dev: best.map(|best| best.metrics.clone()),
                test: run.test.clone(),
                train_seconds: record.train_seconds,
                n_subwords: 0,
                peak_memory_mb: None,
                out: record.dir.clone(),
            }))
        };
        let state = match record.outcome {
            RunStatus::Completed => ended(Outcome::Completed),
            RunStatus::Stopped => ended(Outcome::Stopped),
            RunStatus::Diverged => ended(Outcome::Diverged),
            RunStatus::Cancelled => RunState::Canceled,
            RunStatus::Failed => RunState::Failed(record.details.failure.clone()),
            RunStatus::Running | RunStatus::Interrupted => RunState::Interrupted,
        };
        if state == RunState::Interrupted && !record.details.failure.is_empty() {
            run.log_line(LogLevel::Warning, &record.details.failure);
        }
        run.end(state);
        run
    }

    /// Ends the run, with a last line in the log.
    pub fn end(&mut self, state: RunState) {
        let (level, text) = match &state {
            RunState::Running(_) => return,
            RunState::Ended(output) => {
                let is_diverged = output.outcome == Outcome::Diverged;
                let level = if is_diverged { LogLevel::Warning } else { LogLevel::Success };
                (level, end_text(output))
            }
            RunState::Canceled => (LogLevel::Info, tr!("Canceled").to_owned()),
            RunState::Failed(reason) => (LogLevel::Info, reason.clone()),
            RunState::Interrupted => (LogLevel::Warning, tr!("Interrupted").to_owned()),
        };
        self.state = state;
        if !text.is_empty() {
            self.log_line(level, text);
        }
    }

    /// Returns the best evaluation on dev.
    pub fn best_evaluation(&self) -> Option<&DevEvaluation> {
        self.best.map(|i| &self.dev[i])
    }

    /// Returns the best dev scores.
    pub fn best_dev(&self) -> Option<&EvalMetrics> {
        self.best_evaluation().map(|best| &best.metrics)
    }

    /// Returns the number of complete epochs, and the number of epochs of the run.
    pub fn epochs(&self) -> [usize; 2] {
        let all = self.started.as_ref().map_or(0, |started| started.epochs);
        [self.last().map_or(0, |step| step.epoch as usize).min(all), all]
    }

    /// Appends a line to the log.
    pub fn log_line(&mut self, level: LogLevel, text: impl Into<String>) {
        self.write(level, text.into(), String::new());
    }

    fn write(&mut self, level: LogLevel, text: String, metrics: String) {
        let at = self.last().map_or(0.0, |s| s.elapsed);
        self.log.push(LogLine { at, text, metrics, level });
    }

    /// Handles an event of the run.
    pub fn on(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Started(started) => {
                let (subwords, device) = (started.subwords_per_epoch, &started.device);
                let text = tr!(
                    "{device}, {subwords} subwords per epoch, {steps} steps",
                    device,
                    subwords = thousands(subwords),
                    steps = thousands(started.steps)
                );
                self.log_line(LogLevel::Info, text);
                self.started = Some(started);
            }
            TrainEvent::Step(step) => {
                let old = self.smoothed.last().copied().unwrap_or(step.loss);
                // The first steps have a higher weight, because the average has no history yet.
                let window = self.started.as_ref().map_or(MAX_SMOOTHED_STEPS, |s| s.steps as f64 * SMOOTHED_SHARE);
                let weight = 1.0 - 1.0 / window.clamp(1.0, MAX_SMOOTHED_STEPS);
                let keep = weight.min(1.0 - 1.0 / (self.smoothed.len() + 1) as f64).powi(step.merged as i32);
                self.smoothed.push(old * keep + step.loss * (1.0 - keep));
                self.steps.push(step);
            }
            TrainEvent::Evaluated { epoch, split, scores, best, units } => {
                let text = if best {
                    tr!("Epoch {epoch}: {split} (best so far)", epoch, split = split.name())
                } else {
                    tr!("Epoch {epoch}: {split}", epoch, split = split.name())
                };
                let level = if best { LogLevel::Success } else { LogLevel::Info };
                self.write(level, text, metrics_in_log(&scores.values, self.metric()));
                if split == Split::Dev {
                    if best {
                        self.best = Some(self.dev.len());
                    }
                    // Steps can be merged, so the step of the scores follows from the epoch.
                    let (last, seconds) = self.last().map_or((0, 0.0), |s| (s.step, s.elapsed));
                    let step = match &self.started {
                        Some(s) if epoch > 0 => s.steps * epoch / s.epochs.max(1),
                        _ => last,
                    };
                    self.dev.push(DevEvaluation { step, epoch, seconds, metrics: scores, units });
                } else {
                    self.test = Some(scores);
                }
            }
            TrainEvent::History(events) => events.into_iter().for_each(|event| self.on(event)),
            TrainEvent::Saved { step } => self.saved = Some(step),
            TrainEvent::Log(level, text) => self.log_line(level, text),
        }
    }
}
