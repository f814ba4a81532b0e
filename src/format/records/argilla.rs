//! Argilla's records: JSON of `fields`, `responses` and `suggestions` (2.x, also flattened), or `text` and `annotation` (1.x).
//! The first response about spans counts; suggestions are kept and not read.

use super::json::Shape;
use super::{Context, Dialect, Item, Mark, entry, prodigy, put_into, string, text_field, text_fields};
use crate::format::note::NoteKind;
use crate::format::{Format, Holds, Recognition, Write};
use serde_json::{Value, json};

/// Argilla's export and import.
pub const ARGILLA: Format = Format {
    name: "argilla",
    what: "Argilla: JSON of records with responses",
    extensions: &["json", "jsonl"],
    recognize: |g| {
        Recognition::when(g.records.iter().any(|v| generation(v).is_some()), Recognition::STRUCTURE, "keys of Argilla")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: Some(Write::Whole(|corpus, split, _| super::write(corpus, split, &DIALECT))),
    rewrite: Some(|source, current| super::rewrite(source, current, &DIALECT)),
    holds: Holds::TEXTS,
};

/// The fields that are text, words and spans.
const KNOWN: &[&str] = &["fields", "responses", "text", "tokens", "annotation"];

const DIALECT: Dialect = Dialect {
    known: KNOWN,
    context: Some(|records| Context { text_field: text_field(records.iter().map(fields_of), &|_| Vec::new()) }),
    ..Dialect::new(ARGILLA, read, put, fresh, Shape::Array)
};

/// The fields among which the text is.
fn fields_of(value: &Value) -> &Value {
    if generation(value) == Some(Generation::Nested) { &value["fields"] } else { value }
}

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

/// `{"start": 0, "end": 3, "label": "PER"}` each, or 1.x's `["PER", 0, 3]`.
fn is_spans(value: &Value) -> bool {
    value.as_array().is_some_and(|l| l.iter().all(|e| entry::spans(e).is_some()))
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

fn read(value: &Value, context: &Context) -> Result<Item, String> {
    let fields = fields_of(value);
    let known = context.text_field.as_deref().and_then(|key| string(fields, key));
    let text = known.or_else(|| text_fields(fields).next().map(|(_, text)| text));
    let text = text.ok_or("there is no text among its fields")?.to_owned();
    let spans = response(value).and_then(|path| value.pointer(&path)?.as_array());
    let mut item = Item { text, name: super::identity(value), ..Item::default() };
    item.take(spans.into_iter().flatten(), entry::spans);
    let suggested = || match generation(value) {
        Some(Generation::Nested) => value["suggestions"].as_object().is_some_and(|s| !s.is_empty()),
        Some(Generation::Flat) => {
            value.as_object().is_some_and(|o| o.iter().any(|(k, v)| k.ends_with(".suggestion") && !v.is_null()))
        }
        _ => value.get("prediction").is_some_and(|p| !p.is_null()),
    };
    if spans.is_none() && suggested() {
        item.notes.push((NoteKind::Prediction, item.text.clone()));
    }
    Ok(item)
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    let as_list = |v: &Value| v.get(0).is_some_and(Value::is_array);
    if let Some(list) = response(record).and_then(|path| record.pointer_mut(&path)) {
        let lists = as_list(list);
        let make = |m: &Mark| if lists { json!([m.label, m.start, m.end]) } else { span(m) };
        if let Some(list) = list.as_array_mut() {
            put_into(list, gone, new, entry::spans, make);
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
    let id = if item.name.is_empty() { (number + 1).to_string() } else { item.name.clone() };
    json!({"id": id, "fields": {"text": item.text}, "metadata": {}, "suggestions": {},
        "responses": {QUESTION: responses(spans)}, "vectors": {}, "status": "completed"})
}
