//! Comparison of two models on the same sentences.

use super::analysis::{OutcomeCounts, ResamplingUnit, Units};
use super::cases::{Case, CaseEntity, Predictions, cases_of_sentence, labels_of};
use super::pairing::Outcome;
use super::resampling::{EntityCounts, Interval, Resamples, UnitCounts, permutation_p_value};
use super::train_texts::TrainTexts;
use crate::corpus::{Corpus, SentenceId};

/// F1 of two models, and the difference: the second minus the first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct F1Difference {
    /// Number of gold entities.
    pub gold: usize,
    /// F1 of each model, in `[0, 1]`. `None` without gold entities and predictions.
    pub f1: [Option<f64>; 2],
    /// Interval of the F1 of each model.
    pub intervals: [Option<Interval>; 2],
    /// Interval of the difference, from the same resamples of both models.
    pub difference: Option<Interval>,
}

impl F1Difference {
    /// Returns the difference, in `[-1, 1]`.
    pub fn value(&self) -> Option<f64> {
        Some(self.f1[1]? - self.f1[0]?)
    }

    /// Returns true if the interval of the difference excludes 0.
    pub fn is_clear(&self) -> bool {
        self.difference.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0)
    }
}

/// A gold entity, or predictions without one, as seen by both models.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedCase {
    /// Sentence.
    pub sentence: SentenceId,
    /// Number of tokens of the sentence.
    pub sentence_length: usize,
    /// Gold entity.
    pub gold: Option<CaseEntity>,
    /// Prediction and outcome of each model. `None` if the case is a spurious entity of the other model.
    pub models: [Option<(Option<CaseEntity>, Outcome)>; 2],
}

impl ComparedCase {
    /// Returns true if a model is correct here.
    pub fn is_correct(&self, model: usize) -> bool {
        match (&self.models[model], &self.gold) {
            (Some((_, outcome)), _) => *outcome == Outcome::Correct,
            (None, gold) => gold.is_none(),
        }
    }

    /// Returns the prediction of a model.
    pub fn predicted(&self, model: usize) -> Option<&CaseEntity> {
        self.models[model].as_ref().and_then(|(entity, _)| entity.as_ref())
    }

    /// Returns the case of one model. Without a gold entity and a prediction, it counts as correct.
    pub fn of_model(&self, model: usize) -> Case {
        let outcome = self.models[model].as_ref().map_or(Outcome::Correct, |(_, outcome)| *outcome);
        let predicted = self.predicted(model).copied();
        Case { sentence: self.sentence, sentence_length: self.sentence_length, outcome, gold: self.gold, predicted }
    }

    /// Returns true if both models predict the same.
    pub fn is_same(&self) -> bool {
        self.predicted(0).map(|entity| entity.range) == self.predicted(1).map(|entity| entity.range)
    }
}

/// Comparison of two models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelComparison {
    /// Label names: first the labels of the corpus, then the other predicted ones.
    pub labels: Vec<String>,
    /// Unit of the intervals.
    pub unit: ResamplingUnit,
    /// Number of units.
    pub n_units: usize,
    /// Number of sentences.
    pub n_sentences: usize,
    /// Number of sentences with different predictions.
    pub n_different_sentences: usize,
    /// F1 of all labels together.
    pub overall: F1Difference,
    /// F1 of each label that occurs, by index in [`Self::labels`].
    pub by_label: Vec<(usize, F1Difference)>,
    /// P-value of the permutation test of the difference of F1.
    pub p_value: f64,
    /// All cases, in the order of the sentences.
    pub cases: Vec<ComparedCase>,
    /// True if entity texts of a train split are known, so that entities are seen or unseen.
    pub has_train: bool,
    /// Number of cases of each model by outcome, see [`Self::count`].
    counts: [OutcomeCounts; 2],
    /// Agreement on the gold entities of all labels, then of each label, see [`Self::agreement`].
    agreement: Vec<[usize; 4]>,
}

impl ModelComparison {
    /// Compares the predictions of two models for the same sentences with the gold labels, and with each other.
    /// Sentences that only one model has are left out.
    pub fn new(corpus: &Corpus, models: [&Predictions; 2], train: &TrainTexts) -> Self {
        let labels = labels_of(corpus, &models);
        let second: std::collections::HashMap<_, _> = models[1].iter().map(|(id, entities)| (*id, entities)).collect();
        let both: Vec<_> =
            models[0].iter().filter_map(|(id, entities)| Some((*id, [entities, *second.get(id)?]))).collect();
        let units = Units::of(both.iter().map(|(id, _)| *id));
        let mut counts =
            [UnitCounts::new(units.count, 1 + labels.len()), UnitCounts::new(units.count, 1 + labels.len())];
        let mut comparison = Self {
            unit: units.unit,
            n_units: units.count,
            n_sentences: both.len(),
            has_train: !train.is_empty(),
            agreement: vec![[0; 4]; 1 + labels.len()],
            ..Self::default()
        };
        for ((id, predicted), unit) in both.iter().zip(&units.of_sentence) {
            let cases = predicted.map(|predicted| cases_of_sentence(corpus, *id, predicted, &labels, train));
            for (cases, counts) in cases.iter().zip(&mut counts) {
                let groups = |entity: CaseEntity| [0, 1 + entity.range.label].into_iter();
                cases.iter().for_each(|case| counts.add_case(case, *unit, groups));
            }
            let merged = merge(*id, cases);
            comparison.n_different_sentences += usize::from(!merged.iter().all(ComparedCase::is_same));
            merged.iter().for_each(|case| comparison.count_compared(case));
            comparison.cases.extend(merged);
        }
        let totals = counts.each_ref().map(UnitCounts::totals);
        let resamples = counts.each_ref().map(|counts| Resamples::draw(counts, 1 + labels.len()));
        let difference = |group: usize| F1Difference {
            gold: totals[0][group].gold as usize,
            f1: [totals[0][group].f1(), totals[1][group].f1()],
            intervals: resamples.each_ref().map(|resamples| resamples.interval(group, EntityCounts::f1)),
            difference: resamples[0].interval_of_difference(&resamples[1], group),
        };
        let occurs = |label: &usize| {
            let of_model = |model: usize| totals[model][1 + label];
            of_model(0).gold + of_model(0).predicted + of_model(1).predicted > 0
        };
        comparison.overall = difference(0);
        comparison.by_label = (0..labels.len()).filter(occurs).map(|label| (label, difference(1 + label))).collect();
        comparison.p_value = permutation_p_value(&counts[0], &counts[1]);
        comparison.labels = labels;
        comparison
    }
}

impl ModelComparison {
    /// Returns the number of cases in which a model has this outcome.
    pub fn count(&self, model: usize, outcome: Outcome) -> usize {
        self.counts[model].get(outcome)
    }

    /// Returns the numbers of gold entities that both models, only the first, only the second, and neither predicts
    /// correctly: of all labels, or of one.
    pub fn agreement(&self, label: Option<usize>) -> [usize; 4] {
        self.agreement.get(label.map_or(0, |label| 1 + label)).copied().unwrap_or_default()
    }

    fn count_compared(&mut self, case: &ComparedCase) {
        for (counts, model) in self.counts.iter_mut().zip(&case.models) {
            model.iter().for_each(|(_, outcome)| counts.add(*outcome));
        }
        if let Some(gold) = &case.gold {
            let cell = 2 * usize::from(!case.is_correct(0)) + usize::from(!case.is_correct(1));
            self.agreement[0][cell] += 1;
            self.agreement[1 + gold.range.label][cell] += 1;
        }
    }
}

/// Merges the cases of both models in a sentence: by gold entity, and by equal spurious entities.
fn merge(sentence: SentenceId, [first, second]: [Vec<Case>; 2]) -> Vec<ComparedCase> {
    let mut merged: Vec<ComparedCase> = Vec::new();
    for (model, cases) in [first, second].into_iter().enumerate() {
        for case in cases {
            let same = |other: &&mut ComparedCase| match (&case.gold, &other.gold) {
                (Some(gold), Some(of_other)) => gold.range == of_other.range,
                (None, None) => {
                    let range = |entity: &Option<CaseEntity>| entity.as_ref().map(|entity| entity.range);
                    let of_other = other.models[0].as_ref().and_then(|(entity, _)| range(entity));
                    other.models[model].is_none() && of_other == range(&case.predicted)
                }
                (Some(_), None) | (None, Some(_)) => false,
            };
            let seen = Some((case.predicted, case.outcome));
            match merged.iter_mut().find(same) {
                Some(other) => other.models[model] = seen,
                None => {
                    let mut models = [None, None];
                    models[model] = seen;
                    let sentence_length = case.sentence_length;
                    merged.push(ComparedCase { sentence, sentence_length, gold: case.gold, models });
                }
            }
        }
    }
    merged
}
