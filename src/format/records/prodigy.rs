//! Prodigy's JSON lines: a text, its spans, often its tokens, and what the person answered.

use super::json::Shape;
use super::{Classes, Context, Dialect, Item, Mark, doccano, entry, identity, names, number, put_into, string};
use crate::format::note::NoteKind;
use crate::format::{Format, Holds, Recognition, Write};
use serde_json::{Value, json};

/// Prodigy's `db-out` and `db-in`.
pub const PRODIGY: Format = Format {
    name: "prodigy",
    what: "Prodigy: JSON lines of a text, its tokens and spans",
    extensions: &["jsonl"],
    recognize: |g| Recognition::when(g.records.iter().any(is_record), Recognition::STRUCTURE, "keys of Prodigy"),
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: Some(Write::Whole(|corpus, split, _| super::write(corpus, split, &DIALECT))),
    rewrite: Some(|source, current| super::rewrite(source, current, &DIALECT)),
    holds: Holds { classes: true, borders: true, ..Holds::TEXTS },
};

/// The fields that are text, words and spans.
const KNOWN: &[&str] = &["text", "tokens", "spans", "answer", "accept", "meta"];

const DIALECT: Dialect = Dialect {
    known: KNOWN,
    classes: Some(Classes { read: classes, put: put_classes }),
    ..Dialect::new(PRODIGY, read, put, fresh, Shape::Lines)
};

fn is_record(value: &Value) -> bool {
    // An empty list says nothing where the labels are somewhere else.
    let is_empty = value.get("spans").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let is_answered = matches!(string(value, "answer"), Some("accept" | "reject" | "ignore"));
    let is_marked = is_answered || value.get("_input_hash").is_some();
    string(value, "text").is_some() && (is_marked || has_labels(value) || (is_empty && !doccano::has_labels(value)))
}

/// Whether a record has spans as Prodigy keeps them.
pub(super) fn has_labels(value: &Value) -> bool {
    let is_span =
        |s: &Value| number(s, "start").is_some() && number(s, "end").is_some() && string(s, "label").is_some();
    value.get("spans").and_then(Value::as_array).is_some_and(|l| !l.is_empty() && l.iter().all(is_span))
}

/// Labels of the whole text: what was accepted among the options of a choice, or the one label that was asked about.
fn classes(value: &Value) -> Vec<String> {
    if is_undecided(value) {
        return Vec::new();
    }
    let alone = string(value, "label").filter(|_| value.get("spans").is_none()).map(str::to_owned);
    value.get("accept").map_or_else(|| alone.into_iter().collect(), names)
}

fn put_classes(record: &mut Value, classes: &[String]) {
    decide(record);
    let options = record.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    // Prodigy shows only what is an option.
    let known = |name: &&String| options.iter().any(|o| string(o, "id") == Some(name));
    let new = classes.iter().filter(|name| !known(name)).map(|name| json!({"id": name, "text": name}));
    let options: Vec<Value> = options.iter().cloned().chain(new).collect();
    if let Some(fields) = record.as_object_mut() {
        fields.insert("accept".into(), json!(classes));
        fields.insert("options".into(), Value::Array(options));
    }
}

/// Whether its person rejected or ignored a record: what it says is no decision then.
fn is_undecided(record: &Value) -> bool {
    matches!(string(record, "answer"), Some("reject" | "ignore"))
}

/// What is labelled now in a record is a decision; what was rejected in it is none of it.
fn decide(record: &mut Value) {
    if !is_undecided(record) {
        return;
    }
    let Some(fields) = record.as_object_mut() else { return };
    fields.insert("answer".into(), "accept".into());
    for list in ["spans", "accept"] {
        if let Some(all) = fields.get_mut(list) {
            *all = json!([]);
        }
    }
}

fn read(value: &Value, _: &Context) -> Result<Item, String> {
    let text = string(value, "text").ok_or("there is no text under “text”")?.to_owned();
    let list = |key: &str| value.get(key).and_then(Value::as_array);
    let words =
        list("tokens").map(|all| all.iter().filter_map(|t| Some((number(t, "start")?, number(t, "end")?))).collect());
    let name = value.get("meta").map(identity).filter(|name| !name.is_empty()).unwrap_or_else(|| identity(value));
    let mut item = Item { text, words, name, ..Item::default() };
    // A rejected span is wrong, and an ignored text was not looked at: neither is what people decided.
    match string(value, "answer") {
        Some("reject") => item.notes.push((NoteKind::RejectedRecord, item.text.clone())),
        Some("ignore") => item.notes.push((NoteKind::IgnoredRecord, item.text.clone())),
        _ => {
            let words = item.words.clone().unwrap_or_default();
            item.take(list("spans").into_iter().flatten(), |span| {
                entry::spans(span).or_else(|| by_tokens(span, &words))
            });
        }
    }
    Ok(item)
}

/// A span that says its first and its last token and no offsets.
fn by_tokens(span: &Value, words: &[(usize, usize)]) -> Option<Vec<Mark>> {
    let (first, last) = (number(span, "token_start")?, number(span, "token_end")?);
    let (start, end) = (words.get(first)?.0, words.get(last)?.1);
    let label = string(span, "label")?.to_owned();
    Some(vec![Mark { start, end, label, surface: None }])
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    let tokens = record.get("tokens").and_then(Value::as_array).cloned().unwrap_or_default();
    decide(record);
    let Some(fields) = record.as_object_mut() else { return };
    let spans = fields.entry("spans").or_insert_with(|| json!([]));
    if spans.is_null() {
        *spans = json!([]);
    }
    let Some(list) = spans.as_array_mut() else { return };
    put_into(list, gone, new, entry::spans, |m| {
        span(m, |key, at| tokens.iter().position(|t| number(t, key) == Some(at)))
    });
}

/// A span; `token` gives the number of the token that has this offset as its start or end.
fn span(mark: &Mark, token: impl Fn(&str, usize) -> Option<usize>) -> Value {
    let mut span = json!({"start": mark.start, "end": mark.end});
    // Both, or none: the last token is inside.
    if let (Some(first), Some(last)) = (token("start", mark.start), token("end", mark.end)) {
        span["token_start"] = json!(first);
        span["token_end"] = json!(last);
    }
    span["label"] = json!(mark.label);
    span
}

fn fresh(item: &Item, _: usize) -> Value {
    let words = item.words.as_deref().unwrap_or_default();
    let chars: Vec<char> = item.text.chars().collect();
    let token = |(id, (start, end)): (usize, &(usize, usize))| {
        let text: String = chars[*start..*end].iter().collect();
        json!({"text": text, "start": start, "end": end, "id": id, "ws": chars.get(*end) == Some(&' ')})
    };
    let tokens: Vec<Value> = words.iter().enumerate().map(token).collect();
    let at = |key: &str, at: usize| match key {
        "start" => words.iter().position(|w| w.0 == at),
        _ => words.iter().position(|w| w.1 == at),
    };
    let spans: Vec<Value> = item.marks.iter().map(|m| span(m, at)).collect();
    let mut record = json!({"text": item.text, "tokens": tokens, "spans": spans, "answer": "accept"});
    if !item.name.is_empty() {
        record["meta"] = json!({"id": item.name});
    }
    record
}
