//! Entity counts of an evaluated split by unit. They suffice for the interval of F1, and for the comparison of two models
//! without their predictions.

use super::comparison::F1Difference;
use super::resampling::{EntityCounts, Interval, Resamples, UnitCounts, permutation_p_value};

/// Entity counts of a split by unit: by document, or by sentence if there is only one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitScores {
    /// Counts of each unit, in the order of the sentences.
    pub counts: Vec<EntityCounts>,
    /// Interval of 95 % of F1, from a bootstrap over the units. `None` without entities.
    pub f1_interval: Option<[f64; 2]>,
}

/// Difference of F1 of two models on the same units, the second minus the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitDifference {
    /// F1 of both models, and the interval of the difference.
    pub f1: F1Difference,
    /// P-value of the permutation test.
    pub p_value: f64,
}

impl UnitScores {
    /// Creates scores from the counts of each unit, and computes the interval.
    pub fn new(counts: Vec<EntityCounts>) -> Self {
        let interval = Resamples::draw(&UnitCounts::of_one_group(counts.clone()), 1).interval(0, EntityCounts::f1);
        Self { counts, f1_interval: interval.map(|Interval { low, high, .. }| [low, high]) }
    }

    /// Compares two models. Returns `None` if the units differ.
    pub fn difference(first: &Self, second: &Self) -> Option<UnitDifference> {
        let gold = |scores: &Self| scores.counts.iter().map(|counts| counts.gold).collect::<Vec<_>>();
        if first.counts.is_empty() || gold(first) != gold(second) {
            return None;
        }
        let units = [first, second].map(|scores| UnitCounts::of_one_group(scores.counts.clone()));
        let totals = units.each_ref().map(|units| units.totals()[0]);
        let resamples = units.each_ref().map(|units| Resamples::draw(units, 1));
        let f1 = F1Difference {
            gold: totals[0].gold as usize,
            f1: totals.map(EntityCounts::f1),
            intervals: resamples.each_ref().map(|resamples| resamples.interval(0, EntityCounts::f1)),
            difference: resamples[0].interval_of_difference(&resamples[1], 0),
        };
        Some(UnitDifference { f1, p_value: permutation_p_value(&units[0], &units[1]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(correct: &[u32]) -> UnitScores {
        UnitScores::new(
            correct.iter().map(|correct| EntityCounts { correct: *correct, predicted: 5, gold: 5 }).collect(),
        )
    }

    #[test]
    fn difference_needs_equal_units() {
        let (low, high) = (scores(&[1, 2, 1, 2, 1, 2, 1, 2]), scores(&[4, 5, 4, 5, 4, 5, 4, 5]));
        let difference = UnitScores::difference(&low, &high).expect("equal units");
        assert!((difference.f1.value().expect("a value") - 0.6).abs() < 1e-12);
        assert!(difference.f1.is_clear() && difference.p_value < 0.05, "{difference:?}");
        assert_eq!(UnitScores::difference(&low, &low).map(|d| d.p_value), Some(1.0));
        assert_eq!(UnitScores::difference(&low, &scores(&[1, 2])), None);
        assert_eq!(UnitScores::difference(&scores(&[]), &scores(&[])), None);
        assert_eq!(scores(&[]).f1_interval, None);
    }
}
