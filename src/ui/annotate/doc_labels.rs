//! Labels of a whole document: badges, and a list to choose them.

use super::picker::{self, PickerEvent, PickerItem, PickerState, PickerTexts, digit_shortcut};
use crate::app::Command;
use crate::app::label_commands::is_valid_doc_label;
use crate::app::page_commands::{LabelCommand, ViewCommand};
use crate::i18n::tr;
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::theme::icon;
use crate::ui::widgets::{Badge, BadgeStyle};
use egui::{Pos2, Ui};

fn words() -> PickerTexts {
    let field = tr!("Document label");
    PickerTexts {
        field,
        placeholder: field,
        new: |name| tr!("Set document label “{name}”", name),
        icon: icon::FILE_TEXT,
    }
}

/// Shows the labels of the current document as badges.
pub fn doc_label_badges(ui: &mut Ui, session: &Session) {
    for name in session.corpus().doc_label_names(session.corpus().document(session.current_id().document)) {
        Badge::new(name).tone(BadgeStyle::Active).show(ui);
    }
}

/// Shows the list. It stays open, because a document can have several labels.
pub fn doc_label_picker(ui: &mut Ui, at: Pos2, session: &Session, view: &mut PickerState, out: &mut Commands) {
    let document = session.corpus().document(session.current_id().document);
    let has = |name: &str| session.corpus().doc_label_names(document).any(|n| n == name);
    let all = session.corpus().doc_labels.iter().enumerate();
    let entries: Vec<PickerItem> = all
        .map(|(i, name)| PickerItem { is_selected: has(name), ..PickerItem::new(name, digit_shortcut(i)) })
        .collect();
    out.extend(picker::show(ui, at, &words(), &entries, is_valid_doc_label, view).map(|chosen| match chosen {
        PickerEvent::Entry(i) => Command::Labels(LabelCommand::ToggleDocLabel(entries[i].name.to_owned())),
        PickerEvent::New(name) => Command::Labels(LabelCommand::ToggleDocLabel(name)),
        PickerEvent::Clear | PickerEvent::Nothing => Command::View(ViewCommand::ClosePicker),
    }));
}
