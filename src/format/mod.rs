//! Interchange formats: bytes to a corpus and back. One file per format, and this table of them.
//!
//! Nothing here opens a file: bytes come in and go out, so that every reader can be tested on a string.

pub mod columns;
mod columns_write;
pub mod published;
mod text_input;

pub use columns::{Layout, read};
pub use columns_write::{losses, rewrite, write};
pub use text_input::decode_utf8;

use crate::corpus::Scheme;

/// A format people name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    /// Whether it can be read.
    pub reads: bool,
    /// Whether it can be written.
    pub writes: bool,
    /// Usual file endings; empty means any.
    pub extensions: &'static [&'static str],
}

/// Four columns with part of speech and chunk, as CoNLL-2003 was published.
pub const CONLL2003: Format = Format {
    name: "conll2003",
    what: "CoNLL-2003: word, part of speech, chunk, tag",
    reads: true,
    writes: true,
    extensions: &["conll", "txt", "train", "testa", "testb"],
};

/// Any number of columns, the last one the tag.
pub const CONLL: Format = Format {
    name: "conll",
    what: "columns separated by spaces or tabs, the last one the tag",
    reads: true,
    writes: true,
    extensions: &["conll", "iob", "bio", "txt"],
};

/// Two columns separated by a tab, as WNUT-17 was published.
pub const WNUT: Format = Format {
    name: "wnut",
    what: "word and tag separated by a tab, as WNUT-17",
    reads: true,
    writes: true,
    extensions: &["conll", "tsv", "annotated"],
};

/// Every format the program knows.
pub const FORMATS: &[Format] = &[CONLL2003, CONLL, WNUT];

/// The format of this name.
pub fn by_name(name: &str) -> Option<Format> {
    FORMATS.iter().copied().find(|f| f.name == name)
}

/// The format a target's file ending stands for; columns where it says nothing.
pub fn by_extension(extension: &str) -> Format {
    if extension.eq_ignore_ascii_case("tsv") { WNUT } else { CONLL }
}

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
pub struct Found {
    /// Which format.
    pub format: Format,
    /// How it writes spans.
    pub scheme: Scheme,
    /// What is wrong in it; the lines are kept all the same.
    pub problems: Vec<Problem>,
    /// How many problems there are, also those past the first [`MAX_PROBLEMS`].
    pub problem_count: usize,
}

/// More problems than this are counted, not listed.
pub const MAX_PROBLEMS: usize = 200;
