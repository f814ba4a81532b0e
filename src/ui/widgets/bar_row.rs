//! A clickable row of a bar chart: name, bar, number.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole};

use super::paint::{focus_ring, put_text};

const HEIGHT: f32 = 26.0;
const NAME: f32 = 150.0;
const NUMBER: f32 = 132.0;

/// A bar. All bars of a chart have the same full length.
#[must_use = "a row is shown by `show`"]
pub struct BarRow<'a> {
    /// Name of the counted item.
    pub name: &'a str,
    /// Formatted number.
    pub number: &'a str,
    /// Parts of the bar in order, as fractions of the full length with their colors.
    pub parts: &'a [(f32, Color32)],
}

impl BarRow<'_> {
    /// Shows the row with the full available width.
    pub fn show(self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{}: {}", self.name, self.number)));
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rect);
            focus_ring(ui, &response, rect, 6);
        }
        response
    }

    fn paint(&self, ui: &Ui, response: &Response, rect: Rect) {
        let p = theme::colors(ui);
        if response.hovered() {
            ui.painter().rect_filled(rect.expand2(vec2(6.0, 0.0)), 6, p.hover);
        }
        let name = rect.with_max_x(rect.left() + NAME.min(rect.width() * 0.35));
        put_text(
            ui.painter(),
            name,
            Align2::LEFT_CENTER,
            TextRole::Body.truncated(ui, self.name, name.width() - 8.0),
            p.text,
        );
        put_text(
            ui.painter(),
            rect,
            Align2::RIGHT_CENTER,
            TextRole::Small.single_line(ui, self.number),
            p.text_secondary,
        );
        let track = Rect::from_min_max(
            pos2(name.right(), rect.center().y - 4.0),
            pos2((rect.right() - NUMBER).max(name.right() + 8.0), rect.center().y + 4.0),
        );
        let mut left = track.left();
        for (share, color) in self.parts {
            // A nonzero value is always visible.
            let width = if *share > 0.0 { (track.width() * share.min(1.0)).max(2.0) } else { 0.0 };
            let part = Rect::from_min_size(pos2(left, track.top()), vec2(width, track.height()));
            ui.painter().rect_filled(part, 2, *color);
            left += width;
        }
    }
}
