//! Plain text in one of our roles.

use egui::{Align, Color32, Label, Layout, Response, Ui};

use crate::ui::theme::{self, TextRole};

/// One line of text, cut with an ellipsis where the room ends.
pub fn label(ui: &mut Ui, role: TextRole, colour: Color32, text: &str) -> Response {
    ui.add(Label::new(role.rich(text).color(colour)).truncate())
}

/// Text over as many lines as it takes.
pub fn paragraph(ui: &mut Ui, role: TextRole, colour: Color32, text: &str) -> Response {
    ui.add(Label::new(role.rich(text).color(colour)).wrap())
}

/// One line with a fact at its left end and another at its right, as above a progress bar.
pub fn both_ends(ui: &mut Ui, role: TextRole, left: &str, right: &str) {
    let palette = theme::of(ui);
    let size = egui::vec2(ui.available_width(), role.line_height());
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        label(ui, role, palette.text, right);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            label(ui, role, palette.text2, left);
        });
    });
}
