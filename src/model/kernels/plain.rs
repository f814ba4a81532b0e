//! The building blocks in candle's own operations: any device, and the reference for the fused ones.

use super::{Heads, Kernels, LinearGrads, Loss, NormGrads, NormSaved, attention_column};
use crate::model::batch::{IGNORED, Packed};
use crate::model::objective::Objective;
use crate::model::rng::Dropout;
use candle_core::{D, DType, Result, Tensor};
use std::collections::HashMap;

/// candle's operations, one after another.
pub struct Plain;

impl Kernels for Plain {
    fn embed(&self, table: &Tensor, ids: &[u32]) -> Result<Tensor> {
        table.index_select(&Tensor::new(ids, table.device())?, 0)
    }

    fn linear(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
        x.matmul(&w.t()?)?.broadcast_add(b)
    }

    fn linear_backward(&self, x: &Tensor, w: &Tensor, dy: &Tensor) -> Result<LinearGrads> {
        Ok(LinearGrads { input: dy.matmul(w)?, weight: dy.t()?.matmul(x)?, bias: dy.sum(0)? })
    }

    fn gelu(&self, x: &Tensor) -> Result<Tensor> {
        x.gelu_erf()
    }

    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        let half_cdf = ((x / std::f64::consts::SQRT_2)?.erf()? + 1.0)?;
        let cdf = (half_cdf * 0.5)?;
        let density = ((x.sqr()? * -0.5)?.exp()? * (1.0 / std::f64::consts::TAU.sqrt()))?;
        dy.mul(&(cdf + x.mul(&density)?)?)
    }

    fn dropout(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor> {
        if !dropout.is_active() {
            return Ok(x.clone());
        }
        let (rows, width) = x.dims2()?;
        let mask: Vec<f32> =
            (0..rows * width).map(|i| dropout.factor((first_row + i / width) as u32, (i % width) as u32)).collect();
        x.mul(&Tensor::from_vec(mask, (rows, width), x.device())?)
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
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let inverse_deviation = (variance + epsilon)?.sqrt()?.recip()?;
        let normal = centred.broadcast_mul(&inverse_deviation)?;
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

    fn attention(&self, heads: Heads, batch: &Packed, dropout: Dropout) -> Result<(Tensor, Tensor)> {
        let padding = Padding::new(heads.query, batch, heads.count)?;
        let [q, k, v] = [heads.query, heads.key, heads.value].map(|t| padding.pad(t));
        let scores = (q?.matmul(&k?.t()?)? * padding.scale())?.broadcast_add(&padding.mask)?;
        let exponent = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
        let probabilities = exponent.broadcast_div(&exponent.sum_keepdim(D::Minus1)?)?;
        let kept = padding.dropout(&probabilities, batch, dropout)?;
        Ok((padding.unpad(&kept.matmul(&v?)?)?, probabilities))
    }

    fn attention_backward(
        &self,
        heads: Heads,
        probabilities: &Tensor,
        dy: &Tensor,
        batch: &Packed,
        dropout: Dropout,
    ) -> Result<[Tensor; 3]> {
        let padding = Padding::new(heads.query, batch, heads.count)?;
        let [q, k, v] = [heads.query, heads.key, heads.value].map(|t| padding.pad(t));
        let (q, k, v, dy) = (q?, k?, v?, padding.pad(dy)?);
        let kept = padding.dropout(probabilities, batch, dropout)?;
        let dv = kept.t()?.matmul(&dy)?;
        let dp = padding.dropout(&dy.matmul(&v.t()?)?, batch, dropout)?;
        let along = dp.mul(probabilities)?.sum_keepdim(D::Minus1)?;
        let ds = (dp.broadcast_sub(&along)?.mul(probabilities)? * padding.scale())?;
        let (dq, dk) = (ds.matmul(&k)?, ds.t()?.matmul(&q)?);
        Ok([padding.unpad(&dq)?, padding.unpad(&dk)?, padding.unpad(&dv)?])
    }

    fn cross_entropy(&self, logits: &Tensor, labels: &[i32], objective: &Objective, weight: f64) -> Result<Loss> {
        let (rows, tags) = logits.dims2()?;
        let mut target = vec![0f32; rows * tags];
        let mut counted = vec![0f32; rows];
        for (row, &label) in labels.iter().enumerate().filter(|(_, l)| **l != IGNORED) {
            let targets = &mut target[row * tags..(row + 1) * tags];
            for (tag, target) in targets.iter_mut().enumerate() {
                *target = objective.target(tag, label as usize, tags) as f32;
            }
            counted[row] = targets.iter().sum();
        }
        let target = Tensor::from_vec(target, (rows, tags), logits.device())?;
        let counted = Tensor::from_vec(counted, (rows, 1), logits.device())?;
        let shifted = logits.broadcast_sub(&logits.max_keepdim(1)?)?;
        let exponent = shifted.exp()?;
        let total = exponent.sum_keepdim(1)?;
        let log_probability = shifted.broadcast_sub(&total.log()?)?;
        let sum = log_probability.mul(&target)?.sum_all()?.to_dtype(DType::F64)?.to_scalar::<f64>()?;
        let gradient = exponent.broadcast_div(&total)?.broadcast_mul(&counted)?.sub(&target)?;
        Ok(Loss { sum: -sum, gradient: (gradient * weight)? })
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        a + b
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

/// Packed rows as `[sentences, heads, longest, width]` and back: a batched matrix product needs equal lengths.
struct Padding {
    /// Row of the packed array for each place; the row past the end is zero.
    gather: Tensor,
    /// Place of each packed row.
    scatter: Tensor,
    /// 0 for keys that are there, very negative for padding: `[sentences, 1, 1, longest]`.
    mask: Tensor,
    sentences: usize,
    longest: usize,
    heads: usize,
    width: usize,
}

impl Padding {
    fn new(like: &Tensor, batch: &Packed, heads: usize) -> Result<Self> {
        let (rows, all) = like.dims2()?;
        let (sentences, longest) = (batch.len(), batch.longest());
        let mut gather = vec![rows as u32; sentences * longest];
        let mut scatter = Vec::with_capacity(rows);
        let mut mask = vec![-1e30f32; sentences * longest];
        for (s, range) in batch.sentences().enumerate() {
            for (i, row) in range.enumerate() {
                gather[s * longest + i] = row as u32;
                mask[s * longest + i] = 0.0;
                scatter.push((s * longest + i) as u32);
            }
        }
        let device = like.device();
        Ok(Self {
            gather: Tensor::new(gather, device)?,
            scatter: Tensor::new(scatter, device)?,
            mask: Tensor::from_vec(mask, (sentences, 1, 1, longest), device)?,
            sentences,
            longest,
            heads,
            width: all / heads,
        })
    }

    fn scale(&self) -> f64 {
        1.0 / (self.width as f64).sqrt()
    }

    fn pad(&self, x: &Tensor) -> Result<Tensor> {
        let zero = Tensor::zeros((1, x.dim(1)?), x.dtype(), x.device())?;
        let padded = Tensor::cat(&[x, &zero], 0)?.index_select(&self.gather, 0)?;
        padded.reshape((self.sentences, self.longest, self.heads, self.width))?.transpose(1, 2)?.contiguous()
    }

    fn unpad(&self, x: &Tensor) -> Result<Tensor> {
        let flat = x.transpose(1, 2)?.contiguous()?;
        flat.reshape((self.sentences * self.longest, self.heads * self.width))?.index_select(&self.scatter, 0)
    }

    fn dropout(&self, x: &Tensor, batch: &Packed, dropout: Dropout) -> Result<Tensor> {
        if !dropout.is_active() {
            return Ok(x.clone());
        }
        let mut mask = vec![0f32; self.sentences * self.heads * self.longest * self.longest];
        for (s, range) in batch.sentences().enumerate() {
            for head in 0..self.heads {
                for (i, row) in range.clone().enumerate() {
                    let at = ((s * self.heads + head) * self.longest + i) * self.longest;
                    for j in 0..range.len() {
                        mask[at + j] = dropout.factor((batch.first_row + row) as u32, attention_column(head, j));
                    }
                }
            }
        }
        x.mul(&Tensor::from_vec(mask, x.shape(), x.device())?)
    }
}
