//! Placement of the spans of a sentence: as blocks in the text, or in lanes under the words if a block is in the way.

use super::span_shape::{PartialToken, SpanShape};
use crate::corpus::{Document, LabelId, Span, TokenSpan};
use crate::session::Session;
use crate::ui::theme;
use egui::Ui;
use std::ops::Range;

/// Displayed spans of a sentence.
#[derive(Default)]
pub struct SpanLayout<'a> {
    /// Blocks in the text, without overlaps.
    pub inline: Vec<SpanShape<'a>>,
    /// Spans in lanes, with the lane number from 0.
    pub stacked: Vec<(usize, SpanShape<'a>)>,
}

impl<'a> SpanLayout<'a> {
    /// Returns the gold spans of a sentence, and its suggestions if `ghosts` is true.
    pub fn compute(ui: &Ui, session: &'a Session, index: usize, ghosts: bool) -> Self {
        let p = theme::colors(ui);
        let id = session.sentences[index];
        let document = session.corpus().document(id.document);
        let sentence = id.sentence as usize;
        let gold = document.spans[document.span_range(sentence)].iter().map(|s| (s, false));
        let suggested = document.suggestions[document.suggestion_range(sentence)].iter().map(|s| (s, true));
        let mut layers = Self::default();
        for (span, ghost) in gold.chain(suggested.filter(|_| ghosts)) {
            let words = document.to_token_span(sentence, span);
            if let Some(view) = view(session, span, words.start..words.end, ghost, p) {
                let cut = cut(document, sentence, span, &words);
                layers.add(SpanShape { cut, ..view });
            }
        }
        layers.inline.sort_by_key(|s| s.start);
        layers
    }

    /// Adds a span as a block if it covers whole words and overlaps no block, or in the first lane with space.
    fn add(&mut self, view: SpanShape<'a>) {
        if view.cut.is_none() && !self.inline.iter().any(|b| b.overlaps(&view)) {
            return self.inline.push(view);
        }
        let is_taken = |lane: usize| self.stacked.iter().any(|(l, other)| *l == lane && other.overlaps(&view));
        let lane = (0..).find(|lane| !is_taken(*lane)).unwrap_or_default();
        self.stacked.push((lane, view));
    }

    /// Returns all spans. Spans in lanes come last.
    pub fn all(&self) -> impl Iterator<Item = &SpanShape<'a>> {
        self.inline.iter().chain(self.stacked.iter().map(|(_, view)| view))
    }
}

fn view<'a>(
    session: &'a Session,
    span: &Span,
    words: std::ops::Range<usize>,
    ghost: bool,
    p: &'a theme::ThemeColors,
) -> Option<SpanShape<'a>> {
    let label = session.corpus().labels.get(span.label)?;
    let color = p.label(usize::from(label.color));
    let repeats = theme::labels::color_is_shared(usize::from(span.label));
    let base = SpanShape {
        color_is_shared: repeats,
        is_suggestion: ghost,
        ..SpanShape::new(words.clone(), label.name.as_str(), color)
    };
    let scored = span.origin.score().filter(|_| ghost);
    let view = match scored {
        Some(score) => SpanShape { name: format!("{} {}", label.name, probability(score)).into(), ..base },
        None => base,
    };
    (words.start < words.end).then_some(view)
}

/// Returns the part of its words that a span covers. Returns `None` for whole words.
pub fn cut(d: &Document, sentence: usize, span: &Span, words: &TokenSpan) -> Option<PartialToken> {
    if words.start >= words.end {
        return None;
    }
    let whole = d.span_from_tokens(sentence, words.start..words.end, LabelId::default());
    if whole.start >= span.start && span.end >= whole.end {
        return None;
    }
    let last = d.span_from_tokens(sentence, words.end - 1..words.end, LabelId::default());
    Some(PartialToken {
        bytes: (span.start, span.end),
        start: span.start.saturating_sub(whole.start) as usize,
        end: span.end.min(whole.end).saturating_sub(last.start) as usize,
    })
}

/// Returns the matches of the search in a sentence: words, and the matching part of them, if not all.
pub fn search_hits(session: &Session, index: usize) -> Vec<(Range<usize>, Option<PartialToken>)> {
    let id = session.sentences[index];
    let (document, sentence) = (session.corpus().document(id.document), id.sentence as usize);
    let start = document.tokens[document.sentence_range(sentence).start].0;
    let hit = |range: Range<usize>| {
        let span = Span::new(start + range.start as u32..start + range.end as u32, LabelId::default());
        let words = document.to_token_span(sentence, &span);
        (words.start < words.end).then(|| (words.start..words.end, cut(document, sentence, &span, &words)))
    };
    session.search_hits(index).into_iter().filter_map(hit).collect()
}

/// Formats a probability, for example .91 or 1.00.
pub fn probability(score: f32) -> String {
    format!("{score:.2}").trim_start_matches('0').to_owned()
}
