//! Inputs and results of a training step.

use crate::model::Tensor;
use crate::model::loss::CrossEntropyLoss;
use candle_core::{DType, Result};

/// Gradient of one parameter.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// Gradient with the shape of the parameter.
    Dense(Tensor),
    /// Gradient with few nonzero rows: row numbers and `[rows, width]`. Rows with the same number must be added.
    Rows(Vec<u32>, Tensor),
    /// The parameter is not trainable.
    Frozen,
}

/// Gradients in the order of [`super::Bert::parameters`].
pub type Gradients = Vec<Gradient>;

/// Dropout mode, with the seed of the dropout draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No dropout.
    Evaluate,
    /// Dropout, drawn for this step of the run with this seed.
    Train {
        /// Seed of the run.
        seed: u64,
        /// Step number, from 0.
        step: u64,
    },
}

/// Options of the forward and backward pass of a step.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Dropout mode.
    pub mode: Mode,
    /// Number of parts that a batch is split into on the CPU. Each part is computed by its own thread.
    pub parts: usize,
    /// Maximum number of sentences per micro-batch. A larger batch is computed with gradient accumulation.
    pub micro_batch_size: usize,
    /// The loss.
    pub loss: &'a CrossEntropyLoss,
    /// Factor of the gradients that keeps them in the range of f16; 1 for other types.
    pub loss_scale: f64,
}

/// Mean loss of a batch, still on the device. Reading it waits for the forward pass.
pub struct MeanLoss {
    pub(super) sums: Vec<Tensor>,
    pub(super) weight: f64,
}

impl MeanLoss {
    /// Returns the loss as a number.
    ///
    /// # Errors
    /// Returns an error if an earlier operation on the device failed.
    pub fn read(&self) -> Result<f64> {
        let sum = self.sums.iter().map(|t| t.to_dtype(DType::F64)?.to_scalar::<f64>()).sum::<Result<f64>>()?;
        Ok(sum * self.weight)
    }
}
