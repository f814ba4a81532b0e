//! Layer normalization of `dropout(x) + residual` in one pass over each row.

use super::vector::{dropout_row, sum_of, sum_of_pairs, vectorised};
use super::view::{tensor, view};
use crate::model::kernels::{NormGrads, NormSaved};
use crate::model::rng::Dropout;
use candle_core::{Result, Tensor};

pub(super) fn forward(
    x: &Tensor,
    residual: Option<&Tensor>,
    scale: &Tensor,
    shift: &Tensor,
    epsilon: f64,
    (dropout, first_row): (Dropout, usize),
) -> Result<(Tensor, NormSaved)> {
    let (rows, width) = x.dims2()?;
    let (scale, shift) = (view(scale)?, view(shift)?);
    let residual = residual.map(view).transpose()?;
    let mut normal = view(x)?.to_vec();
    let mut y = vec![0f32; rows * width];
    let mut inverse_deviation = vec![0f32; rows];
    for (row, (values, out)) in normal.chunks_exact_mut(width).zip(y.chunks_exact_mut(width)).enumerate() {
        if dropout.is_active() {
            dropout_row(values, dropout, (first_row + row) as u32);
        }
        let added = residual.as_ref().map(|r| &r[row * width..(row + 1) * width]);
        inverse_deviation[row] = vectorised(
            #[inline(always)]
            || {
                if let Some(added) = added {
                    for (v, r) in values.iter_mut().zip(added) {
                        *v += r;
                    }
                }
                // Two passes: the variance from squared distances to the mean avoids cancellation.
                let mean = sum_of(values, |v| v) / width as f32;
                let variance = sum_of(values, |v| (v - mean) * (v - mean)) / width as f32;
                let inverse = 1.0 / (variance + epsilon as f32).sqrt();
                for (((v, y), scale), shift) in
                    values.iter_mut().zip(out.iter_mut()).zip(scale.iter()).zip(shift.iter())
                {
                    *v = (*v - mean) * inverse;
                    *y = v.mul_add(*scale, *shift);
                }
                inverse
            },
        );
    }
    let saved =
        NormSaved { normal: tensor(normal, &[rows, width])?, inverse_deviation: tensor(inverse_deviation, &[rows])? };
    Ok((tensor(y, &[rows, width])?, saved))
}

pub(super) fn backward(
    saved: &NormSaved,
    scale: &Tensor,
    dy: &Tensor,
    with_residual: bool,
    (dropout, first_row): (Dropout, usize),
) -> Result<NormGrads> {
    let (rows, width) = dy.dims2()?;
    let (normal, inverse) = (view(&saved.normal)?, view(&saved.inverse_deviation)?);
    let (scale, dy) = (view(scale)?, view(dy)?);
    let mut dscale = vec![0f32; width];
    let mut dshift = vec![0f32; width];
    let mut dx = vec![0f32; rows * width];
    vectorised(
        #[inline(always)]
        || {
            for (row, out) in dx.chunks_exact_mut(width).enumerate() {
                let at = row * width..(row + 1) * width;
                let (dy, normal) = (&dy[at.clone()], &normal[at]);
                for ((((ds, db), dy), n), (out, scale)) in
                    dscale.iter_mut().zip(&mut dshift).zip(dy).zip(normal).zip(out.iter_mut().zip(scale.iter()))
                {
                    *ds = dy.mul_add(*n, *ds);
                    *db += dy;
                    *out = dy * scale;
                }
                let mean = sum_of(out, |v| v) / width as f32;
                let along = sum_of_pairs(out, normal, |g, n| g * n) / width as f32;
                let inverse = inverse[row];
                for (out, n) in out.iter_mut().zip(normal) {
                    *out = (*out - mean - n * along) * inverse;
                }
            }
        },
    );
    let residual = tensor(dx, &[rows, width])?;
    let input = if dropout.is_active() {
        let mut dropped = view(&residual)?.to_vec();
        for (row, values) in dropped.chunks_exact_mut(width).enumerate() {
            dropout_row(values, dropout, (first_row + row) as u32);
        }
        tensor(dropped, &[rows, width])?
    } else {
        residual.clone()
    };
    Ok(NormGrads {
        input,
        residual: with_residual.then_some(residual),
        scale: tensor(dscale, &[width])?,
        shift: tensor(dshift, &[width])?,
    })
}
