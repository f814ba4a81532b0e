//! Labels of a whole document: badges, and a list to choose them.

use super::picker::{self, PickerEvent, PickerItem, PickerState, PickerTexts, digit_shortcut};
use crate::app::i18n::tr;
use crate::app::label_commands::is_valid_doc_label;
use crate::app::{Annotate, Command};
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
pub fn doc_label_badges(ui: &mut Ui, a: &Annotate) {
    for name in a.corpus.doc_label_names(a.corpus.document(a.current_id().document)) {
        Badge::new(name).tone(BadgeStyle::Active).show(ui);
    }
}

/// Shows the list. It stays open, because a document can have several labels.
pub fn doc_label_picker(ui: &mut Ui, at: Pos2, a: &Annotate, view: &mut PickerState, out: &mut Commands) {
    let document = a.corpus.document(a.current_id().document);
    let has = |name: &str| a.corpus.doc_label_names(document).any(|n| n == name);
    let all = a.corpus.doc_labels.iter().enumerate();
    let entries: Vec<PickerItem> = all
        .map(|(i, name)| PickerItem { is_selected: has(name), ..PickerItem::new(name, digit_shortcut(i)) })
        .collect();
    out.extend(picker::show(ui, at, &words(), &entries, is_valid_doc_label, view).map(|chosen| match chosen {
        PickerEvent::Entry(i) => Command::ToggleDocLabel(entries[i].name.to_owned()),
        PickerEvent::New(name) => Command::ToggleDocLabel(name),
        PickerEvent::Clear | PickerEvent::Nothing => Command::ClosePicker,
    }));
}
