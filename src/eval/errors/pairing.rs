//! Pairs of gold and predicted entities of a sentence, and the kind of their difference.
//!
//! The kinds follow the strict scheme of SemEval 2013 task 9.1: correct, missed and spurious are equal to it, and its
//! "incorrect" is [`Outcome::WrongLabel`], [`Outcome::WrongBoundary`] and [`Outcome::Both`] together.

use std::cmp::Reverse;

/// Entity of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityRange {
    /// Index of the first token in the sentence.
    pub start: usize,
    /// Index after the last token.
    pub end: usize,
    /// Index of the label in the labels of the analysis.
    pub label: usize,
}

impl EntityRange {
    /// Returns the number of shared tokens.
    pub fn overlap(&self, other: &Self) -> usize {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }

    /// Returns true if both have the same tokens.
    pub fn has_range_of(&self, other: &Self) -> bool {
        (self.start, self.end) == (other.start, other.end)
    }
}

/// Result for a gold entity, a predicted entity, or a pair of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Same tokens and same label.
    Correct,
    /// Gold entity without a prediction.
    Missed,
    /// Prediction without a gold entity.
    Spurious,
    /// Same tokens, other label.
    WrongLabel,
    /// Same label, overlapping tokens.
    WrongBoundary,
    /// Other label, overlapping tokens.
    Both,
}

impl Outcome {
    /// All kinds of errors, in the order of the interface.
    pub const ERRORS: [Self; 5] = [Self::Missed, Self::Spurious, Self::WrongLabel, Self::WrongBoundary, Self::Both];

    /// Returns the name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Missed => "missed",
            Self::Spurious => "spurious",
            Self::WrongLabel => "label",
            Self::WrongBoundary => "boundary",
            Self::Both => "both",
        }
    }

    /// Returns the outcome of a gold entity and a prediction that overlaps it.
    fn of_pair(gold: &EntityRange, predicted: &EntityRange) -> Self {
        match (gold.has_range_of(predicted), gold.label == predicted.label) {
            (true, true) => Self::Correct,
            (true, false) => Self::WrongLabel,
            (false, true) => Self::WrongBoundary,
            (false, false) => Self::Both,
        }
    }
}

/// Gold entity and prediction by index. At least one of them is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index of the gold entity.
    pub gold: Option<usize>,
    /// Index of the prediction.
    pub predicted: Option<usize>,
    /// Difference of both.
    pub outcome: Outcome,
}

/// Pairs the entities of a sentence. Each entity is in one pair.
///
/// Equal entities are paired first, then those with the most shared tokens; the first gold entity and the first
/// prediction if several share as many. The pairs are sorted by position.
pub fn pair_entities(gold: &[EntityRange], predicted: &[EntityRange]) -> Vec<Pair> {
    let mut candidates = Vec::new();
    for (g, of_gold) in gold.iter().enumerate() {
        for (p, of_model) in predicted.iter().enumerate() {
            let overlap = of_gold.overlap(of_model);
            if overlap > 0 {
                candidates.push((of_gold != of_model, Reverse(overlap), g, p));
            }
        }
    }
    candidates.sort_unstable();
    let (mut gold_is_paired, mut prediction_is_paired) = (vec![false; gold.len()], vec![false; predicted.len()]);
    let mut pairs = Vec::with_capacity(gold.len().max(predicted.len()));
    for (_, _, g, p) in candidates {
        if !gold_is_paired[g] && !prediction_is_paired[p] {
            (gold_is_paired[g], prediction_is_paired[p]) = (true, true);
            let outcome = Outcome::of_pair(&gold[g], &predicted[p]);
            pairs.push(Pair { gold: Some(g), predicted: Some(p), outcome });
        }
    }
    let missed = (0..gold.len()).filter(|g| !gold_is_paired[*g]);
    pairs.extend(missed.map(|g| Pair { gold: Some(g), predicted: None, outcome: Outcome::Missed }));
    let spurious = (0..predicted.len()).filter(|p| !prediction_is_paired[*p]);
    pairs.extend(spurious.map(|p| Pair { gold: None, predicted: Some(p), outcome: Outcome::Spurious }));
    let position = |pair: &Pair| {
        let entity = pair.gold.map(|g| gold[g]).or(pair.predicted.map(|p| predicted[p]));
        (entity, pair.gold.is_none())
    };
    pairs.sort_by_key(position);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the entities of a text such as `0-2A 3-4B`.
    fn entities(text: &str) -> Vec<EntityRange> {
        let number = |text: &str| text.parse().expect("a number");
        let entity = |part: &str| {
            let (range, label) = part.split_at(part.len() - 1);
            let (start, end) = range.split_once('-').expect("a range");
            EntityRange { start: number(start), end: number(end), label: usize::from(label.as_bytes()[0] - b'A') }
        };
        text.split_whitespace().map(entity).collect()
    }

    #[test]
    fn pairs_entities() {
        let check = |gold: &str, predicted: &str, expected: &[Outcome]| {
            let pairs = pair_entities(&entities(gold), &entities(predicted));
            assert_eq!(pairs.iter().map(|pair| pair.outcome).collect::<Vec<_>>(), expected, "{gold} / {predicted}");
        };
        use Outcome::{Both, Correct, Missed, Spurious, WrongBoundary, WrongLabel};
        check("", "", &[]);
        check("0-2A", "0-2A", &[Correct]);
        check("0-2A", "", &[Missed]);
        check("", "0-2A", &[Spurious]);
        check("0-2A", "2-3A", &[Missed, Spurious]);
        check("0-2A", "0-2B", &[WrongLabel]);
        check("0-2A", "0-3A", &[WrongBoundary]);
        check("0-2A", "1-3B", &[Both]);
        // One prediction over two entities is paired with the one that shares more tokens.
        check("0-1A 1-4A", "0-4A", &[Missed, WrongBoundary]);
        check("0-1A 1-2B", "0-2A", &[WrongBoundary, Missed]);
        // Two predictions inside one entity.
        check("0-4A", "0-1B 1-4A", &[Spurious, WrongBoundary]);
        check("0-4A", "0-2B 2-4A", &[Both, Spurious]);
        // Overlapping entities: equal ones first.
        check("0-3A 0-2A", "0-2A", &[Correct, Missed]);
    }

    fn any_entities() -> impl Strategy<Value = Vec<EntityRange>> {
        let entity = (0usize..12, 1usize..4, 0usize..3).prop_map(|(start, length, label)| EntityRange {
            start,
            end: start + length,
            label,
        });
        prop::collection::btree_set(entity, 0..6).prop_map(|set| set.into_iter().collect())
    }

    /// Pairs entities by repeated search for the best remaining pair.
    fn brute_force(gold: &[EntityRange], predicted: &[EntityRange]) -> Vec<(EntityRange, EntityRange)> {
        let (mut gold, mut predicted) = (gold.to_vec(), predicted.to_vec());
        let mut pairs = Vec::new();
        loop {
            let mut best: Option<((bool, usize), usize, usize)> = None;
            for (g, of_gold) in gold.iter().enumerate() {
                for (p, of_model) in predicted.iter().enumerate() {
                    let rank = (of_gold == of_model, of_gold.overlap(of_model));
                    if rank.1 > 0 && best.is_none_or(|(other, ..)| rank > other) {
                        best = Some((rank, g, p));
                    }
                }
            }
            let Some((_, g, p)) = best else { return pairs };
            pairs.push((gold.remove(g), predicted.remove(p)));
        }
    }

    proptest! {
        #[test]
        fn pairs_equal_brute_force(gold in any_entities(), predicted in any_entities()) {
            let mut found: Vec<_> = pair_entities(&gold, &predicted)
                .iter()
                .filter_map(|pair| Some((gold[pair.gold?], predicted[pair.predicted?])))
                .collect();
            let mut expected = brute_force(&gold, &predicted);
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn each_entity_is_in_one_pair(gold in any_entities(), predicted in any_entities()) {
            let pairs = pair_entities(&gold, &predicted);
            let mut of_gold: Vec<usize> = pairs.iter().filter_map(|pair| pair.gold).collect();
            let mut of_model: Vec<usize> = pairs.iter().filter_map(|pair| pair.predicted).collect();
            of_gold.sort_unstable();
            of_model.sort_unstable();
            prop_assert_eq!(of_gold, (0..gold.len()).collect::<Vec<_>>());
            prop_assert_eq!(of_model, (0..predicted.len()).collect::<Vec<_>>());
        }
    }
}
