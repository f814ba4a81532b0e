//! A switch for settings with immediate effect.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole, metrics};

use super::interaction::Interaction;
use super::paint::{focus_ring, put_text};

const TRACK: egui::Vec2 = vec2(30.0, 18.0);
const KNOB: f32 = 14.0;

/// A switch with its name next to it.
#[must_use = "a switch is shown by `show`"]
pub struct Switch<'a> {
    on: &'a mut bool,
    name: &'a str,
}

impl<'a> Switch<'a> {
    pub fn new(on: &'a mut bool, name: &'a str) -> Self {
        Self { on, name }
    }

    /// Shows the switch. The response is marked as changed if it was toggled.
    pub fn show(self, ui: &mut Ui) -> Response {
        let name = TextRole::Body.single_line(ui, self.name);
        let size = vec2(TRACK.x + metrics::GAP + name.size().x, theme::density(ui).control());
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
        if response.clicked() {
            *self.on = !*self.on;
            response.mark_changed();
        }
        let (on, enabled) = (*self.on, ui.is_enabled());
        response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, on, self.name));
        if ui.is_rect_visible(rect) {
            let corner = pos2(rect.left(), rect.center().y - TRACK.y / 2.0);
            let track = Rect::from_min_size(corner, TRACK);
            paint_track(ui, &response, track, on);
            focus_ring(ui, &response, track, 9);
            let p = theme::colors(ui);
            let color = if enabled { p.text } else { p.text_disabled };
            let label = rect.with_min_x(track.right() + metrics::GAP);
            put_text(ui.painter(), label, Align2::LEFT_CENTER, name, color);
        }
        response
    }
}

fn paint_track(ui: &Ui, response: &Response, track: Rect, on: bool) {
    let p = theme::colors(ui);
    let touch = Interaction::new(ui, response);
    let slid = ui.animate_bool(response.id.with("slid"), on);
    let (ground, knob) = if ui.is_enabled() {
        let when_on = touch.mix(p.accent_fill, p.accent_hover, p.accent_press);
        let when_off = touch.hovered(p.pressed, p.line_strong);
        (when_off.lerp_to_gamma(when_on, slid), p.text_muted.lerp_to_gamma(Color32::WHITE, slid))
    } else {
        (p.hover, p.text_disabled)
    };
    ui.painter().rect_filled(track, 9, ground);
    let travel = track.width() - track.height();
    let center = pos2(track.left() + track.height() / 2.0 + travel * slid, track.center().y);
    ui.painter().circle_filled(center, KNOB / 2.0, knob);
}
