//! The foot of a dialog whose rows are ticked: take what is ticked, cancel, tick all or none.

use super::theme::{self, TextRole};
use super::widgets::{Button, label, separator};
use crate::app::i18n::tr;
use egui::{Align, Key, Layout, Ui};

/// What was chosen.
pub enum Chosen {
    /// What is ticked is done, by the button or Enter.
    Take,
    /// The dialog closes.
    Cancel,
    /// All rows are ticked, or none.
    Tick(bool),
}

/// Shows the foot below the rows. `verb` names the deed, `ticked` counts the rows it is done to, `beside` stands before the buttons
/// at the right.
pub fn show(ui: &mut Ui, verb: &str, ticked: usize, beside: Option<&str>) -> Option<Chosen> {
    separator(ui);
    ui.add_space(12.0);
    let mut chosen = None;
    // What has the focus keeps Enter for itself.
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
