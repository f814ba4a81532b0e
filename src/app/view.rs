//! Commands that change the position, the filter or a detail of the open dataset.

use super::editing::{apply_edit, writer};
use super::effect::Effect;
use super::page_commands::ViewCommand;
use super::state::App;
use super::subwords::request_subwords;
use crate::corpus::Edit;

/// Runs a command on the open dataset.
pub(super) fn run_command(app: &mut App, command: ViewCommand, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    match command {
        ViewCommand::GoToSentence(index) => session.go_to_sentence(index),
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
    request_subwords(app, effects);
}
