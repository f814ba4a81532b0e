//! spaCy 2's training tuples: `["text", {"entities": [[0, 4, "ORG"]]}]`, as pairs in an array or one a line, or as Python has them.

use super::json::Shape;
use super::{Classes, Dialect, Item, Mark, as_triple, marks_of, put_into, triple};
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
    holds: Holds { classes: true, ..Holds::TEXTS },
};

/// The fields that are text, words and spans.
const KNOWN: &[&str] = &[];

const DIALECT: Dialect =
    Dialect { format: SPACY_JSON, read, put, known: KNOWN, classes: Some(CLASSES), fresh, shape: Shape::Array };

fn is_pair(value: &Value) -> bool {
    value.get(0).is_some_and(Value::is_string) && value.get(1).and_then(|v| v.get("entities")).is_some()
}

/// Labels of the whole text: the categories that hold.
const CLASSES: Classes = Classes { read: classes, put: put_classes };

/// Whether a category with this score holds.
fn holds(score: &Value) -> bool {
    score.as_bool().unwrap_or_else(|| score.as_f64().is_some_and(|v| v >= 0.5))
}

fn classes(value: &Value) -> Vec<String> {
    let cats = value.get(1).and_then(|v| v.get("cats")).and_then(Value::as_object);
    cats.into_iter().flatten().filter(|(_, v)| holds(v)).map(|(name, _)| name.clone()).collect()
}

/// Those that hold now get 1, those that do no more 0; the others keep their scores.
fn put_classes(record: &mut Value, classes: &[String]) {
    let Some(fields) = record.get_mut(1).and_then(Value::as_object_mut) else { return };
    let Some(cats) = fields.entry("cats").or_insert_with(|| json!({})).as_object_mut() else { return };
    for (name, score) in cats.iter_mut().filter(|(name, score)| holds(score) != classes.contains(name)) {
        *score = json!(if classes.contains(name) { 1.0 } else { 0.0 });
    }
    for name in classes {
        cats.entry(name).or_insert_with(|| json!(1.0));
    }
}

fn read(value: &Value) -> Result<Item, String> {
    if !is_pair(value) {
        return Err("it is no pair of a text and its entities".into());
    }
    let text = value[0].as_str().unwrap_or_default().to_owned();
    let (marks, unread) = marks_of(value[1]["entities"].as_array().into_iter().flatten(), triple);
    Ok(Item { text, marks, unread, ..Item::default() })
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    if let Some(list) = record.get_mut(1).and_then(|v| v.get_mut("entities")).and_then(Value::as_array_mut) {
        put_into(list, gone, new, triple, as_triple);
    }
}

fn fresh(item: &Item, _: usize) -> Value {
    json!([item.text, {"entities": item.marks.iter().map(as_triple).collect::<Vec<_>>()}])
}
