//! Layout of words into lines, with space for the labels of their spans.
//!
//! Only positions are stored, not galleys. egui clears its glyph atlas when it is full, and a stored galley would then
//! paint wrong glyphs. Painting is in `paint`.

use crate::corpus::BidiOrder;
use crate::ui::theme::{LabelColor, TextRole, marked, reading};
use egui::text::LayoutJob;
use egui::{Galley, Rect, Ui, Vec2, pos2, vec2};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// A span as displayed.
#[derive(Clone)]
pub struct SpanShape<'a> {
    /// Index of the first word.
    pub start: usize,
    /// Index after the last word.
    pub end: usize,
    /// Label name. For a suggestion it includes the score.
    pub name: Cow<'a, str>,
    /// Colors of the label.
    pub color: &'a LabelColor,
    /// True if another label has the same color, so the block needs a bar.
    pub color_is_shared: bool,
    /// True if it is a suggestion, which has a dashed outline.
    pub is_suggestion: bool,
    /// Byte range and widths, if the span covers only a part of its words.
    pub cut: Option<PartialToken>,
}

/// A part of words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialToken {
    /// Byte range in the document, end exclusive.
    pub bytes: (u32, u32),
    /// Width of the excluded part of the first word, and of the last word.
    pub trimmed: (f32, f32),
}

impl PartialToken {
    /// Narrows text ranges of whole words to this part.
    fn narrow(self, strips: &mut [LineSegment], right_to_left: bool) {
        for s in strips {
            let (first, last) =
                (if s.begins { self.trimmed.0 } else { 0.0 }, if s.ends { self.trimmed.1 } else { 0.0 });
            let (left, right) = if right_to_left { (last, first) } else { (first, last) };
            s.rect = s.rect.with_min_x(s.rect.left() + left).with_max_x(s.rect.right() - right);
        }
    }
}

impl<'a> SpanShape<'a> {
    /// Creates a gold span of these words.
    pub fn new(words: Range<usize>, name: impl Into<Cow<'a, str>>, color: &'a LabelColor) -> Self {
        Self {
            start: words.start,
            end: words.end,
            name: name.into(),
            color,
            color_is_shared: false,
            is_suggestion: false,
            cut: None,
        }
    }

    /// Returns true if both spans share a word.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn holds(&self, word: usize) -> bool {
        self.start <= word && word < self.end
    }
}

/// Font size and line height of a text.
#[derive(Clone, Copy, PartialEq)]
pub struct SentenceStyle {
    pub(super) size: f32,
    pub(super) line: f32,
    /// True for blocks with labels; false for underlines, as in adjacent sentences.
    pub(super) blocks: bool,
}

impl SentenceStyle {
    /// Style of the current sentence, with blocks.
    pub fn reading(size: f32, line: f32) -> Self {
        Self { size, line, blocks: true }
    }

    /// Style of adjacent sentences, with underlines.
    pub fn context(size: f32, line: f32) -> Self {
        Self { size, line, blocks: false }
    }

    /// Returns the height of a block, centered on its line.
    pub(super) fn block(self) -> f32 {
        (self.size * 1.371 + 2.0).round()
    }
}

/// Height of a lane, in points.
pub(super) const LANE: f32 = 18.0;

/// Padding of a block at its ends and before its label, in points.
pub(super) const BLOCK_PADDING: f32 = 6.0;

/// Position of a word.
#[derive(Clone, Copy)]
struct PlacedToken {
    /// Rectangle of the word.
    rect: Rect,
    row: usize,
}

/// Adjacent words on one line that belong to the same span.
pub(super) struct LineSegment {
    /// Rectangle around the words, without padding.
    pub rect: Rect,
    /// True if it contains the first of the words.
    pub begins: bool,
    /// True if it contains the last of the words.
    pub ends: bool,
}

/// Layout of a text.
pub struct TextLayout {
    placed: Vec<PlacedToken>,
    /// Words of each line, from left to right.
    lines: Vec<Vec<usize>>,
    /// Top of each line, then the bottom of the last one.
    tops: Vec<f32>,
    pub(super) style: SentenceStyle,
    /// True if the text direction is right-to-left.
    pub(super) right_to_left: bool,
}

/// Returns true for punctuation that must not begin a line.
fn is_closing_punctuation(word: &str) -> bool {
    matches!(
        word,
        "." | ","
            | ";"
            | ":"
            | "!"
            | "?"
            | ")"
            | "]"
            | "}"
            | "”"
            | "’"
            | "»"
            | "%"
            | "'s"
            | "n't"
            | "…"
            | "،"
            | "؛"
            | "؟"
            | "۔"
            | "。"
            | "、"
            | "，"
    )
}

/// Lays out a word in the font of the text.
pub(super) fn galley(ui: &Ui, text: &str, style: SentenceStyle) -> Arc<Galley> {
    let job = LayoutJob::single_section(marked(ui, text).into_owned(), reading(style.size, style.line));
    ui.fonts_mut(|f| f.layout_job(LayoutJob { wrap: egui::text::TextWrapping::no_max_width(), ..job }))
}

/// Lays out the label name of a block.
pub(super) fn label_galley(ui: &Ui, name: &str) -> Arc<Galley> {
    TextRole::Tag.single_line(ui, name)
}

impl TextLayout {
    /// Lays out words in `width`.
    pub fn layout(ui: &Ui, words: &[&str], spans: &[SpanShape], style: SentenceStyle, width: f32) -> Self {
        Self::layout_joined(ui, words, spans, style, width, &[])
    }

    /// Lays out words in `width`. `joined[i]` is true if there is no space before word `i`.
    pub fn layout_joined(
        ui: &Ui,
        words: &[&str],
        spans: &[SpanShape],
        style: SentenceStyle,
        width: f32,
        joined: &[bool],
    ) -> Self {
        let blank = galley(ui, " ", style).size().x.max(style.size * 0.2);
        let space = |i: usize| if joined.get(i) == Some(&true) { 0.0 } else { blank };
        let directions = BidiOrder::from_words(words);
        let mut lead = vec![0f32; words.len()];
        let mut trail = vec![0f32; words.len()];
        if style.blocks {
            for s in spans {
                lead[s.start] += BLOCK_PADDING;
                trail[s.end - 1] += BLOCK_PADDING + label_galley(ui, &s.name).size().x + BLOCK_PADDING;
            }
        }
        let widths: Vec<f32> = words.iter().map(|w| galley(ui, w, style).size().x).collect();
        let slot = |i: usize| lead[i] + widths[i] + trail[i];
        let rows = break_lines(words, width, space, slot, &lead);
        let mut flow = Self {
            placed: vec![PlacedToken { rect: Rect::ZERO, row: 0 }; words.len()],
            lines: rows.iter().map(|row| directions.visual_order(row.clone())).collect(),
            tops: (0..=rows.len()).map(|row| row as f32 * style.line).collect(),
            style,
            right_to_left: directions.is_rtl,
        };
        for (number, (row, line)) in rows.iter().zip(&flow.lines).enumerate() {
            // Adjacent words of the sentence keep their spacing. Words that are adjacent only on the line are separated
            // by a space.
            let gap = |pair: &[usize]| if pair[0].abs_diff(pair[1]) == 1 { space(pair[0].max(pair[1])) } else { blank };
            let margins = token_margins(line, spans, &lead, &trail, flow.right_to_left);
            // A block at the start of a line extends into the margin, so that the letters are aligned.
            let mut x = if flow.right_to_left {
                let gaps: f32 = line.windows(2).map(gap).sum();
                width - row.clone().map(slot).sum::<f32>() - gaps + lead[row.start]
            } else {
                -lead[row.start]
            };
            let y = flow.tops[number];
            for (sentence_index, &word) in line.iter().enumerate() {
                let (before, after) = margins[sentence_index];
                let min = pos2(x + before, y);
                let rect = Rect::from_min_size(min, vec2(widths[word], style.line));
                flow.placed[word] = PlacedToken { rect, row: number };
                x += before + widths[word] + after + line.get(sentence_index..sentence_index + 2).map_or(0.0, gap);
            }
        }
        flow
    }

    /// Reserves space under the lines for spans in lanes: as many lanes as the deepest one on each line.
    pub fn reserve_lanes<'s>(&mut self, lanes: impl Iterator<Item = (usize, &'s SpanShape<'s>)>) {
        let mut depths = vec![0; self.lines.len()];
        for (lane, span) in lanes {
            let rows = self.placed[span.start].row..=self.placed[span.end - 1].row;
            depths[rows].iter_mut().for_each(|depth| *depth = (*depth).max(lane + 1));
        }
        let mut shift = 0.0;
        let mut shifts = Vec::with_capacity(depths.len());
        for (row, depth) in depths.iter().enumerate() {
            shifts.push(shift);
            shift += *depth as f32 * LANE;
            self.tops[row + 1] += shift;
        }
        self.placed.iter_mut().for_each(|p| p.rect = p.rect.translate(vec2(0.0, shifts[p.row])));
    }

    /// Returns the height of all lines.
    pub fn height(&self) -> f32 {
        self.tops.last().copied().unwrap_or(0.0)
    }

    /// Returns the rectangle of a word, relative to the origin of the text.
    pub fn rect(&self, word: usize) -> Rect {
        self.placed[word].rect
    }

    /// Returns the word at a position: the nearest one on the line.
    pub fn word_at(&self, at: Vec2) -> Option<usize> {
        let below = self.tops.partition_point(|top| *top <= at.y);
        let row = below.saturating_sub(1).min(self.lines.len().saturating_sub(1));
        let distance = |word: usize| (self.rect(word).left() - at.x).max(at.x - self.rect(word).right()).max(0.0);
        self.lines.get(row)?.iter().copied().min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
    }

    /// Returns the text ranges of a part of words.
    pub(super) fn partial_segments(&self, words: Range<usize>, cut: Option<PartialToken>) -> Vec<LineSegment> {
        let mut strips = self.segments(words);
        if let Some(cut) = cut {
            cut.narrow(&mut strips, self.right_to_left);
        }
        strips
    }

    /// Returns the character boundary of a word that is nearest to a position, as byte offset in the word. A grapheme
    /// cluster is one character.
    pub fn byte_at(&self, ui: &Ui, index: usize, word: &str, at: Vec2) -> usize {
        let sentence_index = vec2(at.x - self.rect(index).left(), self.style.line / 2.0);
        let cursor = galley(ui, word, self.style).cursor_from_pos(sentence_index);
        let byte = word.char_indices().nth(cursor.index.0).map_or(word.len(), |(byte, _)| byte);
        let borders = word.grapheme_indices(true).map(|(byte, _)| byte).chain([word.len()]);
        borders.min_by_key(|border| border.abs_diff(byte)).unwrap_or(0)
    }

    /// Returns the text ranges of these words: one for each line, or more if text of the other direction is between
    /// them.
    pub(super) fn segments(&self, words: Range<usize>) -> Vec<LineSegment> {
        let (Some(first), Some(last)) = (words.clone().next(), words.clone().next_back()) else { return Vec::new() };
        let lines = &self.lines[self.placed[first].row..=self.placed[last].row];
        let stretches = lines.iter().flat_map(|line| line.split(|word| !words.contains(word)));
        let strip = |range: &[usize]| LineSegment {
            rect: range.iter().fold(Rect::NOTHING, |r, word| r.union(self.rect(*word))),
            begins: range.contains(&first),
            ends: range.contains(&last),
        };
        stretches.filter(|s| !s.is_empty()).map(strip).collect()
    }

    /// Returns the blocks of a span: its text ranges with padding, and space for the label at the end.
    pub(super) fn block_segments(&self, span: &SpanShape, tag_width: f32) -> Vec<LineSegment> {
        let mut strips = self.segments(span.start..span.end);
        for s in &mut strips {
            let begin = if s.begins { BLOCK_PADDING } else { 0.0 };
            let end = if s.ends { BLOCK_PADDING + tag_width + BLOCK_PADDING } else { 0.0 };
            let (left, right) = if self.right_to_left { (end, begin) } else { (begin, end) };
            let (middle, height) = (s.rect.center().y, self.style.block());
            s.rect = Rect::from_min_max(
                pos2(s.rect.left() - left, middle - height / 2.0),
                pos2(s.rect.right() + right, middle + height / 2.0),
            );
        }
        strips
    }

    /// Returns the text ranges of a span in a lane: bars under its words. The first one contains the label name and can
    /// be wider.
    pub(super) fn lane(&self, lane: usize, span: &SpanShape, name_width: f32) -> Vec<LineSegment> {
        let mut strips = self.partial_segments(span.start..span.end, span.cut);
        for s in &mut strips {
            let top = s.rect.bottom() + lane as f32 * LANE - 3.0;
            let mut bar =
                Rect::from_min_max(pos2(s.rect.left() - 2.0, top), pos2(s.rect.right() + 2.0, top + LANE - 2.0));
            if s.begins && bar.width() < name_width + 2.0 * BLOCK_PADDING {
                bar = if self.right_to_left {
                    bar.with_min_x(bar.right() - name_width - 2.0 * BLOCK_PADDING)
                } else {
                    bar.with_max_x(bar.left() + name_width + 2.0 * BLOCK_PADDING)
                };
            }
            s.rect = bar;
        }
        strips
    }

    /// Returns the span whose block is at a position.
    pub fn span_at(&self, ui: &Ui, at: Vec2, spans: &[SpanShape]) -> Option<usize> {
        spans.iter().position(|s| {
            let width = label_galley(ui, &s.name).size().x;
            self.block_segments(s, width).iter().any(|b| b.rect.contains(at.to_pos2()))
        })
    }

    /// Returns the end of the block of a span: the middle of its last edge.
    pub fn span_end(&self, ui: &Ui, span: &SpanShape) -> Option<egui::Pos2> {
        let last = self.block_segments(span, label_galley(ui, &span.name).size().x).into_iter().find(|b| b.ends)?.rect;
        Some(if self.right_to_left { last.left_center() } else { last.right_center() })
    }
}

/// Returns the space before and after each word of a line, for the blocks that start and end there. The first word of a
/// span is the first in reading order. Its block starts at the side of the reading direction.
fn token_margins(
    line: &[usize],
    spans: &[SpanShape],
    lead: &[f32],
    trail: &[f32],
    right_to_left: bool,
) -> Vec<(f32, f32)> {
    let mut margins = vec![(0.0, 0.0); line.len()];
    for span in spans {
        let mut sentence_index = 0;
        for range in line.split(|word| !span.holds(*word)) {
            let (first, end) = (sentence_index, sentence_index + range.len());
            sentence_index = end + 1;
            let begin = if range.contains(&span.start) { lead[span.start] } else { 0.0 };
            let ending = if range.contains(&(span.end - 1)) { trail[span.end - 1] } else { 0.0 };
            let (left, right) = if right_to_left { (ending, begin) } else { (begin, ending) };
            if first < end {
                margins[first].0 += left;
                margins[end - 1].1 += right;
            }
        }
    }
    margins
}

/// Returns the words of each line: as many as fit, without a break before closing punctuation.
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
        // A word moves together with the punctuation after it.
        let end =
            (i + 1..words.len()).find(|j| !is_closing_punctuation(words[*j]) && space(*j) > 0.0).unwrap_or(words.len());
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
