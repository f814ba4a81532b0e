//! Pieces to entities, by the rules of transformers' `TokenClassificationPipeline` (5.23).

use super::tagger::argmax;
use crate::corpus::Prefix;
use crate::model::TagSet;
use crate::model::config::split_tag;

/// How the pieces of a word, and the words of an entity, become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AggregationStrategy {
    /// Every piece by itself, with its tag.
    None,
    /// Neighbouring pieces of one label.
    #[default]
    Simple,
    /// A word has its first piece's tag.
    First,
    /// A word has the tag that is best on average over its pieces.
    Average,
    /// A word has the tag of its surest piece.
    Max,
}

/// The strategies by name.
pub const STRATEGIES: [(&str, AggregationStrategy); 5] = [
    ("none", AggregationStrategy::None),
    ("simple", AggregationStrategy::Simple),
    ("first", AggregationStrategy::First),
    ("average", AggregationStrategy::Average),
    ("max", AggregationStrategy::Max),
];

/// One piece of a text with its probabilities.
#[derive(Clone, Debug)]
pub struct ScoredSubword {
    /// Probability of every tag.
    pub probabilities: Vec<f32>,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Whether it continues the word before it.
    pub continues: bool,
}

/// A run of pieces with one tag.
struct SubwordGroup {
    tag: usize,
    score: f32,
    start: usize,
    end: usize,
}

/// An entity in bytes of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct EntitySpan {
    /// Label, or the tag when pieces are not aggregated.
    pub label: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Probability, 0 to 1: the mean over its parts.
    pub score: f32,
}

/// The entities of one window's pieces (special pieces left out).
pub fn aggregate(pieces: &[ScoredSubword], tags: &TagSet, strategy: AggregationStrategy) -> Vec<EntitySpan> {
    let unit = |p: &ScoredSubword, probabilities: &[f32]| {
        let tag = argmax(probabilities);
        SubwordGroup { tag, score: probabilities[tag], start: p.start, end: p.end }
    };
    let units: Vec<SubwordGroup> = match strategy {
        AggregationStrategy::None | AggregationStrategy::Simple => {
            pieces.iter().map(|p| unit(p, &p.probabilities)).collect()
        }
        _ => words(pieces)
            .map(|word| SubwordGroup {
                end: word[word.len() - 1].end,
                ..unit(&word[0], &aggregate_word(word, strategy))
            })
            .collect(),
    };
    let found = |label: &str, units: &[SubwordGroup]| EntitySpan {
        label: label.to_owned(),
        start: units[0].start,
        end: units[units.len() - 1].end,
        score: units.iter().map(|u| u.score).sum::<f32>() / units.len() as f32,
    };
    if strategy == AggregationStrategy::None {
        let alone = units.iter().map(|u| found(&tags.names[u.tag], std::slice::from_ref(u)));
        return alone.filter(|f| f.label != "O").collect();
    }
    let meaning = |u: &SubwordGroup| split_tag(&tags.names[u.tag]);
    units
        .chunk_by(|a, b| meaning(a).1 == meaning(b).1 && meaning(b).0 != Prefix::B)
        .map(|group| found(meaning(&group[0]).1, group))
        .filter(|f| f.label != "O")
        .collect()
}

/// Runs of pieces that belong to one word.
fn words(pieces: &[ScoredSubword]) -> impl Iterator<Item = &[ScoredSubword]> {
    pieces.chunk_by(|_, next| next.continues)
}

/// Probabilities of a word from those of its pieces.
fn aggregate_word(word: &[ScoredSubword], strategy: AggregationStrategy) -> Vec<f32> {
    let surest = |p: &ScoredSubword| p.probabilities[argmax(&p.probabilities)];
    match strategy {
        AggregationStrategy::Average => (0..word[0].probabilities.len())
            .map(|tag| word.iter().map(|p| p.probabilities[tag]).sum::<f32>() / word.len() as f32)
            .collect(),
        AggregationStrategy::Max => {
            let first = &word[0];
            word.iter().fold(first, |a, b| if surest(b) > surest(a) { b } else { a }).probabilities.clone()
        }
        _ => word[0].probabilities.clone(),
    }
}

/// Entities of overlapping windows, made one list: where two overlap the longer stays, of equals the surer. `length`
/// measures a stretch of the text in characters.
pub fn merge_overlapping(mut found: Vec<EntitySpan>, length: impl Fn(&EntitySpan) -> usize) -> Vec<EntitySpan> {
    found.sort_by_key(|f| f.start);
    let mut merged: Vec<EntitySpan> = Vec::with_capacity(found.len());
    for next in found {
        match merged.last_mut() {
            Some(previous) if next.start < previous.end => {
                let (new, old) = (length(&next), length(previous));
                if new > old || (new == old && next.score > previous.score) {
                    *previous = next;
                }
            }
            _ => merged.push(next),
        }
    }
    merged
}
