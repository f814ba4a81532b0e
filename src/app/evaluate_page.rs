//! The Evaluate page: requests the scores of a model on a split, and decisions about single errors.

use super::editing::{set_review, writer};
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::EvaluateCommand;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::corpus::ReviewState;
use crate::i18n::tr;
use crate::session::evaluation::EvaluationResult;
use crate::session::evidence::{Decision, EvidenceList};
use crate::worker::{BackgroundWork, Evaluated, InteractiveWork, Work};

/// Requests the scores of the selected model on the selected split.
pub(super) fn evaluate(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let (model, split) = (app.evaluation_model.clone(), session.evaluation.split);
    let sentences = session.corpus().sentences(Some(split));
    if sentences.is_empty() {
        let text = tr!("No {split} split", split = split.name());
        return app.notifications.push(Notification::error(tr!("Nothing to evaluate"), text));
    }
    app.page = Page::Evaluate;
    session.evaluation.error = None;
    let purpose = Purpose::Evaluate(sentences.len());
    let (corpus, stamp) = (session.corpus().clone(), session.stamp());
    let work = BackgroundWork::Evaluate { model, split, corpus, sentences, stamp };
    app.requests.submit(purpose, Work::Background(work), effects);
}

/// Stores the result of an evaluation.
pub(super) fn on_evaluated(app: &mut App, evaluated: Evaluated) {
    let Some(session) = &mut app.session else { return };
    let Evaluated { model, split, stamp, metrics, predictions, errors } = evaluated;
    let first_f1 = errors.overall.score.f1;
    let result = EvaluationResult { model, split, metrics, predictions, errors, stamp, first_f1, evidence: None };
    session.evaluation.result = Some(Box::new(result));
}

/// Requests the errors for the current labels, if the Evaluate page shows the errors for earlier labels. Reopens decisions
/// whose edit was undone.
pub(super) fn request_errors(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = app.session.as_mut().filter(|_| app.page == Page::Evaluate) else { return };
    let stamp = session.stamp();
    let Some(mut result) = session.evaluation.result.take_if(|result| result.stamp != stamp) else { return };
    if let Some(EvidenceList { labels, items, .. }) = &mut result.evidence {
        for item in items {
            if item.decision == Some(Decision::UsedPrediction) && !session.has_prediction_of(&item.case, labels) {
                item.decision = None;
            }
        }
    }
    let (corpus, predictions) = (session.corpus().clone(), result.predictions.clone());
    session.evaluation.result = Some(result);
    let purpose = Purpose::AnalyzeErrors(stamp);
    if app.requests.pending(Slot::Errors).is_none_or(|pending| pending.purpose != purpose) {
        let work = InteractiveWork::AnalyzeErrors { corpus, predictions, stamp };
        app.requests.submit(purpose, Work::Interactive(work), effects);
    }
}

/// Runs a function on the list of sentences of a number.
pub(super) fn on_cases(app: &mut App, run: impl FnOnce(&mut EvidenceList)) {
    let result = app.session.as_mut().and_then(|session| session.evaluation.result.as_mut());
    if let Some(list) = result.and_then(|result| result.evidence.as_mut()) {
        run(list);
    }
}

/// Closes the list of sentences.
pub(super) fn close_cases(app: &mut App) {
    if let Some(result) = app.session.as_mut().and_then(|session| session.evaluation.result.as_mut()) {
        result.evidence = None;
    }
}

/// Replaces the gold labels of the current case by the prediction.
pub(super) fn use_prediction(app: &mut App, effects: &mut Vec<Effect>) {
    let name = stored_name(app);
    let Some(session) = &mut app.session else { return };
    let list = session.evaluation.result.as_ref().and_then(|result| result.evidence.as_ref());
    let Some((case, labels)) = list.and_then(|list| Some((list.current_item()?.case.clone(), list.labels.clone())))
    else {
        return;
    };
    let Some(mut writer) = writer(session, effects) else { return };
    if writer.use_prediction(&case, &labels, &name) {
        on_cases(app, |cases| cases.decide(Decision::UsedPrediction));
    } else {
        on_cases(app, |cases| cases.step(true));
    }
}

/// Removes the decision about an item of the list. The labels of a used prediction are replaced by the earlier ones.
fn reopen(app: &mut App, index: usize, effects: &mut Vec<Effect>) {
    let name = stored_name(app);
    let Some(session) = &mut app.session else { return };
    let list = session.evaluation.result.as_ref().and_then(|result| result.evidence.as_ref());
    let Some((item, labels)) = list.and_then(|list| Some((list.items.get(index)?.clone(), list.labels.clone()))) else {
        return;
    };
    if item.decision == Some(Decision::UsedPrediction) {
        let Some(mut writer) = writer(session, effects) else { return };
        writer.restore_gold(&item.case, &labels, &name);
    }
    on_cases(app, |cases| cases.reopen(index));
}

/// Returns the name of the evaluated model as stored with its labels.
fn stored_name(app: &App) -> String {
    let result = app.session.as_ref().and_then(|session| session.evaluation.result.as_ref());
    result.map(|result| app.agent_name(&result.model)).unwrap_or_default()
}

/// Shows the current case on the canvas.
pub(super) fn open_case(app: &mut App) {
    let Some(session) = &mut app.session else { return };
    let list = session.evaluation.result.as_ref().and_then(|result| result.evidence.as_ref());
    let Some(case) = list.and_then(|list| Some(list.current_item()?.case.clone())) else { return };
    session.go_to_case(&case);
    app.page = Page::Annotate;
}

/// Flags the sentence of the current case, or removes the flag.
pub(super) fn flag_case(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let list = session.evaluation.result.as_ref().and_then(|result| result.evidence.as_ref());
    let Some(id) = list.and_then(|list| Some(list.current_item()?.case.sentence)) else { return };
    let before = session.corpus().review(id);
    let after = ReviewState { flagged: !before.flagged, ..before };
    set_review(session, id, after, effects);
}

/// Runs a command of the page.
pub(super) fn run_command(app: &mut App, command: EvaluateCommand, effects: &mut Vec<Effect>) {
    match command {
        EvaluateCommand::SetEvalModel(model) => app.evaluation_model = model,
        EvaluateCommand::SetEvalSplit(split) => {
            if let Some(session) = &mut app.session {
                session.evaluation.split = split;
            }
        }
        EvaluateCommand::CancelEvaluation => app.requests.cancel(Slot::Evaluation, effects),
        EvaluateCommand::ShowCases(filter) => {
            if let Some(result) = app.session.as_mut().and_then(|session| session.evaluation.result.as_mut()) {
                result.evidence = Some(EvidenceList::new(filter, &result.errors));
            }
        }
        EvaluateCommand::SetEvidenceOrder(order) => on_cases(app, |cases| cases.set_order(order)),
        EvaluateCommand::SetEvidencePart(part) => on_cases(app, |cases| cases.set_part(part)),
        EvaluateCommand::SelectCase(index) => on_cases(app, |cases| cases.select(index)),
        EvaluateCommand::ReopenCase(index) => reopen(app, index, effects),
        EvaluateCommand::ShowTestSentences => {
            app.settings.show_test_sentences = true;
            effects.push(Effect::StoreSettings);
        }
    }
}
