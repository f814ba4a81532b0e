//! A drop-down menu of a button, and its rows.

use egui::containers::menu::is_in_menu;
use egui::{Align2, Popup, PopupCloseBehavior, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Icon, LabelColor, TextRole, icon, metrics};

use super::icon::paint_icon;
use super::interaction::disabled_with_reason;
use super::key_cap;
use super::label_chip::paint_key_square;
use super::paint::put_text;

/// Maximum share of the window height that a menu uses. Longer menus scroll.
const MAX_HEIGHT: f32 = 0.6;

/// Opens and closes a menu below the button of this response. A long menu scrolls.
pub fn menu(button: &Response, width: f32, rows: impl FnOnce(&mut Ui)) {
    // A row closes the menu itself, and a click into a field of the menu does not.
    let popup = Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.gap(4.0).width(width).show(|ui| {
        ui.set_width(width);
        let height = MAX_HEIGHT * ui.content_rect().height();
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 0.0;
            rows(ui);
        });
    });
}

/// Content at the left of a row.
#[derive(Clone, Copy)]
enum RowIcon<'a> {
    Nothing,
    Icon(Icon),
    Key(&'a str, &'a LabelColor),
}

/// A row of a menu.
#[must_use = "a row is shown by `show`"]
pub struct MenuRow<'a> {
    text: &'a str,
    mark: RowIcon<'a>,
    detail: &'a str,
    keys: &'a [&'a str],
    selected: bool,
    disabled_reason: Option<&'a str>,
}

impl<'a> MenuRow<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, mark: RowIcon::Nothing, detail: "", keys: &[], selected: false, disabled_reason: None }
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.mark = RowIcon::Icon(icon);
        self
    }

    /// Sets the colored square with the key of a label.
    pub fn label_shortcut(mut self, key: &'a str, color: &'a LabelColor) -> Self {
        self.mark = RowIcon::Key(key, color);
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
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Disables the row and sets the reason as its tooltip. `None` leaves it enabled.
    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.disabled_reason = reason;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let response = disabled_with_reason(ui, self.disabled_reason, |ui| self.add(ui));
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
        response.widget_info(|| WidgetInfo::selected(Role::MenuItem, enabled, self.selected, self.text));
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rect);
        }
        response
    }

    fn paint(&self, ui: &Ui, response: &Response, rect: Rect) {
        let p = theme::colors(ui);
        let enabled = ui.is_enabled();
        let pointed_at = enabled && (response.hovered() || response.has_focus());
        let painter = ui.painter();
        match (self.selected, pointed_at) {
            (true, false) => painter.rect_filled(rect, metrics::RADIUS_CONTROL, p.selected),
            (true, true) => painter.rect_filled(rect, metrics::RADIUS_CONTROL, p.selected_hover),
            (false, true) => painter.rect_filled(rect, metrics::RADIUS_CONTROL, p.hover),
            (false, false) => painter.add(egui::Shape::Noop),
        };

        let mut rest = rect.shrink2(vec2(metrics::GAP, 0.0));
        match self.mark {
            RowIcon::Nothing => {}
            RowIcon::Icon(icon) => {
                let square = rest.with_max_x(rest.left() + metrics::ICON);
                let color = if enabled { p.text_secondary } else { p.text_disabled };
                paint_icon(painter, square, icon, metrics::ICON, color);
                rest.min.x = square.right() + metrics::GAP;
            }
            RowIcon::Key(key, color) => {
                let corner = pos2(rest.left() - 2.0, rest.center().y - 10.0);
                let square = Rect::from_min_size(corner, vec2(20.0, 20.0));
                paint_key_square(ui, square, key, color);
                rest.min.x = square.right() + metrics::GAP;
            }
        }
        rest.max.x -= self.paint_trailing(ui, rest);
        let name = TextRole::Body.truncated(ui, self.text, rest.width());
        let color = if enabled { p.text } else { p.text_disabled };
        put_text(painter, rest, Align2::LEFT_CENTER, name, color);
    }

    /// Paints keys, detail or check mark at the right, and returns their width.
    fn paint_trailing(&self, ui: &Ui, rest: Rect) -> f32 {
        let p = theme::colors(ui);
        let painter = ui.painter();
        if !self.keys.is_empty() {
            let width = key_cap::width(painter, self.keys);
            let at = rest.with_min_x(rest.right() - width);
            key_cap::paint(painter, at, self.keys, p.text_secondary, p.line_strong);
            width + metrics::GAP
        } else if !self.detail.is_empty() {
            let detail = TextRole::Caption.single_line(ui, self.detail);
            let width = detail.size().x;
            put_text(painter, rest, Align2::RIGHT_CENTER, detail, p.text_secondary);
            width + metrics::GAP
        } else if self.selected {
            let at = rest.with_min_x(rest.right() - metrics::ICON);
            paint_icon(painter, at, icon::CHECK, 14.0, p.accent);
            metrics::ICON + metrics::GAP
        } else {
            0.0
        }
    }
}
