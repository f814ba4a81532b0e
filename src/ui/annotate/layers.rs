//! Placement of the spans of a sentence: as blocks in the text, or in lanes under the words if a block is in the way.

use super::flow::{Cut, SpanView, Style, galley};
use crate::app::Annotate;
use crate::corpus::{Document, LabelId, Span, TokenSpan};
use crate::ui::theme;
use egui::Ui;

/// Displayed spans of a sentence.
#[derive(Default)]
pub struct Layers<'a> {
    /// Blocks in the text, without overlaps.
    pub blocks: Vec<SpanView<'a>>,
    /// Spans in lanes, with the lane number from 0.
    pub lanes: Vec<(usize, SpanView<'a>)>,
}

impl<'a> Layers<'a> {
    /// Returns the gold spans of a sentence, and its suggestions if `ghosts` is true.
    pub fn of(ui: &Ui, a: &'a Annotate, place: usize, ghosts: bool, style: Style) -> Self {
        let p = theme::of(ui);
        let id = a.sentences[place];
        let document = a.corpus.document(id.document);
        let sentence = id.sentence as usize;
        let gold = document.spans[document.span_range(sentence)].iter().map(|s| (s, false));
        let suggested = document.suggestions[document.suggestion_range(sentence)].iter().map(|s| (s, true));
        let mut layers = Self::default();
        for (span, ghost) in gold.chain(suggested.filter(|_| ghosts)) {
            let words = document.to_token_span(sentence, span);
            if let Some(view) = view(a, span, words.start..words.end, ghost, p) {
                let cut = cut(ui, document, sentence, span, &words, style);
                layers.add(SpanView { cut, ..view });
            }
        }
        layers.blocks.sort_by_key(|s| s.start);
        layers
    }

    /// Adds a span as a block if it covers whole words and overlaps no block, or in the first lane with space.
    fn add(&mut self, view: SpanView<'a>) {
        if view.cut.is_none() && !self.blocks.iter().any(|b| b.overlaps(&view)) {
            return self.blocks.push(view);
        }
        let is_taken = |lane: usize| self.lanes.iter().any(|(l, other)| *l == lane && other.overlaps(&view));
        let lane = (0..).find(|lane| !is_taken(*lane)).unwrap_or_default();
        self.lanes.push((lane, view));
    }

    /// Returns all spans. Spans in lanes come last.
    pub fn all(&self) -> impl Iterator<Item = &SpanView<'a>> {
        self.blocks.iter().chain(self.lanes.iter().map(|(_, view)| view))
    }
}

fn view<'a>(
    a: &'a Annotate,
    span: &Span,
    words: std::ops::Range<usize>,
    ghost: bool,
    p: &'a theme::Palette,
) -> Option<SpanView<'a>> {
    let label = a.corpus.labels.get(span.label)?;
    let colour = p.label(usize::from(label.color));
    let repeats = theme::labels::repeats(usize::from(span.label));
    let base = SpanView { repeats, ghost, ..SpanView::new(words.clone(), label.name.as_str(), colour) };
    let scored = span.origin.score().filter(|_| ghost);
    let view = match scored {
        Some(score) => SpanView { name: format!("{} {}", label.name, probability(score)).into(), ..base },
        None => base,
    };
    (words.start < words.end).then_some(view)
}

/// Returns the part of its words that a span covers, with the excluded widths in this style. Returns `None` for whole
/// words.
pub fn cut(ui: &Ui, d: &Document, sentence: usize, span: &Span, words: &TokenSpan, style: Style) -> Option<Cut> {
    if words.start >= words.end {
        return None;
    }
    let whole = d.span_from_tokens(sentence, words.start..words.end, LabelId::default());
    if whole.start >= span.start && span.end >= whole.end {
        return None;
    }
    let width = |from: u32, to: u32| {
        let text = &d.text[from as usize..(to as usize).max(from as usize)];
        if text.is_empty() { 0.0 } else { galley(ui, text, style).size().x }
    };
    let outside = (width(whole.start, span.start.max(whole.start)), width(span.end.min(whole.end), whole.end));
    Some(Cut { bytes: (span.start, span.end), outside })
}

/// Formats a probability, for example .91 or 1.00.
pub fn probability(score: f32) -> String {
    format!("{score:.2}").trim_start_matches('0').to_owned()
}
