//! Place of the user: it is stored with the project, and restored when the dataset is opened again.

use super::effect::Effect;
use super::navigation;
use super::pages::Page;
use super::state::App;
use super::train_commands::fill_form;
use super::train_page::{BaseModelInput, TrainForm};
use crate::project::{Place, RunForm};
use crate::session::Session;
use crate::train::settings;

/// Stores the place in the open dataset.
pub fn store(app: &mut App) {
    let form = &app.train_page;
    let run_form =
        RunForm { base: form.base.stored(), settings: settings::to_map(&form.arguments), selection: form.selection };
    let is_default = run_form == default_form();
    let page = app.page.id().to_owned();
    if let Some(Ok(mut writer)) = app.session.as_mut().map(Session::writer) {
        let place = writer.current_place();
        writer.set_place(Place { page, form: (!is_default).then_some(run_form), ..place });
    }
}

fn default_form() -> RunForm {
    let form = TrainForm::default();
    RunForm { base: String::new(), settings: settings::to_map(&form.arguments), selection: form.selection }
}

/// Restores the place in the dataset that was opened; also the page, if the dataset is opened at the start of the program.
pub(super) fn restore(app: &mut App, restores_page: bool, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    session.restore_place();
    let place = session.stored_place().clone();
    app.train_page.name.clear();
    let form = place.form.unwrap_or_else(default_form);
    match settings::from_map(&form.settings) {
        Ok(arguments) => fill_form(app, BaseModelInput::parse(&form.base), arguments, form.selection),
        Err(error) => log::info!("the stored form is not used: {error}"),
    }
    if let Some(page) = Page::from_id(&place.page).filter(|_| restores_page) {
        app.page = page;
    }
    navigation::on_entered(app, effects);
}
