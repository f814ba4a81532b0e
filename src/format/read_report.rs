//! Result of reading a file: format, layout, notes and problems.

use super::conll::ColumnLayout;
use super::note::Notes;
use super::{Decoded, Format, OffsetUnit};
use crate::corpus::{InvalidTag, Scheme, SchemeDetector, TooManyLabels};
use crate::failure::FailureKind;
use std::collections::BTreeMap;

/// Problem at a position of a file. Lines and columns count from 1; 0 means the whole file or line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column of the table, from 1. It is not a character position.
    pub column: usize,
    /// Description of the problem and a proposed action.
    pub message: String,
    /// Kind of the failure if the file cannot be read because of this problem.
    pub kind: FailureKind,
}

impl Problem {
    /// Returns a problem at this position.
    pub fn at(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { line, column, message: message.into(), kind: FailureKind::Content }
    }
}

impl From<TooManyLabels> for Problem {
    fn from(error: TooManyLabels) -> Self {
        Self::at(0, 0, error.to_string())
    }
}

impl std::error::Error for Problem {}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.message),
            (line, 0) => write!(f, "line {line}: {}", self.message),
            (line, column) => write!(f, "line {line}, column {column}: {}", self.message),
        }
    }
}

/// Report of reading one file: detected properties, notes and problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadReport {
    /// Format of the file.
    pub format: Format,
    /// Tag scheme of the file. For a format of texts: scheme that a conversion writes.
    pub scheme: Scheme,
    /// Unit of the offsets; `None` if the file has no offsets.
    pub offset_unit: Option<OffsetUnit>,
    /// Name of the character encoding; `None` for binary formats.
    pub encoding: Option<&'static str>,
    /// Layout of a column file.
    pub layout: Option<ColumnLayout>,
    /// Content of the source that `Corpus` cannot represent, for example relations, with the number of occurrences. It
    /// stays in the source file.
    pub unsupported: BTreeMap<String, usize>,
    /// Evidence for the detected properties, as sentences.
    pub detection_notes: Vec<String>,
    /// Content that was left out, and decisions of the reader.
    pub notes: Notes,
    /// Role (`text`, `label`, `id`, `split`) and name of each column or field with a role.
    pub roles: Vec<(&'static str, String)>,
    /// Names of the sheets of a spreadsheet, in order.
    pub sheets: Vec<String>,
    /// Tags that are invalid at their position, up to the limit of the detector.
    pub invalid_tags: Vec<InvalidTag>,
    /// Problems of the file, up to [`MAX_PROBLEMS`]. Their lines are kept.
    pub problems: Vec<Problem>,
    /// Total number of problems, including problems after the first [`MAX_PROBLEMS`].
    pub problem_count: usize,
}

/// Maximum number of listed problems per file. All problems are counted.
pub const MAX_PROBLEMS: usize = 200;

impl ReadReport {
    /// Returns a report without problems.
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

    /// Returns the detection notes except the reason for the format.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        let reason = format!("{}: ", self.format.name);
        self.detection_notes.iter().map(String::as_str).filter(move |evidence| !evidence.starts_with(&reason))
    }

    /// Returns a report for a decoded text, with a note if its encoding is not UTF-8.
    pub(super) fn with_encoding(format: Format, decoded: &Decoded) -> Self {
        let mut found = Self::new(format);
        found.note_encoding(decoded);
        found
    }

    /// Notes the encoding if it is not UTF-8, and a problem for each invalid byte sequence.
    pub(super) fn note_encoding(&mut self, decoded: &Decoded) {
        for (line, bytes) in decoded.invalid_sequences() {
            self.push_problem(line, 0, || format!("invalid UTF-8 bytes ({bytes}), read as U+FFFD"));
        }
        self.encoding = Some(decoded.encoding.name());
        self.detection_notes.extend(decoded.non_utf8_name().map(|name| format!("encoding {name}")));
    }

    /// Counts content that the corpus cannot represent.
    pub(super) fn note_unsupported(&mut self, what: impl Into<String>) {
        *self.unsupported.entry(what.into()).or_default() += 1;
    }

    /// Sets the scheme of the tags. Mixed schemes are a problem, and so is each invalid tag.
    pub(super) fn set_scheme(&mut self, detector: &SchemeDetector) {
        self.scheme = detector.scheme();
        if detector.is_mixed() {
            let scheme = self.scheme.name();
            self.push_problem(0, 0, || {
                format!("mixed tag schemes; spans are decoded like conlleval, edited lines are written as {scheme}")
            });
        }
        let (slips, count) = detector.invalid_tags();
        for slip in &slips {
            self.push_problem(slip.position.line, 0, || slip.message().to_owned());
        }
        self.problem_count += count - slips.len();
        self.invalid_tags = slips;
    }

    /// Adds a problem. The message is created only if the problem is listed.
    pub fn push_problem(&mut self, line: usize, column: usize, message: impl FnOnce() -> String) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::at(line, column, message()));
        }
    }
}

/// Quotes a part of the user's text for a message: on one line, at most 40 characters.
pub(super) fn quote(text: &str) -> String {
    let short: String = text.trim_end().chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut = if short.len() < text.trim_end().len() { "…" } else { "" };
    format!("“{short}{cut}”")
}
