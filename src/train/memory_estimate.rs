//! Estimate of the memory of a batch: activations kept for the backward pass, and gradients.
//!
//! The estimate uses the largest batch that the training set is expected to produce, so a run is checked before it
//! starts.

use super::arguments::TrainingArguments;
use super::train_set::EncodedTrainSet;
use crate::model::{Bert, Config};

/// Size of an f32 number in bytes.
const F32: u64 = 4;

/// Size of the sentences that are in memory at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchLoad {
    /// Number of subwords.
    pub n_subwords: u64,
    /// Sum of the squared sentence lengths: attention has a score for each pair of subwords of a sentence.
    pub pairs: u64,
}

impl BatchLoad {
    fn of(lengths: impl IntoIterator<Item = usize>) -> Self {
        lengths.into_iter().fold(Self::default(), |sum, n| Self {
            n_subwords: sum.n_subwords + n as u64,
            pairs: sum.pairs + (n * n) as u64,
        })
    }
}

/// Returns the bytes that a batch needs at the end of its forward pass.
///
/// For each subword, each layer keeps eight rows of the hidden size and two of the intermediate size. It also keeps a
/// probability for each pair of subwords and each head. The backward pass of one layer is added.
pub fn activation_bytes(config: &Config, frozen_layers: usize, load: BatchLoad) -> u64 {
    let (width, wide) = (config.hidden_size as u64, config.intermediate_size as u64);
    let kept = config.num_hidden_layers.saturating_sub(frozen_layers) as u64;
    let row = 8 * width + 2 * wide;
    let scores = config.num_attention_heads as u64 * load.pairs;
    let backward = load.n_subwords * (4 * width + 2 * wide) + 2 * scores;
    F32 * (kept * (load.n_subwords * row + scores) + backward)
}

/// Returns the numbers of trainable values: in embedding rows that the training data uses, and in all other parameters.
fn learning(bert: &Bert, plan: &EncodedTrainSet) -> (u64, u64) {
    let (mut touched, mut dense) = (0, 0);
    for (i, p) in bert.parameters().iter().enumerate().filter(|(i, _)| bert.is_trainable(*i)) {
        let numbers = p.value.elem_count() as u64;
        if bert.depth(i) == 0 {
            let rows = p.value.dims()[0] as u64;
            touched += numbers / rows * rows.min(plan.n_distinct_subwords() as u64);
        } else {
            dense += numbers;
        }
    }
    (touched, dense)
}

/// Returns the additional bytes that a run needs after its start, with `at_once` sentences at a time.
///
/// They consist of two moments for all trainable values, a copy of the best epoch, and the peak within a step. This
/// peak is at the start of the backward pass (all kept activations) or at its end (the gradients, one sum per shard).
pub fn required_bytes(bert: &Bert, plan: &EncodedTrainSet, arguments: &TrainingArguments, at_once: usize) -> u64 {
    let parts = if bert.device().is_cpu() { arguments.n_shards.min(at_once) as u64 } else { 1 };
    let load =
        plan.worst_case_load(arguments.effective_batch_size(), at_once, arguments.seed, arguments.num_train_epochs);
    let (touched, dense) = learning(bert, plan);
    let kept = if arguments.num_train_epochs > 1 { F32 * bert.n_trainable() as u64 } else { 0 };
    let forward = activation_bytes(bert.config(), arguments.freeze_layers, load);
    let layers = bert.config().num_hidden_layers.max(1) as u64;
    2 * F32 * (touched + dense) + kept + forward.max(parts * F32 * dense + forward / layers)
}

/// Returns the largest micro-batch size that fits into `free` bytes. It is a power of two below the requested size.
pub fn max_batch_size(bert: &Bert, plan: &EncodedTrainSet, arguments: &TrainingArguments, free: u64) -> Option<usize> {
    let asked = arguments.per_device_train_batch_size;
    let mut size = asked.next_power_of_two();
    while size > 0 {
        if size < asked && required_bytes(bert, plan, arguments, size) <= free {
            return Some(size);
        }
        size /= 2;
    }
    None
}

/// Returns advice for the user if a batch does not fit.
pub fn advice(bert: &Bert, plan: &EncodedTrainSet, arguments: &TrainingArguments, free: u64) -> String {
    match max_batch_size(bert, plan, arguments, free) {
        Some(size) => {
            let turns = arguments.effective_batch_size().div_ceil(size);
            format!(
                "use per_device_train_batch_size {size} and gradient_accumulation_steps {turns} for the same result"
            )
        }
        None => "no batch size fits; use a shorter max_length, a smaller model or another device".into(),
    }
}

impl EncodedTrainSet {
    /// Returns the largest load of `at_once` sentences in steps of `a_step` sentences, over the first epochs.
    pub fn worst_case_load(&self, a_step: usize, at_once: usize, seed: u64, epochs: usize) -> BatchLoad {
        /// Maximum number of sampled epochs. More epochs rarely contain a much larger batch.
        const SAMPLED_EPOCHS: usize = 3;
        let mut heaviest = BatchLoad::default();
        for epoch in 0..epochs.clamp(1, SAMPLED_EPOCHS) {
            for step in self.epoch_order(seed, epoch).chunks(a_step) {
                for turn in step.chunks(at_once.max(1)) {
                    let load = BatchLoad::of(turn.iter().map(|i| self.sentence_len(*i)));
                    if (load.n_subwords + load.pairs) > (heaviest.n_subwords + heaviest.pairs) {
                        heaviest = load;
                    }
                }
            }
        }
        heaviest
    }
}
