//! Vertex AI and AutoML: JSON lines of `textContent` with annotated segments, or of `text_snippet` in the older
//! version.

use super::{FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, entry, get_str, record_name};
use crate::corpus::Split;
use crate::format::{Capabilities, Detection, Format};
use serde_json::Value;

/// Import files of Vertex AI.
pub const VERTEX: Format = Format {
    name: "vertex",
    description: "Vertex AI and AutoML: JSON lines of texts and segments",
    extensions: &["jsonl"],
    detect: |g| {
        let fits = |v: &Value| get_str(v, "textContent").is_some() || v.pointer("/text_snippet/content").is_some();
        Detection::when(g.records.iter().any(fits), Detection::STRUCTURE, "key textContent or text_snippet")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec = RecordCodec {
    known_fields: &["textContent", "textSegmentAnnotations", "text_snippet", "annotations", "dataItemResourceLabels"],
    doc_labels: Some(super::DocLabelCodec { read: classes, put: |_, _| {} }),
    ..RecordCodec::only_read(VERTEX, read)
};

fn classes(value: &Value) -> Vec<String> {
    let one = value.pointer("/classificationAnnotation/displayName").into_iter();
    let several = value.get("classificationAnnotations").and_then(Value::as_array).into_iter().flatten();
    let named = several.filter_map(|a| a.get("displayName"));
    one.chain(named).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns a span: `{"display_name": ..., "text_extraction": {"text_segment": {"start_offset": ..., "end_offset":
/// ...}}}`.
fn old_span(annotation: &Value) -> Option<Vec<RecordSpan>> {
    let segment = annotation.pointer("/text_extraction/text_segment")?;
    let label = get_str(annotation, "display_name").unwrap_or_default().to_owned();
    // A start of zero is omitted.
    let start = segment.get("start_offset").map_or(Some(0), entry::offset)?;
    Some(vec![RecordSpan { start, end: entry::offset(segment.get("end_offset")?)?, label, surface: None }])
}

/// Returns the span of a segment. A start of zero is omitted.
fn span(annotation: &Value) -> Option<Vec<RecordSpan>> {
    let label = get_str(annotation, "displayName").unwrap_or_default().to_owned();
    let start = annotation.get("startOffset").map_or(Some(0), entry::offset)?;
    Some(vec![RecordSpan { start, end: entry::offset(annotation.get("endOffset")?)?, label, surface: None }])
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let old = value.pointer("/text_snippet/content").and_then(Value::as_str);
    let text = get_str(value, "textContent").or(old);
    let fields = "“textContent” or “text_snippet”; texts in cloud storage are not read";
    let text = text.ok_or(RecordError::NoText(fields))?;
    let mut item = TextRecord { text: text.to_owned(), name: record_name(value), ..TextRecord::default() };
    let list = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten();
    item.take_spans(list("textSegmentAnnotations"), span);
    item.take_spans(list("annotations"), old_span);
    let labels = value.get("dataItemResourceLabels").and_then(Value::as_object);
    let purpose = labels.into_iter().flatten().find(|(key, _)| key.ends_with("ml_use")).and_then(|(_, v)| v.as_str());
    item.split = purpose.map(|purpose| Split::from_file_name(purpose).unwrap_or_default());
    Ok(item)
}
