//! The subcommand `predict`.

use super::output::{json_line, json_part, line};
use super::value_error::ValueError;
use super::{CliError, input, output};
use crate::corpus::{Corpus, Scheme, Split, scheme};
use crate::disk;
use crate::format::{self, budget::Budget};
use crate::hub::ModelRef;
use crate::model::{DeviceChoice, choose};
use crate::predict::aggregate::STRATEGIES;
use crate::predict::json::{entity_to_json, prediction_to_json};
use crate::predict::text::CHUNK_BYTES;
use crate::predict::{AggregationStrategy, Entity, PredictOptions, Prediction, Tagger, predict, predict_long};
use crate::project::source::rewrite;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(clap::Args)]
pub struct Arguments {
    /// Model: starter, a directory, or a Hugging Face id (owner/name)
    #[arg(long)]
    model: ModelRef,
    /// Input text
    #[arg(long, conflicts_with = "file")]
    text: Option<String>,
    /// Text file with one text per line; `-` reads standard input
    #[arg(required_unless_present = "text")]
    file: Option<PathBuf>,
    /// Treat FILE as one text instead of one text per line
    #[arg(long, conflicts_with = "text")]
    whole: bool,
    /// Read FILE as a tokenized dataset and print it with predicted tags
    #[arg(long, conflicts_with_all = ["whole", "text", "json", "aggregation", "stride"])]
    tokens: bool,
    /// With --tokens: fail if any content of the input would be skipped
    #[arg(long, requires = "tokens")]
    strict: bool,
    /// Aggregation strategy: none, simple, first, average or max
    #[arg(long, default_value = "simple", value_parser = strategy)]
    aggregation: AggregationStrategy,
    /// Overlap of windows in subwords [default: a quarter of the model's maximum length]
    #[arg(long)]
    stride: Option<usize>,
    /// Compute device: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Requested compute device.
    pub fn device(&self) -> DeviceChoice {
        self.device
    }
}

fn strategy(name: &str) -> Result<AggregationStrategy, ValueError> {
    let found = STRATEGIES.iter().find(|(n, _)| *n == name).map(|(_, s)| *s);
    found.ok_or_else(|| ValueError::unknown("strategy", "none, simple, first, average or max"))
}

/// Number of texts per batch: enough for sorting by length, with little memory.
const TEXTS_A_BATCH: usize = 512;

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let tagger = Tagger::new(&input::model(&arguments.model)?, &choose(arguments.device)?.device)?;
    if let (true, Some(file)) = (arguments.tokens, &arguments.file) {
        return tag_words(&tagger, file, arguments.strict);
    }
    let input = match (&arguments.text, &arguments.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read(file)?,
        (None, None) => String::new(),
    };
    let whole = arguments.whole || arguments.text.is_some();
    let options = PredictOptions { aggregation: arguments.aggregation, stride: arguments.stride };
    if whole {
        return text(&tagger, &input, options, arguments.json);
    }
    // The lines of a large file are not collected first, and a long line is printed while it is processed.
    let mut lines = input.lines().peekable();
    while lines.peek().is_some() {
        let mut batch: Vec<&str> = Vec::new();
        while batch.len() < TEXTS_A_BATCH
            && let Some(line) = lines.next_if(|line| line.len() <= CHUNK_BYTES)
        {
            batch.push(line);
        }
        for (text, prediction) in batch.iter().zip(predict(&tagger, &batch, options)?) {
            print(text, &prediction, arguments.json)?;
        }
        if let Some(long) = lines.next_if(|line| line.len() > CHUNK_BYTES) {
            text(&tagger, long, options, arguments.json)?;
        }
    }
    Ok(())
}

/// Prints the entities of one text. A long text is printed while it is processed.
fn text(tagger: &Tagger, text: &str, options: PredictOptions, as_json: bool) -> Result<(), CliError> {
    if text.len() <= CHUNK_BYTES {
        for prediction in predict(tagger, &[text], options)? {
            print(text, &prediction, as_json)?;
        }
        return Ok(());
    }
    if as_json {
        json_part("{\"text\":")?;
        json_part(&serde_json::to_string(text)?)?;
        json_part(",\"entities\":[")?;
    } else {
        line(text)?;
    }
    let mut between = "";
    predict_long(tagger, text, options, CHUNK_BYTES, |e| {
        if as_json {
            json_part(&format!("{between}{}", entity_to_json(text, &e)))?;
            between = ",";
            Ok(())
        } else {
            line(shown(text, &e))
        }
    })?;
    if as_json { json_part("]}\n") } else { Ok(()) }
}

/// Returns an entity as a line of text.
fn shown(text: &str, e: &Entity) -> String {
    format!("  {:<8} {:.2}  {}", e.label, e.score, text[e.byte_start..e.byte_end].replace('\n', " "))
}

fn read(file: &Path) -> Result<String, CliError> {
    let most = Budget::for_free_memory(disk::free_memory()).file();
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(format!("standard input is larger than {} MiB; split it into smaller parts", most >> 20).into());
        }
        bytes
    } else {
        let look = |beginning: &[u8], _| format::check_beginning(beginning);
        disk::read_if(file, most, look)?
    };
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let decoded = format::decode(&bytes).map_err(|p| format!("{}: {p}", file.display()))?;
    Ok(decoded.text.into_owned())
}

fn print(text: &str, prediction: &Prediction, as_json: bool) -> Result<(), CliError> {
    if as_json {
        return json_line(&prediction_to_json(text, &prediction.entities));
    }
    line(text)?;
    prediction.entities.iter().try_for_each(|e| line(shown(text, e)))
}

/// Writes a dataset to standard output with the tags of the model. All other content of the file is kept.
fn tag_words(tagger: &Tagger, file: &Path, strict: bool) -> Result<(), CliError> {
    if file == Path::new("-") {
        return Err("--tokens does not support standard input; use a file".into());
    }
    let dataset = input::files("input", &[(file.to_owned(), Split::Train)])?;
    input::check_strict(&dataset, strict)?;
    let dataset_file = dataset.files.first().cloned();
    let mut corpus: Corpus = dataset.corpus;
    let sentences = corpus.sentences(None);
    let words: Vec<Vec<&str>> =
        sentences.iter().map(|s| corpus.document(s.document).sentence_tokens(s.sentence as usize)).collect();
    let tags = tagger.word_tags(&words)?;
    let mut labels = corpus.labels.clone();
    let spans: Vec<_> = tags
        .iter()
        .map(|ids| scheme::decode(&ids.iter().map(|id| tagger.tags.tag(*id, &mut labels)).collect::<Vec<_>>()))
        .collect();
    corpus.labels = labels;
    for document in &mut corpus.documents {
        Arc::make_mut(document).spans.clear();
    }
    for (id, spans) in sentences.iter().zip(spans) {
        let document = corpus.document_mut(id.document);
        for s in spans {
            let span = document.span_from_tokens(id.sentence as usize, s.start..s.end, s.label);
            document.insert_span(span);
        }
    }
    // Rewrite the file with the new tags. If its format can only be read, write a new column file.
    let source = dataset_file.as_ref().filter(|f| f.report.format.rewrite.is_some());
    let again = source.map(|source| rewrite(source, 0, &corpus, false)).transpose()?;
    let new = || format::CONLL.single_file_writer().map(|write| write(&corpus, None, Scheme::Iob2)).unwrap_or_default();
    output::bytes(&again.unwrap_or_else(new))
}
