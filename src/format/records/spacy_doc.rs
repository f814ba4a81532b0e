//! JSON of spaCy `Doc.to_json`: a text with `ents`, tokens and sentences.

use super::{
    FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, categories, entry, get_str, get_usize, record_name,
};
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format};
use serde_json::Value;

/// spaCy documents as JSON.
pub const SPACY_DOC_JSON: Format = Format {
    name: "spacy-doc-json",
    description: "spaCy: JSON of Doc.to_json",
    extensions: &["json", "jsonl"],
    detect: |g| {
        let has_groups = |v: &Value| v.get("spans").is_some_and(Value::is_object);
        let has_offsets = |v: &Value| v.get("tokens").and_then(|t| get_usize(t.get(0)?, "start")).is_some();
        let fits =
            |v: &Value| get_str(v, "text").is_some() && (v.get("ents").is_some() || has_groups(v)) && has_offsets(v);
        Detection::when(g.records.iter().any(fits), Detection::STRUCTURE, "keys text, ents and tokens")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec = RecordCodec {
    known_fields: &["text", "ents", "tokens", "sents", "cats", "spans"],
    doc_labels: Some(super::DocLabelCodec { read: classes, put: |_, _| {} }),
    ..RecordCodec::only_read(SPACY_DOC_JSON, read)
};

/// Returns the document labels: the categories with a score of at least 0.5.
fn classes(value: &Value) -> Vec<String> {
    let cats = value.get("cats").and_then(Value::as_object);
    cats.map_or_else(Vec::new, categories::positive_names)
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let text = get_str(value, "text").ok_or(RecordError::NoText("“text”"))?.to_owned();
    let list = |key: &str| value.get(key).and_then(Value::as_array);
    let name = value.get("_").map(record_name).filter(|n| !n.is_empty()).unwrap_or_else(|| record_name(value));
    let mut item = TextRecord { text, name, ..TextRecord::default() };
    let spans = |entry: &Value| -> Option<Vec<RecordSpan>> { entry::spans(entry) };
    item.take_spans(list("ents").into_iter().flatten(), spans);
    // Without entities, the first span group is the annotation.
    let groups = value.get("spans").and_then(Value::as_object);
    let first = groups.and_then(|g| g.iter().next()).filter(|_| item.spans.is_empty());
    item.take_spans(first.and_then(|(_, all)| all.as_array()).into_iter().flatten(), spans);
    for (group, spans) in value.get("spans").and_then(Value::as_object).into_iter().flatten() {
        let count = spans.as_array().map_or(0, Vec::len);
        if count > 0 && first.is_none_or(|(name, _)| name != group) {
            item.notes.push((NoteKind::SecondLayer, format!("{count} spans of the group {group}")));
        }
    }
    let places = |key: &str| -> Option<Vec<(usize, usize)>> {
        list(key)?.iter().map(|t| Some((get_usize(t, "start")?, get_usize(t, "end")?))).collect()
    };
    let size = item.text.chars().count();
    // Some exports truncate the list of tokens.
    item.words = places("tokens").filter(|tokens| covers(&item.text, tokens, size));
    item.sentences = places("sents").map(|sents| sents.into_iter().map(|(start, _)| start).collect());
    Ok(item)
}

/// True if the tokens reach the end of the text, ignoring trailing whitespace.
fn covers(text: &str, tokens: &[(usize, usize)], size: usize) -> bool {
    let trimmed = size - text.chars().rev().take_while(|c| c.is_whitespace()).count();
    tokens.last().is_some_and(|last| last.1 >= trimmed)
}
