//! The sentences of a number of an evaluation, with the decisions of the user.

use crate::eval::errors::{Case, CaseEntity, ErrorAnalysis, Outcome, Slice};

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
    /// Errors of entities of this label in this slice.
    LabelSlice(usize, Slice),
    /// Entities of sentences without errors.
    CorrectSentences,
}

impl CaseFilter {
    /// Returns the cases that match, in the order of the sentences.
    pub fn select(self, errors: &ErrorAnalysis) -> Vec<Case> {
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
            Self::LabelSlice(wanted, slice) => is_error && has_label(wanted) && is_in(slice),
            Self::CorrectSentences => !is_error,
        }
    }
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
        let is_seen = item.case.entity().is_some_and(|entity| entity.in_train.is_some());
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
    /// The dataset has the labels of the model now. It applies until the edit is undone.
    UsedPrediction,
}

/// A case of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceItem {
    /// The case at the time when the list was opened.
    pub case: Case,
    /// Decision of the user.
    pub decision: Option<Decision>,
}

/// The list of cases of a number. It does not change while labels change, until another number is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceList {
    /// Selected number.
    pub filter: CaseFilter,
    /// Label names, to which the cases refer.
    pub labels: Vec<String>,
    /// All cases in the selected order.
    pub items: Vec<EvidenceItem>,
    /// Selected order.
    order: EvidenceOrder,
    /// Selected part.
    part: EvidencePart,
    /// Indices of the items of the selected part.
    visible: Vec<usize>,
    /// Index of the current item in `items`. `None` if the selected part is empty.
    current: Option<usize>,
}

impl EvidenceList {
    /// Creates the list of the cases that match.
    pub fn new(filter: CaseFilter, errors: &ErrorAnalysis) -> Self {
        let cases = filter.select(errors);
        let items = cases.into_iter().map(|case| EvidenceItem { case, decision: None }).collect();
        let (order, part) = (EvidenceOrder::default(), EvidencePart::default());
        let labels = errors.labels.clone();
        let mut list = Self { filter, labels, items, order, part, visible: Vec::new(), current: None };
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
        let score = |item: &EvidenceItem| item.case.predicted.as_ref().and_then(|entity| entity.score);
        let position = |item: &EvidenceItem| (item.case.sentence, item.case.entity().map(|entity| entity.range));
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

    /// Records a decision about the current item, and selects the next open one.
    pub fn decide(&mut self, decision: Decision) {
        let Some(current) = self.current else { return };
        self.items[current].decision = Some(decision);
        let at = self.visible.binary_search(&current).unwrap_or_default();
        let is_open = |index: &&usize| self.items[**index].decision.is_none();
        let next = self.visible[at..].iter().find(is_open).or_else(|| self.visible[..at].iter().find(is_open));
        self.current = next.copied().or(self.current);
    }

    /// Removes the decision about an item.
    pub fn reopen(&mut self, index: usize) {
        if let Some(item) = self.items.get_mut(index) {
            item.decision = None;
        }
    }

    /// Returns the number of decisions.
    pub fn n_decided(&self) -> usize {
        self.items.iter().filter(|item| item.decision.is_some()).count()
    }
}
