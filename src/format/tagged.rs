//! Helpers shared by formats: building documents of tagged sentences, comparing tags with spans, and splitting a corpus
//! into texts.

use super::{Problem, ReadReport, RewriteContext, SourceInput};
use crate::corpus::scheme::decode;
use crate::corpus::tag_notation::{prefix_of, stacked_tags};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{
    Corpus, Document, DocumentBuilder, FieldNames, FieldValue, LabelId, LabelSet, SchemeDetector, Split, Tag,
    TagNotation, TagPosition, TokenSpan, TooManyLabels,
};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Sentence of a source during a rewrite.
pub(super) struct SourceSentence<W, T> {
    /// Index among the sentences of the source, from 0.
    pub number: usize,
    /// Line, from 1; 0 if the source has no lines.
    pub line: usize,
    pub words: W,
    pub tags: T,
    pub notation: TagNotation,
    /// True if a token can have several tags.
    pub stacked: bool,
}

/// Cursor over the current spans of the sentences of a source, in order.
pub(super) struct SpanCursor<'a> {
    current: &'a RewriteContext<'a>,
    documents: std::iter::Peekable<Box<dyn Iterator<Item = &'a Document> + 'a>>,
}

impl<'a> SpanCursor<'a> {
    pub(super) fn new(current: &'a RewriteContext<'a>) -> Self {
        let documents: Box<dyn Iterator<Item = _>> = Box::new(current.documents());
        Self { current, documents: documents.peekable() }
    }

    /// Returns the document of the n-th sentence of the source and the index in it; `None` if the corpus lacks the
    /// sentence.
    fn find(&mut self, sentence: usize) -> Option<(&'a Document, usize)> {
        while self.documents.peek().is_some_and(|d| sentence >= d.source_index as usize + d.len()) {
            self.documents.next();
        }
        let document = *self.documents.peek()?;
        sentence.checked_sub(document.source_index as usize).map(|s| (document, s))
    }

    /// Returns the new spans of a sentence if its tags differ or all tags are written again. `None` if it is unchanged.
    ///
    /// # Errors
    /// Returns an error if a changed sentence has other tokens than the corpus: the file is not the source of the
    /// corpus.
    pub(super) fn changed_spans<W, T>(&mut self, there: SourceSentence<W, T>) -> Result<Option<Vec<TokenSpan>>, Problem>
    where
        W: Iterator<Item: AsRef<str>>,
        T: Iterator<Item: AsRef<str>>,
    {
        let (anew, labels) = (self.current.rewrite_all, &self.current.corpus.labels);
        let says =
            |wanted: &[TokenSpan]| !anew && tags_match(there.notation, there.stacked, there.tags, wanted, labels);
        self.spans_unless(there.number, there.line, there.words, says)
    }

    /// Returns the new spans of a sentence; `None` if `says` confirms that the source already contains them.
    ///
    /// # Errors
    /// Returns an error under the condition of [`SpanCursor::changed_spans`].
    pub(super) fn spans_unless<W>(
        &mut self,
        number: usize,
        line: usize,
        mut words: impl Iterator<Item = W>,
        says: impl FnOnce(&[TokenSpan]) -> bool,
    ) -> Result<Option<Vec<TokenSpan>>, Problem>
    where
        W: AsRef<str>,
    {
        let Some((document, sentence)) = self.find(number) else { return Ok(None) };
        let wanted = document.to_token_spans(sentence);
        if says(&wanted) {
            return Ok(None);
        }
        let mut here = document.sentence_range(sentence).map(|token| document.token(token));
        if here.all(|word| words.next().is_some_and(|w| w.as_ref() == word)) && words.next().is_none() {
            Ok(Some(wanted))
        } else {
            Err(text_changed_error(line))
        }
    }

    /// Checks at the end that the source had all sentences of the corpus.
    ///
    /// # Errors
    /// Returns an error if it had fewer: the file is not the source of the corpus.
    pub(super) fn finish(mut self, sentences: usize) -> Result<(), Problem> {
        let left = self.documents.find(|d| d.source_index as usize + d.len() > sentences);
        left.map_or(Ok(()), |_| {
            let reason = format!("the file has {sentences} sentences, fewer than in the open dataset; {REOPEN_ADVICE}");
            Err(Problem::at(0, 0, reason))
        })
    }
}

const REOPEN_ADVICE: &str = "nothing was written; open the file again";

/// Returns the error for a source text that differs from the corpus. Labels could be assigned to the wrong tokens.
pub(super) fn text_changed_error(line: usize) -> Problem {
    Problem::at(line, 0, format!("the text differs from the open dataset; {REOPEN_ADVICE}"))
}

/// True if the tags of a sentence decode to these spans, in any scheme. An invalid tag counts as `O`.
pub(super) fn tags_match(
    notation: TagNotation,
    stacked: bool,
    tags: impl Iterator<Item: AsRef<str>>,
    wanted: &[TokenSpan],
    labels: &LabelSet,
) -> bool {
    if stacked {
        return stacked_tags_match(notation, tags, wanted, labels);
    }
    let mut names = LabelSet::default();
    let mut tag = |text: &str| match notation.parse(text).ok().flatten() {
        Some((letter, name)) => names.intern(name).map(|label| Some((prefix_of(letter), label))),
        None => Ok(None),
    };
    // A sentence with more labels than possible has other spans.
    let Ok(tags) = tags.map(|t| tag(t.as_ref())).collect::<Result<Vec<Tag>, _>>() else { return false };
    decode(&tags)
        .iter()
        .map(|s| (s.start, s.end, names.name(s.label)))
        .eq(wanted.iter().map(|s| (s.start, s.end, labels.name(s.label))))
}

/// True if stacked tags decode to these spans. The tags of each label are decoded separately.
fn stacked_tags_match(
    notation: TagNotation,
    tags: impl Iterator<Item: AsRef<str>>,
    wanted: &[TokenSpan],
    labels: &LabelSet,
) -> bool {
    let mut names = LabelSet::default();
    let mut stacks: Vec<Vec<(char, LabelId)>> = Vec::new();
    for tag in tags {
        let parts = stacked_tags(tag.as_ref(), notation).filter_map(|part| notation.parse(part).ok().flatten());
        let Ok(stack) =
            parts.map(|(letter, name)| Ok((letter, names.intern(name)?))).collect::<Result<_, TooManyLabels>>()
        else {
            return false;
        };
        stacks.push(stack);
    }
    let sorted = |spans: &[TokenSpan], names: &LabelSet| {
        let mut spans: Vec<(usize, usize, String)> =
            spans.iter().map(|s| (s.start, s.end, names.name(s.label).to_owned())).collect();
        spans.sort_unstable();
        spans
    };
    sorted(&decode_stacked(&stacks), &names) == sorted(wanted, labels)
}

/// Returns the spans of stacked tags, sorted. The tags of each label are decoded separately.
pub(super) fn decode_stacked(stacks: &[Vec<(char, LabelId)>]) -> Vec<TokenSpan> {
    let mut labels: Vec<LabelId> = stacks.iter().flatten().map(|(_, label)| *label).collect();
    labels.sort_unstable();
    labels.dedup();
    let tag_of = |stack: &Vec<(char, LabelId)>, label: LabelId| {
        stack.iter().find(|(_, other)| *other == label).map(|(letter, _)| (prefix_of(*letter), label))
    };
    let tags_of = |label: LabelId| stacks.iter().map(|stack| tag_of(stack, label)).collect::<Vec<Tag>>();
    let mut spans: Vec<TokenSpan> = labels.into_iter().flat_map(|label| decode(&tags_of(label))).collect();
    spans.sort_unstable();
    spans
}

/// Builder of documents whose tokens have tags.
pub(super) struct TaggedBuilder<'a> {
    pub(super) corpus: &'a mut Corpus,
    pub(super) builder: DocumentBuilder,
    pub(super) found: ReadReport,
    detector: SchemeDetector,
    tags: Vec<Tag>,
    split: Split,
    file: u32,
    /// Complete documents.
    done: Vec<Document>,
    /// Notation of the tags.
    pub(super) notation: TagNotation,
    field_names: FieldNames,
}

impl<'a> TaggedBuilder<'a> {
    /// Returns a builder for the documents of a source.
    pub(super) fn new(source: &SourceInput, corpus: &'a mut Corpus, found: ReadReport) -> Self {
        let builder = DocumentBuilder::new(source.split, source.source_id, 0, 0);
        let (split, file) = (source.split, source.source_id);
        Self {
            corpus,
            builder,
            found,
            detector: SchemeDetector::default(),
            tags: Vec::new(),
            split,
            file,
            done: Vec::new(),
            notation: TagNotation::Hyphen,
            field_names: FieldNames::default(),
        }
    }

    /// Sets the split of the next sentences. A different split starts a new document.
    pub(super) fn start_split(&mut self, split: Split) {
        if std::mem::replace(&mut self.split, split) == split {
            return;
        }
        self.start_document("");
    }

    /// Starts a document with this name.
    pub(super) fn start_document(&mut self, name: &str) {
        let next = DocumentBuilder::new(self.split, self.file, to_u32(self.sentences()), 0);
        let before = std::mem::replace(&mut self.builder, next);
        if before.sentences() > 0 {
            self.done.push(before.into_document());
        }
        self.builder.set_name(name);
    }

    /// Sets the fields of the next sentences. Other fields start a new document.
    pub(super) fn start_record(&mut self, fields: Vec<(String, FieldValue)>) {
        let fields = self.field_names.intern(fields);
        if self.builder.fields() != fields {
            self.start_document("");
            self.builder.set_fields(fields);
        }
    }

    /// Returns the number of sentences added so far.
    pub(super) fn sentences(&self) -> usize {
        self.done.iter().map(Document::len).sum::<usize>() + self.builder.sentences()
    }

    /// Adds a token after this whitespace.
    pub(super) fn push_token_after(&mut self, space: &str, word: &str) {
        self.builder.push_token_after(space, word, []);
    }

    /// Adds a token.
    pub(super) fn push_token(&mut self, word: &str) {
        self.builder.push_token(word, []);
    }

    /// Adds a sentence of tokens and their tags, all from one line.
    ///
    /// # Errors
    /// Returns an error under the condition of [`TaggedBuilder::push_tag`].
    pub(super) fn push_sentence<T: AsRef<str>>(&mut self, words: &[T], tags: &[T], line: usize) -> Result<(), Problem> {
        for (i, (word, tag)) in words.iter().zip(tags).enumerate() {
            self.push_token(word.as_ref());
            self.push_tag(tag.as_ref(), line, i + 1)?;
        }
        self.end_sentence();
        Ok(())
    }

    /// Adds the tag of the last token. An invalid tag counts as `O` and is reported.
    ///
    /// # Errors
    /// Returns an error if the data has more labels than a corpus can hold.
    pub(super) fn push_tag(&mut self, text: &str, line: usize, column: usize) -> Result<(), Problem> {
        let tag = match self.notation.parse(text) {
            Ok(None) => None,
            Ok(Some((letter, name))) => Some((letter, self.corpus.labels.intern(name)?)),
            Err(wrong) => {
                let message = || format!("invalid tag {}, read as O", super::read_report::quote(wrong));
                self.found.push_problem(line, column, message);
                None
            }
        };
        let place = TagPosition { line, sentence: self.sentences() };
        self.detector.push_tag(tag.map(|(letter, label)| (letter, u64::from(label))), place);
        self.tags.push(tag.map(|(letter, label)| (prefix_of(letter), label)));
        Ok(())
    }

    /// Adds a sentence of tokens and its spans, which can overlap.
    pub(super) fn push_sentence_of_spans<T: AsRef<str>>(&mut self, words: &[T], spans: &[TokenSpan]) {
        words.iter().for_each(|word| self.push_token(word.as_ref()));
        self.builder.end_sentence(spans);
    }

    /// Ends the sentence. Returns `false` if it has no token.
    pub(super) fn end_sentence(&mut self) -> bool {
        self.detector.end_sentence();
        let spans = decode(&std::mem::take(&mut self.tags));
        self.builder.end_sentence(&spans)
    }

    /// Adds the documents to the corpus and returns the report.
    pub(super) fn finish(mut self) -> ReadReport {
        self.found.set_scheme(&self.detector);
        if self.builder.sentences() > 0 {
            self.done.push(self.builder.into_document());
        }
        self.corpus.documents.extend(self.done.into_iter().map(Arc::new));
        self.found
    }
}

/// Returns the tokens of a source without whitespace tokens (spaCy creates some). `None` if tokens overlap.
pub(super) fn provided_tokens(text: &str, words: Vec<(u32, u32)>) -> Option<Vec<(u32, u32)>> {
    let is_word = |w: &(u32, u32)| !text[w.0 as usize..w.1 as usize].trim().is_empty();
    let words: Vec<(u32, u32)> = words.into_iter().filter(is_word).collect();
    words.windows(2).all(|w| w[0].1 <= w[1].0).then_some(words)
}

/// Escapes a label name for formats with columns separated by whitespace and fields by `|`: both become `_`.
pub(super) fn escape_label(name: &str) -> String {
    name.replace([' ', '\t', '\n', '\r', '|', '\u{a0}'], "_")
}

/// Escapes a token for formats with tokens separated by whitespace and sentences by lines: whitespace becomes `_`.
pub(super) fn escape_token(word: &str) -> Cow<'_, str> {
    if is_spaced(word) { word.replace(SPACE, "_").into() } else { word.into() }
}

/// Separators of tokens and lines in token formats.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// True if a token contains a separator of tokens or lines.
pub(super) fn is_spaced(word: &str) -> bool {
    word.contains(SPACE)
}

/// Range of a document that is exported as one text.
pub(super) struct TextChunk<'a> {
    pub(super) document: &'a Document,
    /// Byte range in the text of the document.
    pub(super) text: Range<usize>,
    pub(super) sentences: Range<usize>,
    /// Token range in the document.
    pub(super) words: Range<usize>,
    /// Index range in the spans of the document.
    pub(super) spans: Range<usize>,
}

/// True if any separator of two tokens is neither one space nor one line break.
pub(super) fn has_custom_whitespace(d: &Document) -> bool {
    let bare = |space: &str| space == " " || space == "\n";
    d.tokens.windows(2).any(|w| !bare(&d.text[w[0].1 as usize..w[1].0 as usize]))
}

/// Returns the texts of a corpus: documents, or sentences if the corpus has no document boundaries.
pub(super) fn text_chunks(corpus: &Corpus, split: Option<Split>) -> Vec<TextChunk<'_>> {
    let all: Vec<&Document> = corpus.documents.iter().map(AsRef::as_ref).collect();
    let wanted: Vec<&Document> = all.into_iter().filter(|d| split.is_none_or(|s| d.splits.contains(s))).collect();
    let splits = wanted.windows(2).filter(|w| w[0].splits.first() != w[1].splits.first()).count() + 1;
    // Tokens joined by one space come from a token format. A text has its own whitespace.
    let whole = wanted.len() > splits || wanted.iter().all(|d| d.len() <= 1 || has_custom_whitespace(d));
    let mut parts = Vec::new();
    for document in wanted {
        if whole {
            let (text, sentences) = (0..document.text.len(), 0..document.len());
            let (words, spans) = (0..document.tokens.len(), 0..document.spans.len());
            parts.push(TextChunk { document, text, sentences, words, spans });
            continue;
        }
        for sentence in 0..document.len() {
            let words = document.sentence_range(sentence);
            let text = document.tokens[words.start].0 as usize..document.tokens[words.end - 1].1 as usize;
            let spans = document.span_range(sentence);
            parts.push(TextChunk { document, text, sentences: sentence..sentence + 1, words, spans });
        }
    }
    parts
}
