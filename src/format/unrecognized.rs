//! Error for a file in an unknown format: the kind of the file, or the position of its syntax error.

use super::conll::{ColumnLayout, ColumnOptions};
use super::decode::binary_kind;
use super::detection::begins_as_json;
use super::documents::office;
use super::inline::OTHER_XML;
use super::records::{json, python_literal};
use super::{Problem, SourceInput};
use serde_json::Value;
use serde_json::value::RawValue;

/// Returns the reason if no format recognizes a file.
pub(super) fn reason(source: &SourceInput) -> Problem {
    if let Some(kind) = office::of_old(source.bytes) {
        return Problem::at(0, 0, format!("this is {kind}"));
    }
    if let Some(kind) = binary_kind(source.bytes) {
        return Problem::at(0, 0, format!("the file is {kind}, not text; choose a text file"));
    }
    let decoded = match source.decode() {
        Ok(decoded) => decoded,
        Err(problem) => return problem,
    };
    let extension = source.name.rsplit_once('.').map_or("", |(_, e)| e);
    let is_named_json = ["json", "jsonl", "ndjson"].iter().any(|e| extension.eq_ignore_ascii_case(e));
    if begins_as_json(&decoded.text) || is_named_json {
        return json_reason(&decoded.text);
    }
    if let Some((_, what)) = OTHER_XML.iter().find(|(mark, _)| decoded.text.contains(mark)) {
        return Problem::at(0, 0, format!("unsupported format: {what}"));
    }
    if decoded.text.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml")
        || extension.eq_ignore_ascii_case("xml")
    {
        let cause = "unknown XML format without entity tags; convert it to a supported one (see `tagwright formats`)";
        return Problem::at(0, 0, cause);
    }
    if ["yml", "yaml"].iter().any(|e| extension.eq_ignore_ascii_case(e)) {
        return Problem::at(0, 0, "this YAML has no Rasa examples (nlu)");
    }
    if python_literal::is_python(&decoded.text)
        && let Err(problem) = json::split_records(&decoded.text)
    {
        return problem;
    }
    match ColumnLayout::detect(&decoded.text, ColumnOptions::default()) {
        Err(problem) => problem,
        Ok(_) => Problem::at(0, 0, "unknown format; set --from (see `tagwright formats`)"),
    }
}

/// Returns the position of a JSON syntax error, or else the keys of the first record.
fn json_reason(text: &str) -> Problem {
    let text = text.trim_start_matches('\u{feff}');
    match json_values(text) {
        Err(problem) => problem,
        Ok(first) => {
            let keys = first.as_ref().map_or_else(Vec::new, keys);
            let known = if keys.is_empty() { "no keys".to_owned() } else { format!("the keys {}", keys.join(", ")) };
            let cause = "unknown JSON format: no texts or tokens with labels in known fields";
            Problem::at(0, 0, format!("{cause}; the records have {known}"))
        }
    }
}

/// Validates all JSON values of a text and returns the first record.
fn json_values(text: &str) -> Result<Option<Value>, Problem> {
    let broken = |line: usize, e: &serde_json::Error| {
        Problem::at(line + e.line().saturating_sub(1), 0, format!("invalid JSON at character {} ({e})", e.column()))
    };
    // One record per line, unless the first line is only a part of a value.
    let mut lines = (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty()).peekable();
    let is_whole = |line: &str| {
        let line = line.trim_end();
        (line.starts_with('{') && line.ends_with('}')) || (line.starts_with("[\"") && line.ends_with(']'))
    };
    if lines.peek().is_some_and(|(_, line)| is_whole(line)) {
        let mut first = None;
        for (number, line) in lines {
            let value: &RawValue = serde_json::from_str(line).map_err(|e| broken(number, &e))?;
            first = first.or_else(|| serde_json::from_str(value.get()).ok());
        }
        return Ok(first);
    }
    let mut first = None;
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let value = value.map_err(|e| broken(1, &e))?;
        first = first.or_else(|| serde_json::from_str(value.get()).ok());
    }
    Ok(first)
}

/// Returns the quoted keys of a record, or of the first record in a list.
fn keys(value: &Value) -> Vec<String> {
    /// Maximum number of named keys.
    const NAMED: usize = 8;
    match value {
        Value::Object(fields) => fields.keys().take(NAMED).map(|key| format!("“{key}”")).collect(),
        Value::Array(list) => list.first().map_or_else(Vec::new, keys),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Split;

    #[test]
    fn unrecognized_files_report_reason_and_position() {
        let check = |name: &str, text: &str, expected: &str| {
            let problem = reason(&SourceInput::from_bytes(text.as_bytes(), name, Split::Train, 0)).to_string();
            assert!(problem.contains(expected), "{problem}");
        };
        check("a.jsonl", "{\"a\": 1}\n{\"b\": }\n", "line 2: invalid JSON at character 7");
        check("a.json", "[\n {\"a\": 1},\n {\"b\": [1}\n]", "line 3: invalid JSON");
        check("a.json", "{\n \"name\": \"x\",\n \"note\": 1\n}", "the keys “name”, “note”");
        check("a.json", "[{\"price\": 1}]", "the keys “price”");
        check("a.txt", "{\"a\" 1}", "line 1");
        check("a", "just\nwords\nhere\n", "one column");
        check("a.rtf", "{\\rtf1\\ansi Anna}", "an RTF document");
    }
}
