//! Painting helpers: hairlines, rings, dots, dashed outlines, text in a rectangle.

use std::sync::Arc;

use egui::emath::GuiRounding as _;
use egui::epaint::{RoundedRect, tessellator::path};
use egui::{Align2, Color32, Galley, Painter, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::ui::theme::{self, metrics};

/// Paints a line between two points, one point thin and aligned to pixels.
pub fn hairline(painter: &Painter, from: Pos2, to: Pos2, color: Color32) {
    let pixels = painter.pixels_per_point();
    // A whole number of pixels keeps the line sharp; 1.25 pixels would be blurred.
    let width = pixels.floor().max(1.0) / pixels;
    let corner = from.round_to_pixels(pixels);
    let along = to - from;
    let size = if along.x > along.y { vec2(along.x, width) } else { vec2(width, along.y) };
    painter.rect_filled(Rect::from_min_size(corner, size), 0, color);
}

/// Shows a hairline over the available width, one point high.
pub fn separator(ui: &mut Ui) {
    let color = theme::colors(ui).line;
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), metrics::STROKE));
    hairline(ui.painter(), rect.left_top(), rect.right_top(), color);
}

/// Paints the focus ring if a key moved the focus to the widget.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() && theme::is_focus_visible(ui) {
        ring(ui, rect, radius);
    }
}

/// Paints a ring: two points wide, one point outside the widget.
pub(super) fn ring(ui: &Ui, rect: Rect, radius: u8) {
    let stroke = Stroke::new(metrics::STROKE_FOCUS, theme::colors(ui).focus);
    ui.painter().rect_stroke(rect.expand(2.0), radius + 2, stroke, StrokeKind::Middle);
}

/// Paints the dot of a label: a square of 8 points with rounded corners.
pub fn dot(painter: &Painter, center: Pos2, color: Color32) {
    painter.rect_filled(Rect::from_center_size(center, vec2(8.0, 8.0)), 2, color);
}

/// Paints a dashed outline that appears as 4 points on and 3 off. Antialiasing blurs each end by half a point.
pub fn dashed_rect(painter: &Painter, rect: Rect, radius: u8, stroke: Stroke) {
    let rect = rect.round_to_pixels(painter.pixels_per_point()).shrink(stroke.width / 2.0);
    let mut points = Vec::new();
    path::rounded_rectangle(&mut points, RoundedRect::new(rect, f32::from(radius)));
    points.extend(points.first().copied());
    painter.extend(Shape::dashed_line(&points, stroke, 3.0, 4.0));
}

/// Paints laid-out text, aligned in a rectangle and to pixels.
pub fn put_text(painter: &Painter, rect: Rect, align: Align2, galley: Arc<Galley>, color: Color32) {
    let at = align.align_size_within_rect(galley.size(), rect).min;
    let at = at.round_to_pixels(painter.pixels_per_point());
    put_galley(painter, at, galley, color);
}

/// Paints laid-out text. Parts outside of its lines, for example stacked combining marks, are clipped, so that they
/// cover nothing else.
pub fn put_galley(painter: &Painter, at: Pos2, galley: Arc<Galley>, color: Color32) {
    let height = galley.size().y;
    let drawn = galley.mesh_bounds;
    if drawn.top() >= 0.0 && drawn.bottom() <= height {
        painter.galley(at, galley, color);
        return;
    }
    let clip = painter.clip_rect();
    let lines = Rect::from_x_y_ranges(clip.x_range(), at.y..=at.y + height);
    painter.with_clip_rect(clip.intersect(lines)).galley(at, galley, color);
}

/// Paints the line at the lower edge of a panel. It is inside the panel, because the next panel paints over everything
/// outside.
pub fn bottom_border(ui: &Ui, rect: Rect) {
    let y = rect.bottom() - 1.0;
    hairline(ui.painter(), pos2(rect.left(), y), pos2(rect.right(), y), theme::colors(ui).line);
}

/// Paints the line at the right edge of a panel.
pub fn right_border(ui: &Ui, rect: Rect) {
    let x = rect.right() - 1.0;
    hairline(ui.painter(), pos2(x, rect.top()), pos2(x, rect.bottom()), theme::colors(ui).line);
}
