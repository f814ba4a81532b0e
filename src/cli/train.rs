//! The subcommand `train`.

use super::output::{json_line, line, score_table, thousands};
use super::settings::{self, TrainingFlags};
use super::signals::Signals;
use super::{CliError, input, label_map, progress};
use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
use crate::corpus::{Corpus, Split};
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::F1;
use crate::hub::ModelRef;
use crate::model::config::split_tag;
use crate::model::weights::SaveDtype;
use crate::model::{DeviceChoice, PretrainedModel};
use crate::train::checkpoint::Checkpoint;
use crate::train::event::{LogLevel, SharedControl, Step, TrainerControl};
use crate::train::measure;
use crate::train::{
    self, CorpusData, ExistingFiles, JobData, Observer, RunFolder, TrainError, TrainEvent, TrainJob, TrainOutput, json,
};
use indicatif::ProgressBar;
use serde_json::{Value, json as object};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Arguments {
    /// Training data: a file, or a directory with train, dev and test
    #[arg(long)]
    train: PathBuf,
    /// Validation data for model selection. Without it, 10% of the documents are held out
    #[arg(long)]
    dev: Option<PathBuf>,
    /// Test data, evaluated once after training
    #[arg(long)]
    test: Option<PathBuf>,
    /// Base model: starter, a directory, or a Hugging Face id (owner/name)
    #[arg(long, default_value = "starter")]
    model: ModelRef,
    /// Output directory of the model
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    settings: TrainingFlags,
    /// Compute device: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
    /// Map labels of the base model to labels of the data and reuse their weights: PER=PERSON,LOC=GPE
    #[arg(long, value_parser = label_map::pair, value_delimiter = ',', conflicts_with_all = ["resume", "new_head"])]
    map: Vec<(String, String)>,
    /// Resume the run in --out from its latest checkpoint, with its settings
    #[arg(long, conflicts_with_all = settings::ids())]
    resume: bool,
    /// Replace an existing model and checkpoints in --out. Other files there are kept
    #[arg(long, conflicts_with = "resume")]
    overwrite: bool,
    /// Estimate duration and memory, then exit without training
    #[arg(long, conflicts_with_all = ["resume", "find_learning_rate"])]
    estimate: bool,
    /// Run a learning rate range test, suggest a learning rate, then exit without training
    #[arg(long, conflicts_with = "resume")]
    find_learning_rate: bool,
    /// Save weights in f16: half the size
    #[arg(long)]
    half: bool,
    /// Fail if any content of the input would be skipped
    #[arg(long)]
    strict: bool,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    /// Read control commands from standard input, one per line: pause, go-on, stop-after-epoch, stop, suspend. End of
    /// input suspends the run and writes a checkpoint for --resume
    #[arg(long)]
    wishes: bool,
}

impl Arguments {
    /// Requested compute device.
    pub fn device(&self) -> DeviceChoice {
        self.device
    }

    fn settings(&self) -> train::TrainingArguments {
        train::TrainingArguments { device: self.device, ..self.settings.0.clone() }
    }
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    // Check first, before slow operations, that the result can be written. A measurement writes nothing.
    let measures = arguments.estimate || arguments.find_learning_rate;
    let folder = if measures { None } else { Some(acquire_output_dir(arguments)?) };
    let resume = folder.as_ref().filter(|_| arguments.resume).map(Checkpoint::latest).transpose()?;
    let settings = match &resume {
        Some(checkpoint) => train::TrainingArguments { device: arguments.device, ..checkpoint.arguments.clone() },
        None => arguments.settings(),
    };
    let corpus = corpus(arguments)?;
    let holdout = holdout(&corpus, DEFAULT_HOLDOUT_RATIO, settings.seed);
    if holdout.train.is_empty() {
        return Err(format!("{}: no training sentences", arguments.train.display()).into());
    }
    let test = corpus.sentences(Some(Split::Test));
    let base = match &resume {
        Some(checkpoint) => checkpoint.model()?,
        None => apply_label_map(input::model(&arguments.model)?, &arguments.map, &corpus.labels.names())?,
    };
    let job = TrainJob {
        data: JobData::Corpus(CorpusData { corpus: Arc::new(corpus), holdout, test }),
        base: Arc::new(base),
        arguments: settings,
        out: arguments.out.clone(),
        save_dtype: if arguments.half { SaveDtype::F16 } else { SaveDtype::F32 },
        resume,
    };
    let mut printer = RunPrinter::new(arguments.json);
    if arguments.wishes {
        listen(printer.control.clone());
    }
    let Some(folder) = folder else {
        let measure = if arguments.estimate { estimate } else { find_learning_rate };
        return measure(&job, &printer, arguments.json);
    };
    printer.listen_to_signals()?;
    let finished = train::run_in(&folder, &job, &mut printer);
    printer.bar.finish_and_clear();
    let finished = match finished {
        Err(TrainError::Suspended) => return suspend_message(arguments, &mut printer),
        finished => finished?,
    };
    // An output error does not affect the run.
    match printer.failed {
        Some(failure) => Err(failure),
        None => report(&finished, arguments.json),
    }
}

/// Renames the labels of the base model to those of the data, so that its head is kept.
///
/// # Errors
/// Returns an error if a label is missing, two labels become one, or the head cannot be kept.
fn apply_label_map(
    mut base: PretrainedModel,
    map: &[(String, String)],
    labels: &[String],
) -> Result<PretrainedModel, CliError> {
    if map.is_empty() {
        return Ok(base);
    }
    let Some(tags) = &base.tags else {
        return Err(format!("--map: {} has no labels; remove --map", base.name).into());
    };
    label_map::check(map, &tags.labels(), labels)?;
    let renamed = tags.renamed(map);
    if let Some(duplicate) = renamed.names.iter().enumerate().find(|(at, name)| renamed.id(name) != Some(*at)) {
        let (_, label) = split_tag(duplicate.1);
        return Err(format!("--map: two labels of the model map to {label}; map only one of them").into());
    }
    let missing: Vec<&str> =
        labels.iter().filter(|l| !renamed.covers(std::slice::from_ref(l))).map(String::as_str).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(format!(
            "--map: the model has no label for these labels of the data: {missing}; its head cannot be kept. Map these \
             labels too, or remove --map to train a new head"
        )
        .into());
    }
    base.tags = Some(renamed);
    Ok(base)
}

/// Acquires the output directory exclusively for this run.
fn acquire_output_dir(arguments: &Arguments) -> Result<RunFolder, CliError> {
    let existing_files = match (arguments.resume, arguments.overwrite) {
        (true, _) => ExistingFiles::Resume,
        (_, true) => ExistingFiles::Overwrite,
        _ => ExistingFiles::Fresh,
    };
    let base = match &arguments.model {
        ModelRef::Folder(path) if !arguments.resume => Some(path.as_path()),
        _ => None,
    };
    Ok(RunFolder::acquire(&arguments.out, existing_files, base)?)
}

/// Reports a suspended run. After a signal or without `--json`, the error contains the command that resumes the run.
fn suspend_message(arguments: &Arguments, printer: &mut RunPrinter) -> Result<(), CliError> {
    if arguments.json {
        printer.print(&object!({"event": "suspended"}));
    }
    if printer.signals.received() || !arguments.json {
        return Err(format!("run interrupted and saved; resume with: {}", resume_command(arguments)).into());
    }
    printer.failed.take().map_or(Ok(()), Err)
}

/// Returns the command that resumes the run.
fn resume_command(arguments: &Arguments) -> String {
    let paths =
        [("--train", Some(&arguments.train)), ("--dev", arguments.dev.as_ref()), ("--test", arguments.test.as_ref())];
    let mut words = vec!["tagwright train".to_owned()];
    for (flag, path) in paths.into_iter().chain([("--out", Some(&arguments.out))]) {
        words.extend(path.map(|path| format!("{flag} {}", quoted(&path.to_string_lossy()))));
    }
    if arguments.device != DeviceChoice::Auto {
        words.push(format!("--device {}", arguments.device));
    }
    if arguments.half {
        words.push("--half".into());
    }
    words.push("--resume".into());
    words.join(" ")
}

/// Quotes a word for the shell, if needed.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

fn estimate(job: &TrainJob, printer: &RunPrinter, as_json: bool) -> Result<(), CliError> {
    let Some(e) = measure::estimate(job, printer)? else { return Ok(()) };
    if as_json {
        return json_line(&json::estimate(&e));
    }
    let free = e.free_mb.map_or_else(String::new, |mb| format!(" ({mb:.0} MB free)"));
    let memory = e.memory_mb.map_or_else(String::new, |mb| format!(", {mb:.0} MB of memory{free}"));
    line(format!("about {:.0} s at {:.0} subwords/s{memory}", e.seconds, e.subwords_per_second))
}

fn find_learning_rate(job: &TrainJob, printer: &RunPrinter, as_json: bool) -> Result<(), CliError> {
    let Some(sweep) = measure::find_learning_rate(job, printer)? else { return Ok(()) };
    if as_json {
        return json_line(&json::lr_sweep_to_json(&sweep));
    }
    for [rate, loss] in &sweep.points {
        line(format!("{rate:.1e}  {loss:.4}"))?;
    }
    let suggestion = sweep.suggestion.map_or_else(|| "none".to_owned(), |rate| format!("{rate:e}"));
    line(format!("suggested learning rate: {suggestion}"))
}

fn corpus(arguments: &Arguments) -> Result<Corpus, CliError> {
    if arguments.train.is_dir() && arguments.dev.is_none() && arguments.test.is_none() {
        let dataset = input::dataset(&arguments.train)?;
        input::check_strict(&dataset, arguments.strict)?;
        return Ok(dataset.corpus);
    }
    let mut files = vec![(arguments.train.clone(), Split::Train)];
    files.extend(arguments.dev.iter().map(|p| (p.clone(), Split::Dev)));
    files.extend(arguments.test.iter().map(|p| (p.clone(), Split::Test)));
    let name = arguments.train.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
    let dataset = input::files(&name, &files)?;
    input::check_strict(&dataset, arguments.strict)?;
    Ok(dataset.corpus)
}

/// Reads control commands from standard input in a thread.
pub(super) fn listen(control: Arc<SharedControl>) {
    std::thread::spawn(move || {
        for text in std::io::stdin().lines().map_while(Result::ok) {
            match TrainerControl::from_name(text.trim()) {
                Some(requested) => control.set(requested),
                None => log::warn!("unknown control command: {}", text.escape_debug()),
            }
        }
        // The controlling program closed the input.
        control.set(TrainerControl::Suspend);
    });
}

/// Prints the events of a run to a terminal, or as JSON lines.
pub(super) struct RunPrinter {
    json: bool,
    bar: ProgressBar,
    last: Option<Instant>,
    /// Steps since the last line, merged.
    pending: Option<Step>,
    steps: usize,
    /// Metric that selects the best epoch.
    metric: &'static MetricDefinition,
    control: Arc<SharedControl>,
    signals: Signals,
    /// Error of standard output. After it, nothing is printed, and the run continues.
    failed: Option<CliError>,
}

/// Minimum interval between JSON step lines. Faster steps are merged into one line. If a step lasts less than 150 ms,
/// lines are at most 250 ms apart.
const JSON_STEP_INTERVAL: Duration = Duration::from_millis(100);

impl RunPrinter {
    /// Creates a printer of text or of JSON lines.
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            bar: ProgressBar::hidden(),
            last: None,
            pending: None,
            steps: 0,
            metric: &F1,
            control: Arc::default(),
            signals: Signals::default(),
            failed: None,
        }
    }

    /// Suspends the run on a signal.
    pub(super) fn listen_to_signals(&mut self) -> Result<(), CliError> {
        self.signals = Signals::listen()?;
        Ok(())
    }

    /// Returns the control value of the run.
    pub(super) fn control(&self) -> Arc<SharedControl> {
        self.control.clone()
    }

    fn print(&mut self, event: &Value) {
        self.try_print(|| json_line(event));
    }

    fn print_line(&mut self, text: &str) {
        self.try_print(|| line(text));
    }

    fn try_print(&mut self, notify: impl FnOnce() -> Result<(), CliError>) {
        if self.failed.is_none()
            && let Err(e) = self.bar.suspend(notify)
        {
            self.failed = Some(e);
        }
    }

    /// Prints an event as a line. Steps in quick succession are merged into one.
    fn print_json(&mut self, event: &TrainEvent) {
        if let TrainEvent::Step(step) = event {
            let step = self.pending.take().map_or(*step, |before| before.merge(*step));
            if self.last.is_some_and(|at| at.elapsed() < JSON_STEP_INTERVAL) && step.step != self.steps {
                self.pending = Some(step);
                return;
            }
            self.last = Some(Instant::now());
            return self.print(&json::to_json(&TrainEvent::Step(step)));
        }
        if let Some(step) = self.pending.take() {
            self.print(&json::to_json(&TrainEvent::Step(step)));
        }
        self.print(&json::without_units(json::to_json(event)));
    }
}

impl Observer for RunPrinter {
    fn on_event(&mut self, event: TrainEvent) {
        if self.json {
            self.print_json(&event);
        }
        match event {
            TrainEvent::Started(s) => {
                (self.steps, self.metric) = (s.steps, s.metric);
                if self.json {
                    return;
                }
                self.print_line(&format!(
                    "{} on {}: {} sentences, {} subwords per epoch, {} steps; dev {} sentences",
                    s.model,
                    s.device,
                    thousands(s.train_sentences),
                    thousands(s.subwords_per_epoch),
                    thousands(s.steps),
                    thousands(s.dev_sentences)
                ));
                self.bar = progress::bar(s.steps, "training");
            }
            TrainEvent::Step(s) => {
                self.bar.set_position(s.step as u64);
                progress::say(&self.bar, &format!("loss {:.4} {:.0} subwords/s", s.loss, s.subwords_per_second));
            }
            TrainEvent::Evaluated { epoch, split, scores, best, .. } if !self.json => {
                let kept = if best { ", best so far" } else { "" };
                let metric = self.metric;
                let value = scores.values.get(metric).map_or_else(|| "-".to_owned(), |value| metric.format(value));
                let text = format!("epoch {epoch}, {}: {} {value}{kept}", split.name(), metric.title);
                self.print_line(&text);
            }
            TrainEvent::Evaluated { .. } | TrainEvent::History(_) => {}
            TrainEvent::Saved { step } => log::info!("saved checkpoint of step {step}"),
            TrainEvent::Log(LogLevel::Warning, note) => log::warn!("{note}"),
            TrainEvent::Log(_, note) => log::info!("{note}"),
        }
    }

    fn control(&self) -> TrainerControl {
        if self.signals.received() { TrainerControl::Suspend } else { self.control.get() }
    }
}

fn report(finished: &TrainOutput, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return json_line(&json::output_to_json(finished));
    }
    for (name, scores) in [("dev", &finished.dev), ("test", &finished.test)] {
        if let Some(scores) = scores {
            line(format!("\n{name}, model of epoch {}:\n{}", finished.best_epoch, score_table(scores)))?;
        }
    }
    line(format!(
        "{} in {:.0} s ({:.0} subwords/s); saved to {}",
        finished.outcome.name(),
        finished.train_seconds,
        finished.subwords_per_second(),
        finished.out.display()
    ))
}
