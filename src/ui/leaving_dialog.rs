//! Question before the window closes while edits are not stored.

use super::Commands;
use super::theme::{self, TextRole, metrics};
use super::widgets::{Button, dialog, label, paragraph};
use crate::app::{Action, Command};
use crate::i18n::tr;
use egui::{Ui, ViewportCommand};

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, reason: &str, out: &mut Commands) {
    let p = theme::colors(ui);
    let mut close = false;
    let dismissed = dialog(ui, "leaving", 520.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Your last edits are not saved"));
        paragraph(ui, TextRole::Small, p.text_secondary, reason);
        paragraph(ui, TextRole::Small, p.text_secondary, tr!("They will be lost if you close now"));
        ui.add_space(metrics::GAP);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            if Button::primary(tr!("Move project…")).show(ui).clicked() {
                out.push(Command::Run(Action::MoveProject));
            }
            if Button::plain(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::CloseDialog);
            }
            close = Button::ghost(tr!("Close without saving")).show(ui).clicked();
        });
    });
    if dismissed {
        out.push(Command::CloseDialog);
    }
    if close {
        ui.send_viewport_cmd(ViewportCommand::Close);
    }
}
