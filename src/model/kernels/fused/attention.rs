//! Attention by sentence and head. A sentence only attends to itself, so padding and mask are not needed.

use super::gemm::{Matrix, MatrixMut, multiply};
use super::vector::{softmax_row, sum_of_pairs, vectorised};
use super::view::{tensor, view};
use crate::model::batch::PackedBatch;
use crate::model::kernels::{Heads, attention_column};
use crate::model::rng::Dropout;
use candle_core::{Result, Tensor};

/// Position of one head of one sentence in the arrays.
struct Block {
    /// Row of the sentence's first subword.
    row: usize,
    /// Number of subwords of the sentence.
    n_subwords: usize,
    head: usize,
    /// Index of the first element of its `[subwords, subwords]` probabilities.
    probabilities: usize,
}

fn blocks(batch: &PackedBatch, heads: usize) -> impl Iterator<Item = Block> + '_ {
    let mut probabilities = 0;
    batch
        .sentences()
        .flat_map(move |range| (0..heads).map(move |head| (range.clone(), head)))
        .map(move |(range, head)| {
            let block = Block { row: range.start, n_subwords: range.len(), head, probabilities };
            probabilities += range.len() * range.len();
            block
        })
        // A sentence without subwords has nothing to attend to.
        .filter(|block| block.n_subwords > 0)
}

pub(super) fn forward(heads: Heads, batch: &PackedBatch, dropout: Dropout) -> Result<(Tensor, Tensor)> {
    let (rows, all) = heads.query.dims2()?;
    let width = all / heads.count;
    let scale = 1.0 / (width as f32).sqrt();
    let (q, k, v) = (view(heads.query)?, view(heads.key)?, view(heads.value)?);
    let total: usize = batch.sentences().map(|r| r.len() * r.len()).sum::<usize>() * heads.count;
    let mut probabilities = vec![0f32; total];
    let mut dropped = Vec::new();
    let mut out = vec![0f32; rows * all];
    for b in blocks(batch, heads.count) {
        let n = b.n_subwords;
        let at = b.row * all + b.head * width;
        let matrix = |values| Matrix::strided(values, n, width, all);
        let p = &mut probabilities[b.probabilities..b.probabilities + n * n];
        multiply(MatrixMut::rows(p, n, n), false, matrix(&q[at..]), matrix(&k[at..]).transposed(), scale);
        vectorised(
            #[inline(always)]
            || {
                for row in p.chunks_exact_mut(n) {
                    softmax_row(row);
                }
            },
        );
        let kept = drop_block(p, &mut dropped, dropout, batch.first_row + b.row, b.head, n);
        let to = MatrixMut::strided(&mut out[at..], n, width, all);
        multiply(to, false, Matrix::rows(kept, n, n), matrix(&v[at..]), 1.0);
    }
    Ok((tensor(out, &[rows, all])?, tensor(probabilities, &[total])?))
}

pub(super) fn backward(
    heads: Heads,
    probabilities: &Tensor,
    dy: &Tensor,
    batch: &PackedBatch,
    dropout: Dropout,
) -> Result<[Tensor; 3]> {
    let (rows, all) = heads.query.dims2()?;
    let width = all / heads.count;
    let scale = 1.0 / (width as f32).sqrt();
    let (q, k, v) = (view(heads.query)?, view(heads.key)?, view(heads.value)?);
    let (probabilities, dy) = (view(probabilities)?, view(dy)?);
    let [mut dq, mut dk, mut dv] = [(); 3].map(|()| vec![0f32; rows * all]);
    let (mut dropped, mut dp) = (Vec::new(), Vec::new());
    for b in blocks(batch, heads.count) {
        let n = b.n_subwords;
        let at = b.row * all + b.head * width;
        let matrix = |values| Matrix::strided(values, n, width, all);
        let p = &probabilities[b.probabilities..b.probabilities + n * n];
        let first_row = batch.first_row + b.row;
        let kept = drop_block(p, &mut dropped, dropout, first_row, b.head, n);
        let to = MatrixMut::strided(&mut dv[at..], n, width, all);
        multiply(to, false, Matrix::rows(kept, n, n).transposed(), matrix(&dy[at..]), 1.0);
        dp.clear();
        dp.resize(n * n, 0f32);
        multiply(MatrixMut::rows(&mut dp, n, n), false, matrix(&dy[at..]), matrix(&v[at..]).transposed(), 1.0);
        vectorised(
            #[inline(always)]
            || {
                for (i, (dp, p)) in dp.chunks_exact_mut(n).zip(p.chunks_exact(n)).enumerate() {
                    if dropout.is_active() {
                        drop_row(dp, dropout, first_row + i, b.head);
                    }
                    let along = sum_of_pairs(dp, p, |a, b| a * b);
                    for (d, p) in dp.iter_mut().zip(p) {
                        *d = (*d - along) * p;
                    }
                }
            },
        );
        let ds = Matrix::rows(&dp, n, n);
        multiply(MatrixMut::strided(&mut dq[at..], n, width, all), false, ds, matrix(&k[at..]), scale);
        multiply(MatrixMut::strided(&mut dk[at..], n, width, all), false, ds.transposed(), matrix(&q[at..]), scale);
    }
    Ok([tensor(dq, &[rows, all])?, tensor(dk, &[rows, all])?, tensor(dv, &[rows, all])?])
}

/// Returns the probabilities after dropout: `p` itself, or a copy in `space`.
fn drop_block<'a>(
    p: &'a [f32],
    space: &'a mut Vec<f32>,
    dropout: Dropout,
    first_row: usize,
    head: usize,
    n: usize,
) -> &'a [f32] {
    if !dropout.is_active() {
        return p;
    }
    space.clear();
    space.extend_from_slice(p);
    vectorised(
        #[inline(always)]
        || {
            for (i, row) in space.chunks_exact_mut(n).enumerate() {
                drop_row(row, dropout, first_row + i, head);
            }
        },
    );
    space
}

#[inline(always)]
fn drop_row(row: &mut [f32], dropout: Dropout, query: usize, head: usize) {
    let (scale, threshold) = (dropout.scale(), dropout.threshold());
    let first = attention_column(head, 0);
    for (key, value) in (first..).zip(row.iter_mut()) {
        let keep = if dropout.draw(query as u32, key) < threshold { 0.0 } else { scale };
        *value *= keep;
    }
}
