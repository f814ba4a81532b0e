//! Points of a line with a bounded number, so that drawing a long run costs no more than drawing a short one.

/// Maximum number of buckets. A chart is at most about this number of pixels wide.
const MAX_BUCKETS: usize = 1024;

/// Line of samples with ascending x. Above [`MAX_BUCKETS`], adjacent samples share a bucket, of which the lowest and the
/// highest sample remain.
#[derive(Default)]
pub struct BoundedSeries {
    buckets: Vec<Bucket>,
    /// Number of samples of a full bucket; 0 before the first sample.
    bucket_size: usize,
    last: Option<[f64; 2]>,
    points: Vec<[f64; 2]>,
}

/// Samples that are adjacent in x.
#[derive(Clone, Copy)]
struct Bucket {
    lowest: [f64; 2],
    highest: [f64; 2],
    n_samples: usize,
}

impl Bucket {
    fn merge(self, other: Self) -> Self {
        // A value that is not finite is not drawn, so any other one replaces it.
        let better = |a: [f64; 2], b: [f64; 2], is_better: fn(&f64, &f64) -> bool| {
            if !a[1].is_finite() || (b[1].is_finite() && is_better(&b[1], &a[1])) { b } else { a }
        };
        Self {
            lowest: better(self.lowest, other.lowest, f64::lt),
            highest: better(self.highest, other.highest, f64::gt),
            n_samples: self.n_samples + other.n_samples,
        }
    }
}

impl BoundedSeries {
    /// Adds samples at the end.
    pub fn extend(&mut self, samples: impl IntoIterator<Item = [f64; 2]>) {
        for sample in samples {
            self.push(sample);
        }
        self.points.clear();
        for Bucket { lowest, highest, .. } in &self.buckets {
            let (first, second) = if lowest[0] <= highest[0] { (*lowest, *highest) } else { (*highest, *lowest) };
            self.points.push(first);
            self.points.extend((second[0] != first[0]).then_some(second));
        }
        // The end of the line is the last sample.
        self.points.extend(self.last.filter(|last| self.points.last().is_some_and(|end| end[0] < last[0])));
    }

    fn push(&mut self, sample: [f64; 2]) {
        self.last = Some(sample);
        self.bucket_size = self.bucket_size.max(1);
        let single = Bucket { lowest: sample, highest: sample, n_samples: 1 };
        match self.buckets.last_mut() {
            Some(bucket) if bucket.n_samples < self.bucket_size => *bucket = bucket.merge(single),
            _ => self.buckets.push(single),
        }
        if self.buckets.len() > MAX_BUCKETS {
            let pairs =
                self.buckets.chunks(2).map(|pair| pair.iter().copied().reduce(Bucket::merge).expect("a bucket"));
            self.buckets = pairs.collect();
            self.bucket_size *= 2;
        }
    }

    /// Returns the points of the line, at most two for each bucket and the last sample.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_series_keep_extremes_and_end() {
        let check = |n: usize| {
            let value = |i: usize| match i {
                0 => f64::NAN,
                1 => f64::INFINITY,
                i if i == 2 + n / 3 => 50.0,
                i => (i as f64 * 0.37).sin(),
            };
            let sample = |i: usize| [i as f64, value(i)];
            let mut series = BoundedSeries::default();
            // One call for each sample, as in a run.
            (0..n).for_each(|i| series.extend([sample(i)]));
            let points = series.points();
            assert!(points.len() <= 2 * MAX_BUCKETS + 1, "{n}: {}", points.len());
            assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0]), "{n}");
            assert_eq!(points.first().map(|p| p[0] < 2.0 * n as f64 / MAX_BUCKETS as f64 + 1.0), Some(true), "{n}");
            assert_eq!(points.last(), Some(&sample(n - 1)), "{n}");
            assert!(points.iter().any(|p| p[1] == 50.0), "{n}: the peak is kept");
            if n <= MAX_BUCKETS {
                assert_eq!(points.len(), n);
            }
        };
        [4, 1000, 1024, 1025, 30_000].into_iter().for_each(check);
    }
}
