//! Commands that change the position, the filter or a detail of the open dataset.

use super::editing::{apply_edit, writer};
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::ViewCommand;
use super::state::App;
use crate::corpus::Edit;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::labeling::CaretMotion;

/// Number of sentences that Page Up and Page Down move.
const PAGE_SENTENCES: usize = 10;

/// Moves by several sentences.
pub(super) fn move_page(session: &mut Session, forward: bool) {
    (0..PAGE_SENTENCES).for_each(|_| session.move_by(forward));
}

/// Clears the selection; without a selection, the label that is applied to mouse selections.
pub(super) fn clear_selection(session: &mut Session) {
    if session.selection.is_none() {
        session.active_label = None;
    }
    session.select(None);
    session.clear_list_selection();
}

/// Moves the end of the selection and keeps its anchor.
pub(super) fn extend_selection(app: &mut App, caret: CaretMotion) {
    select_part(app, |session| session.extend_selection(caret));
}

/// Changes the selection. If it would be a part of a word that cannot be labeled, the user is notified of the reason.
pub(super) fn select_part(app: &mut App, select: impl FnOnce(&mut Session) -> bool) {
    if !app.session.as_mut().is_none_or(select) {
        let text = tr!(
            "This format stores labels of whole words only. Export to doccano, Prodigy or Label Studio to label parts of words."
        );
        app.notifications.push(Notification::info(tr!("Cannot label part of a word"), text));
    }
}

/// Handles a key or mouse event on the Annotate page, at a Unix timestamp in seconds.
pub(super) fn on_activity(app: &mut App, now: u64, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    if now >= session.progress().today.ends_at {
        effects.push(Effect::RefreshDate);
    } else if let Ok(mut writer) = session.writer() {
        writer.record_activity(now);
    }
}

/// Runs a command on the open dataset.
pub(super) fn run_command(app: &mut App, command: ViewCommand, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    match command {
        ViewCommand::GoToSentence(index) => {
            session.clear_list_selection();
            session.go_to_sentence(index);
        }
        ViewCommand::ToggleInList(index) => session.toggle_in_list(index),
        ViewCommand::SelectInListTo(index) => session.select_in_list_to(index),
        ViewCommand::SelectDocumentInList(document) => session.select_document_in_list(document),
        ViewCommand::Select(from, to) => {
            let last = session.n_tokens() - 1;
            session.select(Some((from.min(last), to.min(last))));
        }
        ViewCommand::GoToHistory(position) => {
            if let Some(mut writer) = writer(session, effects) {
                while writer.history().position() > position && writer.undo() {}
                while writer.history().position() < position && writer.redo() {}
            }
        }
        ViewCommand::SetGuidelines(text) => {
            if let Some(mut writer) = writer(session, effects) {
                writer.set_guidelines(text);
            }
        }
        ViewCommand::SetSelectionUnit(unit) => {
            if let Some(mut writer) = writer(session, effects) {
                writer.set_selection_unit(unit);
            }
        }
        ViewCommand::Remove(span) => {
            let document = session.current_id().document;
            apply_edit(session, Edit::Spans { document, removed: vec![span], added: Vec::new() }, effects);
        }
        ViewCommand::Brush(label) => session.active_label = label,
        ViewCommand::ClosePicker => session.label_picker = None,
        ViewCommand::FilterText(text) => {
            session.filter.text = text;
            session.apply_filter();
        }
        ViewCommand::FilterStatus(status) => {
            session.filter.status = status;
            session.apply_filter();
        }
        ViewCommand::FilterLabel(label) => {
            session.filter.label = label;
            session.apply_filter();
        }
        ViewCommand::FilterSplit(split) => {
            session.filter.split = split;
            session.apply_filter();
        }
    }
}
