//! Saved searches, and snapshots of all labels.

use super::command::Command;
use super::editing::writer;
use super::effect::Effect;
use super::state::App;
use crate::clock::unix_now;
use crate::corpus::LabelSnapshot;
use crate::project::SavedSearch;
use crate::session::Session;
use std::sync::Arc;

/// Returns the number of changed sentences for each snapshot.
pub(super) fn count_changed_since(session: &Session) -> Vec<usize> {
    session.snapshots.iter().map(|s| s.changed_sentences(session.corpus()).len()).collect()
}

/// Saves or deletes a search or a snapshot, or restores a snapshot.
pub(super) fn run_command(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    app.prompt = None;
    let Some(session) = &mut app.session else { return };
    let Some(mut writer) = writer(session, effects) else { return };
    match command {
        Command::SaveSearch(name) => {
            let query = writer.filter.text.clone();
            writer.save_search(SavedSearch { name, query });
        }
        Command::DeleteSearch(name) => writer.delete_search(name),
        Command::TakeSnapshot(name) => {
            // Queries name the snapshot in double quotes, so the name must not contain them.
            let snapshot = LabelSnapshot::capture(writer.corpus(), name.replace('"', "'"), unix_now());
            writer.add_snapshot(Arc::new(snapshot));
            app.snapshots = Some(count_changed_since(&writer));
        }
        Command::DeleteSnapshot(name) => {
            writer.delete_snapshot(name);
            app.snapshots = Some(count_changed_since(&writer));
        }
        Command::RestoreSnapshot(name) => {
            let snapshot = writer.snapshots.iter().find(|s| s.name == name);
            if let Some(edit) = snapshot.and_then(|s| s.restore(writer.corpus())) {
                writer.apply(edit);
            }
        }
        _ => {}
    }
}
