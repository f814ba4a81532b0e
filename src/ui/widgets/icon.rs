//! Icons, each centered in a square.

use egui::{Align2, Color32, FontId, Painter, Rect, Response, Sense, Ui, vec2};

use crate::ui::theme::{FontFace, Icon};

use super::paint::put_text;

/// Shows an icon without interaction. Adjacent text must state its meaning.
pub fn icon(ui: &mut Ui, icon: Icon, size: f32, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    paint_icon(ui.painter(), rect, icon, size, color);
    response
}

/// Paints an icon in the middle of a rectangle.
pub fn paint_icon(painter: &Painter, rect: Rect, icon: Icon, size: f32, color: Color32) {
    let font = FontId::new(size, FontFace::Icon.family());
    let galley = painter.layout_no_wrap(icon.glyph().to_string(), font, Color32::PLACEHOLDER);
    put_text(painter, rect, Align2::CENTER_CENTER, galley, color);
}
