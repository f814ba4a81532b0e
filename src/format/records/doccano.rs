//! doccano's JSON lines, of all its generations: `label` or `labels` as triples, `entities` as triples or objects,
//! `annotations` as objects. Labels of whole texts are words under `cats`, or in the list where spans would be.

use super::json::Shape;
use super::{Classes, Dialect, Item, Mark, as_triple, has_spans, marks_of, names, number, put_into, string, triple};
use crate::format::{Format, Holds, Write};
use serde_json::{Value, json};

/// doccano's export and import.
pub const DOCCANO: Format = Format {
    name: "doccano",
    what: "doccano: JSON lines of a text and its labels",
    extensions: &["jsonl", "json"],
    recognises: |g| g.records.iter().any(is_record),
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: Some(Write::Whole(|corpus, split, _| super::write(corpus, split, &DIALECT))),
    rewrite: Some(|source, current| super::rewrite(source, current, &DIALECT)),
    holds: Holds { classes: true, ..Holds::TEXTS },
};

/// The fields that are text, words and spans.
const KNOWN: &[&str] = &["text", "entities", "label", "labels", "annotations", "cats"];

const DIALECT: Dialect =
    Dialect { format: DOCCANO, read, put, known: KNOWN, classes: Some(CLASSES), fresh, shape: Shape::Lines };

/// Where records keep their spans, the newest first.
const KEYS: [&str; 4] = ["entities", "label", "labels", "annotations"];

fn is_record(value: &Value) -> bool {
    string(value, "text").is_some()
        && KEYS
            .iter()
            .any(|k| value.get(*k).and_then(Value::as_array).is_some_and(|l| l.iter().all(|v| any(v).is_some())))
}

/// Whether a record has spans as doccano keeps them.
pub(super) fn has_labels(value: &Value) -> bool {
    KEYS.iter().any(|key| has_spans(value, key, any))
}

/// An object with offsets, and a label by name or number.
fn object(entry: &Value) -> Option<Mark> {
    let (start, end) = (number(entry, "start_offset")?, number(entry, "end_offset")?);
    let label = entry.get("label")?;
    let label = label.as_str().map_or_else(|| label.to_string(), str::to_owned);
    Some(Mark { start, end, label, surface: None })
}

fn any(entry: &Value) -> Option<Mark> {
    triple(entry).or_else(|| object(entry))
}

/// Labels of the whole text: under `cats`, or among the spans.
const CLASSES: Classes = Classes { read: classes, put: put_classes };

fn classes(value: &Value) -> Vec<String> {
    lists().filter_map(|k| value.get(k)).flat_map(names).collect()
}

/// Where records may keep them.
fn lists() -> impl Iterator<Item = &'static str> {
    ["cats"].into_iter().chain(KEYS)
}

/// What went leaves the list that has it; what came goes into the first that has some, or into `cats`.
fn put_classes(record: &mut Value, classes: &[String]) {
    let before = self::classes(record);
    let first = lists().find(|k| record.get(*k).is_some_and(|list| !names(list).is_empty()));
    let Some(fields) = record.as_object_mut() else { return };
    for key in lists() {
        if let Some(list) = fields.get_mut(key).and_then(Value::as_array_mut) {
            list.retain(|entry| entry.as_str().is_none_or(|name| classes.iter().any(|c| c == name)));
        }
    }
    let new = classes.iter().filter(|name| !before.contains(name)).map(|name| json!(name));
    // What is no list is something else, and stays.
    if let Some(list) = fields.entry(first.unwrap_or("cats")).or_insert_with(|| json!([])).as_array_mut() {
        list.extend(new);
    }
}

fn read(value: &Value) -> Result<Item, String> {
    let text = string(value, "text").ok_or("there is no text under “text”")?.to_owned();
    // Labels of the whole text are words.
    let entries = KEYS.iter().filter_map(|k| value.get(*k)?.as_array()).flatten().filter(|e| !e.is_string());
    let (marks, unread) = marks_of(entries, any);
    Ok(Item { text, marks, unread, ..Item::default() })
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    let Some(fields) = record.as_object_mut() else { return };
    let holds = |k: &&&str| fields.get(**k).is_some_and(Value::is_array);
    let key = KEYS.iter().find(holds).copied().unwrap_or("label");
    let list = fields.entry(key).or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else { return };
    let objects = key == "annotations" || list.iter().any(Value::is_object) || (key == "entities" && list.is_empty());
    let make = |m: &Mark| {
        if objects { json!({"label": m.label, "start_offset": m.start, "end_offset": m.end}) } else { as_triple(m) }
    };
    put_into(list, gone, new, any, make);
}

fn fresh(item: &Item, number: usize) -> Value {
    let labels: Vec<Value> = item.marks.iter().map(as_triple).collect();
    json!({"id": number + 1, "text": item.text, "label": labels})
}
