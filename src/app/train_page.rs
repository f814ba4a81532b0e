//! The Train room: the form of a run, and what a run has told so far.

use super::events::thousands;
use crate::app::i18n::tr;
use crate::corpus::Split;
use crate::hub::{ModelRef, Progress};
use crate::predict::EvalMetrics;
use crate::train::event::{LogLevel, Started, Step, TrainerControl};
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::settings_table::NUMBER_SETTINGS;
use crate::train::{TrainEvent, TrainOutput, TrainingArguments};
use crate::worker::{ModelFacts, RunId, Trial};

/// Where a run starts from, as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseModelInput {
    /// The starter.
    Starter,
    /// A folder, also a saved run's.
    Folder(String),
    /// `owner/name`.
    Hub(String),
}

impl BaseModelInput {
    /// The model it names; `None` while nothing usable is typed.
    pub fn name(&self) -> Option<ModelRef> {
        match self {
            Self::Starter => Some(ModelRef::Starter),
            Self::Folder(path) => (!path.is_empty()).then(|| ModelRef::Folder(path.into())),
            Self::Hub(id) => {
                let parts: Vec<&str> = id.split('/').collect();
                (parts.len() == 2 && parts.iter().all(|p| !p.is_empty())).then(|| ModelRef::Hub(id.clone()))
            }
        }
    }
}

/// The form and the runs.
#[derive(Debug)]
pub struct TrainState {
    /// Where the next run starts from.
    pub base: BaseModelInput,
    /// What that model is, once it was looked at.
    pub facts: Option<Result<ModelFacts, String>>,
    /// Whether it is being looked at.
    pub checking: bool,
    /// A download under way.
    pub download: Option<Progress>,
    /// Each setting as typed, in the order of [`NUMBER_SETTINGS`].
    pub texts: Vec<String>,
    /// What is wrong with it.
    pub errors: Vec<Option<String>>,
    /// The settings that are right.
    pub arguments: TrainingArguments,
    /// Whether the helper for NVIDIA GPUs lies beside the program.
    pub gpu_helper: bool,
    /// The run under way or the last one.
    pub run: Option<LiveRun>,
    /// A measurement under way.
    pub trial: Option<Trial>,
    /// The base and the settings it is made with.
    pub tried: Option<(BaseModelInput, TrainingArguments)>,
    /// What a run with these settings would cost.
    pub estimate: Option<RunEstimate>,
    /// The loss by learning rate.
    pub rates: Option<LrSweep>,
}

impl Default for TrainState {
    fn default() -> Self {
        let mut training = Self {
            base: BaseModelInput::Starter,
            facts: None,
            checking: false,
            download: None,
            texts: Vec::new(),
            errors: Vec::new(),
            arguments: TrainingArguments::default(),
            gpu_helper: false,
            run: None,
            trial: None,
            tried: None,
            estimate: None,
            rates: None,
        };
        training.take(TrainingArguments::default());
        training
    }
}

impl TrainState {
    /// Fills the form with these settings.
    pub fn take(&mut self, arguments: TrainingArguments) {
        self.texts = NUMBER_SETTINGS.iter().map(|f| f.get(&arguments)).collect();
        self.errors = vec![None; NUMBER_SETTINGS.len()];
        self.arguments = arguments;
        self.estimate = None;
    }

    /// A setting was typed.
    pub fn type_in(&mut self, field: usize, text: String) {
        self.errors[field] = NUMBER_SETTINGS[field].set(&mut self.arguments, &text).err();
        self.texts[field] = text;
        self.estimate = None;
    }

    /// A measurement has ended. What was changed meanwhile makes it worthless: a rate is for its base, a time for all.
    pub fn measured(&mut self, estimate: Option<RunEstimate>, rates: Option<LrSweep>) {
        (self.trial, self.download) = (None, None);
        if let Some((base, arguments)) = self.tried.take()
            && base == self.base
        {
            self.estimate = estimate.filter(|_| arguments == self.arguments).or(self.estimate);
            self.rates = rates.or_else(|| self.rates.take());
        }
    }

    /// What was measured holds for another model no more.
    pub fn forget_measurements(&mut self) {
        self.estimate = None;
        self.rates = None;
    }

    /// Whether a run is under way.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|r| matches!(r.state, RunState::Running(_)))
    }

    /// Whether a run or a measurement is under way: both belong to the open dataset.
    pub fn is_busy(&self) -> bool {
        self.is_running() || self.trial.is_some()
    }

    /// Whether the base's head would be kept for these labels; `None` while the base is not known.
    pub fn keeps_head(&self, labels: &[String]) -> Option<bool> {
        let facts = self.facts.as_ref()?.as_ref().ok()?;
        Some(!labels.is_empty() && labels.iter().all(|l| facts.labels.contains(l)))
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub enum RunState {
    /// Under way, and what a person wants of it.
    Running(TrainerControl),
    /// It ended with a model.
    Ended(Box<TrainOutput>),
    /// It ended without one.
    Failed(String),
}

/// A line of a run's log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Seconds of training when it was written.
    pub at: f64,
    /// What happened.
    pub text: String,
    /// Scores that belong to it, on a line of their own; may be empty.
    pub figures: String,
    /// How much it matters.
    pub weight: LogLevel,
}

/// What a run has told so far.
#[derive(Clone, Debug)]
pub struct LiveRun {
    /// Its number.
    pub id: RunId,
    /// Base model.
    pub base: String,
    /// How far it is.
    pub state: RunState,
    /// What it is made of, once it has begun.
    pub started: Option<Started>,
    /// Every step told.
    pub steps: Vec<Step>,
    /// Smoothed loss after each of them.
    pub smoothed: Vec<f64>,
    /// Step, epoch and dev scores.
    pub dev: Vec<(usize, usize, EvalMetrics)>,
    /// Index in [`LiveRun::dev`] of the best.
    pub best: Option<usize>,
    /// Scores on test.
    pub test: Option<EvalMetrics>,
    /// Whether it goes on with a run that was interrupted.
    pub resumed: bool,
    /// The step of the newest checkpoint.
    pub saved: Option<usize>,
    /// Newest last.
    pub log: Vec<LogLine>,
}

/// How much of the old value a smoothed loss keeps a step.
const SMOOTHING: f64 = 0.9;

impl LiveRun {
    /// A run that was asked for.
    pub fn new(id: RunId, base: String) -> Self {
        Self {
            id,
            base,
            state: RunState::Running(TrainerControl::Continue),
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

    /// The newest step.
    pub fn last(&self) -> Option<&Step> {
        self.steps.last()
    }

    /// Share of the steps that are done, 0 to 1.
    pub fn share(&self) -> f32 {
        let total = self.started.as_ref().map_or(0, |s| s.steps);
        let done = self.last().map_or(0, |s| s.step);
        if total == 0 { 0.0 } else { done as f32 / total as f32 }
    }

    /// The best dev scores.
    pub fn best_dev(&self) -> Option<&EvalMetrics> {
        self.best.map(|i| &self.dev[i].2)
    }

    /// Writes a line into the log.
    pub fn note(&mut self, weight: LogLevel, text: impl Into<String>) {
        self.write(weight, text.into(), String::new());
    }

    fn write(&mut self, weight: LogLevel, text: String, figures: String) {
        let at = self.last().map_or(0.0, |s| s.elapsed);
        self.log.push(LogLine { at, text, figures, weight });
    }

    /// The run tells something.
    pub fn on(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Started(started) => {
                let (pieces, device) = (started.subwords_per_epoch, &started.device);
                let text = tr!(
                    "{device}; {pieces} pieces an epoch, {steps} steps",
                    device,
                    pieces = thousands(pieces),
                    steps = thousands(started.steps)
                );
                self.note(LogLevel::Info, text);
                self.started = Some(started);
            }
            TrainEvent::Step(step) => {
                let old = self.smoothed.last().copied().unwrap_or(step.loss);
                // The first steps weigh more, or the line would start far from the losses.
                let keep = SMOOTHING.min(1.0 - 1.0 / (self.smoothed.len() + 1) as f64).powi(step.merged as i32);
                self.smoothed.push(old * keep + step.loss * (1.0 - keep));
                self.steps.push(step);
            }
            TrainEvent::Evaluated { epoch, split, scores, best } => {
                let f1 = scores.overall.f1 * 100.0;
                let (p, r) = (scores.overall.precision * 100.0, scores.overall.recall * 100.0);
                let kept = if best { tr!(", best so far") } else { "" };
                let text = tr!("{split} after epoch {epoch}{kept}", split = split.name(), epoch, kept);
                let weight = if best { LogLevel::Success } else { LogLevel::Info };
                self.write(weight, text, format!("F1 {f1:.2}  P {p:.2}  R {r:.2}"));
                if split == Split::Dev {
                    if best {
                        self.best = Some(self.dev.len());
                    }
                    // By the epoch: steps and scores come by different ways, and several may be read at once.
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
            TrainEvent::Log(weight, text) => self.note(weight, text),
        }
    }
}
