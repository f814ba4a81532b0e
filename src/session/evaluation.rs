//! Evaluation of a model: its scores and errors, and the decisions of the user about single errors.

use super::evidence::{CaseFilter, EvidenceList, EvidenceSource};
use super::{Session, Writer};
use crate::corpus::edit::label_for;
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId, Origin, Span, Split};
use crate::eval::errors::{Case, CaseEntity, ErrorAnalysis, ModelComparison, Outcome, Predictions};
use crate::hub::ModelRef;
use crate::predict::EvalMetrics;
use crate::worker::Stamp;
use std::sync::Arc;

/// View of the Evaluate page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvaluateView {
    /// Errors of one model.
    #[default]
    Errors,
    /// Comparison of two models.
    Comparison,
}

/// Scores of a model on a split, and the split of the next evaluation.
#[derive(Debug)]
pub struct Evaluation {
    /// Selected view.
    pub view: EvaluateView,
    /// Selected split.
    pub split: Split,
    /// Selected second model of a comparison.
    pub second_model: Option<ModelRef>,
    /// Latest result.
    pub result: Option<Box<EvaluationResult>>,
    /// Latest comparison of two models.
    pub comparison: Option<Box<ComparisonResult>>,
    /// Sentences of a number of the visible view.
    pub evidence: Option<EvidenceList>,
    /// Error of the last evaluation.
    pub error: Option<String>,
}

/// Result of a comparison of two models.
#[derive(Debug)]
pub struct ComparisonResult {
    /// The models with their predictions.
    pub sources: [EvidenceSource; 2],
    /// Evaluated split.
    pub split: Split,
    /// Comparison for the labels of [`Self::stamp`].
    pub comparison: ModelComparison,
    /// State of the dataset that the comparison describes.
    pub stamp: Stamp,
    /// Duration in seconds.
    pub seconds: f64,
}

impl Evaluation {
    /// Creates the state before the first evaluation.
    pub fn new(split: Split) -> Self {
        Self {
            view: EvaluateView::default(),
            split,
            second_model: None,
            result: None,
            comparison: None,
            evidence: None,
            error: None,
        }
    }

    /// Returns the known predictions of a model on a split.
    pub fn predictions_of(&self, model: &ModelRef, split: Split) -> Option<Arc<Predictions>> {
        let result = self.result.as_ref().filter(|result| result.split == split && result.model == *model);
        let compared = self.comparison.iter().filter(|comparison| comparison.split == split);
        let sources = compared.flat_map(|comparison| &comparison.sources);
        let of_source = || sources.into_iter().find(|source| source.model == *model).map(|s| s.predictions.clone());
        result.map(|result| result.predictions.clone()).or_else(of_source)
    }

    /// Opens the list of sentences of a number of the visible view.
    pub fn show_cases(&mut self, filter: CaseFilter) {
        self.evidence = match self.view {
            EvaluateView::Errors => self.result.as_ref().map(|result| {
                let source = EvidenceSource { model: result.model.clone(), predictions: result.predictions.clone() };
                EvidenceList::of_model(filter, &result.errors, source)
            }),
            EvaluateView::Comparison => self
                .comparison
                .as_ref()
                .map(|result| EvidenceList::of_comparison(filter, &result.comparison, result.sources.clone())),
        };
    }

    /// Returns the split of the numbers of the visible view.
    pub fn shown_split(&self) -> Option<Split> {
        match self.view {
            EvaluateView::Errors => self.result.as_ref().map(|result| result.split),
            EvaluateView::Comparison => self.comparison.as_ref().map(|result| result.split),
        }
    }

    /// Returns the state of the dataset that the numbers of the visible view describe.
    pub fn stamp(&self) -> Option<Stamp> {
        match self.view {
            EvaluateView::Errors => self.result.as_ref().map(|result| result.stamp),
            EvaluateView::Comparison => self.comparison.as_ref().map(|result| result.stamp),
        }
    }
}

/// Result of an evaluation.
#[derive(Debug)]
pub struct EvaluationResult {
    /// Evaluated model.
    pub model: ModelRef,
    /// Evaluated split.
    pub split: Split,
    /// Metrics at the time of the evaluation.
    pub metrics: EvalMetrics,
    /// Predictions of the model. They do not depend on the labels of the dataset.
    pub predictions: Arc<Predictions>,
    /// Errors for the labels of [`Self::stamp`].
    pub errors: ErrorAnalysis,
    /// State of the dataset that the errors describe.
    pub stamp: Stamp,
    /// F1 at the time of the evaluation, in `[0, 1]`.
    pub first_f1: f64,
}

impl Session {
    /// Returns the byte range of an entity of a sentence, with a label.
    fn span_of(&self, case: &Case, entity: &CaseEntity, label: LabelId) -> Span {
        let document = self.corpus.document(case.sentence.document);
        let range = entity.range;
        document.span_from_tokens(case.sentence.sentence as usize, range.start..range.end, label)
    }

    /// Returns the spans of the dataset with the tokens and the label of an entity.
    fn spans_of(&self, case: &Case, entity: &CaseEntity, label: &str) -> Vec<Span> {
        let document = self.corpus.document(case.sentence.document);
        let sentence = case.sentence.sentence as usize;
        let is_same = |span: &&Span| {
            let words = document.to_token_span(sentence, span);
            (words.start, words.end) == (entity.range.start, entity.range.end)
                && self.corpus.labels.name(span.label) == label
        };
        document.spans[document.span_range(sentence)].iter().filter(is_same).copied().collect()
    }

    /// Returns true if the dataset has the labels of the model for a case: its prediction is a span, or its missed
    /// entity is not.
    pub fn has_prediction_of(&self, case: &Case, labels: &[String]) -> bool {
        let exists = |entity: &CaseEntity| {
            labels.get(entity.range.label).is_some_and(|label| !self.spans_of(case, entity, label).is_empty())
        };
        match (&case.predicted, &case.gold) {
            (Some(predicted), _) => exists(predicted),
            (None, Some(gold)) => !exists(gold),
            (None, None) => false,
        }
    }

    /// Selects the entity of a case on the canvas.
    pub fn go_to_case(&mut self, case: &Case) {
        let Some(entity) = case.entity() else { return };
        let span = self.span_of(case, entity, LabelId::default());
        if let Some(index) = self.sentence_index_at(case.sentence.document, span.start) {
            self.go_to_sentence(index);
            self.select_span(span);
        }
    }
}

impl Writer<'_> {
    /// Replaces the gold entity of a case by the prediction of a model. Returns the edit of the spans, or `None` if
    /// nothing changes.
    pub fn use_prediction(&mut self, case: &Case, labels: &[String], model: &str) -> Option<Edit> {
        let (mut edits, spans) = self.prediction_edits(case, labels, model)?;
        edits.push(spans.clone());
        let edit = match edits.len() {
            1 => spans.clone(),
            _ => Edit::Group { title: EditTitle::new(EditTitleKind::TakeSide, [model.to_owned()]), edits },
        };
        self.apply(edit).then_some(spans)
    }

    /// Returns the edits before the edit of the spans (a new label, decided suggestions), and the edit of the spans.
    fn prediction_edits(&mut self, case: &Case, labels: &[String], model: &str) -> Option<(Vec<Edit>, Edit)> {
        if case.outcome == Outcome::Correct {
            return None;
        }
        let document = case.sentence.document;
        let name = |entity: &CaseEntity| labels.get(entity.range.label).cloned();
        let mut removed = match &case.gold {
            Some(gold) => self.spans_of(case, gold, &name(gold)?),
            None => Vec::new(),
        };
        let (mut edits, mut added) = (Vec::new(), Vec::new());
        if let Some(predicted) = &case.predicted {
            let name = name(predicted)?;
            if self.spans_of(case, predicted, &name).is_empty() {
                let label = label_for(&mut self.corpus().labels.clone(), &name, &mut edits)?;
                let agent = self.intern_agent(model).filter(|_| predicted.score.is_some());
                let score = predicted.score.unwrap_or(1.0);
                let origin = agent.map_or(Origin::Human, |agent| Origin::suggested(agent, score));
                added.push(Span { origin, ..self.span_of(case, predicted, label) });
            }
        }
        if removed.is_empty() && added.is_empty() {
            return None;
        }
        removed.extend(self.replaced_spans(&self.corpus().document(document).spans, &added));
        removed.sort_unstable();
        removed.dedup();
        let decided = self.replaced_spans(&self.corpus().document(document).suggestions, &added);
        if !decided.is_empty() {
            edits.push(Edit::Suggestions { document, removed: decided, added: Vec::new() });
        }
        Some((edits, Edit::Spans { document, removed, added }))
    }
}
