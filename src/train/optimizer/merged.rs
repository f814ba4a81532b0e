//! Shards of the gradient of one parameter on the CPU, before they are added.

use crate::model::bert::{Gradient, Gradients};
use crate::model::kernels::fused::vector::{sum_of, vectorised};
use crate::model::kernels::fused::view::view;
use candle_core::{Result, Tensor};
use std::collections::HashMap;

/// Gradient of one parameter, in shards.
pub(super) enum ShardedGradient<'a> {
    Dense(Vec<&'a Tensor>),
    /// `slots` maps a row index to the position of its sum in `sums`, in rows of `width` values.
    Rows {
        slots: HashMap<u32, usize>,
        width: usize,
        sums: Vec<f32>,
    },
    Frozen,
}

impl<'a> ShardedGradient<'a> {
    pub(super) fn new(parts: &'a [Gradients], index: usize) -> Result<Self> {
        let mut dense = Vec::new();
        let mut slots = HashMap::new();
        let mut sums: Vec<f32> = Vec::new();
        let mut width = 0;
        for part in parts {
            match &part[index] {
                Gradient::Frozen => return Ok(Self::Frozen),
                Gradient::Dense(tensor) => dense.push(tensor),
                Gradient::Rows(ids, rows) => {
                    width = rows.dim(1)?;
                    let values = rows.flatten_all()?.to_vec1::<f32>()?;
                    for (id, row) in ids.iter().zip(values.chunks_exact(width)) {
                        let fresh = slots.len();
                        let slot = *slots.entry(*id).or_insert(fresh);
                        if slot == fresh {
                            sums.extend_from_slice(row);
                        } else {
                            let to = &mut sums[slot * width..(slot + 1) * width];
                            to.iter_mut().zip(row).for_each(|(a, b)| *a += b);
                        }
                    }
                }
            }
        }
        Ok(if dense.is_empty() { Self::Rows { slots, width, sums } } else { Self::Dense(dense) })
    }

    /// Returns the sum of squares of the added gradient.
    pub(super) fn square_sum(&self) -> Result<f64> {
        let sum = |values: &[f32]| {
            f64::from(vectorised(
                #[inline(always)]
                || sum_of(values, |v| v * v),
            ))
        };
        match self {
            Self::Frozen => Ok(0.0),
            Self::Rows { sums, .. } => Ok(sum(sums)),
            Self::Dense(parts) => {
                let views = parts.iter().map(|t| view(t)).collect::<Result<Vec<_>>>()?;
                // Summation in blocks limits rounding errors of f32 and keeps the added values in the cache.
                let mut total = 0.0;
                let mut block = vec![0f32; BLOCK];
                for start in (0..views[0].len()).step_by(BLOCK) {
                    let end = (start + BLOCK).min(views[0].len());
                    let block = &mut block[..end - start];
                    add_shards(block, &views, start);
                    total += sum(block);
                }
                Ok(total)
            }
        }
    }
}

/// Number of elements per block. A block and its related arrays fit into the L1 cache.
pub(super) const BLOCK: usize = 1024;

/// Computes `to = Σ parts[start..]`.
pub(super) fn add_shards<V: std::ops::Deref<Target = [f32]>>(to: &mut [f32], parts: &[V], start: usize) {
    vectorised(
        #[inline(always)]
        || {
            to.copy_from_slice(&parts[0][start..start + to.len()]);
            for part in &parts[1..] {
                for (a, b) in to.iter_mut().zip(&part[start..]) {
                    *a += b;
                }
            }
        },
    );
}
