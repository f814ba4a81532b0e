//! What formats share: sentences in one document, where their spans are now, and a corpus in parts.

use super::{Current, Found, Source};
use crate::corpus::notation::{parse_tag, prefix_of};
use crate::corpus::scheme::decode;
use crate::corpus::{
    Corpus, Document, DocumentBuilder, Labels, Notation, Place, SchemeDetector, Split, Tag, TokenSpan,
};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The spans of a source's sentences, asked for in order.
pub(super) struct SpansOf<'a> {
    documents: std::iter::Peekable<Box<dyn Iterator<Item = &'a Document> + 'a>>,
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

/// Whether a sentence's tags say these spans, in whatever scheme; one that is none counts as `O`.
pub(super) fn say<'t>(
    notation: Notation,
    tags: impl Iterator<Item = &'t str>,
    wanted: &[TokenSpan],
    labels: &Labels,
) -> bool {
    let mut names = Labels::default();
    let tags: Vec<Tag> = tags
        .map(|text| notation.parse(text).ok().flatten().map(|(letter, name)| (prefix_of(letter), names.intern(name))))
        .collect();
    decode(&tags)
        .iter()
        .map(|s| (s.start, s.end, names.name(s.label)))
        .eq(wanted.iter().map(|s| (s.start, s.end, labels.name(s.label))))
}

/// Builds one document of sentences whose words have tags.
pub(super) struct Tagged<'a> {
    pub(super) corpus: &'a mut Corpus,
    pub(super) builder: DocumentBuilder,
    pub(super) found: Found,
    detector: SchemeDetector,
    tags: Vec<Tag>,
    split: Split,
    file: u32,
    /// Documents that are complete.
    done: Vec<Document>,
}

impl<'a> Tagged<'a> {
    /// The document of a source.
    pub(super) fn new(source: &Source, corpus: &'a mut Corpus, found: Found) -> Self {
        let builder = DocumentBuilder::new(source.split, source.file, 0, corpus.columns.len());
        let (split, file) = (source.split, source.file);
        Self {
            corpus,
            builder,
            found,
            detector: SchemeDetector::default(),
            tags: Vec::new(),
            split,
            file,
            done: Vec::new(),
        }
    }

    /// What comes is of this split: another one begins another document.
    pub(super) fn of_split(&mut self, split: Split) {
        if std::mem::replace(&mut self.split, split) == split {
            return;
        }
        let place = self.sentences() as u32;
        let next = DocumentBuilder::new(split, self.file, place, self.corpus.columns.len());
        let before = std::mem::replace(&mut self.builder, next);
        if before.sentences() > 0 {
            self.done.push(before.finish());
        }
    }

    /// How many sentences there are so far.
    pub(super) fn sentences(&self) -> usize {
        self.done.iter().map(Document::len).sum::<usize>() + self.builder.sentences()
    }

    /// Adds a word behind this space; it has no value in the columns of other sources.
    pub(super) fn word_after(&mut self, space: &str, word: &str) {
        self.builder.token_after(space, word, std::iter::repeat_n(0, self.corpus.columns.len()));
    }

    /// Adds a word.
    pub(super) fn word(&mut self, word: &str) {
        self.builder.token(word, std::iter::repeat_n(0, self.corpus.columns.len()));
    }

    /// Adds a sentence of words and their tags, all of one line.
    pub(super) fn sentence<T: AsRef<str>>(&mut self, words: &[T], tags: &[T], line: usize) {
        for (i, (word, tag)) in words.iter().zip(tags).enumerate() {
            self.word(word.as_ref());
            self.tag(tag.as_ref(), line, i + 1);
        }
        self.end_sentence();
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
        let place = Place { line, sentence: self.sentences() };
        self.detector.tag(tag.map(|(letter, label)| (letter, u64::from(label))), place);
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
        self.found.follow(&self.detector);
        if self.builder.sentences() > 0 {
            self.done.push(self.builder.finish());
        }
        self.corpus.documents.extend(self.done.into_iter().map(Arc::new));
        self.found
    }
}

/// Words that come with a text, without those of space (spaCy's tokenizer makes some); `None` where they overlap.
pub(super) fn own_words(text: &str, words: Vec<(u32, u32)>) -> Option<Vec<(u32, u32)>> {
    let is_word = |w: &(u32, u32)| !text[w.0 as usize..w.1 as usize].trim().is_empty();
    let words: Vec<(u32, u32)> = words.into_iter().filter(is_word).collect();
    words.windows(2).all(|w| w[0].1 <= w[1].0).then_some(words)
}

/// A label's name for a format that parts columns by space and fields by `|`: those become `_`.
pub(super) fn label_name(name: &str) -> String {
    name.replace([' ', '\t', '\n', '\r', '|', '\u{a0}'], "_")
}

/// A word for a format that parts words by space and sentences by lines: space inside it becomes `_`.
pub(super) fn on_one_line(word: &str) -> Cow<'_, str> {
    if word.contains([' ', '\t', '\n', '\r']) { word.replace([' ', '\t', '\n', '\r'], "_").into() } else { word.into() }
}

/// A stretch of a corpus that becomes a text of its own.
pub(super) struct Part<'a> {
    pub(super) document: &'a Document,
    /// Bytes of the document's text.
    pub(super) text: Range<usize>,
    pub(super) sentences: Range<usize>,
    /// Tokens of the document.
    pub(super) words: Range<usize>,
    /// Places among the document's spans.
    pub(super) spans: Range<usize>,
}

/// Whether words are parted by anything but one space, or a line's end between sentences.
pub(super) fn has_own_space(d: &Document) -> bool {
    let bare = |space: &str| space == " " || space == "\n";
    d.tokens.windows(2).any(|w| !bare(&d.text[w[0].1 as usize..w[1].0 as usize]))
}

/// The texts of a corpus: documents, or sentences where no document begins.
pub(super) fn parts(corpus: &Corpus, split: Option<Split>) -> Vec<Part<'_>> {
    let all: Vec<&Document> = corpus.documents.iter().map(AsRef::as_ref).collect();
    let wanted: Vec<&Document> = all.into_iter().filter(|d| split.is_none_or(|s| d.split == s)).collect();
    let splits = wanted.windows(2).filter(|w| w[0].split != w[1].split).count() + 1;
    // Words that were joined by one blank are a source of words; a text has its own space.
    let whole = wanted.len() > splits || wanted.iter().all(|d| d.len() <= 1 || has_own_space(d));
    let mut parts = Vec::new();
    for document in wanted {
        if whole {
            let (text, sentences) = (0..document.text.len(), 0..document.len());
            let (words, spans) = (0..document.tokens.len(), 0..document.spans.len());
            parts.push(Part { document, text, sentences, words, spans });
            continue;
        }
        for sentence in 0..document.len() {
            let words = document.sentence(sentence);
            let text = document.tokens[words.start].0 as usize..document.tokens[words.end - 1].1 as usize;
            let spans = document.span_indices(sentence);
            parts.push(Part { document, text, sentences: sentence..sentence + 1, words, spans });
        }
    }
    parts
}
