//! Headers of panels and of their sections.

use egui::{Align, Frame, Layout, Margin, Ui, pos2, vec2};

use crate::ui::theme::{self, TextRole};

use super::paint::hairline;
use super::text::{caption, label};

/// Shows the header of a panel, 44 high: name, a count next to it, and controls at the right end.
pub fn panel_header(ui: &mut Ui, name: &str, note: &str, controls: impl FnOnce(&mut Ui)) {
    lined_head(ui, 44.0, name, (TextRole::Small, note), controls);
}

/// Shows a header of the height of a strip of 52, as on the Try page, so that the lines below both are aligned.
pub fn tall_panel_header(ui: &mut Ui, name: &str, note: &str) {
    tall_panel_header_with(ui, name, note, |_| {});
}

/// Shows a header of the height of a strip, with controls at the right end.
pub fn tall_panel_header_with(ui: &mut Ui, name: &str, note: &str, controls: impl FnOnce(&mut Ui)) {
    lined_head(ui, 52.0, name, (TextRole::Small, note), controls);
}

/// Shows a panel header with the id of its object.
pub fn panel_header_with_id(ui: &mut Ui, name: &str, id: &str) {
    lined_head(ui, 44.0, name, (TextRole::MonoSmall, id), |_| {});
}

fn lined_head(ui: &mut Ui, height: f32, name: &str, note: (TextRole, &str), controls: impl FnOnce(&mut Ui)) {
    let padding = theme::density(ui).panel_padding();
    let shown = Frame::new().inner_margin(Margin::symmetric(padding as i8, 0)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        head(ui, height, name, note, controls);
    });
    let (edge, below) = (ui.max_rect().x_range(), shown.response.rect.bottom() - 1.0);
    // The content starts directly below the line, independent of the panel spacing.
    ui.add_space(-ui.spacing().item_spacing.y);
    hairline(ui.painter(), pos2(edge.min, below), pos2(edge.max, below), theme::colors(ui).line);
}

/// Shows the header of a section of a panel, without the line below.
pub fn section_header(ui: &mut Ui, name: &str, controls: impl FnOnce(&mut Ui)) {
    let padding = theme::density(ui).panel_padding();
    Frame::new()
        .inner_margin(Margin::symmetric(padding as i8, 0))
        .show(ui, |ui| head(ui, 44.0, name, (TextRole::Small, ""), controls));
}

/// Shows text at the left and controls at the right. The controls are placed first, so that the text is shortened if
/// necessary.
fn head(ui: &mut Ui, height: f32, name: &str, note: (TextRole, &str), controls: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(height);
        controls(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            label(ui, TextRole::Strong, theme::colors(ui).text, name);
            if !note.1.is_empty() {
                caption(ui, note.0, note.1);
            }
        });
    });
}
