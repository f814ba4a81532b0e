//! Element-wise functions. Each loop is compiled for several instruction sets, and the best one is selected at run time
//! (`pulp`). The default build therefore uses AVX2 or AVX-512 if the CPU has it.

use crate::model::rng::Dropout;
use pulp::{Arch, Simd, WithSimd};
use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// Number of partial sums of a reduction: one AVX-512 register, so that it vectorizes.
const LANES: usize = 16;

/// Runs a loop that is compiled for the best instruction set of this CPU.
///
/// The closure must be marked `#[inline(always)]`: only code that is inlined here is compiled for that instruction set.
/// It is called through `FnMut` for the same reason. `pulp` calls a bare closure through `FnOnce`, which adds a
/// compiler shim that is not inlined. The loop is then compiled for the oldest CPU (softmax at half the speed or less).
#[inline(always)]
pub fn vectorised<R>(work: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Work(work))
}

struct Work<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Work<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}

/// eˣ with an error of about 2 units in the last place (Cephes' polynomial), without a branch.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const MAGIC: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to an integer in the low bits
    let x = x.clamp(-87.3, 88.3);
    let shifted = x.mul_add(LOG2_E, MAGIC);
    let whole = shifted - MAGIC;
    let r = whole.mul_add(-0.693_359_4, x);
    let r = whole.mul_add(2.121_944_4e-4, r);
    let mut p = 1.987_569_1e-4;
    p = r.mul_add(p, 1.398_199_9e-3);
    p = r.mul_add(p, 8.333_452e-3);
    p = r.mul_add(p, 4.166_579_6e-2);
    p = r.mul_add(p, 0.166_666_65);
    p = r.mul_add(p, 0.5);
    let mantissa = (r * r).mul_add(p, r + 1.0);
    mantissa * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// Error function with an error of about 1e-7. It uses the rational approximation of Eigen: an odd polynomial of degree
/// 13 over an even one of degree 8. Arguments are clamped to ±4, where erf is 1 in f32.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let s = x * x;
    let mut p = -2.726_142_3e-10;
    p = s.mul_add(p, 2.770_681_4e-8);
    p = s.mul_add(p, -2.101_024e-6);
    p = s.mul_add(p, -5.692_506_4e-5);
    p = s.mul_add(p, -7.349_906_3e-4);
    p = s.mul_add(p, -2.954_6e-3);
    p = s.mul_add(p, -1.609_603_3e-2);
    let mut q = -1.456_607_2e-5;
    q = s.mul_add(q, -2.133_740_6e-4);
    q = s.mul_add(q, -1.682_827e-3);
    q = s.mul_add(q, -7.373_329_3e-3);
    q = s.mul_add(q, -1.426_473_9e-2);
    x * p / q
}

/// Returns the exact GELU of every element.
pub fn gelu(x: &[f32]) -> Vec<f32> {
    let mut y = vec![0f32; x.len()];
    vectorised(
        #[inline(always)]
        || {
            for (y, &x) in y.iter_mut().zip(x) {
                let half = 0.5 * x;
                *y = half.mul_add(erf(x * FRAC_1_SQRT_2), half);
            }
        },
    );
    y
}

/// Returns `dy` times the derivative of GELU: Φ(x) + x φ(x).
pub fn gelu_backward(x: &[f32], dy: &[f32]) -> Vec<f32> {
    const DENSITY: f32 = 0.398_942_3; // 1/√(2π)
    let mut dx = vec![0f32; x.len()];
    vectorised(
        #[inline(always)]
        || {
            for ((dx, &x), &dy) in dx.iter_mut().zip(x).zip(dy) {
                let cdf = 0.5f32.mul_add(erf(x * FRAC_1_SQRT_2), 0.5);
                let density = DENSITY * exp(-0.5 * x * x);
                *dx = dy * x.mul_add(density, cdf);
            }
        },
    );
    dx
}

/// Applies dropout to one row in place.
pub fn dropout_row(values: &mut [f32], dropout: Dropout, row: u32) {
    let (scale, threshold) = (dropout.scale(), dropout.threshold());
    vectorised(
        #[inline(always)]
        || {
            for (column, value) in (0u32..).zip(values.iter_mut()) {
                let keep = if dropout.draw(row, column) < threshold { 0.0 } else { scale };
                *value *= keep;
            }
        },
    );
}

/// Returns `a + b`.
pub fn add(a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut out = a.to_vec();
    add_to(&mut out, b);
    out
}

/// Computes `a += b`.
pub fn add_to(a: &mut [f32], b: &[f32]) {
    vectorised(
        #[inline(always)]
        || {
            for (a, b) in a.iter_mut().zip(b) {
                *a += b;
            }
        },
    );
}

/// Returns the sum of all rows of width `width`: the gradient of a bias.
pub fn sum_over_rows(x: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0f32; width];
    vectorised(
        #[inline(always)]
        || {
            for row in x.chunks_exact(width) {
                for (s, v) in sum.iter_mut().zip(row) {
                    *s += v;
                }
            }
        },
    );
    sum
}

/// Returns the sum of a function of the elements. It uses `LANES` partial sums.
#[inline(always)]
pub fn sum_of(x: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0f32; LANES];
    let chunks = x.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().map(|v| f(*v)).sum();
    for chunk in chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane += f(*v);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Returns the sum of a function of pairs of elements.
#[inline(always)]
pub fn sum_of_pairs(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0f32; LANES];
    let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f32 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| f(*a, *b)).sum();
    for (x, y) in xs.zip(ys) {
        for ((lane, a), b) in lanes.iter_mut().zip(x).zip(y) {
            *lane += f(*a, *b);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Computes the softmax of one row in place.
#[inline(always)]
pub fn softmax_row(row: &mut [f32]) {
    let max = row.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    for v in row.iter_mut() {
        *v = exp(*v - max);
    }
    let inverse = 1.0 / sum_of(row, |v| v);
    for v in row.iter_mut() {
        *v *= inverse;
    }
}
