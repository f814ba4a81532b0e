//! The chip of a label in the label bar: key, name, number of spans.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, LabelColor, TextRole, metrics};

use super::interaction::Interaction;
use super::paint::{focus_ring, put_text};

const SQUARE: f32 = 20.0;

/// A label that a click applies to the selection.
#[must_use = "a chip is shown by `show`"]
pub struct LabelChip<'a> {
    shortcut: &'a str,
    name: &'a str,
    color: &'a LabelColor,
    count: &'a str,
    selected: bool,
}

impl<'a> LabelChip<'a> {
    pub fn new(key: &'a str, name: &'a str, color: &'a LabelColor) -> Self {
        Self { shortcut: key, name, color, count: "", selected: false }
    }

    /// Sets the formatted number of spans.
    pub fn count(mut self, count: &'a str) -> Self {
        self.count = count;
        self
    }

    /// Marks the label that is applied to mouse selections.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Returns the width of the chip, so that the bar can compute how many fit.
    pub fn width(&self, ui: &Ui) -> f32 {
        let name = TextRole::SmallMedium.single_line(ui, self.name).size().x;
        let count = if self.count.is_empty() {
            0.0
        } else {
            metrics::GAP + TextRole::Caption.single_line(ui, self.count).size().x
        };
        (4.0 + SQUARE + metrics::GAP + name + count + metrics::PAD).round()
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let size = vec2(self.width(ui), theme::density(ui).control());
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, self.selected, self.name));
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rect);
            focus_ring(ui, &response, rect, metrics::RADIUS_CHIP);
        }
        response
    }

    fn paint(&self, ui: &Ui, response: &Response, rect: Rect) {
        let p = theme::colors(ui);
        let (enabled, down) = (ui.is_enabled(), response.is_pointer_button_down_on());
        let none = Color32::TRANSPARENT;
        let (fill, border) = match (enabled, down) {
            (false, _) => (none, p.line),
            (true, true) => (self.color.background, self.color.background),
            (true, false) if self.selected => (self.color.background, p.accent),
            (true, false) => (Interaction::new(ui, response).hovered(none, p.hover), p.line_strong),
        };
        let stroke = Stroke::new(metrics::STROKE, border);
        ui.painter().rect(rect, metrics::RADIUS_CHIP, fill, stroke, StrokeKind::Inside);

        let corner = pos2(rect.left() + 4.0, rect.center().y - SQUARE / 2.0);
        let square = Rect::from_min_size(corner, vec2(SQUARE, SQUARE));
        paint_key_square(ui, square, self.shortcut, self.color);
        let mut rest = rect.with_min_x(square.right() + metrics::GAP);
        let name = TextRole::SmallMedium.single_line(ui, self.name);
        let count_from = rest.left() + name.size().x + metrics::GAP;
        let color = if enabled { p.text } else { p.text_disabled };
        put_text(ui.painter(), rest, Align2::LEFT_CENTER, name, color);
        rest.min.x = count_from;
        // `text3` has too little contrast on the hover and press backgrounds.
        let color = match (enabled, response.hovered() || down) {
            (false, _) => p.text_disabled,
            (true, true) => p.text_secondary,
            (true, false) => p.text_muted,
        };
        let count = TextRole::Caption.single_line(ui, self.count);
        put_text(ui.painter(), rest, Align2::LEFT_CENTER, count, color);
    }
}

/// Paints the square with the key of a label, for chips and menus.
pub(super) fn paint_key_square(ui: &Ui, square: Rect, key: &str, color: &LabelColor) {
    let p = theme::colors(ui);
    let (fill, text) = if ui.is_enabled() { (color.background, color.text) } else { (p.hover, p.text_disabled) };
    ui.painter().rect_filled(square, metrics::RADIUS_BADGE, fill);
    let galley = TextRole::CaptionStrong.single_line(ui, key);
    put_text(ui.painter(), square, Align2::CENTER_CENTER, galley, text);
}
