//! Key caps of a shortcut, one for each key.

use egui::{Align2, Color32, Painter, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole, metrics};

use super::paint::put_text;

const GAP: f32 = 4.0;

/// Shows the caps of a shortcut next to each other, without interaction.
pub fn key_caps(ui: &mut Ui, keys: &[&str]) -> Response {
    let palette = theme::colors(ui);
    let size = vec2(width(ui.painter(), keys), metrics::KEY_CAP);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, keys.join(" ")));
    paint(ui.painter(), rect, keys, palette.text_secondary, palette.line_strong);
    response
}

/// Returns the width of the caps of a shortcut.
pub(super) fn width(painter: &Painter, keys: &[&str]) -> f32 {
    let gaps = keys.len().saturating_sub(1) as f32 * GAP;
    keys.iter().map(|key| cap_width(painter, key)).sum::<f32>() + gaps
}

/// Paints the caps from the left edge of a rectangle, vertically centered.
pub(super) fn paint(painter: &Painter, rect: Rect, keys: &[&str], text: Color32, border: Color32) {
    let top = rect.center().y - metrics::KEY_CAP / 2.0;
    let mut left = rect.left();
    for key in keys {
        let size = vec2(cap_width(painter, key), metrics::KEY_CAP);
        let cap = Rect::from_min_size(pos2(left, top), size);
        let stroke = Stroke::new(metrics::STROKE, border);
        painter.rect_stroke(cap, metrics::RADIUS_KEY, stroke, StrokeKind::Inside);
        let galley = TextRole::Caption.single_line(painter.ctx(), key);
        put_text(painter, cap, Align2::CENTER_CENTER, galley, text);
        left += size.x + GAP;
    }
}

fn cap_width(painter: &Painter, key: &str) -> f32 {
    let text = TextRole::Caption.single_line(painter.ctx(), key).size().x;
    (text + 10.0).max(metrics::KEY_CAP).round()
}
