//! The subcommand `demo`: fine-tuning of the starter model without a window.

use super::output::{json_line, line, thousands};
use super::signals::Signals;
use super::terminal::{Output, StyledText, colored};
use super::{CliError, input, progress};
use crate::corpus::Split;
use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
use crate::hub::ModelRef;
use crate::model::weights::SaveDtype;
use crate::model::{PretrainedModel, choose};
use crate::predict::{EvalMetrics, PredictOptions, Prediction, Tagger, evaluate, predict};
use crate::project::sample;
use crate::train::arguments::small_data_preset;
use crate::train::event::TrainerControl;
use crate::train::{self, CorpusData, JobData, Observer, TrainError, TrainEvent, TrainJob};
use indicatif::ProgressBar;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;

#[derive(clap::Args)]
pub struct Arguments {
    /// Text to analyze after training
    #[arg(long, default_value = "My name is Maarten. On Monday I take the Harbour Line from Ghent to Lisbon.")]
    text: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Eight terminal colors that are visible on light and dark backgrounds. Labels use them in turn.
const ANSI_COLORS: [u8; 8] = [34, 33, 32, 35, 36, 31, 94, 93];

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let dataset = sample::dataset()?;
    let corpus = Arc::new(dataset.corpus);
    let test = corpus.sentences(Some(Split::Test));
    let starter = Arc::new(input::model(&ModelRef::Starter)?);
    let device = choose(crate::model::DeviceChoice::Auto)?.device;
    let score = |folder: &PretrainedModel| -> Result<EvalMetrics, CliError> {
        let tagger = Tagger::new(folder, &device)?;
        Ok(evaluate(&tagger, &corpus, &test, true, None, |_, _| true)?.unwrap_or_default().metrics)
    };
    let before = score(&starter)?;
    let held = holdout(&corpus, DEFAULT_HOLDOUT_RATIO, 42);
    let settings = small_data_preset(held.train.len(), &train::TrainingArguments::default());
    if !arguments.json {
        let counts = corpus.counts(None);
        line(format!(
            "Sample dataset: {} sentences, labels {}",
            thousands(counts.sentences),
            corpus.labels.names().join(", ")
        ))?;
        line(format!(
            "Labels of the starter model: {} (DATE is new)",
            starter.tags.as_ref().map(|t| t.labels().join(", ")).unwrap_or_default()
        ))?;
        line(format!("F1 on test before training: {:.2}", before.overall.f1 * 100.0))?;
    }
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("demo");
    let job = TrainJob {
        data: JobData::Corpus(CorpusData { corpus: corpus.clone(), holdout: held, test: test.clone() }),
        base: starter,
        arguments: settings,
        out: out.clone(),
        save_dtype: SaveDtype::F32,
        resume: None,
    };
    let mut watcher =
        ProgressObserver { bar: ProgressBar::hidden(), quiet: arguments.json, signals: Signals::listen()? };
    let finished = train::run(&job, &mut watcher);
    watcher.bar.finish_and_clear();
    let finished = match finished {
        // The temporary directory is deleted when the program ends.
        Err(TrainError::Suspended) => return Err("demo interrupted; no files were kept".into()),
        finished => finished?,
    };
    let after = finished.test.clone().unwrap_or_default();
    let tagger = Tagger::new(&PretrainedModel::from_pretrained(&out)?, &device)?;
    let found = predict(&tagger, &[&arguments.text], PredictOptions::default())?.remove(0);
    if arguments.json {
        let entities: Vec<_> = found
            .entities
            .iter()
            .map(|e| json!({"label": e.label, "start": e.start, "end": e.end, "score": e.score}))
            .collect();
        return json_line(&json!({"before": before.overall.f1, "after": after.overall.f1,
            "train_seconds": finished.train_seconds, "text": arguments.text, "entities": entities}));
    }
    line(format!("F1 on test after {:.0} s of training: {:.2}", finished.train_seconds, after.overall.f1 * 100.0))?;
    for l in &after.labels {
        let old = before.labels.iter().find(|b| b.label == l.label).map_or(0.0, |b| b.score.f1);
        line(format!("  {:<6} {:>6.2} -> {:>6.2}", l.label, old * 100.0, l.score.f1 * 100.0))?;
    }
    Ok(colored(&stretches(&arguments.text, &found, &tagger.tags.labels()))?)
}

/// Returns the text with its entities: colored on a terminal, and in brackets in other outputs.
fn stretches<'a>(text: &'a str, found: &'a Prediction, labels: &[String]) -> Vec<StyledText<'a>> {
    let plain = |text: &'a str| StyledText { text: Cow::Borrowed(text), style: None };
    let mut out = vec![plain("\n")];
    let mut at = 0;
    for e in &found.entities {
        out.push(plain(&text[at..e.byte_start]));
        let words = &text[e.byte_start..e.byte_end];
        let color = ANSI_COLORS[labels.iter().position(|l| *l == e.label).unwrap_or(0) % ANSI_COLORS.len()];
        if Output::Standard.is_terminal() {
            out.push(StyledText { text: Cow::Borrowed(words), style: Some(format!("1;{color}")) });
            out.push(StyledText { text: format!(" {}", e.label).into(), style: Some(color.to_string()) });
        } else {
            out.push(StyledText { text: format!("[{words} {}]", e.label).into(), style: None });
        }
        at = e.byte_end;
    }
    out.extend([plain(&text[at..]), plain("\n")]);
    out
}

/// Shows the run as a progress bar.
struct ProgressObserver {
    bar: ProgressBar,
    quiet: bool,
    signals: Signals,
}

impl Observer for ProgressObserver {
    fn on_event(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Started(s) if !self.quiet => self.bar = progress::bar(s.steps, "training"),
            TrainEvent::Step(s) => {
                self.bar.set_position(s.step as u64);
                progress::say(&self.bar, &format!("loss {:.3}", s.loss));
            }
            _ => {}
        }
    }

    fn control(&self) -> TrainerControl {
        if self.signals.received() { TrainerControl::Suspend } else { TrainerControl::Continue }
    }
}
