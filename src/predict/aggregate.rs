//! Grouping of subwords into entities, by the rules of `TokenClassificationPipeline` of transformers (5.23).

use super::tagger::argmax;
use crate::corpus::Prefix;
use crate::model::TagSet;
use crate::model::config::split_tag;

/// Strategy for combining subwords into words and entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AggregationStrategy {
    /// No grouping: every subword is reported with its tag.
    None,
    /// Groups adjacent subwords with the same label.
    #[default]
    Simple,
    /// A word has the tag of its first subword.
    First,
    /// A word has the tag with the highest mean probability over its subwords.
    Average,
    /// A word has the tag of its subword with the highest probability.
    Max,
}

/// All strategies by name.
pub const STRATEGIES: [(&str, AggregationStrategy); 5] = [
    ("none", AggregationStrategy::None),
    ("simple", AggregationStrategy::Simple),
    ("first", AggregationStrategy::First),
    ("average", AggregationStrategy::Average),
    ("max", AggregationStrategy::Max),
];

/// Subword with its tag probabilities.
#[derive(Clone, Debug)]
pub struct ScoredSubword {
    /// Probability of each tag.
    pub probabilities: Vec<f32>,
    /// Byte offset of the start in the text.
    pub start: usize,
    /// Byte offset after the end.
    pub end: usize,
    /// True if the subword continues the previous word.
    pub continues: bool,
}

/// Group of subwords with one tag.
struct SubwordGroup {
    tag: usize,
    score: f32,
    start: usize,
    end: usize,
}

/// Entity with byte offsets in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct EntitySpan {
    /// Label, or the tag for [`AggregationStrategy::None`].
    pub label: String,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
    /// Probability, 0 to 1: the mean over the groups of the entity.
    pub score: f32,
}

/// Returns the entities of one window. The input contains its subwords without special tokens.
pub fn aggregate(subwords: &[ScoredSubword], tags: &TagSet, strategy: AggregationStrategy) -> Vec<EntitySpan> {
    let unit = |p: &ScoredSubword, probabilities: &[f32]| {
        let tag = argmax(probabilities);
        SubwordGroup { tag, score: probabilities[tag], start: p.start, end: p.end }
    };
    let units: Vec<SubwordGroup> = match strategy {
        AggregationStrategy::None | AggregationStrategy::Simple => {
            subwords.iter().map(|p| unit(p, &p.probabilities)).collect()
        }
        _ => words(subwords)
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

/// Splits subwords into words.
fn words(subwords: &[ScoredSubword]) -> impl Iterator<Item = &[ScoredSubword]> {
    subwords.chunk_by(|_, next| next.continues)
}

/// Combines the tag probabilities of the subwords of a word.
fn aggregate_word(word: &[ScoredSubword], strategy: AggregationStrategy) -> Vec<f32> {
    let confidence = |p: &ScoredSubword| p.probabilities[argmax(&p.probabilities)];
    match strategy {
        AggregationStrategy::Average => (0..word[0].probabilities.len())
            .map(|tag| word.iter().map(|p| p.probabilities[tag]).sum::<f32>() / word.len() as f32)
            .collect(),
        AggregationStrategy::Max => {
            let first = &word[0];
            word.iter().fold(first, |a, b| if confidence(b) > confidence(a) { b } else { a }).probabilities.clone()
        }
        _ => word[0].probabilities.clone(),
    }
}

/// Merges the entities of overlapping windows into one list.
///
/// Of two overlapping entities, the longer one is kept. If both have the same length, the one with the higher score is
/// kept. `length` returns the length of an entity in characters.
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
