//! What is made small: cross-entropy over the labelled pieces, with smoothed targets and weighted tags where asked for.

use super::batch::IGNORE_INDEX;

/// The loss of a run. The default is plain cross-entropy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropyLoss {
    /// Share of a target that is spread evenly over all tags, in `[0, 1)` (Szegedy et al. 2016; the Trainer's
    /// `label_smoothing_factor`).
    pub label_smoothing: f64,
    /// Weight of each tag's pieces, as of PyTorch's `CrossEntropyLoss(weight=...)`; empty where all weigh the same.
    pub class_weights: Vec<f64>,
}

impl CrossEntropyLoss {
    /// Weight of a piece with this tag.
    pub fn weight(&self, tag: usize) -> f64 {
        self.class_weights.get(tag).copied().unwrap_or(1.0)
    }

    /// Weight of all labelled pieces: the mean loss is the sum of losses divided by this.
    pub fn total(&self, labels: &[i32]) -> f64 {
        labels.iter().filter(|l| **l != IGNORE_INDEX).map(|l| self.weight(*l as usize)).sum()
    }

    /// What a tag's negative log probability counts for at a piece labelled `label`, out of so many tags: as PyTorch's
    /// `CrossEntropyLoss(weight=..., label_smoothing=...)` has it. Without weights these are the target probabilities.
    pub fn target(&self, tag: usize, label: usize, tags: usize) -> f64 {
        let right = if tag == label { 1.0 - self.label_smoothing } else { 0.0 };
        self.weight(tag) * (right + self.label_smoothing / tags as f64)
    }
}
