//! Prodigy JSON lines: a text, its spans, often its tokens, and the answer of the annotator.

use super::json::JsonLayout;
use super::{
    DocLabelCodec, FieldPlace, FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, doccano, entry, get_str,
    get_usize, record_name, string_list, update_span_list,
};
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Writer};
use serde_json::{Value, json};

/// Format of Prodigy `db-out` and `db-in`.
pub const PRODIGY: Format = Format {
    name: "prodigy",
    description: "Prodigy: JSON lines of a text, its tokens and spans",
    extensions: &["jsonl"],
    detect: |g| Detection::when(g.records.iter().any(is_record), Detection::STRUCTURE, "Prodigy keys"),
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: Some(Writer::SingleFile(|corpus, split, _| super::write(corpus, split, &CODEC))),
    rewrite: Some(|source, current| super::rewrite(source, current, &CODEC)),
    capabilities: Capabilities {
        doc_labels: true,
        fields: true,
        token_boundaries: true,
        ..Capabilities::OFFSET_FORMAT
    },
};

/// Fields of the text, tokens and spans.
const KNOWN: &[&str] = &["text", "tokens", "spans", "answer", "accept", "meta"];

const CODEC: RecordCodec = RecordCodec {
    known_fields: KNOWN,
    fields: FieldPlace::Object("meta"),
    doc_labels: Some(DocLabelCodec { read: classes, put: put_classes }),
    ..RecordCodec::new(PRODIGY, read, put, fresh, JsonLayout::Lines)
};

fn is_record(value: &Value) -> bool {
    // An empty list is not evidence if the labels are in another field.
    let is_empty = value.get("spans").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let is_answered = matches!(get_str(value, "answer"), Some("accept" | "reject" | "ignore"));
    let is_marked = is_answered || value.get("_input_hash").is_some();
    get_str(value, "text").is_some() && (is_marked || has_labels(value) || (is_empty && !doccano::has_labels(value)))
}

/// True if a record has spans in the Prodigy notation.
pub(super) fn has_labels(value: &Value) -> bool {
    let is_span =
        |s: &Value| get_usize(s, "start").is_some() && get_usize(s, "end").is_some() && get_str(s, "label").is_some();
    value.get("spans").and_then(Value::as_array).is_some_and(|l| !l.is_empty() && l.iter().all(is_span))
}

/// Returns the document labels: the accepted options of a choice, or the accepted label of a binary task.
fn classes(value: &Value) -> Vec<String> {
    if is_rejected_or_ignored(value) {
        return Vec::new();
    }
    let alone = get_str(value, "label").filter(|_| value.get("spans").is_none()).map(str::to_owned);
    value.get("accept").map_or_else(|| alone.into_iter().collect(), string_list)
}

fn put_classes(record: &mut Value, classes: &[String]) {
    mark_accepted(record);
    let options = record.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    // Prodigy displays only options.
    let known = |name: &&String| options.iter().any(|o| get_str(o, "id") == Some(name));
    let new = classes.iter().filter(|name| !known(name)).map(|name| json!({"id": name, "text": name}));
    let options: Vec<Value> = options.iter().cloned().chain(new).collect();
    if let Some(fields) = record.as_object_mut() {
        fields.insert("accept".into(), json!(classes));
        fields.insert("options".into(), Value::Array(options));
    }
}

/// True if the annotator rejected or ignored the record. Its content is then not a decision.
fn is_rejected_or_ignored(record: &Value) -> bool {
    matches!(get_str(record, "answer"), Some("reject" | "ignore"))
}

/// Marks a rejected or ignored record as accepted, and removes its rejected spans.
fn mark_accepted(record: &mut Value) {
    if !is_rejected_or_ignored(record) {
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

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let text = get_str(value, "text").ok_or(RecordError::NoText("“text”"))?.to_owned();
    let list = |key: &str| value.get(key).and_then(Value::as_array);
    let words = list("tokens")
        .map(|all| all.iter().filter_map(|t| Some((get_usize(t, "start")?, get_usize(t, "end")?))).collect());
    let name = value.get("meta").map(record_name).filter(|name| !name.is_empty()).unwrap_or_else(|| record_name(value));
    let mut item = TextRecord { text, words, name, ..TextRecord::default() };
    // A rejected span is wrong, and an ignored text was not reviewed: neither is a decision.
    match get_str(value, "answer") {
        Some("reject") => item.notes.push((NoteKind::RejectedRecord, item.text.clone())),
        Some("ignore") => item.notes.push((NoteKind::IgnoredRecord, item.text.clone())),
        _ => {
            let words = item.words.clone().unwrap_or_default();
            item.take_spans(list("spans").into_iter().flatten(), |span| {
                entry::spans(span).or_else(|| by_tokens(span, &words))
            });
        }
    }
    Ok(item)
}

/// Returns a span that has only token indices, without offsets.
fn by_tokens(span: &Value, words: &[(usize, usize)]) -> Option<Vec<RecordSpan>> {
    let (first, last) = (get_usize(span, "token_start")?, get_usize(span, "token_end")?);
    let (start, end) = (words.get(first)?.0, words.get(last)?.1);
    let label = get_str(span, "label")?.to_owned();
    Some(vec![RecordSpan { start, end, label, surface: None }])
}

fn put(record: &mut Value, removed: &[RecordSpan], new: &[RecordSpan]) {
    let tokens = record.get("tokens").and_then(Value::as_array).cloned().unwrap_or_default();
    mark_accepted(record);
    let Some(fields) = record.as_object_mut() else { return };
    let spans = fields.entry("spans").or_insert_with(|| json!([]));
    if spans.is_null() {
        *spans = json!([]);
    }
    let Some(list) = spans.as_array_mut() else { return };
    update_span_list(list, removed, new, entry::spans, |m| {
        span(m, |key, at| tokens.iter().position(|t| get_usize(t, key) == Some(at)))
    });
}

/// Returns a span; `token` returns the index of the token with this start or end offset.
fn span(mark: &RecordSpan, token: impl Fn(&str, usize) -> Option<usize>) -> Value {
    let mut span = json!({"start": mark.start, "end": mark.end});
    // Both indices or none; the last token is inclusive.
    if let (Some(first), Some(last)) = (token("start", mark.start), token("end", mark.end)) {
        span["token_start"] = json!(first);
        span["token_end"] = json!(last);
    }
    span["label"] = json!(mark.label);
    span
}

fn fresh(item: &TextRecord, _: usize) -> Value {
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
    let spans: Vec<Value> = item.spans.iter().map(|m| span(m, at)).collect();
    let mut record = json!({"text": item.text, "tokens": tokens, "spans": spans, "answer": "accept"});
    if !item.name.is_empty() {
        record["meta"] = json!({"id": item.name});
    }
    record
}
