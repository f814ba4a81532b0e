//! The loop: align, train, score on dev after every epoch, keep the best, score it once on test.

use super::arguments::{Arguments, steps};
use super::event::{Event, Observer, Outcome, Started, Step, Weight};
use super::optimizer::{AdamW, StepReport};
use super::plan::Plan;
use super::schedule::Schedule;
use super::{card, memory};
use crate::corpus::holdout::Holdout;
use crate::corpus::{Corpus, SentenceId, Split};
use crate::disk;
use crate::model::align::Rule;
use crate::model::bert::{Mode, has_no_gradient};
use crate::model::weights::Precision;
use crate::model::{Bert, ModelError, ModelFolder, TagSet, choose, device};
use crate::predict::{Evaluation, Tagger, evaluate};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Everything a run needs.
pub struct Job {
    /// The data.
    pub corpus: Arc<Corpus>,
    /// Which sentences to learn from and which to choose the best epoch by.
    pub holdout: Holdout,
    /// Scored once at the end; may be empty.
    pub test: Vec<SentenceId>,
    /// Where to start from.
    pub base: Arc<ModelFolder>,
    /// Settings.
    pub arguments: Arguments,
    /// Folder the model is saved to.
    pub out: PathBuf,
    /// How its numbers are stored.
    pub precision: Precision,
}

/// A run that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// How.
    pub outcome: Outcome,
    /// Epoch of the kept model, counted from 1; 0 when it was scored before an epoch was whole.
    pub best_epoch: usize,
    /// Dev scores of the kept model.
    pub dev: Option<Evaluation>,
    /// Test scores of the kept model.
    pub test: Option<Evaluation>,
    /// Seconds of training steps alone.
    pub train_seconds: f64,
    /// Pieces trained on.
    pub pieces: usize,
    /// Largest memory of the process in MB, where the system tells.
    pub peak_memory_mb: Option<f64>,
    /// Where the model lies.
    pub out: PathBuf,
}

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Nothing to learn, or settings that do not fit the data.
    #[error("{0}")]
    Data(String),
    /// The model's.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Saving failed.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
}

impl From<candle_core::Error> for TrainError {
    fn from(e: candle_core::Error) -> Self {
        Self::Model(e.into())
    }
}

/// Runs a job to its end.
///
/// # Errors
/// No labels or sentences, a model that does not fit, a folder that cannot be written, a loss that diverged before
/// anything could be kept.
pub fn run(job: &Job, observer: &mut dyn Observer) -> Result<Finished, TrainError> {
    Run::prepare(job, observer)?.complete(observer)
}

/// A run under way.
struct Run<'a> {
    job: &'a Job,
    tagger: Tagger,
    plan: Plan,
    optimizer: AdamW,
    schedule: Schedule,
    best: Option<Best>,
    progress: Progress,
}

/// The best epoch so far.
struct Best {
    epoch: usize,
    bert: Bert,
    scores: Option<Evaluation>,
}

/// Counters of the training steps.
#[derive(Default)]
struct Progress {
    step: usize,
    pieces: usize,
    padded: usize,
    seconds: f64,
}

impl<'a> Run<'a> {
    fn prepare(job: &'a Job, observer: &mut dyn Observer) -> Result<Self, TrainError> {
        let arguments = &job.arguments;
        disk::check_writable_folder(&job.out)?;
        let labels = labels_in_use(job);
        if labels.is_empty() {
            let message = "there is nothing to learn: no sentence of the training split has a label yet";
            return Err(TrainError::Data(message.into()));
        }
        let chosen = choose(arguments.device)?;
        let head_kept = !arguments.new_head && job.base.knows(&labels);
        let (bert, tags, report) = job.base.for_labels(&labels, arguments.new_head, arguments.seed)?;
        let bert = bert.to_device(&chosen.device)?;
        let max_length = arguments.max_length.min(job.base.config.max_position_embeddings);
        let rule = Rule { label_all_pieces: arguments.label_all_pieces, max_length };
        let plan = Plan::new(&job.corpus, &job.holdout.train, &job.base.tokenizer, &tags, rule)?;
        let optimizer = AdamW::new(&bert, arguments.weight_decay, device::threads())?;
        let schedule = Schedule::new(steps(job.holdout.train.len(), arguments), arguments.warmup_ratio);
        observer.on(Event::Started(Started {
            device: chosen.name,
            model: job.base.name.clone(),
            train_sentences: job.holdout.train.len(),
            dev_sentences: job.holdout.dev.len(),
            pieces_per_epoch: plan.pieces(),
            steps: schedule.steps,
            epochs: arguments.num_train_epochs,
            learning_rate: arguments.learning_rate,
            schedule,
            head_kept,
            labels: tags.labels(),
        }));
        for (weight, note) in notes(job, &plan, &report.unexpected, head_kept) {
            observer.on(Event::Note(weight, note));
        }
        let tagger = Tagger {
            bert,
            tokenizer: job.base.tokenizer.clone(),
            tags,
            max_length: job.base.max_length,
            batch_size: arguments.per_device_eval_batch_size,
        };
        Ok(Self { job, tagger, plan, optimizer, schedule, best: None, progress: Progress::default() })
    }

    fn complete(mut self, observer: &mut dyn Observer) -> Result<Finished, TrainError> {
        let mut outcome = Outcome::Completed;
        for epoch in 1..=self.job.arguments.num_train_epochs {
            match self.epoch(epoch, observer)? {
                Outcome::Completed => {}
                ended => {
                    outcome = ended;
                    break;
                }
            }
            self.score_dev(epoch, observer)?;
        }
        if self.best.is_none() {
            if outcome == Outcome::Diverged {
                let step = self.progress.step;
                let message = format!(
                    "the loss was no number any more at step {step}, before an epoch was whole; try a lower learning_rate"
                );
                return Err(TrainError::Data(message));
            }
            self.score_dev(0, observer)?;
        }
        self.finish(outcome, observer)
    }

    /// One pass over the data.
    fn epoch(&mut self, epoch: usize, observer: &mut dyn Observer) -> Result<Outcome, TrainError> {
        let arguments = &self.job.arguments;
        let batches = self.plan.batches(arguments.per_device_train_batch_size, arguments.seed, epoch - 1);
        for batch in batches {
            if observer.should_stop() {
                return Ok(Outcome::Stopped);
            }
            let started = Instant::now();
            let rate = arguments.learning_rate * self.schedule.factor(self.progress.step);
            let mode = Mode::Train { seed: arguments.seed, step: self.progress.step as u64 };
            let (loss, gradients) = self.tagger.bert.gradients(&batch, mode, device::threads())?;
            let report = self.optimizer.step(&mut self.tagger.bert, &gradients, rate, arguments.max_grad_norm)?;
            drop(gradients);
            self.progress.step += 1;
            self.progress.pieces += batch.rows();
            self.progress.padded += batch.longest() * batch.len();
            let seconds = started.elapsed().as_secs_f64();
            self.progress.seconds += seconds;
            if !loss.is_finite() || !report.grad_norm.is_finite() {
                let step = self.progress.step;
                let note = format!("the loss was no number any more at step {step}: try a lower learning_rate");
                observer.on(Event::Note(Weight::Warning, note));
                return Ok(Outcome::Diverged);
            }
            if self.progress.step == 1 {
                let (weight, note) = coverage(&self.tagger.bert, &report);
                observer.on(Event::Note(weight, note));
            }
            observer.on(Event::Step(self.step_event(loss, rate, &report, batch.rows() as f64 / seconds)));
        }
        Ok(Outcome::Completed)
    }

    fn step_event(&self, loss: f64, learning_rate: f64, report: &StepReport, pieces_per_second: f64) -> Step {
        let p = &self.progress;
        let steps_an_epoch = self.schedule.steps as f64 / self.job.arguments.num_train_epochs as f64;
        Step {
            step: p.step,
            epoch: p.step as f64 / steps_an_epoch,
            loss,
            merged: 1,
            learning_rate,
            grad_norm: report.grad_norm,
            pieces_per_second,
            padding_avoided: 1.0 - p.pieces as f64 / p.padded.max(1) as f64,
            elapsed: p.seconds,
            remaining: p.seconds / p.step as f64 * (self.schedule.steps - p.step) as f64,
        }
    }

    fn score(&self, tagger: &Tagger, sentences: &[SentenceId]) -> Result<Option<Evaluation>, TrainError> {
        if sentences.is_empty() {
            return Ok(None);
        }
        let label_all = self.job.arguments.label_all_pieces;
        Ok(evaluate(tagger, &self.job.corpus, sentences, label_all, |_, _| true)?)
    }

    fn score_dev(&mut self, epoch: usize, observer: &mut dyn Observer) -> Result<(), TrainError> {
        let scores = self.score(&self.tagger, &self.job.holdout.dev)?;
        let f1 = |s: &Option<Evaluation>| s.as_ref().map_or(0.0, |s| s.overall.f1);
        // Without a dev split the last epoch is the best known.
        let better = self.best.as_ref().is_none_or(|b| scores.is_none() || f1(&scores) > f1(&b.scores));
        if let Some(scores) = &scores {
            observer.on(Event::Evaluated { epoch, split: Split::Dev, scores: scores.clone(), best: better });
        }
        if better {
            let bert = self.tagger.bert.with_values(self.tagger.bert.snapshot()?);
            self.best = Some(Best { epoch, bert, scores });
        }
        Ok(())
    }

    fn finish(mut self, outcome: Outcome, observer: &mut dyn Observer) -> Result<Finished, TrainError> {
        let (mut best_epoch, mut dev) = (0, None);
        if let Some(best) = self.best.take() {
            (best_epoch, dev) = (best.epoch, best.scores);
            self.tagger.bert = best.bert;
        }
        let test = self.score(&self.tagger, &self.job.test)?;
        if let Some(scores) = &test {
            let scores = scores.clone();
            observer.on(Event::Evaluated { epoch: best_epoch, split: Split::Test, scores, best: false });
        }
        let finished = Finished {
            outcome,
            best_epoch,
            dev,
            test,
            train_seconds: self.progress.seconds,
            pieces: self.progress.pieces,
            peak_memory_mb: memory::peak_mb(),
            out: self.job.out.clone(),
        };
        let card = card::card(self.job, &finished, &self.tagger.tags);
        let files = self.job.base.files(&self.tagger.bert, &self.tagger.tags, &card, self.job.precision)?;
        disk::write_folder(&self.job.out, &files)?;
        Ok(finished)
    }
}

/// The labels that training sentences carry, in the corpus' order.
fn labels_in_use(job: &Job) -> Vec<String> {
    let mut used = vec![false; job.corpus.labels.len()];
    for id in &job.holdout.train {
        for span in job.corpus.document(id.document).token_spans(id.sentence as usize) {
            used[usize::from(span.label)] = true;
        }
    }
    job.corpus.labels.iter().filter(|(id, _)| used[usize::from(*id)]).map(|(_, l)| l.name.clone()).collect()
}

/// What a person should know before the first step.
fn notes(job: &Job, plan: &Plan, unexpected: &[String], head_kept: bool) -> Vec<(Weight, String)> {
    let mut notes = Vec::new();
    let mut note = |weight, text| notes.push((weight, text));
    if let Some((held, of)) = job.holdout.held_out {
        let seed = job.arguments.seed;
        let unit = if held_by_document(job) { "documents" } else { "sentences" };
        note(Weight::Plain, format!("no dev split: {held} of {of} {unit} held out, seed {seed}"));
    }
    let head = if head_kept { "the base's head is kept" } else { "a new head, drawn from the seed" };
    note(Weight::Plain, head.into());
    if plan.cut_words > 0 {
        let (words, sentences, limit) = (plan.cut_words, plan.cut_sentences, job.arguments.max_length);
        let text = format!("{words} words in {sentences} sentences lie past {limit} pieces and are not learned");
        note(Weight::Warning, text);
    }
    if plan.empty_words > 0 {
        note(Weight::Warning, format!("{} words give no piece and are not learned", plan.empty_words));
    }
    let unused: Vec<&str> = unexpected.iter().filter(|n| !n.contains("pooler")).map(String::as_str).collect();
    if !unused.is_empty() {
        note(Weight::Plain, format!("weights of the base that are not used: {}", unused.join(", ")));
    }
    notes
}

fn held_by_document(job: &Job) -> bool {
    let held: std::collections::HashSet<u32> = job.holdout.dev.iter().map(|s| s.document).collect();
    job.holdout.train.iter().all(|s| !held.contains(&s.document))
}

/// "every weight moved, 104/104": whether a gradient reached every parameter.
fn coverage(bert: &Bert, report: &StepReport) -> (Weight, String) {
    let expected: Vec<(&str, f64)> = bert
        .parameters()
        .iter()
        .zip(&report.norms)
        .filter(|(p, _)| !has_no_gradient(&p.name))
        .map(|(p, n)| (p.name.as_str(), *n))
        .collect();
    let still: Vec<&str> = expected.iter().filter(|(_, n)| *n == 0.0).map(|(name, _)| *name).collect();
    let (moved, all) = (expected.len() - still.len(), expected.len());
    match still.first() {
        None => (Weight::Good, format!("a gradient reached every weight, {moved}/{all}")),
        Some(first) => (Weight::Warning, format!("only {moved}/{all} weights have a gradient; {first} has none")),
    }
}

impl Finished {
    /// Pieces a second of the training steps.
    pub fn pieces_per_second(&self) -> f64 {
        if self.train_seconds > 0.0 { self.pieces as f64 / self.train_seconds } else { 0.0 }
    }
}

/// Labels of a tag set as one line.
pub(super) fn label_line(tags: &TagSet) -> String {
    tags.labels().join(", ")
}
