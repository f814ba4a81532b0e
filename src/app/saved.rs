//! Saved searches, and snapshots of all labels.

use super::annotate::Annotate;
use super::command::Command;
use super::effect::Effect;
use super::state::App;
use super::update::apply_edit;
use crate::clock::unix_now;
use crate::corpus::LabelSnapshot;
use crate::project::{SavedSearch, WriteOp};
use std::sync::Arc;

/// Returns the number of changed sentences for each snapshot.
pub(super) fn count_changed_since(a: &Annotate) -> Vec<usize> {
    a.snapshots.iter().map(|s| s.changed_sentences(&a.corpus).len()).collect()
}

/// Saves or deletes a search or a snapshot, or restores a snapshot.
pub(super) fn run_command(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    app.prompt = None;
    let Some(a) = &mut app.annotate else { return };
    match command {
        Command::SaveSearch(name) => {
            let view = SavedSearch { name: name.clone(), query: a.filter.text.clone() };
            effects.push(Effect::Commit(WriteOp::SavedSearch(name, Some(view.query.clone()))));
            a.views.retain(|v| v.name != view.name);
            a.views.push(view);
            a.views.sort_by(|x, y| x.name.cmp(&y.name));
        }
        Command::DeleteSearch(name) => {
            a.views.retain(|v| v.name != name);
            effects.push(Effect::Commit(WriteOp::SavedSearch(name, None)));
        }
        Command::TakeSnapshot(name) => {
            // Queries name the snapshot in double quotes, so the name must not contain them.
            let snapshot = Arc::new(LabelSnapshot::capture(&a.corpus, name.replace('"', "'"), unix_now()));
            a.snapshots.push(snapshot.clone());
            effects.push(Effect::Commit(WriteOp::Snapshot(snapshot)));
            app.snapshots = Some(count_changed_since(a));
        }
        Command::DeleteSnapshot(name) => {
            a.snapshots.retain(|s| s.name != name);
            effects.push(Effect::Commit(WriteOp::DeleteSnapshot(name)));
            app.snapshots = Some(count_changed_since(a));
        }
        Command::RestoreSnapshot(name) => {
            let snapshot = a.snapshots.iter().find(|s| s.name == name);
            if let Some(edit) = snapshot.and_then(|s| s.restore(&a.corpus)) {
                apply_edit(a, edit, effects);
            }
        }
        _ => {}
    }
}
