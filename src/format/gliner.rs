//! GLiNER training data: records of `tokenized_text` and `ner`. An entry of `ner` has the indices of the first and the
//! last token, and the label. Spans can overlap.

use super::note::NoteKind;
use super::read_report::quote;
use super::record_error::RecordError;
use super::records::json::{self, JsonLayout, RawRecord};
use super::tagged::{SpanCursor, TaggedBuilder};
use super::token_list::check_tokens;
use super::{Capabilities, Detection, Format, Problem, ReadReport, RewriteContext, SourceInput, Writer};
use crate::corpus::{Corpus, Document, LabelId, LabelSet, Split, TokenSpan, TooManyLabels};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Records of tokens and spans by token indices.
pub const GLINER: Format = Format {
    name: "gliner",
    description: "GLiNER: JSON of tokens, and spans by token index",
    extensions: &["json", "jsonl"],
    detect: |g| {
        let fits = g.records.iter().any(|v| v.get(TOKENS_KEY).is_some_and(Value::is_array));
        Detection::when(fits, Detection::SIGNATURE, "key tokenized_text")
    },
    is_json: true,
    read,
    write: Some(Writer::SingleFile(|corpus, split, _| write(corpus, split))),
    rewrite: Some(rewrite),
    capabilities: Capabilities {
        overlapping_spans: true,
        labels_with_spaces: true,
        tokens_with_spaces: true,
        any_character: true,
        ..Capabilities::NONE
    },
};

const TOKENS_KEY: &str = "tokenized_text";
const SPANS_KEY: &str = "ner";

/// Returns the tokens of a record.
///
/// # Errors
/// Returns the reason if the record is not a sentence.
fn words(value: &Value) -> Result<Vec<&str>, RecordError> {
    let list = value.get(TOKENS_KEY).and_then(Value::as_array).ok_or(RecordError::NoList(TOKENS_KEY))?;
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    let words = words.ok_or(RecordError::Unsupported("an item of “tokenized_text” is not a string"))?;
    check_tokens(&words)?;
    Ok(words)
}

/// Reason why an entry is not a span.
#[derive(Debug, thiserror::Error)]
enum SpanError {
    #[error("{} is not a span of two integers and a label", quote(.0))]
    NotASpan(String),
    #[error("{} {first}..{last} is outside the {tokens} tokens", quote(label))]
    OutsideSentence { label: String, first: usize, last: usize, tokens: usize },
}

/// Returns the first token, the end (exclusive) and the label of an entry.
///
/// # Errors
/// Returns the reason if the entry is not a span within `tokens` tokens.
fn span(entry: &Value, tokens: usize) -> Result<(usize, usize, &str), SpanError> {
    let number = |i: usize| entry.get(i).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let (Some(first), Some(last), Some(label)) = (number(0), number(1), entry.get(2).and_then(Value::as_str)) else {
        return Err(SpanError::NotASpan(entry.to_string()));
    };
    if first > last || last >= tokens {
        return Err(SpanError::OutsideSentence { label: label.to_owned(), first, last, tokens });
    }
    Ok((first, last + 1, label))
}

/// Returns the entries of a record that are valid spans.
fn spans(value: &Value, words: usize) -> impl Iterator<Item = (usize, usize, &str)> {
    let all = entries(value).iter().filter_map(move |entry| span(entry, words).ok());
    all.filter(|(.., label)| !label.trim().is_empty())
}

fn entries(value: &Value) -> &[Value] {
    value.get(SPANS_KEY).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns the spans, sorted and without duplicates.
fn token_spans<'v>(
    spans: impl Iterator<Item = (usize, usize, &'v str)>,
    mut label: impl FnMut(&str) -> Result<LabelId, TooManyLabels>,
) -> Result<Vec<TokenSpan>, TooManyLabels> {
    let spans = spans.map(|(start, end, name)| Ok(TokenSpan { start, end, label: label(name)? }));
    let mut spans: Vec<TokenSpan> = spans.collect::<Result<_, _>>()?;
    spans.sort_unstable();
    spans.dedup();
    Ok(spans)
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut reader = TaggedBuilder::new(source, corpus, ReadReport::with_encoding(GLINER, &decoded));
    for record in json::split_records(&decoded.text)? {
        let value = match json::parse(&record) {
            Ok(value) => value,
            Err((line, reason)) => {
                reader.found.push_problem(line, 0, || format!("{reason}; record skipped, kept in the file"));
                continue;
            }
        };
        let words = match words(&value) {
            Ok(words) => words,
            Err(reason) => {
                reader.found.push_problem(record.line, 0, || format!("{reason}; record skipped, kept in the file"));
                continue;
            }
        };
        report_unread(&mut reader.found, &record, &value, words.len());
        let spans = token_spans(spans(&value, words.len()), |name| reader.corpus.labels.intern(name))?;
        let count = self::spans(&value, words.len()).count();
        reader.found.notes.add_many(NoteKind::DuplicateSpan, count - spans.len(), || format!("line {}", record.line));
        reader.start_split(record.split.unwrap_or(source.split));
        reader.push_sentence_of_spans(&words, &spans);
    }
    if reader.sentences() == 0 {
        let first = reader.found.problems.first().map_or_else(|| "no records".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no record has tokens: {first}")));
    }
    Ok(reader.finish())
}

/// Reports unknown fields of a record, and entries that are not spans.
fn report_unread(found: &mut ReadReport, record: &RawRecord, value: &Value, words: usize) {
    let others = value.as_object().into_iter().flatten().map(|(key, _)| key);
    others
        .filter(|key| *key != TOKENS_KEY && *key != SPANS_KEY)
        .for_each(|key| found.note_unsupported(format!("“{key}”")));
    if value.get(SPANS_KEY).is_some_and(|list| !list.is_array() && !list.is_null()) {
        found.push_problem(record.line, 0, || "“ner” is not a list; not read, kept in the file".into());
    }
    for entry in entries(value) {
        match span(entry, words) {
            Ok((.., label)) if label.trim().is_empty() => {
                found.notes.add(NoteKind::SpanWithoutLabel, || format!("line {}: {entry}", record.line));
            }
            Ok(_) => {}
            Err(reason) => found.push_problem(record.line, 0, || format!("{reason}; span skipped, kept in the file")),
        }
    }
}

fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let labels = &current.corpus.labels;
    let mut all = SpanCursor::new(current);
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut number) = (0, 0);
    for record in json::split_records(text)? {
        let Ok(mut value) = json::parse(&record) else { continue };
        let Ok(words) = words(&value) else { continue };
        let count = words.len();
        number += 1;
        let there: HashSet<(usize, usize, &str)> = spans(&value, count).collect();
        let says = |wanted: &[TokenSpan]| {
            let wanted: HashSet<_> = wanted.iter().map(|s| (s.start, s.end, labels.name(s.label))).collect();
            there == wanted
        };
        let Some(wanted) = all.spans_unless(number - 1, record.line, words.iter(), says)? else { continue };
        update_spans(&mut value, count, &wanted, labels);
        out.push_str(&text[copied..record.range.start]);
        out.push_str(&json::serialize_like(&record, &value));
        copied = record.range.end;
    }
    all.finish(number)?;
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

/// Removes old spans from a record and adds new ones. Invalid entries are kept.
fn update_spans(value: &mut Value, words: usize, wanted: &[TokenSpan], labels: &LabelSet) {
    let key = |s: &TokenSpan| (s.start, s.end, labels.name(s.label));
    let keep: HashSet<_> = wanted.iter().map(key).collect();
    let there: HashSet<(usize, usize, String)> =
        spans(value, words).map(|(start, end, label)| (start, end, label.to_owned())).collect();
    let Some(fields) = value.as_object_mut() else { return };
    let list = fields.entry(SPANS_KEY).or_insert_with(|| json!([]));
    if list.is_null() {
        *list = json!([]);
    }
    let Some(list) = list.as_array_mut() else { return };
    list.retain(|entry| span(entry, words).map_or(true, |s| s.2.trim().is_empty() || keep.contains(&s)));
    let is_new = |s: &&TokenSpan| !there.contains(&(s.start, s.end, labels.name(s.label).to_owned()));
    list.extend(wanted.iter().filter(is_new).map(|s| json!([s.start, s.end - 1, labels.name(s.label)])));
}

fn write(corpus: &Corpus, split: Option<Split>) -> Vec<u8> {
    let documents = corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s)));
    let sentences = documents.flat_map(|d| (0..d.len()).map(move |s| (d, s)));
    let record = |(d, s): (&Arc<Document>, usize)| {
        let entry = |s: &TokenSpan| json!([s.start, s.end - 1, corpus.labels.name(s.label)]);
        json!({TOKENS_KEY: d.sentence_tokens(s), SPANS_KEY: d.to_token_spans(s).iter().map(entry).collect::<Vec<_>>()})
    };
    json::write(sentences.map(record), JsonLayout::Array)
}
