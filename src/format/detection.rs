//! Recognition of the format of a file: each format answers with a score and its evidence, and the highest score wins.
//!
//! The content has more weight than the name: a file extension alone has the lowest score. A JSON file is only tested
//! against JSON formats ([`Preview::is_json`]).

use super::conll::ColumnLayout;
use super::records::{json, python_literal};
use super::{CONLL, FORMATS, Format, SourceInput};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Result of the detection by one format: the score (0 to 100) and the evidence for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// Confidence, 0 to 100: one of the constants, or a value between them.
    pub score: u8,
    /// The evidence in the file.
    pub evidence: Cow<'static, str>,
}

impl Detection {
    /// Bytes or a line that only this format has.
    pub const SIGNATURE: u8 = 100;
    /// Keys or a structure that only this format has.
    pub const STRUCTURE: u8 = 80;
    /// Lines or records that all fit the format.
    pub const FITS: u8 = 60;
    /// Lines or records of which most fit the format.
    pub const PARTLY: u8 = 40;
    /// The extension of the file, and nothing against it.
    pub const EXTENSION: u8 = 20;
    /// Less than an extension: chosen only if nothing else fits.
    pub const WEAK: u8 = 10;

    /// Returns a detection if the condition is true.
    pub fn when(holds: bool, score: u8, evidence: &'static str) -> Option<Self> {
        holds.then_some(Self { score, evidence: evidence.into() })
    }
}

/// Content of a file that the formats judge before one of them reads it.
pub struct Preview<'a> {
    /// The file name without the folder.
    pub name: &'a str,
    /// The extension of the name, in lower case.
    pub extension: &'a str,
    /// All bytes.
    pub bytes: &'a [u8],
    /// Beginning of the text. Empty if the bytes are not text.
    pub head: &'a str,
    /// The first JSON records.
    pub records: &'a [serde_json::Value],
    /// True if the text is JSON, or should be: by its first characters or by its extension.
    pub is_json: bool,
    /// Files in the same folder, by name.
    pub read_sibling: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    layout: OnceCell<Option<ColumnLayout>>,
}

impl Preview<'_> {
    /// The first line that is not blank, without surrounding space.
    pub fn first_line(&self) -> &str {
        self.lines().next().map_or("", str::trim)
    }

    /// The lines of the beginning that are not blank.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let head = self.head.trim_start_matches('\u{feff}');
        head.lines().filter(|line| !line.trim().is_empty())
    }

    /// True if the extension is one of these.
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        extensions.contains(&self.extension)
    }

    /// The layout of the columns, if the lines have a column of tags.
    pub fn layout(&self) -> Option<ColumnLayout> {
        *self.layout.get_or_init(|| ColumnLayout::detect(self.head, super::conll::ColumnOptions::default()).ok())
    }
}

/// Extensions of JSON files.
const JSON_EXTENSIONS: [&str; 4] = ["json", "jsonl", "ndjson", "ipynb"];

/// True if a text begins like JSON: an object with a key, or an array of objects, arrays, strings or nothing.
pub(super) fn begins_as_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let rest = |c: char| text.strip_prefix(c).map(str::trim_start);
    let is_key = |rest: &str| {
        let word = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        rest.starts_with(['"', '\'', '}']) || (word.len() < rest.len() && word.trim_start().starts_with(':'))
    };
    rest('{').is_some_and(is_key)
        || rest('[').is_some_and(|rest| {
            let nested = |r: &str| {
                r.trim_start().starts_with(['"', '[', '{', ']'])
                    || r.trim_start().starts_with(|c: char| c.is_ascii_digit())
            };
            rest.starts_with(['"', ']'])
                || rest.strip_prefix('{').is_some_and(|r| is_key(r.trim_start()))
                || rest.strip_prefix('[').is_some_and(nested)
        })
}

/// Returns the format of a file and the evidence for it. `None` if no format detects it.
pub(super) fn detect_with_evidence(source: &SourceInput) -> Option<(Format, Detection)> {
    with_preview(source, best_match)?
}

/// Returns the format that the structure of a file indicates, if the format set by the user does not detect the file.
pub(super) fn detect_other_than(source: &SourceInput, chosen: &Format) -> Option<(Format, Detection)> {
    let other = with_preview(source, |glance| (chosen.detect)(glance).map_or_else(|| best_match(glance), |_| None))?;
    other.filter(|(format, answer)| format != chosen && answer.score >= Detection::STRUCTURE)
}

/// Returns the format with the highest score. The first one wins among equal scores.
fn best_match(glance: &Preview) -> Option<(Format, Detection)> {
    let asked = FORMATS.iter().filter(|f| f.is_json || !glance.is_json);
    let answers = asked.filter_map(|f| (f.detect)(glance).map(|answer| (*f, answer)));
    answers.reduce(|best, next| if next.1.score > best.1.score { next } else { best })
}

/// Calls `judge` with the beginning of a file. `None` if its lines end with CR only, which no format supports.
fn with_preview<T>(source: &SourceInput, judge: impl FnOnce(&Preview) -> T) -> Option<T> {
    /// Minimum number of bytes to inspect. The preview extends to the end of the last line.
    const PREVIEW_BYTES: usize = 64 << 10;
    const MAX_LINE_BYTES: usize = 1 << 20;
    let beginning = SourceInput { bytes: head(source.bytes, PREVIEW_BYTES), ..*source };
    let decoded = beginning.decode();
    let head = decoded.as_ref().map_or("", |d| &d.text);
    let extension = source.name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    let is_json = begins_as_json(head) || (!head.is_empty() && JSON_EXTENSIONS.contains(&extension.as_str()));
    // JSON and Python records are inspected completely. A part is enough for other lines.
    let part = &head[..head.floor_char_boundary(MAX_LINE_BYTES)];
    let has_records = is_json || python_literal::is_python(part);
    let mut records = if has_records { json::first_records(head) } else { Vec::new() };
    // The first record is longer than the preview.
    if records.is_empty() && is_json && beginning.bytes.len() < source.bytes.len() {
        records = source.decode().map(|whole| json::first_records(&whole.text)).unwrap_or_default();
    }
    if !is_json && super::conll::has_cr_line_endings(part) {
        return None;
    }
    let glance = Preview {
        name: source.name,
        extension: &extension,
        bytes: source.bytes,
        head: part,
        records: &records,
        is_json,
        read_sibling: source.read_sibling,
        layout: OnceCell::new(),
    };
    Some(judge(&glance))
}

/// Returns the format of a file. The default is a column file.
pub fn detect_format(source: &SourceInput) -> Format {
    detect_with_evidence(source).map_or(CONLL, |(format, _)| format)
}

/// Returns at least `least` bytes, up to the end of a line. No record and no character is cut.
fn head(bytes: &[u8], least: usize) -> &[u8] {
    let end = bytes.iter().skip(least).position(|b| *b == b'\n').map_or(bytes.len(), |at| least + at + 1);
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_distinguished_from_brackets() {
        let check = |text: &str, expected: bool| assert_eq!(begins_as_json(text), expected, "{text}");
        for json in [
            "{\"a\": 1}",
            "\u{feff}[\n {\"a\": 1}]",
            "[[\"a\", 1]]",
            "[\"a\", {}]",
            "{}",
            "[]",
            "{tokens: [O]}",
            "{'a': 1}",
        ] {
            check(json, true);
        }
        for other in
            ["[ O\n", "[Lund](city) is quiet", "{{name:Anna}} left", "[START] O", "(a, b)", "", "{ O\n", "[[Lund]]"]
        {
            check(other, false);
        }
    }
}
