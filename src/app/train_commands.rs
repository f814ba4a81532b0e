//! Commands of the form of the next run.

use super::data_page;
use super::effect::Effect;
use super::page_commands::TrainCommand;
use super::requests::{Purpose, Slot};
use super::runs::{resume, run_preview};
use super::state::App;
use super::subwords::request_subwords;
use crate::hub::ModelRef;
use crate::session::results::Measurements;
use crate::train::TrainingArguments;
use crate::train::arguments::small_data_preset;
use crate::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use crate::worker::{InteractiveWork, Work};

/// Runs a command of the form.
pub(super) fn run_command(app: &mut App, command: TrainCommand, effects: &mut Vec<Effect>) {
    match command {
        TrainCommand::SetBaseModel(base) => {
            app.train_page.base = base;
            app.train_page.model_info = None;
            app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
            inspect_base_model(app, effects);
            data_page::invalidate_report(app, effects);
        }
        TrainCommand::SetNumber(field, text) => {
            // `max_length` changes which spans are truncated, so the report is outdated.
            app.train_page.set_input(field, text);
            clear_estimate(app);
            if NUMBER_SETTINGS[field].name == "max_length" {
                data_page::invalidate_report(app, effects);
            }
        }
        TrainCommand::SetLabelAllSubwords(on) => {
            app.train_page.arguments.label_all_subwords = on;
            clear_estimate(app);
            request_subwords(app, effects);
        }
        TrainCommand::SetEnum(choice, option) => {
            (ENUM_SETTINGS[choice].set)(&mut app.train_page.arguments, option);
            clear_estimate(app);
        }
        TrainCommand::ResetRunSettings => {
            app.train_page.set_arguments(TrainingArguments::default());
            app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
            data_page::invalidate_report(app, effects);
            request_subwords(app, effects);
        }
        TrainCommand::ResumeRun(number) => resume(app, number, effects),
        TrainCommand::SetNewHead(on) => {
            app.train_page.arguments.new_head = on;
            app.session.iter_mut().for_each(|session| session.measurements = Measurements::default());
        }
        TrainCommand::Device(device) => {
            app.train_page.arguments.device = device;
            clear_estimate(app);
        }
        TrainCommand::ApplyLearningRate(rate) => {
            app.session.iter_mut().for_each(|session| session.measurements.lr_sweep = None);
            let field = NUMBER_SETTINGS.iter().position(|f| f.name == "learning_rate");
            if let (Some(rate), Some(field)) = (rate, field) {
                app.train_page.set_input(field, format!("{rate:e}"));
                clear_estimate(app);
            }
        }
        TrainCommand::ApplySmallDataPreset => {
            let sentences = app.session.as_ref().map_or(0, |session| run_preview(app, session).n_train);
            let recipe = small_data_preset(sentences, &app.train_page.arguments);
            app.train_page.set_arguments(recipe);
            clear_estimate(app);
        }
    }
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
