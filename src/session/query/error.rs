//! Errors of the search language.

use super::{HAS_VALUES, STATUS_VALUES};
use crate::i18n::tr;

/// Maximum number of tokens in a query.
pub(super) const MAX_TERMS: usize = 200;

/// Reason why a query is invalid. Its text is translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// The query has more than 200 tokens.
    TooLong,
    /// A term is missing, for example after `or`.
    Incomplete,
    /// A closing parenthesis without an opening one.
    UnmatchedParenthesis,
    /// An opening parenthesis is not closed.
    MissingParenthesis,
    /// A quote or slash is not closed.
    MissingClosing(char),
    /// A field has no value.
    MissingValue(String),
    /// The value of a comparison is not a number.
    ExpectedNumber {
        /// Field before the operator.
        field: String,
        /// Operator: `<`, `>` or `=`.
        operator: String,
    },
    /// The value of `flag:` is neither yes nor no.
    ExpectedYesOrNo,
    /// The value of `done:` is not a date.
    ExpectedDate,
    /// The value of `has:` is unknown.
    UnknownProperty,
    /// The value of `status:` is unknown.
    UnknownStatus(String),
    /// The value of `split:` is unknown.
    UnknownSplit(String),
    /// The value of `since:` is not a snapshot.
    UnknownSnapshot(String),
    /// The value of `source:` is unknown.
    UnknownSource {
        /// Value of the query.
        name: String,
        /// Known sources.
        known: Vec<String>,
    },
    /// The value of `label:` is unknown.
    UnknownLabel {
        /// Value of the query.
        name: String,
        /// Known labels.
        known: Vec<String>,
    },
    /// The value of `class:` is unknown.
    UnknownDocLabel {
        /// Value of the query.
        name: String,
        /// Known document labels.
        known: Vec<String>,
    },
    /// A regular expression is invalid, for this reason.
    Pattern(String),
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong => f.write_str(&tr!("Search is too long (more than {most} terms)", most = MAX_TERMS)),
            Self::Incomplete => f.write_str(tr!("Incomplete search")),
            Self::UnmatchedParenthesis => f.write_str(tr!("Unmatched “)”")),
            Self::MissingParenthesis => f.write_str(tr!("Missing “)”")),
            Self::MissingClosing(mark) => f.write_str(&tr!("Missing closing {mark}", mark)),
            Self::MissingValue(field) => f.write_str(&tr!("Missing value after {field}:", field)),
            Self::ExpectedNumber { field, operator } => {
                f.write_str(&tr!("Expected a number after {field}{operator}", field, operator))
            }
            Self::ExpectedYesOrNo => f.write_str(tr!("Expected yes or no after flag:")),
            Self::ExpectedDate => f.write_str(tr!("Expected “today” or a date such as 2026-11-25 after done:")),
            Self::UnknownProperty => f.write_str(&tr!("Expected {known} after has:", known = HAS_VALUES.join(" or "))),
            Self::UnknownStatus(value) => {
                let known = STATUS_VALUES.map(|(name, ..)| name).join(", ");
                f.write_str(&tr!("Unknown status “{value}”. Use {known}.", value, known))
            }
            Self::UnknownSplit(value) => f.write_str(&tr!("Unknown split “{value}”. Use train, dev or test.", value)),
            Self::UnknownSnapshot(name) => f.write_str(&tr!("Unknown snapshot “{name}”", name)),
            Self::UnknownSource { name, known } => {
                f.write_str(&tr!("Unknown source “{name}”. Sources: {known}.", name, known = known.join(", ")))
            }
            Self::UnknownLabel { name, known } => {
                f.write_str(&tr!("Unknown label “{name}”. Labels: {known}.", name, known = join_or_none(known)))
            }
            Self::UnknownDocLabel { name, known } => f.write_str(&tr!(
                "Unknown document label “{name}”. Labels: {known}.",
                name,
                known = join_or_none(known)
            )),
            Self::Pattern(reason) => f.write_str(&tr!("Invalid regular expression: {reason}", reason)),
        }
    }
}

impl std::error::Error for QueryError {}

/// Formats a list of names, or a text for an empty list.
fn join_or_none(names: &[String]) -> String {
    if names.is_empty() { tr!("none").to_owned() } else { names.join(", ") }
}
