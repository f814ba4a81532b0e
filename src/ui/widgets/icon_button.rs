//! A square button with an icon and no text. Its tooltip shows the name.

use egui::{Color32, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, Icon, TextRole, metrics};

use super::icon::paint_icon;
use super::key_cap::key_caps;
use super::paint::focus_ring;
use super::text::label;
use super::touch::{Touch, unless_off};

/// An icon button. Only the tooltip and the screen reader show its name.
#[must_use = "a button is shown by `show`"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    keys: &'a [&'a str],
    size: Option<f32>,
    icon_size: f32,
    toggled: Option<bool>,
    why_off: Option<&'a str>,
}

impl<'a> IconButton<'a> {
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, keys: &[], size: None, icon_size: metrics::ICON_SQUARE, toggled: None, why_off: None }
    }

    /// Sets the shortcut, shown in the tooltip.
    pub fn keys(mut self, keys: &'a [&'a str]) -> Self {
        self.keys = keys;
        self
    }

    /// Sets a size smaller than a control, for rows and notifications.
    pub fn size(mut self, size: f32) -> Self {
        self.size = Some(size);
        self
    }

    /// Sets a larger icon size, for example in the navigation rail.
    pub fn icon_size(mut self, size: f32) -> Self {
        self.icon_size = size;
        self
    }

    /// Makes the button a toggle in this state.
    pub fn toggled(mut self, on: bool) -> Self {
        self.toggled = Some(on);
        self
    }

    /// Disables the button and sets the reason as its tooltip. `None` leaves it enabled.
    pub fn off(mut self, why: Option<&'a str>) -> Self {
        self.why_off = why;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        unless_off(ui, self.why_off, |ui| self.add(ui)).on_hover_ui(|ui| self.tooltip(ui))
    }

    fn tooltip(&self, ui: &mut Ui) {
        let colour = theme::of(ui).text;
        ui.horizontal(|ui| {
            label(ui, TextRole::Small, colour, self.name);
            if !self.keys.is_empty() {
                key_caps(ui, self.keys);
            }
        });
    }

    fn add(&self, ui: &mut Ui) -> Response {
        let side = self.size.unwrap_or_else(|| theme::density(ui).control());
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| match self.toggled {
            Some(on) => WidgetInfo::selected(Role::Button, enabled, on, self.name),
            None => WidgetInfo::labeled(Role::Button, enabled, self.name),
        });
        if ui.is_rect_visible(rect) {
            let (fill, border, colour) = self.colours(ui, &response);
            let stroke = Stroke::new(metrics::STROKE, border);
            ui.painter().rect(rect, metrics::RADIUS_CONTROL, fill, stroke, StrokeKind::Inside);
            let size = self.icon_size.min(side - 4.0);
            paint_icon(ui.painter(), rect, self.icon, size, colour);
            focus_ring(ui, &response, rect, metrics::RADIUS_CONTROL);
        }
        response
    }

    /// Returns fill, border and icon color.
    fn colours(&self, ui: &Ui, response: &Response) -> (Color32, Color32, Color32) {
        let p = theme::of(ui);
        let none = Color32::TRANSPARENT;
        if !ui.is_enabled() {
            return (none, none, p.text_off);
        }
        let touch = Touch::of(ui, response);
        if self.toggled == Some(true) {
            return (touch.hovered(p.selected, p.selected_hover), none, p.accent);
        }
        (touch.mix(none, p.hover, p.pressed), none, touch.hovered(p.text2, p.text))
    }
}
