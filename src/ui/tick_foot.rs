//! Footer of a dialog with check boxes: apply, cancel, select all or none.

use super::theme::{self, TextRole};
use super::widgets::{Button, label, separator};
use crate::app::i18n::tr;
use egui::{Align, Key, Layout, Ui};

/// Action that the user chose.
pub enum Chosen {
    /// Applies the selected rows (button or Enter).
    Take,
    /// Closes the dialog.
    Cancel,
    /// Selects all rows, or none.
    Tick(bool),
}

/// Shows the footer below the rows. `verb` names the action, and `ticked` is the number of selected rows. The optional
/// text is placed before the buttons at the right.
pub fn show(ui: &mut Ui, verb: &str, ticked: usize, beside: Option<&str>) -> Option<Chosen> {
    separator(ui);
    ui.add_space(12.0);
    let mut chosen = None;
    // A focused widget keeps Enter.
    let enter = ui.memory(|m| m.focused()).is_none() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let off = (ticked == 0).then_some(tr!("Nothing is ticked."));
        if (Button::primary(verb).off(off).show(ui).clicked() || enter) && ticked > 0 {
            chosen = Some(Chosen::Take);
        }
        if Button::plain(tr!("Cancel")).show(ui).clicked() {
            chosen = Some(Chosen::Cancel);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if Button::quiet(tr!("Tick all")).show(ui).clicked() {
                chosen = Some(Chosen::Tick(true));
            }
            if Button::quiet(tr!("Tick none")).show(ui).clicked() {
                chosen = Some(Chosen::Tick(false));
            }
            if let Some(beside) = beside {
                label(ui, TextRole::Small, theme::of(ui).text3, beside);
            }
        });
    });
    chosen
}
