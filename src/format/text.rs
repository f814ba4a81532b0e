//! Plain text. The file, each line or each paragraph is a document. Line ends and Unicode rules separate sentences. The
//! format cannot represent labels.

use super::note::NoteKind;
use super::possible_labels::possible_labels;
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use crate::corpus::{Corpus, Document};
use std::sync::Arc;

/// Unlabeled text.
pub const TEXT: Format = Format {
    name: "text",
    description: "Plain text: one document per file, line or paragraph",
    extensions: &["txt"],
    detect: |g| {
        let is_text = matches!(g.extension, "txt" | "text");
        Detection::when(is_text, Detection::EXTENSION, "text file extension")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities { overlapping_spans: false, any_character: false, ..Capabilities::OFFSET_FORMAT },
};

/// Unit of a plain text that becomes one document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleBy {
    /// The file.
    #[default]
    Document,
    /// A line that is not blank.
    Line,
    /// The lines before an empty line.
    Paragraph,
}

impl SampleBy {
    /// All units, in the order of the interface.
    pub const ALL: [Self; 3] = [Self::Document, Self::Line, Self::Paragraph];

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "file",
            Self::Line => "line",
            Self::Paragraph => "paragraph",
        }
    }

    /// Returns the unit with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// Splits a text into documents.
    fn documents(self, text: &str) -> Vec<String> {
        let is_blank = |line: &str| line.trim().is_empty();
        match self {
            Self::Document => vec![text.to_owned()],
            Self::Line => text.lines().filter(|l| !is_blank(l)).map(str::to_owned).collect(),
            Self::Paragraph => {
                let lines: Vec<&str> = text.lines().collect();
                let paragraphs = lines.split(|l| is_blank(l)).filter(|lines| !lines.is_empty());
                paragraphs.map(|lines| lines.join("\n")).collect()
            }
        }
    }
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(TEXT, &decoded);
    if let Some(what) = possible_labels(&decoded.text) {
        found.notes.add(NoteKind::PossibleLabels, || what.into());
    }
    let extent = source.options.sample_by.unwrap_or_default();
    if extent != SampleBy::Document {
        found.detection_notes.push(format!("each {} is a document", extent.name()));
    }
    let document = |(place, text)| Document::from_text(source.split, source.source_id, place, text, Vec::new(), None);
    corpus.documents.extend((0u32..).zip(extent.documents(&decoded.text)).map(document).map(Arc::new));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_by_splits_plain_text() {
        let check =
            |extent: SampleBy, expected: &[&str]| assert_eq!(extent.documents("a b\nc\r\n\r\n \nd\n"), expected);
        check(SampleBy::Document, &["a b\nc\r\n\r\n \nd\n"]);
        check(SampleBy::Line, &["a b", "c", "d"]);
        check(SampleBy::Paragraph, &["a b\nc", "d"]);
    }
}
