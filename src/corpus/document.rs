//! A document: text, byte ranges of its tokens, sentence boundaries and spans.

use super::field::Field;
use super::label::LabelId;
use super::review::ReviewStates;
use super::scheme::TokenSpan;
use super::span::Span;
use super::split::{SentenceSplits, Split};
use super::to_u32::to_u32;
use super::values::Values;
use std::ops::Range;

/// Index of a document label in [`Corpus::doc_labels`](super::Corpus::doc_labels).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocLabelId(u32);

impl DocLabelId {
    /// Creates the id of the document label at this index.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }
}

impl From<DocLabelId> for usize {
    fn from(id: DocLabelId) -> Self {
        id.0 as Self
    }
}

/// Index of a token's value in [`TokenColumn::values`](super::store::TokenColumn::values).
pub type ValueId = u32;

/// A document. The text never changes, only spans and other annotations do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Splits of the sentences.
    pub splits: SentenceSplits,
    /// Id or title in the source, or the file name. Empty if the document has no name.
    pub name: String,
    /// Other fields of the record, in the order of the source.
    pub fields: Vec<Field>,
    /// Text of the source. If the source contains only tokens, they are joined by spaces, and sentences by line feeds.
    pub text: String,
    /// Byte range of every token.
    pub tokens: Vec<(u32, u32)>,
    /// Index of the first token of each sentence, followed by the number of tokens. Length: number of sentences plus
    /// one.
    pub sentences: Vec<u32>,
    /// Extra columns of the source (pos, chunk) with one value id per token. Empty if the source has no columns.
    pub extra_columns: Vec<Values>,
    /// Spans, sorted by start, then end. They may overlap if the format of the source supports it.
    ///
    /// No span crosses a sentence boundary: segmentation of plain text and the editor ensure this.
    pub spans: Vec<Span>,
    /// Pending suggestions, sorted like `spans`.
    pub suggestions: Vec<Span>,
    /// Document labels as sorted indices into [`Corpus::doc_labels`](super::Corpus::doc_labels).
    pub doc_labels: Vec<DocLabelId>,
    /// Review states of the sentences.
    pub reviews: ReviewStates,
    /// Index of the source file of the corpus that contains the document.
    pub source_id: u32,
    /// Position in the source file: index of the first sentence, or of the record if each record is a document.
    pub source_index: u32,
}

impl Document {
    /// Returns the number of sentences.
    pub fn len(&self) -> usize {
        self.sentences.len().saturating_sub(1)
    }

    /// Returns true if the document has no sentences.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the token range of a sentence.
    pub fn sentence_range(&self, index: usize) -> Range<usize> {
        self.sentences[index] as usize..self.sentences[index + 1] as usize
    }

    /// Returns the value id of a token in an extra column, or `None` if the document has no such column.
    pub fn value(&self, column: usize, token: usize) -> Option<ValueId> {
        self.extra_columns.get(column)?.get(token)
    }

    /// Returns the text of a token.
    pub fn token(&self, index: usize) -> &str {
        let (start, end) = self.tokens[index];
        &self.text[start as usize..end as usize]
    }

    /// Returns the texts of the tokens of a sentence.
    pub fn sentence_tokens(&self, sentence: usize) -> Vec<&str> {
        self.sentence_range(sentence).map(|t| self.token(t)).collect()
    }

    /// Returns, for each token of a sentence, true if no space separates it from the previous token.
    pub fn joins_previous(&self, sentence: usize) -> Vec<bool> {
        let range = self.sentence_range(sentence);
        range.clone().map(|i| i > range.start && self.tokens[i - 1].1 == self.tokens[i].0).collect()
    }

    /// Returns the text of a sentence as it appears in the document.
    pub fn sentence_text(&self, sentence: usize) -> &str {
        let range = self.sentence_range(sentence);
        let start = self.tokens[range.start].0 as usize;
        let end = self.tokens[range.end - 1].1 as usize;
        &self.text[start..end]
    }

    /// Returns the text of a token range of a sentence as it appears in the document.
    pub fn token_range_text(&self, sentence: usize, words: Range<usize>) -> &str {
        let span = self.span_from_tokens(sentence, words, LabelId::default());
        &self.text[span.start as usize..span.end as usize]
    }

    /// Returns the spans that touch a sentence, as a range of indices into [`Document::spans`].
    pub fn span_range(&self, sentence: usize) -> Range<usize> {
        self.range_in(&self.spans, sentence)
    }

    /// Returns the suggestions that touch a sentence, as a range of indices into [`Document::suggestions`].
    pub fn suggestion_range(&self, sentence: usize) -> Range<usize> {
        self.range_in(&self.suggestions, sentence)
    }

    fn range_in(&self, spans: &[Span], sentence: usize) -> Range<usize> {
        let range = self.sentence_range(sentence);
        // A span that begins in the space between two sentences belongs to the second.
        let before = range.start.checked_sub(1).map_or(0, |last| self.tokens[last].1);
        let to = self.tokens[range.end - 1].1;
        let start = spans.partition_point(|s| s.start < before);
        let end = spans.partition_point(|s| s.start < to);
        start..end.max(start)
    }

    /// Returns the spans of a sentence in token indices relative to the sentence, sorted.
    ///
    /// A span that covers part of a token is extended to the whole token. A span that leaves the sentence is clipped.
    pub fn to_token_spans(&self, sentence: usize) -> Vec<TokenSpan> {
        let spans = self.spans[self.span_range(sentence)].iter();
        spans.map(|s| self.to_token_span(sentence, s)).filter(|s| s.start < s.end).collect()
    }

    /// Converts a span to token indices relative to a sentence. The result is empty if the span is outside of the
    /// sentence.
    pub fn to_token_span(&self, sentence: usize, span: &Span) -> TokenSpan {
        let tokens = &self.tokens[self.sentence_range(sentence)];
        TokenSpan {
            start: tokens.partition_point(|t| t.1 <= span.start),
            end: tokens.partition_point(|t| t.0 < span.end),
            label: span.label,
        }
    }

    /// Returns the sentence that contains this byte, or the next one. After the last token, returns the last sentence.
    ///
    /// Returns `None` if the document has no sentences.
    pub fn sentence_at(&self, byte: u32) -> Option<usize> {
        let token = to_u32(self.tokens.partition_point(|t| t.1 <= byte));
        let sentence = self.sentences.partition_point(|first| *first <= token).checked_sub(1)?;
        Some(sentence.min(self.len().checked_sub(1)?))
    }

    /// Returns a span over a token range of a sentence.
    pub fn span_from_tokens(&self, sentence: usize, tokens: Range<usize>, label: LabelId) -> Span {
        let first = self.sentence_range(sentence).start;
        Span::new(self.tokens[first + tokens.start].0..self.tokens[first + tokens.end - 1].1, label)
    }

    /// Inserts a span in sorted order. The inverse of [`Document::remove_span`].
    pub fn insert_span(&mut self, span: Span) {
        let at = self.spans.partition_point(|s| *s < span);
        self.spans.insert(at, span);
    }

    /// Removes a span. Returns false if the document does not contain it.
    pub fn remove_span(&mut self, span: Span) -> bool {
        match self.spans.binary_search(&span) {
            Ok(at) => {
                self.spans.remove(at);
                true
            }
            Err(_) => false,
        }
    }
}

/// Builds documents token by token.
#[derive(Debug, Default)]
pub struct DocumentBuilder {
    document: Document,
    /// Index of the first token of the unfinished sentence.
    sentence_start: usize,
}

impl DocumentBuilder {
    /// Creates a builder for a document with `columns` extra columns.
    pub fn new(split: Split, file: u32, place: u32, columns: usize) -> Self {
        let document = Document {
            splits: split.into(),
            source_id: file,
            source_index: place,
            sentences: vec![0],
            extra_columns: vec![Values::default(); columns],
            ..Document::default()
        };
        Self { document, sentence_start: 0 }
    }

    /// Sets the name of the unfinished document.
    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.document.name);
    }

    /// Sets the fields of the unfinished document.
    pub fn set_fields(&mut self, fields: Vec<Field>) {
        self.document.fields = fields;
    }

    /// Returns the fields of the unfinished document.
    pub fn fields(&self) -> &[Field] {
        &self.document.fields
    }

    /// Returns the split of the unfinished document.
    pub fn split(&self) -> Split {
        self.document.splits.source()
    }

    /// Sets the split of the unfinished document.
    pub fn set_split(&mut self, split: Split) {
        self.document.splits = split.into();
    }

    /// Appends a token and the value ids of its extra columns, after a space or, in a new sentence, a line feed.
    pub fn push_token(&mut self, word: &str, columns: impl IntoIterator<Item = ValueId>) {
        let space = if self.document.tokens.len() == self.sentence_start { "\n" } else { " " };
        self.push_token_after(space, word, columns);
    }

    /// Appends a token after `space`, which may be empty. The first token of a text has no space before it.
    pub fn push_token_after(&mut self, space: &str, word: &str, columns: impl IntoIterator<Item = ValueId>) {
        let document = &mut self.document;
        if !document.text.is_empty() {
            document.text.push_str(space);
        }
        let start = to_u32(document.text.len());
        document.text.push_str(word);
        document.tokens.push((start, to_u32(document.text.len())));
        for (column, value) in document.extra_columns.iter_mut().zip(columns) {
            column.push(value);
        }
    }

    /// Ends the sentence with these spans. Returns false without effect if the sentence has no tokens.
    pub fn end_sentence(&mut self, spans: &[TokenSpan]) -> bool {
        let document = &mut self.document;
        if document.tokens.len() == self.sentence_start {
            return false;
        }
        for s in spans {
            let (start, end) =
                (document.tokens[self.sentence_start + s.start].0, document.tokens[self.sentence_start + s.end - 1].1);
            document.spans.push(Span::new(start..end, s.label));
        }
        self.sentence_start = document.tokens.len();
        document.sentences.push(to_u32(self.sentence_start));
        true
    }

    /// Returns the number of extra columns.
    pub fn columns(&self) -> usize {
        self.document.extra_columns.len()
    }

    /// Returns the number of complete sentences.
    pub fn sentences(&self) -> usize {
        self.document.len()
    }

    /// Returns a copy of the document with exact capacity and clears the builder.
    ///
    /// The next document has source index `place` and reuses the buffers.
    pub fn finish_document(&mut self, place: u32) -> Document {
        let done = self.document.clone();
        let document = &mut self.document;
        document.text.clear();
        document.name.clear();
        document.fields.clear();
        document.tokens.clear();
        document.spans.clear();
        document.sentences.truncate(1);
        document.extra_columns.iter_mut().for_each(Values::clear);
        document.source_index = place;
        self.sentence_start = 0;
        done
    }

    /// Returns the document and releases unused capacity.
    pub fn into_document(mut self) -> Document {
        let document = &mut self.document;
        document.text.shrink_to_fit();
        document.tokens.shrink_to_fit();
        document.sentences.shrink_to_fit();
        document.spans.shrink_to_fit();
        self.document
    }
}
