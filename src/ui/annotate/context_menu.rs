//! Context menu of the text: actions on the words under the pointer.

use crate::app::command_table::spec_of;
use crate::app::{Action, App, Command};
use crate::session::Session;
use crate::session::labeling::SpanResize;
use crate::ui::Commands;
use crate::ui::widgets::{MenuRow, separator};
use egui::{Popup, Response, Ui};

/// An entry of the menu: an action, and the condition that shows it.
type Entry = (Action, fn(&Session) -> bool);

/// Entries in the order of the menu. A line separates the groups.
const MENU_GROUPS: [&[Entry]; 3] = [
    &[(Action::Accept, has_suggestion), (Action::Reject, has_suggestion)],
    &[
        (Action::ChooseLabel, has_selection),
        (Action::ClearLabel, has_span),
        (Action::Reshape(SpanResize::Split), has_span),
        (Action::Reshape(SpanResize::Merge), has_span),
    ],
    &[(Action::LabelMatches, has_selection), (Action::Comment, always), (Action::ChooseDocLabel, always)],
];

const WIDTH: f32 = 336.0;

/// Shows the menu at the position of the click.
pub fn show(text: &Response, app: &App, session: &Session, out: &mut Commands) {
    Popup::context_menu(text).width(WIDTH).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut begun = false;
        for group in MENU_GROUPS {
            let offered: Vec<Action> = group.iter().filter(|(_, is_shown)| is_shown(session)).map(|e| e.0).collect();
            if begun && !offered.is_empty() {
                separator(ui);
            }
            begun |= !offered.is_empty();
            offered.into_iter().for_each(|action| row(ui, app, action, out));
        }
    });
}

fn has_suggestion(session: &Session) -> bool {
    session.selection.is_some() && session.suggestion().is_some()
}

fn has_span(session: &Session) -> bool {
    session.selected_span().is_some()
}

fn has_selection(session: &Session) -> bool {
    session.selection.is_some()
}

fn always(_: &Session) -> bool {
    true
}

fn row(ui: &mut Ui, app: &App, action: Action, out: &mut Commands) {
    let spec = spec_of(action);
    let keys = app.keymap.key_labels(action);
    if MenuRow::new(spec.title()).icon(spec.icon).keys(&keys).show(ui).clicked() {
        out.push(Command::Run(action));
    }
}
