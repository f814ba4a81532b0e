//! A file's JSON records: one a line, or the elements of an array.

use super::Problem;
use serde_json::Value;
use serde_json::value::RawValue;
use std::ops::Range;

/// How a file holds its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Shape {
    /// One a line.
    Lines,
    /// An array.
    Array,
}

/// A record and where it lies.
#[derive(Clone, Debug)]
pub(in crate::format) struct Record<'a> {
    /// Counts from 0, also those that cannot be read.
    pub number: usize,
    /// Line of its beginning, from 1.
    pub line: usize,
    /// Its bytes in the file.
    pub range: Range<usize>,
    /// Its text.
    pub text: &'a str,
}

/// The records of a file, still to be parsed.
///
/// # Errors
/// An array that is none: where and why.
pub(in crate::format) fn records(text: &str) -> Result<Vec<Record<'_>>, Problem> {
    if !is_array(text) {
        return Ok(lines(text));
    }
    let elements: Vec<&RawValue> = serde_json::from_str(text)
        .map_err(|e| Problem::at(e.line(), 0, format!("the JSON is broken at character {} ({e})", e.column())))?;
    let mut line = 1;
    let mut at = 0;
    let record = |(number, element): (usize, &&RawValue)| {
        let element = element.get();
        // Elements are borrowed from the text, so their place in it is theirs in memory.
        let start = element.as_ptr().addr() - text.as_ptr().addr();
        line += text.as_bytes()[at..start].iter().filter(|b| **b == b'\n').count();
        at = start;
        Record { number, line, range: start..start + element.len(), text: &text[start..start + element.len()] }
    };
    Ok(elements.iter().enumerate().map(record).collect())
}

/// Whether a file is one array. One that begins with a text is a record by itself (spaCy's pairs, one a line).
fn is_array(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix('[');
    inside.is_some_and(|rest| !rest.trim_start().starts_with('"'))
}

fn lines(text: &str) -> Vec<Record<'_>> {
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
        records.push(Record { number, line, range: start..start + trimmed.len(), text: trimmed });
        number += 1;
    }
    records
}

/// A record's value.
///
/// # Errors
/// Its line in the file and what is wrong.
pub(in crate::format) fn parse(record: &Record) -> Result<Value, (usize, String)> {
    serde_json::from_str(record.text).map_err(|e| {
        let line = record.line + e.line().saturating_sub(1);
        (line, format!("the JSON is broken at character {} ({e})", e.column()))
    })
}

/// The first records of the beginning of a file, which may be cut anywhere.
pub(in crate::format) fn first(head: &str) -> Vec<Value> {
    const LOOKED_AT: usize = 5;
    let trimmed = head.trim_start();
    if let Some(rest) = trimmed.strip_prefix('[').filter(|_| is_array(head)) {
        // Elements up to the cut.
        let mut rest = rest.trim_start_matches([',', ' ', '\n', '\r', '\t']);
        let mut found = Vec::new();
        while found.len() < LOOKED_AT && !rest.is_empty() {
            let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let Some(Ok(value)) = stream.next() else { break };
            rest = rest[stream.byte_offset()..].trim_start_matches([',', ' ', '\n', '\r', '\t']);
            found.push(value);
        }
        return found;
    }
    lines(head).iter().take(LOOKED_AT).filter_map(|r| parse(r).ok()).collect()
}

/// Records as a new file.
pub(in crate::format) fn write(records: &[Value], shape: Shape) -> Vec<u8> {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    match shape {
        Shape::Lines => lines.iter().flat_map(|l| [l.as_bytes(), b"\n"].concat()).collect(),
        Shape::Array => format!("[\n{}\n]\n", lines.join(",\n")).into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_lines_or_elements() {
        let check = |text: &str, expected: &[(usize, &str)]| {
            let found = records(text).expect("records");
            let shown: Vec<(usize, &str)> = found.iter().map(|r| (r.line, r.text)).collect();
            assert_eq!(shown, expected, "{text}");
            assert!(found.iter().all(|r| &text[r.range.clone()] == r.text));
        };
        check("{\"a\":1}\n\n {\"b\":2}\r\n", &[(1, "{\"a\":1}"), (3, "{\"b\":2}")]);
        check("[{\"a\":1},\n {\"b\":2}]", &[(1, "{\"a\":1}"), (2, "{\"b\":2}")]);
        check("[\n[\"a\",{}],\n[\"b\",{}]\n]\n", &[(2, "[\"a\",{}]"), (3, "[\"b\",{}]")]);
        check("[\"a\",{}]\n[\"b\",{}]\n", &[(1, "[\"a\",{}]"), (2, "[\"b\",{}]")]);
        check("{broken\n{\"b\":2}", &[(1, "{broken"), (2, "{\"b\":2}")]);
        assert_eq!(records("[{\"a\":1},\n {]").expect_err("broken").line, 2);
        assert_eq!(first("[{\"a\":1}, {\"b\":2}, {\"c\"").len(), 2);
    }
}
