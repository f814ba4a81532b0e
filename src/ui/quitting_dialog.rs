//! Question before the window closes while a run is in progress.

use super::Commands;
use super::theme::{self, TextRole, metrics};
use super::widgets::{Button, dialog, label, paragraph};
use crate::app::quit_choice::QuitChoice;
use crate::app::{App, Command};
use crate::i18n::tr;
use crate::session::runs::run_name;
use egui::Ui;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let Some((session, run)) = app.active_run() else { return };
    let name = session.run_record(run.id).map(run_name).unwrap_or_default();
    let percent = (run.fraction_done() * 100.0) as usize;
    let dismissed = dialog(ui, "quitting", 520.0, |ui| {
        label(ui, TextRole::Title, p.text, &tr!("{name} is in progress ({percent} %)", name, percent));
        let text = if run.best.is_some() {
            tr!("A suspended run continues at the same step. A stopped run keeps its best model.")
        } else {
            tr!(
                "A suspended run continues at the same step. A stopped run has only completed a part of its first epoch."
            )
        };
        paragraph(ui, TextRole::Small, p.text_secondary, text);
        ui.add_space(metrics::GAP);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = metrics::GAP;
            if Button::primary(tr!("Quit and resume later")).show(ui).clicked() {
                out.push(Command::Quit(QuitChoice::SuspendRun));
            }
            if Button::plain(tr!("Keep training")).show(ui).clicked() {
                out.push(Command::CloseDialog);
            }
            if Button::ghost(tr!("Stop, then quit")).show(ui).clicked() {
                out.push(Command::Quit(QuitChoice::StopRun));
            }
        });
    });
    if dismissed {
        out.push(Command::CloseDialog);
    }
}
