//! Labeling at the selection: the selected words, caret motions, and the edits of spans.
//!
//! A label set by the user also decides the suggestions that it touches.

use super::Session;
use crate::corpus::{BidiOrder, Document, Edit, LabelId, Origin, Span};
use crate::eval::lint::trim_punctuation;
use crate::project::SelectionUnit;
use std::ops::RangeInclusive;
use unicode_segmentation::UnicodeSegmentation;

/// Motion of the caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaretMotion {
    /// Next word to the right on the screen.
    Right,
    /// Next word to the left on the screen.
    Left,
    /// Next word of the dictionary to the right, in text without spaces; elsewhere like [`Self::Right`].
    WordRight,
    /// Next word of the dictionary to the left, in text without spaces; elsewhere like [`Self::Left`].
    WordLeft,
    /// First word of the sentence.
    First,
    /// Last word of the sentence.
    Last,
    /// Next span, in reading order.
    NextSpan,
    /// Previous span, in reading order.
    PreviousSpan,
    /// Next character (grapheme cluster), in reading order. Valid only for extending the selection.
    NextCharacter,
    /// Previous character (grapheme cluster). Valid only for extending the selection.
    PreviousCharacter,
}

/// Change of the boundaries of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanResize {
    /// Adds the word after the span.
    ExtendEnd,
    /// Removes the last word.
    ShrinkEnd,
    /// Adds the word before the span.
    ExtendStart,
    /// Removes the first word.
    ShrinkStart,
    /// Splits the span before the first selected word.
    Split,
    /// Merges the span with all spans that the selection touches, or with the next span.
    Merge,
}

impl Session {
    /// Returns the selected text of the current sentence.
    pub fn selected_text(&self) -> Option<&str> {
        let at = self.selection_as_span(LabelId::default())?;
        Some(&self.document_at(self.current).text[at.start as usize..at.end as usize])
    }

    /// Returns the indices of the selected words, first to last.
    pub fn selected(&self) -> Option<RangeInclusive<usize>> {
        self.selection.map(|(a, b)| a.min(b)..=a.max(b))
    }

    /// Returns the current document and the index of the current sentence in it.
    pub(super) fn current_sentence(&self) -> (&Document, usize) {
        self.sentence(self.current)
    }

    /// Returns the document of a sentence and the index of the sentence in it, by index in the list of all sentences.
    pub(super) fn sentence(&self, index: usize) -> (&Document, usize) {
        let id = self.sentences[index];
        (self.corpus.document(id.document), id.sentence as usize)
    }

    /// Returns the gold spans of the current sentence.
    fn current_spans(&self) -> &[Span] {
        let (document, sentence) = self.current_sentence();
        &document.spans[document.span_range(sentence)]
    }

    /// Moves the caret. `extend` keeps the anchor of the selection. In a right-to-left sentence, right is backward.
    pub fn move_caret(&mut self, caret: CaretMotion, extend: bool) {
        let (document, sentence) = self.current_sentence();
        let right_to_left = BidiOrder::from_words(&document.sentence_tokens(sentence)).is_rtl;
        let last = document.sentence_range(sentence).len() - 1;
        let unit = self.selection_unit();
        let (forward, unit) = match caret {
            CaretMotion::Right => (!right_to_left, unit),
            CaretMotion::Left => (right_to_left, unit),
            CaretMotion::WordRight => (!right_to_left, SelectionUnit::Word),
            CaretMotion::WordLeft => (right_to_left, SelectionUnit::Word),
            CaretMotion::First => return self.set_caret(0, extend),
            CaretMotion::Last => return self.set_caret(last, extend),
            CaretMotion::NextSpan | CaretMotion::PreviousSpan => {
                return self.go_to_span(caret == CaretMotion::NextSpan, extend);
            }
            CaretMotion::NextCharacter | CaretMotion::PreviousCharacter => return,
        };
        if unit == SelectionUnit::Word {
            return self.move_by_word(forward, extend);
        }
        match self.selection {
            None => self.set_caret(if forward { 0 } else { last }, false),
            Some((_, head)) => {
                self.set_caret(if forward { (head + 1).min(last) } else { head.saturating_sub(1) }, extend);
            }
        }
    }

    /// Moves the end of the selection and keeps its anchor. Returns false without any change if it would be inside a
    /// word and the source format supports only whole words.
    pub fn extend_selection(&mut self, caret: CaretMotion) -> bool {
        match caret {
            CaretMotion::NextCharacter => self.extend_by_character(true),
            CaretMotion::PreviousCharacter => self.extend_by_character(false),
            CaretMotion::Right if self.extends_by_character() => self.extend_by_character(true),
            CaretMotion::Left if self.extends_by_character() => self.shorten_or_extend_start(),
            CaretMotion::Right
            | CaretMotion::Left
            | CaretMotion::WordRight
            | CaretMotion::WordLeft
            | CaretMotion::NextSpan
            | CaretMotion::PreviousSpan
            | CaretMotion::First
            | CaretMotion::Last => {
                self.move_caret(caret, true);
                true
            }
        }
    }

    /// Moves the end of the selection by one character. Returns false if the source format supports only whole words.
    pub fn extend_by_character(&mut self, forward: bool) -> bool {
        let Some(at) = self.selection_as_span(LabelId::default()) else { return true };
        let (document, sentence) = self.current_sentence();
        let tokens = document.sentence_range(sentence);
        let text = if forward {
            &document.text[at.end as usize..document.tokens[tokens.end - 1].1 as usize]
        } else {
            &document.text[at.start as usize..at.end as usize]
        };
        // Whitespace moves together with the adjacent character, because a selection has no whitespace at its edges.
        let cluster = |c: &&str| !c.trim().is_empty();
        let end = if forward {
            let mut reached = at.end;
            text.graphemes(true).find(|c| {
                reached += c.len() as u32;
                cluster(c)
            });
            reached
        } else {
            let last = text.graphemes(true).next_back().map_or(0, str::len);
            at.start + text[..text.len() - last].trim_end().len() as u32
        };
        end == at.start || self.select_part((at.start, end))
    }

    /// Removes the last character of the selection. A selection of one character, or one that was made backward, is
    /// extended by the character before it.
    fn shorten_or_extend_start(&mut self) -> bool {
        let Some(at) = self.selection_as_span(LabelId::default()) else { return true };
        let (document, sentence) = self.current_sentence();
        let is_single = document.text[at.start as usize..at.end as usize].graphemes(true).nth(1).is_none();
        let is_backward = self.selection.is_some_and(|(anchor, head)| head < anchor);
        if !is_single && !is_backward {
            return self.extend_by_character(false);
        }
        let first = document.tokens[document.sentence_range(sentence).start].0;
        let before = document.text[first as usize..at.start as usize].trim_end();
        let last = before.graphemes(true).next_back().map_or(0, str::len);
        let start = first + (before.len() - last) as u32;
        let is_selected = self.select_part((start, at.end));
        // The moving end is the first word now.
        self.selection = self.selection.map(|(from, to)| (from.max(to), from.min(to)));
        is_selected
    }

    pub(super) fn set_caret(&mut self, at: usize, extend: bool) {
        let anchor = self.selection.filter(|_| extend).map_or(at, |(anchor, _)| anchor);
        self.select(Some((anchor, at)));
    }

    /// Selects the next or previous span, or extends the selection over it.
    fn go_to_span(&mut self, forward: bool, extend: bool) {
        let (document, sentence) = self.current_sentence();
        let from = self.selection_as_span(LabelId::default()).map(|at| at.start);
        let spans = self.current_spans();
        let found = match (from, forward) {
            (None, true) => spans.first(),
            (None, false) => spans.last(),
            (Some(from), true) => spans.iter().find(|s| s.start > from),
            (Some(from), false) => spans.iter().rev().find(|s| s.start < from),
        };
        let Some(span) = found.copied() else { return };
        let words = document.to_token_span(sentence, &span);
        match self.selection.filter(|_| extend) {
            Some((anchor, _)) => self.select(Some((anchor, if forward { words.end - 1 } else { words.start }))),
            None => {
                self.select_part((span.start, span.end));
            }
        }
    }

    /// Returns the words that a drag selects, from anchor to end, in a sentence given by index in the list of all
    /// sentences. Punctuation at the edges is excluded unless `with_signs` is true or the drag covers nothing else.
    pub fn drag_range(&self, index: usize, (from, to): (usize, usize), with_signs: bool) -> (usize, usize) {
        let (document, sentence) = self.sentence(index);
        let mut words = from.min(to)..from.max(to) + 1;
        if self.selection_unit() == SelectionUnit::Word {
            words.start = self.word_at(index, words.start).start;
            words.end = self.word_at(index, words.end - 1).end;
        }
        let whole = words.clone();
        // A full stop at the end of a sentence is not part of an abbreviation.
        let tokens = document.sentence_range(sentence);
        let ends = words.end == tokens.len() && words.len() > 1 && document.token(tokens.end - 1) == ".";
        words.end -= usize::from(ends);
        let inner = trim_punctuation(document, sentence, words);
        let (first, last) = match inner.filter(|_| !with_signs) {
            Some(inner) => (inner.start, inner.end - 1),
            None => (whole.start, whole.end - 1),
        };
        if from <= to { (first, last) } else { (last, first) }
    }

    /// Returns the selected text range as a span of this label.
    pub fn selection_as_span(&self, label: LabelId) -> Option<Span> {
        if let Some((start, end)) = self.char_selection {
            return Some(Span::new(start..end, label));
        }
        let words = self.selected()?;
        let (document, sentence) = self.current_sentence();
        Some(document.span_from_tokens(sentence, *words.start()..words.end() + 1, label))
    }

    /// Selects a byte range of the current sentence: whole words if it matches them, or a part of words. Whitespace at
    /// the edges is excluded. Returns false without any change if the source format supports only whole words.
    pub fn select_part(&mut self, bytes: (u32, u32)) -> bool {
        let (document, sentence) = self.current_sentence();
        let text = &document.text[bytes.0 as usize..bytes.1 as usize];
        let start = bytes.0 + (text.len() - text.trim_start().len()) as u32;
        let part = Span::new(start..start + text.trim().len() as u32, LabelId::default());
        let words = document.to_token_span(sentence, &part);
        if part.start >= part.end || words.start >= words.end {
            return true;
        }
        let whole = document.span_from_tokens(sentence, words.start..words.end, LabelId::default()) == part;
        if !whole && !self.supports_partial_tokens(document) {
            return false;
        }
        let selection = (words.start, words.end - 1);
        self.select(Some(selection));
        self.char_selection = (!whole).then_some((part.start, part.end));
        true
    }

    /// Returns the span at the selection: the span of exactly these words, or the shortest span around them, or the
    /// first span that they touch.
    pub fn selected_span(&self) -> Option<Span> {
        let at = self.selection_as_span(LabelId::default())?;
        let around = |s: &&Span| s.start <= at.start && at.end <= s.end;
        let spans = self.current_spans();
        let shortest = spans.iter().filter(around).min_by_key(|s| s.end - s.start);
        shortest.or_else(|| spans.iter().find(|s| s.overlaps(&at))).copied()
    }

    /// Returns the span that blocks a label at the selection if overlaps are not allowed: a span of another label that
    /// extends beyond the selected words. Covered spans and spans of the same label are replaced.
    pub fn conflicting_span(&self, label: LabelId) -> Option<Span> {
        let at = self.selection_as_span(label).filter(|_| !self.allow_overlaps)?;
        let reaches_beyond = |s: &&Span| s.overlaps(&at) && (s.start < at.start || at.end < s.end);
        self.current_spans().iter().filter(|s| s.label != label).find(reaches_beyond).copied()
    }

    /// Returns the edit that applies a label to the selected words (`None` removes labels) and resolves their
    /// suggestions. Touched spans are removed, or only spans of the same words if overlaps are allowed. Returns `None`
    /// if nothing is selected or nothing would change.
    pub fn label_edit(&self, label: Option<LabelId>) -> Option<Edit> {
        let at = self.selection_as_span(LabelId::default())?;
        let mut removed = self.replaced_spans(self.current_spans(), &[at]);
        if label.is_none() && removed.is_empty() {
            removed = self.current_spans().iter().filter(|s| s.overlaps(&at)).copied().collect();
        }
        let added: Vec<Span> = label.map(|label| Span { label, origin: Origin::Human, ..at }).into_iter().collect();
        (removed != added).then(|| self.with_suggestions_decided(removed, added))
    }

    /// Returns the spans of a sorted list that new spans replace: the touched spans, or only spans of the same words if
    /// overlaps are allowed. `new` is sorted, and has no overlaps unless they are allowed.
    pub fn replaced_spans(&self, spans: &[Span], new: &[Span]) -> Vec<Span> {
        let goes = |s: &&Span| {
            if self.allow_overlaps {
                return new.binary_search_by_key(&(s.start, s.end), |n| (n.start, n.end)).is_ok();
            }
            new.get(new.partition_point(|n| n.end <= s.start)).is_some_and(|n| n.overlaps(s))
        };
        spans.iter().filter(goes).copied().collect()
    }

    /// Returns the edits that add new spans to a document and remove the replaced spans. Suggestions there are
    /// resolved.
    pub fn insert_spans_edits(&self, document: u32, added: Vec<Span>) -> Vec<Edit> {
        let d = self.corpus.document(document);
        let (removed, decided) = (self.replaced_spans(&d.spans, &added), self.replaced_spans(&d.suggestions, &added));
        let mut edits = Vec::new();
        if !decided.is_empty() {
            edits.push(Edit::Suggestions { document, removed: decided, added: Vec::new() });
        }
        edits.push(Edit::Spans { document, removed, added });
        edits
    }

    /// Returns the edit that replaces spans of the current document. Added spans resolve suggestions. Existing spans
    /// are not added again.
    fn with_suggestions_decided(&self, removed: Vec<Span>, mut added: Vec<Span>) -> Edit {
        let document = self.current_id().document;
        added.retain(|s| removed.contains(s) || self.current_spans().binary_search(s).is_err());
        let suggestions = self.replaced_spans(self.suggestions(), &added);
        let spans = Edit::Spans { document, removed, added };
        if suggestions.is_empty() {
            return spans;
        }
        let title = spans.title(&self.corpus);
        let decided = Edit::Suggestions { document, removed: suggestions, added: Vec::new() };
        Edit::Group { title, edits: vec![decided, spans] }
    }

    /// Returns the edit that changes the boundaries of the selected span, and the new selection. Returns `None` if the
    /// change is impossible: at the end of the sentence, at another span if overlaps are not allowed, or if the span
    /// would become empty.
    pub fn reshape(&self, how: SpanResize) -> Option<(Edit, (usize, usize))> {
        let span = self.selected_span()?;
        let (document, sentence) = self.current_sentence();
        let words = document.to_token_span(sentence, &span);
        let (mut start, mut end) = (words.start, words.end);
        let at = |words: std::ops::Range<usize>| Span {
            origin: Origin::Human,
            ..document.span_from_tokens(sentence, words, span.label)
        };
        let first_selected = *self.selected()?.start();
        match how {
            SpanResize::ExtendEnd => end += 1,
            SpanResize::ShrinkEnd => end -= 1,
            SpanResize::ExtendStart => start = start.checked_sub(1)?,
            SpanResize::ShrinkStart => start += 1,
            SpanResize::Split => {
                let fits = words.start < first_selected && first_selected < words.end;
                let halves = fits.then(|| vec![at(start..first_selected), at(first_selected..end)])?;
                return Some((self.with_suggestions_decided(vec![span], halves), (first_selected, end - 1)));
            }
            SpanResize::Merge => return self.merge(span),
        }
        if start >= end || end > document.sentence_range(sentence).len() {
            return None;
        }
        let new = at(start..end);
        let in_the_way = |s: &&Span| **s != span && s.overlaps(&new) && !s.overlaps(&span);
        if !self.allow_overlaps && self.current_spans().iter().any(|s| in_the_way(&s)) {
            return None;
        }
        Some((self.with_suggestions_decided(vec![span], vec![new]), (start, end - 1)))
    }

    /// Merges all spans that the selection touches, or the selected span and the next one if the selection touches only
    /// one.
    fn merge(&self, span: Span) -> Option<(Edit, (usize, usize))> {
        let (document, sentence) = self.current_sentence();
        let at = self.selection_as_span(LabelId::default())?;
        let mut parts: Vec<Span> = self.current_spans().iter().filter(|s| s.overlaps(&at)).copied().collect();
        if parts.len() == 1 {
            parts.extend(self.current_spans().iter().find(|s| s.start >= span.end));
        }
        if parts.len() < 2 {
            return None;
        }
        let first = parts.first()?;
        let end = parts.iter().map(|s| document.to_token_span(sentence, s).end).max()?;
        let words = document.to_token_span(sentence, first).start..end;
        let whole = Span { origin: Origin::Human, ..document.span_from_tokens(sentence, words.clone(), first.label) };
        let between = |s: &&Span| !self.allow_overlaps && s.overlaps(&whole);
        let removed = self.current_spans().iter().filter(|s| parts.contains(s) || between(s)).copied().collect();
        Some((self.with_suggestions_decided(removed, vec![whole]), (words.start, words.end - 1)))
    }
}
