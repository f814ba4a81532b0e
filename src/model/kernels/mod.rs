//! Building blocks of the encoder, forward and backward, as one trait.
//!
//! There are two implementations and one extension:
//! - [`plain`] consists of candle's operations and runs on every device. It is the reference in tests of [`fused`].
//! - [`fused`] is hand-written for the CPU. There, candle's single-threaded element-wise operations and new temporaries
//!   would need most of the time.
//! - `cuda` has the few operations that candle lacks on an NVIDIA GPU.
//!
//! Gradients are computed explicitly, without candle's autograd. candle's fused operations (`layer_norm`,
//! `softmax_last_dim`) silently cut the graph, and its tape needs a zero tensor and an addition per edge.
//!
//! All activations are packed rows: `[subwords, width]`, f32, or 16 bits between the matrix products of mixed
//! precision.

#[cfg(feature = "cuda")]
pub mod cuda;
pub mod fused;
pub mod plain;

use super::batch::PackedBatch;
use super::loss::CrossEntropyLoss;
use super::rng::Dropout;
use super::{ComputeDtype, Device};
use candle_core::{Result, Tensor, bail};
use plain::{Padding, Plain};

/// Values that [`Kernels::norm`] keeps for its backward pass.
pub struct NormSaved {
    /// Normalized rows before scale and shift, `[rows, width]`.
    pub normal: Tensor,
    /// Inverse standard deviation of each row, `[rows]`.
    pub inverse_deviation: Tensor,
}

/// Gradients of [`Kernels::norm`].
pub struct NormGrads {
    /// Gradient of the branch with dropout, `[rows, width]`.
    pub input: Tensor,
    /// Gradient of the residual, `[rows, width]`. `None` if there is no residual.
    pub residual: Option<Tensor>,
    /// Gradient of the scale, `[width]`.
    pub scale: Tensor,
    /// Gradient of the shift, `[width]`.
    pub shift: Tensor,
}

/// Arrays of one attention: queries, keys and values of all heads side by side, `[rows, heads * width]`.
#[derive(Clone, Copy)]
pub struct Heads<'a> {
    /// Queries.
    pub query: &'a Tensor,
    /// Keys.
    pub key: &'a Tensor,
    /// Values.
    pub value: &'a Tensor,
    /// Number of heads.
    pub count: usize,
}

impl Heads<'_> {
    /// Returns the factor of the scores: one over the square root of the width of a head.
    fn scale(&self) -> Result<f64> {
        Ok(1.0 / ((self.query.dim(1)? / self.count) as f64).sqrt())
    }
}

/// Sentences of a batch in the form that attention needs, created once per pass.
pub struct Sentences<'a> {
    /// The batch.
    pub batch: &'a PackedBatch,
    /// Positions of the rows among padded sentences, if the kernels need them.
    padding: Option<Padding>,
}

impl<'a> Sentences<'a> {
    /// Sentences without padding.
    fn packed(batch: &'a PackedBatch) -> Self {
        Self { batch, padding: None }
    }

    fn padding(&self) -> Result<&Padding> {
        match &self.padding {
            Some(padding) => Ok(padding),
            None => bail!("attention batch belongs to other kernels"),
        }
    }
}

/// Result of cross-entropy: the sum of the losses, and its weighted gradient.
pub struct Loss {
    /// Sum over the labeled rows. The scalar stays on the device, because reading it waits for all earlier operations.
    pub sum: Tensor,
    /// Gradient of `sum * weight` with respect to the logits, `[rows, tags]`.
    pub gradient: Tensor,
}

/// Forward and backward of each building block. All errors are candle's: shapes, memory, device.
pub trait Kernels: Send + Sync {
    /// Prepares the sentences of a batch for [`Kernels::attention`].
    fn sentences<'a>(&self, batch: &'a PackedBatch, device: &Device) -> Result<Sentences<'a>>;

    /// Returns the rows `ids` of `table` `[vocabulary, width]`: `[ids, width]`.
    fn embed(&self, table: &Tensor, ids: &[u32]) -> Result<Tensor>;

    /// `x wᵀ + b`: x `[rows, in]`, w `[out, in]`, b `[out]`.
    fn linear(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor>;

    /// `x wᵀ`: x `[rows, in]`, w `[out, in]`.
    fn product(&self, x: &Tensor, w: &Tensor) -> Result<Tensor>;

    /// Gradient of [`Kernels::linear`] by x, `dy w`: w `[out, in]`, dy `[rows, out]`.
    fn input_gradient(&self, w: &Tensor, dy: &Tensor) -> Result<Tensor>;

    /// Gradient of [`Kernels::linear`] by w, `dyᵀ x`: x `[rows, in]`, dy `[rows, out]`. f32 in every precision.
    fn weight_gradient(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor>;

    /// Gradient of [`Kernels::linear`] by b, the sum of the rows of dy `[rows, out]`. f32 in every precision.
    fn bias_gradient(&self, dy: &Tensor) -> Result<Tensor>;

    /// `x/2 (1 + erf(x/√2))`: the exact Gaussian error linear unit (Hendrycks, Gimpel 2016).
    fn gelu(&self, x: &Tensor) -> Result<Tensor>;

    /// Backward of [`Kernels::gelu`].
    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor>;

    /// Sets a fraction of the elements to zero and scales the others. Applied to the gradient, it is its own backward.
    fn dropout(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor>;

    /// Layer normalization (Ba, Kiros, Hinton 2016) of `dropout(x) + residual`.
    fn norm(
        &self,
        x: &Tensor,
        residual: Option<&Tensor>,
        scale: &Tensor,
        shift: &Tensor,
        epsilon: f64,
        dropout: (Dropout, usize),
    ) -> Result<(Tensor, NormSaved)>;

    /// Backward of [`Kernels::norm`].
    fn norm_backward(
        &self,
        saved: &NormSaved,
        scale: &Tensor,
        dy: &Tensor,
        residual: bool,
        dropout: (Dropout, usize),
    ) -> Result<NormGrads>;

    /// `dropout(softmax(q kᵀ / √width)) v` in each head, separately for each sentence of the batch.
    /// Returns the result `[rows, heads * width]`, and the probabilities for the backward pass.
    /// The layout of the probabilities depends on the implementation.
    fn attention(&self, heads: Heads, sentences: &Sentences, dropout: Dropout) -> Result<(Tensor, Tensor)>;

    /// Backward of [`Kernels::attention`]: gradients of queries, keys and values.
    fn attention_backward(
        &self,
        heads: Heads,
        probabilities: &Tensor,
        dy: &Tensor,
        sentences: &Sentences,
        dropout: Dropout,
    ) -> Result<[Tensor; 3]>;

    /// Returns the sum of the loss over the labeled rows, and its gradient times `weight`.
    fn cross_entropy(&self, logits: &Tensor, labels: &[i32], objective: &CrossEntropyLoss, weight: f64)
    -> Result<Loss>;

    /// Sum of two arrays of the same shape.
    fn add(&self, a: &Tensor, b: &Tensor) -> Result<Tensor>;

    /// Sums the rows with the same id. The result is the gradient of an embedding, by distinct id.
    fn sum_rows(&self, rows: &Tensor, ids: &[u32]) -> Result<(Vec<u32>, Tensor)>;
}

/// Returns the kernels of a device: hand-written on the CPU, candle's operations on other devices.
pub fn for_device(device: &Device, arithmetic: ComputeDtype) -> &'static dyn Kernels {
    match (device, arithmetic) {
        (Device::Cpu, ComputeDtype::Fp32 | ComputeDtype::Tf32) => &fused::Fused,
        #[cfg(feature = "cuda")]
        (Device::Cuda(_), arithmetic) => cuda::kernels(arithmetic),
        (_, ComputeDtype::Fp32 | ComputeDtype::Tf32) => &Plain::REFERENCE,
        (_, ComputeDtype::Bf16) => &Plain::BF16,
        (_, ComputeDtype::Fp16) => &Plain::F16,
    }
}

/// Returns the column of an element in the dropout mask of attention. Its row is the query's row in the whole batch.
pub(crate) fn attention_column(head: usize, key: usize) -> u32 {
    // A head never has more keys than a model has positions; 2^16 is far above both.
    ((head as u32) << 16) | key as u32
}
