//! Each building block of the encoder, forward and backward, behind one trait.
//!
//! Two implementations: [`plain`] is made of candle's own operations and runs on every device; [`fused`] is written
//! by hand for the processor, where candle's single-threaded element-wise operations and fresh temporaries would take
//! most of the time. The plain one is the reference that the fused one is tested against. `cuda` has the few operations
//! that candle lacks on an NVIDIA GPU.
//!
//! Gradients are written out rather than recorded: candle's own fused operations cut the graph without a word
//! (`layer_norm`, `softmax_last_dim`), and its tape pays a zero tensor and an addition for every edge.
//!
//! All activations are packed rows: `[pieces, width]`, f32, or 16 bits between the matrix products of mixed precision.

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

/// What [`Kernels::norm`] keeps for its backward pass.
pub struct NormSaved {
    /// The normalised rows before scale and shift, `[rows, width]`.
    pub normal: Tensor,
    /// One over the standard deviation of each row, `[rows]`.
    pub inverse_deviation: Tensor,
}

/// Gradients of [`Kernels::norm`].
pub struct NormGrads {
    /// Of the branch that dropout was applied to, `[rows, width]`.
    pub input: Tensor,
    /// Of the residual, `[rows, width]`; `None` when there was none.
    pub residual: Option<Tensor>,
    /// `[width]`.
    pub scale: Tensor,
    /// `[width]`.
    pub shift: Tensor,
}

/// The arrays of one attention: queries, keys and values of all heads side by side, `[rows, heads * width]`.
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
    /// What scores are multiplied by: one over the root of a head's width.
    fn scale(&self) -> Result<f64> {
        Ok(1.0 / ((self.query.dim(1)? / self.count) as f64).sqrt())
    }
}

/// The sentences of a batch as attention needs them, made once a pass.
pub struct Sentences<'a> {
    /// The batch.
    pub batch: &'a PackedBatch,
    /// Its rows among padded sentences, where the kernels need that.
    padding: Option<Padding>,
}

impl<'a> Sentences<'a> {
    /// Without padding.
    fn packed(batch: &'a PackedBatch) -> Self {
        Self { batch, padding: None }
    }

    fn padding(&self) -> Result<&Padding> {
        match &self.padding {
            Some(padding) => Ok(padding),
            None => bail!("sentences of other kernels"),
        }
    }
}

/// Result of a cross-entropy: the sum of the losses, and the gradient of their mean.
pub struct Loss {
    /// Sum over the labelled rows, a scalar that stays on the device: reading it would wait for all that goes before.
    pub sum: Tensor,
    /// Gradient of `sum * weight` by the logits, `[rows, tags]`.
    pub gradient: Tensor,
}

/// Forward and backward of every building block. Errors are candle's: shapes, memory, device.
pub trait Kernels: Send + Sync {
    /// The sentences of a batch as [`Kernels::attention`] needs them.
    fn sentences<'a>(&self, batch: &'a PackedBatch, device: &Device) -> Result<Sentences<'a>>;

    /// Rows of `table` `[vocabulary, width]`: `[ids, width]`.
    fn embed(&self, table: &Tensor, ids: &[u32]) -> Result<Tensor>;

    /// `x wᵀ + b`: x `[rows, in]`, w `[out, in]`, b `[out]`.
    fn linear(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor>;

    /// `x wᵀ`: x `[rows, in]`, w `[out, in]`.
    fn product(&self, x: &Tensor, w: &Tensor) -> Result<Tensor>;

    /// Gradient of [`Kernels::linear`] by x, `dy w`: w `[out, in]`, dy `[rows, out]`.
    fn input_gradient(&self, w: &Tensor, dy: &Tensor) -> Result<Tensor>;

    /// Gradient of [`Kernels::linear`] by w, `dyᵀ x`: x `[rows, in]`, dy `[rows, out]`. f32 in every arithmetic.
    fn weight_gradient(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor>;

    /// Gradient of [`Kernels::linear`] by b, the sum of the rows of dy `[rows, out]`. f32 in every arithmetic.
    fn bias_gradient(&self, dy: &Tensor) -> Result<Tensor>;

    /// `x/2 (1 + erf(x/√2))`: the exact Gaussian error linear unit (Hendrycks, Gimpel 2016).
    fn gelu(&self, x: &Tensor) -> Result<Tensor>;

    /// Backward of [`Kernels::gelu`].
    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor>;

    /// Zeroes a share of the elements and scales the others; its own backward when applied to the gradient.
    fn dropout(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor>;

    /// Layer normalisation (Ba, Kiros, Hinton 2016) of `dropout(x) + residual`.
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

    /// `dropout(softmax(q kᵀ / √width)) v` in each head, each sentence of the batch by itself.
    /// Returns the result `[rows, heads * width]` and the probabilities kept for the backward pass (in a layout of the
    /// implementation's own).
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

    /// Sum of the objective over the labelled rows, and its gradient times `weight`.
    fn cross_entropy(&self, logits: &Tensor, labels: &[i32], objective: &CrossEntropyLoss, weight: f64)
    -> Result<Loss>;

    /// Sum of two arrays of the same shape.
    fn add(&self, a: &Tensor, b: &Tensor) -> Result<Tensor>;

    /// Sums the rows that share an id: the gradient of an embedding, by distinct id.
    fn sum_rows(&self, rows: &Tensor, ids: &[u32]) -> Result<(Vec<u32>, Tensor)>;
}

/// The kernels for a device: by hand on the processor, candle's operations elsewhere.
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

/// The element of row `row` and column `column` of attention's dropout: rows are the query's row in the whole batch.
pub(crate) fn attention_column(head: usize, key: usize) -> u32 {
    // A head never has more keys than a model has positions; 2^16 is far beyond both.
    ((head as u32) << 16) | key as u32
}
