//! `tagwright train`.

use super::output::{line, score_table, thousands};
use super::{Failure, input, progress};
use crate::corpus::holdout::holdout;
use crate::corpus::{Corpus, Split};
use crate::hub::ModelName;
use crate::model::DeviceChoice;
use crate::model::weights::Precision;
use crate::train::arguments::SaveStrategy;
use crate::train::checkpoint::Checkpoint;
use crate::train::event::{Weight, Wish};
use crate::train::json::{evaluation, to_json};
use crate::train::{self, Event, Field, Finished, Job, Observer};
use indicatif::ProgressBar;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Arguments {
    /// A file to learn from, or a folder with train, dev and test.
    #[arg(long)]
    train: PathBuf,
    /// A file to choose the best epoch by. Without it, 10 % of the documents are held out.
    #[arg(long)]
    dev: Option<PathBuf>,
    /// A file scored once at the end.
    #[arg(long)]
    test: Option<PathBuf>,
    /// Base model: starter, a folder, or a hub id (owner/name).
    #[arg(long, default_value = "starter")]
    model: ModelName,
    /// Folder the model is saved to.
    #[arg(long)]
    out: PathBuf,
    /// Full passes over the training sentences.
    #[arg(long, default_value = "3")]
    epochs: String,
    /// Peak learning rate.
    #[arg(long, default_value = "2e-5")]
    learning_rate: String,
    /// Sentences a step.
    #[arg(long, default_value = "16")]
    batch_size: String,
    /// Sentences a batch in evaluation.
    #[arg(long, default_value = "32")]
    eval_batch_size: String,
    /// Not on biases and layer normalisation.
    #[arg(long, default_value = "0.01")]
    weight_decay: String,
    /// Share of the steps in which the learning rate rises.
    #[arg(long, default_value = "0")]
    warmup_ratio: String,
    /// Larger gradients are scaled down to this norm.
    #[arg(long, default_value = "1")]
    max_grad_norm: String,
    /// Pieces a sentence may have in training.
    #[arg(long, default_value = "128")]
    max_length: String,
    /// Where all random draws come from.
    #[arg(long, default_value = "42")]
    seed: String,
    /// auto, cpu, cuda, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
    /// Later pieces of a word carry its I- tag (the book), or are ignored.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    label_all_pieces: bool,
    /// A new head even where the base's could be kept.
    #[arg(long)]
    new_head: bool,
    /// When a checkpoint is written: no, epoch, steps or best.
    #[arg(long, default_value = "epoch", value_parser = strategy)]
    save_strategy: SaveStrategy,
    /// Steps from one checkpoint to the next, with --save-strategy steps.
    #[arg(long, default_value = "500")]
    save_steps: String,
    /// Checkpoints that stay when the run has ended; 0 keeps one only while it goes on.
    #[arg(long, default_value = "0")]
    save_total_limit: String,
    /// Go on with the run in --out from its newest checkpoint, with its settings.
    #[arg(long, conflicts_with_all = SETTINGS)]
    resume: bool,
    /// Store weights as 16-bit numbers: half the size.
    #[arg(long)]
    half: bool,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
}

/// Flags that a resumed run has from its checkpoint.
const SETTINGS: [&str; 15] = [
    "model",
    "epochs",
    "learning_rate",
    "batch_size",
    "eval_batch_size",
    "weight_decay",
    "warmup_ratio",
    "max_grad_norm",
    "max_length",
    "seed",
    "label_all_pieces",
    "new_head",
    "save_strategy",
    "save_steps",
    "save_total_limit",
];

fn strategy(name: &str) -> Result<SaveStrategy, String> {
    SaveStrategy::from_name(name).ok_or_else(|| "unknown strategy; use no, epoch, steps or best".into())
}

impl Arguments {
    fn settings(&self) -> train::Arguments {
        let mut settings = train::Arguments {
            label_all_pieces: self.label_all_pieces,
            new_head: self.new_head,
            device: self.device,
            save_strategy: self.save_strategy,
            ..train::Arguments::default()
        };
        let typed = [
            ("epochs", "num_train_epochs", &self.epochs),
            ("learning-rate", "learning_rate", &self.learning_rate),
            ("batch-size", "per_device_train_batch_size", &self.batch_size),
            ("eval-batch-size", "per_device_eval_batch_size", &self.eval_batch_size),
            ("weight-decay", "weight_decay", &self.weight_decay),
            ("warmup-ratio", "warmup_ratio", &self.warmup_ratio),
            ("max-grad-norm", "max_grad_norm", &self.max_grad_norm),
            ("max-length", "max_length", &self.max_length),
            ("seed", "seed", &self.seed),
            ("save-steps", "save_steps", &self.save_steps),
            ("save-total-limit", "save_total_limit", &self.save_total_limit),
        ];
        for (flag, name, text) in typed {
            let set = Field::by_name(name).map(|f| f.set(&mut settings, text));
            if let Some(Err(range)) = set {
                // As clap ends the process for every other wrong value.
                eprintln!("error: invalid value '{text}' for '--{flag}': {range}");
                std::process::exit(2);
            }
        }
        settings
    }
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let resume = if arguments.resume { Some(Checkpoint::newest(&arguments.out)?) } else { None };
    let settings = match &resume {
        Some(checkpoint) => train::Arguments { device: arguments.device, ..checkpoint.arguments() },
        None => arguments.settings(),
    };
    let corpus = corpus(arguments)?;
    let held = holdout(&corpus, 0.1, settings.seed);
    if held.train.is_empty() {
        return Err(format!("{} has no sentence to learn from", arguments.train.display()).into());
    }
    let test = corpus.sentences(Some(Split::Test));
    let base = match &resume {
        Some(checkpoint) => checkpoint.model()?,
        None => input::model(&arguments.model)?,
    };
    let job = Job {
        corpus: Arc::new(corpus),
        holdout: held,
        test,
        base: Arc::new(base),
        arguments: settings,
        out: arguments.out.clone(),
        precision: if arguments.half { Precision::Half } else { Precision::Full },
        resume,
    };
    let mut printer = Printer { json: arguments.json, bar: ProgressBar::hidden(), last: None, steps: 0, failed: None };
    let finished = train::run(&job, &mut printer);
    printer.bar.finish_and_clear();
    let finished = finished?;
    if let Some(failure) = printer.failed {
        return Err(failure);
    }
    report(&finished, arguments.json)
}

fn corpus(arguments: &Arguments) -> Result<Corpus, Failure> {
    if arguments.train.is_dir() && arguments.dev.is_none() && arguments.test.is_none() {
        return Ok(input::dataset(&arguments.train)?.corpus);
    }
    let mut files = vec![(arguments.train.clone(), Split::Train)];
    files.extend(arguments.dev.iter().map(|p| (p.clone(), Split::Dev)));
    files.extend(arguments.test.iter().map(|p| (p.clone(), Split::Test)));
    let name = arguments.train.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
    Ok(input::files(&name, &files)?.corpus)
}

/// Tells a run to a terminal, or as JSON lines.
struct Printer {
    json: bool,
    bar: ProgressBar,
    last: Option<Instant>,
    steps: usize,
    failed: Option<Failure>,
}

/// JSON step lines come at most this often: every step would be mostly output. With a step on top they still come at
/// least every 250 ms.
const EVERY: Duration = Duration::from_millis(100);

impl Printer {
    fn print(&mut self, text: impl std::fmt::Display) {
        if let Err(e) = line(text) {
            self.failed = Some(e);
        }
    }
}

impl Observer for Printer {
    fn on(&mut self, event: Event) {
        if self.json {
            if let Event::Step(step) = &event {
                if self.last.is_some_and(|at| at.elapsed() < EVERY) && step.step != self.steps {
                    return;
                }
                self.last = Some(Instant::now());
            }
            if let Some(value) = to_json(&event) {
                self.print(value);
            }
        }
        match event {
            Event::Started(s) => {
                self.steps = s.steps;
                if self.json {
                    return;
                }
                self.print(format!(
                    "{} on {}: {} sentences, {} pieces an epoch, {} steps; dev {} sentences",
                    s.model,
                    s.device,
                    thousands(s.train_sentences),
                    thousands(s.pieces_per_epoch),
                    thousands(s.steps),
                    thousands(s.dev_sentences)
                ));
                self.bar = progress::bar(s.steps, "training");
            }
            Event::Step(s) => {
                self.bar.set_position(s.step as u64);
                self.bar.set_message(format!("loss {:.4} {:.0} pieces/s", s.loss, s.pieces_per_second));
            }
            Event::Evaluated { epoch, split, scores, best } if !self.json => {
                let kept = if best { ", best so far" } else { "" };
                let text = format!("epoch {epoch}, {}: F1 {:.2}{kept}", split.name(), scores.overall.f1 * 100.0);
                self.bar.suspend(|| line(text)).unwrap_or_else(|e| self.failed = Some(e));
            }
            Event::Evaluated { .. } => {}
            Event::Saved { step } => log::info!("checkpoint of step {step}"),
            Event::Note(Weight::Warning, note) => log::warn!("{note}"),
            Event::Note(_, note) => log::info!("{note}"),
        }
    }

    fn wish(&self) -> Wish {
        if self.failed.is_some() { Wish::Stop } else { Wish::GoOn }
    }
}

fn report(finished: &Finished, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return line(json!({"event": "finished", "outcome": finished.outcome.name(),
            "best_epoch": finished.best_epoch, "train_seconds": finished.train_seconds, "pieces": finished.pieces,
            "pieces_per_second": finished.pieces_per_second(), "peak_memory_mb": finished.peak_memory_mb,
            "test": finished.test.as_ref().map(evaluation), "out": finished.out}));
    }
    for (name, scores) in [("dev", &finished.dev), ("test", &finished.test)] {
        if let Some(scores) = scores {
            line(format!("\n{name}, the model of epoch {}:\n{}", finished.best_epoch, score_table(scores)))?;
        }
    }
    line(format!(
        "{} in {:.0} s ({:.0} pieces/s); saved in {}",
        finished.outcome.name(),
        finished.train_seconds,
        finished.pieces_per_second(),
        finished.out.display()
    ))
}
