//! Commands that apply labels to the selection or the document, and commands of the label list.

use super::annotate::{Annotate, Choosing};
use super::command::Command;
use super::effect::Effect;
use super::notifications::Notification;
use super::state::App;
use super::update::make;
use crate::app::i18n::tr;
use crate::corpus::edit::quoted_text;
use crate::corpus::label::{Label, validate_label_name};
use crate::corpus::{Edit, EditTitle, EditTitleKind, LabelId};

/// Handles a label command.
pub(super) fn act(app: &mut App, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Label(label) => apply_label(app, label, effects),
        Command::NewLabelHere(name) => label_selection_with_new(app, &name, effects),
        Command::LetterOfLabel(id, letter) => give_letter(app, id, letter, effects),
        Command::NewLabel(name) => {
            app.asking = None;
            new_label(app, name.trim(), effects);
        }
        on_dataset => {
            let is_class = matches!(on_dataset, Command::Class(_));
            if let Some(a) = &mut app.annotate {
                on_the_dataset(a, on_dataset, effects);
            }
            if is_class {
                tell_of_classes(app);
            }
        }
    }
}

/// Notifies the user if the source format cannot store document labels.
fn tell_of_classes(app: &mut App) {
    let Some(a) = &app.annotate else { return };
    let document = a.corpus.document(a.current_id().document);
    let format = a.files.get(document.source_id as usize).map(|f| f.report.format);
    if let Some(format) = format.filter(|f| !f.capabilities.doc_labels && !document.doc_labels.is_empty()) {
        let text = tr!(
            "{name} files hold no labels of documents. They stay in the project; export as doccano, Prodigy or Label Studio takes them along.",
            name = format.name
        );
        app.notices.push(Notification::info(tr!("Kept beside the file"), text));
    }
}

fn on_the_dataset(a: &mut Annotate, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::RenameLabel(id, name) => {
            let name = name.trim();
            let free = a.corpus.labels.id(name).is_none_or(|other| other == id);
            if validate_label_name(name).is_ok() && free {
                change(a, id, effects, |l| l.name = name.to_owned());
            }
        }
        Command::RecolourLabel(id, colour) => change(a, id, effects, |l| l.color = colour),
        Command::Class(name) => {
            let id = a.current_id();
            let before: Vec<String> = a.corpus.doc_label_names(a.corpus.document(id.document)).cloned().collect();
            let mut after: Vec<String> = before.iter().filter(|n| **n != name).cloned().collect();
            if after.len() == before.len() && is_class_name(&name) {
                after.push(name);
            }
            if after != before {
                make(a, Edit::DocLabels { document: id.document, before, after }, effects);
            }
        }
        _ => {}
    }
}

/// Returns true if a document label can have this name.
pub fn is_class_name(name: &str) -> bool {
    !name.trim().is_empty() && !name.chars().any(char::is_control)
}

/// Applies a label to the selected words, or notifies the user of the reason why it cannot.
pub(super) fn apply_label(app: &mut App, label: LabelId, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    a.choosing = None;
    if usize::from(label) >= a.corpus.labels.len() {
        return;
    }
    if let Some(notice) = refusal(a, label) {
        return app.notices.push(notice);
    }
    if let Some(edit) = a.label_edit(Some(label)) {
        remember_labeled(a, label);
        make(a, edit, effects);
    }
}

/// Returns the reason why a label cannot be applied to the selection, or `None` if it can.
fn refusal(a: &Annotate, label: LabelId) -> Option<Notification> {
    let span = a.in_the_way(label)?;
    let document = a.corpus.document(a.current_id().document);
    let title =
        tr!("{span} is {label} already", span = quoted_text(document, &span), label = a.corpus.labels.name(span.label));
    let text = tr!(
        "Spans may not overlap in this dataset. Change that one first (Alt and arrows at its edges, Backspace clears it), or allow \
         overlaps in the list of commands."
    );
    Some(Notification::info(title, text))
}

/// Remembers the labeled words for the label chooser and the next match. A partial word has no match.
fn remember_labeled(a: &mut Annotate, label: LabelId) {
    let whole = a.part.is_none();
    a.last_given = a.selected_words().filter(|_| whole).map(|(words, _)| (words, label));
    a.last_labels.retain(|l| *l != label);
    a.last_labels.insert(0, label);
}

/// Creates a label and applies it to the selection as one edit.
fn label_selection_with_new(app: &mut App, name: &str, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    a.choosing = None;
    if validate_label_name(name).is_err() || a.corpus.labels.id(name).is_some() {
        return;
    }
    let label = match LabelId::try_from(a.corpus.labels.len()) {
        Ok(label) => label,
        Err(e) => return app.notices.push(Notification::bad(tr!("There is no room for another label"), e.to_string())),
    };
    if let Some(notice) = refusal(a, label) {
        return app.notices.push(notice);
    }
    if let Some(edit) = a.label_edit(Some(label)) {
        let new = Edit::AddLabel(a.corpus.labels.new_label(name));
        remember_labeled(a, label);
        let title = EditTitle::new(EditTitleKind::LabelWithNew, [name]);
        make(a, Edit::Group { title, edits: vec![new, edit] }, effects);
    }
}

fn new_label(app: &mut App, name: &str, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    let taken = a.corpus.labels.id(name).is_some();
    match validate_label_name(name) {
        Err(why) => app.notices.push(Notification::bad(tr!("No label was added"), why)),
        Ok(()) if taken => {
            app.notices.push(Notification::bad(tr!("No label was added"), tr!("{name} is there already.", name)))
        }
        Ok(()) => {
            let new = Edit::AddLabel(a.corpus.labels.new_label(name));
            make(a, new, effects);
        }
    }
}

fn change(a: &mut Annotate, id: LabelId, effects: &mut Vec<Effect>, change: impl FnOnce(&mut Label)) {
    let Some(before) = a.corpus.labels.get(id).cloned() else { return };
    let mut after = before.clone();
    change(&mut after);
    if after != before {
        make(a, Edit::ChangeLabel { id, before, after }, effects);
    }
}

/// Sets the letter key of a label, unless another label uses it.
fn give_letter(app: &mut App, id: LabelId, letter: Option<char>, effects: &mut Vec<Effect>) {
    let Some(a) = &mut app.annotate else { return };
    let taken = a.corpus.labels.iter().find(|(other, l)| *other != id && l.shortcut.is_some() && l.shortcut == letter);
    if let (Some(letter), Some((_, other))) = (letter, taken) {
        let text = tr!("It is the letter of {label}.", label = other.name);
        return app.notices.push(Notification::bad(tr!("{letter} is taken", letter), text));
    }
    change(a, id, effects, |l| l.shortcut = letter);
}

/// Opens the label chooser for the selection or the document.
pub(super) fn choose(a: &mut Annotate, what: Choosing) {
    let can = !a.read_only && !a.pieces.on && (what == Choosing::Class || a.selection.is_some());
    a.choosing = can.then_some(what);
}
