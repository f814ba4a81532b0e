//! A drop-down menu of a button, and its rows.

use egui::containers::menu::is_in_menu;
use egui::{Align2, Popup, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Icon, LabelColour, TextRole, icon, metrics};

use super::icon::paint_icon;
use super::key_cap;
use super::label_chip::paint_key_square;
use super::paint::put_text;
use super::touch::unless_off;

/// Opens and closes a menu below the button of this response.
pub fn menu(button: &Response, width: f32, rows: impl FnOnce(&mut Ui)) {
    Popup::menu(button).gap(4.0).width(width).show(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 0.0;
        rows(ui);
    });
}

/// Content at the left of a row.
#[derive(Clone, Copy)]
enum Mark<'a> {
    Nothing,
    Icon(Icon),
    Key(&'a str, &'a LabelColour),
}

/// A row of a menu.
#[must_use = "a row is shown by `show`"]
pub struct MenuRow<'a> {
    text: &'a str,
    mark: Mark<'a>,
    detail: &'a str,
    keys: &'a [&'a str],
    chosen: bool,
    why_off: Option<&'a str>,
}

impl<'a> MenuRow<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, mark: Mark::Nothing, detail: "", keys: &[], chosen: false, why_off: None }
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.mark = Mark::Icon(icon);
        self
    }

    /// Sets the colored square with the key of a label.
    pub fn label_key(mut self, key: &'a str, colour: &'a LabelColour) -> Self {
        self.mark = Mark::Key(key, colour);
        self
    }

    /// Sets a fact at the right end.
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = detail;
        self
    }

    pub fn keys(mut self, keys: &'a [&'a str]) -> Self {
        self.keys = keys;
        self
    }

    /// Marks the selected row with a background, and with a check mark if the right end is free.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    /// Disables the row and sets the reason as its tooltip. `None` leaves it enabled.
    pub fn off(mut self, why: Option<&'a str>) -> Self {
        self.why_off = why;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let response = unless_off(ui, self.why_off, |ui| self.add(ui));
        // A menu closes automatically after a pointer click, but not after a key press.
        if response.clicked() && is_in_menu(ui) {
            ui.close();
        }
        response
    }

    fn add(&self, ui: &mut Ui) -> Response {
        let size = vec2(ui.available_width(), metrics::MENU_ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::MenuItem, enabled, self.chosen, self.text));
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rect);
        }
        response
    }

    fn paint(&self, ui: &Ui, response: &Response, rect: Rect) {
        let p = theme::of(ui);
        let enabled = ui.is_enabled();
        let pointed_at = enabled && (response.hovered() || response.has_focus());
        let painter = ui.painter();
        match (self.chosen, pointed_at) {
            (true, false) => painter.rect_filled(rect, metrics::RADIUS_CONTROL, p.selected),
            (true, true) => painter.rect_filled(rect, metrics::RADIUS_CONTROL, p.selected_hover),
            (false, true) => painter.rect_filled(rect, metrics::RADIUS_CONTROL, p.hover),
            (false, false) => painter.add(egui::Shape::Noop),
        };

        let mut rest = rect.shrink2(vec2(metrics::GAP, 0.0));
        match self.mark {
            Mark::Nothing => {}
            Mark::Icon(icon) => {
                let square = rest.with_max_x(rest.left() + metrics::ICON);
                let colour = if enabled { p.text2 } else { p.text_off };
                paint_icon(painter, square, icon, metrics::ICON, colour);
                rest.min.x = square.right() + metrics::GAP;
            }
            Mark::Key(key, colour) => {
                let corner = pos2(rest.left() - 2.0, rest.center().y - 10.0);
                let square = Rect::from_min_size(corner, vec2(20.0, 20.0));
                paint_key_square(ui, square, key, colour);
                rest.min.x = square.right() + metrics::GAP;
            }
        }
        rest.max.x -= self.paint_ending(ui, rest);
        let name = TextRole::Body.elided(ui, self.text, rest.width());
        let colour = if enabled { p.text } else { p.text_off };
        put_text(painter, rest, Align2::LEFT_CENTER, name, colour);
    }

    /// Paints keys, detail or check mark at the right, and returns their width.
    fn paint_ending(&self, ui: &Ui, rest: Rect) -> f32 {
        let p = theme::of(ui);
        let painter = ui.painter();
        if !self.keys.is_empty() {
            let width = key_cap::width(painter, self.keys);
            let at = rest.with_min_x(rest.right() - width);
            key_cap::paint(painter, at, self.keys, p.text2, p.line_strong);
            width + metrics::GAP
        } else if !self.detail.is_empty() {
            let detail = TextRole::Caption.line(ui, self.detail);
            let width = detail.size().x;
            put_text(painter, rest, Align2::RIGHT_CENTER, detail, p.text2);
            width + metrics::GAP
        } else if self.chosen {
            let at = rest.with_min_x(rest.right() - metrics::ICON);
            paint_icon(painter, at, icon::CHECK, 14.0, p.accent);
            metrics::ICON + metrics::GAP
        } else {
            0.0
        }
    }
}
