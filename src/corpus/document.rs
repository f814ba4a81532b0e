//! One document: its text, where its tokens and sentences lie, and its spans.

use super::label::LabelId;
use super::review::ReviewStates;
use super::scheme::TokenSpan;
use super::span::Span;
use super::to_u32::to_u32;
use super::values::Values;
use std::ops::Range;

/// Which part of a corpus a document belongs to. Training never sees dev or test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// Learned from.
    #[default]
    Train,
    /// Looked at while training, to choose the best epoch.
    Dev,
    /// Scored once, at the end.
    Test,
}

impl Split {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Dev, Self::Test];

    /// As shown and as written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }

    /// The split that the name of a file or folder speaks of, by its last word that names one: train; dev, valid, testa; test, testb.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let words: Vec<String> = Self::name_words(name).collect();
        let follows = |at: usize| words.get(at + 1).map_or("", String::as_str);
        let split = |(at, word): (usize, &String)| match word.as_str() {
            "testa" => Some(Self::Dev),
            "test" if follows(at) == "a" => Some(Self::Dev),
            "dev" | "devel" | "development" | "devset" | "val" | "valset" | "valid" | "validation" => Some(Self::Dev),
            "trn" => Some(Self::Train),
            "tst" => Some(Self::Test),
            word if word.starts_with("train") && !word.starts_with("trainer") => Some(Self::Train),
            word if word.starts_with("test") && !["testa", "testi", "teste"].iter().any(|w| word.starts_with(w)) => {
                Some(Self::Test)
            }
            "testing" => Some(Self::Test),
            _ => None,
        };
        words.iter().enumerate().rev().find_map(split)
    }

    /// The words of a file name in lower case: stretches of letters or of digits, and `testA` is two.
    pub fn name_words(name: &str) -> impl Iterator<Item = String> + use<> {
        let mut words: Vec<String> = Vec::new();
        let mut last = ' ';
        for c in name.chars() {
            let continues = (c.is_alphabetic() && last.is_alphabetic() && !(c.is_uppercase() && last.is_lowercase()))
                || (c.is_numeric() && last.is_numeric());
            match words.last_mut().filter(|_| continues) {
                Some(word) => word.extend(c.to_lowercase()),
                None if c.is_alphanumeric() => words.push(c.to_lowercase().collect()),
                None => {}
            }
            last = c;
        }
        words.into_iter()
    }

    /// The split of this name: `train`, `dev` or `validation`, `test`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "train" => Some(Self::Train),
            "dev" | "val" | "valid" | "validation" => Some(Self::Dev),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// Index of a label of whole documents in [`Corpus::classes`](super::Corpus).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocLabelId(u32);

impl DocLabelId {
    /// The document label at this index.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }
}

impl From<DocLabelId> for usize {
    fn from(id: DocLabelId) -> Self {
        id.0 as Self
    }
}

/// Index of a token's value in [`Column::values`](super::store::Column).
pub type ValueId = u32;

/// One document. The text is never altered; only spans change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Which split it belongs to.
    pub split: Split,
    /// Its id or title in the source, or the name of its file; empty if it has none.
    pub name: String,
    /// As it is in the source; where that has only tokens, they are joined by a space, and sentences by a line feed.
    pub text: String,
    /// Byte range of every token.
    pub tokens: Vec<(u32, u32)>,
    /// Index of every sentence's first token, then the number of tokens: one more entry than sentences.
    pub sentences: Vec<u32>,
    /// Further columns of the source (pos, chunk), each with one value id a token; none where the source has no columns.
    pub extra_columns: Vec<Values>,
    /// Sorted by start, then end. They may overlap where the source's format can hold that. None crosses the end of a
    /// sentence: texts that come without sentences are parted so, and the editor makes no such span.
    pub spans: Vec<Span>,
    /// What was proposed and is not decided yet; sorted as spans are.
    pub suggestions: Vec<Span>,
    /// Its labels as a whole, as indices into [`Corpus::classes`](super::Corpus), sorted.
    pub doc_labels: Vec<DocLabelId>,
    /// What a person noted about its sentences.
    pub reviews: ReviewStates,
    /// Which of the corpus' source files it came from.
    pub source_id: u32,
    /// Its place in that file: the index of its first sentence, or of its record where each record is a document.
    pub source_index: u32,
}

impl Document {
    /// How many sentences.
    pub fn len(&self) -> usize {
        self.sentences.len().saturating_sub(1)
    }

    /// Whether it has no sentence.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Token indices of a sentence.
    pub fn sentence_range(&self, index: usize) -> Range<usize> {
        self.sentences[index] as usize..self.sentences[index + 1] as usize
    }

    /// A token's value in a further column, as an index into that column's values; `None` where the document has no such column.
    pub fn value(&self, column: usize, token: usize) -> Option<ValueId> {
        self.extra_columns.get(column)?.get(token)
    }

    /// A token's text.
    pub fn token(&self, index: usize) -> &str {
        let (start, end) = self.tokens[index];
        &self.text[start as usize..end as usize]
    }

    /// The words of a sentence.
    pub fn sentence_tokens(&self, sentence: usize) -> Vec<&str> {
        self.sentence_range(sentence).map(|t| self.token(t)).collect()
    }

    /// Which words of a sentence touch the one before them.
    pub fn joins_previous(&self, sentence: usize) -> Vec<bool> {
        let range = self.sentence_range(sentence);
        range.clone().map(|i| i > range.start && self.tokens[i - 1].1 == self.tokens[i].0).collect()
    }

    /// A sentence's text as it stands in the document.
    pub fn sentence_text(&self, sentence: usize) -> &str {
        let range = self.sentence_range(sentence);
        let start = self.tokens[range.start].0 as usize;
        let end = self.tokens[range.end - 1].1 as usize;
        &self.text[start..end]
    }

    /// The text of some words of a sentence as it stands in the document.
    pub fn token_range_text(&self, sentence: usize, words: Range<usize>) -> &str {
        let span = self.span_from_tokens(sentence, words, LabelId::default());
        &self.text[span.start as usize..span.end as usize]
    }

    /// The spans that touch a sentence, as indices into [`Document::spans`].
    pub fn span_range(&self, sentence: usize) -> Range<usize> {
        self.range_in(&self.spans, sentence)
    }

    /// The suggestions that touch a sentence, as indices into [`Document::suggestions`].
    pub fn suggestion_range(&self, sentence: usize) -> Range<usize> {
        self.range_in(&self.suggestions, sentence)
    }

    fn range_in(&self, spans: &[Span], sentence: usize) -> Range<usize> {
        let range = self.sentence_range(sentence);
        // A span that begins in the space between two sentences is with the second.
        let before = range.start.checked_sub(1).map_or(0, |last| self.tokens[last].1);
        let to = self.tokens[range.end - 1].1;
        let start = spans.partition_point(|s| s.start < before);
        let end = spans.partition_point(|s| s.start < to);
        start..end.max(start)
    }

    /// A sentence's spans in token indices relative to the sentence, sorted. A span that cuts a token takes it whole;
    /// one that leaves the sentence is cut at its border.
    pub fn to_token_spans(&self, sentence: usize) -> Vec<TokenSpan> {
        let spans = self.spans[self.span_range(sentence)].iter();
        spans.map(|s| self.to_token_span(sentence, s)).filter(|s| s.start < s.end).collect()
    }

    /// A span in token indices relative to a sentence; empty where it lies outside.
    pub fn to_token_span(&self, sentence: usize, span: &Span) -> TokenSpan {
        let tokens = &self.tokens[self.sentence_range(sentence)];
        TokenSpan {
            start: tokens.partition_point(|t| t.1 <= span.start),
            end: tokens.partition_point(|t| t.0 < span.end),
            label: span.label,
        }
    }

    /// The sentence that holds this byte, or begins behind it; `None` where there is none.
    pub fn sentence_at(&self, byte: u32) -> Option<usize> {
        let token = to_u32(self.tokens.partition_point(|t| t.1 <= byte));
        let sentence = self.sentences.partition_point(|first| *first <= token).checked_sub(1)?;
        Some(sentence.min(self.len().checked_sub(1)?))
    }

    /// The span over these tokens of a sentence.
    pub fn span_from_tokens(&self, sentence: usize, tokens: Range<usize>, label: LabelId) -> Span {
        let first = self.sentence_range(sentence).start;
        Span::new(self.tokens[first + tokens.start].0..self.tokens[first + tokens.end - 1].1, label)
    }

    /// Adds a span at its place. The inverse of [`Document::remove_span`].
    pub fn insert_span(&mut self, span: Span) {
        let at = self.spans.partition_point(|s| *s < span);
        self.spans.insert(at, span);
    }

    /// Removes a span; false when it is not there.
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

/// Builds a document token by token.
#[derive(Debug, Default)]
pub struct DocumentBuilder {
    document: Document,
    /// First token of the sentence being built.
    sentence_start: usize,
}

impl DocumentBuilder {
    /// An empty document of `columns` further columns.
    pub fn new(split: Split, file: u32, place: u32, columns: usize) -> Self {
        let document = Document {
            split,
            source_id: file,
            source_index: place,
            sentences: vec![0],
            extra_columns: vec![Values::default(); columns],
            ..Document::default()
        };
        Self { document, sentence_start: 0 }
    }

    /// The name of the document that is being built.
    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.document.name);
    }

    /// The split of the document that is being built.
    pub fn split(&self) -> Split {
        self.document.split
    }

    /// Puts the document that is being built into a split.
    pub fn set_split(&mut self, split: Split) {
        self.document.split = split;
    }

    /// Adds a token and the ids of its further columns.
    pub fn push_token(&mut self, word: &str, columns: impl IntoIterator<Item = ValueId>) {
        let space = if self.document.tokens.len() == self.sentence_start { "\n" } else { " " };
        self.push_token_after(space, word, columns);
    }

    /// Adds a token that stands behind this space, which may be none. The text's first token has none before it.
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

    /// Ends the sentence with these spans; false (and nothing happens) when it has no token.
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

    /// How many further columns there are.
    pub fn columns(&self) -> usize {
        self.document.extra_columns.len()
    }

    /// How many sentences are complete.
    pub fn sentences(&self) -> usize {
        self.document.len()
    }

    /// The document so far, exactly as big as it is; the next one, whose place is `place`, is built in the same buffers.
    pub fn finish_document(&mut self, place: u32) -> Document {
        let done = self.document.clone();
        let document = &mut self.document;
        document.text.clear();
        document.name.clear();
        document.tokens.clear();
        document.spans.clear();
        document.sentences.truncate(1);
        document.extra_columns.iter_mut().for_each(Values::clear);
        document.source_index = place;
        self.sentence_start = 0;
        done
    }

    /// The document.
    pub fn into_document(mut self) -> Document {
        let document = &mut self.document;
        document.text.shrink_to_fit();
        document.tokens.shrink_to_fit();
        document.sentences.shrink_to_fit();
        document.spans.shrink_to_fit();
        self.document
    }
}
