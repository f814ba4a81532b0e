//! The label chooser at the selection: recently used labels first, then the others by group.

use super::picker::{self, PickerEvent, PickerItem, PickerState, PickerTexts, digit_shortcut};
use crate::app::page_commands::{LabelCommand, ViewCommand};
use crate::app::{Action, Command};
use crate::corpus::LabelId;
use crate::corpus::label::validate_label_name;
use crate::i18n::tr;
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::theme::{self, icon};
use egui::{Rect, Ui, vec2};

fn words() -> PickerTexts {
    PickerTexts {
        field: tr!("Label"),
        placeholder: tr!("Search labels"),
        new: |name| tr!("New label “{name}”", name),
        icon: icon::TAG,
    }
}

/// Shows the list under the selected words.
pub fn show(ui: &mut Ui, under: Rect, session: &Session, view: &mut PickerState, out: &mut Commands) {
    let order = label_order(session);
    let entries = picker_items(ui, session, &order);
    let at = under.left_bottom() + vec2(-6.0, 4.0);
    out.extend(picker::show(ui, at, &words(), &entries, |n| validate_label_name(n).is_ok(), view).map(|chosen| {
        match chosen {
            PickerEvent::Entry(i) => Command::Labels(LabelCommand::Label(order[i])),
            PickerEvent::New(name) => Command::Labels(LabelCommand::LabelSelectionWithNew(name)),
            PickerEvent::Clear => Command::Run(Action::ClearLabel),
            PickerEvent::Nothing => Command::View(ViewCommand::ClosePicker),
        }
    }));
}

/// Returns the labels in display order: recently used labels, then all others. Each group is at the position of its
/// first label.
fn label_order(session: &Session) -> Vec<LabelId> {
    let mut rest: Vec<LabelId> =
        session.corpus().labels.iter().map(|(id, _)| id).filter(|id| !session.recent_labels.contains(id)).collect();
    let group = |id: LabelId| session.corpus().labels.get(id).map(|l| l.parent_and_leaf().0.unwrap_or(&l.name));
    let all = rest.clone();
    rest.sort_by_key(|id| all.iter().position(|other| group(*other) == group(*id)));
    session.recent_labels.iter().copied().chain(rest).collect()
}

fn picker_items<'a>(ui: &Ui, session: &'a Session, order: &[LabelId]) -> Vec<PickerItem<'a>> {
    let p = theme::colors(ui);
    let letters = session.corpus().labels.effective_shortcuts();
    let labels = order.iter().filter_map(|id| Some((*id, session.corpus().labels.get(*id)?)));
    let mut before = None;
    labels
        .map(|(id, l)| {
            let group = l.parent_and_leaf().0.filter(|_| !session.recent_labels.contains(&id));
            // A group that is itself a label needs no heading.
            let heading = group.filter(|group| before != Some(*group) && session.corpus().labels.id(group).is_none());
            before = Some(group.unwrap_or(&l.name));
            PickerItem {
                color: Some(p.label(usize::from(l.color))),
                letter: letters[usize::from(id)],
                group: heading,
                depth: group.map_or(0, |_| l.depth()),
                ..PickerItem::new(&l.name, digit_shortcut(usize::from(id)))
            }
        })
        .collect()
}
