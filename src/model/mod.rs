//! Trainable encoders, subword tokenization, and model directories on disk.
//!
//! Recommended reading order:
//! - [`tokenizer`]: words to subwords.
//! - [`align`]: tags to subwords.
//! - [`batch`]: packed rows.
//! - [`kernels`]: forward and backward of each building block.
//! - [`bert`]: the network, composed of the kernels.
//! - [`loss`]: the training objective.
//! - [`weights`]: reading and writing named tensors.
//! - [`config`]: `config.json` and the tag set.
//! - [`pretrained`]: a Hugging Face model directory.
//! - [`parity`]: comparison of logits with candle-transformers.
//! - [`device`] and [`compute_dtype`]: selection of the device and of the precision.
//! - [`rng`]: counter-based random numbers.

pub mod align;
pub mod batch;
pub mod bert;
pub mod compute_dtype;
pub mod config;
pub mod device;
pub mod kernels;
pub mod loss;
pub mod parity;
pub mod pretrained;
pub mod rng;
pub mod tokenizer;
pub mod weights;

mod error;

pub use align::Alignment;
pub use batch::PackedBatch;
pub use bert::{Bert, Gradients, MeanLoss};
pub use compute_dtype::ComputeDtype;
pub use config::{Config, TagSet};
pub use device::{DeviceChoice, choose};
pub use error::ModelError;
pub use pretrained::PretrainedModel;
pub use tokenizer::SubwordEncoding;

/// Types of candle that other modules can use.
pub use candle_core::{Device, Tensor};
