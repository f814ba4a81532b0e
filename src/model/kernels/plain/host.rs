//! Operations that candle lacks, for any device: with masks created on the host, and with several candle operations.

use super::{Missing, Padding};
use crate::model::batch::PackedBatch;
use crate::model::kernels::attention_column;
use crate::model::rng::Dropout;
use candle_core::{DType, Result, Tensor};

/// Implementation for any device.
pub struct HostOps;

impl Missing for HostOps {
    fn drop_rows(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor> {
        let (rows, width) = x.dims2()?;
        let mask: Vec<f32> =
            (0..rows * width).map(|i| dropout.factor((first_row + i / width) as u32, (i % width) as u32)).collect();
        x.mul(&Tensor::from_vec(mask, (rows, width), x.device())?)
    }

    fn drop_attention(&self, x: &Tensor, batch: &PackedBatch, padding: &Padding, dropout: Dropout) -> Result<Tensor> {
        let (longest, heads) = (padding.longest, x.dim(1)?);
        let mut mask = vec![0f32; x.elem_count()];
        for (s, range) in batch.sentences().enumerate() {
            for head in 0..heads {
                for (i, row) in range.clone().enumerate() {
                    let at = ((s * heads + head) * longest + i) * longest;
                    for j in 0..range.len() {
                        mask[at + j] = dropout.factor((batch.first_row + row) as u32, attention_column(head, j));
                    }
                }
            }
        }
        x.mul(&Tensor::from_vec(mask, x.shape(), x.device())?)
    }

    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        let kind = x.dtype();
        let is_half = matches!(kind, DType::F16 | DType::BF16);
        let wide = |t: &Tensor| if is_half { t.to_dtype(DType::F32) } else { Ok(t.clone()) };
        let (x, dy) = (wide(x)?, wide(dy)?);
        let half_cdf = ((&x / std::f64::consts::SQRT_2)?.erf()? + 1.0)?;
        let cdf = (half_cdf * 0.5)?;
        let density = ((x.sqr()? * -0.5)?.exp()? * (1.0 / std::f64::consts::TAU.sqrt()))?;
        dy.mul(&(cdf + x.mul(&density)?)?)?.to_dtype(kind)
    }
}
