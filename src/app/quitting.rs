//! Closing of the window while a run is in progress.

use super::dialogs::Dialog;
use super::effect::Effect;
use super::quit_choice::QuitChoice;
use super::runs::control;
use super::state::App;
use crate::train::event::TrainerControl;

/// Closes the window as the user has chosen.
pub(super) fn quit(app: &mut App, choice: QuitChoice, effects: &mut Vec<Effect>) {
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Quitting));
    app.quitting = Some(choice);
    match choice {
        QuitChoice::SuspendRun => effects.push(Effect::CloseWindow),
        QuitChoice::StopRun => control(app, effects, |_| TrainerControl::Stop),
    }
    close_after_run(app, effects);
}

/// Closes the window if the stopped run has ended. Closes the question if the run has ended without an answer.
pub(super) fn close_after_run(app: &mut App, effects: &mut Vec<Effect>) {
    if app.active_run().is_some() {
        return;
    }
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Quitting));
    if app.quitting == Some(QuitChoice::StopRun) {
        app.quitting = None;
        effects.push(Effect::CloseWindow);
    }
}
