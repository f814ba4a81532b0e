//! Names, shapes and indices of the parameters of a network.

use crate::model::config::Config;
use crate::model::rng::RngStream;
use crate::model::{Device, Tensor};
use candle_core::{DType, Result};

/// Trainable array with its Hugging Face name.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Hugging Face name.
    pub name: String,
    /// Value, f32.
    pub value: Tensor,
}

// Indices in the list of parameters.
pub(super) const WORD: usize = 0;
pub(super) const POSITION: usize = 1;
pub(super) const TOKEN_TYPE: usize = 2;
pub(super) const EMBEDDING_NORM: usize = 3;
pub(super) const FIRST_LAYER: usize = 5;
pub(super) const PER_LAYER: usize = 16;
// Indices in a layer: each is the index of a weight; its bias follows.
pub(super) const QUERY: usize = 0;
pub(super) const KEY: usize = 2;
pub(super) const VALUE: usize = 4;
pub(super) const ATTENTION_OUT: usize = 6;
pub(super) const ATTENTION_NORM: usize = 8;
pub(super) const INTERMEDIATE: usize = 10;
pub(super) const OUTPUT_DENSE: usize = 12;
pub(super) const OUT_NORM: usize = 14;

/// Names of a layer's weights in the order above.
pub(super) const LAYER_NAMES: [&str; 8] = [
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
];

/// Returns the names and shapes of the embedding parameters.
pub fn embedding_shapes(config: &Config) -> Vec<(String, Vec<usize>)> {
    let width = config.hidden_size;
    let embedding = |name: &str, shape: Vec<usize>| (format!("bert.embeddings.{name}"), shape);
    vec![
        embedding("word_embeddings.weight", vec![config.vocab_size, width]),
        embedding("position_embeddings.weight", vec![config.max_position_embeddings, width]),
        embedding("token_type_embeddings.weight", vec![config.type_vocab_size, width]),
        embedding("LayerNorm.weight", vec![width]),
        embedding("LayerNorm.bias", vec![width]),
    ]
}

/// Returns the Hugging Face names and shapes of all parameters, in the order of [`super::Bert::parameters`].
pub fn parameter_shapes(config: &Config, tags: usize) -> Vec<(String, Vec<usize>)> {
    let (width, wide) = (config.hidden_size, config.intermediate_size);
    let mut shapes = embedding_shapes(config);
    for layer in 0..config.num_hidden_layers {
        for (param_index, name) in LAYER_NAMES.iter().enumerate() {
            let (rows, columns) = match param_index * 2 {
                INTERMEDIATE => (wide, Some(width)),
                OUTPUT_DENSE => (width, Some(wide)),
                ATTENTION_NORM | OUT_NORM => (width, None),
                _ => (width, Some(width)),
            };
            let weight = std::iter::once(rows).chain(columns).collect();
            shapes.push((format!("bert.encoder.layer.{layer}.{name}.weight"), weight));
            shapes.push((format!("bert.encoder.layer.{layer}.{name}.bias"), vec![rows]));
        }
    }
    shapes.push(("classifier.weight".into(), vec![tags, width]));
    shapes.push(("classifier.bias".into(), vec![tags]));
    shapes
}

/// True for parameters whose gradient is always zero; the check of the first step excludes them.
/// The same number added to all keys adds the same number to all scores of a query, which softmax cancels.
pub fn has_no_gradient(name: &str) -> bool {
    name.ends_with("attention.self.key.bias")
}

/// True if weight decay excludes the parameter: biases and layer normalization, as in the Trainer.
pub fn is_exempt_from_decay(name: &str) -> bool {
    name.ends_with("bias") || name.contains("LayerNorm")
}

/// Creates a new classification head: weights from N(0, `deviation`), biases 0, as in transformers.
///
/// # Errors
/// Returns an error if memory is full.
pub fn new_head(width: usize, tags: usize, deviation: f64, seed: u64) -> Result<(Tensor, Tensor)> {
    const PURPOSE: u64 = 0x6865_6164; // "head"
    let weight = RngStream::new(seed, PURPOSE).normal(tags * width, deviation);
    Ok((Tensor::from_vec(weight, (tags, width), &Device::Cpu)?, Tensor::zeros(tags, DType::F32, &Device::Cpu)?))
}
