//! Formats of JSON records, each a text with spans. A file has one record per line, or one array of records.
//!
//! `json` splits a file into records with their byte ranges. A `RecordCodec` converts a record of a format to a
//! `TextRecord` and back. All other steps are the same for all formats and are implemented here. Offsets are
//! converted once their unit is known, which requires all records ([`super::offsets`]). An unreadable record stays in
//! the file and is reported; so is an unreadable span.

mod add_texts;
mod argilla;
mod bioc;
pub(super) mod categories;
mod cluener;
mod dataturks;
pub(super) mod doccano;
pub(super) mod entry;
pub(super) mod fields;
mod ground_truth;
pub(super) mod json;
pub(super) mod label_studio;
mod luis;
mod prodigy;
pub(super) mod python_literal;
mod rasa;
mod spacy;
mod spacy_doc;
mod tags;
mod text_field;
mod text_record;
mod vertex;

pub use argilla::ARGILLA;
pub use bioc::BIOC_JSON;
pub use cluener::CLUENER;
pub use dataturks::DATATURKS;
pub use doccano::DOCCANO;
pub use ground_truth::GROUND_TRUTH;
pub use label_studio::LABEL_STUDIO;
pub use luis::LUIS;
pub use prodigy::PRODIGY;
pub(super) use rasa::read_rasa;
pub use spacy::SPACY_JSON;
pub use spacy_doc::SPACY_DOC_JSON;
pub use vertex::VERTEX;

use add_texts::{OffsetConvention, byte_range};
pub(super) use add_texts::{SourceText, add_texts};
pub(super) use fields::{FieldPlace, scalar_fields};
use tags::tagged_marks;
use text_field::{text_field, text_fields};
pub(super) use text_record::{RecordSpan, TextRecord};

use super::note::NoteKind;
use super::offsets::{OffsetMap, OffsetUnit, to_offsets};
use super::read_report::quote;
use super::record_error::RecordError;
use super::tagged::{TextChunk, text_changed_error, text_chunks};
use super::{Format, Problem, ReadReport, RewriteContext, SourceInput};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, Field, Span, Split};
use json::{JsonLayout, RawRecord};
use serde_json::Value;
use std::collections::HashMap;

/// Properties of a file that are determined before its records are read.
#[derive(Clone, Debug, Default)]
pub(super) struct FileContext {
    /// Field with the text.
    pub text_field: Option<String>,
}

/// Reader and writer of the records of one format.
pub(super) struct RecordCodec {
    pub format: Format,
    /// Inspects the first records of a file whose field names are not fixed.
    pub context: Option<fn(&[Value]) -> FileContext>,
    /// Reads a record; the error is the reason if it is invalid.
    pub read: fn(&Value, &FileContext) -> Result<TextRecord, RecordError>,
    /// Removes spans from a record and adds others. Everything else is kept.
    pub update_spans: fn(record: &mut Value, missing: &[RecordSpan], new: &[RecordSpan]),
    /// Reader and writer of document labels; `None` if the format has no such labels.
    pub doc_labels: Option<DocLabelCodec>,
    /// Fields of the text, tokens and spans.
    pub known_fields: &'static [&'static str],
    /// Place of the other fields of a record.
    pub fields: FieldPlace,
    /// True if a key at that place is part of the format.
    pub is_own_field: fn(&Value, &FileContext, &str) -> bool,
    /// Creates a new record; the number counts from 0.
    pub new_record: fn(&TextRecord, usize) -> Value,
    /// Layout of a new file.
    pub layout: JsonLayout,
    /// True if ends are inclusive by default, when no span contains its text.
    pub inclusive_ends: bool,
}

impl RecordCodec {
    /// Returns a codec for texts without document labels.
    const fn new(
        format: Format,
        read: fn(&Value, &FileContext) -> Result<TextRecord, RecordError>,
        put: fn(&mut Value, &[RecordSpan], &[RecordSpan]),
        fresh: fn(&TextRecord, usize) -> Value,
        shape: JsonLayout,
    ) -> Self {
        Self {
            format,
            context: None,
            read,
            update_spans: put,
            doc_labels: None,
            known_fields: &[],
            fields: FieldPlace::Nowhere,
            is_own_field: |_, _, _| false,
            new_record: fresh,
            layout: shape,
            inclusive_ends: false,
        }
    }

    /// Returns a codec for a read-only format.
    const fn only_read(format: Format, read: fn(&Value, &FileContext) -> Result<TextRecord, RecordError>) -> Self {
        Self::new(format, read, |_, _, _| {}, |_, _| Value::Null, JsonLayout::Lines)
    }
}

/// Reader and writer of document labels.
pub(super) struct DocLabelCodec {
    /// Returns the document labels of a record.
    pub read: fn(&Value) -> Vec<String>,
    /// Replaces the document labels of a record.
    pub put: fn(record: &mut Value, classes: &[String]),
}

/// Reads the intent of an utterance as its document label. Formats of utterances are read-only.
const INTENT: DocLabelCodec = DocLabelCodec {
    read: |value| get_str(value, "intent").filter(|intent| !intent.is_empty()).map(str::to_owned).into_iter().collect(),
    put: |_, _| {},
};

/// Parses a record.
fn parse_record(value: &Value, codec: &RecordCodec, context: &FileContext) -> Result<TextRecord, RecordError> {
    let mut item = (codec.read)(value, context)?;
    if let Some(classes) = &codec.doc_labels {
        item.doc_labels = (classes.read)(value);
    }
    item.split = item.split.or_else(|| split_of(value));
    item.fields = codec.fields.read(value, |key| (codec.is_own_field)(value, context, key));
    item.remove_duplicates();
    item.count_in_words(value);
    Ok(item)
}

/// Keys of the split of a record.
const SPLIT_KEYS: [&str; 4] = ["split", "subset", "partition", "fold"];

/// Returns the split of a record.
pub(super) fn split_of(value: &Value) -> Option<Split> {
    let names = SPLIT_KEYS.into_iter().filter_map(|key| get_str(value, key));
    names.filter_map(|name| Split::from_name(&name.trim().to_lowercase())).next()
}

/// Keys of the id or title of a record, the most likely first.
const NAME_KEYS: [&str; 6] = ["title", "id", "doc_id", "document_id", "docid", "_id"];

/// Returns the id or title of a record. Empty without one.
fn record_name(value: &Value) -> String {
    let named = NAME_KEYS.into_iter().find_map(|key| match value.get(key)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    });
    named.unwrap_or_default()
}

/// Returns the id of a new record: the document name, as a number if possible, or else the record number from 1.
fn new_id(item: &TextRecord, number: usize) -> Value {
    match item.name.parse::<u64>() {
        Ok(id) => id.into(),
        Err(_) if item.name.is_empty() => (number + 1).into(),
        Err(_) => item.name.as_str().into(),
    }
}

/// Returns the context that the first records determine.
fn context(records: &[RawRecord], codec: &RecordCodec) -> FileContext {
    /// Maximum number of records to inspect.
    const MAX_CHECKED_RECORDS: usize = 200;
    let first = || records.iter().take(MAX_CHECKED_RECORDS).filter_map(|r| json::parse(r).ok()).collect::<Vec<Value>>();
    codec.context.map_or_else(FileContext::default, |context| context(&first()))
}

/// Returns the records of a file. Invalid records are reported as problems.
fn parse_records<'t>(
    text: &'t str,
    codec: &RecordCodec,
    found: &mut ReadReport,
) -> Result<Vec<(RawRecord<'t>, TextRecord)>, Problem> {
    let mut items = Vec::new();
    // Fields with more than a string or a number, and the number of labels that were read.
    let (mut lists, mut labels): (Vec<String>, usize) = (Vec::new(), 0);
    let records = json::split_records(text)?;
    let context = context(&records, codec);
    let mut annotators: HashMap<String, String> = HashMap::new();
    for record in records {
        if record.text == "null" || record.text == "None" {
            found.notes.add(NoteKind::IgnoredRecord, || format!("line {}: {}", record.line, record.text));
            continue;
        }
        let read = json::parse(&record).and_then(|value| {
            parse_record(&value, codec, &context).map(|item| (value, item)).map_err(|reason| (record.line, reason))
        });
        match read {
            Ok((value, item)) => {
                let is_kept =
                    |key: &str| codec.fields == FieldPlace::Record && item.fields.iter().any(|(name, _)| name == key);
                let is_known = |key: &str| codec.known_fields.iter().any(|known| key.ends_with(known)) || is_kept(key);
                let others = value.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| !is_known(key));
                for key in others {
                    let is_list = |v: &Value| {
                        v.as_array().is_some_and(|l| !l.is_empty()) || v.as_object().is_some_and(|o| !o.is_empty())
                    };
                    if value.get(key).is_some_and(is_list) && !lists.contains(key) {
                        lists.push(key.clone());
                    }
                    found.note_unsupported(format!("“{key}”"));
                }
                if let Some((of, by)) = annotation_of(&value)
                    && annotators.entry(of).or_insert_with(|| by.clone()) != &by
                {
                    found.notes.add(NoteKind::RepeatedText, || format!("line {}: {}", record.line, quote(&by)));
                }
                labels += item.spans.len() + item.doc_labels.len();
                for (kind, example) in &item.notes {
                    found.notes.add(*kind, || format!("line {}: {}", record.line, quote(example)));
                }
                for entry in &item.unread {
                    found.push_problem(record.line, 0, || {
                        format!("{} is not a span; skipped, kept in the file", quote(entry))
                    });
                }
                if json::has_lone_surrogates(&record) {
                    found.push_problem(record.line, 0, || "unpaired surrogate, read as U+FFFD".into());
                }
                items.push((record, item));
            }
            Err((line, reason)) => {
                found.push_problem(line, 0, || format!("{reason}; record skipped, kept in the file"))
            }
        }
    }
    lists.retain(|key| !["meta", "metadata", "tokens", "options", "Comments"].contains(&key.as_str()));
    if labels == 0 && !lists.is_empty() {
        found.notes.add(NoteKind::PossibleLabels, || format!("no labels; fields not read: {}", lists.join(", ")));
    }
    Ok(items)
}

/// Returns the input hash and the annotator of a Prodigy record.
fn annotation_of(value: &Value) -> Option<(String, String)> {
    let annotator = ["_annotator_id", "_session_id"].into_iter().find_map(|key| get_str(value, key))?;
    Some((value.get("_input_hash")?.to_string(), annotator.to_owned()))
}

fn read(source: &SourceInput, corpus: &mut Corpus, codec: &RecordCodec) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::new(codec.format);
    let items = parse_records(&decoded.text, codec, &mut found)?;
    if items.is_empty() {
        let first = found.problems.first().map_or_else(|| "no records".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no valid record ({}): {first}", codec.format.description)));
    }
    found.note_encoding(&decoded);
    let texts = items.into_iter().map(|(record, item)| {
        let split = record.split.or(item.split).unwrap_or(source.split);
        SourceText { split, line: record.line, place: record.number, item }
    });
    add_texts(source, corpus, &mut found, texts.collect(), codec.inclusive_ends)?;
    Ok(found)
}

fn rewrite(source: &SourceInput, current: &RewriteContext, codec: &RecordCodec) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let items = parse_records(text, codec, &mut ReadReport::new(codec.format))?;
    let (measure, _) =
        OffsetConvention::detect(items.iter().map(|(_, item)| item), source.options.offset_unit, codec.inclusive_ends);
    let documents: HashMap<usize, &Document> = current.documents().map(|d| (d.source_index as usize, d)).collect();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (record, item) in &items {
        let Some(document) = documents.get(&record.number) else { continue };
        let measure = measure.detect_for_record(item);
        let name = |s: &Span| current.corpus.labels.name(s.label).to_owned();
        let now = measure.record_spans(&item.text, &document.spans, name);
        let ruler = OffsetMap::new(&item.text, measure.unit);
        let is_taken = |m: &&RecordSpan| !m.label.trim().is_empty() && byte_range(item, m, measure, &ruler).is_some();
        let there = item.spans.iter().filter(is_taken);
        let (missing, new) = diff_spans(there, &now, |m| byte_range(item, m, measure, &ruler));
        let classes: Vec<String> = current.corpus.doc_label_names(document).cloned().collect();
        let other = codec.doc_labels.as_ref().filter(|_| !same_set(&classes, &item.doc_labels));
        if missing.is_empty() && new.is_empty() && other.is_none() {
            continue;
        }
        if item.text != document.text {
            return Err(text_changed_error(record.line));
        }
        if let Some(reason) = item.read_only {
            return Err(Problem::at(
                record.line,
                0,
                format!("the record cannot be changed in place: {reason}; save a copy"),
            ));
        }
        if json::has_lone_surrogates(record) {
            let reason = "the record has an unpaired surrogate and cannot be written unchanged; save a copy";
            return Err(Problem::at(record.line, 0, reason));
        }
        let mut value = json::parse(record).map_err(|(line, reason)| Problem::at(line, 0, reason.to_string()))?;
        if !missing.is_empty() || !new.is_empty() {
            (codec.update_spans)(&mut value, &missing, &new);
        }
        if let Some(other) = other {
            (other.put)(&mut value, &classes);
        }
        out.push_str(&text[copied..record.range.start]);
        out.push_str(&json::serialize_like(record, &value));
        copied = record.range.end;
    }
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

/// True if two lists have the same names, in any order and number.
fn same_set(a: &[String], b: &[String]) -> bool {
    a.iter().all(|name| b.contains(name)) && b.iter().all(|name| a.contains(name))
}

/// Returns the removed and the added spans. Spans are compared by range and label.
fn diff_spans<'m>(
    there: impl Iterator<Item = &'m RecordSpan>,
    now: &[RecordSpan],
    place: impl Fn(&RecordSpan) -> Option<(u32, u32)>,
) -> (Vec<RecordSpan>, Vec<RecordSpan>) {
    let key = |m: &RecordSpan| (place(m), m.label.clone());
    let mut left: HashMap<_, Vec<&RecordSpan>> = HashMap::new();
    for mark in now {
        left.entry(key(mark)).or_default().push(mark);
    }
    let mut missing = Vec::new();
    for mark in there {
        if left.get_mut(&key(mark)).and_then(Vec::pop).is_none() {
            missing.push(mark.clone());
        }
    }
    let mut new: Vec<RecordSpan> = left.into_values().flatten().cloned().collect();
    new.sort_by_key(|m| (m.start, m.end));
    (missing, new)
}

fn write(corpus: &Corpus, split: Option<Split>, codec: &RecordCodec) -> Vec<u8> {
    let parts = text_chunks(corpus, split);
    let record = |(number, part): (usize, &TextChunk)| {
        let item = record_of_chunk(corpus, part);
        let mut value = (codec.new_record)(&item, number);
        if let Some(classes) = codec.doc_labels.as_ref().filter(|_| !item.doc_labels.is_empty()) {
            (classes.put)(&mut value, &item.doc_labels);
        }
        codec.fields.write(&mut value, &part.document.fields);
        value
    };
    let records = parts.iter().enumerate().map(record);
    json::write(records, codec.layout)
}

/// Returns the texts of a corpus, or of one split, with offsets in code points and the other fields of their records.
pub(super) fn texts(corpus: &Corpus, split: Option<Split>) -> Vec<(TextRecord, &[Field])> {
    text_chunks(corpus, split).iter().map(|part| (record_of_chunk(corpus, part), &*part.document.fields)).collect()
}

/// Returns a text chunk as a record with offsets in code points.
fn record_of_chunk(corpus: &Corpus, part: &TextChunk) -> TextRecord {
    let (document, range) = (part.document, part.text.clone());
    let text = document.text[range.clone()].to_owned();
    let from = to_u32(range.start);
    let within = |s: &&Span| s.start as usize >= range.start && s.end as usize <= range.end;
    let spans: Vec<Span> = document.spans[part.spans.clone()]
        .iter()
        .filter(within)
        .map(|s| Span { start: s.start - from, end: s.end - from, ..*s })
        .collect();
    let marks = OffsetConvention::default().record_spans(&text, &spans, |s| corpus.labels.name(s.label).to_owned());
    let words = &document.tokens[part.words.clone()];
    let bytes: Vec<u32> = words.iter().flat_map(|(a, b)| [a - from, b - from]).collect();
    let words = to_offsets(&text, &bytes, OffsetUnit::CodePoints).chunks_exact(2).map(|p| (p[0], p[1])).collect();
    let classes = corpus.doc_label_names(document).cloned().collect();
    // Only a complete document keeps its name.
    let name = if range.len() == document.text.len() { document.name.clone() } else { String::new() };
    TextRecord { text, spans: marks, doc_labels: classes, words: Some(words), name, ..TextRecord::default() }
}

/// Returns the strings of a list. Other entries are ignored.
fn string_list(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns a non-negative integer field.
fn get_usize(value: &Value, key: &str) -> Option<usize> {
    entry::offset(value.get(key)?)
}

/// Returns a list field. Empty if the field is missing.
pub(super) fn get_list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns a string field.
pub(super) fn get_str<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// Removes spans from a list, including duplicates, and adds new ones. `marks` reads an entry.
fn update_span_list(
    list: &mut Vec<Value>,
    removed: &[RecordSpan],
    new: &[RecordSpan],
    marks: impl Fn(&Value) -> Option<Vec<RecordSpan>>,
    make: impl Fn(&RecordSpan) -> Value,
) {
    let mut new: Vec<&RecordSpan> = new.iter().collect();
    list.retain_mut(|entry| {
        let here = marks(entry).unwrap_or_default();
        let went = |m: &&RecordSpan| removed.iter().any(|g| (g.start, g.end, &g.label) == (m.start, m.end, &m.label));
        let left = here.iter().filter(|m| !went(m)).count();
        let mut stays = left;
        for mark in here.iter().filter(went) {
            // If only the label has changed, the entry keeps its other fields, its id and references to it.
            match new.iter().position(|m| (m.start, m.end) == (mark.start, mark.end)) {
                Some(next) => {
                    entry::relabel(entry, &mark.label, &new.remove(next).label);
                    stays += 1;
                }
                None if here.len() > 1 => entry::unlabel(entry, &mark.label),
                None => {}
            }
        }
        here.is_empty() || stays > 0
    });
    list.extend(new.into_iter().map(make));
}
