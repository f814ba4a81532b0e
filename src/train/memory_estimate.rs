//! How much memory a batch takes, before it does: what the backward pass needs of the forward pass, and the gradients.

use super::arguments::TrainingArguments;
use super::train_set::EncodedTrainSet;
use crate::model::{Bert, Config};

/// Bytes of a number.
const F32: u64 = 4;

/// Lengths of the sentences that are in memory at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchLoad {
    /// Their pieces.
    pub pieces: u64,
    /// The squares of their lengths, added up: attention has a score for each pair of pieces of a sentence.
    pub pairs: u64,
}

impl BatchLoad {
    fn of(lengths: impl IntoIterator<Item = usize>) -> Self {
        lengths
            .into_iter()
            .fold(Self::default(), |sum, n| Self { pieces: sum.pieces + n as u64, pairs: sum.pairs + (n * n) as u64 })
    }
}

/// Bytes that a batch needs at the end of its forward pass: each layer keeps eight rows of the model's width and two of
/// its wide middle for every piece, and a probability for every pair and head. On top comes one layer's backward pass.
pub fn activation_bytes(config: &Config, frozen_layers: usize, load: BatchLoad) -> u64 {
    let (width, wide) = (config.hidden_size as u64, config.intermediate_size as u64);
    let kept = config.num_hidden_layers.saturating_sub(frozen_layers) as u64;
    let row = 8 * width + 2 * wide;
    let scores = config.num_attention_heads as u64 * load.pairs;
    let backward = load.pieces * (4 * width + 2 * wide) + 2 * scores;
    F32 * (kept * (load.pieces * row + scores) + backward)
}

/// Numbers that learn: those of the embeddings that the plan's sentences touch, and all others.
fn learning(bert: &Bert, plan: &EncodedTrainSet) -> (u64, u64) {
    let (mut touched, mut dense) = (0, 0);
    for (i, p) in bert.parameters().iter().enumerate().filter(|(i, _)| bert.learns(*i)) {
        let numbers = p.value.elem_count() as u64;
        if bert.depth(i) == 0 {
            let rows = p.value.dims()[0] as u64;
            touched += numbers / rows * rows.min(plan.distinct() as u64);
        } else {
            dense += numbers;
        }
    }
    (touched, dense)
}

/// Bytes that a run will need beyond what it has when it begins, with so many sentences at once: two moments for all that
/// learns, a copy of the best epoch, and the most of what is there only within a step. That is everything kept for the
/// backward pass at its beginning, or the gradients (a sum for each part of the batch) at its end.
pub fn required_bytes(bert: &Bert, plan: &EncodedTrainSet, arguments: &TrainingArguments, at_once: usize) -> u64 {
    let parts = if bert.device().is_cpu() { arguments.n_shards.min(at_once) as u64 } else { 1 };
    let load =
        plan.worst_case_load(arguments.effective_batch_size(), at_once, arguments.seed, arguments.num_train_epochs);
    let (touched, dense) = learning(bert, plan);
    let kept = if arguments.num_train_epochs > 1 { F32 * bert.learning() as u64 } else { 0 };
    let forward = activation_bytes(bert.config(), arguments.freeze_layers, load);
    let layers = bert.config().num_hidden_layers.max(1) as u64;
    2 * F32 * (touched + dense) + kept + forward.max(parts * F32 * dense + forward / layers)
}

/// The most sentences at once, a power of two below those asked for, that fit into so many bytes.
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

/// What to do about a batch that does not fit.
pub fn advice(bert: &Bert, plan: &EncodedTrainSet, arguments: &TrainingArguments, free: u64) -> String {
    match max_batch_size(bert, plan, arguments, free) {
        Some(size) => {
            let turns = arguments.effective_batch_size().div_ceil(size);
            format!(
                "per_device_train_batch_size {size} fits; with gradient_accumulation_steps {turns} it computes the same"
            )
        }
        None => "no batch fits: try a shorter max_length, a smaller model, or another device".into(),
    }
}

impl EncodedTrainSet {
    /// The heaviest load of sentences that are computed at once, in steps of so many sentences, over the first epochs.
    pub fn worst_case_load(&self, a_step: usize, at_once: usize, seed: u64, epochs: usize) -> BatchLoad {
        /// More epochs draw no batch that is much heavier.
        const SAMPLED_EPOCHS: usize = 3;
        let mut heaviest = BatchLoad::default();
        for epoch in 0..epochs.clamp(1, SAMPLED_EPOCHS) {
            for step in self.epoch_order(seed, epoch).chunks(a_step) {
                for turn in step.chunks(at_once.max(1)) {
                    let load = BatchLoad::of(turn.iter().map(|i| self.length(*i)));
                    if (load.pieces + load.pairs) > (heaviest.pieces + heaviest.pairs) {
                        heaviest = load;
                    }
                }
            }
        }
        heaviest
    }
}
