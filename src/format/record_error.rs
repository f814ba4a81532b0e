//! Reasons why a record is not read: the part of a [`Problem`](super::Problem) that does not know its position.

use super::read_report::quote;
use crate::corpus::TooManyLabels;

/// Reason why a record, a row or a sentence of a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RecordError {
    /// The record is not valid JSON. The character counts from 1 in its line.
    #[error("invalid JSON at character {character} ({reason})")]
    Json { character: usize, reason: String },
    /// A number of values that needs too much memory.
    #[error("the record has more than {0} values")]
    TooManyValues(usize),
    /// The field that contains the text is missing or not a string.
    #[error("no text in {0}")]
    NoText(&'static str),
    /// A required list is missing.
    #[error("no list “{0}”")]
    NoList(&'static str),
    /// The record is not of the format; the text states the reason.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The text is in another file, at this address.
    #[error("the text is in another file ({0}), which is not read")]
    RemoteText(String),
    /// The list of tokens is empty.
    #[error("the record has no tokens")]
    NoTokens,
    /// A token is empty or whitespace. The number counts from 1.
    #[error("token {0} is empty")]
    EmptyToken(usize),
    /// A token is not in the text, or not after the previous token.
    #[error("token {} not found in the text", quote(.0))]
    TokenNotInText(String),
    /// The number of tags differs from the number of tokens.
    #[error("{tokens} tokens but {tags} tags")]
    TagCount { tokens: usize, tags: usize },
    /// Tags are numbers, and no file has their names.
    #[error(
        "tags are numbers without names; add a file with the names to the same directory: dataset_info.json, \
         label.json, the dataset card README.md, or labels.txt with one name per line"
    )]
    NoTagNames,
    /// The number of a tag has no name.
    #[error("no name for id {id}, only {known} names are known")]
    UnknownTagId { id: i128, known: usize },
    /// A cell of a table cannot be read as a list.
    #[error("{column} {reason}")]
    Cell { column: String, reason: &'static str },
    /// A sentence of the record cannot be read. The number counts from 1.
    #[error("sentence {number}: {reason}")]
    Sentence { number: usize, reason: Box<Self> },
    /// The file has too many labels.
    #[error(transparent)]
    Labels(#[from] TooManyLabels),
}
