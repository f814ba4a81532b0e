//! One document: its text, where its tokens and sentences lie, and its spans.

use super::label::LabelId;
use super::mark::Marks;
use super::narrow::narrow;
use super::scheme::TokenSpan;
use super::span::Span;
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

    /// The split a file's or folder's name speaks of: train; dev, valid, testa; test, testb.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let has = |word: &str| name.contains(word);
        let is_val = name.split(|c: char| !c.is_alphanumeric()).any(|word| word == "val");
        if has("testa") || has("dev") || has("valid") || is_val {
            Some(Self::Dev)
        } else if has("test") {
            Some(Self::Test)
        } else if has("train") {
            Some(Self::Train)
        } else {
            None
        }
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
pub struct ClassId(u32);

impl ClassId {
    /// The document label at this index.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }
}

impl From<ClassId> for usize {
    fn from(id: ClassId) -> Self {
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
    pub columns: Vec<Values>,
    /// Sorted by start, then end. They may overlap where the source's format can hold that. None crosses the end of a
    /// sentence: texts that come without sentences are parted so, and the editor makes no such span.
    pub spans: Vec<Span>,
    /// What was proposed and is not decided yet; sorted as spans are.
    pub suggestions: Vec<Span>,
    /// Its labels as a whole, as indices into [`Corpus::classes`](super::Corpus), sorted.
    pub classes: Vec<ClassId>,
    /// What a person noted about its sentences.
    pub marks: Marks,
    /// Which of the corpus' source files it came from.
    pub file: u32,
    /// Its place in that file: the index of its first sentence, or of its record where each record is a document.
    pub place: u32,
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
    pub fn sentence(&self, index: usize) -> Range<usize> {
        self.sentences[index] as usize..self.sentences[index + 1] as usize
    }

    /// A token's value in a further column, as an index into that column's values; `None` where the document has no such column.
    pub fn value(&self, column: usize, token: usize) -> Option<ValueId> {
        self.columns.get(column)?.get(token)
    }

    /// A token's text.
    pub fn token(&self, index: usize) -> &str {
        let (start, end) = self.tokens[index];
        &self.text[start as usize..end as usize]
    }

    /// The words of a sentence.
    pub fn words(&self, sentence: usize) -> Vec<&str> {
        self.sentence(sentence).map(|t| self.token(t)).collect()
    }

    /// Which words of a sentence touch the one before them.
    pub fn touching(&self, sentence: usize) -> Vec<bool> {
        let range = self.sentence(sentence);
        range.clone().map(|i| i > range.start && self.tokens[i - 1].1 == self.tokens[i].0).collect()
    }

    /// A sentence's text as it stands in the document.
    pub fn sentence_text(&self, sentence: usize) -> &str {
        let range = self.sentence(sentence);
        let start = self.tokens[range.start].0 as usize;
        let end = self.tokens[range.end - 1].1 as usize;
        &self.text[start..end]
    }

    /// The text of some words of a sentence as it stands in the document.
    pub fn words_text(&self, sentence: usize, words: Range<usize>) -> &str {
        let span = self.span_at(sentence, words, LabelId::default());
        &self.text[span.start as usize..span.end as usize]
    }

    /// The spans that touch a sentence, as indices into [`Document::spans`].
    pub fn span_indices(&self, sentence: usize) -> Range<usize> {
        self.indices(&self.spans, sentence)
    }

    /// The suggestions that touch a sentence, as indices into [`Document::suggestions`].
    pub fn suggestion_indices(&self, sentence: usize) -> Range<usize> {
        self.indices(&self.suggestions, sentence)
    }

    fn indices(&self, spans: &[Span], sentence: usize) -> Range<usize> {
        let range = self.sentence(sentence);
        // A span that begins in the space between two sentences is with the second.
        let before = range.start.checked_sub(1).map_or(0, |last| self.tokens[last].1);
        let to = self.tokens[range.end - 1].1;
        let start = spans.partition_point(|s| s.start < before);
        let end = spans.partition_point(|s| s.start < to);
        start..end.max(start)
    }

    /// A sentence's spans in token indices relative to the sentence, sorted. A span that cuts a token takes it whole;
    /// one that leaves the sentence is cut at its border.
    pub fn token_spans(&self, sentence: usize) -> Vec<TokenSpan> {
        let spans = self.spans[self.span_indices(sentence)].iter();
        spans.map(|s| self.token_span(sentence, s)).filter(|s| s.start < s.end).collect()
    }

    /// A span in token indices relative to a sentence; empty where it lies outside.
    pub fn token_span(&self, sentence: usize, span: &Span) -> TokenSpan {
        let tokens = &self.tokens[self.sentence(sentence)];
        TokenSpan {
            start: tokens.partition_point(|t| t.1 <= span.start),
            end: tokens.partition_point(|t| t.0 < span.end),
            label: span.label,
        }
    }

    /// The sentence that holds this byte, or begins behind it; `None` where there is none.
    pub fn sentence_of(&self, byte: u32) -> Option<usize> {
        let token = narrow(self.tokens.partition_point(|t| t.1 <= byte));
        let sentence = self.sentences.partition_point(|first| *first <= token).checked_sub(1)?;
        Some(sentence.min(self.len().checked_sub(1)?))
    }

    /// The span over these tokens of a sentence.
    pub fn span_at(&self, sentence: usize, tokens: Range<usize>, label: LabelId) -> Span {
        let first = self.sentence(sentence).start;
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
    open: usize,
}

impl DocumentBuilder {
    /// An empty document of `columns` further columns.
    pub fn new(split: Split, file: u32, place: u32, columns: usize) -> Self {
        let document = Document {
            split,
            file,
            place,
            sentences: vec![0],
            columns: vec![Values::default(); columns],
            ..Document::default()
        };
        Self { document, open: 0 }
    }

    /// The name of the document that is being built.
    pub fn name(&mut self, name: &str) {
        name.clone_into(&mut self.document.name);
    }

    /// The split of the document that is being built.
    pub fn split(&self) -> Split {
        self.document.split
    }

    /// Puts the document that is being built into a split.
    pub fn of_split(&mut self, split: Split) {
        self.document.split = split;
    }

    /// Adds a token and the ids of its further columns.
    pub fn token(&mut self, word: &str, columns: impl IntoIterator<Item = ValueId>) {
        let space = if self.document.tokens.len() == self.open { "\n" } else { " " };
        self.token_after(space, word, columns);
    }

    /// Adds a token that stands behind this space, which may be none. The text's first token has none before it.
    pub fn token_after(&mut self, space: &str, word: &str, columns: impl IntoIterator<Item = ValueId>) {
        let document = &mut self.document;
        if !document.text.is_empty() {
            document.text.push_str(space);
        }
        let start = narrow(document.text.len());
        document.text.push_str(word);
        document.tokens.push((start, narrow(document.text.len())));
        for (column, value) in document.columns.iter_mut().zip(columns) {
            column.push(value);
        }
    }

    /// Ends the sentence with these spans; false (and nothing happens) when it has no token.
    pub fn end_sentence(&mut self, spans: &[TokenSpan]) -> bool {
        let document = &mut self.document;
        if document.tokens.len() == self.open {
            return false;
        }
        for s in spans {
            let (start, end) = (document.tokens[self.open + s.start].0, document.tokens[self.open + s.end - 1].1);
            document.spans.push(Span::new(start..end, s.label));
        }
        self.open = document.tokens.len();
        document.sentences.push(narrow(self.open));
        true
    }

    /// How many further columns there are.
    pub fn columns(&self) -> usize {
        self.document.columns.len()
    }

    /// How many sentences are complete.
    pub fn sentences(&self) -> usize {
        self.document.len()
    }

    /// The document so far, exactly as big as it is; the next one, whose place is `place`, is built in the same buffers.
    pub fn take(&mut self, place: u32) -> Document {
        let done = self.document.clone();
        let document = &mut self.document;
        document.text.clear();
        document.name.clear();
        document.tokens.clear();
        document.spans.clear();
        document.sentences.truncate(1);
        document.columns.iter_mut().for_each(Values::clear);
        document.place = place;
        self.open = 0;
        done
    }

    /// The document.
    pub fn finish(mut self) -> Document {
        let document = &mut self.document;
        document.text.shrink_to_fit();
        document.tokens.shrink_to_fit();
        document.sentences.shrink_to_fit();
        document.spans.shrink_to_fit();
        self.document
    }
}
