//! Encoders that train, their word pieces, and the folders they live in.
//!
//! Read in this order: [`tokenizer`] (words to pieces), [`align`] (tags to pieces), [`batch`] (packed rows),
//! [`kernels`] (each building block forward and backward), [`bert`] (the network made of them), [`weights`] (named
//! tensors in and out), [`pretrained`] (a Hugging Face model folder), [`parity`] (our numbers against candle-transformers').

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

/// The candle types the rest of the program may see.
pub use candle_core::{Device, Tensor};
