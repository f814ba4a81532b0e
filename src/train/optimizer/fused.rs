//! AdamW of one parameter on the CPU in a single pass over the memory.

use super::merged::{BLOCK, ShardedGradient, add_shards};
use super::{AdamwStep, BETA1, BETA2, EPSILON, lock};
use crate::model::kernels::fused::vector::vectorised;
use crate::model::kernels::fused::view::view;
use candle_core::{CpuStorage, InplaceOp1, Layout, Result};
use std::sync::Mutex;

/// Fused in-place update of one parameter.
pub(super) struct FusedUpdate<'a> {
    pub(super) moments: &'a Mutex<(Vec<f32>, Vec<f32>)>,
    pub(super) gradient: &'a ShardedGradient<'a>,
    /// Factor of the gradient.
    pub(super) by: f64,
    pub(super) update: AdamwStep,
    pub(super) decay: f64,
}

impl InplaceOp1 for FusedUpdate<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets()) else {
            candle_core::bail!("AdamW requires contiguous f32 tensors")
        };
        let values = &mut values[start..end];
        let mut moments = lock(self.moments);
        let (m, v) = &mut *moments;
        match self.gradient {
            ShardedGradient::Frozen => {}
            ShardedGradient::Dense(parts) => {
                let views = parts.iter().map(|t| view(t)).collect::<Result<Vec<_>>>()?;
                let mut block = vec![0f32; BLOCK];
                for start in (0..values.len()).step_by(BLOCK) {
                    let at = start..(start + BLOCK).min(values.len());
                    let block = &mut block[..at.len()];
                    add_shards(block, &views, start);
                    self.apply(&mut values[at.clone()], block, &mut m[at.clone()], &mut v[at]);
                }
            }
            ShardedGradient::Rows { slots, width, sums } => {
                let zero = vec![0f32; *width];
                for row in 0..values.len() / width {
                    let at = row * width..(row + 1) * width;
                    match slots.get(&(row as u32)) {
                        Some(slot) => {
                            let g = &sums[slot * width..(slot + 1) * width];
                            self.apply(&mut values[at.clone()], g, &mut m[at.clone()], &mut v[at]);
                        }
                        // A row without gradients so far has no moments, so only weight decay applies. The second
                        // moment is above 0 after the first nonzero gradient, and decays too slowly to reach 0 again.
                        None if v[at.start] == 0.0 && v[at.clone()].iter().all(|v| *v == 0.0) => {
                            let keep = (1.0 - self.update.learning_rate * self.decay) as f32;
                            values[at].iter_mut().for_each(|w| *w *= keep);
                        }
                        None => self.apply(&mut values[at.clone()], &zero, &mut m[at.clone()], &mut v[at]),
                    }
                }
            }
        }
        Ok(())
    }
}

impl FusedUpdate<'_> {
    fn apply(&self, w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]) {
        let AdamwStep { learning_rate, correction1, correction2, .. } = self.update;
        let keep = (1.0 - learning_rate * self.decay) as f32;
        let (b1, b2, by) = (BETA1 as f32, BETA2 as f32, self.by as f32);
        let step = (learning_rate / correction1) as f32;
        let inverse_root = (1.0 / correction2.sqrt()) as f32;
        let epsilon = EPSILON as f32;
        vectorised(
            #[inline(always)]
            || {
                for (((w, g), m), v) in w.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
                    let g = g * by;
                    *m = m.mul_add(b1, (1.0 - b1) * g);
                    *v = v.mul_add(b2, (1.0 - b2) * g * g);
                    *w = *w * keep - step * *m / v.sqrt().mul_add(inverse_root, epsilon);
                }
            },
        );
    }
}
