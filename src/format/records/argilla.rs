//! Argilla records: JSON of `fields`, `responses` and `suggestions` (2.x, also flattened), or `text` and `annotation`
//! (1.x). The first response about spans is read. Suggestions are kept in the file and not read.

use super::json::JsonLayout;
use super::{
    FieldPlace, FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, entry, get_str, prodigy, text_field,
    text_fields, update_span_list,
};
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Writer};
use serde_json::{Value, json};

/// Export and import format of Argilla.
pub const ARGILLA: Format = Format {
    name: "argilla",
    description: "Argilla: JSON of records with responses",
    extensions: &["json", "jsonl"],
    detect: |g| Detection::when(g.records.iter().any(|v| version(v).is_some()), Detection::STRUCTURE, "Argilla keys"),
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: Some(Writer::SingleFile(|corpus, split, _| super::write(corpus, split, &CODEC))),
    rewrite: Some(|source, current| super::rewrite(source, current, &CODEC)),
    capabilities: Capabilities { fields: true, ..Capabilities::OFFSET_FORMAT },
};

/// Fields of the text, tokens and spans.
const KNOWN: &[&str] = &["fields", "responses", "text", "tokens", "annotation", "metadata"];

const CODEC: RecordCodec = RecordCodec {
    known_fields: KNOWN,
    fields: FieldPlace::Object("metadata"),
    context: Some(|records| FileContext { text_field: text_field(records.iter().map(fields_of), &|_| Vec::new()) }),
    ..RecordCodec::new(ARGILLA, read, put, fresh, JsonLayout::Array)
};

/// Returns the object that contains the text fields.
fn fields_of(value: &Value) -> &Value {
    if version(value) == Some(ArgillaVersion::V2) { &value["fields"] } else { value }
}

/// Name of the span question in the examples of Argilla.
const QUESTION: &str = "span";

/// Version of the record format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ArgillaVersion {
    /// Version 2.x: `fields`, and `responses` by question.
    V2,
    /// Version 2.x, flattened: keys such as `span.responses`.
    V2Flat,
    /// Before 2.0: `annotation` in addition to `text`.
    V1,
}

fn version(value: &Value) -> Option<ArgillaVersion> {
    let fields = value.as_object()?;
    if fields.get("fields").is_some_and(Value::is_object)
        && ["responses", "suggestions"].iter().any(|k| fields.contains_key(*k))
    {
        Some(ArgillaVersion::V2)
    } else if fields.keys().any(|k| k.ends_with(".responses") || k.ends_with(".suggestion")) {
        Some(ArgillaVersion::V2Flat)
    } else if fields.get("text").is_some_and(Value::is_string)
        && fields.get("annotation").is_some_and(|a| is_spans(a) || (a.is_null() && !prodigy::has_labels(value)))
        && fields.contains_key("tokens")
    {
        Some(ArgillaVersion::V1)
    } else {
        None
    }
}

/// True for a list of spans: `{"start": 0, "end": 3, "label": "PER"}`, or `["PER", 0, 3]` in 1.x.
fn is_spans(value: &Value) -> bool {
    value.as_array().is_some_and(|l| l.iter().all(|e| entry::spans(e).is_some()))
}

/// Returns the JSON pointer to the spans of the first response about spans.
fn response(value: &Value) -> Option<String> {
    match version(value)? {
        ArgillaVersion::V1 => is_spans(value.get("annotation")?).then(|| "/annotation".to_owned()),
        ArgillaVersion::V2 => value.get("responses")?.as_object()?.iter().find_map(|(question, all)| {
            let at = all.as_array()?.iter().position(|r| r.get("value").is_some_and(is_spans))?;
            Some(format!("/responses/{}/{at}/value", escape_pointer(question)))
        }),
        ArgillaVersion::V2Flat => {
            value.as_object()?.iter().filter(|(k, _)| k.ends_with(".responses")).find_map(|(key, all)| {
                let at = all.as_array()?.iter().position(is_spans)?;
                Some(format!("/{}/{at}", escape_pointer(key)))
            })
        }
    }
}

/// Escapes a key for a JSON pointer (RFC 6901).
fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn read(value: &Value, context: &FileContext) -> Result<TextRecord, RecordError> {
    let fields = fields_of(value);
    let known = context.text_field.as_deref().and_then(|key| get_str(fields, key));
    let text = known.or_else(|| text_fields(fields).next().map(|(_, text)| text));
    let text = text.ok_or(RecordError::NoText("any field"))?.to_owned();
    let spans = response(value).and_then(|path| value.pointer(&path)?.as_array());
    let mut item = TextRecord { text, name: super::record_name(value), ..TextRecord::default() };
    item.take_spans(spans.into_iter().flatten(), entry::spans);
    let suggested = || match version(value) {
        Some(ArgillaVersion::V2) => value["suggestions"].as_object().is_some_and(|s| !s.is_empty()),
        Some(ArgillaVersion::V2Flat) => {
            value.as_object().is_some_and(|o| o.iter().any(|(k, v)| k.ends_with(".suggestion") && !v.is_null()))
        }
        _ => value.get("prediction").is_some_and(|p| !p.is_null()),
    };
    if spans.is_none() && suggested() {
        item.notes.push((NoteKind::Prediction, item.text.clone()));
    }
    Ok(item)
}

fn put(record: &mut Value, removed: &[RecordSpan], new: &[RecordSpan]) {
    let as_list = |v: &Value| v.get(0).is_some_and(Value::is_array);
    if let Some(list) = response(record).and_then(|path| record.pointer_mut(&path)) {
        let lists = as_list(list);
        let make = |m: &RecordSpan| if lists { json!([m.label, m.start, m.end]) } else { span(m) };
        if let Some(list) = list.as_array_mut() {
            update_span_list(list, removed, new, entry::spans, make);
        }
        return;
    }
    let spans: Vec<Value> = new.iter().map(span).collect();
    match version(record) {
        Some(ArgillaVersion::V2) => {
            let question =
                record["suggestions"].as_object().and_then(|s| s.keys().next()).map_or(QUESTION, |k| k).to_owned();
            record["responses"][question] = responses(spans);
        }
        Some(ArgillaVersion::V2Flat) => {
            let question = record.as_object().and_then(|o| o.keys().find_map(|k| k.strip_suffix(".suggestion")));
            let key = format!("{}.responses", question.unwrap_or(QUESTION));
            record[key] = json!([spans]);
        }
        _ => record["annotation"] = Value::Array(spans),
    }
}

fn span(m: &RecordSpan) -> Value {
    json!({"start": m.start, "end": m.end, "label": m.label})
}

/// Returns a response with a placeholder user id, which the reader of Argilla requires.
fn responses(spans: Vec<Value>) -> Value {
    json!([{"value": spans, "user_id": "00000000-0000-0000-0000-000000000000"}])
}

fn fresh(item: &TextRecord, number: usize) -> Value {
    let spans = item.spans.iter().map(span).collect();
    let id = if item.name.is_empty() { (number + 1).to_string() } else { item.name.clone() };
    json!({"id": id, "fields": {"text": item.text}, "metadata": {}, "suggestions": {},
        "responses": {QUESTION: responses(spans)}, "vectors": {}, "status": "completed"})
}
