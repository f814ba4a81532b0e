//! A span as displayed: its words, label and appearance.

use crate::ui::theme::LabelColor;
use std::borrow::Cow;
use std::ops::Range;

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
    /// The covered part, if the span covers only a part of its words.
    pub cut: Option<PartialToken>,
}

/// A part of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialToken {
    /// Byte range in the document, end exclusive.
    pub bytes: (u32, u32),
    /// Start of the part in the first word, in bytes.
    pub start: usize,
    /// End of the part in the last word, in bytes.
    pub end: usize,
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

    /// Returns true if the span contains this word.
    pub(super) fn holds(&self, word: usize) -> bool {
        self.start <= word && word < self.end
    }
}
