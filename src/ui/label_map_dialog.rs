//! Dialog of the labels of a model: a label of the dataset for each of them.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, combo_box, dialog, dialog_buttons, label, paragraph};
use crate::app::Command;
use crate::app::command_table::spec_of;
use crate::app::dialogs::LabelMapDialog;
use crate::app::page_commands::LabelMapCommand;
use crate::i18n::tr;
use crate::session::Session;
use egui::{Align, Layout, ScrollArea, Ui, vec2};

/// Height of a row, in points.
const ROW: f32 = 40.0;
/// Maximum number of visible rows.
const MAX_ROWS: usize = 8;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, mapping: &LabelMapDialog, model: &str, out: &mut Commands) {
    let p = theme::colors(ui);
    let known = session.corpus().labels.names();
    let mut is_canceled = false;
    let is_dismissed = dialog(ui, "label map", 480.0, |ui| {
        label(ui, TextRole::Title, p.text, &tr!("Labels of {model}", model));
        ui.add_space(2.0);
        let text = tr!(
            "This model has labels that the dataset does not have. Choose a label of the dataset for each. The choice is kept with the project."
        );
        paragraph(ui, TextRole::Small, p.text_secondary, text);
        ui.add_space(10.0);
        header(ui);
        let height = ROW * mapping.choices.len().min(MAX_ROWS) as f32;
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, (of_model, target)) in mapping.choices.iter().enumerate() {
                row(ui, &known, (index, of_model, target.as_deref()), out);
            }
        });
        ui.add_space(14.0);
        dialog_buttons(ui, |ui| {
            if Button::primary(spec_of(mapping.action).title()).show(ui).clicked() {
                out.push(Command::LabelMap(LabelMapCommand::Apply));
            }
            is_canceled = Button::plain(tr!("Cancel")).show(ui).clicked();
        });
    });
    if is_dismissed || is_canceled {
        out.push(Command::CloseDialog);
    }
}

fn header(ui: &mut Ui) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(theme::density(ui).control());
        let half = ui.available_width() / 2.0;
        ui.allocate_ui_with_layout(vec2(half, 20.0), Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(half);
            label(ui, TextRole::Caption, p.text_muted, tr!("Label of the model"));
        });
        label(ui, TextRole::Caption, p.text_muted, tr!("Label of the dataset"));
    });
}

/// Shows a label of the model with its choice.
fn row(ui: &mut Ui, known: &[String], (index, of_model, target): (usize, &str, Option<&str>), out: &mut Commands) {
    let p = theme::colors(ui);
    let is_new = !known.iter().any(|name| name == of_model);
    // Options: not used, the labels of the dataset, and a new label with the name of the model label.
    let mut names = vec![tr!("Not used").to_owned()];
    names.extend(known.iter().cloned());
    names.extend(is_new.then(|| tr!("New label {name}", name = of_model).to_string()));
    let chosen_target = |chosen: usize| match chosen {
        0 => None,
        n if n <= known.len() => Some(known[n - 1].clone()),
        _ => Some(of_model.to_owned()),
    };
    let mut chosen = (0..names.len()).find(|n| chosen_target(*n).as_deref() == target).unwrap_or_default();
    ui.allocate_ui_with_layout(vec2(ui.available_width(), ROW), Layout::left_to_right(Align::Center), |ui| {
        // The first layout of a dialog shrinks rows to their content.
        ui.set_min_height(ROW);
        let half = ui.available_width() / 2.0;
        ui.allocate_ui_with_layout(vec2(half, ROW), Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(half);
            label(ui, TextRole::BodyMedium, p.text, of_model);
        });
        if combo_box(ui, &tr!("Label for {name}", name = of_model), &mut chosen, &names).changed() {
            out.push(Command::LabelMap(LabelMapCommand::Choose(index, chosen_target(chosen))));
        }
    });
}
