//! Formats with entities marked inside the text: tags, brackets, or a label after each token.

mod brackets;
mod fasttext;
mod opennlp;
mod piped;
mod rasa;
mod slash;
mod xml;

pub use fasttext::FASTTEXT;
pub use opennlp::OPENNLP;
pub use piped::WIKINER;
pub use rasa::RASA;
pub use slash::SLASH_TAGS;
pub use xml::INLINE_XML;
pub(super) use xml::{OTHER_XML_FORMATS as OTHER_XML, has_tags};

use super::records::{RecordSpan, TextRecord};

/// Text whose marks are removed during reading.
#[derive(Default)]
struct Unmarked {
    text: String,
    /// Number of code points so far.
    length: usize,
    marks: Vec<RecordSpan>,
}

impl Unmarked {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count();
    }

    /// Ends a span that began at this code point. Empty spans are ignored.
    fn end(&mut self, start: usize, label: &str) {
        if start < self.length {
            self.marks.push(RecordSpan { start, end: self.length, label: label.to_owned(), surface: None });
        }
    }

    fn into_item(self) -> TextRecord {
        TextRecord { text: self.text, spans: self.marks, ..TextRecord::default() }
    }
}
