//! Vertex AI and AutoML: JSON lines of `textContent` with annotations of segments, or of `text_snippet` in the older form.

use super::{Context, Dialect, Item, Mark, entry, identity, string};
use crate::corpus::Split;
use crate::format::{Format, Holds, Recognition};
use serde_json::Value;

/// Vertex AI's import files.
pub const VERTEX: Format = Format {
    name: "vertex",
    what: "Vertex AI and AutoML: JSON lines of texts and segments",
    extensions: &["jsonl"],
    recognize: |g| {
        let fits = |v: &Value| string(v, "textContent").is_some() || v.pointer("/text_snippet/content").is_some();
        Recognition::when(g.records.iter().any(fits), Recognition::STRUCTURE, "key textContent or text_snippet")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: None,
    rewrite: None,
    holds: Holds::TEXTS,
};

const DIALECT: Dialect = Dialect {
    known: &["textContent", "textSegmentAnnotations", "text_snippet", "annotations", "dataItemResourceLabels"],
    classes: Some(super::Classes { read: classes, put: |_, _| {} }),
    ..Dialect::only_read(VERTEX, read)
};

fn classes(value: &Value) -> Vec<String> {
    let one = value.pointer("/classificationAnnotation/displayName").into_iter();
    let several = value.get("classificationAnnotations").and_then(Value::as_array).into_iter().flatten();
    let named = several.filter_map(|a| a.get("displayName"));
    one.chain(named).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `{"display_name": ..., "text_extraction": {"text_segment": {"start_offset": ..., "end_offset": ...}}}`.
fn old_span(annotation: &Value) -> Option<Vec<Mark>> {
    let segment = annotation.pointer("/text_extraction/text_segment")?;
    let label = string(annotation, "display_name").unwrap_or_default().to_owned();
    // A start of zero is left out.
    let start = segment.get("start_offset").map_or(Some(0), entry::offset)?;
    Some(vec![Mark { start, end: entry::offset(segment.get("end_offset")?)?, label, surface: None }])
}

/// A segment, of which a start of zero is left out.
fn span(annotation: &Value) -> Option<Vec<Mark>> {
    let label = string(annotation, "displayName").unwrap_or_default().to_owned();
    let start = annotation.get("startOffset").map_or(Some(0), entry::offset)?;
    Some(vec![Mark { start, end: entry::offset(annotation.get("endOffset")?)?, label, surface: None }])
}

fn read(value: &Value, _: &Context) -> Result<Item, String> {
    let old = value.pointer("/text_snippet/content").and_then(Value::as_str);
    let text = string(value, "textContent").or(old);
    let text = text.ok_or("there is no text under “textContent” or “text_snippet”; a text in the cloud is not read")?;
    let mut item = Item { text: text.to_owned(), name: identity(value), ..Item::default() };
    let list = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten();
    item.take(list("textSegmentAnnotations"), span);
    item.take(list("annotations"), old_span);
    let labels = value.get("dataItemResourceLabels").and_then(Value::as_object);
    let purpose = labels.into_iter().flatten().find(|(key, _)| key.ends_with("ml_use")).and_then(|(_, v)| v.as_str());
    item.split = purpose.map(|purpose| Split::from_file_name(purpose).unwrap_or_default());
    Ok(item)
}
