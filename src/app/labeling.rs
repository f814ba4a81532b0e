//! Labelling at the selection: what is selected, how it moves, and the edits of its spans.

use super::annotate::Annotate;
use crate::corpus::{BidiOrder, Document, Edit, LabelId, Origin, Span};
use crate::eval::lint::trim_punctuation;
use std::ops::RangeInclusive;
use unicode_segmentation::UnicodeSegmentation;

/// Where the caret goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaretMotion {
    /// To the next word towards the right of the window.
    Right,
    /// To the next word towards the left of the window.
    Left,
    /// To the sentence's first word.
    First,
    /// To the sentence's last word.
    Last,
    /// To the next span, as it is read.
    NextSpan,
    /// To the span before.
    PreviousSpan,
    /// To the next character, as it is read; a cluster of marks is one. It extends only.
    NextCharacter,
    /// To the character before.
    PreviousCharacter,
}

/// How a span changes at its edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanResize {
    /// Takes the word behind it.
    GrowEnd,
    /// Gives its last word up.
    ShrinkEnd,
    /// Takes the word before it.
    GrowStart,
    /// Gives its first word up.
    ShrinkStart,
    /// Becomes two before the first selected word.
    Split,
    /// Becomes one with all that the selection touches, or with the next.
    Merge,
}

impl Annotate {
    /// The selected words, first to last.
    pub fn selected(&self) -> Option<RangeInclusive<usize>> {
        self.selection.map(|(a, b)| a.min(b)..=a.max(b))
    }

    /// The current document and the number of the current sentence in it.
    fn here(&self) -> (&Document, usize) {
        let id = self.current_id();
        (self.corpus.document(id.document), id.sentence as usize)
    }

    /// The gold spans of the current sentence.
    fn spans_here(&self) -> &[Span] {
        let (document, sentence) = self.here();
        &document.spans[document.span_range(sentence)]
    }

    /// Moves the selection; `extend` keeps where it began. Right is backwards in a right-to-left sentence.
    pub fn move_caret(&mut self, caret: CaretMotion, extend: bool) {
        let (document, sentence) = self.here();
        let right_to_left = BidiOrder::from_words(&document.sentence_tokens(sentence)).is_rtl;
        let last = document.sentence_range(sentence).len() - 1;
        let forward = match caret {
            CaretMotion::Right => !right_to_left,
            CaretMotion::Left => right_to_left,
            CaretMotion::First => return self.put_caret(0, extend),
            CaretMotion::Last => return self.put_caret(last, extend),
            CaretMotion::NextSpan | CaretMotion::PreviousSpan => {
                return self.go_to_span(caret == CaretMotion::NextSpan, extend);
            }
            CaretMotion::NextCharacter | CaretMotion::PreviousCharacter => return,
        };
        match self.selection {
            None => self.put_caret(if forward { 0 } else { last }, false),
            Some((_, head)) => {
                self.put_caret(if forward { (head + 1).min(last) } else { head.saturating_sub(1) }, extend);
            }
        }
    }

    /// Lets the selection end a character later or earlier; false where the source holds only whole words.
    pub fn extend_by_character(&mut self, forward: bool) -> bool {
        let Some(at) = self.selected_text(LabelId::default()) else { return true };
        let (document, sentence) = self.here();
        let tokens = document.sentence_range(sentence);
        let text = if forward {
            &document.text[at.end as usize..document.tokens[tokens.end - 1].1 as usize]
        } else {
            &document.text[at.start as usize..at.end as usize]
        };
        // Space goes with the character beside it: a selection has none at its edges.
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

    fn put_caret(&mut self, at: usize, extend: bool) {
        let anchor = self.selection.filter(|_| extend).map_or(at, |(anchor, _)| anchor);
        self.select(Some((anchor, at)));
    }

    /// Selects the span after or before the selection, or extends over it.
    fn go_to_span(&mut self, forward: bool, extend: bool) {
        let (document, sentence) = self.here();
        let from = self.selected_text(LabelId::default()).map(|at| at.start);
        let spans = self.spans_here();
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

    /// What a drag over words of a sentence (by its place in the list of all) takes, from where it began to where it is: without the
    /// signs at their edges, unless there is nothing else or they are wanted.
    pub fn dragged(&self, place: usize, (from, to): (usize, usize), with_signs: bool) -> (usize, usize) {
        let id = self.sentences[place];
        let (document, sentence) = (self.corpus.document(id.document), id.sentence as usize);
        let mut words = from.min(to)..from.max(to) + 1;
        // The stop that ends a sentence is no abbreviation's.
        let tokens = document.sentence_range(sentence);
        let ends = words.end == tokens.len() && words.len() > 1 && document.token(tokens.end - 1) == ".";
        words.end -= usize::from(ends);
        let inner = trim_punctuation(document, sentence, words);
        match inner.filter(|_| !with_signs) {
            Some(inner) if from <= to => (inner.start, inner.end - 1),
            Some(inner) => (inner.end - 1, inner.start),
            None => (from, to),
        }
    }

    /// The stretch of text that is selected, as a span of this label.
    pub fn selected_text(&self, label: LabelId) -> Option<Span> {
        if let Some((start, end)) = self.part {
            return Some(Span::new(start..end, label));
        }
        let words = self.selected()?;
        let (document, sentence) = self.here();
        Some(document.span_from_tokens(sentence, *words.start()..words.end() + 1, label))
    }

    /// Selects bytes of the current sentence: whole words where they are, a part of them else. Space at the edges is left out. False,
    /// and nothing happens, where the source holds only spans of whole words.
    pub fn select_part(&mut self, bytes: (u32, u32)) -> bool {
        let (document, sentence) = self.here();
        let text = &document.text[bytes.0 as usize..bytes.1 as usize];
        let start = bytes.0 + (text.len() - text.trim_start().len()) as u32;
        let part = Span::new(start..start + text.trim().len() as u32, LabelId::default());
        let words = document.to_token_span(sentence, &part);
        if part.start >= part.end || words.start >= words.end {
            return true;
        }
        let file = self.files.get(document.source_id as usize);
        let whole = document.span_from_tokens(sentence, words.start..words.end, LabelId::default()) == part;
        if !whole && file.is_some_and(|f| !f.report.format.capabilities.original_text) {
            return false;
        }
        let selection = (words.start, words.end - 1);
        self.select(Some(selection));
        self.part = (!whole).then_some((part.start, part.end));
        true
    }

    /// The span that the selection means: the one of just these words, else the shortest around them, else the first it touches.
    pub fn selected_span(&self) -> Option<Span> {
        let at = self.selected_text(LabelId::default())?;
        let around = |s: &&Span| s.start <= at.start && at.end <= s.end;
        let spans = self.spans_here();
        let shortest = spans.iter().filter(around).min_by_key(|s| s.end - s.start);
        shortest.or_else(|| spans.iter().find(|s| s.overlaps(&at))).copied()
    }

    /// The span that is in the way of a label at the selection where spans may not overlap: one of another label that reaches
    /// beyond the selected words. What a label covers, and a span of the same label, it takes the place of.
    pub fn in_the_way(&self, label: LabelId) -> Option<Span> {
        let at = self.selected_text(label).filter(|_| !self.overlaps)?;
        let reaches_beyond = |s: &&Span| s.overlaps(&at) && (s.start < at.start || at.end < s.end);
        self.spans_here().iter().filter(|s| s.label != label).find(reaches_beyond).copied()
    }

    /// The edit that gives the selected words a label (`None`: no label); suggestions about them are decided by it. Spans they touch
    /// go, or only those of the same words where spans may overlap. `None` when nothing is selected or nothing would change.
    pub fn label_edit(&self, label: Option<LabelId>) -> Option<Edit> {
        let at = self.selected_text(LabelId::default())?;
        let mut removed = self.replaced_by(self.spans_here(), &[at]);
        if label.is_none() && removed.is_empty() {
            removed = self.spans_here().iter().filter(|s| s.overlaps(&at)).copied().collect();
        }
        let added: Vec<Span> = label.map(|label| Span { label, origin: Origin::Human, ..at }).into_iter().collect();
        (removed != added).then(|| self.with_suggestions_decided(removed, added))
    }

    /// The spans of a sorted list that new ones come in place of: those they touch, or only those of the same words where spans may
    /// overlap. The new ones are sorted, and do not overlap each other where spans may not.
    pub(super) fn replaced_by(&self, spans: &[Span], new: &[Span]) -> Vec<Span> {
        let goes = |s: &&Span| {
            if self.overlaps {
                return new.binary_search_by_key(&(s.start, s.end), |n| (n.start, n.end)).is_ok();
            }
            new.get(new.partition_point(|n| n.end <= s.start)).is_some_and(|n| n.overlaps(s))
        };
        spans.iter().filter(goes).copied().collect()
    }

    /// The edits that bring new spans into a document, with what goes for them; suggestions there are decided by them.
    pub(super) fn taking(&self, document: u32, added: Vec<Span>) -> Vec<Edit> {
        let d = self.corpus.document(document);
        let (removed, decided) = (self.replaced_by(&d.spans, &added), self.replaced_by(&d.suggestions, &added));
        let mut edits = Vec::new();
        if !decided.is_empty() {
            edits.push(Edit::Suggestions { document, removed: decided, added: Vec::new() });
        }
        edits.push(Edit::Spans { document, removed, added });
        edits
    }

    /// The edit that exchanges spans of the current document. Suggestions are decided by what is added; what is there already is not
    /// added again.
    fn with_suggestions_decided(&self, removed: Vec<Span>, mut added: Vec<Span>) -> Edit {
        let document = self.current_id().document;
        added.retain(|s| removed.contains(s) || self.spans_here().binary_search(s).is_err());
        let suggestions = self.replaced_by(self.suggestions(), &added);
        let spans = Edit::Spans { document, removed, added };
        if suggestions.is_empty() {
            return spans;
        }
        let title = spans.title(&self.corpus);
        let decided = Edit::Suggestions { document, removed: suggestions, added: Vec::new() };
        Edit::Group { title, edits: vec![decided, spans] }
    }

    /// The edit that changes the selected span at its edges, and the words that are selected then. `None` where it does not fit:
    /// at the sentence's end, at another span where spans may not overlap, or where nothing would be left.
    pub fn reshape(&self, how: SpanResize) -> Option<(Edit, (usize, usize))> {
        let span = self.selected_span()?;
        let (document, sentence) = self.here();
        let words = document.to_token_span(sentence, &span);
        let (mut start, mut end) = (words.start, words.end);
        let at = |words: std::ops::Range<usize>| Span {
            origin: Origin::Human,
            ..document.span_from_tokens(sentence, words, span.label)
        };
        let first_selected = *self.selected()?.start();
        match how {
            SpanResize::GrowEnd => end += 1,
            SpanResize::ShrinkEnd => end -= 1,
            SpanResize::GrowStart => start = start.checked_sub(1)?,
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
        if !self.overlaps && self.spans_here().iter().any(|s| in_the_way(&s)) {
            return None;
        }
        Some((self.with_suggestions_decided(vec![span], vec![new]), (start, end - 1)))
    }

    /// One span of all that the selection touches; of the selected one and the next where it touches only one.
    fn merge(&self, span: Span) -> Option<(Edit, (usize, usize))> {
        let (document, sentence) = self.here();
        let at = self.selected_text(LabelId::default())?;
        let mut parts: Vec<Span> = self.spans_here().iter().filter(|s| s.overlaps(&at)).copied().collect();
        if parts.len() == 1 {
            parts.extend(self.spans_here().iter().find(|s| s.start >= span.end));
        }
        if parts.len() < 2 {
            return None;
        }
        let first = parts.first()?;
        let end = parts.iter().map(|s| document.to_token_span(sentence, s).end).max()?;
        let words = document.to_token_span(sentence, first).start..end;
        let whole = Span { origin: Origin::Human, ..document.span_from_tokens(sentence, words.clone(), first.label) };
        let between = |s: &&Span| !self.overlaps && s.overlaps(&whole);
        let removed = self.spans_here().iter().filter(|s| parts.contains(s) || between(s)).copied().collect();
        Some((self.with_suggestions_decided(removed, vec![whole]), (words.start, words.end - 1)))
    }
}
