//! Which spans of a sentence are blocks, and which lie in lanes under the words because a block is in their way.

use super::flow::{Cut, SpanView, Style, galley};
use crate::app::Annotate;
use crate::corpus::{Document, LabelId, Span, TokenSpan};
use crate::ui::theme;
use egui::Ui;

/// The spans of a sentence as they are shown.
#[derive(Default)]
pub struct Layers<'a> {
    /// Side by side, in the text.
    pub blocks: Vec<SpanView<'a>>,
    /// Each with its lane, from 0 on.
    pub lanes: Vec<(usize, SpanView<'a>)>,
}

impl<'a> Layers<'a> {
    /// The gold spans of a sentence, and its suggestions as ghosts where `ghosts` asks for them.
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

    /// As a block where it is whole words and no other is in the way, else in the first lane with room.
    fn add(&mut self, view: SpanView<'a>) {
        if view.cut.is_none() && !self.blocks.iter().any(|b| b.overlaps(&view)) {
            return self.blocks.push(view);
        }
        let is_taken = |lane: usize| self.lanes.iter().any(|(l, other)| *l == lane && other.overlaps(&view));
        let lane = (0..).find(|lane| !is_taken(*lane)).unwrap_or_default();
        self.lanes.push((lane, view));
    }

    /// All spans, those in lanes last.
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

/// What of its words a span leaves out, measured in their type; `None` for whole words.
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

/// A probability as it is written: .91, 1.00.
pub fn probability(score: f32) -> String {
    format!("{score:.2}").trim_start_matches('0').to_owned()
}
