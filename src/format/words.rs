//! What formats of words share: sentences in one document, and where their spans are now.

use super::{Current, Found};
use crate::corpus::scheme::{SchemeDetector, decode, parse_tag, prefix_of};
use crate::corpus::{Corpus, DocumentBuilder, Tag, TokenSpan};
use std::borrow::Cow;
use std::sync::Arc;

/// The spans of a source's sentences, asked for in order.
pub(super) struct SpansOf<'a> {
    documents: std::iter::Peekable<Box<dyn Iterator<Item = &'a crate::corpus::Document> + 'a>>,
}

impl<'a> SpansOf<'a> {
    pub(super) fn new(current: &'a Current<'a>) -> Self {
        let documents: Box<dyn Iterator<Item = _>> = Box::new(current.documents());
        Self { documents: documents.peekable() }
    }

    /// Of the source's n-th sentence; `None` where the corpus does not have it.
    pub(super) fn of(&mut self, sentence: usize) -> Option<Vec<TokenSpan>> {
        while self.documents.peek().is_some_and(|d| sentence >= d.place as usize + d.len()) {
            self.documents.next();
        }
        let document = self.documents.peek()?;
        sentence.checked_sub(document.place as usize).map(|s| document.token_spans(s))
    }
}

/// Builds one document of sentences whose words have tags.
pub(super) struct Tagged<'a> {
    pub(super) corpus: &'a mut Corpus,
    pub(super) builder: DocumentBuilder,
    pub(super) found: Found,
    detector: SchemeDetector,
    tags: Vec<Tag>,
}

impl<'a> Tagged<'a> {
    pub(super) fn new(corpus: &'a mut Corpus, builder: DocumentBuilder, found: Found) -> Self {
        Self { corpus, builder, found, detector: SchemeDetector::default(), tags: Vec::new() }
    }

    /// The tag of the word that was added last. One that is none counts as `O` and is reported.
    pub(super) fn tag(&mut self, text: &str, line: usize, column: usize) {
        let tag = match parse_tag(text) {
            Ok(None) => None,
            Ok(Some((letter, name))) => Some((letter, self.corpus.labels.intern(name))),
            Err(wrong) => {
                let message = || format!("{} is no tag; it is read as O", super::found::quote(wrong));
                self.found.problem(line, column, message);
                None
            }
        };
        self.detector.tag(tag.map(|(letter, label)| (letter, u64::from(label))));
        self.tags.push(tag.map(|(letter, label)| (prefix_of(letter), label)));
    }

    /// Ends the sentence; `false` where it has no word.
    pub(super) fn end_sentence(&mut self) -> bool {
        self.detector.end_sentence();
        let spans = decode(&std::mem::take(&mut self.tags));
        self.builder.end_sentence(&spans)
    }

    /// Puts the document into the corpus.
    pub(super) fn finish(mut self) -> Found {
        if self.detector.mixed() {
            let scheme = self.detector.scheme().name();
            let message = || {
                format!(
                    "the tags mix two schemes; spans are read as conlleval does and edited lines written as {scheme}"
                )
            };
            self.found.problem(0, 0, message);
        }
        self.found.scheme = self.detector.scheme();
        if self.builder.sentences() > 0 {
            self.corpus.documents.push(Arc::new(self.builder.finish()));
        }
        self.found
    }
}

/// A word for a format that parts words by space and sentences by lines: space inside it becomes `_`.
pub(super) fn on_one_line(word: &str) -> Cow<'_, str> {
    if word.contains([' ', '\t', '\n', '\r']) { word.replace([' ', '\t', '\n', '\r'], "_").into() } else { word.into() }
}
