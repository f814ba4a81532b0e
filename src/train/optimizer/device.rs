//! AdamW on a device. All operations are queued first, and results are read once at the end.
//!
//! On NVIDIA GPUs, each parameter needs two kernel launches. On other devices, candle operations are used, which need
//! the norm on the host. They are the reference for the tests of the CPU implementation.

use super::{AdamwStep, BETA1, BETA2, EPSILON, lock};
use crate::model::bert::{Gradient, Gradients};
use candle_core::{DType, Result, Tensor};
use std::sync::Mutex;

/// Returns the gradient of one parameter on its device, in f32 and with the shape of the parameter. Returns `None` if
/// it is frozen.
///
/// # Errors
/// Returns an error if a tensor operation fails.
pub(super) fn sum_gradient(parts: &[Gradients], parameter: usize, value: &Tensor) -> Result<Option<Tensor>> {
    let mut sum: Option<Tensor> = None;
    for part in parts {
        let more = match &part[parameter] {
            Gradient::Frozen => return Ok(None),
            Gradient::Dense(gradient) => gradient.clone(),
            Gradient::Rows(ids, rows) => {
                let ids = Tensor::new(ids.as_slice(), value.device())?;
                value.zeros_like()?.index_add(&ids, rows, 0)?
            }
        };
        sum = Some(match sum {
            Some(before) => (before + more)?,
            None => more,
        });
    }
    Ok(sum)
}

/// Returns the sum of squares of each gradient, `[gradients]`, on their device.
///
/// # Errors
/// Returns an error if a tensor operation fails.
pub(super) fn square_sums(gradients: &[Option<Tensor>], like: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if like.device().is_cuda() {
        use crate::model::kernels::cuda::{PARTS, square_sums};
        let sums = Tensor::zeros((gradients.len(), PARTS), DType::F32, like.device())?;
        for (i, gradient) in gradients.iter().enumerate() {
            if let Some(gradient) = gradient {
                square_sums(gradient, &sums.narrow(0, i, 1)?)?;
            }
        }
        return sums.sum(1);
    }
    let zero = Tensor::zeros(1, DType::F32, like.device())?;
    let of = |g: &Option<Tensor>| match g {
        Some(g) => g.sqr()?.sum_all()?.reshape(1),
        None => Ok(zero.clone()),
    };
    Tensor::cat(&gradients.iter().map(of).collect::<Result<Vec<_>>>()?, 0)
}

/// Updates one parameter. Returns its new value, or `None` if it was updated in place or the norm is not finite.
///
/// # Errors
/// Returns an error if a tensor operation fails.
pub(super) fn update(
    w: &Tensor,
    g: &Tensor,
    moments: &Mutex<(Tensor, Tensor)>,
    norm: &Tensor,
    u: AdamwStep,
    decay: f64,
) -> Result<Option<Tensor>> {
    let mut moments = lock(moments);
    #[cfg(feature = "cuda")]
    if w.device().is_cuda() {
        let numbers = crate::model::kernels::cuda::Update {
            max_norm: u.max_norm as f32,
            inverse_loss_scale: (1.0 / u.loss_scale) as f32,
            beta1: BETA1 as f32,
            beta2: BETA2 as f32,
            keep: (1.0 - u.learning_rate * decay) as f32,
            step: (u.learning_rate / u.correction1) as f32,
            inverse_root: (1.0 / u.correction2.sqrt()) as f32,
            epsilon: EPSILON as f32,
        };
        crate::model::kernels::cuda::adamw(w, &g.contiguous()?, (&moments.0, &moments.1), norm, numbers)?;
        return Ok(None);
    }
    let norm = f64::from(norm.to_scalar::<f32>()?) / u.loss_scale;
    if !norm.is_finite() {
        return Ok(None);
    }
    let g = (g * (u.clip(norm) / u.loss_scale))?;
    let m = ((&moments.0 * BETA1)? + (&g * (1.0 - BETA1))?)?;
    let v = ((&moments.1 * BETA2)? + (g.sqr()? * (1.0 - BETA2))?)?;
    let denominator = ((v.sqrt()? * (1.0 / u.correction2.sqrt()))? + EPSILON)?;
    let change = (m.div(&denominator)? * (u.learning_rate / u.correction1))?;
    let new = ((w * (1.0 - u.learning_rate * decay))? - change)?;
    *moments = (m, v);
    Ok(Some(new))
}
