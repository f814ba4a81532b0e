//! Hand-written building blocks for the CPU, on packed rows and with one thread each. The batch is split over the
//! cores, not the matrix. Vector instructions are selected at run time.
//!
//! - [`mod@view`]: tensors as slices.
//! - `gemm`: matrix products.
//! - [`vector`]: element-wise functions.
//! - `attention`, `loss`, `norm`: one building block each.

mod attention;
mod gemm;
mod loss;
mod norm;
pub mod vector;
pub mod view;

use super::{Heads, Kernels, Loss, NormGrads, NormSaved, Sentences};
use crate::model::batch::PackedBatch;
use crate::model::loss::CrossEntropyLoss;
use crate::model::rng::Dropout;
use candle_core::{Device, Result, Tensor};
use gemm::{Matrix, MatrixMut, multiply};
use std::collections::HashMap;
use view::{tensor, view};

/// Hand-written f32 kernels for the CPU.
pub struct Fused;

impl Kernels for Fused {
    fn sentences<'a>(&self, batch: &'a PackedBatch, _: &Device) -> Result<Sentences<'a>> {
        Ok(Sentences::packed(batch))
    }

    fn embed(&self, table: &Tensor, ids: &[u32]) -> Result<Tensor> {
        let width = table.dim(1)?;
        let table = view(table)?;
        let mut out = Vec::with_capacity(ids.len() * width);
        for id in ids {
            let at = *id as usize * width;
            match table.get(at..at + width) {
                Some(row) => out.extend_from_slice(row),
                None => candle_core::bail!("id {id} is out of range of the embedding table"),
            }
        }
        tensor(out, &[ids.len(), width])
    }

    fn linear(&self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (rows, width) = x.dims2()?;
        let out_width = w.dim(0)?;
        let (x, w, b) = (view(x)?, view(w)?, view(b)?);
        let mut y = Vec::with_capacity(rows * out_width);
        for _ in 0..rows {
            y.extend_from_slice(&b);
        }
        let to = MatrixMut::rows(&mut y, rows, out_width);
        multiply(to, true, Matrix::rows(&x, rows, width), Matrix::rows(&w, out_width, width).transposed(), 1.0);
        tensor(y, &[rows, out_width])
    }

    fn product(&self, x: &Tensor, w: &Tensor) -> Result<Tensor> {
        let (rows, width) = x.dims2()?;
        let out_width = w.dim(0)?;
        let (x, w) = (view(x)?, view(w)?);
        let mut y = vec![0f32; rows * out_width];
        let to = MatrixMut::rows(&mut y, rows, out_width);
        multiply(to, false, Matrix::rows(&x, rows, width), Matrix::rows(&w, out_width, width).transposed(), 1.0);
        tensor(y, &[rows, out_width])
    }

    fn input_gradient(&self, w: &Tensor, dy: &Tensor) -> Result<Tensor> {
        let (rows, out_width) = dy.dims2()?;
        let width = w.dim(1)?;
        let (w, dy) = (view(w)?, view(dy)?);
        let mut dx = vec![0f32; rows * width];
        let to = MatrixMut::rows(&mut dx, rows, width);
        multiply(to, false, Matrix::rows(&dy, rows, out_width), Matrix::rows(&w, out_width, width), 1.0);
        tensor(dx, &[rows, width])
    }

    fn weight_gradient(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        let (rows, width) = x.dims2()?;
        let out_width = dy.dim(1)?;
        let (x, dy) = (view(x)?, view(dy)?);
        let mut dw = vec![0f32; out_width * width];
        let to = MatrixMut::rows(&mut dw, out_width, width);
        multiply(to, false, Matrix::rows(&dy, rows, out_width).transposed(), Matrix::rows(&x, rows, width), 1.0);
        tensor(dw, &[out_width, width])
    }

    fn bias_gradient(&self, dy: &Tensor) -> Result<Tensor> {
        let width = dy.dim(1)?;
        tensor(vector::sum_over_rows(&view(dy)?, width), &[width])
    }

    fn gelu(&self, x: &Tensor) -> Result<Tensor> {
        tensor(vector::gelu(&view(x)?), x.dims())
    }

    fn gelu_backward(&self, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
        tensor(vector::gelu_backward(&view(x)?, &view(dy)?), x.dims())
    }

    fn dropout(&self, x: &Tensor, dropout: Dropout, first_row: usize) -> Result<Tensor> {
        if !dropout.is_active() {
            return Ok(x.clone());
        }
        let width = x.dim(1)?;
        let mut out = view(x)?.to_vec();
        for (row, values) in out.chunks_exact_mut(width).enumerate() {
            vector::dropout_row(values, dropout, (first_row + row) as u32);
        }
        tensor(out, x.dims())
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
        norm::forward(x, residual, scale, shift, epsilon, dropout)
    }

    fn norm_backward(
        &self,
        saved: &NormSaved,
        scale: &Tensor,
        dy: &Tensor,
        residual: bool,
        dropout: (Dropout, usize),
    ) -> Result<NormGrads> {
        norm::backward(saved, scale, dy, residual, dropout)
    }

    fn attention(&self, heads: Heads, sentences: &Sentences, dropout: Dropout) -> Result<(Tensor, Tensor)> {
        attention::forward(heads, sentences.batch, dropout)
    }

    fn attention_backward(
        &self,
        heads: Heads,
        probabilities: &Tensor,
        dy: &Tensor,
        sentences: &Sentences,
        dropout: Dropout,
    ) -> Result<[Tensor; 3]> {
        attention::backward(heads, probabilities, dy, sentences.batch, dropout)
    }

    fn cross_entropy(
        &self,
        logits: &Tensor,
        labels: &[i32],
        objective: &CrossEntropyLoss,
        weight: f64,
    ) -> Result<Loss> {
        loss::cross_entropy(logits, labels, objective, weight)
    }

    fn add(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        tensor(vector::add(&view(a)?, &view(b)?), a.dims())
    }

    fn sum_rows(&self, rows: &Tensor, ids: &[u32]) -> Result<(Vec<u32>, Tensor)> {
        let width = rows.dim(1)?;
        let rows = view(rows)?;
        let mut slots: HashMap<u32, usize> = HashMap::with_capacity(ids.len());
        let mut distinct = Vec::new();
        let mut sums: Vec<f32> = Vec::new();
        for (id, row) in ids.iter().zip(rows.chunks_exact(width)) {
            match slots.get(id) {
                Some(slot) => vector::add_to(&mut sums[slot * width..(slot + 1) * width], row),
                None => {
                    slots.insert(*id, distinct.len());
                    distinct.push(*id);
                    sums.extend_from_slice(row);
                }
            }
        }
        let shape = [distinct.len(), width];
        Ok((distinct, tensor(sums, &shape)?))
    }
}
