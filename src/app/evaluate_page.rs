//! The Evaluate page: scores of a model on a split.

use super::effect::Effect;
use super::i18n::tr;
use super::notifications::Notification;
use super::requests::{Purpose, Slot};
use super::state::{App, Page};
use crate::corpus::Split;
use crate::hub::ModelRef;
use crate::predict::EvalMetrics;
use crate::worker::{BackgroundWork, Work};

/// State of the Evaluate page: inputs of the next evaluation, and the latest result.
#[derive(Debug)]
pub struct EvaluateState {
    /// Selected model.
    pub model: ModelRef,
    /// Selected split.
    pub split: Split,
    /// Latest scores, with their model and split.
    pub result: Option<(ModelRef, Split, Box<EvalMetrics>)>,
    /// Error of the last evaluation.
    pub error: Option<String>,
}

impl Default for EvaluateState {
    fn default() -> Self {
        Self { model: ModelRef::Starter, split: Split::Test, result: None, error: None }
    }
}

/// Requests the scores of the selected model on the selected split.
pub(super) fn evaluate(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(a) = &app.annotate else { return };
    let (model, split) = (app.evaluate_page.model.clone(), app.evaluate_page.split);
    let sentences = a.corpus.sentences(Some(split));
    if sentences.is_empty() {
        let text = tr!("No {split} split", split = split.name());
        return app.notifications.push(Notification::error(tr!("Nothing to evaluate"), text));
    }
    app.page = Page::Evaluate;
    app.evaluate_page.error = None;
    let purpose = Purpose::Evaluate(sentences.len());
    let work = BackgroundWork::Evaluate { model, split, corpus: a.corpus.clone(), sentences };
    app.requests.submit(purpose, Work::Background(work), effects);
}

/// Cancels the evaluation.
pub(super) fn cancel(app: &mut App, effects: &mut Vec<Effect>) {
    app.requests.cancel(Slot::Evaluation, effects);
}
