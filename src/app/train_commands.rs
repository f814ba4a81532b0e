//! Commands of the form of the next run.

use super::data_page;
use super::effect::Effect;
use super::page_commands::TrainCommand;
use super::requests::{Purpose, Slot};
use super::runs::run_preview;
use super::state::App;
use super::train_page::BaseModelInput;
use crate::corpus::DataSelection;
use crate::hub::ModelRef;
use crate::session::results::Measurements;
use crate::train::TrainingArguments;
use crate::train::arguments::small_data_preset;
use crate::train::settings::setting;
use crate::train::settings::table::{LEARNING_RATE, MAX_LENGTH, NEW_HEAD};
use crate::worker::{InteractiveWork, Work};

/// Runs a command of the form.
pub(super) fn run_command(app: &mut App, command: TrainCommand, effects: &mut Vec<Effect>) {
    match command {
        TrainCommand::SetBaseModel(base) => {
            app.train_page.base = base;
            app.train_page.model_info = None;
            clear_measurements(app);
            inspect_base_model(app, effects);
            data_page::invalidate_report(app, effects);
        }
        TrainCommand::Set(id, text) => set(app, id, text, effects),
        TrainCommand::ResetRunSettings => {
            app.train_page.set_arguments(TrainingArguments::default());
            app.train_page.selection = DataSelection::default();
            clear_measurements(app);
            data_page::invalidate_report(app, effects);
        }
        TrainCommand::SetSelection(selection) => {
            app.train_page.selection = selection;
            clear_estimate(app);
        }
        TrainCommand::SetNextRunName(name) => app.train_page.name = name,
        TrainCommand::Device(device) => {
            app.train_page.arguments.device = device;
            clear_estimate(app);
        }
        TrainCommand::ApplyLearningRate(rate) => {
            app.session.iter_mut().for_each(|session| session.measurements.lr_sweep = None);
            if let Some(rate) = rate {
                set(app, LEARNING_RATE, format!("{rate:e}"), effects);
            }
        }
        TrainCommand::ApplySmallDataPreset => {
            let preview = app.session.as_ref().and_then(|session| run_preview(app, session));
            let Some(sentences) = preview.map(|preview| preview.n_train) else { return };
            let recipe = small_data_preset(sentences, &app.train_page.arguments);
            app.train_page.set_arguments(recipe);
            clear_estimate(app);
        }
    }
}

/// Fills the form. The device is unchanged, and the base model is not read.
pub(super) fn fill_form(app: &mut App, base: BaseModelInput, arguments: TrainingArguments, selection: DataSelection) {
    let form = &mut app.train_page;
    let device = form.arguments.device;
    form.set_arguments(TrainingArguments { device, ..arguments });
    form.selection = selection;
    if form.base != base {
        (form.base, form.model_info) = (base, None);
    }
    clear_measurements(app);
}

/// Sets a setting, and discards results that depend on it.
fn set(app: &mut App, id: &str, text: String, effects: &mut Vec<Effect>) {
    let Some(setting) = setting(id) else { return };
    app.train_page.set_input(setting, text);
    clear_estimate(app);
    match id {
        // The maximum length decides which spans are truncated, so the report is outdated.
        MAX_LENGTH => data_page::invalidate_report(app, effects),
        NEW_HEAD => clear_measurements(app),
        _ => {}
    }
}

/// Discards all measurements for the next run.
fn clear_measurements(app: &mut App) {
    app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
}

/// Discards the estimated cost of a run, because the settings have changed.
fn clear_estimate(app: &mut App) {
    app.session.iter_mut().for_each(|session| session.measurements.estimate = None);
}

/// Reads the properties of the selected base model. The previous ones stay visible.
pub(super) fn inspect_base_model(app: &mut App, effects: &mut Vec<Effect>) {
    // A model of the hub is read only if it is in the cache. Typing its name starts no download.
    match app.train_page.base.name() {
        Some(model) if !matches!(model, ModelRef::Hub(_)) => {
            app.requests.submit(Purpose::Inspect, Work::Interactive(InteractiveWork::Inspect(model)), effects);
        }
        _ => app.requests.cancel(Slot::Inspection, effects),
    }
}
