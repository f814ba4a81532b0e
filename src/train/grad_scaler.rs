//! Loss scaling (Micikevicius et al. 2018): in f16 small gradients would round to zero, so the loss is multiplied, and the
//! gradient divided again before it is used. The numbers are those of PyTorch's `GradScaler`.

use serde::{Deserialize, Serialize};

/// What the loss is multiplied by, and how that went.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradScaler {
    /// What the loss is multiplied by now.
    pub factor: f64,
    /// Steps since it changed.
    steady: usize,
    /// Steps that changed no weight because their gradient did not fit.
    pub skipped: usize,
}

const GROWTH: f64 = 2.0;
const GROWTH_INTERVAL: usize = 2000;
/// A gradient that does not fit even so is no matter of its scale.
const MIN_SCALE: f64 = 1.0 / 65_536.0;

impl Default for GradScaler {
    fn default() -> Self {
        Self { factor: 65_536.0, steady: 0, skipped: 0 }
    }
}

impl GradScaler {
    /// Takes a step into account; `false` when its gradient is no number at any scale.
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
    fn it_halves_at_once_and_doubles_after_a_while() {
        let mut scale = GradScaler::default();
        assert!(scale.update(false) && scale.factor == 32_768.0 && scale.skipped == 1);
        for _ in 0..GROWTH_INTERVAL {
            assert!(scale.factor == 32_768.0 && scale.update(true));
        }
        assert!(scale.factor == 65_536.0);
        assert!((0..33).filter(|_| !scale.update(false)).count() == 1, "after 2^16 comes 2^-16, and then no more");
    }
}
