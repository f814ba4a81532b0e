//! Argilla's records: JSON of `fields`, `responses` and `suggestions` (2.x, also flattened), or `text` and `annotation` (1.x).
//! The first response about spans counts; suggestions are kept and not read.

use super::json::Shape;
use super::{Dialect, Item, Mark, number, offset, prodigy, put_into, string, text_among};
use crate::format::{Format, Holds, Write};
use serde_json::{Value, json};

/// Argilla's export and import.
pub const ARGILLA: Format = Format {
    name: "argilla",
    what: "Argilla: JSON of records with responses",
    extensions: &["json", "jsonl"],
    recognises: |g| g.records.iter().any(|v| generation(v).is_some()),
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: Some(Write::Whole(|corpus, split, _| super::write(corpus, split, &DIALECT))),
    rewrite: Some(|source, current| super::rewrite(source, current, &DIALECT)),
    holds: Holds::TEXTS,
};

/// The fields that are text, words and spans.
const KNOWN: &[&str] = &["fields", "responses", "text", "tokens", "annotation"];

const DIALECT: Dialect =
    Dialect { format: ARGILLA, read, put, known: KNOWN, classes: None, fresh, shape: Shape::Array };

/// What a question about spans is called in Argilla's own examples.
const QUESTION: &str = "span";

/// How a record is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Generation {
    /// `fields`, `responses` by question.
    Nested,
    /// `span.responses`.
    Flat,
    /// Before 2.0: `annotation` beside `text`.
    First,
}

fn generation(value: &Value) -> Option<Generation> {
    let fields = value.as_object()?;
    if fields.get("fields").is_some_and(Value::is_object)
        && ["responses", "suggestions"].iter().any(|k| fields.contains_key(*k))
    {
        Some(Generation::Nested)
    } else if fields.keys().any(|k| k.ends_with(".responses") || k.ends_with(".suggestion")) {
        Some(Generation::Flat)
    } else if fields.get("text").is_some_and(Value::is_string)
        && fields.get("annotation").is_some_and(|a| is_spans(a) || (a.is_null() && !prodigy::has_labels(value)))
        && fields.contains_key("tokens")
    {
        Some(Generation::First)
    } else {
        None
    }
}

/// `{"start": 0, "end": 3, "label": "PER"}`, or 1.x's `["PER", 0, 3]`.
fn mark(entry: &Value) -> Option<Mark> {
    if let Some([label, start, end, ..]) = entry.as_array().map(Vec::as_slice) {
        return Some(Mark {
            label: label.as_str()?.to_owned(),
            start: offset(start)?,
            end: offset(end)?,
            surface: None,
        });
    }
    let label = string(entry, "label")?.to_owned();
    Some(Mark { start: number(entry, "start")?, end: number(entry, "end")?, label, surface: None })
}

fn is_spans(value: &Value) -> bool {
    value.as_array().is_some_and(|l| l.iter().all(|e| mark(e).is_some()))
}

/// The way to the spans of the response that counts.
fn response(value: &Value) -> Option<String> {
    match generation(value)? {
        Generation::First => is_spans(value.get("annotation")?).then(|| "/annotation".to_owned()),
        Generation::Nested => value.get("responses")?.as_object()?.iter().find_map(|(question, all)| {
            let at = all.as_array()?.iter().position(|r| r.get("value").is_some_and(is_spans))?;
            Some(format!("/responses/{}/{at}/value", pointed(question)))
        }),
        Generation::Flat => {
            value.as_object()?.iter().filter(|(k, _)| k.ends_with(".responses")).find_map(|(key, all)| {
                let at = all.as_array()?.iter().position(is_spans)?;
                Some(format!("/{}/{at}", pointed(key)))
            })
        }
    }
}

/// A key in a JSON pointer (RFC 6901).
fn pointed(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn read(value: &Value) -> Result<Item, String> {
    let fields = if generation(value) == Some(Generation::Nested) { &value["fields"] } else { value };
    let text = text_among(fields).ok_or("there is no text among its fields")?.to_owned();
    let spans = response(value).and_then(|path| value.pointer(&path)?.as_array());
    let marks = spans.into_iter().flatten().filter_map(mark).collect();
    let suggested = || match generation(value) {
        Some(Generation::Nested) => value["suggestions"].as_object().is_some_and(|s| !s.is_empty()),
        Some(Generation::Flat) => {
            value.as_object().is_some_and(|o| o.iter().any(|(k, v)| k.ends_with(".suggestion") && !v.is_null()))
        }
        _ => value.get("prediction").is_some_and(|p| !p.is_null()),
    };
    let note = (spans.is_none() && suggested())
        .then_some("records with suggestions and no response: those are kept in the file and not read");
    Ok(Item { text, marks, note, ..Item::default() })
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    let as_list = |v: &Value| v.get(0).is_some_and(Value::is_array);
    if let Some(list) = response(record).and_then(|path| record.pointer_mut(&path)) {
        let lists = as_list(list);
        let make = |m: &Mark| if lists { json!([m.label, m.start, m.end]) } else { span(m) };
        if let Some(list) = list.as_array_mut() {
            put_into(list, gone, new, mark, make);
        }
        return;
    }
    let spans: Vec<Value> = new.iter().map(span).collect();
    match generation(record) {
        Some(Generation::Nested) => {
            let question =
                record["suggestions"].as_object().and_then(|s| s.keys().next()).map_or(QUESTION, |k| k).to_owned();
            record["responses"][question] = responses(spans);
        }
        Some(Generation::Flat) => {
            let question = record.as_object().and_then(|o| o.keys().find_map(|k| k.strip_suffix(".suggestion")));
            let key = format!("{}.responses", question.unwrap_or(QUESTION));
            record[key] = json!([spans]);
        }
        _ => record["annotation"] = Value::Array(spans),
    }
}

fn span(m: &Mark) -> Value {
    json!({"start": m.start, "end": m.end, "label": m.label})
}

/// A response of nobody in particular, which Argilla's reader wants named.
fn responses(spans: Vec<Value>) -> Value {
    json!([{"value": spans, "user_id": "00000000-0000-0000-0000-000000000000"}])
}

fn fresh(item: &Item, number: usize) -> Value {
    let spans = item.marks.iter().map(span).collect();
    json!({"id": (number + 1).to_string(), "fields": {"text": item.text}, "metadata": {}, "suggestions": {},
        "responses": {QUESTION: responses(spans)}, "vectors": {}, "status": "completed"})
}
