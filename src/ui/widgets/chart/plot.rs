//! The plot area of a chart: positions of values on the screen, grid lines, and tick labels.

use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, Ui, emath, pos2, vec2};

use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::paint::{hairline, put_text};

use super::axis::{Axis, write_short_tick};

const LEFT: f32 = 42.0;
const RIGHT: f32 = 14.0;
const TOP: f32 = 10.0;
const BOTTOM: f32 = 22.0;

/// A rectangle with two axes.
pub(super) struct Plot {
    pub rect: Rect,
    pub x: Axis,
    pub y: Axis,
}

impl Plot {
    /// Creates the plot area inside the rectangle of a chart, with the default margins.
    pub fn inside(space: Rect, x: Axis, y: Axis) -> Self {
        let corner = space.min + vec2(LEFT, TOP);
        let end = (space.max - vec2(RIGHT, BOTTOM)).max(corner + vec2(1.0, 1.0));
        Self { rect: Rect::from_min_max(corner, end), x, y }
    }

    /// Returns the position of a point, or `None` if it has no position on these axes.
    pub fn to_screen(&self, [x, y]: [f64; 2]) -> Option<Pos2> {
        Some(pos2(self.x_to_screen(x)?, self.place_y(y)?))
    }

    pub fn x_to_screen(&self, x: f64) -> Option<f32> {
        Some(emath::lerp(self.rect.x_range(), self.x.normalize(x)?))
    }

    pub fn place_y(&self, y: f64) -> Option<f32> {
        Some(emath::lerp(self.rect.bottom_up_range(), self.y.normalize(y)?))
    }

    /// Returns the x value at a screen position.
    pub fn x_at(&self, screen_x: f32) -> f64 {
        self.x.value(emath::inverse_lerp(self.rect.x_range().into(), screen_x).unwrap_or(0.0))
    }

    /// Paints horizontal lines at the y ticks, with their values at the left.
    pub fn paint_grid(&self, ui: &Ui) {
        let p = theme::colors(ui);
        for tick in self.y.ticks() {
            let Some(y) = self.place_y(tick) else {
                continue;
            };
            let (left, right) = (self.rect.left(), self.rect.right());
            hairline(ui.painter(), pos2(left, y), pos2(right, y), p.line);
            let note = Rect::from_min_max(pos2(left - LEFT, y - 8.0), pos2(left - 8.0, y + 8.0));
            let written = TextRole::Caption.single_line(ui, &write_short_tick(tick));
            // A number that is too wide is left out; its grid line remains.
            if written.size().x <= LEFT - 12.0 {
                put_text(ui.painter(), note, Align2::RIGHT_CENTER, written, p.text_muted);
            }
        }
    }

    /// Paints a text under the plot, centered at its x position but inside the edges.
    pub fn paint_x_label(&self, ui: &Ui, x: f32, text: &str) {
        let written = TextRole::Caption.single_line(ui, text);
        let half = written.size().x / 2.0;
        let edge = self.rect.right() + RIGHT - 4.0;
        let center = x.min(edge - half);
        let below = Rect::from_center_size(pos2(center, self.rect.bottom() + 12.0), written.size());
        put_text(ui.painter(), below, Align2::CENTER_CENTER, written, theme::colors(ui).text_muted);
    }

    /// Paints a dashed line across the plot.
    pub fn dashes(painter: &Painter, ends: [Pos2; 2], stroke: Stroke) {
        let snap = |at: Pos2| {
            let pixels = painter.pixels_per_point();
            ((at.to_vec2() * pixels).floor() / pixels + vec2(0.5, 0.5) / pixels).to_pos2()
        };
        painter.extend(Shape::dashed_line(&ends.map(snap), stroke, 3.0, 3.0));
    }
}
