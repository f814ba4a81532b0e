//! Precision, recall and F1 of entities, micro-averaged, and per label.

use super::seqeval::{TagEntity, entities};
use std::collections::{BTreeMap, HashSet};

/// Scores of one label, or of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PrfScore {
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
    pub correct: usize,
}

/// A label's name and its scores.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelScore {
    /// The label.
    pub label: String,
    /// Its scores.
    pub score: PrfScore,
}

impl PrfScore {
    /// From counts; `0 / 0` is 0, as seqeval has it.
    pub fn from_counts(right: usize, predicted: usize, support: usize) -> Self {
        let ratio = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        let (precision, recall) = (ratio(right, predicted), ratio(right, support));
        let sum = precision + recall;
        let f1 = if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum };
        Self { precision, recall, f1, support, predicted, correct: right }
    }
}

/// Adds up sentences.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    /// Right, predicted, there: by label.
    counts: BTreeMap<String, [usize; 3]>,
    correct_tags: usize,
    tags: usize,
}

impl Scorer {
    /// Adds a sentence: its gold tags and the predicted ones, compared by seqeval's default mode.
    pub fn add(&mut self, gold: &[&str], predicted: &[&str]) {
        self.add_entities(&entities(gold), &entities(predicted));
        self.tags += gold.len();
        self.correct_tags += gold.iter().zip(predicted).filter(|(a, b)| a == b).count();
    }

    /// Adds a sentence by its entities, however they were read from the tags.
    pub fn add_entities(&mut self, gold: &[TagEntity], predicted: &[TagEntity]) {
        let there: HashSet<&TagEntity> = gold.iter().collect();
        for entity in gold {
            self.entry(entity.label)[2] += 1;
        }
        for entity in predicted {
            let right = usize::from(there.contains(entity));
            let counts = self.entry(entity.label);
            counts[0] += right;
            counts[1] += 1;
        }
    }

    fn entry(&mut self, kind: &str) -> &mut [usize; 3] {
        self.counts.entry(kind.to_owned()).or_default()
    }

    /// All labels together (micro average).
    pub fn overall(&self) -> PrfScore {
        let sum = |i: usize| self.counts.values().map(|c| c[i]).sum();
        PrfScore::from_counts(sum(0), sum(1), sum(2))
    }

    /// Each label, by name.
    pub fn labels(&self) -> Vec<LabelScore> {
        let score = |c: &[usize; 3]| PrfScore::from_counts(c[0], c[1], c[2]);
        self.counts.iter().map(|(label, c)| LabelScore { label: label.clone(), score: score(c) }).collect()
    }

    /// Share of tags predicted exactly, `O` included; 0 when there are none.
    pub fn accuracy(&self) -> f64 {
        if self.tags == 0 { 0.0 } else { self.correct_tags as f64 / self.tags as f64 }
    }
}
