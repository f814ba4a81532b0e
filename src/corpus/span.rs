//! Labeled text ranges and their origin.
//!
//! Equality ignores the origin, so formats, snapshots and comparisons do not depend on it.

use super::label::LabelId;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// Origin of a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Span from the imported source.
    #[default]
    Import,
    /// Span created by the user.
    Human,
    /// Suggested by a model or another file. On a span of a document, the user accepted the suggestion.
    Suggested {
        /// Index into [`Corpus::agents`](super::Corpus::agents).
        agent: u8,
        /// Confidence in thousandths, 0 to 1000.
        score: u16,
    },
}

impl Origin {
    /// Creates the origin of a suggestion; `score` is clamped to 0 to 1.
    pub fn suggested(who: u8, score: f32) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "a score of at most 1 is at most 1,000 thousandths")]
        Self::Suggested { agent: who, score: (score.clamp(0.0, 1.0) * 1000.0).round() as u16 }
    }

    /// Returns the confidence of the suggestion, from 0 to 1. Returns `None` for spans of the user and of the source.
    pub fn score(self) -> Option<f32> {
        match self {
            Self::Suggested { score, .. } => Some(f32::from(score) / 1000.0),
            Self::Import | Self::Human => None,
        }
    }
}

/// Labeled range of the text of a document, in UTF-8 bytes at character boundaries.
///
/// Equality, order and hash ignore the origin.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
    /// Entity type.
    pub label: LabelId,
    /// Origin of the span.
    pub origin: Origin,
}

impl Span {
    /// Creates a span with [`Origin::Import`].
    pub fn new(range: Range<u32>, label: LabelId) -> Self {
        Self { start: range.start, end: range.end, label, origin: Origin::Import }
    }

    /// Returns the key for equality, order and hash: start, end and label.
    fn key(&self) -> (u32, u32, LabelId) {
        (self.start, self.end, self.label)
    }

    /// Returns true if the spans share at least one byte.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Span {}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Span {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
