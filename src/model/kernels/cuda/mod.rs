//! Operations that candle lacks on an NVIDIA GPU, one launch each: counter-based dropout, the derivative of GELU, and
//! the optimizer step. `kernels.cu` contains the loops. All other operations of a step are candle's.
//!
//! No function waits for the GPU: launches go into the single stream of the device, after those of candle.
#![allow(unsafe_code)]

mod launch;

use super::Kernels;
use super::plain::{Missing, Padding, Plain};
use crate::model::ComputeDtype;
use crate::model::batch::PackedBatch;
use crate::model::rng::Dropout;
use candle_core::cuda::cudarc::driver::DeviceRepr;
use candle_core::{DType, Result, Tensor, bail};
use half::{bf16, f16};
use launch::{Grid, Launch, fresh};

/// Returns the kernels for a precision.
pub(super) fn kernels(arithmetic: ComputeDtype) -> &'static dyn Kernels {
    const fn of(half: Option<DType>) -> Plain {
        Plain { half, missing: &Gpu }
    }
    static FULL: Plain = of(None);
    static BF16: Plain = of(Some(DType::BF16));
    static F16: Plain = of(Some(DType::F16));
    match arithmetic {
        ComputeDtype::Fp32 | ComputeDtype::Tf32 => &FULL,
        ComputeDtype::Bf16 => &BF16,
        ComputeDtype::Fp16 => &F16,
    }
}

/// Operations on an NVIDIA GPU.
struct Gpu;

impl Missing for Gpu {
    fn drop_rows(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor> {
        let x = x.contiguous()?;
        let (n, width) = (x.elem_count(), x.dim(1)? as u32);
        let y = fresh(&x)?;
        let mut launch = Launch::new("drop_rows", &x)?;
        launch.array::<f32>(&x)?.array::<f32>(&y)?.size(n).number(width).number(first_row as u32);
        // SAFETY: the parameters match `drop_rows`; both arrays have n elements.
        unsafe { launch.over(Grid::each(n), DropoutNumbers::from(dropout)) }?;
        Ok(y)
    }

    fn drop_attention(&self, x: &Tensor, batch: &PackedBatch, padding: &Padding, dropout: Dropout) -> Result<Tensor> {
        let x = x.contiguous()?;
        let (n, heads) = (x.elem_count(), x.dim(1)? as u32);
        let y = fresh(&x)?;
        let mut launch = Launch::new("drop_attention", &x)?;
        launch.array::<f32>(&x)?.array::<f32>(&y)?.array::<u32>(&padding.offsets)?.size(n);
        launch.number(heads).number(padding.longest as u32).number(batch.first_row as u32);
        // SAFETY: the parameters match `drop_attention`; x and y have n elements, offsets has one more than sentences.
        unsafe { launch.over(Grid::each(n), DropoutNumbers::from(dropout)) }?;
        Ok(y)
    }

    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        let (x, dy) = (x.contiguous()?, dy.to_dtype(x.dtype())?.contiguous()?);
        let (n, dx) = (x.elem_count(), fresh(&x)?);
        let three = |name| Launch::new(name, &x);
        let launch = match x.dtype() {
            DType::F32 => arrays::<f32>(three("gelu_backward_f32")?, [&x, &dy, &dx])?,
            DType::F16 => arrays::<f16>(three("gelu_backward_f16")?, [&x, &dy, &dx])?,
            DType::BF16 => arrays::<bf16>(three("gelu_backward_bf16")?, [&x, &dy, &dx])?,
            other => bail!("gelu_backward does not support {other:?}"),
        };
        // SAFETY: the parameters match `gelu_backward_*`; all arrays have n elements of the kernel's type.
        unsafe { launch.over(Grid::each(n), n) }?;
        Ok(dx)
    }
}

fn arrays<T: launch::Element>(mut launch: Launch, tensors: [&Tensor; 3]) -> Result<Launch> {
    for tensor in tensors {
        launch.array::<T>(tensor)?;
    }
    Ok(launch)
}

/// Dropout parameters with the layout of `Dropout` in `kernels.cu`.
#[repr(C)]
#[derive(Clone, Copy)]
struct DropoutNumbers {
    key: [u32; 2],
    threshold: u32,
    scale: f32,
}

// SAFETY: four 32-bit numbers in C layout, as in `Dropout` of the kernels.
unsafe impl DeviceRepr for DropoutNumbers {}

impl From<Dropout> for DropoutNumbers {
    fn from(d: Dropout) -> Self {
        let (first, second) = d.key();
        Self { key: [first, second], threshold: d.threshold(), scale: d.scale() }
    }
}

/// Values of one AdamW step of one parameter, with the layout of `Update` in `kernels.cu`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Update {
    /// Maximum norm of the gradient. Larger gradients are scaled down to it.
    pub max_norm: f32,
    /// Inverse of the loss scale.
    pub inverse_loss_scale: f32,
    /// Decay rate of the first moment.
    pub beta1: f32,
    /// Decay rate of the second moment.
    pub beta2: f32,
    /// Factor of a weight after weight decay.
    pub keep: f32,
    /// Learning rate divided by the bias correction of the first moment.
    pub step: f32,
    /// One over the square root of the bias correction of the second moment.
    pub inverse_root: f32,
    /// Epsilon that is added to the square root of the second moment.
    pub epsilon: f32,
}

// SAFETY: eight 32-bit numbers in C layout, as in `Update` of the kernels.
unsafe impl DeviceRepr for Update {}

/// Runs one AdamW step in place, in one pass over the weights, gradient and moments of one parameter, all f32.
/// `norm` is the scalar norm of the whole gradient, including the loss scale. If it is not finite, nothing changes.
///
/// # Errors
/// Returns an error if types, devices or lengths differ, or if an array is not contiguous.
pub fn adamw(w: &Tensor, g: &Tensor, moments: (&Tensor, &Tensor), norm: &Tensor, update: Update) -> Result<()> {
    let n = w.elem_count();
    if [g, moments.0, moments.1].iter().any(|t| t.elem_count() != n) || norm.elem_count() != 1 {
        bail!("adamw requires arrays of equal length")
    }
    let mut launch = Launch::new("adamw", w)?;
    launch.array::<f32>(w)?.array::<f32>(g)?.array::<f32>(moments.0)?.array::<f32>(moments.1)?;
    launch.array::<f32>(norm)?.size(n);
    // SAFETY: the parameters match `adamw`; the checks above ensure that the arrays have n elements and norm has one.
    // Weights and moments are written although their tensors are shared. Only the optimizer changes them, and the
    // stream orders its writes with all reads.
    unsafe { launch.over(Grid::each(n), update) }
}

/// Number of partial sums of [`square_sums`].
pub const PARTS: usize = 64;

/// Writes the sum of squares of `g` into `out` as [`PARTS`] partial sums, all f32. The order of summation is fixed.
///
/// # Errors
/// Returns an error if types or devices differ, or if `out` does not have [`PARTS`] elements.
pub fn square_sums(g: &Tensor, out: &Tensor) -> Result<()> {
    let g = g.contiguous()?;
    if out.elem_count() != PARTS {
        bail!("square_sums requires an output of length {PARTS}")
    }
    let mut launch = Launch::new("square_sums", &g)?;
    launch.array::<f32>(&g)?.array::<f32>(out)?;
    // SAFETY: the parameters match `square_sums`: g has n elements, out has one for each block.
    unsafe { launch.over(Grid { blocks: PARTS as u32, threads: 256 }, g.elem_count()) }
}
