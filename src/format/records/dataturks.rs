//! Dataturks: JSON lines of `content` and `annotation`. Each annotation has a list of labels and points with inclusive
//! ends.

use super::{FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, get_str, get_usize, record_name};
use crate::format::{Capabilities, Detection, Format};
use serde_json::Value;

/// Export format of Dataturks.
pub const DATATURKS: Format = Format {
    name: "dataturks",
    description: "Dataturks: JSON lines of content and annotation",
    extensions: &["json"],
    detect: |g| {
        let fits = g.records.iter().any(|v| get_str(v, "content").is_some() && v.get("annotation").is_some());
        Detection::when(fits, Detection::STRUCTURE, "keys content and annotation")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec = RecordCodec {
    known_fields: &["content", "annotation"],
    inclusive_ends: true,
    ..RecordCodec::only_read(DATATURKS, read)
};

/// Returns the spans of an annotation: one for each label at each point.
fn spans(annotation: &Value) -> Option<Vec<RecordSpan>> {
    let labels: Vec<&str> = match annotation.get("label")? {
        Value::String(label) => vec![label],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut marks = Vec::new();
    for point in annotation.get("points")?.as_array()? {
        let (start, end) = (get_usize(point, "start")?, get_usize(point, "end")?);
        let surface = get_str(point, "text").map(str::to_owned);
        let mark = |label: &&str| RecordSpan { start, end, label: (*label).to_owned(), surface: surface.clone() };
        marks.extend(labels.iter().map(mark));
    }
    Some(marks)
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let text = get_str(value, "content").ok_or(RecordError::NoText("“content”"))?.to_owned();
    let annotations = value.get("annotation").and_then(Value::as_array);
    let is_picture = |a: &Value| a.pointer("/points/0/x").is_some();
    if annotations.into_iter().flatten().any(is_picture) {
        return Err(RecordError::Unsupported("the annotations are positions in an image, not in a text"));
    }
    let mut item = TextRecord { text, name: record_name(value), ..TextRecord::default() };
    item.take_spans(annotations.into_iter().flatten(), spans);
    Ok(item)
}
