//! Training loop: trains, evaluates on dev after every epoch, keeps the best model and evaluates it once on test.

mod save;
mod step;

use crate::corpus::holdout::Holdout;
use crate::corpus::{Corpus, SentenceId, Split};
use crate::disk;
use crate::model::device::SelectedDevice;
use crate::model::loss::CrossEntropyLoss;
use crate::model::pretrained::FILES;
use crate::model::weights::{LoadReport, SaveDtype};
use crate::model::{Bert, ComputeDtype, ModelError, PretrainedModel, TagSet, choose, device};
use crate::predict::evaluate::{self, Gold};
use crate::predict::{EvalMetrics, Tagger};
use crate::train::arguments::{SaveStrategy, TrainingArguments, steps};
use crate::train::checkpoint::{self, Checkpoint};
use crate::train::event::{LogLevel, Observer, Outcome, Started, Step, TrainEvent, TrainerControl};
use crate::train::grad_scaler::GradScaler;
use crate::train::history::History;
use crate::train::memory_estimate;
use crate::train::metrics_writer::MetricsWriter;
use crate::train::optimizer::AdamW;
use crate::train::run_data::RunData;
use crate::train::run_folder::{Beginning, RunFolder};
use crate::train::run_notes::{gradient_coverage, initial_log, used_labels};
use crate::train::schedule::LrSchedule;
use crate::train::{json, memory, model_card};
use std::path::PathBuf;
use std::sync::Arc;

/// Input of a training run.
pub struct TrainJob {
    /// Dataset.
    pub corpus: Arc<Corpus>,
    /// Sentences for training, and sentences for choosing the best epoch.
    pub holdout: Holdout,
    /// Test sentences, evaluated once at the end. Can be empty.
    pub test: Vec<SentenceId>,
    /// Base model.
    pub base: Arc<PretrainedModel>,
    /// Settings of the run.
    pub arguments: TrainingArguments,
    /// Output directory of the model.
    pub out: PathBuf,
    /// Data type of the saved weights.
    pub precision: SaveDtype,
    /// Checkpoint to resume from. `base` is then the model of the checkpoint, and its settings replace `arguments`
    /// except the device.
    pub resume: Option<Checkpoint>,
}

/// Result of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOutput {
    /// Outcome of the run.
    pub outcome: Outcome,
    /// Epoch of the saved model, starting at 1. 0 if no epoch was complete.
    pub best_epoch: usize,
    /// Dev metrics of the saved model.
    pub dev: Option<EvalMetrics>,
    /// Test metrics of the saved model.
    pub test: Option<EvalMetrics>,
    /// Duration of the training steps in seconds.
    pub train_seconds: f64,
    /// Number of subwords in training.
    pub pieces: usize,
    /// Peak memory of the process in MB. `None` if the system does not report it.
    pub peak_memory_mb: Option<f64>,
    /// Output directory of the model.
    pub out: PathBuf,
}

/// Error of a training run.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data is not sufficient, or the settings do not fit the data.
    #[error("{0}")]
    Data(String),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Writing failed.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// The run was suspended before its end. A checkpoint contains its state.
    #[error("the run was suspended; it can be resumed")]
    Suspended,
}

impl From<candle_core::Error> for TrainError {
    fn from(e: candle_core::Error) -> Self {
        Self::Model(e.into())
    }
}

/// Executes a job in its output directory, which must be new or empty, or contain the checkpoint to resume from.
///
/// # Errors
/// Returns an error if there are no labels or sentences, the model does not fit, or the directory is not writable. Also
/// returns an error if the loss diverges before a model can be saved.
pub fn run(job: &TrainJob, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
    let beginning = if job.resume.is_some() { Beginning::Resume } else { Beginning::Fresh };
    run_in(&RunFolder::take(&job.out, beginning, None)?, job, observer)
}

/// Executes a job in its output directory, which is already locked.
///
/// # Errors
/// Returns an error if [`run`] would.
pub fn run_in(folder: &RunFolder, job: &TrainJob, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
    let run = Trainer::prepare(job, observer)?;
    folder.clear_earlier_run()?;
    run.run_to_end(observer)
}

/// State of a training run.
pub(super) struct Trainer<'a> {
    job: &'a TrainJob,
    /// Settings of the job, or of the checkpoint if the run is resumed.
    arguments: TrainingArguments,
    tagger: Tagger,
    data: RunData,
    /// Fingerprints of train, dev and test.
    fingerprints: [String; 3],
    /// True if the data is stored next to the checkpoints.
    data_kept: bool,
    /// Name of the device. Device and precision affect the result bit by bit.
    device: String,
    arithmetic: ComputeDtype,
    objective: CrossEntropyLoss,
    optimizer: AdamW,
    loss_scale: Option<GradScaler>,
    schedule: LrSchedule,
    best: Option<BestModel>,
    progress: RunCounters,
    report: Option<MetricsWriter>,
    head_kept: bool,
    /// Memory of the process before the first step, in MB.
    memory_before_mb: Option<f64>,
}

/// Best model so far.
struct BestModel {
    /// Number of steps before its evaluation.
    step: usize,
    epoch: usize,
    bert: Bert,
    scores: Option<EvalMetrics>,
}

/// Counters and pending events of a run.
#[derive(Default)]
struct RunCounters {
    step: usize,
    pieces: usize,
    padded: usize,
    seconds: f64,
    /// Number of evaluations on dev since the last improvement.
    without_gain: usize,
    /// Step of the last checkpoint.
    saved: Option<usize>,
    /// Running mean of the last losses.
    recent_loss: f64,
    /// Gradient norm of the previous step.
    grad_norm: f64,
    /// Reason of a divergence.
    divergence: Option<String>,
    /// True if the user requested the end after the current epoch.
    last_epoch: bool,
    /// Merged steps without an event, if `logging_steps` is above 1.
    unlogged: Option<Step>,
    /// True if the steps of the epoch are complete but dev is not evaluated yet.
    unscored: bool,
    /// Step and evaluation events so far, as JSON.
    history: History,
}

/// Result of an evaluation.
pub(super) enum Scored {
    /// Metrics, or `None` if there are no sentences.
    Whole(Option<EvalMetrics>),
    /// The user ended the run during the evaluation.
    Ended,
}

impl<'a> Trainer<'a> {
    pub(super) fn prepare(job: &'a TrainJob, observer: &mut dyn Observer) -> Result<Self, TrainError> {
        let resumed = job.resume.as_ref();
        let arguments = match resumed {
            Some(checkpoint) => TrainingArguments { device: job.arguments.device, ..checkpoint.arguments.clone() },
            None => job.arguments.clone(),
        };
        let chosen = choose(arguments.device)?;
        let device = if chosen.device.is_cpu() { "the processor".to_owned() } else { chosen.name.clone() };
        let (arithmetic, other_arithmetic) = arithmetic(&chosen, &arguments, resumed)?;
        candle_core::cuda::set_gemm_reduced_precision_f32(arithmetic == ComputeDtype::Tf32);
        let kept = resumed.and_then(|checkpoint| RunData::kept(&job.out, &checkpoint.state));
        let labels = used_labels(job);
        if labels.is_empty() && kept.is_none() {
            let message = "there is nothing to learn: no sentence of the training split has a label yet";
            return Err(TrainError::Data(message.into()));
        }
        let head_kept = resumed.map_or(!arguments.new_head && job.base.supports_labels(&labels), |c| c.state.head_kept);
        let (bert, tags, report) = if resumed.is_some() {
            let (bert, tags) = job.base.token_classifier()?;
            (bert, tags, LoadReport::default())
        } else {
            job.base.with_labels(&labels, arguments.new_head, arguments.seed)?
        };
        let mut bert = bert.to_device(&chosen.device, arithmetic)?.frozen(arguments.frozen());
        if let Some(lora) = arguments.lora() {
            bert = bert.with_lora(lora, arguments.seed)?;
        }
        if let Some(checkpoint) = resumed {
            bert = checkpoint.load_unmerged(bert)?;
        }
        let given = RunData::of(job, &arguments, &tags)?;
        let data_kept = kept.is_some();
        let other_data = kept.as_ref().and_then(|kept| kept.difference(&given));
        let data = kept.unwrap_or(given);
        let optimizer = AdamW::new(&bert, arguments.weight_decay, device::n_threads())?
            .with_layer_decay(&bert, arguments.layer_lr_decay);
        let total = steps(data.plan.len(), &arguments);
        let schedule = LrSchedule::new(arguments.lr_scheduler_type, total, arguments.warmup_ratio);
        let tag_weights =
            if arguments.balanced_class_weights { data.plan.balanced_class_weights(tags.len()) } else { Vec::new() };
        let objective =
            CrossEntropyLoss { label_smoothing: arguments.label_smoothing_factor, class_weights: tag_weights };
        observer.on_event(TrainEvent::Started(Started {
            device: if chosen.device.is_cpu() {
                chosen.name.clone()
            } else {
                format!("{}, {}", chosen.name, arithmetic.name())
            },
            model: job.base.name.clone(),
            train_sentences: data.plan.len(),
            dev_sentences: data.dev.sentences.len(),
            subwords_per_epoch: data.plan.pieces(),
            steps: schedule.steps,
            epochs: arguments.num_train_epochs,
            learning_rate: arguments.learning_rate,
            schedule,
            head_reused: head_kept,
            labels: tags.labels(),
            resumed_from_step: resumed.map_or(0, |c| c.state.step),
        }));
        if let Some(why) = chosen.fallback_reason {
            observer.on_event(TrainEvent::Log(LogLevel::Warning, why));
        }
        let differences = resumed.map(|checkpoint| {
            let device = other_device(checkpoint, &device);
            let data = other_data.map(|splits| {
                format!(
                    "the sentences or labels of {splits} have changed since the run began: it goes on with those it began \
                     with; start a new run to use the new ones"
                )
            });
            [device, other_arithmetic, data]
        });
        for difference in differences.into_iter().flatten().flatten() {
            observer.on_event(TrainEvent::Log(LogLevel::Warning, difference));
        }
        for (weight, note) in initial_log(&data, &arguments, &bert, &report.unexpected_keys, head_kept) {
            observer.on_event(TrainEvent::Log(weight, note));
        }
        let tagger = Tagger {
            name: job.base.name.clone(),
            bert,
            tokenizer: job.base.tokenizer.clone(),
            tags,
            max_length: job.base.max_length,
            batch_size: arguments.per_device_eval_batch_size,
        };
        let (best, progress) = (None, RunCounters::default());
        let report = None;
        let loss_scale = (arithmetic == ComputeDtype::Fp16).then(GradScaler::default);
        let mut run = Self {
            job,
            arguments,
            tagger,
            fingerprints: data.fingerprints(),
            data,
            data_kept,
            device,
            arithmetic,
            objective,
            optimizer,
            loss_scale,
            schedule,
            best,
            progress,
            report,
            head_kept,
            memory_before_mb: memory::current_mb(),
        };
        run.check_memory()?;
        if let Some(checkpoint) = resumed {
            run.resume_from(checkpoint, observer)?;
        }
        Ok(run)
    }

    /// Returns the number of free bytes on the device.
    pub(super) fn free_memory(&self) -> Option<u64> {
        device::free_memory(self.tagger.bert.device())
    }

    /// Returns the peak memory of the process in MB, at least the estimate for the largest batch.
    pub(super) fn peak_memory_mb(&self) -> Option<f64> {
        let peak = memory::peak_mb()?;
        if !self.tagger.bert.device().is_cpu() {
            return Some(peak);
        }
        let at_once = self.arguments.per_device_train_batch_size;
        let heaviest = memory_estimate::required_bytes(&self.tagger.bert, &self.data.plan, &self.arguments, at_once);
        Some(peak.max(self.memory_before_mb? + heaviest as f64 / 1e6))
    }

    /// Returns an error if the memory is not sufficient for a batch, before training starts.
    fn check_memory(&self) -> Result<(), TrainError> {
        let bert = &self.tagger.bert;
        let Some(free) = self.free_memory() else { return Ok(()) };
        let sentences = self.arguments.per_device_train_batch_size;
        let need = memory_estimate::required_bytes(bert, &self.data.plan, &self.arguments, sentences);
        if need <= free {
            return Ok(());
        }
        let advice = memory_estimate::advice(bert, &self.data.plan, &self.arguments, free);
        let (need, free) = (need as f64 / 1e9, free as f64 / 1e9);
        let message =
            format!("a batch of {sentences} sentences needs about {need:.1} GB, and {free:.1} GB are free. {advice}");
        Err(TrainError::Data(message))
    }

    fn run_to_end(mut self, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
        let mut outcome = Outcome::Completed;
        self.report = MetricsWriter::create(self.arguments.report_to, &self.job.out, self.progress.history.events())?;
        let done = self.progress.step / self.steps_an_epoch();
        let patience = self.arguments.early_stopping_patience;
        // An epoch without its evaluation has no remaining batches and is evaluated again.
        let first = if self.progress.unscored { done } else { done + 1 };
        for epoch in first..=self.arguments.num_train_epochs {
            // Checked before an epoch, so that a run that is resumed here ends too.
            if patience > 0 && self.progress.without_gain >= patience {
                let note = format!("dev F1 has not risen for {}: the run ends early", epochs(patience));
                observer.on_event(TrainEvent::Log(LogLevel::Info, note));
                break;
            }
            match self.run_epoch(epoch, observer)? {
                Outcome::Completed => {}
                ended => {
                    self.flush_steps(observer);
                    outcome = ended;
                    break;
                }
            }
            self.progress.unscored = true;
            let Some(better) = self.evaluate_dev(epoch, observer)? else {
                let note = format!("the run was stopped: epoch {epoch} is not scored, and so not chosen");
                observer.on_event(TrainEvent::Log(LogLevel::Info, note));
                outcome = Outcome::Stopped;
                break;
            };
            self.progress.unscored = false;
            if self.should_save_after_epoch(better) {
                self.save(observer)?;
            }
            let is_last = self.progress.last_epoch || observer.control() == TrainerControl::StopAfterEpoch;
            if is_last && epoch < self.arguments.num_train_epochs {
                outcome = Outcome::Stopped;
                break;
            }
        }
        if self.best.is_none() {
            if let Some(why) = self.progress.divergence.take() {
                return Err(TrainError::Data(format!("{why}. No epoch was whole, so there is no model to keep")));
            }
            if self.evaluate_dev(0, observer)?.is_none() {
                self.best = Some(self.as_it_is(0, None)?);
            }
        }
        self.finish(outcome, observer)
    }

    fn steps_an_epoch(&self) -> usize {
        (self.schedule.steps / self.arguments.num_train_epochs.max(1)).max(1)
    }

    /// Executes one epoch, or its remaining batches after a checkpoint.
    fn run_epoch(&mut self, epoch: usize, observer: &mut dyn Observer) -> Result<Outcome, TrainError> {
        let arguments = self.arguments.clone();
        let batches = self.data.plan.batches(arguments.effective_batch_size(), arguments.seed, epoch - 1);
        let first = self.progress.step - (epoch - 1) * self.steps_an_epoch();
        for (index, batch) in batches.iter().enumerate().skip(first) {
            if !self.apply_control(observer)? {
                return Ok(Outcome::Stopped);
            }
            let rate = arguments.learning_rate * self.schedule.lr_factor(self.progress.step);
            let step::StepResult { loss, report, skipped, seconds } = self.step(batch, rate)?;
            self.progress.pieces += batch.rows();
            self.progress.padded += batch.longest() * batch.len();
            self.progress.seconds += seconds;
            if skipped {
                continue;
            }
            if let Some(why) = self.detect_divergence(loss, &report, batch) {
                observer.on_event(TrainEvent::Log(LogLevel::Warning, why.clone()));
                self.progress.divergence = Some(why);
                return Ok(Outcome::Diverged);
            }
            if self.progress.step == 1 {
                let (weight, note) = gradient_coverage(&self.tagger.bert, &report);
                observer.on_event(TrainEvent::Log(weight, note));
            }
            let event = self.step_event(loss, rate, &report, batch.rows() as f64 / seconds);
            let event = self.progress.unlogged.take().map_or(event, |before: Step| before.merge(event));
            if event.merged >= arguments.logging_steps || index + 1 == batches.len() {
                self.emit(TrainEvent::Step(event), observer);
            } else {
                self.progress.unlogged = Some(event);
            }
            // A checkpoint after the last step of an epoch is written after the evaluation, so that a resumed run has
            // its result.
            let due = arguments.save_strategy == SaveStrategy::Steps
                && self.progress.step.is_multiple_of(arguments.save_steps);
            if due && index + 1 < batches.len() {
                self.save(observer)?;
            }
        }
        Ok(Outcome::Completed)
    }

    /// Emits the pending steps, if `logging_steps` is above 1.
    fn flush_steps(&mut self, observer: &mut dyn Observer) {
        if let Some(step) = self.progress.unlogged.take() {
            self.emit(TrainEvent::Step(step), observer);
        }
    }

    /// Emits an event and adds it to the history and the metrics file.
    fn emit(&mut self, event: TrainEvent, observer: &mut dyn Observer) {
        let mut value = json::to_json(&event);
        // Evaluation events also contain the step, which plots need.
        if let Some(fields) = value.as_object_mut() {
            fields.entry("step").or_insert(self.progress.step.into());
        }
        self.report.iter().for_each(|report| report.write_event(&value));
        self.progress.history.push(value);
        observer.on_event(event);
    }

    /// Evaluates a network. Checks between two batches if the run must end.
    pub(super) fn evaluate(&self, bert: &Bert, gold: &Gold, observer: &dyn Observer) -> Result<Scored, TrainError> {
        if gold.sentences.is_empty() {
            return Ok(Scored::Whole(None));
        }
        let tagger = Tagger { bert: bert.clone(), ..self.tagger.clone() };
        let scores = evaluate::score(&tagger, gold, |_, _| {
            !matches!(observer.control(), TrainerControl::Stop | TrainerControl::Suspend)
        })?;
        Ok(scores.map_or(Scored::Ended, |scores| Scored::Whole(Some(scores))))
    }

    /// Evaluates the network on dev. Returns true if it is the best so far, or `None` if the run was stopped.
    ///
    /// # Errors
    /// Returns [`TrainError::Suspended`] if the run was suspended during the evaluation.
    fn evaluate_dev(&mut self, epoch: usize, observer: &mut dyn Observer) -> Result<Option<bool>, TrainError> {
        let scores = match self.evaluate(&self.tagger.bert, &self.data.dev, observer)? {
            Scored::Whole(scores) => scores,
            Scored::Ended if observer.control() == TrainerControl::Suspend => return Err(self.suspended(observer)),
            Scored::Ended => return Ok(None),
        };
        let f1 = |s: &Option<EvalMetrics>| s.as_ref().map_or(0.0, |s| s.overall.f1);
        // Without a dev split, the last epoch counts as the best.
        let better = self.best.as_ref().is_none_or(|b| scores.is_none() || f1(&scores) > f1(&b.scores));
        if let Some(scores) = &scores {
            self.emit(
                TrainEvent::Evaluated { epoch, split: Split::Dev, scores: scores.clone(), best: better },
                observer,
            );
        }
        let threshold = self.arguments.early_stopping_threshold;
        let gained = self.best.as_ref().is_none_or(|b| scores.is_none() || f1(&scores) > f1(&b.scores) + threshold);
        self.progress.without_gain = if gained { 0 } else { self.progress.without_gain + 1 };
        if better {
            self.best = Some(self.as_it_is(epoch, scores)?);
        }
        Ok(Some(better))
    }

    /// Returns a copy of the current network.
    fn as_it_is(&self, epoch: usize, scores: Option<EvalMetrics>) -> Result<BestModel, TrainError> {
        Ok(BestModel { step: self.progress.step, epoch, bert: self.tagger.bert.kept()?, scores })
    }

    fn finish(mut self, outcome: Outcome, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
        let (best_epoch, dev, bert) = match &self.best {
            Some(best) => (best.epoch, best.scores.clone(), &best.bert),
            None => (0, None, &self.tagger.bert),
        };
        // The test evaluation uses the network as it is saved.
        let bert = bert.merged()?;
        let test = match self.evaluate(&bert, &self.data.test, observer)? {
            Scored::Whole(scores) => scores,
            Scored::Ended if observer.control() == TrainerControl::Suspend && outcome == Outcome::Completed => {
                return Err(self.suspended(observer));
            }
            Scored::Ended => {
                observer.on_event(TrainEvent::Log(LogLevel::Info, "the run was stopped: test is not scored".into()));
                None
            }
        };
        if let Some(scores) = &test {
            let scores = scores.clone();
            self.emit(TrainEvent::Evaluated { epoch: best_epoch, split: Split::Test, scores, best: false }, observer);
        }
        let finished = TrainOutput {
            outcome,
            best_epoch,
            dev,
            test,
            train_seconds: self.progress.seconds,
            pieces: self.progress.pieces,
            peak_memory_mb: memory::peak_mb(),
            out: self.job.out.clone(),
        };
        let card = model_card::model_card(self.job, &self.data, &self.arguments, &finished, &self.tagger.tags);
        let files = self.job.base.save_pretrained(&bert, &self.tagger.tags, &card, self.job.precision)?;
        let files = files.into_iter().map(Ok);
        disk::replace_files::<TrainError>(&self.job.out, FILES, files).map_err(|e| self.not_saved(&e, observer))?;
        checkpoint::rotate_checkpoints(&self.job.out, self.arguments.save_total_limit);
        if let Err(e) = checkpoint::remove_shared(&self.job.out) {
            log::warn!("a file of the run stays: {e}");
        }
        Ok(finished)
    }
}

/// Returns the compute precision: that of the checkpoint if the device supports it, otherwise that of the settings.
/// Also returns a warning if the precision has changed.
fn arithmetic(
    chosen: &SelectedDevice,
    arguments: &TrainingArguments,
    resumed: Option<&Checkpoint>,
) -> Result<(ComputeDtype, Option<String>), TrainError> {
    let on = |wish| ComputeDtype::resolve(&chosen.device, chosen.generation, wish);
    let name = resumed.and_then(|checkpoint| checkpoint.state.arithmetic.as_deref());
    let Some(before) = name.and_then(ComputeDtype::from_name) else { return Ok((on(arguments.precision)?, None)) };
    if let Ok(same) = on(Some(before)) {
        return Ok((same, None));
    }
    let now = on(arguments.precision).or_else(|_| on(None))?;
    let (before, name) = (before.name(), now.name());
    Ok((now, Some(format!("the run computed in {before}, which {} cannot: it goes on in {name}", chosen.name))))
}

/// Returns a warning if a resumed run used another device before.
fn other_device(checkpoint: &Checkpoint, now: &str) -> Option<String> {
    let before = checkpoint.state.device.as_deref().filter(|before| *before != now)?;
    Some(format!(
        "the run computed on {before} before, and goes on with {now}: its bits will differ from an uninterrupted run's"
    ))
}

/// Formats a number of epochs: 1 epoch, 2 epochs.
fn epochs(count: usize) -> String {
    if count == 1 { "1 epoch".into() } else { format!("{count} epochs") }
}

impl TrainOutput {
    /// Returns the number of subwords per second of the training steps.
    pub fn pieces_per_second(&self) -> f64 {
        if self.train_seconds > 0.0 { self.pieces as f64 / self.train_seconds } else { 0.0 }
    }
}

/// Returns the labels of a tag set in one line.
pub(super) fn label_line(tags: &TagSet) -> String {
    tags.labels().join(", ")
}
