//! Dialog of a new dataset from pasted or typed text.

use super::Commands;
use super::theme::{self, TextRole, metrics};
use super::widgets::{Button, TextArea, TextField, dialog, dialog_buttons, label, paragraph};
use crate::app::Command;
use crate::i18n::tr;
use egui::Ui;

/// Unfinished input of the dialog.
#[derive(Default)]
pub struct NewDatasetState {
    name: String,
    text: String,
}

/// Shows the dialog over the page. `is_opening` is true while the dataset is being created.
pub fn show(ui: &mut Ui, is_opening: bool, view: &mut NewDatasetState, out: &mut Commands) {
    let p = theme::colors(ui);
    let mut is_canceled = false;
    let is_dismissed = dialog(ui, "new dataset", 620.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("New dataset from text"));
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.add_space(6.0);
        label(ui, TextRole::Small, p.text_secondary, tr!("Dataset name"));
        TextField::new(&mut view.name, tr!("Name of the dataset")).placeholder(tr!("My texts")).show(ui);
        ui.add_space(6.0);
        label(ui, TextRole::Small, p.text_secondary, tr!("Text to annotate"));
        let text = TextArea::new(&mut view.text, tr!("Text of the dataset")).placeholder(tr!("Enter or paste text"));
        text.rows(8, 14).show(ui);
        paragraph(
            ui,
            TextRole::Caption,
            p.text_muted,
            tr!("The text is stored in the data directory of Tagwright. Labels are added afterwards."),
        );
        ui.add_space(metrics::GAP);
        let reason = if is_opening {
            Some(tr!("A dataset is being opened"))
        } else {
            view.text.trim().is_empty().then_some(tr!("Enter text first"))
        };
        dialog_buttons(ui, |ui| {
            if Button::primary(tr!("Create dataset")).disabled(reason).show(ui).clicked() {
                let name = if view.name.trim().is_empty() { tr!("My texts").to_owned() } else { view.name.clone() };
                out.push(Command::CreateDataset(name, view.text.clone()));
            }
            is_canceled = Button::plain(tr!("Cancel")).show(ui).clicked();
        });
    });
    if is_dismissed || is_canceled {
        out.push(Command::CloseDialog);
    }
}
