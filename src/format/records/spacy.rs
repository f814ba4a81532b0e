//! spaCy training tuples: `["text", {"entities": [[0, 4, "ORG"]]}]`, as pairs in an array, one per line, or in Python
//! notation. The second element can also be the list of spans. Tags of tokens can replace the spans.

use super::json::JsonLayout;
use super::{
    DocLabelCodec, FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, categories, entry, tagged_marks,
    update_span_list,
};
use crate::format::{Capabilities, Detection, Format, Writer};
use serde_json::{Value, json};

/// Training tuples of spaCy 2.
pub const SPACY_JSON: Format = Format {
    name: "spacy-json",
    description: "spaCy 2: training tuples, as JSON or Python",
    extensions: &["json", "py"],
    detect: |g| {
        let fits = g.records.iter().any(is_pair);
        Detection::when(fits, Detection::STRUCTURE, "pairs of a text and entities")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: Some(Writer::SingleFile(|corpus, split, _| super::write(corpus, split, &CODEC))),
    rewrite: Some(|source, current| super::rewrite(source, current, &CODEC)),
    capabilities: Capabilities { doc_labels: true, ..Capabilities::OFFSET_FORMAT },
};

const CODEC: RecordCodec = RecordCodec {
    doc_labels: Some(DocLabelCodec { read: classes, put: put_classes }),
    ..RecordCodec::new(SPACY_JSON, read, put, fresh, JsonLayout::Array)
};

/// True for a text and its annotation.
fn is_pair(value: &Value) -> bool {
    let is_annotation = |second: &Value| {
        let is_empty =
            second.as_array().is_some_and(Vec::is_empty) || second.as_object().is_some_and(serde_json::Map::is_empty);
        ["entities", "cats"].iter().any(|key| second.get(*key).is_some()) || entry::is_list(second) || is_empty
    };
    let Some([text, second, ..]) = value.as_array().map(Vec::as_slice) else { return false };
    text.is_string() && is_annotation(second)
}

/// Returns the list of spans.
fn entities(value: &Value) -> Option<&Vec<Value>> {
    value[1].as_array().or_else(|| value[1]["entities"].as_array())
}

fn classes(value: &Value) -> Vec<String> {
    let cats = value.get(1).and_then(|v| v.get("cats")).and_then(Value::as_object);
    cats.map_or_else(Vec::new, categories::positive_names)
}

fn put_classes(record: &mut Value, classes: &[String]) {
    let Some(fields) = record.get_mut(1).and_then(Value::as_object_mut) else { return };
    if let Some(cats) = fields.entry("cats").or_insert_with(|| json!({})).as_object_mut() {
        categories::put(cats, classes);
    }
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    if !is_pair(value) {
        return Err(RecordError::Unsupported("not a pair of a text and entities"));
    }
    let mut item = TextRecord { text: value[0].as_str().unwrap_or_default().to_owned(), ..TextRecord::default() };
    let all = entities(value).map_or(&[][..], Vec::as_slice);
    let strings = |list: &[Value]| list.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>();
    let words = value[1]["words"].as_array().and_then(|words| strings(words));
    match (words, strings(all)) {
        (Some(words), Some(tags)) if !tags.is_empty() => {
            item.spans = tagged_marks(&item.text, &words, &tags)?;
            item.read_only = Some("it has tags instead of spans");
        }
        _ => item.take_spans(all.iter(), entry::spans),
    }
    Ok(item)
}

fn put(record: &mut Value, removed: &[RecordSpan], new: &[RecordSpan]) {
    let list = match &mut record[1] {
        Value::Array(list) => Some(list),
        fields => fields.get_mut("entities").and_then(Value::as_array_mut),
    };
    if let Some(list) = list {
        let template = list.iter().find(|e| !e.is_string()).cloned();
        update_span_list(list, removed, new, entry::spans, |m| entry::like(template.as_ref(), m));
    }
}

fn fresh(item: &TextRecord, _: usize) -> Value {
    json!([item.text, {"entities": item.spans.iter().map(|m| entry::like(None, m)).collect::<Vec<_>>()}])
}
