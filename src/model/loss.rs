//! Training objective: cross-entropy over the labeled subwords, with optional label smoothing and class weights.

use super::batch::IGNORE_INDEX;

/// Loss of a run. The default is plain cross-entropy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropyLoss {
    /// Fraction of a target that is spread evenly over all tags, in `[0, 1)` (Szegedy et al. 2016).
    /// Same as the Trainer's `label_smoothing_factor`.
    pub label_smoothing: f64,
    /// Weight of each tag, as in PyTorch's `CrossEntropyLoss(weight=...)`. Empty if all tags have the same weight.
    pub class_weights: Vec<f64>,
}

impl CrossEntropyLoss {
    /// Returns the weight of a subword with this tag.
    pub fn weight(&self, tag: usize) -> f64 {
        self.class_weights.get(tag).copied().unwrap_or(1.0)
    }

    /// Returns the total weight of the labeled subwords. The mean loss is the sum of losses divided by this value.
    pub fn total_weight(&self, labels: &[i32]) -> f64 {
        labels.iter().filter(|l| **l != IGNORE_INDEX).map(|l| self.weight(*l as usize)).sum()
    }

    /// Returns the weight of the negative log probability of `tag` at a subword labeled `label`.
    /// The resulting loss equals PyTorch's `CrossEntropyLoss(weight=..., label_smoothing=...)`.
    /// Without class weights, the values over all tags are the target distribution.
    pub fn target_weight(&self, tag: usize, label: usize, num_tags: usize) -> f64 {
        let right = if tag == label { 1.0 - self.label_smoothing } else { 0.0 };
        self.weight(tag) * (right + self.label_smoothing / num_tags as f64)
    }
}
