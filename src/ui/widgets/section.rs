//! Heads: of a whole panel, and of a section inside it.

use egui::{Align, Frame, Layout, Margin, Ui, pos2, vec2};

use crate::ui::theme::{self, TextRole};

use super::paint::hairline;
use super::text::label;

/// The head of a panel, 44 high: its name, a count beside it, and controls at the right end.
pub fn panel_head(ui: &mut Ui, name: &str, note: &str, controls: impl FnOnce(&mut Ui)) {
    let padding = theme::density(ui).panel_padding();
    let shown = Frame::new().inner_margin(Margin::symmetric(padding as i8, 0)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        head(ui, 44.0, (TextRole::Strong, name), note, controls);
    });
    let (edge, below) = (ui.max_rect().x_range(), shown.response.rect.bottom() - 1.0);
    // What follows stands right below the line, whatever the panel's spacing.
    ui.add_space(-ui.spacing().item_spacing.y);
    hairline(ui.painter(), pos2(edge.min, below), pos2(edge.max, below), theme::of(ui).line);
}

/// The head of a section, as high as a control.
pub fn section_head(ui: &mut Ui, name: &str, note: &str, controls: impl FnOnce(&mut Ui)) {
    let height = theme::density(ui).control();
    head(ui, height, (TextRole::SmallMedium, name), note, controls);
}

/// A row of words at the left and controls at the right, which come first so that words give way.
fn head(ui: &mut Ui, height: f32, name: (TextRole, &str), note: &str, controls: impl FnOnce(&mut Ui)) {
    let p = theme::of(ui);
    let (role, name) = name;
    let colour = if role == TextRole::Strong { p.text } else { p.text2 };
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(height);
        controls(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            label(ui, role, colour, name);
            if !note.is_empty() {
                label(ui, TextRole::Small, p.text3, note);
            }
        });
    });
}
