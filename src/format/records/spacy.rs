//! spaCy 2's training tuples: `["text", {"entities": [[0, 4, "ORG"]]}]`, as pairs in an array or one a line, or as Python has them.

use super::json::Shape;
use super::{Dialect, Item, Mark, put_into};
use crate::format::{Format, Holds, Write};
use serde_json::{Value, json};

/// Training tuples.
pub const SPACY_JSON: Format = Format {
    name: "spacy-json",
    what: "spaCy 2: training tuples, as JSON or Python",
    extensions: &["json", "py"],
    recognises: |g| g.records.iter().any(is_pair),
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: Some(Write::Whole(|corpus, split, _| super::write(corpus, split, &DIALECT))),
    rewrite: Some(|source, current| super::rewrite(source, current, &DIALECT)),
    holds: Holds { overlaps: true, text: true, documents: true, spaced_labels: true, columns: 0 },
};

const DIALECT: Dialect = Dialect { format: SPACY_JSON, read, put, fresh, shape: Shape::Array };

fn is_pair(value: &Value) -> bool {
    value.get(0).is_some_and(Value::is_string) && value.get(1).and_then(|v| v.get("entities")).is_some()
}

fn mark(entry: &Value) -> Option<Mark> {
    let [start, end, label] = entry.as_array()?.as_slice() else { return None };
    let offset = |v: &Value| v.as_u64().and_then(|n| usize::try_from(n).ok());
    Some(Mark { start: offset(start)?, end: offset(end)?, label: label.as_str()?.to_owned(), surface: None })
}

fn read(value: &Value) -> Result<Item, String> {
    if !is_pair(value) {
        return Err("it is no pair of a text and its entities".into());
    }
    let text = value[0].as_str().unwrap_or_default().to_owned();
    let marks = value[1]["entities"].as_array().into_iter().flatten().filter_map(mark).collect();
    Ok(Item { text, marks, ..Item::default() })
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    if let Some(list) = record.get_mut(1).and_then(|v| v.get_mut("entities")).and_then(Value::as_array_mut) {
        put_into(list, gone, new, mark, triple);
    }
}

fn triple(m: &Mark) -> Value {
    json!([m.start, m.end, m.label])
}

fn fresh(item: &Item, _: usize) -> Value {
    json!([item.text, {"entities": item.marks.iter().map(triple).collect::<Vec<_>>()}])
}
