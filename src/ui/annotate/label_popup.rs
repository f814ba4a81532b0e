//! The label chooser at the selection: recently used labels first, then the others by group.

use super::chooser::{self, Chosen, Entry, View, Words, number_key};
use crate::app::i18n::tr;
use crate::app::{Action, Annotate, Command};
use crate::corpus::LabelId;
use crate::corpus::label::validate_label_name;
use crate::ui::Commands;
use crate::ui::theme::{self, icon};
use egui::{Rect, Ui, vec2};

fn words() -> Words {
    Words { field: tr!("Label"), placeholder: tr!("Label, or a number"), new: tr!("Add the label"), icon: icon::TAG }
}

/// Shows the list under the selected words.
pub fn show(ui: &mut Ui, under: Rect, a: &Annotate, view: &mut View, out: &mut Commands) {
    let order = order(a);
    let entries = entries(ui, a, &order);
    let at = under.left_bottom() + vec2(-6.0, 4.0);
    out.extend(chooser::show(ui, at, &words(), &entries, |n| validate_label_name(n).is_ok(), view).map(|chosen| {
        match chosen {
            Chosen::Entry(i) => Command::Label(order[i]),
            Chosen::New(name) => Command::NewLabelHere(name),
            Chosen::Clear => Command::Do(Action::ClearLabel),
            Chosen::Nothing => Command::ChooseNone,
        }
    }));
}

/// Returns the labels in display order: recently used labels, then all others. Each group is at the position of its
/// first label.
fn order(a: &Annotate) -> Vec<LabelId> {
    let mut rest: Vec<LabelId> =
        a.corpus.labels.iter().map(|(id, _)| id).filter(|id| !a.last_labels.contains(id)).collect();
    let group = |id: LabelId| a.corpus.labels.get(id).map(|l| l.parent_and_leaf().0.unwrap_or(&l.name));
    let all = rest.clone();
    rest.sort_by_key(|id| all.iter().position(|other| group(*other) == group(*id)));
    a.last_labels.iter().copied().chain(rest).collect()
}

fn entries<'a>(ui: &Ui, a: &'a Annotate, order: &[LabelId]) -> Vec<Entry<'a>> {
    let p = theme::of(ui);
    let letters = a.corpus.labels.effective_shortcuts();
    let labels = order.iter().filter_map(|id| Some((*id, a.corpus.labels.get(*id)?)));
    let mut before = None;
    labels
        .map(|(id, l)| {
            let group = l.parent_and_leaf().0.filter(|_| !a.last_labels.contains(&id));
            // A group that is itself a label needs no heading.
            let heading = group.filter(|group| before != Some(*group) && a.corpus.labels.id(group).is_none());
            before = Some(group.unwrap_or(&l.name));
            Entry {
                colour: Some(p.label(usize::from(l.color))),
                letter: letters[usize::from(id)],
                heading,
                depth: group.map_or(0, |_| l.depth()),
                ..Entry::new(&l.name, number_key(usize::from(id)))
            }
        })
        .collect()
}
