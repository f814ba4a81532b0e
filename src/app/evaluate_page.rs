//! The Evaluate page: requests the scores of a model on a split, or the comparison of two models.

use super::editing::{set_review, writer};
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::EvaluateCommand;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::corpus::{ReviewState, SentenceId};
use crate::eval::errors::CaseEntity;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evaluation::{ComparisonResult, EvaluateView, Evaluation, EvaluationResult};
use crate::session::evidence::{Decision, EvidenceItem, EvidenceList, EvidenceSource};
use crate::worker::{BackgroundWork, ComparedModel, Evaluated, InteractiveWork, ModelsCompared, Work};

/// Requests the scores of the selected model on the selected split.
pub(super) fn evaluate(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(sentences) = sentences_of_split(app) else { return };
    let model = app.evaluation_model.clone();
    let Some(session) = &mut app.session else { return };
    show_view(&mut session.evaluation, EvaluateView::Errors);
    let purpose = Purpose::Evaluate(sentences.len());
    let (split, corpus, stamp) = (session.evaluation.split, session.corpus().clone(), session.stamp());
    let labels = session.label_map(&model);
    let work = BackgroundWork::Evaluate { model, labels, split, corpus, sentences, stamp };
    app.requests.submit(purpose, Work::Background(work), effects);
    app.page = Page::Evaluate;
}

/// Requests the comparison of the selected models on the selected split.
pub(super) fn compare(app: &mut App, effects: &mut Vec<Effect>) {
    // The files of a model can have changed since its last evaluation.
    request_comparison(app, false, effects);
}

fn request_comparison(app: &mut App, uses_known_predictions: bool, effects: &mut Vec<Effect>) {
    app.page = Page::Evaluate;
    let Some(session) = &mut app.session else { return };
    show_view(&mut session.evaluation, EvaluateView::Comparison);
    let Some(second) = session.evaluation.second_model.clone() else { return };
    let Some(sentences) = sentences_of_split(app) else { return };
    let first = app.evaluation_model.clone();
    let Some(session) = &mut app.session else { return };
    let evaluation = &session.evaluation;
    let models = [first, second].map(|model| {
        let known = evaluation.predictions_of(&model, evaluation.split).filter(|_| uses_known_predictions);
        ComparedModel { labels: session.label_map(&model), model, known }
    });
    let n_unknown = models.iter().filter(|compared| compared.known.is_none()).count();
    let purpose = Purpose::Evaluate(n_unknown * sentences.len());
    let (split, corpus, stamp) = (evaluation.split, session.corpus().clone(), session.stamp());
    let work = BackgroundWork::CompareModels { models, split, corpus, sentences, stamp };
    app.requests.submit(purpose, Work::Background(work), effects);
}

/// Returns the sentences of the selected split. Notifies the user if it is empty.
fn sentences_of_split(app: &mut App) -> Option<Vec<SentenceId>> {
    let session = app.session.as_mut()?;
    session.evaluation.error = None;
    let split = session.evaluation.split;
    let sentences = session.corpus().sentences(Some(split));
    if sentences.is_empty() {
        let text = tr!("No {split} split", split = split.name());
        app.notifications.push(Notification::error(tr!("Nothing to evaluate"), text));
        return None;
    }
    Some(sentences)
}

fn show_view(evaluation: &mut Evaluation, view: EvaluateView) {
    if evaluation.view != view {
        evaluation.view = view;
        evaluation.evidence = None;
    }
}

/// Stores the result of an evaluation.
pub(super) fn on_evaluated(app: &mut App, evaluated: Evaluated, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Evaluated { model, split, stamp, metrics, predictions, errors } = evaluated;
    let first_f1 = errors.overall.score.f1;
    let result = EvaluationResult { model, split, metrics, predictions, errors, stamp, first_f1 };
    session.evaluation.result = Some(Box::new(result));
    on_new_numbers(app, EvaluateView::Errors, effects);
}

/// Closes the list of the earlier numbers of a view, and drops a pending answer about them.
fn on_new_numbers(app: &mut App, view: EvaluateView, effects: &mut Vec<Effect>) {
    app.requests.cancel(Slot::Errors, effects);
    if let Some(evaluation) = app.session.as_mut().map(|session| &mut session.evaluation)
        && evaluation.view == view
    {
        evaluation.evidence = None;
    }
}

/// Stores the comparison of two models.
pub(super) fn on_models_compared(app: &mut App, compared: ModelsCompared, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let ModelsCompared { models, split, stamp, comparison, seconds } = compared;
    let sources = models.map(|(model, predictions)| EvidenceSource { model, predictions });
    let result = ComparisonResult { sources, split, comparison, stamp, seconds };
    session.evaluation.comparison = Some(Box::new(result));
    on_new_numbers(app, EvaluateView::Comparison, effects);
}

/// Requests the numbers for the current labels, if the Evaluate page shows the numbers for earlier labels. Reopens
/// decisions whose edit was undone.
pub(super) fn request_errors(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = app.session.as_mut().filter(|_| app.page == Page::Evaluate) else { return };
    let stamp = session.stamp();
    if session.evaluation.stamp().is_none_or(|of| of == stamp) {
        return;
    }
    reopen_undone_decisions(session);
    let purpose = Purpose::AnalyzeErrors(stamp);
    if app.requests.pending(Slot::Errors).is_some_and(|pending| pending.purpose == purpose) {
        return;
    }
    let corpus = session.corpus().clone();
    let evaluation = &session.evaluation;
    let work = match (evaluation.view, &evaluation.result, &evaluation.comparison) {
        (EvaluateView::Errors, Some(result), _) => {
            InteractiveWork::AnalyzeErrors { corpus, predictions: result.predictions.clone(), stamp }
        }
        (EvaluateView::Comparison, _, Some(result)) => {
            let predictions = result.sources.each_ref().map(|source| source.predictions.clone());
            InteractiveWork::CompareErrors { corpus, predictions, stamp }
        }
        (EvaluateView::Errors, None, _) | (EvaluateView::Comparison, _, None) => return,
    };
    app.requests.submit(purpose, Work::Interactive(work), effects);
}

/// Closes the list if a label of its cases was renamed or removed.
fn reopen_undone_decisions(session: &mut Session) {
    let Some(mut list) = session.evaluation.evidence.take() else { return };
    let known = &session.corpus().labels;
    let is_missing = |entity: &CaseEntity| list.labels.get(entity.range.label).is_none_or(|l| known.id(l).is_none());
    let mut gold = list.items.iter().flat_map(|item| &item.cases).filter_map(|case| case.gold.as_ref());
    if gold.any(is_missing) {
        return;
    }
    for index in 0..list.items.len() {
        let item = &list.items[index];
        let Some(Decision::UsedPrediction(model)) = item.decision else { continue };
        if !item.cases.get(model).is_some_and(|case| session.has_prediction_of(case, &list.labels)) {
            list.reopen(index);
        }
    }
    session.evaluation.evidence = Some(list);
}

/// Runs a function on the list of sentences of a number.
pub(super) fn on_cases(app: &mut App, run: impl FnOnce(&mut EvidenceList)) {
    if let Some(list) = app.session.as_mut().and_then(|session| session.evaluation.evidence.as_mut()) {
        run(list);
    }
}

/// Closes the list of sentences.
pub(super) fn close_cases(app: &mut App) {
    if let Some(session) = &mut app.session {
        session.evaluation.evidence = None;
    }
}

/// Returns an item of the list, and the list.
fn item_of(app: &App, index: Option<usize>) -> Option<(&EvidenceItem, &EvidenceList)> {
    let list = app.session.as_ref()?.evaluation.evidence.as_ref()?;
    Some((list.items.get(index.or(list.current())?)?, list))
}

/// Replaces the gold labels of the current case by the prediction of a model; of the last one if `model` is `None`.
pub(super) fn use_prediction(app: &mut App, model: Option<usize>, effects: &mut Vec<Effect>) {
    let Some((item, list)) = item_of(app, None) else { return };
    let is_decided = item.decision.is_some();
    let model = model.unwrap_or(list.sources.len() - 1);
    let (Some(case), Some(source)) = (item.cases.get(model), list.sources.get(model)) else { return };
    let (case, labels, name) = (case.clone(), list.labels.clone(), app.agent_name(&source.model));
    if is_decided {
        reopen_current(app, effects);
    }
    let Some(session) = &mut app.session else { return };
    let Some(mut writer) = writer(session, effects) else { return };
    match writer.use_prediction(&case, &labels, &name) {
        Some(edit) => on_cases(app, |cases| cases.decide(Decision::UsedPrediction(model), Some(edit))),
        None => on_cases(app, |cases| cases.step(true)),
    }
}

/// Keeps the gold label of the current case.
pub(super) fn keep_gold(app: &mut App, effects: &mut Vec<Effect>) {
    reopen_current(app, effects);
    on_cases(app, |cases| cases.decide(Decision::KeptGold, None));
}

fn reopen_current(app: &mut App, effects: &mut Vec<Effect>) {
    let list = app.session.as_ref().and_then(|session| session.evaluation.evidence.as_ref());
    if let Some(current) = list.and_then(EvidenceList::current) {
        reopen(app, current, effects);
    }
}

/// Removes the decision about an item of the list. The labels of a used prediction are replaced by the earlier ones.
fn reopen(app: &mut App, index: usize, effects: &mut Vec<Effect>) {
    let Some((item, _)) = item_of(app, Some(index)) else { return };
    if let Some(edit) = &item.edit {
        let inverse = edit.inverse();
        let Some(session) = &mut app.session else { return };
        let Some(mut writer) = writer(session, effects) else { return };
        writer.apply(inverse);
    }
    on_cases(app, |cases| cases.reopen(index));
}

/// Shows the current case on the canvas.
pub(super) fn open_case(app: &mut App) {
    let Some((item, _)) = item_of(app, None) else { return };
    let case = item.cases.iter().rev().find(|case| case.entity().is_some()).cloned();
    let (Some(case), Some(session)) = (case, &mut app.session) else { return };
    session.go_to_case(&case);
    app.page = Page::Annotate;
}

/// Flags the sentence of the current case, or removes the flag.
pub(super) fn flag_case(app: &mut App, effects: &mut Vec<Effect>) {
    let id = item_of(app, None).map(|(item, _)| item.sentence);
    let (Some(id), Some(session)) = (id, &mut app.session) else { return };
    let before = session.corpus().review(id);
    let after = ReviewState { flagged: !before.flagged, ..before };
    set_review(session, id, after, effects);
}

/// Runs a command of the page.
pub(super) fn run_command(app: &mut App, command: EvaluateCommand, effects: &mut Vec<Effect>) {
    let Some(evaluation) = app.session.as_mut().map(|session| &mut session.evaluation) else { return };
    match command {
        EvaluateCommand::SetEvalModel(model) => app.evaluation_model = model,
        EvaluateCommand::SetSecondModel(model) => evaluation.second_model = Some(model),
        EvaluateCommand::SwapModels => {
            if let Some(second) = &mut evaluation.second_model {
                std::mem::swap(second, &mut app.evaluation_model);
                if evaluation.comparison.is_some() {
                    request_comparison(app, true, effects);
                }
            }
        }
        EvaluateCommand::SetEvaluateView(view) => show_view(evaluation, view),
        EvaluateCommand::SetEvalSplit(split) => evaluation.split = split,
        EvaluateCommand::CancelEvaluation => app.requests.cancel(Slot::Evaluation, effects),
        EvaluateCommand::ShowCases(filter) => evaluation.show_cases(filter),
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
