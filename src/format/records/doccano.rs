//! JSON of texts with spans and document labels, under any of the usual keys. Examples: all versions of doccano, spaCy
//! annotation tools, exports of many programs, and plain lists of texts.

use super::json::JsonLayout;
use super::{
    DocLabelCodec, FieldPlace, FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, categories, entry,
    get_str, new_id, record_name, string_list, tagged_marks, update_span_list,
};
use crate::corpus::tag_notation::parse_tag;
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Writer};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Export and import format of doccano, and similar JSON.
pub const DOCCANO: Format = Format {
    name: "doccano",
    description: "doccano: JSON lines of a text and its labels",
    extensions: &["jsonl", "json"],
    detect: |glance| glance.records.iter().filter_map(recognize).max_by_key(|answer| answer.score),
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: Some(Writer::SingleFile(|corpus, split, _| super::write(corpus, split, &CODEC))),
    rewrite: Some(|source, current| super::rewrite(source, current, &CODEC)),
    capabilities: Capabilities { doc_labels: true, fields: true, ..Capabilities::OFFSET_FORMAT },
};

/// Fields of the text, tokens and spans.
const KNOWN: &[&str] = &["text", "entities", "label", "labels", "annotations", "cats"];

const CODEC: RecordCodec = RecordCodec {
    known_fields: KNOWN,
    fields: FieldPlace::Record,
    is_own_field,
    doc_labels: Some(DocLabelCodec { read: classes, put: put_classes }),
    ..RecordCodec::new(DOCCANO, read, put, fresh, JsonLayout::Lines)
};

/// Keys of the text, the most likely first.
const TEXTS: [&str; 13] = [
    "text",
    "content",
    "data",
    "full_text",
    "sentence",
    "source",
    "textContent",
    "document",
    "originalText",
    "original_text",
    "raw_text",
    "tweet",
    "review",
];

/// Keys of span lists, the newest of doccano first.
const SPANS: [&str; 14] = [
    "entities",
    "label",
    "labels",
    "annotations",
    "spans",
    "ents",
    "annotation",
    "tags",
    "ner",
    "results",
    "entity",
    "mentions",
    "entity_mentions",
    "golden_entity_mentions",
];

/// Keys of one document label, or of a list of document labels.
const CLASSES: [&str; 9] = ["cats", "label", "labels", "class", "category", "intent", "sentiment", "topic", "target"];

/// True if a key is that of the text, the spans or the document labels.
fn is_own_field(value: &Value, _: &FileContext, key: &str) -> bool {
    Some(key) == text_key(value) || SPANS.contains(&key) || CLASSES.contains(&key) || key == "tokens"
}

/// Returns the key of the text.
fn text_key(value: &Value) -> Option<&'static str> {
    let is_filled = |key: &&str| get_str(value, key).is_some_and(|text| !text.trim().is_empty());
    TEXTS.into_iter().find(is_filled).or_else(|| TEXTS.into_iter().find(|key| get_str(value, key).is_some()))
}

fn recognize(value: &Value) -> Option<Detection> {
    let key = text_key(value)?;
    let fits = |score, evidence: String| Some(Detection { score, evidence: evidence.into() });
    if let Some(spans) = SPANS.into_iter().find(|k| value.get(*k).is_some_and(entry::is_list)) {
        return fits(Detection::FITS, format!("texts in “{key}”, spans in “{spans}”"));
    }
    if SPANS.into_iter().any(|k| value.get(k).is_some_and(|v| spans_by_label(v).is_some_and(|s| !s.is_empty()))) {
        return fits(Detection::FITS, format!("texts in “{key}” with spans by label"));
    }
    if tags_of(value).is_some() {
        return fits(Detection::FITS, format!("texts in “{key}” with tags"));
    }
    if !classes(value).is_empty() {
        return fits(Detection::FITS, format!("texts in “{key}” with labels"));
    }
    let is_empty = |k: &str| value.get(k).is_some_and(|v| v.is_null() || v.as_array().is_some_and(Vec::is_empty));
    let is_usual = ["text", "content", "full_text", "sentence"].contains(&key);
    if SPANS.iter().any(|k| is_empty(k)) || is_usual {
        return fits(Detection::PARTLY, format!("texts in “{key}”"));
    }
    None
}

/// True if a record has spans under one of the usual keys.
pub(super) fn has_labels(value: &Value) -> bool {
    SPANS.iter().any(|key| value.get(*key).is_some_and(entry::is_list))
}

/// Returns the keys of lists that can contain document labels.
fn lists() -> impl Iterator<Item = &'static str> {
    ["cats"].into_iter().chain(SPANS)
}

/// Returns the key of a single document label that is a string.
pub(super) fn single_class(value: &Value) -> Option<&'static str> {
    CLASSES.into_iter().find(|key| get_str(value, key).is_some_and(|label| !label.trim().is_empty()))
}

/// Returns the key of a single document label, or of scores by label.
fn class_key(value: &Value) -> Option<&'static str> {
    CLASSES.into_iter().find(|key| {
        let is_label = |v: &Value| v.is_string() || v.is_u64() || v.is_boolean();
        value.get(*key).is_some_and(|v| is_label(v) || (*key == "cats" && v.is_object()))
    })
}

/// Returns the key and the tags for the words or characters of a text: a list, or a string separated by spaces.
fn tags_of(value: &Value) -> Option<(&'static str, Vec<String>)> {
    let text = get_str(value, text_key(value)?)?;
    let counts = [text.split_whitespace().count(), text.chars().count()];
    ["tags", "labels", "label", "ner_tags", "ner"].into_iter().find_map(|key| {
        let tags: Vec<String> = match value.get(key)? {
            Value::Array(list) => list.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
            _ => return None,
        };
        let are_tags = tags.len() > 1 && tags.iter().all(|tag| parse_tag(tag).is_ok());
        (are_tags && counts.contains(&tags.len())).then_some((key, tags))
    })
}

/// Returns spans from an object with a list of ranges per label: `{"PER": [[0, 4]]}`.
pub(in crate::format) fn spans_by_label(value: &Value) -> Option<Vec<RecordSpan>> {
    let labels = value.as_object().filter(|labels| !labels.is_empty())?;
    let mut marks = Vec::new();
    for (label, places) in labels {
        for place in places.as_array()? {
            let [start, end] = place.as_array()?.as_slice() else { return None };
            let (start, end) = (entry::offset(start)?, entry::offset(end)?);
            marks.push(RecordSpan { start, end, label: label.clone(), surface: None });
        }
    }
    Some(marks)
}

fn classes(value: &Value) -> Vec<String> {
    if tags_of(value).is_some() {
        return Vec::new();
    }
    let listed: Vec<String> = lists().filter_map(|k| value.get(k)).flat_map(string_list).collect();
    if !listed.is_empty() {
        return listed;
    }
    match class_key(value).map(|key| &value[key]) {
        Some(Value::Object(scores)) => categories::positive_names(scores),
        Some(Value::String(name)) if name.trim().is_empty() => Vec::new(),
        Some(Value::String(name)) => vec![name.clone()],
        Some(other) => vec![other.to_string()],
        None => Vec::new(),
    }
}

/// Updates the document labels. Removed labels are deleted from their lists. New labels go to the first non-empty list,
/// or to `cats`. A single label is replaced, by a list if there are several now.
fn put_classes(record: &mut Value, classes: &[String]) {
    let before = self::classes(record);
    let first = lists().find(|k| record.get(*k).is_some_and(|list| !string_list(list).is_empty()));
    let alone = class_key(record).filter(|_| first.is_none());
    let Some(fields) = record.as_object_mut() else { return };
    if let Some(value) = alone.and_then(|key| fields.get_mut(key)) {
        match (value, classes) {
            (Value::Object(scores), _) => categories::put(scores, classes),
            (value, []) => *value = Value::Null,
            (value, [only]) => {
                let number = only.parse::<u64>().ok().filter(|_| value.is_u64());
                *value = number.map_or_else(|| json!(only), |n| json!(n));
            }
            (value, several) => *value = json!(several),
        }
        return;
    }
    for key in lists() {
        if let Some(list) = fields.get_mut(key).and_then(Value::as_array_mut) {
            list.retain(|entry| entry.as_str().is_none_or(|name| classes.iter().any(|c| c == name)));
        }
    }
    let new = classes.iter().filter(|name| !before.contains(name)).map(|name| json!(name));
    // A value that is not a list has another meaning and is kept.
    if let Some(list) = fields.entry(first.unwrap_or("cats")).or_insert_with(|| json!([])).as_array_mut() {
        list.extend(new);
    }
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let key = text_key(value).ok_or(RecordError::NoText("“text” or another common field"))?;
    let text = get_str(value, key).unwrap_or_default().to_owned();
    if entry::spans(value).is_some_and(|spans| !spans.is_empty()) {
        let reason = "the record is a single span; put all spans of a text into one list";
        return Err(RecordError::Unsupported(reason));
    }
    let mut item = TextRecord { text, name: record_name(value), ..TextRecord::default() };
    // Strings in these lists are document labels.
    let of_spans = || SPANS.iter().filter_map(|k| value.get(*k)?.as_array()).flatten().filter(|e| !e.is_string());
    if let Some((_, tags)) = tags_of(value) {
        let words: Vec<String> = match item.text.split_whitespace().count() == tags.len() {
            true => item.text.split_whitespace().map(str::to_owned).collect(),
            false => item.text.chars().map(String::from).collect(),
        };
        item.spans = tagged_marks(&item.text, &words, &tags)?;
        item.read_only = Some("it has tags instead of spans");
        return Ok(item);
    }
    let by_label = SPANS.iter().find_map(|k| spans_by_label(value.get(*k)?));
    if let Some(marks) = by_label {
        item.spans = marks;
        item.read_only = Some("its spans are grouped by label");
        return Ok(item);
    }
    let others = SPANS.iter().filter_map(|k| value.get(*k)).filter(|v| v.as_object().is_some_and(|o| !o.is_empty()));
    item.unread.extend(others.map(Value::to_string));
    let users: HashSet<String> = of_spans().filter_map(|e| e.get("user").map(Value::to_string)).collect();
    if users.len() > 1 {
        item.notes.push((NoteKind::SecondAnnotator, format!("{} annotators", users.len())));
    }
    item.take_spans(of_spans(), entry::spans);
    // The fourth value of a list is a color if the text does not contain it.
    if of_spans().any(Value::is_array) {
        let TextRecord { text, spans: marks, .. } = &mut item;
        marks.iter_mut().for_each(|m| m.surface = m.surface.take().filter(|surface| text.contains(surface.as_str())));
    }
    Ok(item)
}

fn put(record: &mut Value, removed: &[RecordSpan], new: &[RecordSpan]) {
    let Some(fields) = record.as_object_mut() else { return };
    let has_spans = |k: &&&str| fields.get(**k).is_some_and(entry::is_list);
    let holds = |k: &&&str| fields.get(**k).is_some_and(Value::is_array);
    let key = SPANS.iter().find(has_spans).or_else(|| SPANS.iter().find(holds)).copied();
    let alone = ["label", "labels"].iter().find(|k| fields.get(**k).is_none_or(Value::is_null)).copied();
    let key = key.or(alone).unwrap_or("entities");
    let list = fields.entry(key).or_insert_with(|| json!([]));
    if list.is_null() {
        *list = json!([]);
    }
    let Some(list) = list.as_array_mut() else { return };
    let object = json!({"label": "", "start_offset": 0, "end_offset": 0});
    let wants_objects = key == "annotations" || (key == "entities" && list.is_empty());
    let template = list.iter().find(|e| !e.is_string()).cloned().or_else(|| wants_objects.then_some(object));
    update_span_list(list, removed, new, entry::spans, |m| entry::like(template.as_ref(), m));
}

fn fresh(item: &TextRecord, number: usize) -> Value {
    let labels: Vec<Value> = item.spans.iter().map(|m| entry::like(None, m)).collect();
    json!({"id": new_id(item, number), "text": item.text, "label": labels})
}
