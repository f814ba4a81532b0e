//! A check box without text, for the rows of a table.

use egui::{Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, icon, metrics};

use super::icon::paint_icon;
use super::interaction::Interaction;
use super::paint::focus_ring;

/// Side of the square, in points.
const SIDE: f32 = 16.0;

/// A square check box with an accessible name.
#[must_use = "a check box is shown by `show`"]
pub struct CheckBox<'a> {
    is_on: &'a mut bool,
    name: &'a str,
}

impl<'a> CheckBox<'a> {
    pub fn new(is_on: &'a mut bool, name: &'a str) -> Self {
        Self { is_on, name }
    }

    /// Shows the box. The response is marked as changed if it was toggled.
    pub fn show(self, ui: &mut Ui) -> Response {
        let (rect, mut response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::click());
        if response.clicked() {
            *self.is_on = !*self.is_on;
            response.mark_changed();
        }
        let (is_on, enabled) = (*self.is_on, ui.is_enabled());
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, is_on, self.name));
        let p = theme::colors(ui);
        let touch = Interaction::new(ui, &response);
        if is_on {
            ui.painter().rect_filled(rect, metrics::RADIUS_KEY, touch.hovered(p.accent_fill, p.accent_hover));
            paint_icon(ui.painter(), rect, icon::CHECK, 12.0, p.on_accent);
        } else {
            ui.painter().rect_filled(rect, metrics::RADIUS_KEY, p.field);
            let stroke = Stroke::new(metrics::STROKE, touch.hovered(p.line_strong, p.text_muted));
            ui.painter().rect_stroke(rect, metrics::RADIUS_KEY, stroke, StrokeKind::Inside);
        }
        focus_ring(ui, &response, rect, metrics::RADIUS_KEY);
        response
    }
}
