//! spaCy's training tuples: `["text", {"entities": [[0, 4, "ORG"]]}]`, as pairs in an array or one a line, or as Python has them. The
//! spans may stand in the second place directly, and tags of words in place of spans.

use super::json::Shape;
use super::{Classes, Context, Dialect, Item, Mark, categories, entry, put_into, tagged_marks};
use crate::format::{Format, Holds, Recognition, Write};
use serde_json::{Value, json};

/// Training tuples.
pub const SPACY_JSON: Format = Format {
    name: "spacy-json",
    what: "spaCy 2: training tuples, as JSON or Python",
    extensions: &["json", "py"],
    recognize: |g| {
        let fits = g.records.iter().any(is_pair);
        Recognition::when(fits, Recognition::STRUCTURE, "pairs of a text and its entities")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: Some(Write::Whole(|corpus, split, _| super::write(corpus, split, &DIALECT))),
    rewrite: Some(|source, current| super::rewrite(source, current, &DIALECT)),
    holds: Holds { classes: true, ..Holds::TEXTS },
};

const DIALECT: Dialect = Dialect {
    classes: Some(Classes { read: classes, put: put_classes }),
    ..Dialect::new(SPACY_JSON, read, put, fresh, Shape::Array)
};

/// A text, and what belongs to it.
fn is_pair(value: &Value) -> bool {
    let is_annotation = |second: &Value| {
        let is_empty =
            second.as_array().is_some_and(Vec::is_empty) || second.as_object().is_some_and(serde_json::Map::is_empty);
        ["entities", "cats"].iter().any(|key| second.get(*key).is_some()) || entry::is_list(second) || is_empty
    };
    let Some([text, second, ..]) = value.as_array().map(Vec::as_slice) else { return false };
    text.is_string() && is_annotation(second)
}

/// The list of spans.
fn entities(value: &Value) -> Option<&Vec<Value>> {
    value[1].as_array().or_else(|| value[1]["entities"].as_array())
}

fn classes(value: &Value) -> Vec<String> {
    let cats = value.get(1).and_then(|v| v.get("cats")).and_then(Value::as_object);
    cats.map_or_else(Vec::new, categories::names)
}

fn put_classes(record: &mut Value, classes: &[String]) {
    let Some(fields) = record.get_mut(1).and_then(Value::as_object_mut) else { return };
    if let Some(cats) = fields.entry("cats").or_insert_with(|| json!({})).as_object_mut() {
        categories::put(cats, classes);
    }
}

fn read(value: &Value, _: &Context) -> Result<Item, String> {
    if !is_pair(value) {
        return Err("it is no pair of a text and its entities".into());
    }
    let mut item = Item { text: value[0].as_str().unwrap_or_default().to_owned(), ..Item::default() };
    let all = entities(value).map_or(&[][..], Vec::as_slice);
    let strings = |list: &[Value]| list.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>();
    let words = value[1]["words"].as_array().and_then(|words| strings(words));
    match (words, strings(all)) {
        (Some(words), Some(tags)) if !tags.is_empty() => {
            item.marks = tagged_marks(&item.text, &words, &tags)?;
            item.read_only = Some("it has tags in place of spans");
        }
        _ => item.take(all.iter(), entry::spans),
    }
    Ok(item)
}

fn put(record: &mut Value, gone: &[Mark], new: &[Mark]) {
    let list = match &mut record[1] {
        Value::Array(list) => Some(list),
        fields => fields.get_mut("entities").and_then(Value::as_array_mut),
    };
    if let Some(list) = list {
        let template = list.iter().find(|e| !e.is_string()).cloned();
        put_into(list, gone, new, entry::spans, |m| entry::like(template.as_ref(), m));
    }
}

fn fresh(item: &Item, _: usize) -> Value {
    json!([item.text, {"entities": item.marks.iter().map(|m| entry::like(None, m)).collect::<Vec<_>>()}])
}
