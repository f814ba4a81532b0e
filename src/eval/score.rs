//! Precision, recall and F1 of entities, micro-averaged, and per label.

use super::seqeval::{Entity, entities};
use std::collections::{BTreeMap, HashSet};

/// Scores of one label, or of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Right entities of those predicted, in `[0, 1]`; 0 when nothing was predicted.
    pub precision: f64,
    /// Right entities of those there are, in `[0, 1]`; 0 when there are none.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Entities there are.
    pub support: usize,
    /// Entities predicted.
    pub predicted: usize,
    /// Entities predicted right: label and both borders.
    pub right: usize,
}

/// A label's name and its scores.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelScore {
    /// The label.
    pub label: String,
    /// Its scores.
    pub score: Score,
}

impl Score {
    /// From counts; `0 / 0` is 0, as seqeval has it.
    pub fn of(right: usize, predicted: usize, support: usize) -> Self {
        let ratio = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        let (precision, recall) = (ratio(right, predicted), ratio(right, support));
        let sum = precision + recall;
        let f1 = if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum };
        Self { precision, recall, f1, support, predicted, right }
    }
}

/// Adds up sentences.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    /// Right, predicted, there: by label.
    counts: BTreeMap<String, [usize; 3]>,
    right_tags: usize,
    tags: usize,
}

impl Scorer {
    /// Adds a sentence: its gold tags and the predicted ones, compared by seqeval's default mode.
    pub fn add(&mut self, gold: &[&str], predicted: &[&str]) {
        self.add_entities(&entities(gold), &entities(predicted));
        self.tags += gold.len();
        self.right_tags += gold.iter().zip(predicted).filter(|(a, b)| a == b).count();
    }

    /// Adds a sentence by its entities, however they were read from the tags.
    pub fn add_entities(&mut self, gold: &[Entity], predicted: &[Entity]) {
        let there: HashSet<&Entity> = gold.iter().collect();
        for entity in gold {
            self.of(entity.kind)[2] += 1;
        }
        for entity in predicted {
            let right = usize::from(there.contains(entity));
            let counts = self.of(entity.kind);
            counts[0] += right;
            counts[1] += 1;
        }
    }

    fn of(&mut self, kind: &str) -> &mut [usize; 3] {
        self.counts.entry(kind.to_owned()).or_default()
    }

    /// All labels together (micro average).
    pub fn overall(&self) -> Score {
        let sum = |i: usize| self.counts.values().map(|c| c[i]).sum();
        Score::of(sum(0), sum(1), sum(2))
    }

    /// Each label, by name.
    pub fn labels(&self) -> Vec<LabelScore> {
        let score = |c: &[usize; 3]| Score::of(c[0], c[1], c[2]);
        self.counts.iter().map(|(label, c)| LabelScore { label: label.clone(), score: score(c) }).collect()
    }

    /// Share of tags predicted exactly, `O` included; 0 when there are none.
    pub fn accuracy(&self) -> f64 {
        if self.tags == 0 { 0.0 } else { self.right_tags as f64 / self.tags as f64 }
    }
}
