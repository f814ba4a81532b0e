//! What a step is computed with, and what comes out of it.

use crate::model::Tensor;
use crate::model::loss::CrossEntropyLoss;
use candle_core::{DType, Result};

/// Gradient of one parameter.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// The same shape as the parameter.
    Dense(Tensor),
    /// Only these rows of it are not zero: row numbers and `[rows, width]`. Rows of one number are to be added.
    Rows(Vec<u32>, Tensor),
    /// The parameter does not learn.
    Frozen,
}

/// Gradients in the order of [`super::Bert::parameters`].
pub type Gradients = Vec<Gradient>;

/// Whether dropout is on, and where its draws come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No dropout.
    Evaluate,
    /// Dropout drawn for this step of the run with this seed.
    Train {
        /// The run's seed.
        seed: u64,
        /// Counts from 0.
        step: u64,
    },
}

/// How a step is computed.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Dropout.
    pub mode: Mode,
    /// Parts a batch is split into on the processor, each computed by a thread of its own.
    pub parts: usize,
    /// Sentences in memory at once; a larger batch is computed in several turns (gradient accumulation).
    pub at_once: usize,
    /// The loss.
    pub objective: &'a CrossEntropyLoss,
    /// What gradients are multiplied by, so that they stay inside the range of f16; 1 elsewhere.
    pub loss_scale: f64,
}

/// The mean loss of a batch, still on the device: reading it waits for the forward pass.
pub struct MeanLoss {
    pub(super) sums: Vec<Tensor>,
    pub(super) weight: f64,
}

impl MeanLoss {
    /// The number.
    ///
    /// # Errors
    /// candle's: what went wrong on the device before.
    pub fn read(&self) -> Result<f64> {
        let sum = self.sums.iter().map(|t| t.to_dtype(DType::F64)?.to_scalar::<f64>()).sum::<Result<f64>>()?;
        Ok(sum * self.weight)
    }
}
