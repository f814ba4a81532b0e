//! Footer of a dialog with check boxes: apply, cancel, select all or none.

use super::theme::{self, TextRole};
use super::widgets::{Button, label, separator};
use crate::i18n::tr;
use egui::{Align, Key, Layout, Ui};

/// Action that the user chose.
pub enum ChecklistAction {
    /// Applies the selected rows (button or Enter).
    Apply,
    /// Closes the dialog.
    Cancel,
    /// Selects all rows, or none.
    SelectAll(bool),
}

/// Shows the footer below the rows. `verb` names the action, and `num_checked` is the number of selected rows. The
/// optional text is placed before the buttons at the right.
pub fn show(ui: &mut Ui, verb: &str, num_checked: usize, note: Option<&str>) -> Option<ChecklistAction> {
    separator(ui);
    ui.add_space(12.0);
    let mut chosen = None;
    // A focused widget keeps Enter.
    let enter = ui.memory(|m| m.focused()).is_none() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let off = (num_checked == 0).then_some(tr!("Nothing selected"));
        if (Button::primary(verb).disabled(off).show(ui).clicked() || enter) && num_checked > 0 {
            chosen = Some(ChecklistAction::Apply);
        }
        if Button::plain(tr!("Cancel")).show(ui).clicked() {
            chosen = Some(ChecklistAction::Cancel);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if Button::ghost(tr!("Select all")).show(ui).clicked() {
                chosen = Some(ChecklistAction::SelectAll(true));
            }
            if Button::ghost(tr!("Select none")).show(ui).clicked() {
                chosen = Some(ChecklistAction::SelectAll(false));
            }
            if let Some(note) = note {
                label(ui, TextRole::Small, theme::colors(ui).text_muted, note);
            }
        });
    });
    chosen
}
