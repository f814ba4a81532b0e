//! Counter-based random numbers. Element `i` of a stream is a function of the seed and `i` only.
//! Dropout is therefore the same on every device and for any number of threads, and a resumed run continues exactly.

use super::ModelError;

/// Finalizer of SplitMix64 (Steele, Lea, Flood 2014).
pub fn splitmix64(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A 32-bit mixer with low bias (Wellons 2018, `lowbias32` with improved constants). It vectorizes well.
#[inline(always)]
pub fn lowbias32(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x21f0_aaad);
    x ^= x >> 15;
    x = x.wrapping_mul(0x735a_2d97);
    x ^ (x >> 15)
}

/// Dropout mask: a rate, and a key for one site of the network in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Fraction of elements set to zero, in `[0, 1)`.
    rate: f32,
    key: (u32, u32),
}

impl Dropout {
    /// No dropout, for evaluation.
    pub const NONE: Self = Self { rate: 0.0, key: (0, 0) };

    /// Creates dropout with `rate` at `site` of the network, in `step` of the run with `seed`.
    pub fn new(rate: f32, seed: u64, step: u64, site: u64) -> Self {
        let key = splitmix64(splitmix64(seed ^ splitmix64(step)) ^ site);
        Self { rate, key: (key as u32, (key >> 32) as u32) }
    }

    /// Key of this site in this step.
    pub fn key(self) -> (u32, u32) {
        self.key
    }

    /// True if the rate is above 0.
    pub fn is_active(self) -> bool {
        self.rate > 0.0
    }

    /// Factor of the kept elements: `1 / (1 - rate)`.
    #[inline(always)]
    pub fn scale(self) -> f32 {
        1.0 / (1.0 - self.rate)
    }

    /// Elements whose draw is below this value are dropped.
    #[inline(always)]
    pub fn threshold(self) -> u32 {
        (f64::from(self.rate) * 4_294_967_296.0) as u32
    }

    /// Returns the 32-bit draw of the element at `row` and `column`.
    #[inline(always)]
    pub fn draw(self, row: u32, column: u32) -> u32 {
        lowbias32(lowbias32(row ^ self.key.0).wrapping_add(column.wrapping_mul(0x9e37_79b9)) ^ self.key.1)
    }

    /// Returns the factor of one element: 0 or [`Dropout::scale`].
    #[inline(always)]
    pub fn factor(self, row: u32, column: u32) -> f32 {
        if self.draw(row, column) < self.threshold() { 0.0 } else { self.scale() }
    }
}

/// Stream of random draws for shuffling and initialization.
#[derive(Clone, Debug)]
pub struct RngStream {
    key: u64,
    counter: u64,
}

impl RngStream {
    /// Creates the stream of this seed and purpose.
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self { key: splitmix64(seed ^ splitmix64(purpose)), counter: 0 }
    }

    /// Returns the next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.counter += 1;
        splitmix64(self.key ^ self.counter)
    }

    /// Returns a uniform draw from `(0, 1]`.
    fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 11) + 1) as f64 / 9_007_199_254_740_992.0
    }

    /// Returns `n` draws from a normal distribution with mean 0 (Box and Muller 1958).
    pub fn normal(&mut self, n: usize, deviation: f64) -> Vec<f32> {
        (0..n)
            .map(|_| {
                let (u, v) = (self.uniform(), self.uniform());
                ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos() * deviation) as f32
            })
            .collect()
    }

    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = (self.next_u64() % (i as u64 + 1)) as usize;
            items.swap(i, j);
        }
    }
}

/// Validates that a dropout rate is in `[0, 1)`.
///
/// # Errors
/// Returns an error that names the setting and the range.
pub fn validate_dropout_rate(name: &str, rate: f64) -> Result<f32, ModelError> {
    if (0.0..1.0).contains(&rate) {
        Ok(rate as f32)
    } else {
        Err(ModelError::Unsupported(format!("config.json: {name} is {rate}, but must be at least 0 and below 1")))
    }
}
