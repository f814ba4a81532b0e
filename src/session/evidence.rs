//! The sentences of a number of an evaluation, with the decisions of the user.

use crate::corpus::{Edit, SentenceId};
use crate::eval::errors::{
    Case, CaseEntity, ComparedCase, ErrorAnalysis, ModelComparison, Outcome, Predictions, Slice,
};
use crate::hub::ModelRef;
use std::sync::Arc;

/// Selection of cases by a number of the Evaluate page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseFilter {
    /// All errors.
    Errors,
    /// Cases with this outcome.
    Outcome(Outcome),
    /// Cases in this cell of the confusion matrix: gold and predicted label. `None` is a missing entity.
    Cell(Option<usize>, Option<usize>),
    /// Gold entities of this label. `None`: predictions without a gold entity.
    GoldLabel(Option<usize>),
    /// Predictions of this label. `None`: gold entities without a prediction.
    PredictedLabel(Option<usize>),
    /// Errors of entities of this label.
    Label(usize),
    /// Errors of entities in this slice.
    Slice(Slice),
    /// Predictions that are not correct.
    IncorrectPredictions,
    /// Gold entities that are not predicted correctly.
    IncorrectGold,
    /// Entities of sentences without errors.
    CorrectSentences,
    /// Cases with different predictions of two models.
    Differences,
    /// Cases with different predictions of two models, with an entity of this label.
    DifferencesOf(usize),
    /// Gold entities, of this label or of any, that the first and the second model predict correctly or not.
    Agreement(Option<usize>, [bool; 2]),
    /// Cases in which one of two models, by index, has this outcome.
    OutcomeOf(usize, Outcome),
}

impl CaseFilter {
    /// Returns the cases of one model that match, in the order of the sentences.
    fn select(self, errors: &ErrorAnalysis) -> Vec<Case> {
        if self != Self::CorrectSentences {
            return errors.cases.iter().filter(|case| self.matches(case)).cloned().collect();
        }
        let sentences = errors.cases.chunk_by(|a, b| a.sentence == b.sentence);
        let correct = sentences.filter(|cases| cases.iter().all(|case| case.outcome == Outcome::Correct));
        correct.flatten().cloned().collect()
    }

    fn matches(self, case: &Case) -> bool {
        let is_error = case.outcome != Outcome::Correct;
        let label = |entity: &Option<CaseEntity>| entity.as_ref().map(|entity| entity.range.label);
        let has_label = |wanted: usize| label(&case.gold) == Some(wanted) || label(&case.predicted) == Some(wanted);
        let entities = || case.gold.iter().chain(&case.predicted);
        let is_in = |slice: Slice| entities().any(|entity| slice.contains(entity, case.sentence_length));
        match self {
            Self::Errors => is_error,
            Self::Outcome(outcome) => case.outcome == outcome,
            Self::Cell(gold, predicted) => case.cells().any(|cell| cell == (gold, predicted)),
            Self::GoldLabel(wanted) => case.cells().any(|(gold, _)| gold == wanted),
            Self::PredictedLabel(wanted) => case.cells().any(|(_, predicted)| predicted == wanted),
            Self::Label(wanted) => is_error && has_label(wanted),
            Self::Slice(slice) => is_error && is_in(slice),
            Self::IncorrectPredictions => is_error && case.predicted.is_some(),
            Self::IncorrectGold => is_error && case.gold.is_some(),
            Self::CorrectSentences => !is_error,
            Self::Differences | Self::DifferencesOf(_) | Self::Agreement(..) | Self::OutcomeOf(..) => false,
        }
    }

    /// Returns true if a case of two models matches.
    fn matches_comparison(self, case: &ComparedCase) -> bool {
        let entities = [case.gold.as_ref(), case.predicted(0), case.predicted(1)];
        let has_label = |wanted: usize| entities.iter().flatten().any(|entity| entity.range.label == wanted);
        match self {
            Self::Differences => !case.is_same(),
            Self::DifferencesOf(label) => !case.is_same() && has_label(label),
            Self::Agreement(label, correct) => {
                case.gold.as_ref().is_some_and(|gold| label.is_none_or(|label| gold.range.label == label))
                    && [case.is_correct(0), case.is_correct(1)] == correct
            }
            Self::OutcomeOf(model, outcome) => case.models[model].as_ref().is_some_and(|(_, of)| *of == outcome),
            Self::Errors
            | Self::Outcome(_)
            | Self::Cell(..)
            | Self::GoldLabel(_)
            | Self::PredictedLabel(_)
            | Self::Label(_)
            | Self::Slice(_)
            | Self::IncorrectPredictions
            | Self::IncorrectGold
            | Self::CorrectSentences => false,
        }
    }
}

/// A model of a list, with its predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceSource {
    /// Model.
    pub model: ModelRef,
    /// Predictions of all sentences.
    pub predictions: Arc<Predictions>,
}

/// Order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidenceOrder {
    /// Highest score of the prediction first; missed entities last.
    #[default]
    HighestScore,
    /// Lowest score of the prediction first; missed entities last.
    LowestScore,
    /// Order of the dataset.
    Position,
}

impl EvidenceOrder {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::HighestScore, Self::LowestScore, Self::Position];
}

/// Part of the list that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidencePart {
    /// All cases.
    #[default]
    All,
    /// Entities whose text does not occur in train.
    Unseen,
    /// Entities whose text occurs in train.
    Seen,
    /// Cases with a decision.
    Decided,
}

impl EvidencePart {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::All, Self::Unseen, Self::Seen, Self::Decided];

    /// Returns true if the part contains a case.
    pub fn contains(self, item: &EvidenceItem) -> bool {
        let is_seen = item.entity().is_some_and(|entity| entity.in_train.is_some());
        match self {
            Self::All => true,
            Self::Unseen => !is_seen,
            Self::Seen => is_seen,
            Self::Decided => item.decision.is_some(),
        }
    }
}

/// Decision about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The gold label is right.
    KeptGold,
    /// The dataset has the labels of this model now, by index in [`EvidenceList::sources`]. It applies until the edit is
    /// undone.
    UsedPrediction(usize),
}

/// A case of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceItem {
    /// Sentence.
    pub sentence: SentenceId,
    /// The case of each model at the time when the list was opened.
    pub cases: Vec<Case>,
    /// Decision of the user.
    pub decision: Option<Decision>,
    /// Edit of a used prediction.
    pub edit: Option<Edit>,
}

impl EvidenceItem {
    /// Returns the gold entity, or a prediction without one.
    pub fn entity(&self) -> Option<&CaseEntity> {
        let gold = self.cases.iter().find_map(|case| case.gold.as_ref());
        gold.or_else(|| self.cases.iter().rev().find_map(|case| case.predicted.as_ref()))
    }

    /// Returns the score of the prediction of the last model that has one.
    pub fn score(&self) -> Option<f32> {
        self.cases.iter().rev().find_map(|case| case.predicted.as_ref()?.score)
    }
}

/// The list of cases of a number. It does not change while labels change, until another number is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceList {
    /// Selected number.
    pub filter: CaseFilter,
    /// Label names, to which the cases refer.
    pub labels: Vec<String>,
    /// True if the dataset has a train split, so that entities are seen or unseen.
    pub has_train: bool,
    /// One model, or the two models of a comparison.
    pub sources: Vec<EvidenceSource>,
    /// All cases in the selected order.
    pub items: Vec<EvidenceItem>,
    /// Selected order.
    order: EvidenceOrder,
    /// Selected part.
    part: EvidencePart,
    /// Number of items of each part, in the order of [`EvidencePart::ALL`].
    counts: [usize; 4],
    /// Indices of the items of the selected part.
    visible: Vec<usize>,
    /// Index of the current item in `items`. `None` if the selected part is empty.
    current: Option<usize>,
}

impl EvidenceList {
    /// Creates the list of the cases of a model that match.
    pub fn of_model(filter: CaseFilter, errors: &ErrorAnalysis, source: EvidenceSource) -> Self {
        let cases = filter.select(errors).into_iter().map(|case| vec![case]);
        Self::new(filter, (errors.labels.clone(), errors.has_train), vec![source], cases)
    }

    /// Creates the list of the cases of two models that match.
    pub fn of_comparison(filter: CaseFilter, comparison: &ModelComparison, sources: [EvidenceSource; 2]) -> Self {
        let cases = comparison.cases.iter().filter(|case| filter.matches_comparison(case));
        let cases = cases.map(|case| vec![case.of_model(0), case.of_model(1)]);
        Self::new(filter, (comparison.labels.clone(), comparison.has_train), sources.to_vec(), cases)
    }

    fn new(
        filter: CaseFilter,
        (labels, has_train): (Vec<String>, bool),
        sources: Vec<EvidenceSource>,
        cases: impl Iterator<Item = Vec<Case>>,
    ) -> Self {
        let item = |cases: Vec<Case>| {
            Some(EvidenceItem { sentence: cases.first()?.sentence, cases, decision: None, edit: None })
        };
        let items = cases.filter_map(item).collect();
        let (order, part) = (EvidenceOrder::default(), EvidencePart::default());
        let (counts, visible, current) = ([0; 4], Vec::new(), None);
        let mut list = Self { filter, labels, has_train, sources, items, order, part, counts, visible, current };
        list.set_order(order);
        list
    }

    /// Returns the selected order.
    pub fn order(&self) -> EvidenceOrder {
        self.order
    }

    /// Returns the selected part.
    pub fn part(&self) -> EvidencePart {
        self.part
    }

    /// Returns the indices of the items of the selected part.
    pub fn visible(&self) -> &[usize] {
        &self.visible
    }

    /// Returns the index of the current item.
    pub fn current(&self) -> Option<usize> {
        self.current
    }

    /// Returns the current item.
    pub fn current_item(&self) -> Option<&EvidenceItem> {
        self.items.get(self.current?)
    }

    /// Sorts the list. The first item becomes the current one.
    pub fn set_order(&mut self, order: EvidenceOrder) {
        self.order = order;
        let score = EvidenceItem::score;
        let position = |item: &EvidenceItem| (item.sentence, item.entity().map(|entity| entity.range));
        self.items.sort_by(|a, b| match (order, score(a), score(b)) {
            (EvidenceOrder::HighestScore, Some(a), Some(b)) => b.total_cmp(&a),
            (EvidenceOrder::LowestScore, Some(a), Some(b)) => a.total_cmp(&b),
            (EvidenceOrder::HighestScore | EvidenceOrder::LowestScore, a, b) => a.is_none().cmp(&b.is_none()),
            (EvidenceOrder::Position, ..) => position(a).cmp(&position(b)),
        });
        self.set_part(self.part);
    }

    /// Shows a part of the list. Its first item becomes the current one.
    pub fn set_part(&mut self, part: EvidencePart) {
        self.part = part;
        self.count_parts();
        self.visible = (0..self.items.len()).filter(|index| part.contains(&self.items[*index])).collect();
        self.current = self.visible.first().copied();
    }

    /// Makes an item the current one.
    pub fn select(&mut self, index: usize) {
        if self.visible.binary_search(&index).is_ok() {
            self.current = Some(index);
        }
    }

    /// Makes the next or the previous item of the selected part the current one.
    pub fn step(&mut self, forward: bool) {
        let Some(at) = self.current.and_then(|current| self.visible.binary_search(&current).ok()) else { return };
        let next = if forward { at + 1 } else { at.saturating_sub(1) };
        self.current = self.visible.get(next).copied().or(self.current);
    }

    fn count_parts(&mut self) {
        self.counts = EvidencePart::ALL.map(|part| self.items.iter().filter(|item| part.contains(item)).count());
    }

    /// Returns the number of items of each part, in the order of [`EvidencePart::ALL`].
    pub fn counts(&self) -> [usize; 4] {
        self.counts
    }

    /// Records a decision about the current item with its edit, and selects the next open one.
    pub fn decide(&mut self, decision: Decision, edit: Option<Edit>) {
        let Some(current) = self.current else { return };
        (self.items[current].decision, self.items[current].edit) = (Some(decision), edit);
        self.count_parts();
        let at = self.visible.binary_search(&current).unwrap_or_default();
        let is_open = |index: &&usize| self.items[**index].decision.is_none();
        let next = self.visible[at..].iter().find(is_open).or_else(|| self.visible[..at].iter().find(is_open));
        self.current = next.copied().or(self.current);
    }

    /// Removes the decision about an item.
    pub fn reopen(&mut self, index: usize) {
        if let Some(item) = self.items.get_mut(index) {
            (item.decision, item.edit) = (None, None);
        }
        self.count_parts();
    }

    /// Returns the number of decisions.
    pub fn n_decided(&self) -> usize {
        self.items.iter().filter(|item| item.decision.is_some()).count()
    }
}
