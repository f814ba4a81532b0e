//! Context menu of the text: actions on the words under the pointer.

use crate::app::{Action, App, Command};
use crate::session::Session;
use crate::session::labeling::SpanResize;
use crate::ui::Commands;
use crate::ui::command_palette::action_icon;
use crate::ui::widgets::{MenuRow, separator};
use egui::{Popup, Response, Ui};

/// Actions in the order of the menu. A line separates the groups.
const MENU_GROUPS: [&[Action]; 3] = [
    &[Action::Accept, Action::Reject],
    &[Action::ChooseLabel, Action::ClearLabel, Action::Reshape(SpanResize::Split), Action::Reshape(SpanResize::Merge)],
    &[Action::LabelMatches, Action::Comment, Action::ChooseDocLabel],
];

const WIDTH: f32 = 336.0;

/// Shows the menu at the position of the click.
pub fn show(text: &Response, app: &App, session: &Session, out: &mut Commands) {
    Popup::context_menu(text).width(WIDTH).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut begun = false;
        for group in MENU_GROUPS {
            let offered: Vec<Action> = group.iter().copied().filter(|action| is_applicable(session, *action)).collect();
            if begun && !offered.is_empty() {
                separator(ui);
            }
            begun |= !offered.is_empty();
            offered.into_iter().for_each(|action| row(ui, app, action, out));
        }
    });
}

/// Returns true if an action can be applied.
fn is_applicable(session: &Session, action: Action) -> bool {
    match action {
        Action::Accept | Action::Reject => session.selection.is_some() && session.suggestion().is_some(),
        Action::ClearLabel | Action::Reshape(_) => session.selected_span().is_some(),
        Action::ChooseLabel | Action::LabelMatches => session.selection.is_some(),
        _ => true,
    }
}

fn row(ui: &mut Ui, app: &App, action: Action, out: &mut Commands) {
    let Some(entry) = crate::app::command::spec_of(action) else { return };
    let keys = app.keymap.key_labels(action);
    if MenuRow::new(entry.title()).icon(action_icon(action)).keys(&keys).show(ui).clicked() {
        out.push(Command::Run(action));
    }
}
