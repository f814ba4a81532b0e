//! Words laid out one by one into lines, with room for their spans' labels; and how that is painted.
//!
//! Only places are kept, never galleys: egui empties its glyph atlas when it is full, and a kept galley would then
//! paint garbage.

use super::order::Directions;
use crate::ui::theme::{self, LabelColour, TextRole, reading};
use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, Galley, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// A span as it is shown.
#[derive(Clone, Copy)]
pub struct SpanView<'a> {
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
    /// The label's name.
    pub name: &'a str,
    /// The label's colours.
    pub colour: &'a LabelColour,
    /// Whether the colour stands for another label too, so that the block gets a bar.
    pub repeats: bool,
}

/// Type and line height of a text.
#[derive(Clone, Copy, PartialEq)]
pub struct Style {
    size: f32,
    line: f32,
    /// Blocks with labels; else underlines, as in the sentences around the current one.
    blocks: bool,
}

impl Style {
    /// The current sentence: blocks.
    pub fn reading(size: f32, line: f32) -> Self {
        Self { size, line, blocks: true }
    }

    /// Sentences around it: underlines.
    pub fn context(size: f32, line: f32) -> Self {
        Self { size, line, blocks: false }
    }

    /// The height of a block, centred on its line.
    fn block(self) -> f32 {
        (self.size * 1.371 + 2.0).round()
    }
}

/// Room inside a block at its ends, and before its label.
const PAD: f32 = 6.0;

/// A word's place.
#[derive(Clone, Copy)]
struct Placed {
    /// The word itself.
    rect: Rect,
    row: usize,
}

/// A laid-out text.
pub struct Flow {
    placed: Vec<Placed>,
    rows: usize,
    style: Style,
}

/// What is painted besides words and spans.
#[derive(Default, Clone)]
pub struct Paint {
    /// Words that are selected.
    pub selection: Option<RangeInclusive<usize>>,
    /// The word after which the caret stands.
    pub caret: Option<usize>,
    /// Quieter text.
    pub quiet: bool,
    /// A span the pointer is over.
    pub hovered: Option<usize>,
    /// How sure each span is, where that is known: below .90 the block is paler.
    pub certainty: Vec<f32>,
    /// A span with a ring.
    pub ringed: Option<usize>,
    /// Rows outside these places are not painted.
    pub clip: Option<Rect>,
}

/// Punctuation that does not begin a line.
fn clings(word: &str) -> bool {
    matches!(word, "." | "," | ";" | ":" | "!" | "?" | ")" | "]" | "}" | "”" | "’" | "»" | "%" | "'s" | "n't" | "…")
}

fn galley(ui: &Ui, text: &str, style: Style) -> Arc<Galley> {
    let job = LayoutJob::single_section(text.to_owned(), reading(style.size, style.line));
    ui.fonts_mut(|f| f.layout_job(LayoutJob { wrap: egui::text::TextWrapping::no_max_width(), ..job }))
}

fn tag(ui: &Ui, name: &str) -> Arc<Galley> {
    TextRole::Tag.line(ui, name)
}

impl Flow {
    /// Lays words out in `width`.
    pub fn lay_out(ui: &Ui, words: &[&str], spans: &[SpanView], style: Style, width: f32) -> Self {
        Self::lay_out_joined(ui, words, spans, style, width, &[])
    }

    /// Lays words out in `width`; `joined[i]` says that word `i` touches the one before it.
    pub fn lay_out_joined(
        ui: &Ui,
        words: &[&str],
        spans: &[SpanView],
        style: Style,
        width: f32,
        joined: &[bool],
    ) -> Self {
        let blank = galley(ui, " ", style).size().x.max(style.size * 0.2);
        let space = |i: usize| if joined.get(i) == Some(&true) { 0.0 } else { blank };
        let directions = Directions::of(words);
        let mut lead = vec![0f32; words.len()];
        let mut trail = vec![0f32; words.len()];
        if style.blocks {
            for s in spans {
                lead[s.start] += PAD;
                trail[s.end - 1] += PAD + tag(ui, s.name).size().x + PAD;
            }
        }
        let widths: Vec<f32> = words.iter().map(|w| galley(ui, w, style).size().x).collect();
        let slot = |i: usize| lead[i] + widths[i] + trail[i];
        let lines = break_lines(words, width, space, slot, &lead);
        let mut placed = vec![Placed { rect: Rect::ZERO, row: 0 }; words.len()];
        for (row, line) in lines.iter().enumerate() {
            let gaps: f32 = line.clone().skip(1).map(&space).sum();
            let total = line.clone().map(slot).sum::<f32>() + gaps;
            // A block that begins a line hangs into the margin, so that letters stay aligned.
            let mut x = if directions.right_to_left { width - total } else { -lead[line.start] };
            let y = row as f32 * style.line;
            for i in directions.visual(line.clone()) {
                let (before, after) = if directions.right_to_left { (trail[i], lead[i]) } else { (lead[i], trail[i]) };
                let min = pos2(x + before, y);
                placed[i] = Placed { rect: Rect::from_min_size(min, vec2(widths[i], style.line)), row };
                x += before + widths[i] + after + space(i + 1);
            }
        }
        Self { placed, rows: lines.len(), style }
    }

    /// Height of all lines.
    pub fn height(&self) -> f32 {
        self.rows as f32 * self.style.line
    }

    /// A word's place, relative to the text's origin.
    pub fn rect(&self, word: usize) -> Rect {
        self.placed[word].rect
    }

    /// The word at a place: the nearest on the line.
    pub fn word_at(&self, at: Vec2) -> Option<usize> {
        let row = (at.y / self.style.line).floor().clamp(0.0, self.rows.saturating_sub(1) as f32) as usize;
        let distance = |r: &Rect| (r.left() - at.x).max(at.x - r.right()).max(0.0);
        let on_row = self.placed.iter().enumerate().filter(|(_, p)| p.row == row);
        on_row.min_by(|a, b| distance(&a.1.rect).total_cmp(&distance(&b.1.rect))).map(|(i, _)| i)
    }

    /// Places of a span, one for each line it stands on, and whether it begins and ends there.
    fn blocks(&self, span: &SpanView, tag_width: f32) -> Vec<(Rect, bool, bool)> {
        let height = self.style.block();
        let mut blocks = Vec::new();
        let mut from = span.start;
        while from < span.end {
            let row = self.placed[from].row;
            let to = (from..span.end).find(|i| self.placed[*i].row != row).unwrap_or(span.end);
            let words = self.placed[from..to].iter().fold(Rect::NOTHING, |r, p| r.union(p.rect));
            let (begins, ends) = (from == span.start, to == span.end);
            let left = words.left() - if begins { PAD } else { 0.0 };
            let right = words.right() + if ends { PAD + tag_width + PAD } else { 0.0 };
            let middle = words.center().y;
            blocks.push((
                Rect::from_min_max(pos2(left, middle - height / 2.0), pos2(right, middle + height / 2.0)),
                begins,
                ends,
            ));
            from = to;
        }
        blocks
    }

    /// The span whose block is at a place.
    pub fn span_at(&self, ui: &Ui, at: Vec2, spans: &[SpanView]) -> Option<usize> {
        spans.iter().position(|s| {
            let width = tag(ui, s.name).size().x;
            self.blocks(s, width).iter().any(|(r, ..)| r.contains(at.to_pos2()))
        })
    }

    /// Paints the text with its top left corner at `origin`.
    pub fn paint(&self, ui: &Ui, origin: Pos2, words: &[&str], spans: &[SpanView], paint: Paint) {
        let painter = ui.painter();
        let shift = origin.to_vec2();
        let visible = |r: Rect| paint.clip.is_none_or(|c| c.intersects(r));
        for (i, span) in spans.iter().enumerate() {
            if self.style.blocks {
                self.paint_block(ui, shift, i, span, &paint);
            } else {
                self.underline(painter, shift, span, visible);
            }
        }
        if let Some(selection) = &paint.selection {
            self.paint_selection(ui, shift, selection.clone());
        }
        let p = theme::of(ui);
        let colour = if paint.quiet { p.text2 } else { p.text };
        for (word, place) in words.iter().zip(&self.placed) {
            let rect = place.rect.translate(shift);
            if visible(rect) {
                painter.galley(rect.min, galley(ui, word, self.style), colour);
            }
        }
        if let Some(caret) = paint.caret {
            let rect = self.placed[caret].rect.translate(shift);
            let ends = spans.iter().find(|s| s.end == caret + 1 && self.style.blocks);
            let after = ends.map_or(0.0, |s| PAD + tag(ui, s.name).size().x + PAD);
            let height = self.style.block() + 4.0;
            let x = rect.right() + after + 3.0;
            let bar = Rect::from_center_size(pos2(x, rect.center().y), vec2(2.0, height));
            // The box of one word, and a span's ring, show where the caret is; a bar would touch the next word.
            if paint.selection.as_ref().is_some_and(|s| s.start() != s.end()) {
                painter.rect_filled(bar, 1, p.accent);
            }
        }
    }

    fn paint_block(&self, ui: &Ui, shift: Vec2, index: usize, span: &SpanView, paint: &Paint) {
        let p = theme::of(ui);
        let name = tag(ui, span.name);
        let hovered = paint.hovered == Some(index);
        let certainty = paint.certainty.get(index).copied().unwrap_or(1.0);
        // Three steps, explained under the text.
        let strength = if certainty >= 0.9 {
            1.0
        } else if certainty >= 0.6 {
            0.62
        } else {
            0.34
        };
        let ground = if hovered { span.colour.strong } else { mix(p.canvas, span.colour.tint, strength) };
        for (rect, begins, ends) in self.blocks(span, name.size().x) {
            let rect = rect.translate(shift);
            if !paint.clip.is_none_or(|c| c.intersects(rect)) {
                continue;
            }
            let (left, right) = (if begins { 6 } else { 0 }, if ends { 6 } else { 0 });
            let radius = CornerRadius { nw: left, sw: left, ne: right, se: right };
            ui.painter().rect_filled(rect, radius, ground);
            if span.repeats && begins {
                let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
                ui.painter().rect_filled(bar, 1, span.colour.solid);
            }
            if certainty < 0.6 {
                crate::ui::widgets::dashed_rect(ui.painter(), rect, 6, Stroke::new(1.0, span.colour.ink));
            }
            if paint.ringed == Some(index) {
                let stroke = Stroke::new(1.5, p.accent);
                ui.painter().rect_stroke(rect.expand(1.5), CornerRadius::same(7), stroke, StrokeKind::Outside);
            }
            if ends {
                let ink = if hovered { p.text } else { span.colour.ink };
                let at = pos2(rect.right() - PAD - name.size().x, rect.center().y - name.size().y / 2.0 + 1.0);
                ui.painter().galley(at, name.clone(), ink);
            }
        }
    }

    fn underline(&self, painter: &Painter, shift: Vec2, span: &SpanView, visible: impl Fn(Rect) -> bool) {
        for (rect, begins, ends) in self.blocks(span, 0.0) {
            // Blocks carry padding that underlined words do not have.
            let left = rect.left() + if begins { PAD } else { 0.0 };
            let right = rect.right() - if ends { PAD + PAD } else { 0.0 };
            let y = rect.bottom() - 1.0;
            let line = Rect::from_min_max(pos2(left, y), pos2(right, y + 1.5)).translate(shift);
            if visible(line.expand(4.0)) {
                painter.rect_filled(line, 0, span.colour.solid.gamma_multiply(0.6));
            }
        }
    }

    fn paint_selection(&self, ui: &Ui, shift: Vec2, words: RangeInclusive<usize>) {
        let p = theme::of(ui);
        let mut from = *words.start();
        while from <= *words.end() {
            let row = self.placed[from].row;
            let to = (from..=*words.end()).find(|i| self.placed[*i].row != row).unwrap_or(words.end() + 1);
            let line = self.placed[from..to].iter().fold(Rect::NOTHING, |r, p| r.union(p.rect)).translate(shift);
            let rect = Rect::from_center_size(line.center(), vec2(line.width() + 4.0, self.style.block()));
            ui.painter().rect(rect, 5, p.accent.gamma_multiply(0.2), Stroke::new(1.5, p.accent), StrokeKind::Inside);
            from = to;
        }
    }
}

/// Words of each line: as many as fit, never breaking before closing punctuation.
fn break_lines(
    words: &[&str],
    width: f32,
    space: impl Fn(usize) -> f32,
    slot: impl Fn(usize) -> f32,
    lead: &[f32],
) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut used = 0.0;
    let mut i = 0;
    while i < words.len() {
        // A word and the punctuation that clings to it move together.
        let end = (i + 1..words.len()).find(|j| !clings(words[*j]) && space(*j) > 0.0).unwrap_or(words.len());
        let needed = (i..end).map(&slot).sum::<f32>() + (i + 1..end).map(&space).sum::<f32>();
        let hang = if i == start { lead[i] } else { 0.0 };
        if i > start && used + space(i) + needed > width {
            lines.push(start..i);
            (start, used) = (i, 0.0);
            continue;
        }
        used += needed - hang + if i > start { space(i) } else { 0.0 };
        i = end;
    }
    if start < words.len() {
        lines.push(start..words.len());
    }
    lines
}

/// `over` at `share` on `under`.
pub fn mix(under: Color32, over: Color32, share: f32) -> Color32 {
    let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(channel(under.r(), over.r()), channel(under.g(), over.g()), channel(under.b(), over.b()))
}
