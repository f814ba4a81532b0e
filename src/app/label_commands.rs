//! Commands that apply labels to the selection or the document, and commands of the label list.

use super::action::Action;
use super::editing::{apply_edit, read_only_notification, writer};
use super::effect::Effect;
use super::notifications::Notification;
use super::page_commands::LabelCommand;
use super::state::App;
use crate::corpus::edit::quoted_text;
use crate::corpus::label::{Label, validate_label_name};
use crate::corpus::relabel::{LabelMap, relabel};
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId};
use crate::i18n::{label_name_error, tr, trn};
use crate::session::labeling::SpanResize;
use crate::session::{PickerTarget, Session};

/// Runs a label command.
pub(super) fn run_command(app: &mut App, command: LabelCommand, effects: &mut Vec<Effect>) {
    match command {
        LabelCommand::Label(label) => apply_label(app, label, effects),
        LabelCommand::LabelSelectionWithNew(name) => label_selection_with_new(app, &name, effects),
        LabelCommand::NewLabels(names) => {
            app.dialogs.close_prompt();
            let is_list = names.len() > 1;
            for name in names {
                let is_known = app.session.as_ref().is_some_and(|session| session.corpus().labels.id(&name).is_some());
                // A list can contain labels that the dataset already has.
                if !(is_list && is_known) {
                    new_label(app, name.trim(), effects);
                }
            }
        }
        LabelCommand::DeleteLabel(id) => change_labels(app, id, None, effects),
        LabelCommand::RenameLabel(id, name) => rename(app, id, name.trim(), effects),
        LabelCommand::SetLabelColor(id, color) => {
            if let Some(session) = &mut app.session {
                change_label(session, id, effects, |l| l.color = color);
            }
        }
        LabelCommand::SetLabelShortcut(id, letter) => set_shortcut(app, id, letter, effects),
        LabelCommand::ToggleDocLabel(name) => {
            toggle_doc_label(app, name, effects);
            warn_doc_labels_unsupported(app);
        }
    }
}

/// Applies the label with a number key, 1 to 9.
pub(super) fn apply_number_key(app: &mut App, key: u8, effects: &mut Vec<Effect>) {
    apply_label(app, LabelId::new(u16::from(key) - 1), effects);
}

/// Removes the labels of the selection.
pub(super) fn clear_label(session: &mut Session, effects: &mut Vec<Effect>) {
    session.label_picker = None;
    if let Some(edit) = session.label_edit(None) {
        apply_edit(session, edit, effects);
    }
}

/// Moves an edge of the selected span, splits it or merges it.
pub(super) fn reshape(session: &mut Session, how: SpanResize, effects: &mut Vec<Effect>) {
    if let Some((edit, selection)) = session.reshape(how) {
        apply_edit(session, edit, effects);
        session.select(Some(selection));
    }
}

/// Allows or forbids overlapping spans. Existing spans are unchanged.
pub(super) fn toggle_overlaps(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Some(mut writer) = writer(session, effects) else { return };
    writer.set_allow_overlaps(!writer.allow_overlaps());
    let lost =
        session.files().iter().find(|f| !f.report.format.capabilities.overlapping_spans).map(|f| f.report.format.name);
    app.notifications.push(match (session.allow_overlaps(), lost) {
        (true, Some(format)) => {
            let text = tr!(
                "{format} cannot store overlapping spans: saving keeps only the first of each group. Export to doccano, Prodigy or Label Studio to keep all.",
                format
            );
            Notification::info(tr!("Overlapping spans turned on"), text)
        }
        (true, None) => {
            Notification::success(tr!("Overlapping spans turned on"), tr!("New spans no longer replace overlapping spans"))
        }
        (false, _) => {
            Notification::success(tr!("Overlapping spans turned off"), tr!("New spans cannot partly overlap other spans"))
        }
    });
}

/// Notifies the user if the source format cannot store document labels.
fn warn_doc_labels_unsupported(app: &mut App) {
    let Some(session) = &app.session else { return };
    let document = session.corpus().document(session.current_id().document);
    let format = session.files().get(document.source_id as usize).map(|f| f.report.format);
    if let Some(format) = format.filter(|f| !f.capabilities.doc_labels && !document.doc_labels.is_empty()) {
        let text = tr!(
            "{name} cannot store document labels. They are kept in the project. Export to doccano, Prodigy or Label Studio to include them.",
            name = format.name
        );
        app.notifications.push(Notification::info(tr!("Stored in the project only"), text));
    }
}

/// Renames a label. If another label has the name, both are merged.
fn rename(app: &mut App, id: LabelId, name: &str, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    if validate_label_name(name).is_err() {
        return;
    }
    if session.corpus().labels.id(name).is_none_or(|other| other == id) {
        change_label(session, id, effects, |l| l.name = name.to_owned());
    } else {
        change_labels(app, id, Some(name), effects);
    }
}

/// Merges a label into the one with this name, or deletes it with its spans. Notifies the user of the number of spans.
fn change_labels(app: &mut App, id: LabelId, target: Option<&str>, effects: &mut Vec<Effect>) {
    let undo = app.keymap.key_text(Action::Undo);
    let Some(session) = &mut app.session else { return };
    let Some(name) = session.corpus().labels.get(id).map(|label| label.name.clone()) else { return };
    let count = session.totals().counts.labels.get(usize::from(id)).copied().unwrap_or(0);
    let map = LabelMap::from([(name.clone(), target.map(str::to_owned))]);
    let Some(edit) = relabel(session.corpus(), &map) else { return };
    if session.is_read_only() {
        return effects.push(Effect::Notify(read_only_notification()));
    }
    apply_edit(session, edit, effects);
    let spans = trn!(count, "{n} span", "{n} spans");
    let title = match target {
        Some(target) => tr!("{name} merged into {target}: {spans}", name, target, spans),
        None => tr!("{name} deleted with {spans}", name, spans),
    };
    app.notifications.push(Notification::info(title, tr!("{undo} undoes it", undo)));
}

/// Adds a label to the current document, or removes it.
fn toggle_doc_label(app: &mut App, name: String, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let document = session.current_id().document;
    let before: Vec<String> = session.corpus().doc_label_names(session.corpus().document(document)).cloned().collect();
    let mut after: Vec<String> = before.iter().filter(|n| **n != name).cloned().collect();
    if after.len() == before.len() && is_valid_doc_label(&name) {
        after.push(name);
    }
    if after != before {
        apply_edit(session, Edit::DocLabels { document, before, after }, effects);
    }
}

/// Returns true if a document label can have this name.
pub fn is_valid_doc_label(name: &str) -> bool {
    !name.trim().is_empty() && !name.chars().any(char::is_control)
}

/// Applies a label to the selected words, or notifies the user of the reason why it cannot.
pub(super) fn apply_label(app: &mut App, label: LabelId, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    session.label_picker = None;
    if usize::from(label) >= session.corpus().labels.len() {
        return;
    }
    if let Some(notice) = overlap_notice(session, label) {
        return app.notifications.push(notice);
    }
    if let Some(edit) = session.label_edit(Some(label)) {
        remember_labeled(session, label);
        apply_edit(session, edit, effects);
    }
}

/// Returns the reason why a label cannot be applied to the selection, or `None` if it can.
fn overlap_notice(session: &Session, label: LabelId) -> Option<Notification> {
    let span = session.conflicting_span(label)?;
    let document = session.corpus().document(session.current_id().document);
    let title = tr!(
        "{span} is already {label}",
        span = quoted_text(document, &span),
        label = session.corpus().labels.name(span.label)
    );
    let text = tr!(
        "Overlapping spans are off for this dataset. Resize or remove the other span, or turn on overlapping spans."
    );
    Some(Notification::info(title, text))
}

/// Remembers the labeled words for the label chooser and the next match. A partial word has no match.
fn remember_labeled(session: &mut Session, label: LabelId) {
    let whole = session.char_selection.is_none();
    session.last_labeled = session.selected_words().filter(|_| whole).map(|(words, _)| (words, label));
    session.recent_labels.retain(|l| *l != label);
    session.recent_labels.insert(0, label);
}

/// Creates a label and applies it to the selection as one edit.
fn label_selection_with_new(app: &mut App, name: &str, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    session.label_picker = None;
    if validate_label_name(name).is_err() || session.corpus().labels.id(name).is_some() {
        return;
    }
    let label = match LabelId::try_from(session.corpus().labels.len()) {
        Ok(label) => label,
        Err(e) => {
            return app.notifications.push(Notification::error(tr!("Maximum number of labels reached"), e.to_string()));
        }
    };
    if let Some(notice) = overlap_notice(session, label) {
        return app.notifications.push(notice);
    }
    if let Some(edit) = session.label_edit(Some(label)) {
        let new = Edit::AddLabel(session.corpus().labels.new_label(name));
        remember_labeled(session, label);
        let title = EditTitle::new(EditTitleKind::LabelWithNew, [name]);
        apply_edit(session, Edit::Group { title, edits: vec![new, edit] }, effects);
    }
}

fn new_label(app: &mut App, name: &str, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let taken = session.corpus().labels.id(name).is_some();
    match validate_label_name(name) {
        Err(error) => {
            app.notifications.push(Notification::error(tr!("Could not add label"), label_name_error(error)));
        }
        Ok(()) if taken => {
            app.notifications.push(Notification::error(tr!("Could not add label"), tr!("{name} already exists", name)))
        }
        Ok(()) => {
            let new = Edit::AddLabel(session.corpus().labels.new_label(name));
            apply_edit(session, new, effects);
        }
    }
}

fn change_label(session: &mut Session, id: LabelId, effects: &mut Vec<Effect>, change: impl FnOnce(&mut Label)) {
    let Some(before) = session.corpus().labels.get(id).cloned() else { return };
    let mut after = before.clone();
    change(&mut after);
    if after != before {
        apply_edit(session, Edit::ChangeLabel { id, before, after }, effects);
    }
}

/// Sets the letter key of a label, unless another label uses it.
fn set_shortcut(app: &mut App, id: LabelId, letter: Option<char>, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let taken =
        session.corpus().labels.iter().find(|(other, l)| *other != id && l.shortcut.is_some() && l.shortcut == letter);
    if let (Some(letter), Some((_, other))) = (letter, taken) {
        let text = tr!("Used by {label}", label = other.name);
        return app.notifications.push(Notification::error(tr!("{letter} is already used", letter), text));
    }
    change_label(session, id, effects, |l| l.shortcut = letter);
}

/// Opens the label chooser for the selection or the document.
pub(super) fn open_picker(session: &mut Session, what: PickerTarget) {
    let can = !session.is_read_only()
        && !session.subwords.is_on
        && (what == PickerTarget::Document || session.selection.is_some());
    session.label_picker = can.then_some(what);
}
