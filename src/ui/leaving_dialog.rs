//! Question before the window closes while edits are not stored.

use super::Commands;
use super::theme::{self, TextRole, metrics};
use super::widgets::{Button, dialog, label, paragraph};
use crate::app::i18n::tr;
use crate::app::{Action, App, Command};
use egui::{Ui, ViewportCommand};

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let Some(why) = app.unsaved.as_ref().filter(|_| app.leaving) else { return };
    let p = theme::of(ui);
    let mut close = false;
    let left = dialog(ui, "leaving", 520.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Your last edits are not stored"));
        paragraph(ui, TextRole::Small, p.text2, why);
        paragraph(ui, TextRole::Small, p.text2, tr!("If you close now, they are lost."));
        ui.add_space(metrics::GAP);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            if Button::primary(tr!("Keep the project in another place")).show(ui).clicked() {
                out.push(Command::Do(Action::MoveProject));
            }
            if Button::plain(tr!("Do not close")).show(ui).clicked() {
                out.push(Command::Stay);
            }
            close = Button::quiet(tr!("Close without them")).show(ui).clicked();
        });
    });
    if left {
        out.push(Command::Stay);
    }
    if close {
        ui.send_viewport_cmd(ViewportCommand::Close);
    }
}
