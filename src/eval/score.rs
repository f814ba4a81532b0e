//! Precision, recall and F1 of entities, micro-averaged and per label.

use super::seqeval::{TagEntity, entities};
use std::collections::{BTreeMap, HashSet};

/// Scores of one label or of all labels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PrfScore {
    /// Correct entities divided by predicted entities, in `[0, 1]`; 0 if nothing was predicted.
    pub precision: f64,
    /// Correct entities divided by gold entities, in `[0, 1]`; 0 if there are no gold entities.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Number of gold entities.
    pub support: usize,
    /// Number of predicted entities.
    pub predicted: usize,
    /// Number of predicted entities with correct label and boundaries.
    pub correct: usize,
}

/// Scores of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelScore {
    /// Label name.
    pub label: String,
    /// Scores of the label.
    pub score: PrfScore,
}

impl PrfScore {
    /// Computes scores from counts. As in seqeval, `0 / 0` is 0.
    pub fn from_counts(right: usize, predicted: usize, support: usize) -> Self {
        let ratio = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        let (precision, recall) = (ratio(right, predicted), ratio(right, support));
        let sum = precision + recall;
        let f1 = if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum };
        Self { precision, recall, f1, support, predicted, correct: right }
    }
}

/// Accumulates entity counts over sentences.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    /// Numbers of correct, predicted and gold entities by label.
    counts: BTreeMap<String, [usize; 3]>,
    correct_tags: usize,
    tags: usize,
}

impl Scorer {
    /// Adds a sentence with its gold and predicted tags, compared in the default mode of seqeval.
    pub fn add(&mut self, gold: &[&str], predicted: &[&str]) {
        self.add_entities(&entities(gold), &entities(predicted));
        self.tags += gold.len();
        self.correct_tags += gold.iter().zip(predicted).filter(|(a, b)| a == b).count();
    }

    /// Adds a sentence by its entities, decoded in any mode.
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

    /// Returns the micro-averaged score of all labels.
    pub fn overall(&self) -> PrfScore {
        let sum = |i: usize| self.counts.values().map(|c| c[i]).sum();
        PrfScore::from_counts(sum(0), sum(1), sum(2))
    }

    /// Returns the score of each label, sorted by name.
    pub fn labels(&self) -> Vec<LabelScore> {
        let score = |c: &[usize; 3]| PrfScore::from_counts(c[0], c[1], c[2]);
        self.counts.iter().map(|(label, c)| LabelScore { label: label.clone(), score: score(c) }).collect()
    }

    /// Returns the share of correctly predicted tags, including `O`. Returns 0 if there are no tags.
    pub fn accuracy(&self) -> f64 {
        if self.tags == 0 { 0.0 } else { self.correct_tags as f64 / self.tags as f64 }
    }
}
