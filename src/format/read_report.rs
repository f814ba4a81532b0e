//! What reading a file finds out.

use super::conll::ColumnLayout;
use super::note::Notes;
use super::{Decoded, Format, OffsetUnit};
use crate::corpus::{InvalidTag, Scheme, SchemeDetector, TooManyLabels};
use std::collections::BTreeMap;

/// What is wrong at one place of a file. Lines and columns count from 1; 0 means the whole file or line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line.
    pub line: usize,
    /// Column of the table (not a character position).
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn at(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { line, column, message: message.into() }
    }
}

impl From<TooManyLabels> for Problem {
    fn from(error: TooManyLabels) -> Self {
        Self::at(0, 0, error.to_string())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.message),
            (line, 0) => write!(f, "line {line}: {}", self.message),
            (line, column) => write!(f, "line {line}, column {column}: {}", self.message),
        }
    }
}

/// What was found while a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadReport {
    /// Which format.
    pub format: Format,
    /// How it writes spans on words; what it is written in where it has texts.
    pub scheme: Scheme,
    /// What its offsets count, where it has some.
    pub offset_unit: Option<OffsetUnit>,
    /// How its characters are encoded, where it is text.
    pub encoding: Option<&'static str>,
    /// Which column is what, where it has some.
    pub layout: Option<ColumnLayout>,
    /// What the source says beside words and spans (fields, relations), and how often. It stays in the file; no corpus holds it.
    pub unsupported: BTreeMap<String, usize>,
    /// How that was found out, in sentences.
    pub detection_notes: Vec<String>,
    /// The parts that were left out, and decisions of the reader.
    pub notes: Notes,
    /// Which column or field has which role (`text`, `label`, `id`, `split`), where it has some.
    pub roles: Vec<(&'static str, String)>,
    /// The sheets of a spreadsheet, in order.
    pub sheets: Vec<String>,
    /// Tags that may not stand where they do; as many as are kept.
    pub invalid_tags: Vec<InvalidTag>,
    /// What is wrong in it; the lines are kept all the same.
    pub problems: Vec<Problem>,
    /// How many problems there are, also those past the first [`MAX_PROBLEMS`].
    pub problem_count: usize,
}

/// More problems than this are counted, not listed.
pub const MAX_PROBLEMS: usize = 200;

impl ReadReport {
    /// Nothing wrong so far.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            scheme: Scheme::Iob2,
            offset_unit: None,
            encoding: None,
            layout: None,
            unsupported: BTreeMap::new(),
            detection_notes: Vec::new(),
            notes: Notes::default(),
            roles: Vec::new(),
            sheets: Vec::new(),
            invalid_tags: Vec::new(),
            problems: Vec::new(),
            problem_count: 0,
        }
    }

    /// The evidence without the reason for the format.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        let reason = format!("{}: ", self.format.name);
        self.detection_notes.iter().map(String::as_str).filter(move |evidence| !evidence.starts_with(&reason))
    }

    /// Nothing wrong so far with a text; its encoding is told where it is unusual.
    pub(super) fn with_encoding(format: Format, decoded: &Decoded) -> Self {
        let mut found = Self::new(format);
        found.note_encoding(decoded);
        found
    }

    /// Notes a text's encoding; one that is unusual is told.
    pub(super) fn note_encoding(&mut self, decoded: &Decoded) {
        for (line, bytes) in decoded.invalid_sequences() {
            self.push_problem(line, 0, || format!("bytes that are no UTF-8 ({bytes}); U+FFFD stands for them"));
        }
        self.encoding = Some(decoded.encoding.name());
        self.detection_notes.extend(decoded.non_utf8_name().map(|name| format!("encoding {name}")));
    }

    /// Notes something that the source says beside words and spans.
    pub(super) fn note_unsupported(&mut self, what: impl Into<String>) {
        *self.unsupported.entry(what.into()).or_default() += 1;
    }

    /// Takes the scheme that the tags follow; that they mix two is a problem, and so is each that may not stand where it does.
    pub(super) fn set_scheme(&mut self, detector: &SchemeDetector) {
        self.scheme = detector.scheme();
        if detector.is_mixed() {
            let scheme = self.scheme.name();
            self.push_problem(0, 0, || {
                format!(
                    "the tags mix two schemes; spans are read as conlleval does and edited lines written as {scheme}"
                )
            });
        }
        let (slips, count) = detector.invalid_tags();
        for slip in &slips {
            self.push_problem(slip.position.line, 0, || slip.message().to_owned());
        }
        self.problem_count += count - slips.len();
        self.invalid_tags = slips;
    }

    /// Notes a problem; the message is made only for those that are listed.
    pub fn push_problem(&mut self, line: usize, column: usize, message: impl FnOnce() -> String) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::at(line, column, message()));
        }
    }
}

/// A piece of a user's text in a message: short, and on one line.
pub(super) fn quote(text: &str) -> String {
    let short: String = text.trim_end().chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut = if short.len() < text.trim_end().len() { "…" } else { "" };
    format!("“{short}{cut}”")
}
