//! Draws the open dialog.

use super::{
    Commands, command_palette, export_dialog, fixing_dialog, history_dialog, import_dialog, label_map_dialog,
    leaving_dialog, matches_dialog, new_dataset_dialog, prompt_dialog, quitting_dialog, settings_dialog,
    shortcuts_dialog, snapshots_dialog, source_change_dialog, split_dialog,
};
use crate::app::dialogs::Dialog;
use crate::app::requests::Slot;
use crate::app::{App, Command};
use egui::Ui;
use std::mem::{Discriminant, discriminant};

/// Unfinished input of the open dialog. It is discarded when the dialog closes.
#[derive(Default)]
pub struct DialogInput {
    kind: Option<Discriminant<Dialog>>,
    palette: command_palette::PaletteState,
    prompt: prompt_dialog::PromptState,
    import: import_dialog::ImportDialogState,
    new_dataset: new_dataset_dialog::NewDatasetState,
    split: split_dialog::SplitDialogState,
    settings: settings_dialog::SettingsState,
    source_change: source_change_dialog::SourceChangeState,
}

impl DialogInput {
    /// Returns true if the next key press is recorded for a command.
    pub fn is_recording_key(&self) -> bool {
        self.settings.is_recording_key()
    }
}

/// Shows the open dialog over the page.
pub fn show(ui: &mut Ui, app: &App, input: &mut DialogInput, out: &mut Commands) {
    let open = app.dialogs.get();
    let kind = open.map(discriminant);
    // A question before closing can interrupt another dialog, which is shown again.
    if input.kind != kind && !matches!(open, Some(Dialog::Closing(_) | Dialog::Quitting)) {
        *input = DialogInput { kind, ..DialogInput::default() };
    }
    let is_loading = app.requests.is_pending(Slot::Dialog);
    match (open, &app.session) {
        (None, _) => {}
        (Some(Dialog::Palette), _) => command_palette::show(ui, app, &mut input.palette, out),
        (Some(Dialog::Shortcuts), _) => shortcuts_dialog::show(ui, app, out),
        (Some(Dialog::Settings), _) => settings_dialog::show(ui, app, &mut input.settings, out),
        (Some(Dialog::Closing(reason)), _) => leaving_dialog::show(ui, reason, out),
        (Some(Dialog::NewDataset), _) => {
            let is_opening = app.requests.is_pending(Slot::Opening);
            new_dataset_dialog::show(ui, is_opening, &mut input.new_dataset, out);
        }
        (Some(Dialog::Quitting), _) => quitting_dialog::show(ui, app, out),
        (Some(Dialog::SourceChange(change)), _) => {
            source_change_dialog::show(ui, change, &mut input.source_change, out);
        }
        (Some(Dialog::Import(preview)), _) => {
            let is_reading = app.requests.is_pending(Slot::Opening);
            import_dialog::show(ui, preview, is_reading, &mut input.import, out);
        }
        (Some(Dialog::History), Some(session)) => history_dialog::show(ui, session, out),
        (Some(Dialog::Prompt(prompt)), Some(session)) => {
            prompt_dialog::show(ui, session, *prompt, &mut input.prompt, out);
        }
        (Some(Dialog::LabelMap(mapping)), Some(session)) => {
            label_map_dialog::show(ui, session, mapping, &app.agent_name(&mapping.model), out);
        }
        (Some(Dialog::Split(dialog)), Some(session)) => {
            split_dialog::show(ui, session, dialog, &mut input.split, out);
        }
        (Some(Dialog::Matches(dialog)), Some(session)) => matches_dialog::show(ui, session, dialog, out),
        (Some(Dialog::Fixes(dialog)), Some(session)) => fixing_dialog::show(ui, session, dialog, out),
        (Some(Dialog::Snapshots(changes)), Some(session)) => {
            snapshots_dialog::show(ui, session, changes, out);
        }
        (Some(Dialog::Export(options)), Some(session)) => export_dialog::show(ui, session, options, is_loading, out),
        // These dialogs are about the open dataset, and close with it.
        (
            Some(
                Dialog::History
                | Dialog::Prompt(_)
                | Dialog::Matches(_)
                | Dialog::Fixes(_)
                | Dialog::Snapshots(_)
                | Dialog::Split(_)
                | Dialog::LabelMap(_)
                | Dialog::Export(_),
            ),
            None,
        ) => out.push(Command::CloseDialog),
    }
}
