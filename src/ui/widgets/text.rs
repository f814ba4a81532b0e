//! Plain text in a text role.

use egui::{Align, Color32, Label, Layout, Response, Ui};

use crate::ui::theme::{self, Icon, TextRole};

use super::icon::paint_icon;
use super::paint::put_text;

/// Shows one line of text, cut with an ellipsis at the available width.
pub fn label(ui: &mut Ui, role: TextRole, color: Color32, text: &str) -> Response {
    let text = theme::marked(ui, text);
    ui.add(Label::new(role.rich_text(text).color(color)).truncate())
}

/// Shows text with line wrapping.
pub fn paragraph(ui: &mut Ui, role: TextRole, color: Color32, text: &str) -> Response {
    let text = theme::marked(ui, text);
    ui.add(Label::new(role.rich_text(text).color(color)).wrap())
}

/// Shows a small paragraph with an icon before its first line.
pub fn icon_paragraph(ui: &mut Ui, icon: Icon, size: f32, color: Color32, text: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let line = egui::vec2(14.0, TextRole::Small.line_height());
        let (square, _) = ui.allocate_exact_size(line, egui::Sense::hover());
        paint_icon(ui.painter(), square, icon, size, color);
        ui.vertical(|ui| paragraph(ui, TextRole::Small, theme::colors(ui).text_secondary, text));
    });
}

/// Shows a secondary fact next to a title of another size, on the baseline of the title.
pub fn caption(ui: &mut Ui, role: TextRole, text: &str) -> Response {
    // A smaller line that is centered like the title would be one point too high.
    let drop = if role.line_height() < TextRole::Strong.line_height() { 1.0 } else { 0.0 };
    let galley = role.truncated(ui, text, ui.available_width());
    let (rect, response) = ui.allocate_exact_size(galley.size(), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    put_text(
        ui.painter(),
        rect.translate(egui::vec2(0.0, drop)),
        egui::Align2::LEFT_CENTER,
        galley,
        theme::colors(ui).text_muted,
    );
    response
}

/// Shows one line with a fact at the left and another at the right, for example above a progress bar.
pub fn space_between(ui: &mut Ui, role: TextRole, left: &str, right: &str) {
    space_between_colored(ui, role, left, right, theme::colors(ui).text);
}

/// Shows the same, with the right fact in a color.
pub fn space_between_colored(ui: &mut Ui, role: TextRole, left: &str, right: &str, color: Color32) {
    let palette = theme::colors(ui);
    let size = egui::vec2(ui.available_width(), role.line_height());
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        label(ui, role, color, right);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            label(ui, role, palette.text_secondary, left);
        });
    });
}
