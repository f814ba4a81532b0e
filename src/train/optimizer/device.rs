//! AdamW on a device: everything is put into its stream first, and read once at the end.
//!
//! On an NVIDIA GPU it is two launches a parameter; on others candle's operations one after another (the reference that
//! the pass on the processor is tested against), which need the norm on the host.

use super::{BETA1, BETA2, EPSILON, Update, lock};
use crate::model::bert::{Gradient, Gradients};
use candle_core::{DType, Result, Tensor};
use std::sync::Mutex;

/// The gradient of one parameter on its device, f32 and of its shape; `None` when it does not learn.
///
/// # Errors
/// candle's.
pub(super) fn whole(parts: &[Gradients], parameter: usize, value: &Tensor) -> Result<Option<Tensor>> {
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

/// Sum of squares of each gradient, `[gradients]`, on their device.
///
/// # Errors
/// candle's.
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

/// One parameter after a step: its new value where that is another tensor.
///
/// # Errors
/// candle's.
pub(super) fn update(
    w: &Tensor,
    g: &Tensor,
    moments: &Mutex<(Tensor, Tensor)>,
    norm: &Tensor,
    u: Update,
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
