//! A square button with an icon and no text. Its tooltip shows the name.

use egui::{Color32, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, Icon, TextRole, metrics};

use super::icon::paint_icon;
use super::interaction::{Interaction, disabled_with_reason};
use super::key_cap::key_caps;
use super::paint::focus_ring;
use super::text::label;

/// An icon button. Only the tooltip and the screen reader show its name.
#[must_use = "a button is shown by `show`"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    keys: &'a [&'a str],
    size: Option<f32>,
    icon_size: f32,
    selected: Option<bool>,
    disabled_reason: Option<&'a str>,
}

impl<'a> IconButton<'a> {
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self {
            icon,
            name,
            keys: &[],
            size: None,
            icon_size: metrics::ICON_BUTTON_SIZE,
            selected: None,
            disabled_reason: None,
        }
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
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// Disables the button and sets the reason as its tooltip. `None` leaves it enabled.
    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.disabled_reason = reason;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        disabled_with_reason(ui, self.disabled_reason, |ui| self.add(ui)).on_hover_ui(|ui| self.tooltip(ui))
    }

    fn tooltip(&self, ui: &mut Ui) {
        let color = theme::colors(ui).text;
        ui.horizontal(|ui| {
            label(ui, TextRole::Small, color, self.name);
            if !self.keys.is_empty() {
                key_caps(ui, self.keys);
            }
        });
    }

    fn add(&self, ui: &mut Ui) -> Response {
        let side = self.size.unwrap_or_else(|| theme::density(ui).control());
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| match self.selected {
            Some(on) => WidgetInfo::selected(Role::Button, enabled, on, self.name),
            None => WidgetInfo::labeled(Role::Button, enabled, self.name),
        });
        if ui.is_rect_visible(rect) {
            let (fill, border, color) = self.colors(ui, &response);
            let stroke = Stroke::new(metrics::STROKE, border);
            ui.painter().rect(rect, metrics::RADIUS_CONTROL, fill, stroke, StrokeKind::Inside);
            let size = self.icon_size.min(side - 4.0);
            paint_icon(ui.painter(), rect, self.icon, size, color);
            focus_ring(ui, &response, rect, metrics::RADIUS_CONTROL);
        }
        response
    }

    /// Returns fill, border and icon color.
    fn colors(&self, ui: &Ui, response: &Response) -> (Color32, Color32, Color32) {
        let p = theme::colors(ui);
        let none = Color32::TRANSPARENT;
        if !ui.is_enabled() {
            return (none, none, p.text_disabled);
        }
        let touch = Interaction::new(ui, response);
        if self.selected == Some(true) {
            return (touch.hovered(p.selected, p.selected_hover), none, p.accent);
        }
        (touch.mix(none, p.hover, p.pressed), none, touch.hovered(p.text_secondary, p.text))
    }
}
