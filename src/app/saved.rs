//! Saved searches, and snapshots of all labels.

use super::dialogs::Dialog;
use super::editing::writer;
use super::effect::Effect;
use super::page_commands::SavedCommand;
use super::requests::Purpose;
use super::state::App;
use crate::clock::unix_now;
use crate::corpus::LabelSnapshot;
use crate::project::SavedSearch;
use crate::worker::{InteractiveWork, Work};
use std::sync::Arc;

/// Opens the dialog of snapshots, and requests the number of sentences that have changed since each.
pub(super) fn open_snapshots(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    app.dialogs.open(Dialog::Snapshots(Vec::new()));
    let (corpus, snapshots) = (session.corpus().clone(), session.snapshots().to_vec());
    let work = InteractiveWork::CompareSnapshots { corpus, snapshots };
    app.requests.submit(Purpose::CompareSnapshots, Work::Interactive(work), effects);
}

/// Saves or deletes a search or a snapshot, or restores a snapshot.
pub(super) fn run_command(app: &mut App, command: SavedCommand, effects: &mut Vec<Effect>) {
    app.dialogs.close_prompt();
    let Some(session) = &mut app.session else { return };
    let Some(mut writer) = writer(session, effects) else { return };
    match command {
        SavedCommand::SaveSearch(name) => {
            let query = writer.filter.text.clone();
            writer.save_search(SavedSearch { name, query });
        }
        SavedCommand::DeleteSearch(name) => writer.delete_search(name),
        SavedCommand::TakeSnapshot(name) => {
            // Queries name the snapshot in double quotes, so the name must not contain them.
            let snapshot = LabelSnapshot::capture(writer.corpus(), name.replace('"', "'"), unix_now());
            writer.add_snapshot(Arc::new(snapshot));
            open_snapshots(app, effects);
        }
        SavedCommand::DeleteSnapshot(name) => {
            let index = writer.snapshots().iter().position(|s| s.name == name);
            if let (Some(index), Some(Dialog::Snapshots(changes))) = (index, app.dialogs.get_mut())
                && index < changes.len()
            {
                changes.remove(index);
            }
            writer.delete_snapshot(name);
        }
        SavedCommand::RestoreSnapshot(name) => {
            let snapshot = writer.snapshots().iter().find(|s| s.name == name);
            if let Some(edit) = snapshot.and_then(|s| s.restore(writer.corpus())) {
                writer.apply(edit);
            }
        }
    }
}
