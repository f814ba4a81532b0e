//! Training loop: trains, evaluates on dev after every epoch, keeps the best model and evaluates it once on test.

mod save;
mod step;
mod step_log;

use crate::corpus::Split;
use crate::disk;
use crate::eval::errors::{EntityCounts, UnitScores};
use crate::eval::token_metrics::F1;
use crate::model::device::SelectedDevice;
use crate::model::loss::CrossEntropyLoss;
use crate::model::pretrained::FILES;
use crate::model::weights::LoadReport;
use crate::model::{Bert, ComputeDtype, ModelError, choose, device};
use crate::predict::evaluate::{self, Gold};
use crate::predict::{EvalMetrics, ModelEvaluation, Tagger};
use crate::train::arguments::{SaveStrategy, TrainingArguments, steps};
use crate::train::checkpoint::Checkpoint;
use crate::train::checkpoint_dirs;
use crate::train::error::TrainError;
use crate::train::event::{LogLevel, Observer, Outcome, Started, TrainEvent, TrainerControl};
use crate::train::grad_scaler::GradScaler;
use crate::train::history::History;
use crate::train::job::{EncodedData, JobData, TrainJob, TrainOutput};
use crate::train::memory_estimate;
use crate::train::metrics_writer::MetricsWriter;
use crate::train::optimizer::AdamW;
use crate::train::run_data::RunData;
use crate::train::run_folder::{ExistingFiles, RunFolder};
use crate::train::run_notes::{gradient_coverage, initial_log};
use crate::train::schedule::LrSchedule;
use crate::train::{json, memory, model_card};
use std::sync::Arc;
use step_log::StepLog;

/// Executes a job in its output directory, which must be new or empty, or contain the checkpoint to resume from.
///
/// ```no_run
/// use std::path::Path;
/// use std::sync::Arc;
/// use tagwright::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
/// use tagwright::corpus::Split;
/// use tagwright::model::PretrainedModel;
/// use tagwright::model::weights::SaveDtype;
/// use tagwright::project::Dataset;
/// use tagwright::train::{CorpusData, JobData, Observer, TrainEvent, TrainJob, TrainingArguments, run};
///
/// /// Prints the loss of each step.
/// struct PrintLoss;
///
/// impl Observer for PrintLoss {
///     fn on_event(&mut self, event: TrainEvent) {
///         if let TrainEvent::Step(step) = event {
///             println!("step {}: loss {:.4}", step.step, step.loss);
///         }
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let corpus = Arc::new(Dataset::open(Path::new("data/letters"))?.corpus);
/// let data = CorpusData {
///     // 10 % of the documents if there is no dev split, selected by the seed 42.
///     holdout: holdout(&corpus, DEFAULT_HOLDOUT_RATIO, 42),
///     test: corpus.sentences(Some(Split::Test)),
///     corpus,
/// };
/// let job = TrainJob {
///     data: JobData::Corpus(data),
///     base: Arc::new(PretrainedModel::from_pretrained(Path::new("models/MiniLM-L6"))?),
///     arguments: TrainingArguments { num_train_epochs: 5, ..TrainingArguments::default() },
///     out: "models/letters".into(),
///     save_dtype: SaveDtype::F32,
///     resume: None,
/// };
/// let output = run(&job, &mut PrintLoss)?;
/// println!("best epoch: {}", output.best_epoch);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Returns an error if there are no labels or sentences, the model does not fit, or the directory is not writable. Also
/// returns an error if the loss diverges before a model can be saved.
pub fn run(job: &TrainJob, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
    let beginning = if job.resume.is_some() { ExistingFiles::Resume } else { ExistingFiles::Fresh };
    run_in(&RunFolder::acquire(&job.out, beginning, None)?, job, observer)
}

/// Executes a job in its output directory, which is already locked.
///
/// # Errors
/// Returns an error if [`run`] would.
pub fn run_in(folder: &RunFolder, job: &TrainJob, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
    let run = TrainingRun::prepare(job, observer)?;
    folder.clear_earlier_run()?;
    run.run_to_end(observer)
}

/// State of a training run.
pub(super) struct TrainingRun<'a> {
    job: &'a TrainJob,
    /// Settings of the job, or of the checkpoint if the run is resumed.
    arguments: TrainingArguments,
    tagger: Tagger,
    data: Arc<RunData>,
    /// Fingerprints of train, dev and test.
    fingerprints: [String; 3],
    /// True if the data is stored next to the checkpoints.
    data_kept: bool,
    /// Name of the device. Device and precision affect the result bit by bit.
    device: String,
    compute_dtype: ComputeDtype,
    objective: CrossEntropyLoss,
    optimizer: AdamW,
    loss_scale: Option<GradScaler>,
    schedule: LrSchedule,
    best: Option<BestModel>,
    progress: RunCounters,
    metrics_writer: Option<MetricsWriter>,
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
    /// Number of steps that changed the weights.
    n_updates: usize,
    n_subwords: usize,
    n_padded: usize,
    seconds: f64,
    /// Number of evaluations on dev since the last improvement.
    n_evaluations_without_gain: usize,
    /// Step of the last checkpoint.
    saved: Option<usize>,
    /// Running mean of the last losses.
    recent_loss: f64,
    /// Gradient norm of the previous step.
    grad_norm: f64,
    /// Reason of a divergence.
    divergence: Option<String>,
    /// True if the metric that selects the best epoch has no value on dev, so F1 selects it.
    is_metric_missing: bool,
    /// True if the user requested the end after the current epoch.
    last_epoch: bool,
    /// Steps without an event, if `logging_steps` is above 1.
    step_log: StepLog,
    /// True if the steps of the epoch are complete but dev is not evaluated yet.
    eval_pending: bool,
    /// Step and evaluation events so far, as JSON.
    history: History,
}

/// Result of an evaluation.
pub(super) enum EvalResult {
    /// Metrics and predictions. `None` without sentences.
    Complete(Option<Box<ModelEvaluation>>),
    /// The user ended the run during the evaluation.
    Stopped,
}

impl<'a> TrainingRun<'a> {
    pub(super) fn prepare(job: &'a TrainJob, observer: &mut dyn Observer) -> Result<Self, TrainError> {
        let resumed = job.resume.as_ref();
        let arguments = match resumed {
            Some(checkpoint) => TrainingArguments { device: job.arguments.device, ..checkpoint.arguments.clone() },
            None => job.arguments.clone(),
        };
        let chosen = choose(arguments.device).map_err(ModelError::from)?;
        let device = if chosen.device.is_cpu() { "the processor".to_owned() } else { chosen.name.clone() };
        let (arithmetic, other_arithmetic) = arithmetic(&chosen, &arguments, resumed)?;
        candle_core::cuda::set_gemm_reduced_precision_f32(arithmetic == ComputeDtype::Tf32);
        let kept = resumed.and_then(|checkpoint| RunData::kept(&job.out, &checkpoint.state));
        let EncodedData { labels, run_data: given } = match &job.data {
            JobData::Corpus(data) => data.encode(&job.base, &arguments, resumed.is_some())?,
            JobData::Encoded(data) => data.clone(),
        };
        if labels.is_empty() && kept.is_none() {
            let message = "no labeled sentences in the training split; label at least one";
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
        let data_kept = kept.is_some();
        let other_data = kept.as_ref().and_then(|kept| kept.difference(&given));
        let data = kept.map_or(given, Arc::new);
        let optimizer = AdamW::new(&bert, arguments.weight_decay, device::n_threads())?
            .with_layer_decay(&bert, arguments.layer_lr_decay);
        let total = steps(data.train_set.len(), &arguments);
        let schedule = LrSchedule::new(arguments.lr_scheduler_type, total, arguments.warmup_ratio);
        let tag_weights = if arguments.balanced_class_weights {
            data.train_set.balanced_class_weights(tags.len())
        } else {
            Vec::new()
        };
        let objective =
            CrossEntropyLoss { label_smoothing: arguments.label_smoothing_factor, class_weights: tag_weights };
        observer.on_event(TrainEvent::Started(Started {
            metric: arguments.metric_for_best_model,
            device: if chosen.device.is_cpu() {
                chosen.name.clone()
            } else {
                format!("{}, {}", chosen.name, arithmetic.name())
            },
            model: job.base.name.clone(),
            train_sentences: data.train_set.len(),
            dev_sentences: data.dev.sentences.len(),
            subwords_per_epoch: data.train_set.n_subwords(),
            steps: schedule.steps,
            epochs: arguments.num_train_epochs,
            learning_rate: arguments.learning_rate,
            schedule,
            head_reused: head_kept,
            labels: tags.labels(),
            resumed_from_step: resumed.map_or(0, |c| c.state.step),
        }));
        if let Some(reason) = chosen.fallback_reason {
            observer.on_event(TrainEvent::Log(LogLevel::Warning, reason));
        }
        let differences = resumed.map(|checkpoint| {
            let device = other_device(checkpoint, &device);
            let data = other_data.map(|splits| {
                format!(
                    "sentences or labels of {splits} have changed since the start of the run; the run continues with \
                     the original data. Start a new run to use the changed data"
                )
            });
            [device, other_arithmetic, data]
        });
        for difference in differences.into_iter().flatten().flatten() {
            observer.on_event(TrainEvent::Log(LogLevel::Warning, difference));
        }
        let max_length = arguments.max_length.min(job.base.config.max_position_embeddings);
        for (level, note) in initial_log(&data, &arguments, max_length, &bert, &report.unexpected_keys, head_kept) {
            observer.on_event(TrainEvent::Log(level, note));
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
            compute_dtype: arithmetic,
            objective,
            optimizer,
            loss_scale,
            schedule,
            best,
            progress,
            metrics_writer: report,
            head_kept,
            memory_before_mb: memory::current_mb(),
        };
        run.check_memory()?;
        if let Some(checkpoint) = resumed {
            run.resume_from(checkpoint, observer)?;
        }
        Ok(run)
    }

    /// Returns the data of the run.
    pub(super) fn data(&self) -> &RunData {
        &self.data
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
        let heaviest =
            memory_estimate::required_bytes(&self.tagger.bert, &self.data.train_set, &self.arguments, at_once);
        Some(peak.max(self.memory_before_mb? + heaviest as f64 / 1e6))
    }

    /// Returns an error if the memory is not sufficient for a batch, before training starts.
    fn check_memory(&self) -> Result<(), TrainError> {
        let bert = &self.tagger.bert;
        let Some(free) = self.free_memory() else { return Ok(()) };
        let sentences = self.arguments.per_device_train_batch_size;
        let need = memory_estimate::required_bytes(bert, &self.data.train_set, &self.arguments, sentences);
        if need <= free {
            return Ok(());
        }
        let advice = memory_estimate::advice(bert, &self.data.train_set, &self.arguments, free);
        let (need, free) = (need as f64 / 1e9, free as f64 / 1e9);
        let message =
            format!("a batch of {sentences} sentences requires about {need:.1} GB, {free:.1} GB are free; {advice}");
        Err(TrainError::Data(message))
    }

    fn run_to_end(mut self, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
        let mut outcome = Outcome::Completed;
        let history: Vec<_> = self.progress.history.events().iter().cloned().map(json::without_units).collect();
        self.metrics_writer = MetricsWriter::create(self.arguments.report_to, &self.job.out, &history)?;
        let done = self.progress.step / self.steps_an_epoch();
        let patience = self.arguments.early_stopping_patience;
        // If the run was suspended during the evaluation of an epoch, only this evaluation is repeated.
        let first = if self.progress.eval_pending { done } else { done + 1 };
        for epoch in first..=self.arguments.num_train_epochs {
            // Checked before an epoch, so that a run that is resumed here ends too.
            if patience > 0 && self.progress.n_evaluations_without_gain >= patience {
                let metric = self.arguments.metric_for_best_model.title;
                let note = format!("early stopping: no improvement of dev {metric} for {}", epochs(patience));
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
            self.progress.eval_pending = true;
            let Some(better) = self.evaluate_dev(epoch, observer)? else {
                let note = format!("run stopped: epoch {epoch} was not evaluated and cannot be selected");
                observer.on_event(TrainEvent::Log(LogLevel::Info, note));
                outcome = Outcome::Stopped;
                break;
            };
            self.progress.eval_pending = false;
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
            if let Some(reason) = self.progress.divergence.take() {
                return Err(TrainError::Data(format!("{reason}. No epoch finished, so no model was saved")));
            }
            if self.evaluate_dev(0, observer)?.is_none() {
                self.best = Some(self.clone_best(0, None)?);
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
        let batches = self.data.train_set.batches(arguments.effective_batch_size(), arguments.seed, epoch - 1);
        let first = self.progress.step - (epoch - 1) * self.steps_an_epoch();
        for (index, batch) in batches.iter().enumerate().skip(first) {
            if !self.apply_control(observer)? {
                return Ok(Outcome::Stopped);
            }
            let rate = arguments.learning_rate * self.schedule.lr_factor(self.progress.step);
            let step::StepResult { loss, report, skipped, seconds } = self.step(batch, rate)?;
            self.progress.n_subwords += batch.n_subwords();
            self.progress.n_padded += batch.max_sentence_len() * batch.len();
            self.progress.seconds += seconds;
            let ends_epoch = index + 1 == batches.len();
            // A skipped step has no update, so its loss and its gradient are not reported.
            let event = if skipped {
                None
            } else {
                if let Some(reason) = self.detect_divergence(loss, &report, batch) {
                    observer.on_event(TrainEvent::Log(LogLevel::Warning, reason.clone()));
                    self.progress.divergence = Some(reason);
                    return Ok(Outcome::Diverged);
                }
                if self.progress.n_updates == 1 {
                    let (level, note) = gradient_coverage(&self.tagger.bert, &report);
                    observer.on_event(TrainEvent::Log(level, note));
                }
                Some(self.step_event(loss, rate, &report, batch.n_subwords() as f64 / seconds))
            };
            if let Some(event) = self.progress.step_log.add(event, arguments.logging_steps, ends_epoch) {
                self.emit(TrainEvent::Step(event), observer);
            }
            // A checkpoint after the last step of an epoch is written after the evaluation, so that a resumed run has
            // its result.
            let due = arguments.save_strategy == SaveStrategy::Steps
                && self.progress.step.is_multiple_of(arguments.save_steps);
            if due && !ends_epoch {
                self.save(observer)?;
            }
        }
        Ok(Outcome::Completed)
    }

    /// Emits the pending steps, if `logging_steps` is above 1.
    fn flush_steps(&mut self, observer: &mut dyn Observer) {
        if let Some(step) = self.progress.step_log.take() {
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
        if let Some(report) = &self.metrics_writer {
            report.write_event(&json::without_units(value.clone()));
        }
        self.progress.history.push(value);
        observer.on_event(event);
    }

    /// Evaluates a network. Checks between two batches if the run must end.
    pub(super) fn evaluate(&self, bert: &Bert, gold: &Gold, observer: &dyn Observer) -> Result<EvalResult, TrainError> {
        if gold.sentences.is_empty() {
            return Ok(EvalResult::Complete(None));
        }
        let tagger = Tagger { bert: bert.clone(), ..self.tagger.clone() };
        let scores = evaluate::score(&tagger, gold, |_, _| {
            !matches!(observer.control(), TrainerControl::Stop | TrainerControl::Suspend)
        })?;
        Ok(scores.map_or(EvalResult::Stopped, |scores| EvalResult::Complete(Some(Box::new(scores)))))
    }

    /// Evaluates the network on dev. Returns true if it is the best so far, or `None` if the run was stopped.
    ///
    /// # Errors
    /// Returns [`TrainError::Suspended`] if the run was suspended during the evaluation.
    fn evaluate_dev(&mut self, epoch: usize, observer: &mut dyn Observer) -> Result<Option<bool>, TrainError> {
        let (scores, units) = match self.evaluate(&self.tagger.bert, &self.data.dev, observer)? {
            EvalResult::Complete(result) => {
                result.map_or((None, None), |result| (Some(result.metrics), units_of(result.by_unit)))
            }
            EvalResult::Stopped if observer.control() == TrainerControl::Suspend => return Err(self.suspend(observer)),
            EvalResult::Stopped => return Ok(None),
        };
        let requested = self.arguments.metric_for_best_model;
        let has_value = scores.as_ref().is_none_or(|s| s.values.get(requested).is_some_and(f64::is_finite));
        if !has_value && !self.progress.is_metric_missing {
            self.progress.is_metric_missing = true;
            let note = format!(
                "{} on dev has no value, for example because dev has labels that train lacks; the best epoch is selected \
                 by {}",
                requested.title, F1.title
            );
            observer.on_event(TrainEvent::Log(LogLevel::Warning, note));
        }
        let metric = if self.progress.is_metric_missing { &F1 } else { requested };
        let value = |s: &Option<EvalMetrics>| s.as_ref().and_then(|s| s.values.get(metric)).unwrap_or(f64::NAN);
        // Without a dev split, the last epoch counts as the best.
        let exceeds = |b: &BestModel, margin: f64| metric.is_better(value(&scores), value(&b.scores), margin);
        let better = self.best.as_ref().is_none_or(|b| scores.is_none() || exceeds(b, 0.0));
        if let Some(scores) = &scores {
            let scores = scores.clone();
            self.emit(TrainEvent::Evaluated { epoch, split: Split::Dev, scores, best: better, units }, observer);
        }
        let threshold = self.arguments.early_stopping_threshold;
        let gained = self.best.as_ref().is_none_or(|b| scores.is_none() || exceeds(b, threshold));
        self.progress.n_evaluations_without_gain =
            if gained { 0 } else { self.progress.n_evaluations_without_gain + 1 };
        if better {
            self.best = Some(self.clone_best(epoch, scores)?);
        }
        Ok(Some(better))
    }

    /// Returns a copy of the current network.
    fn clone_best(&self, epoch: usize, scores: Option<EvalMetrics>) -> Result<BestModel, TrainError> {
        Ok(BestModel { step: self.progress.step, epoch, bert: self.tagger.bert.clone_state()?, scores })
    }

    fn finish(mut self, outcome: Outcome, observer: &mut dyn Observer) -> Result<TrainOutput, TrainError> {
        let (best_epoch, dev, bert) = match &self.best {
            Some(best) => (best.epoch, best.scores.clone(), &best.bert),
            None => (0, None, &self.tagger.bert),
        };
        // The test evaluation uses the network as it is saved.
        let bert = bert.merged()?;
        let (test, units) = match self.evaluate(&bert, &self.data.test, observer)? {
            EvalResult::Complete(result) => {
                result.map_or((None, None), |result| (Some(result.metrics), units_of(result.by_unit)))
            }
            EvalResult::Stopped if observer.control() == TrainerControl::Suspend && outcome == Outcome::Completed => {
                return Err(self.suspend(observer));
            }
            EvalResult::Stopped => {
                observer.on_event(TrainEvent::Log(LogLevel::Info, "run stopped: test was not evaluated".into()));
                (None, None)
            }
        };
        if let Some(scores) = &test {
            let scores = scores.clone();
            let event = TrainEvent::Evaluated { epoch: best_epoch, split: Split::Test, scores, best: false, units };
            self.emit(event, observer);
        }
        let finished = TrainOutput {
            outcome,
            best_epoch,
            dev,
            test,
            train_seconds: self.progress.seconds,
            n_subwords: self.progress.n_subwords,
            peak_memory_mb: memory::peak_mb(),
            out: self.job.out.clone(),
        };
        let card = model_card::model_card(self.job, &self.data, &self.arguments, &finished, &self.tagger.tags);
        let files = self.job.base.save_pretrained(&bert, &self.tagger.tags, &card, self.job.save_dtype)?;
        let files = files.into_iter().map(Ok);
        disk::replace_files::<TrainError>(&self.job.out, FILES, files).map_err(|e| self.save_error(&e, observer))?;
        checkpoint_dirs::rotate(&self.job.out, self.arguments.save_total_limit);
        if let Err(e) = checkpoint_dirs::remove_shared(&self.job.out) {
            log::warn!("failed to remove a temporary file of the run: {e}");
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
    let on = |requested| ComputeDtype::resolve(&chosen.device, chosen.generation, requested);
    let name = resumed.and_then(|checkpoint| checkpoint.state.arithmetic.as_deref());
    let Some(before) = name.and_then(ComputeDtype::from_name) else { return Ok((on(arguments.precision)?, None)) };
    if let Ok(same) = on(Some(before)) {
        return Ok((same, None));
    }
    let now = on(arguments.precision).or_else(|_| on(None))?;
    let (before, name) = (before.name(), now.name());
    Ok((now, Some(format!("the run used {before}, which {} does not support; it continues with {name}", chosen.name))))
}

/// Returns a warning if a resumed run used another device before.
fn other_device(checkpoint: &Checkpoint, now: &str) -> Option<String> {
    let before = checkpoint.state.device.as_deref().filter(|before| *before != now)?;
    Some(format!(
        "the run continues on {now} instead of {before}; results will not be identical to an uninterrupted run"
    ))
}

/// Returns the scores by unit. `None` if the units are not known.
fn units_of(counts: Vec<EntityCounts>) -> Option<Box<UnitScores>> {
    (!counts.is_empty()).then(|| Box::new(UnitScores::new(counts)))
}

/// Formats a number of epochs: 1 epoch, 2 epochs.
fn epochs(count: usize) -> String {
    if count == 1 { "1 epoch".into() } else { format!("{count} epochs") }
}

#[cfg(test)]
mod tests;
