//! Progress of the download of a base model.

use crate::app::requests::{Pending, Slot};
use crate::app::{Action, App, Command};
use crate::i18n::tr;
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::{Button, ProgressBar, label};
use egui::Ui;

/// Shows the progress of a download for a run or a measurement. Shows nothing without a download.
pub(super) fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    if let Some(download) = app.requests.pending(Slot::Training).and_then(Pending::download) {
        let share = (download.total > 0).then(|| download.done as f32 / download.total as f32);
        ProgressBar::new(tr!("Download"), share).show(ui);
        ui.horizontal(|ui| {
            let (done, total) = (download.done as f64 / 1e6, download.total as f64 / 1e6);
            label(
                ui,
                TextRole::Caption,
                p.text_secondary,
                &tr!(
                    "{file}: {done} of {total} MB",
                    file = download.file,
                    done = format!("{:.1}", done),
                    total = format!("{:.1}", total)
                ),
            );
            if Button::ghost(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::Run(Action::StopTraining));
            }
        });
    }
}
