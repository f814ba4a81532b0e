//! The run of a session while it is in progress and after its end, collected from its events.

use crate::corpus::Split;
use crate::eval::token_metrics::token_metrics;
use crate::eval::{MetricDefinition, MetricValues};
use crate::i18n::{thousands, tr};
use crate::predict::EvalMetrics;
use crate::train::event::{LogLevel, Started, Step, TrainerControl};
use crate::train::{TrainEvent, TrainOutput};
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
    /// Step, epoch and dev scores.
    pub dev: Vec<(usize, usize, EvalMetrics)>,
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

/// Weight of the previous value in the smoothed loss, per step.
const SMOOTHING: f64 = 0.9;

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

    /// Returns the best dev scores.
    pub fn best_dev(&self) -> Option<&EvalMetrics> {
        self.best.map(|i| &self.dev[i].2)
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
                let keep = SMOOTHING.min(1.0 - 1.0 / (self.smoothed.len() + 1) as f64).powi(step.merged as i32);
                self.smoothed.push(old * keep + step.loss * (1.0 - keep));
                self.steps.push(step);
            }
            TrainEvent::Evaluated { epoch, split, scores, best } => {
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
                    let last = self.last().map_or(0, |s| s.step);
                    let step = match &self.started {
                        Some(s) if epoch > 0 => s.steps * epoch / s.epochs.max(1),
                        _ => last,
                    };
                    self.dev.push((step, epoch, scores));
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
