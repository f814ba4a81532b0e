//! Checks of the next run, each with an action if there is one.

use super::data;
use crate::app::page_commands::TrainCommand;
use crate::app::{App, Command};
use crate::corpus::{DataSelection, DevSource, TrainOn};
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::train::arguments::{MIN_RECOMMENDED_STEPS, steps};
use crate::ui::Commands;
use crate::ui::format_numbers::thousands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, icon_paragraph, paragraph};
use egui::{Frame, Margin, Ui};

/// Number of dev spans below which F1 is too inaccurate.
const MIN_DEV_SPANS: usize = 50;

/// Shows the checks.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let Some(preview) = session.latest_run_preview() else { return };
    let selection = app.train_page.selection;
    let [n_done, n_labeled, _] = preview.n_by_choice;
    if preview.train_on == TrainOn::Done && n_done == 0 && n_labeled > 0 {
        let text = tr!("No sentence is marked as done yet");
        icon_paragraph(ui, icon::TRIANGLE_ALERT, 14.0, p.warning, text);
        labeled_button(ui, selection, out);
        return;
    }
    let mut is_fine = true;
    if preview.n_dev == 0 {
        is_fine = false;
        icon_paragraph(ui, icon::TRIANGLE_ALERT, 14.0, p.warning, tr!("F1 cannot be measured: no dev sentences"));
    } else if preview.n_dev_spans == 0 {
        is_fine = false;
        let text = tr!("F1 cannot be measured: the dev sentences have no spans");
        icon_paragraph(ui, icon::TRIANGLE_ALERT, 14.0, p.warning, text);
        if preview.n_held_out.is_none() && Button::plain(tr!("Hold out a part of train")).show(ui).clicked() {
            out.push(data::set(DataSelection { dev: DevSource::HoldOut, ..selection }));
        }
    } else if preview.n_dev_spans < MIN_DEV_SPANS {
        is_fine = false;
        let text = trn!(
            preview.n_dev_spans,
            "Dev has only {n} span, so F1 is inaccurate",
            "Dev has only {n} spans, so F1 is inaccurate"
        );
        icon_paragraph(ui, icon::INFO, 14.0, p.text_muted, &text);
    }
    if preview.train_on == TrainOn::All && preview.has_open_sentences() {
        is_fine = false;
        let n = thousands(preview.n_open);
        let text = tr!("{n} sentences without a span teach the model that they contain no entity", n);
        icon_paragraph(ui, icon::TRIANGLE_ALERT, 14.0, p.warning, &text);
        labeled_button(ui, selection, out);
    }
    let is_used = |name: &str| preview.labels.iter().any(|(label, _)| label == name);
    let unused: Vec<&str> =
        session.corpus().labels.iter().map(|(_, label)| label.name.as_str()).filter(|name| !is_used(name)).collect();
    if !unused.is_empty() {
        is_fine = false;
        let text = trn!(
            unused.len(),
            "{n} label has no span in the training sentences: {names}",
            "{n} labels have no span in the training sentences: {names}",
            names = unused.iter().take(5).copied().collect::<Vec<_>>().join(", ")
        );
        icon_paragraph(ui, icon::INFO, 14.0, p.text_muted, &text);
    }
    if is_fine {
        icon_paragraph(ui, icon::CIRCLE_CHECK, 14.0, p.success, tr!("Training and dev data are complete"));
    }
}

fn labeled_button(ui: &mut Ui, selection: DataSelection, out: &mut Commands) {
    if Button::plain(tr!("Train on labeled sentences")).show(ui).clicked() {
        out.push(data::set(DataSelection { train_on: Some(TrainOn::Labeled), ..selection }));
    }
}

/// Shows a recommended recipe for a small dataset.
pub(super) fn small_data_hint(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let arguments = &app.train_page.arguments;
    let Some(preview) = session.latest_run_preview().filter(|preview| preview.n_train > 0) else { return };
    let total = steps(preview.n_train, arguments);
    if total >= MIN_RECOMMENDED_STEPS || arguments.learning_rate >= 1e-4 {
        return;
    }
    Frame::new().fill(p.warning_background).corner_radius(8).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.horizontal(|ui| {
            crate::ui::widgets::icon(ui, icon::TRIANGLE_ALERT, 16.0, p.warning);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if Button::plain(tr!("Apply small-data preset")).show(ui).clicked() {
                    out.push(Command::Train(TrainCommand::ApplySmallDataPreset));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let text = tr!(
                        "Too few steps ({total}) for this learning rate. Use a higher learning rate and more epochs.",
                        total = thousands(total)
                    );
                    paragraph(ui, TextRole::Small, p.text, &text);
                });
            });
        });
    });
}
