//! A labelled stretch of text, and who decided that it is one.

use super::label::LabelId;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// Who decided on a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// It came with the source.
    #[default]
    Import,
    /// A person made it.
    Human,
    /// A model (or another file) proposed it; where it is gold, a person accepted it.
    Suggested {
        /// Index into [`Corpus::proposers`](super::Corpus::proposers).
        agent: u8,
        /// How sure it was, in thousandths.
        score: u16,
    },
}

impl Origin {
    /// A proposer's, of a score from 0 to 1.
    pub fn suggested(who: u8, score: f32) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "a score of at most 1 is at most 1,000 thousandths")]
        Self::Suggested { agent: who, score: (score.clamp(0.0, 1.0) * 1000.0).round() as u16 }
    }

    /// How sure its proposer was, from 0 to 1; `None` for people and sources.
    pub fn score(self) -> Option<f32> {
        match self {
            Self::Suggested { score, .. } => Some(f32::from(score) / 1000.0),
            Self::Import | Self::Human => None,
        }
    }
}

/// A labelled stretch of a document's text, in UTF-8 bytes on character borders.
///
/// Two are the same when they say the same of the same place, whoever decided it.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Entity type.
    pub label: LabelId,
    /// Who decided.
    pub origin: Origin,
}

impl Span {
    /// A span of the source.
    pub fn new(range: Range<u32>, label: LabelId) -> Self {
        Self { start: range.start, end: range.end, label, origin: Origin::Import }
    }

    /// What is compared: where it begins and ends, and what it is called.
    fn key(&self) -> (u32, u32, LabelId) {
        (self.start, self.end, self.label)
    }

    /// Whether they share a character.
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
