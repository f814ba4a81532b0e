//! Building blocks in candle's operations, for any device. They are the reference for the fused kernels.
//!
//! In mixed precision, the matrix products and the activations between them have 16 bits. Sums over a row
//! (normalization, softmax, the loss), residuals and the gradients of weights stay f32, as in PyTorch's autocast.

mod host;
mod padding;

pub use host::HostOps;
pub use padding::Padding;

use super::{Heads, Kernels, Loss, NormGrads, NormSaved, Sentences};
use crate::model::batch::{IGNORE_INDEX, PackedBatch};
use crate::model::loss::CrossEntropyLoss;
use crate::model::rng::Dropout;
use candle_core::{D, DType, Device, Result, Tensor};
use std::collections::HashMap;

/// Operations that candle lacks.
pub trait Missing: Send + Sync {
    /// Dropout of `x` `[rows, width]`, whose first row is `first_row` of the whole batch.
    fn drop_rows(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor>;

    /// Dropout of attention's probabilities, `[sentences, heads, longest, longest]`. Padding becomes zero.
    fn drop_attention(&self, x: &Tensor, batch: &PackedBatch, padding: &Padding, dropout: Dropout) -> Result<Tensor>;

    /// Backward of the exact GELU: `dy (Φ(x) + x φ(x))`, in the type of `x`.
    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor>;
}

/// Kernels that consist of candle's operations.
pub struct Plain {
    /// Type of matrix products in mixed precision. `None` for the type of the weights.
    pub half_dtype: Option<DType>,
    /// Operations that candle lacks.
    pub extra_ops: &'static dyn Missing,
}

impl Plain {
    /// For any device, in the type of the weights: the reference.
    pub const REFERENCE: Self = Self { half_dtype: None, extra_ops: &HostOps };
    /// For any device, in f16.
    pub const F16: Self = Self { half_dtype: Some(DType::F16), extra_ops: &HostOps };
    /// For any device, in bf16.
    pub const BF16: Self = Self { half_dtype: Some(DType::BF16), extra_ops: &HostOps };

    /// Converts to the type of matrix products.
    fn narrow(&self, x: &Tensor) -> Result<Tensor> {
        match self.half_dtype {
            Some(half) => x.to_dtype(half),
            None => Ok(x.clone()),
        }
    }

    /// Converts to the type of sums over a row.
    fn wide(&self, x: &Tensor) -> Result<Tensor> {
        match self.half_dtype {
            Some(_) => x.to_dtype(DType::F32),
            None => Ok(x.clone()),
        }
    }
}

impl Kernels for Plain {
    fn sentences<'a>(&self, batch: &'a PackedBatch, device: &Device) -> Result<Sentences<'a>> {
        Ok(Sentences { batch, padding: Some(Padding::new(batch, device)?) })
    }

    fn embed(&self, table: &Tensor, ids: &[u32]) -> Result<Tensor> {
        table.index_select(&Tensor::new(ids, table.device())?, 0)
    }

    fn linear(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.product(x, w)?.broadcast_add(&self.narrow(b)?)
    }

    fn product(&self, x: &Tensor, w: &Tensor) -> Result<Tensor> {
        self.narrow(x)?.matmul(&self.narrow(w)?.t()?)
    }

    fn input_gradient(&self, w: &Tensor, dy: &Tensor) -> Result<Tensor> {
        self.narrow(dy)?.matmul(&self.narrow(w)?)
    }

    fn weight_gradient(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        self.wide(&self.narrow(dy)?.t()?.matmul(&self.narrow(x)?)?)
    }

    fn bias_gradient(&self, dy: &Tensor) -> Result<Tensor> {
        self.wide(dy)?.sum(0)
    }

    fn gelu(&self, x: &Tensor) -> Result<Tensor> {
        x.gelu_erf()
    }

    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        self.extra_ops.gelu_backward(x, dy)
    }

    fn dropout(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor> {
        let x = self.wide(x)?;
        if dropout.is_active() { self.extra_ops.drop_rows(&x, dropout, first_row) } else { Ok(x) }
    }

    fn norm(
        &self,
        x: &Tensor,
        residual: Option<&Tensor>,
        scale: &Tensor,
        shift: &Tensor,
        epsilon: f64,
        dropout: (Dropout, usize),
    ) -> Result<(Tensor, NormSaved)> {
        let mut x = self.dropout(x, dropout.0, dropout.1)?;
        if let Some(residual) = residual {
            x = (x + residual)?;
        }
        let centered = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centered.sqr()?.mean_keepdim(D::Minus1)?;
        let inverse_deviation = (variance + epsilon)?.sqrt()?.recip()?;
        let normal = centered.broadcast_mul(&inverse_deviation)?;
        let y = normal.broadcast_mul(scale)?.broadcast_add(shift)?;
        Ok((y, NormSaved { normal, inverse_deviation: inverse_deviation.squeeze(1)? }))
    }

    fn norm_backward(
        &self,
        saved: &NormSaved,
        scale: &Tensor,
        dy: &Tensor,
        residual: bool,
        dropout: (Dropout, usize),
    ) -> Result<NormGrads> {
        let dy = self.wide(dy)?;
        let g = dy.broadcast_mul(scale)?;
        let mean = g.mean_keepdim(D::Minus1)?;
        let along = g.mul(&saved.normal)?.mean_keepdim(D::Minus1)?;
        let dx = g.broadcast_sub(&mean)?.sub(&saved.normal.broadcast_mul(&along)?)?;
        let dx = dx.broadcast_mul(&saved.inverse_deviation.unsqueeze(1)?)?;
        Ok(NormGrads {
            input: self.dropout(&dx, dropout.0, dropout.1)?,
            residual: residual.then_some(dx),
            scale: dy.mul(&saved.normal)?.sum(0)?,
            shift: dy.sum(0)?,
        })
    }

    fn attention(&self, heads: Heads, sentences: &Sentences, dropout: Dropout) -> Result<(Tensor, Tensor)> {
        let padding = sentences.padding()?;
        let [q, k, v] = [heads.query, heads.key, heads.value].map(|t| padding.pad(t, heads.count));
        let scores = self.wide(&q?.matmul(&k?.t()?)?)?;
        let scores = (scores * heads.scale()?)?.broadcast_add(&padding.mask)?;
        let exponent = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
        let probabilities = exponent.broadcast_div(&exponent.sum_keepdim(D::Minus1)?)?;
        let kept = self.drop_attention(&probabilities, sentences, dropout)?;
        Ok((padding.unpad(&self.narrow(&kept)?.matmul(&v?)?)?, probabilities))
    }

    fn attention_backward(
        &self,
        heads: Heads,
        probabilities: &Tensor,
        dy: &Tensor,
        sentences: &Sentences,
        dropout: Dropout,
    ) -> Result<[Tensor; 3]> {
        let padding = sentences.padding()?;
        let [q, k, v] = [heads.query, heads.key, heads.value].map(|t| padding.pad(t, heads.count));
        let (q, k, v, dy) = (q?, k?, v?, padding.pad(&self.narrow(dy)?, heads.count)?);
        let kept = self.narrow(&self.drop_attention(probabilities, sentences, dropout)?)?;
        let dv = kept.t()?.matmul(&dy)?;
        let dp = self.drop_attention(&self.wide(&dy.matmul(&v.t()?)?)?, sentences, dropout)?;
        let along = dp.mul(probabilities)?.sum_keepdim(D::Minus1)?;
        let ds = self.narrow(&(dp.broadcast_sub(&along)?.mul(probabilities)? * heads.scale()?)?)?;
        let (dq, dk) = (ds.matmul(&k)?, ds.t()?.matmul(&q)?);
        Ok([padding.unpad(&dq)?, padding.unpad(&dk)?, padding.unpad(&dv)?])
    }

    fn cross_entropy(
        &self,
        logits: &Tensor,
        labels: &[i32],
        objective: &CrossEntropyLoss,
        weight: f64,
    ) -> Result<Loss> {
        let logits = self.wide(logits)?;
        let (rows, tags) = logits.dims2()?;
        let mut target = vec![0f32; rows * tags];
        let mut counted = vec![0f32; rows];
        for (row, &label) in labels.iter().enumerate().filter(|(_, l)| **l != IGNORE_INDEX) {
            let targets = &mut target[row * tags..(row + 1) * tags];
            for (tag, target) in targets.iter_mut().enumerate() {
                *target = objective.target_weight(tag, label as usize, tags) as f32;
            }
            counted[row] = targets.iter().sum();
        }
        let target = Tensor::from_vec(target, (rows, tags), logits.device())?;
        let counted = Tensor::from_vec(counted, (rows, 1), logits.device())?;
        let shifted = logits.broadcast_sub(&logits.max_keepdim(1)?)?;
        let exponent = shifted.exp()?;
        let total = exponent.sum_keepdim(1)?;
        let log_probability = shifted.broadcast_sub(&total.log()?)?;
        let sum = log_probability.mul(&target)?.sum_all()?.neg()?;
        let gradient = exponent.broadcast_div(&total)?.broadcast_mul(&counted)?.sub(&target)?;
        Ok(Loss { sum, gradient: (gradient * weight)? })
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        if a.dtype() == b.dtype() { a + b } else { self.wide(a)? + self.wide(b)? }
    }

    fn sum_rows(&self, rows: &Tensor, ids: &[u32]) -> Result<(Vec<u32>, Tensor)> {
        let mut slots = HashMap::new();
        let mut distinct = Vec::new();
        let slot_of: Vec<u32> = ids
            .iter()
            .map(|id| {
                *slots.entry(*id).or_insert_with(|| {
                    distinct.push(*id);
                    distinct.len() as u32 - 1
                })
            })
            .collect();
        let zeros = Tensor::zeros((distinct.len(), rows.dim(1)?), rows.dtype(), rows.device())?;
        let sums = zeros.index_add(&Tensor::new(slot_of, rows.device())?, rows, 0)?;
        Ok((distinct, sums))
    }
}

impl Plain {
    fn drop_attention(&self, x: &Tensor, sentences: &Sentences, dropout: Dropout) -> Result<Tensor> {
        if dropout.is_active() {
            self.extra_ops.drop_attention(x, sentences.batch, sentences.padding()?, dropout)
        } else {
            Ok(x.clone())
        }
    }
}
