//! Dataturks: JSON lines of `content` and `annotation`, each with a list of labels and points whose ends are the last character.

use super::{Context, Dialect, Item, Mark, identity, number, string};
use crate::format::{Format, Holds, Recognition};
use serde_json::Value;

/// Dataturks' export.
pub const DATATURKS: Format = Format {
    name: "dataturks",
    what: "Dataturks: JSON lines of content and annotation",
    extensions: &["json"],
    recognize: |g| {
        let fits = g.records.iter().any(|v| string(v, "content").is_some() && v.get("annotation").is_some());
        Recognition::when(fits, Recognition::STRUCTURE, "keys content and annotation")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: None,
    rewrite: None,
    holds: Holds::TEXTS,
};

const DIALECT: Dialect =
    Dialect { known: &["content", "annotation"], inclusive: true, ..Dialect::only_read(DATATURKS, read) };

/// The spans of an annotation: one for each label at each point.
fn spans(annotation: &Value) -> Option<Vec<Mark>> {
    let labels: Vec<&str> = match annotation.get("label")? {
        Value::String(label) => vec![label],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut marks = Vec::new();
    for point in annotation.get("points")?.as_array()? {
        let (start, end) = (number(point, "start")?, number(point, "end")?);
        let surface = string(point, "text").map(str::to_owned);
        let mark = |label: &&str| Mark { start, end, label: (*label).to_owned(), surface: surface.clone() };
        marks.extend(labels.iter().map(mark));
    }
    Some(marks)
}

fn read(value: &Value, _: &Context) -> Result<Item, String> {
    let text = string(value, "content").ok_or("there is no text under “content”")?.to_owned();
    let annotations = value.get("annotation").and_then(Value::as_array);
    let is_picture = |a: &Value| a.pointer("/points/0/x").is_some();
    if annotations.into_iter().flatten().any(is_picture) {
        return Err("its annotations are places in a picture, not in a text".into());
    }
    let mut item = Item { text, name: identity(value), ..Item::default() };
    item.take(annotations.into_iter().flatten(), spans);
    Ok(item)
}
