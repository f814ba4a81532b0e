//! A drop-down list.

use egui::{Align2, Color32, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, TextRole, icon, metrics};

use super::icon::paint_icon;
use super::menu::{MenuRow, menu};
use super::paint::{focus_ring, put_text};
use super::text_field::border;

/// Shows the selected option with the full width, and the others in a list. The response is marked as changed if
/// another option was selected.
pub fn combo_box(ui: &mut Ui, name: &str, chosen: &mut usize, options: &[impl AsRef<str>]) -> Response {
    let size = vec2(ui.available_width(), theme::density(ui).control());
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    let mut picked = None;
    menu(&response, rect.width() - 2.0 * 6.0, |ui| {
        for (index, option) in options.iter().enumerate() {
            let row = MenuRow::new(option.as_ref()).selected(index == *chosen);
            if row.show(ui).clicked() {
                picked = Some(index);
            }
        }
    });
    if let Some(index) = picked.filter(|index| index != chosen) {
        *chosen = index;
        response.mark_changed();
    }

    let shown = options.get(*chosen).map_or("", AsRef::as_ref);
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(shown.to_owned()),
        ..WidgetInfo::labeled(Role::ComboBox, enabled, name)
    });
    if ui.is_rect_visible(rect) {
        let p = theme::colors(ui);
        let (fill, text) = if enabled { (p.field, p.text) } else { (Color32::TRANSPARENT, p.text_disabled) };
        let stroke = Stroke::new(metrics::STROKE, border(ui, &response, false));
        ui.painter().rect(rect, metrics::RADIUS_CONTROL, fill, stroke, StrokeKind::Inside);
        focus_ring(ui, &response, rect, metrics::RADIUS_CONTROL);
        let mut inside = rect.shrink2(vec2(8.0, 0.0));
        let chevron = inside.with_min_x(inside.right() - metrics::ICON);
        let color = if enabled { p.text_secondary } else { p.text_disabled };
        paint_icon(ui.painter(), chevron, icon::CHEVRON_DOWN, metrics::ICON_BUTTON_SIZE, color);
        inside.max.x = chevron.left() - metrics::GAP;
        let galley = TextRole::Body.truncated(ui, shown, inside.width());
        put_text(ui.painter(), inside, Align2::LEFT_CENTER, galley, text);
    }
    response
}
