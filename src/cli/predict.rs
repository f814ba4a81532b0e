//! `tagwright predict`.

use super::output::{json_line, line};
use super::{Failure, input};
use crate::corpus::{Corpus, Scheme, Split, scheme};
use crate::disk;
use crate::format;
use crate::hub::ModelName;
use crate::model::{DeviceChoice, choose};
use crate::predict::aggregate::STRATEGIES;
use crate::predict::{Aggregation, Options, Prediction, Tagger, predict};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(clap::Args)]
pub struct Arguments {
    /// starter, a folder, or a hub id (owner/name).
    #[arg(long)]
    model: ModelName,
    /// A text.
    #[arg(long, conflicts_with = "file")]
    text: Option<String>,
    /// A file of texts, one a line; `-` is standard input.
    #[arg(required_unless_present = "text")]
    file: Option<PathBuf>,
    /// The file is one text.
    #[arg(long, conflicts_with = "text")]
    whole: bool,
    /// The file is a dataset of words: write it back with the model's tags.
    #[arg(long, conflicts_with_all = ["whole", "text", "json", "aggregation", "stride"])]
    tokens: bool,
    /// none, simple, first, average or max.
    #[arg(long, default_value = "simple", value_parser = strategy)]
    aggregation: Aggregation,
    /// Pieces by which windows overlap; a quarter of the model's length otherwise.
    #[arg(long)]
    stride: Option<usize>,
    /// auto, cpu, cuda, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Where it is to be computed.
    pub fn device(&self) -> DeviceChoice {
        self.device
    }
}

fn strategy(name: &str) -> Result<Aggregation, String> {
    let found = STRATEGIES.iter().find(|(n, _)| *n == name).map(|(_, s)| *s);
    found.ok_or_else(|| "unknown strategy; use none, simple, first, average or max".into())
}

/// Texts read at once: enough to sort by length, little memory.
const TEXTS_A_BATCH: usize = 512;

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let tagger = Tagger::new(&input::model(&arguments.model)?, &choose(arguments.device)?.device)?;
    if let (true, Some(file)) = (arguments.tokens, &arguments.file) {
        return tag_words(&tagger, file);
    }
    let input = match (&arguments.text, &arguments.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read(file)?,
        (None, None) => String::new(),
    };
    let whole = arguments.whole || arguments.text.is_some();
    let texts: Vec<&str> = if whole { vec![&input] } else { input.lines().collect() };
    let options = Options { aggregation: arguments.aggregation, stride: arguments.stride };
    for batch in texts.chunks(TEXTS_A_BATCH) {
        for (text, prediction) in batch.iter().zip(predict(&tagger, batch, options)?) {
            print(text, &prediction, arguments.json)?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Failure> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().take(disk::MAX_BYTES).read_to_end(&mut bytes)?;
        bytes
    } else {
        disk::read(file)?
    };
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let decoded = format::decode(&bytes).map_err(|p| format!("{}: {p}", file.display()))?;
    Ok(decoded.text.into_owned())
}

fn print(text: &str, prediction: &Prediction, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let entities: Vec<_> = prediction
            .entities
            .iter()
            .map(|e| {
                json!({"label": e.label, "start": e.start, "end": e.end, "byte_start": e.byte_start,
                    "byte_end": e.byte_end, "text": &text[e.byte_start..e.byte_end], "score": e.score})
            })
            .collect();
        return json_line(&json!({"text": text, "entities": entities}));
    }
    line(text)?;
    for e in &prediction.entities {
        line(format!("  {:<8} {:.2}  {}", e.label, e.score, text[e.byte_start..e.byte_end].replace('\n', " ")))?;
    }
    Ok(())
}

/// Writes a dataset of words to standard output with the model's tags instead of its own.
fn tag_words(tagger: &Tagger, file: &Path) -> Result<(), Failure> {
    if file == Path::new("-") {
        return Err("--tokens reads a file, not standard input; name a file".into());
    }
    let dataset = input::files("input", &[(file.to_owned(), Split::Train)])?;
    let found = dataset.files.first().map_or(format::CONLL, |f| f.found.format);
    let mut corpus: Corpus = dataset.corpus;
    let sentences = corpus.sentences(None);
    let words: Vec<Vec<&str>> =
        sentences.iter().map(|s| corpus.document(s.document).words(s.sentence as usize)).collect();
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
            let span = document.span_at(id.sentence as usize, s.start..s.end, s.label);
            document.insert_span(span);
        }
    }
    let write = found.writes_whole().or(format::CONLL.writes_whole());
    super::output::bytes(&write.map(|write| write(&corpus, None, Scheme::Iob2)).unwrap_or_default())
}
