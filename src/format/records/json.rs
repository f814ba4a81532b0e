//! JSON records of a file: one per line, the elements of an array, or of arrays under known names (`data`, `train`,
//! `test`). Python literals are supported too.

use super::{Problem, RecordError, python_literal};
use crate::corpus::Split;
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::ops::Range;

/// Arrangement of the records in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum JsonLayout {
    /// One record per line.
    Lines,
    /// One array of records.
    Array,
}

/// Unparsed record with its position.
#[derive(Clone, Debug)]
pub(in crate::format) struct RawRecord<'a> {
    /// Index from 0. Unreadable records are counted.
    pub number: usize,
    /// First line, from 1.
    pub line: usize,
    /// Byte range in the file.
    pub range: Range<usize>,
    /// Text of the record.
    pub text: &'a str,
    /// Split by the name of its array.
    pub split: Option<Split>,
}

/// Names of record arrays in the object of a file.
const ARRAYS: [&str; 15] = [
    "data",
    "train",
    "training",
    "dev",
    "valid",
    "validation",
    "test",
    "annotations",
    "records",
    "examples",
    "tasks",
    "documents",
    "utterances",
    "common_examples",
    "PubTator3",
];

/// Keys of a record. The object of a file of records does not have them.
const RECORD_KEYS: [&str; 8] =
    ["text", "tokens", "words", "fields", "passages", "text_snippet", "tokenized_text", "paragraphs"];

/// Keys of a record, if their values are strings.
const TEXT_KEYS: [&str; 6] = ["content", "full_text", "sentence", "source-ref", "textContent", "document"];

/// Names of objects that contain record arrays.
const WRAPPERS: [&str; 1] = ["rasa_nlu_data"];

/// Splits a file into its unparsed records.
///
/// # Errors
/// Returns an error with its position if the JSON or Python data is invalid.
pub(in crate::format) fn split_records(text: &str) -> Result<Vec<RawRecord<'_>>, Problem> {
    if python_literal::is_python(text) {
        return python_records(text);
    }
    if is_array(text) {
        let elements = elements_of(text)
            .map_err(|e| Problem::at(e.line(), 0, format!("invalid JSON at character {} ({e})", e.column())))?;
        return Ok(with_lines(text, elements.into_iter().map(|e| (byte_range_in(text, e), None))));
    }
    if let Some(records) = records_in_object(text) {
        return Ok(records);
    }
    match stream(text) {
        Some(records) => Ok(records),
        None => lines(text),
    }
}

/// Returns the values of a text of concatenated JSON objects, each over several lines. `None` if the first line is a
/// complete value or not an object.
fn stream(text: &str) -> Option<Vec<RawRecord<'_>>> {
    let begin = text.len() - text.trim_start_matches('\u{feff}').len();
    let first = text[begin..].trim_start().lines().next()?;
    if !first.starts_with('{') || serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok() {
        return None;
    }
    let mut ranges = Vec::new();
    for value in serde_json::Deserializer::from_str(&text[begin..]).into_iter::<&RawValue>() {
        ranges.push((byte_range_in(text, value.ok()?), None));
    }
    (ranges.len() > 1).then(|| with_lines(text, ranges.into_iter()))
}

/// Maximum number of records of any size. If there are more, each must have at least [`MIN_RECORD_BYTES`].
const MAX_SHORT_RECORDS: usize = 1 << 20;
/// Minimum size of a record in a long list. Shorter records hold no text, and their list needs a multiple of their size
/// in memory.
const MIN_RECORD_BYTES: usize = 8;

/// Returns the error message for too many short records.
fn too_short(count: usize) -> String {
    format!("most of the first {count} entries are too short to be records; remove empty entries")
}

/// Returns the elements of an array.
fn elements_of(text: &str) -> Result<Vec<&RawValue>, serde_json::Error> {
    struct Elements(usize);
    impl<'de> Visitor<'de> for Elements {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut elements = Vec::new();
            let mut bytes = 0;
            while let Some(element) = list.next_element::<&RawValue>()? {
                bytes += element.get().len();
                elements.push(element);
                if elements.len() > self.0 && bytes / MIN_RECORD_BYTES < elements.len() {
                    return Err(serde::de::Error::custom(too_short(elements.len())));
                }
            }
            Ok(elements)
        }
    }
    let mut from = serde_json::Deserializer::from_str(text);
    let elements = from.deserialize_seq(Elements(MAX_SHORT_RECORDS))?;
    from.end()?;
    Ok(elements)
}

/// Returns the byte range of a value that is borrowed from a text.
fn byte_range_in(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + part.get().len()
}

/// Returns records with their line numbers. The ranges must be in ascending order.
fn with_lines(text: &str, ranges: impl Iterator<Item = (Range<usize>, Option<Split>)>) -> Vec<RawRecord<'_>> {
    let mut line = 1;
    let mut at = 0;
    let record = |(number, (range, split)): (usize, (Range<usize>, Option<Split>))| {
        line += text.as_bytes()[at..range.start].iter().filter(|b| **b == b'\n').count();
        at = range.start;
        RawRecord { number, line, text: &text[range.clone()], range, split }
    };
    ranges.enumerate().map(record).collect()
}

/// Returns the records of a file with one object: the elements of its arrays, or the object. `None` if it is not one
/// object.
fn records_in_object(text: &str) -> Option<Vec<RawRecord<'_>>> {
    let fields: HashMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let has_text = |key: &&str| fields.get(*key).is_some_and(|value| value.get().starts_with('"'));
    let is_task = fields.get("data").is_some_and(|value| value.get().starts_with('{'));
    let is_record = is_task || RECORD_KEYS.iter().any(|k| fields.contains_key(*k)) || TEXT_KEYS.iter().any(has_text);
    let mut arrays: Vec<(Range<usize>, Option<Split>)> = Vec::new();
    for (_, inner) in fields.iter().filter(|(name, _)| WRAPPERS.contains(&name.as_str())) {
        let inside: HashMap<String, &RawValue> = serde_json::from_str(inner.get()).unwrap_or_default();
        for (_, value) in inside.iter().filter(|(name, _)| ARRAYS.contains(&name.as_str())) {
            let elements = elements_of(value.get()).unwrap_or_default();
            arrays.extend(elements.into_iter().map(|e| (byte_range_in(text, e), None)));
        }
    }
    for (name, value) in fields.iter().filter(|(name, _)| !is_record && ARRAYS.contains(&name.as_str())) {
        let elements = elements_of(value.get()).unwrap_or_default();
        let split = Split::from_name(name);
        arrays.extend(elements.into_iter().map(|e| (byte_range_in(text, e), split)));
    }
    if arrays.is_empty() {
        let start = text.len() - text.trim_start().len();
        arrays.push((start..start + text.trim().len(), None));
    }
    arrays.sort_by_key(|(range, _)| range.start);
    Some(with_lines(text, arrays.into_iter()))
}

fn python_records(text: &str) -> Result<Vec<RawRecord<'_>>, Problem> {
    let lists = python_literal::lists(text, 0);
    if let Some((at, reason)) = lists.iter().find_map(|l| l.error.clone()) {
        let line = text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
        return Err(Problem::at(
            line,
            0,
            format!("invalid Python data ({reason}); only lists of literals are supported"),
        ));
    }
    // The file name determines the split of a single list, not the variable name.
    let are_several = lists.len() > 1;
    let elements = lists.into_iter().flat_map(move |l| {
        let split = Split::from_file_name(l.name).filter(|_| are_several);
        l.elements.into_iter().map(move |(range, _)| (range, split))
    });
    Ok(with_lines(text, elements))
}

/// True if a file is one array. An array that begins with a string is a record (pairs of spaCy, one per line).
fn is_array(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix('[');
    inside.is_some_and(|rest| !rest.trim_start().starts_with('"'))
}

fn lines(text: &str) -> Result<Vec<RawRecord<'_>>, Problem> {
    let mut at = 0;
    let mut number = 0;
    let mut records = Vec::new();
    for (line, whole) in (1..).zip(text.split_inclusive('\n')) {
        let start = at + (whole.len() - whole.trim_start().len());
        let trimmed = whole.trim();
        at += whole.len();
        if trimmed.is_empty() {
            continue;
        }
        records.push(RawRecord { number, line, range: start..start + trimmed.len(), text: trimmed, split: None });
        number += 1;
        if number > MAX_SHORT_RECORDS && at / MIN_RECORD_BYTES < number {
            return Err(Problem::at(line, 0, too_short(number)));
        }
    }
    Ok(records)
}

/// Parses a record.
///
/// # Errors
/// Returns the line in the file and the reason if the record is invalid.
pub(in crate::format) fn parse(record: &RawRecord) -> Result<Value, (usize, RecordError)> {
    if is_too_much(record.text) {
        return Err((record.line, RecordError::TooManyValues(MAX_VALUES)));
    }
    serde_json::from_str(record.text).or_else(|e| {
        if let Some(value) = replace_lone_surrogates(record.text).and_then(|text| serde_json::from_str(&text).ok()) {
            return Ok(value);
        }
        let line = record.line + e.line().saturating_sub(1);
        let broken = || (line, RecordError::Json { character: e.column(), reason: e.to_string() });
        python_literal::literal(record.text).ok_or_else(broken)
    })
}

/// Replaces escaped lone surrogates in a JSON text with U+FFFD, in the same number of bytes. They do not encode a
/// character. `None` if the text has no lone surrogates.
fn replace_lone_surrogates(text: &str) -> Option<String> {
    let escape = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\').map(|n| at + n) {
        at = match (escape(found), escape(found + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => found + 12,
            (Some(0xd800..0xe000), _) => {
                out.push_str(&text[copied..found]);
                out.push_str("\\ufffd");
                copied = found + 6;
                copied
            }
            // Escape sequence of one character.
            _ => found + 1 + text[found + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    out.push_str(&text[copied..]);
    (copied > 0).then_some(out)
}

/// True if a record has escaped lone surrogates.
pub(in crate::format) fn has_lone_surrogates(record: &RawRecord) -> bool {
    (record.text.contains("\\ud") || record.text.contains("\\uD")) && replace_lone_surrogates(record.text).is_some()
}

/// Maximum number of values in a record. In memory, a value needs a multiple of its bytes.
const MAX_VALUES: usize = 8 << 20;

/// True if a JSON text has more than [`MAX_VALUES`] values.
pub(in crate::format) fn is_too_much(text: &str) -> bool {
    if text.len() / 2 <= MAX_VALUES {
        return false;
    }
    let (mut values, mut inside, mut escaped) = (1usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b',' | b':' | b'[' | b'{' if !inside => values += 1,
            _ => {}
        }
    }
    values > MAX_VALUES
}

/// Serializes a value in the notation of the record: JSON or Python.
pub(in crate::format) fn serialize_like(record: &RawRecord, value: &Value) -> String {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(record.text).is_ok();
    if is_json { value.to_string() } else { python_literal::to_python(value) }
}

/// Returns the first records of the beginning of a file, which can be truncated anywhere.
pub(in crate::format) fn first_records(head: &str) -> Vec<Value> {
    if python_literal::is_python(head) {
        return python_literal::lists(head, SAMPLED_RECORDS)
            .into_iter()
            .flat_map(|l| l.elements)
            .map(|(_, v)| v)
            .take(SAMPLED_RECORDS)
            .collect();
    }
    if let Some(rest) = head.trim_start().strip_prefix('[').filter(|_| is_array(head)) {
        return array_elements(rest);
    }
    let parsed = |records: Vec<RawRecord>| {
        records.iter().take(SAMPLED_RECORDS).filter_map(|r| parse(r).ok()).collect::<Vec<_>>()
    };
    if let Some(records) = records_in_object(head) {
        return parsed(records);
    }
    if let Some(records) = stream(head) {
        return parsed(records);
    }
    let of_lines = parsed(lines(head).unwrap_or_default());
    if of_lines.iter().any(|v| v.is_object() || v.is_array()) { of_lines } else { records_of_truncated_object(head) }
}

/// Maximum number of sampled records.
const SAMPLED_RECORDS: usize = 5;

/// Returns the first elements of an array, up to a truncation. `inside` begins after the bracket.
fn array_elements(inside: &str) -> Vec<Value> {
    let mut rest = inside;
    let mut found = Vec::new();
    while found.len() < SAMPLED_RECORDS {
        rest = rest.trim_start_matches([',', ' ', '\n', '\r', '\t']);
        let Some((value, after)) = next(rest) else { break };
        rest = after;
        found.push(value);
    }
    found
}

/// Returns the JSON value at the beginning of a text, and the rest of the text.
fn next(text: &str) -> Option<(Value, &str)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = stream.next()?.ok()?;
    Some((value, &text[stream.byte_offset()..]))
}

/// Returns the first records of a truncated object: the elements of its first non-empty array.
fn records_of_truncated_object(head: &str) -> Vec<Value> {
    let Some(mut rest) = head.trim_start().strip_prefix('{') else { return Vec::new() };
    while let Some((Value::String(name), after)) = next(rest.trim_start_matches([',', ' ', '\n', '\r', '\t'])) {
        let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else { break };
        let inside = value.strip_prefix('[').filter(|_| ARRAYS.contains(&name.as_str()));
        let found = match inside {
            Some(inside) => array_elements(inside),
            None if WRAPPERS.contains(&name.as_str()) => records_of_truncated_object(value),
            None => Vec::new(),
        };
        if !found.is_empty() {
            return found;
        }
        let Some((_, after)) = next(value) else { break };
        rest = after;
    }
    Vec::new()
}

/// Writes records one by one to a new file. All records at once would need many times the memory of the file.
pub(in crate::format) fn write(records: impl Iterator<Item = Value>, shape: JsonLayout) -> Vec<u8> {
    let (begin, between, end) = match shape {
        JsonLayout::Lines => ("", "\n", "\n"),
        JsonLayout::Array => ("[\n", ",\n", "\n]\n"),
    };
    let mut out = begin.as_bytes().to_vec();
    let mut count = 0;
    for record in records {
        if count > 0 {
            out.extend_from_slice(between.as_bytes());
        }
        out.extend_from_slice(record.to_string().as_bytes());
        count += 1;
    }
    if count > 0 || shape == JsonLayout::Array {
        out.extend_from_slice(end.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpaired_surrogates_are_replaced() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(replace_lone_surrogates(text).as_deref(), expected, "{text}")
        };
        check(r#""a \ud83d b""#, Some(r#""a \ufffd b""#));
        check(r#""\udc00\uD83D""#, Some(r#""\ufffd\ufffd""#));
        check(r#""\ud83d\ude00 \\ud83d""#, None);
        check(r#""\u00e9 \n""#, None);
    }

    #[test]
    fn splits_records_by_line_or_element() {
        let check = |text: &str, expected: &[(usize, &str)]| {
            let found = split_records(text).expect("records");
            let shown: Vec<(usize, &str)> = found.iter().map(|r| (r.line, r.text)).collect();
            assert_eq!(shown, expected, "{text}");
            assert!(found.iter().all(|r| &text[r.range.clone()] == r.text));
        };
        check("{\"a\":1}\n\n {\"b\":2}\r\n", &[(1, "{\"a\":1}"), (3, "{\"b\":2}")]);
        check("[{\"a\":1},\n {\"b\":2}]", &[(1, "{\"a\":1}"), (2, "{\"b\":2}")]);
        check("[\n[\"a\",{}],\n[\"b\",{}]\n]\n", &[(2, "[\"a\",{}]"), (3, "[\"b\",{}]")]);
        check("[\"a\",{}]\n[\"b\",{}]\n", &[(1, "[\"a\",{}]"), (2, "[\"b\",{}]")]);
        check("{broken\n{\"b\":2}", &[(1, "{broken"), (2, "{\"b\":2}")]);
        check("{\n\"a\":1}\n{\n\"b\":2}\n", &[(1, "{\n\"a\":1}"), (3, "{\n\"b\":2}")]);
        assert_eq!(split_records("[{\"a\":1},\n {]").expect_err("broken").line, 2);
        assert_eq!(first_records("[{\"a\":1}, {\"b\":2}, {\"c\"").len(), 2);
    }
}
