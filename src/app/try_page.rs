//! The Try page: a text and the entities that a model finds in it.

use super::effect::Effect;
use super::page_commands::TryCommand;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::hub::ModelRef;
use crate::worker::{InteractiveWork, Work};

/// Runs a command of the page.
pub(super) fn run_command(app: &mut App, command: TryCommand, effects: &mut Vec<Effect>) {
    match command {
        TryCommand::SetTryText(text) => {
            app.try_page.text = text;
            request_prediction(app, effects);
        }
        TryCommand::SetTryModel(model) => select_model(app, model, effects),
    }
}

/// Selects a model. The entities are requested when the page is visible.
pub(super) fn select_model(app: &mut App, model: ModelRef, effects: &mut Vec<Effect>) {
    app.try_page.model = model;
    app.try_page.analyzed_model = None;
    app.requests.cancel(Slot::Prediction, effects);
    if app.page == Page::Try {
        request_prediction(app, effects);
    }
}

/// Requests the entities if the visible ones belong to another model or text.
pub(super) fn on_entered(app: &mut App, effects: &mut Vec<Effect>) {
    if !app.try_page.is_current() && !app.requests.is_pending(Slot::Prediction) {
        request_prediction(app, effects);
    }
}

fn request_prediction(app: &mut App, effects: &mut Vec<Effect>) {
    let t = &mut app.try_page;
    t.failure = None;
    let work = InteractiveWork::Predict { model: t.model.clone(), text: t.text.clone() };
    app.requests.submit(Purpose::Predict, Work::Interactive(work), effects);
}
