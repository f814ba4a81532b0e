//! Labels of a model that the dataset does not have: the user chooses a label of the dataset for each before the model is
//! used.

use super::action::Action;
use super::dialogs::{Dialog, LabelMapDialog};
use super::editing::writer;
use super::effect::Effect;
use super::page_commands::LabelMapCommand;
use super::requests::Purpose;
use super::state::App;
use crate::corpus::label_guess::guess;
use crate::corpus::relabel::LabelMap;
use crate::hub::ModelRef;
use crate::session::evaluation::EvaluateView;

/// Asks the user for the labels of a model, because the request for this purpose needs them.
pub(super) fn on_labels_differ(app: &mut App, purpose: &Purpose, model: ModelRef, labels: Vec<String>) {
    let Some(session) = &app.session else { return };
    let action = if matches!(purpose, Purpose::Suggest(_)) {
        Action::Suggest
    } else if session.evaluation.view == EvaluateView::Comparison {
        Action::CompareModels
    } else {
        Action::Evaluate
    };
    let known = session.corpus().labels.names();
    let earlier = session.label_map(&model);
    let choice = |label: String| {
        let is_valid = |name: &String| *name == label || known.contains(name);
        let target = match earlier.get(&label) {
            Some(target) if target.as_ref().is_none_or(is_valid) => target.clone(),
            // A dataset without labels gets the labels of the model.
            _ if known.is_empty() => Some(label.clone()),
            _ => guess(&label, &known).cloned(),
        };
        (label, target)
    };
    let choices = labels.into_iter().map(choice).collect();
    app.dialogs.announce(Dialog::LabelMap(LabelMapDialog { model, choices, action }));
}

/// Runs a command of the dialog. Returns the action to run with the new map.
pub(super) fn run_command(app: &mut App, command: LabelMapCommand, effects: &mut Vec<Effect>) -> Option<Action> {
    match command {
        LabelMapCommand::Choose(index, target) => {
            if let Some(Dialog::LabelMap(dialog)) = app.dialogs.get_mut()
                && let Some(choice) = dialog.choices.get_mut(index)
            {
                choice.1 = target;
            }
            None
        }
        LabelMapCommand::Apply => {
            let closed = app.dialogs.close_if(|dialog| matches!(dialog, Dialog::LabelMap(_)))?;
            let Dialog::LabelMap(LabelMapDialog { model, choices, action }) = closed else { return None };
            let session = app.session.as_mut()?;
            session.use_label_map(&model, choices.into_iter().collect::<LabelMap>());
            if !session.is_read_only()
                && let Some(mut writer) = writer(session, effects)
            {
                writer.store_label_maps();
            }
            Some(action)
        }
    }
}
