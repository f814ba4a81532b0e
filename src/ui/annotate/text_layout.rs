//! Layout of words into lines, with space for the labels of their spans.
//!
//! Only positions are stored, not galleys. egui clears its glyph atlas when it is full, and a stored galley would then
//! paint wrong glyphs. Painting is in `paint`.

use super::line_breaks::{Fragment, WordWidths, break_lines};
use super::span_shape::{PartialToken, SpanShape};
use crate::corpus::{BidiOrder, WritingSystem};
use crate::ui::theme::{TextRole, marked, reading};
use egui::text::LayoutJob;
use egui::{Galley, Rect, Ui, Vec2, pos2, vec2};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// Font size and line height of a text.
#[derive(Clone, Copy, PartialEq)]
pub struct SentenceStyle {
    pub(super) size: f32,
    pub(super) line: f32,
    /// True for blocks with labels; false for underlines, as in adjacent sentences.
    pub(super) blocks: bool,
    pub(super) writing_system: WritingSystem,
}

impl SentenceStyle {
    /// Style of the current sentence, with blocks.
    pub fn reading(size: f32, line: f32) -> Self {
        Self { size, line, blocks: true, writing_system: WritingSystem::Spaced }
    }

    /// Style of adjacent sentences, with underlines.
    pub fn context(size: f32, line: f32) -> Self {
        Self { blocks: false, ..Self::reading(size, line) }
    }

    /// Increases the line height for a writing system with taller letters.
    fn for_writing_system(self, writing_system: WritingSystem) -> Self {
        let additional = match writing_system {
            WritingSystem::Spaced => 0.0,
            WritingSystem::EastAsian => 2.0,
            WritingSystem::SoutheastAsian => 4.0,
        };
        Self { line: self.line + additional, writing_system, ..self }
    }

    /// Returns the height of a block, centered on its line.
    pub(super) fn block(self) -> f32 {
        let additional = if self.writing_system == WritingSystem::Spaced { 0.0 } else { 4.0 };
        self.letters() + additional
    }

    /// Returns the height of the letters of a Latin text.
    fn letters(self) -> f32 {
        (self.size * 1.371 + 2.0).round()
    }

    /// Returns the distance of an underline from the middle of the line, below the letters and their marks.
    pub(super) fn underline(self) -> f32 {
        let marks = if self.writing_system == WritingSystem::SoutheastAsian { 2.0 } else { 0.0 };
        self.letters() / 2.0 - 0.25 + marks
    }
}

/// Height of a lane, in points.
pub(super) const LANE: f32 = 18.0;

/// Padding of a block at its ends and before its label, in points.
pub(super) const BLOCK_PADDING: f32 = 6.0;

/// Additional space around a block where the text has no space, in points.
const BLOCK_CLEARANCE: f32 = 3.0;

/// A word, or the part of a word that is on one line.
struct PlacedFragment {
    word: usize,
    /// Byte range in the word.
    bytes: Range<usize>,
    /// Rectangle, relative to the origin of the text.
    rect: Rect,
    row: usize,
    /// True if it ends with the last character of the word.
    is_last: bool,
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
    /// Fragments in the order of the text.
    fragments: Vec<PlacedFragment>,
    /// Index of the first fragment of each word, followed by the number of fragments.
    starts: Vec<usize>,
    /// Fragments of each line, from left to right.
    lines: Vec<Vec<usize>>,
    /// Top of each line, then the bottom of the last one.
    tops: Vec<f32>,
    pub(super) style: SentenceStyle,
    /// True if the text direction is right-to-left.
    pub(super) right_to_left: bool,
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
        let style = style.for_writing_system(WritingSystem::of_words(words));
        let measure = |text: &str| galley(ui, text, style).size().x;
        let blank = measure(" ").max(style.size * 0.2);
        let is_joined = |i: usize| joined.get(i) == Some(&true);
        let space = |i: usize| if is_joined(i) { 0.0 } else { blank };
        let directions = BidiOrder::from_words(words);
        let width_of =
            |(i, word): (usize, &&str)| WordWidths { space: space(i), text: measure(word), ..WordWidths::default() };
        let mut widths: Vec<WordWidths> = words.iter().enumerate().map(width_of).collect();
        if style.blocks {
            for s in spans {
                let clear = |i: usize| if is_joined(i) { BLOCK_CLEARANCE } else { 0.0 };
                widths[s.start].lead += BLOCK_PADDING + clear(s.start);
                let name = label_galley(ui, &s.name).size().x;
                widths[s.end - 1].trail += BLOCK_PADDING + name + BLOCK_PADDING + clear(s.end);
            }
        }
        let rows = break_lines(words, joined, &widths, width, measure);
        let mut flow = Self {
            fragments: Vec::with_capacity(words.len()),
            starts: Vec::with_capacity(words.len() + 1),
            lines: Vec::with_capacity(rows.len()),
            tops: (0..=rows.len()).map(|row| row as f32 * style.line).collect(),
            style,
            right_to_left: directions.is_rtl,
        };
        for (number, row) in rows.into_iter().enumerate() {
            let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
            // Words of a line are adjacent in the text, and each has one fragment on the line.
            let (first_word, first_fragment) = (first.word, flow.fragments.len());
            let visual = directions.visual_order(first.word..last.word + 1);
            flow.lines.push(visual.iter().map(|word| word - first_word + first_fragment).collect());
            for Fragment { word, bytes } in row {
                if bytes.start == 0 {
                    flow.starts.push(flow.fragments.len());
                }
                let is_whole = bytes == (0..words[word].len());
                let text = if is_whole { widths[word].text } else { measure(&words[word][bytes.clone()]) };
                let rect = Rect::from_min_size(pos2(0.0, flow.tops[number]), vec2(text, style.line));
                let is_last = bytes.end == words[word].len();
                flow.fragments.push(PlacedFragment { word, bytes, rect, row: number, is_last });
            }
            flow.place_line(number, width, spans, &widths, blank);
        }
        flow.starts.push(flow.fragments.len());
        flow
    }

    /// Sets the horizontal positions of the fragments of a line.
    fn place_line(&mut self, number: usize, width: f32, spans: &[SpanShape], widths: &[WordWidths], blank: f32) {
        let line = &self.lines[number];
        // Adjacent words of the sentence keep their spacing. Words that are adjacent only on the line are separated by a
        // space.
        let gap = |pair: &[usize]| {
            let (a, b) = (self.fragments[pair[0]].word, self.fragments[pair[1]].word);
            if a.abs_diff(b) == 1 { widths[a.max(b)].space } else { blank }
        };
        let margins = fragment_margins(line, &self.fragments, spans, widths, self.right_to_left);
        let used: f32 =
            line.iter().zip(&margins).map(|(f, (l, r))| l + self.fragments[*f].rect.width() + r).sum::<f32>()
                + line.windows(2).map(gap).sum::<f32>();
        // A block at the start of a line extends into the margin, so that the letters are aligned.
        let first = line.iter().min().map(|f| &self.fragments[*f]);
        let hang = first.filter(|f| f.bytes.start == 0).map_or(0.0, |f| widths[f.word].lead);
        let mut x = if self.right_to_left { width - used + hang } else { -hang };
        let mut lefts = Vec::with_capacity(line.len());
        for (i, &fragment) in line.iter().enumerate() {
            let (before, after) = margins[i];
            lefts.push((fragment, x + before));
            x += before + self.fragments[fragment].rect.width() + after + line.get(i..i + 2).map_or(0.0, gap);
        }
        for (fragment, left) in lefts {
            let rect = &mut self.fragments[fragment].rect;
            *rect = rect.translate(vec2(left, 0.0));
        }
    }

    /// Returns the fragments of a word.
    fn fragments_of(&self, word: usize) -> &[PlacedFragment] {
        &self.fragments[self.starts[word]..self.starts[word + 1]]
    }

    /// Returns the fragments with their words, byte ranges and rectangles.
    pub(super) fn parts(&self) -> impl Iterator<Item = (usize, Range<usize>, Rect)> + '_ {
        self.fragments.iter().map(|f| (f.word, f.bytes.clone(), f.rect))
    }

    /// Reserves space under the lines for spans in lanes: as many lanes as the deepest one on each line.
    pub fn reserve_lanes<'s>(&mut self, lanes: impl Iterator<Item = (usize, &'s SpanShape<'s>)>) {
        let mut depths = vec![0; self.lines.len()];
        for (lane, span) in lanes {
            let rows = self.rows(span.start..span.end);
            depths[rows].iter_mut().for_each(|depth| *depth = (*depth).max(lane + 1));
        }
        let mut shift = 0.0;
        let mut shifts = Vec::with_capacity(depths.len());
        for (row, depth) in depths.iter().enumerate() {
            shifts.push(shift);
            shift += *depth as f32 * LANE;
            self.tops[row + 1] += shift;
        }
        self.fragments.iter_mut().for_each(|f| f.rect = f.rect.translate(vec2(0.0, shifts[f.row])));
    }

    /// Returns the height of all lines.
    pub fn height(&self) -> f32 {
        self.tops.last().copied().unwrap_or(0.0)
    }

    /// Returns the lines of these words.
    fn rows(&self, words: Range<usize>) -> RangeInclusive<usize> {
        let row = |fragment: Option<&PlacedFragment>| fragment.map_or(0, |f| f.row);
        row(self.fragments_of(words.start).first())..=row(self.fragments_of(words.end - 1).last())
    }

    /// Returns the rectangle of the beginning of a word, relative to the origin of the text.
    pub fn rect(&self, word: usize) -> Rect {
        self.fragments_of(word).first().map_or(Rect::ZERO, |f| f.rect)
    }

    /// Returns the rectangle of the end of a word, relative to the origin of the text.
    pub fn last_rect(&self, word: usize) -> Rect {
        self.fragments_of(word).last().map_or(Rect::ZERO, |f| f.rect)
    }

    /// Returns the fragment at a position: the nearest one on the line.
    fn fragment_at(&self, at: Vec2) -> Option<&PlacedFragment> {
        let below = self.tops.partition_point(|top| *top <= at.y);
        let row = below.saturating_sub(1).min(self.lines.len().saturating_sub(1));
        let distance = |f: &PlacedFragment| (f.rect.left() - at.x).max(at.x - f.rect.right()).max(0.0);
        let line = self.lines.get(row)?.iter().map(|f| &self.fragments[*f]);
        line.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Returns the word at a position: the nearest one on the line.
    pub fn word_at(&self, at: Vec2) -> Option<usize> {
        self.fragment_at(at).map(|fragment| fragment.word)
    }

    /// Returns the word at a position and the nearest character boundary in it, in bytes. A grapheme cluster is one
    /// character.
    pub fn byte_at(&self, ui: &Ui, words: &[&str], at: Vec2) -> Option<(usize, usize)> {
        let fragment = self.fragment_at(at)?;
        let text = &words[fragment.word][fragment.bytes.clone()];
        let inside = vec2(at.x - fragment.rect.left(), self.style.line / 2.0);
        let cursor = galley(ui, text, self.style).cursor_from_pos(inside);
        let byte = text.char_indices().nth(cursor.index.0).map_or(text.len(), |(byte, _)| byte);
        let borders = text.grapheme_indices(true).map(|(byte, _)| byte).chain([text.len()]);
        let border = borders.min_by_key(|border| border.abs_diff(byte)).unwrap_or(0);
        Some((fragment.word, fragment.bytes.start + border))
    }

    /// Returns the text ranges of these words: one for each line, or more if text of the other direction is between
    /// them.
    pub(super) fn segments(&self, words: Range<usize>) -> Vec<LineSegment> {
        self.segments_of(words, |fragment| Some(fragment.rect))
    }

    /// Returns the text ranges of a part of these words, or of all words without a part.
    pub(super) fn partial_segments(
        &self,
        ui: &Ui,
        texts: &[&str],
        words: Range<usize>,
        part: Option<PartialToken>,
    ) -> Vec<LineSegment> {
        let Some(part) = part else { return self.segments(words) };
        let (first, last) = (words.start, words.end.saturating_sub(1));
        self.segments_of(words, |fragment| {
            let text = texts[fragment.word];
            let start =
                if fragment.word == first { part.start.max(fragment.bytes.start) } else { fragment.bytes.start };
            let end = if fragment.word == last { part.end.min(fragment.bytes.end) } else { fragment.bytes.end };
            let width = |bytes: Range<usize>| match text.get(bytes) {
                None | Some("") => 0.0,
                Some(text) => galley(ui, text, self.style).size().x,
            };
            let (before, after) = (width(fragment.bytes.start..start), width(end..fragment.bytes.end));
            let (left, right) = if self.right_to_left { (after, before) } else { (before, after) };
            let rect = fragment.rect;
            (start < end).then(|| rect.with_min_x(rect.left() + left).with_max_x(rect.right() - right))
        })
    }

    /// Returns the text ranges of these words. `rect` returns the rectangle of the covered part of a fragment, if any.
    fn segments_of(&self, words: Range<usize>, rect: impl Fn(&PlacedFragment) -> Option<Rect>) -> Vec<LineSegment> {
        if words.is_empty() {
            return Vec::new();
        }
        let (first, last) = (words.start, words.end - 1);
        let mut segments = Vec::new();
        for line in &self.lines[self.rows(words.clone())] {
            let fragments = line.iter().map(|f| &self.fragments[*f]);
            let covered: Vec<Option<(&PlacedFragment, Rect)>> =
                fragments.map(|f| rect(f).filter(|_| words.contains(&f.word)).map(|rect| (f, rect))).collect();
            for stretch in covered.split(Option::is_none).filter(|stretch| !stretch.is_empty()) {
                let parts = || stretch.iter().flatten();
                segments.push(LineSegment {
                    rect: parts().fold(Rect::NOTHING, |union, (_, rect)| union.union(*rect)),
                    begins: parts().any(|(f, _)| f.word == first && f.bytes.start == 0),
                    ends: parts().any(|(f, _)| f.word == last && f.is_last),
                });
            }
        }
        segments
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
    pub(super) fn lane(
        &self,
        ui: &Ui,
        texts: &[&str],
        lane: usize,
        span: &SpanShape,
        name_width: f32,
    ) -> Vec<LineSegment> {
        let mut strips = self.partial_segments(ui, texts, span.start..span.end, span.cut);
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

/// Returns the space before and after each fragment of a line, for the blocks that start and end there. The first word of
/// a span is the first in reading order. Its block starts at the side of the reading direction.
fn fragment_margins(
    line: &[usize],
    fragments: &[PlacedFragment],
    spans: &[SpanShape],
    widths: &[WordWidths],
    right_to_left: bool,
) -> Vec<(f32, f32)> {
    let mut margins = vec![(0.0, 0.0); line.len()];
    for span in spans {
        let mut first = 0;
        for stretch in line.split(|f| !span.holds(fragments[*f].word)) {
            let end = first + stretch.len();
            let parts = || stretch.iter().map(|f| &fragments[*f]);
            let begins = parts().any(|f| f.word == span.start && f.bytes.start == 0);
            let ends = parts().any(|f| f.word == span.end - 1 && f.is_last);
            let begin = if begins { widths[span.start].lead } else { 0.0 };
            let ending = if ends { widths[span.end - 1].trail } else { 0.0 };
            let (left, right) = if right_to_left { (ending, begin) } else { (begin, ending) };
            if first < end {
                margins[first].0 += left;
                margins[end - 1].1 += right;
            }
            first = end + 1;
        }
    }
    margins
}
