//! Ground of a clickable cell that is colored by its number.

use crate::ui::annotate::paint::lerp_color;
use crate::ui::theme;
use crate::ui::widgets::focus_ring;
use egui::{Rect, Response, Stroke, StrokeKind, Ui};

/// Intensity, 0 to 1, above which the text has the color for accents.
pub(super) const STRONG: f32 = 0.6;

/// Paints the ground of a cell with its outlines on hover, selection and focus. `intensity` is 0 to 1.
pub(super) fn paint_ground(ui: &Ui, response: &Response, rect: Rect, intensity: f32, is_selected: bool) {
    let p = theme::colors(ui);
    ui.painter().rect_filled(rect, 5, lerp_color(p.hover, p.accent_fill, intensity));
    if response.hovered() {
        ui.painter().rect_stroke(rect, 5, Stroke::new(1.0, p.text_muted), StrokeKind::Inside);
    }
    if is_selected {
        ui.painter().rect_stroke(rect.expand(1.0), 6, Stroke::new(2.0, p.accent), StrokeKind::Outside);
    }
    focus_ring(ui, response, rect, 5);
}
