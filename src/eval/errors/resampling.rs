//! Intervals and tests by resampling: the bootstrap, and the permutation test of a paired difference.
//!
//! Units (documents or sentences) are drawn with replacement. Every result follows from the counts of its units, so a
//! resample only adds counts. The seed is fixed, so equal data have equal intervals.

use super::cases::{Case, CaseEntity};
use super::pairing::Outcome;
use crate::corpus::holdout::splitmix64;
use crate::eval::PrfScore;

/// Counts of entities from which precision, recall and F1 follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntityCounts {
    /// Predictions that are correct.
    pub correct: u32,
    /// All predictions.
    pub predicted: u32,
    /// Gold entities.
    pub gold: u32,
}

impl std::ops::AddAssign for EntityCounts {
    fn add_assign(&mut self, other: Self) {
        self.correct += other.correct;
        self.predicted += other.predicted;
        self.gold += other.gold;
    }
}

impl EntityCounts {
    /// Returns the counts that were added between two scores.
    pub fn between(before: &PrfScore, after: &PrfScore) -> Self {
        let added = |count: fn(&PrfScore) -> usize| (count(after) - count(before)) as u32;
        Self { correct: added(|s| s.correct), predicted: added(|s| s.predicted), gold: added(|s| s.support) }
    }

    /// Returns the F1 score, in `[0, 1]`. `None` without gold entities and predictions.
    pub fn f1(self) -> Option<f64> {
        ratio(2 * self.correct, self.predicted + self.gold)
    }

    /// Returns the precision, in `[0, 1]`. `None` without predictions.
    pub fn precision(self) -> Option<f64> {
        ratio(self.correct, self.predicted)
    }

    /// Returns the recall, in `[0, 1]`. `None` without gold entities.
    pub fn recall(self) -> Option<f64> {
        ratio(self.correct, self.gold)
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

/// Interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Percentile 2.5.
    pub low: f64,
    /// Percentile 97.5.
    pub high: f64,
    /// Number of resamples without a value, which are left out.
    pub n_undefined: usize,
}

impl Interval {
    /// Returns the interval of the values of all resamples. `None` if no resample has a value.
    fn of_resamples(values: impl Iterator<Item = Option<f64>>) -> Option<Self> {
        let (mut defined, mut n_undefined) = (Vec::new(), 0);
        for value in values {
            match value {
                Some(value) => defined.push(value),
                None => n_undefined += 1,
            }
        }
        defined.sort_by(f64::total_cmp);
        Some(Self { low: percentile(&defined, 0.025)?, high: percentile(&defined, 0.975)?, n_undefined })
    }
}

/// Returns a percentile of sorted values with linear interpolation, like `numpy.percentile`.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(below + (above - below) * at.fract())
}

/// Number of bootstrap samples.
pub const N_RESAMPLES: usize = 2_000;

/// Number of permutations.
pub const N_PERMUTATIONS: usize = 10_000;

const SEED: u64 = 42;

/// Pseudorandom numbers of SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        splitmix64(self.0)
    }

    /// Returns a number below `n`.
    fn below(&mut self, n: usize) -> usize {
        (((self.next() >> 32) * n as u64) >> 32) as usize
    }
}

/// Counts of each unit, in groups such as the labels. All units have the same groups.
#[derive(Clone, Debug, Default)]
pub struct UnitCounts {
    n_groups: usize,
    /// Counts of the groups of each unit, one unit after another.
    counts: Vec<EntityCounts>,
}

impl UnitCounts {
    /// Creates counts of zero.
    pub fn new(n_units: usize, n_groups: usize) -> Self {
        Self { n_groups, counts: vec![EntityCounts::default(); n_units * n_groups] }
    }

    /// Creates counts of units with one group.
    pub fn of_one_group(counts: Vec<EntityCounts>) -> Self {
        Self { n_groups: 1, counts }
    }

    /// Adds the entities of a case to the counts of its unit. `groups` returns the groups that contain an entity; a
    /// prediction is correct in each of its groups.
    pub(super) fn add_case<I: Iterator<Item = usize>>(
        &mut self,
        case: &Case,
        unit: usize,
        groups: impl Fn(CaseEntity) -> I,
    ) {
        for group in case.gold.into_iter().flat_map(&groups) {
            self.at(unit, group).gold += 1;
        }
        for group in case.predicted.into_iter().flat_map(&groups) {
            let counts = self.at(unit, group);
            counts.predicted += 1;
            counts.correct += u32::from(case.outcome == Outcome::Correct);
        }
    }

    fn at(&mut self, unit: usize, group: usize) -> &mut EntityCounts {
        &mut self.counts[unit * self.n_groups + group]
    }

    /// Returns the number of units.
    pub fn len(&self) -> usize {
        self.counts.len().checked_div(self.n_groups).unwrap_or(0)
    }

    /// Returns true without units.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn of_unit(&self, unit: usize) -> &[EntityCounts] {
        &self.counts[unit * self.n_groups..(unit + 1) * self.n_groups]
    }

    /// Returns the sums of all units by group, as many as there are groups.
    pub fn totals(&self) -> Vec<EntityCounts> {
        let mut totals = vec![EntityCounts::default(); self.n_groups];
        (0..self.len()).for_each(|unit| self.add(unit, &mut totals));
        totals
    }

    /// Adds the first groups of a unit, as many as there are totals.
    fn add(&self, unit: usize, totals: &mut [EntityCounts]) {
        totals.iter_mut().zip(self.of_unit(unit)).for_each(|(total, counts)| *total += *counts);
    }
}

/// Sums of each bootstrap sample, by group.
pub struct Resamples(Vec<Vec<EntityCounts>>);

impl Resamples {
    /// Draws [`N_RESAMPLES`] samples of as many units as there are, with their first groups. Counts of equally many units
    /// are resampled with the same units.
    pub fn draw(units: &UnitCounts, n_groups: usize) -> Self {
        let mut random = Random(SEED);
        let n_units = units.len();
        let sample = |_| {
            let mut totals = vec![EntityCounts::default(); n_groups.min(units.n_groups)];
            (0..n_units).for_each(|_| units.add(random.below(n_units), &mut totals));
            totals
        };
        Self((0..N_RESAMPLES).map(sample).collect())
    }

    /// Returns the interval of a value of a group.
    pub fn interval(&self, group: usize, value: impl Fn(EntityCounts) -> Option<f64>) -> Option<Interval> {
        Interval::of_resamples(self.0.iter().map(|totals| value(totals[group])))
    }

    /// Returns the interval of the difference of F1 in a group: the other samples minus these.
    pub fn interval_of_difference(&self, other: &Self, group: usize) -> Option<Interval> {
        let pairs = self.0.iter().zip(&other.0);
        Interval::of_resamples(pairs.map(|(first, second)| Some(second[group].f1()? - first[group].f1()?)))
    }
}

/// Returns the p-value of the difference of F1 in the first group of two models on the same units: the share of
/// permutations whose absolute difference is as large. A permutation exchanges the counts of each unit with
/// probability 0.5 (approximate randomization, Noreen 1989).
pub fn permutation_p_value(first: &UnitCounts, second: &UnitCounts) -> f64 {
    let difference =
        |first: EntityCounts, second: EntityCounts| (second.f1().unwrap_or(0.0) - first.f1().unwrap_or(0.0)).abs();
    let of_unit = |units: &UnitCounts, unit: usize| units.of_unit(unit)[0];
    let total = |units: &UnitCounts| units.totals().first().copied().unwrap_or_default();
    let observed = difference(total(first), total(second));
    // Units with equal counts change nothing.
    let differing: Vec<usize> = (0..first.len()).filter(|u| of_unit(first, *u) != of_unit(second, *u)).collect();
    let mut same = EntityCounts::default();
    (0..first.len()).filter(|u| differing.binary_search(u).is_err()).for_each(|u| same += of_unit(first, u));
    let mut random = Random(SEED);
    let mut hits = 0usize;
    for _ in 0..N_PERMUTATIONS {
        let (mut a, mut b) = (same, same);
        for &unit in &differing {
            let (mut of_a, mut of_b) = (of_unit(first, unit), of_unit(second, unit));
            if random.next() & 1 == 1 {
                std::mem::swap(&mut of_a, &mut of_b);
            }
            a += of_a;
            b += of_b;
        }
        // Rounding must not exclude the permutation without exchanges.
        hits += usize::from(difference(a, b) >= observed - 1e-12);
    }
    (hits + 1) as f64 / (N_PERMUTATIONS + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(correct: u32, predicted: u32, gold: u32) -> EntityCounts {
        EntityCounts { correct, predicted, gold }
    }

    fn units(counts: &[EntityCounts]) -> UnitCounts {
        UnitCounts { n_groups: 1, counts: counts.to_vec() }
    }

    #[test]
    fn percentiles_are_those_of_numpy() {
        let check = |values: &[f64], share: f64, expected: Option<f64>| {
            let found = percentile(values, share);
            assert!(found == expected || (found.unwrap() - expected.unwrap()).abs() < 1e-12, "{found:?} {expected:?}");
        };
        // numpy.percentile([1, 2, 4, 8], [2.5, 50, 97.5]).
        check(&[1.0, 2.0, 4.0, 8.0], 0.025, Some(1.075));
        check(&[1.0, 2.0, 4.0, 8.0], 0.5, Some(3.0));
        check(&[1.0, 2.0, 4.0, 8.0], 0.975, Some(7.7));
        check(&[3.0], 0.975, Some(3.0));
        check(&[], 0.5, None);
    }

    #[test]
    fn equal_units_have_no_spread() {
        let resamples = Resamples::draw(&units(&[counts(3, 4, 5); 20]), 1);
        let interval = resamples.interval(0, EntityCounts::f1).expect("an interval");
        assert!((interval.low - 6.0 / 9.0).abs() < 1e-12 && (interval.high - 6.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn resamples_without_entities_are_left_out() {
        let mut all = vec![EntityCounts::default(); 9];
        all.push(counts(1, 1, 1));
        let interval = Resamples::draw(&units(&all), 1).interval(0, EntityCounts::f1).expect("an interval");
        // The unit with entities is missing in (1 - 1/10)^10 = 35 % of the samples.
        assert!((600..800).contains(&interval.n_undefined), "{}", interval.n_undefined);
        assert!(Resamples::draw(&units(&all[..9]), 1).interval(0, EntityCounts::f1).is_none());
    }

    #[test]
    fn identical_models_do_not_differ() {
        let units = units(&[counts(3, 4, 5), counts(1, 2, 2), counts(0, 1, 0)]);
        assert!((permutation_p_value(&units, &units) - 1.0).abs() < 1e-12);
        let (first, second) = (Resamples::draw(&units, 1), Resamples::draw(&units, 1));
        let interval = first.interval_of_difference(&second, 0).expect("an interval");
        assert_eq!((interval.low, interval.high), (0.0, 0.0));
    }

    #[test]
    fn clear_difference_is_significant() {
        let first: Vec<_> = (0..40).map(|_| counts(5, 10, 10)).collect();
        let second: Vec<_> = (0..40).map(|i| counts(8 + i % 2, 10, 10)).collect();
        let (first, second) = (units(&first), units(&second));
        assert!(permutation_p_value(&first, &second) < 0.001);
        let interval = Resamples::draw(&first, 1).interval_of_difference(&Resamples::draw(&second, 1), 0).expect("it");
        assert!(interval.low > 0.3 && interval.high < 0.4, "{interval:?}");
    }

    /// Returns simulated units: each has 10 gold entities, of which a random number is found.
    fn simulated(random: &mut Random, n: usize) -> UnitCounts {
        units(&(0..n).map(|_| counts(5 + random.below(6) as u32, 10, 10)).collect::<Vec<_>>())
    }

    #[test]
    fn p_value_is_uniform_without_a_difference() {
        let mut random = Random(7);
        let mut p_values: Vec<f64> =
            (0..60).map(|_| permutation_p_value(&simulated(&mut random, 30), &simulated(&mut random, 30))).collect();
        p_values.sort_by(f64::total_cmp);
        // Kolmogorov-Smirnov: for 60 values the limit at p = 0.01 is 0.21.
        let distance = p_values.iter().enumerate().map(|(i, p)| (p - i as f64 / 60.0).abs()).fold(0.0, f64::max);
        assert!(distance < 0.21, "{distance}");
    }

    #[test]
    fn intervals_cover_the_score_of_all_units() {
        let mut random = Random(11);
        let all = simulated(&mut random, 1_000);
        let truth = all.totals()[0].f1().expect("entities");
        let covers = |_: &usize| {
            let sample = units(&(0..100).map(|_| all.of_unit(random.below(all.len()))[0]).collect::<Vec<_>>());
            let interval = Resamples::draw(&sample, 1).interval(0, EntityCounts::f1).expect("an interval");
            interval.low <= truth && truth <= interval.high
        };
        let n_covered = (0..200).filter(covers).count();
        // 95 % of 200 is 190; the limits are three standard deviations.
        assert!((180..=199).contains(&n_covered), "{n_covered}");
    }
}
