//! Older JSON of Rasa: `rasa_nlu_data` with `common_examples` of `text`, `intent` and `entities`.

use super::{FileContext, INTENT, RecordCodec, RecordError, TextRecord, entry, get_str, record_name};
use crate::corpus::Corpus;
use crate::format::inline::RASA;
use crate::format::{Problem, ReadReport, SourceInput};
use serde_json::Value;

const CODEC: RecordCodec = RecordCodec {
    known_fields: &["text", "intent", "entities"],
    doc_labels: Some(INTENT),
    ..RecordCodec::only_read(RASA, read)
};

/// Reads a JSON file.
pub(in crate::format) fn read_rasa(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    super::read(source, corpus, &CODEC)
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let text = get_str(value, "text").ok_or(RecordError::NoText("“text”"))?.to_owned();
    let mut item = TextRecord { text, name: record_name(value), ..TextRecord::default() };
    item.take_spans(value.get("entities").and_then(Value::as_array).into_iter().flatten(), entity);
    Ok(item)
}

/// Returns an entity without its `value`, which is a normalized form and not the surface.
fn entity(value: &Value) -> Option<Vec<super::RecordSpan>> {
    let marks = entry::spans(value)?;
    Some(marks.into_iter().map(|mark| super::RecordSpan { surface: None, ..mark }).collect())
}
