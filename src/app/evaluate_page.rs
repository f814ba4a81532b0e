//! The Evaluate page: requests the scores of a model on a split.

use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::EvaluateCommand;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::i18n::tr;
use crate::worker::{BackgroundWork, Work};

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
    let work = BackgroundWork::Evaluate { model, split, corpus: session.corpus().clone(), sentences };
    app.requests.submit(purpose, Work::Background(work), effects);
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
    }
}
