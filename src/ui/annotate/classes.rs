//! Labels of a whole document: badges, and a list to choose them.

use super::chooser::{self, Chosen, Entry, View, Words, number_key};
use crate::app::i18n::tr;
use crate::app::label_commands::is_class_name;
use crate::app::{Annotate, Command};
use crate::ui::Commands;
use crate::ui::theme::icon;
use crate::ui::widgets::{Badge, Tone};
use egui::{Pos2, Ui};

fn words() -> Words {
    let field = tr!("Label of the document");
    Words { field, placeholder: field, new: tr!("Label it as"), icon: icon::FILE_TEXT }
}

/// Shows the labels of the current document as badges.
pub fn badges(ui: &mut Ui, a: &Annotate) {
    for name in a.corpus.doc_label_names(a.corpus.document(a.current_id().document)) {
        Badge::new(name).tone(Tone::Active).show(ui);
    }
}

/// Shows the list. It stays open, because a document can have several labels.
pub fn choose(ui: &mut Ui, at: Pos2, a: &Annotate, view: &mut View, out: &mut Commands) {
    let document = a.corpus.document(a.current_id().document);
    let has = |name: &str| a.corpus.doc_label_names(document).any(|n| n == name);
    let all = a.corpus.doc_labels.iter().enumerate();
    let entries: Vec<Entry> = all.map(|(i, name)| Entry { on: has(name), ..Entry::new(name, number_key(i)) }).collect();
    out.extend(chooser::show(ui, at, &words(), &entries, is_class_name, view).map(|chosen| match chosen {
        Chosen::Entry(i) => Command::Class(entries[i].name.to_owned()),
        Chosen::New(name) => Command::Class(name),
        Chosen::Clear | Chosen::Nothing => Command::ChooseNone,
    }));
}
