//! Painting of a laid-out text: blocks or underlines, selection, words and caret.

use super::span_shape::{PartialToken, SpanShape};
use super::text_layout::{BLOCK_PADDING, TextLayout, galley, label_galley};
use crate::ui::theme;
use crate::ui::widgets::{dashed_rect, put_galley};
use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use std::ops::{Range, RangeInclusive};

/// Options of painting, in addition to words and spans.
#[derive(Default, Clone)]
pub struct TextPaint {
    /// Selected words.
    pub selection: Option<RangeInclusive<usize>>,
    /// Selected part of these words, if not all.
    pub char_selection: Option<PartialToken>,
    /// Word at the moving end of the selection.
    pub caret: Option<usize>,
    /// True for text of lower contrast.
    pub is_muted: bool,
    /// Index of the span under the pointer.
    pub hovered: Option<usize>,
    /// Confidence of each span, 0 to 1, if known. Paler below 0.9; palest with a dashed border below 0.6.
    pub confidence: Vec<f32>,
    /// Matches of the search: words, and the matching part of them, if not all.
    pub hits: Vec<(Range<usize>, Option<PartialToken>)>,
    /// Index of the span with a ring.
    pub focused_span: Option<usize>,
    /// Visible rectangle. Rows outside are not painted.
    pub clip: Option<Rect>,
}

impl TextLayout {
    /// Paints the text with its top left corner at `origin`.
    pub fn paint(&self, ui: &Ui, origin: Pos2, words: &[&str], spans: &[SpanShape], paint: TextPaint) {
        let painter = ui.painter();
        let shift = origin.to_vec2();
        let visible = |r: Rect| paint.clip.is_none_or(|c| c.intersects(r));
        for (i, span) in spans.iter().enumerate() {
            if self.style.blocks {
                self.paint_block(ui, shift, i, span, &paint);
            } else {
                self.paint_underline(painter, shift, span, visible);
            }
        }
        for (range, part) in &paint.hits {
            for segment in self.partial_segments(ui, words, range.clone(), *part) {
                let rect = segment.rect.translate(shift);
                if visible(rect) {
                    let size = vec2(rect.width() + 2.0, self.style.block() - 4.0);
                    let rect = Rect::from_center_size(rect.center(), size);
                    painter.rect_filled(rect, 3, theme::colors(ui).warning.gamma_multiply(0.3));
                }
            }
        }
        if let Some(selection) = &paint.selection {
            self.paint_selection(ui, shift, words, selection.clone(), &paint);
        }
        let p = theme::colors(ui);
        let color = if paint.is_muted { p.text_secondary } else { p.text };
        for (word, bytes, rect) in self.parts() {
            let rect = rect.translate(shift);
            if visible(rect) {
                put_galley(painter, rect.min, galley(ui, &words[word][bytes], self.style), color);
            }
        }
    }

    /// Underlines spans, in addition to the blocks.
    pub fn paint_underlines(&self, ui: &Ui, origin: Pos2, spans: &[SpanShape]) {
        let clip = ui.clip_rect();
        for span in spans {
            self.paint_underline(ui.painter(), origin.to_vec2(), span, |rect| clip.intersects(rect));
        }
    }

    fn paint_block(&self, ui: &Ui, shift: Vec2, index: usize, span: &SpanShape, paint: &TextPaint) {
        let p = theme::colors(ui);
        let name = label_galley(ui, &span.name);
        let hovered = paint.hovered == Some(index);
        let confidence = paint.confidence.get(index).copied().unwrap_or(1.0);
        // Three steps; the legend of the Try page explains them.
        let opacity = if confidence >= 0.9 {
            1.0
        } else if confidence >= 0.6 {
            0.62
        } else {
            0.34
        };
        let fill =
            if hovered { span.color.background_hover } else { lerp_color(p.canvas, span.color.background, opacity) };
        for block in self.block_segments(span, name.size().x) {
            let rect = block.rect.translate(shift);
            if !paint.clip.is_none_or(|c| c.intersects(rect)) {
                continue;
            }
            let round = |at_end: bool| if at_end { 6 } else { 0 };
            let (begin, end) = (round(block.begins), round(block.ends));
            let (left, right) = if self.right_to_left { (end, begin) } else { (begin, end) };
            let radius = CornerRadius { nw: left, sw: left, ne: right, se: right };
            if span.is_suggestion {
                let fill = if hovered { span.color.background } else { p.canvas };
                ui.painter().rect_filled(rect, radius, fill);
                dashed_rect(ui.painter(), rect, 6, Stroke::new(1.0, span.color.text));
            } else {
                ui.painter().rect_filled(rect, radius, fill);
            }
            if span.color_is_shared && block.begins {
                let bar = vec2(2.0, rect.height());
                let min = if self.right_to_left { rect.right_top() - vec2(2.0, 0.0) } else { rect.min };
                ui.painter().rect_filled(Rect::from_min_size(min, bar), 1, span.color.solid);
            }
            if confidence < 0.6 {
                dashed_rect(ui.painter(), rect, 6, Stroke::new(1.0, span.color.text));
            }
            if paint.focused_span == Some(index) {
                let stroke = Stroke::new(1.5, p.accent);
                ui.painter().rect_stroke(rect.expand(1.5), CornerRadius::same(7), stroke, StrokeKind::Outside);
            }
            if block.ends {
                let text_color = if hovered { p.text } else { span.color.text };
                let x = if self.right_to_left {
                    rect.left() + BLOCK_PADDING
                } else {
                    rect.right() - BLOCK_PADDING - name.size().x
                };
                let at = pos2(x, rect.center().y - name.size().y / 2.0 + 1.0);
                ui.painter().galley(at, name.clone(), text_color);
            }
        }
    }

    /// Paints a span in a lane under its words.
    pub fn paint_lane(&self, ui: &Ui, origin: Pos2, words: &[&str], lane: usize, span: &SpanShape) {
        let p = theme::colors(ui);
        let name = label_galley(ui, &span.name);
        for segment in self.lane(ui, words, lane, span, name.size().x) {
            let rect = segment.rect.translate(origin.to_vec2());
            if !ui.clip_rect().intersects(rect) {
                continue;
            }
            if span.is_suggestion {
                ui.painter().rect_filled(rect, 4, p.canvas);
                dashed_rect(ui.painter(), rect, 4, Stroke::new(1.0, span.color.text));
            } else {
                ui.painter().rect_filled(rect, 4, span.color.background);
            }
            if segment.begins {
                let x = if self.right_to_left {
                    rect.right() - BLOCK_PADDING - name.size().x
                } else {
                    rect.left() + BLOCK_PADDING
                };
                ui.painter().galley(
                    pos2(x, rect.center().y - name.size().y / 2.0 + 0.5),
                    name.clone(),
                    span.color.text,
                );
            }
        }
    }

    fn paint_underline(&self, painter: &Painter, shift: Vec2, span: &SpanShape, visible: impl Fn(Rect) -> bool) {
        for segment in self.segments(span.start..span.end) {
            let y = segment.rect.center().y + self.style.underline();
            let ends = [pos2(segment.rect.left(), y), pos2(segment.rect.right(), y)].map(|at| at + shift);
            if visible(Rect::from_two_pos(ends[0], ends[1]).expand(4.0)) {
                painter.line_segment(ends, Stroke::new(1.5, span.color.solid.gamma_multiply(0.6)));
            }
        }
    }

    /// Paints a frame around the words. One edge of the frame is the caret, because a separate bar would touch the next
    /// word.
    fn paint_selection(&self, ui: &Ui, shift: Vec2, texts: &[&str], words: RangeInclusive<usize>, paint: &TextPaint) {
        let p = theme::colors(ui);
        let (several, caret) = (words.start() != words.end(), paint.caret);
        for segment in self.partial_segments(ui, texts, *words.start()..words.end() + 1, paint.char_selection) {
            let line = segment.rect.translate(shift);
            let rect = Rect::from_center_size(line.center(), vec2(line.width() + 7.0, self.style.block()));
            ui.painter().rect(rect, 5, p.accent.gamma_multiply(0.2), Stroke::new(1.5, p.accent), StrokeKind::Inside);
            let begins = segment.begins && caret == Some(*words.start());
            let ends = segment.ends && caret == Some(*words.end());
            if several && (begins || ends) {
                let x = if begins != self.right_to_left { rect.left() + 1.0 } else { rect.right() - 1.0 };
                let bar = Rect::from_center_size(pos2(x, rect.center().y), vec2(2.0, rect.height() + 4.0));
                ui.painter().rect_filled(bar, 1, p.accent);
            }
        }
    }
}

/// Returns the color of `over` with opacity `t` on `under`.
pub fn lerp_color(under: Color32, over: Color32, t: f32) -> Color32 {
    let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * t).round() as u8;
    Color32::from_rgb(channel(under.r(), over.r()), channel(under.g(), over.g()), channel(under.b(), over.b()))
}
