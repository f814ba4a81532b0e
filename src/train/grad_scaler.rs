//! Loss scaling (Micikevicius et al. 2018). In fp16, small gradients would be rounded to zero. The loss is therefore
//! multiplied by a factor, and the gradient is divided by it before use.
//!
//! The constants are those of `GradScaler` in PyTorch.

use serde::{Deserialize, Serialize};

/// Loss scale and its statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradScaler {
    /// Current factor of the loss.
    pub factor: f64,
    /// Number of steps since the last change of the factor.
    steady: usize,
    /// Number of steps without an update because the gradient was not finite, since the scale exists.
    pub skipped: usize,
}

const GROWTH: f64 = 2.0;
const GROWTH_INTERVAL: usize = 2000;
/// Minimum loss scale. A gradient that is not finite at this scale has another cause.
const MIN_SCALE: f64 = 1.0 / 65_536.0;

impl Default for GradScaler {
    fn default() -> Self {
        Self { factor: 65_536.0, steady: 0, skipped: 0 }
    }
}

impl GradScaler {
    /// Updates the scale after a step. Returns false if the gradient is not finite at the minimum scale.
    #[must_use]
    pub fn update(&mut self, finite: bool) -> bool {
        if finite {
            self.steady += 1;
            if self.steady == GROWTH_INTERVAL {
                *self = Self { factor: self.factor * GROWTH, steady: 0, ..*self };
            }
            return true;
        }
        *self = Self { factor: self.factor / GROWTH, steady: 0, skipped: self.skipped + 1 };
        self.factor >= MIN_SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grad_scaler_halves_on_overflow_and_grows() {
        let mut scale = GradScaler::default();
        assert!(scale.update(false) && scale.factor == 32_768.0 && scale.skipped == 1);
        for _ in 0..GROWTH_INTERVAL {
            assert!(scale.factor == 32_768.0 && scale.update(true));
        }
        assert!(scale.factor == 65_536.0);
        assert!((0..33).filter(|_| !scale.update(false)).count() == 1, "after 2^16 comes 2^-16, and then no more");
    }
}
