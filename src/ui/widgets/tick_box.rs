//! A box to tick, for choosing some of many.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, TextRole, icon, metrics};

use super::icon::paint_icon;
use super::paint::{focus_ring, put_text};
use super::touch::Touch;

const SIDE: f32 = 16.0;
const RADIUS: u8 = 4;

/// A box with its name beside it.
#[must_use = "a tick box is shown by `show`"]
pub struct TickBox<'a> {
    ticked: &'a mut bool,
    name: &'a str,
    bare: bool,
}

impl<'a> TickBox<'a> {
    pub fn new(ticked: &'a mut bool, name: &'a str) -> Self {
        Self { ticked, name, bare: false }
    }

    /// Leaves the name to what stands beside it; it remains the accessible name.
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// The response is marked as changed when the box was clicked.
    pub fn show(self, ui: &mut Ui) -> Response {
        let name = (!self.bare).then(|| TextRole::Body.line(ui, self.name));
        let beside = name.as_ref().map_or(0.0, |galley| metrics::GAP + galley.size().x);
        let height = if self.bare { SIDE } else { theme::density(ui).control() };
        let (rect, mut response) = ui.allocate_exact_size(vec2(SIDE + beside, height), Sense::click());
        if response.clicked() {
            *self.ticked = !*self.ticked;
            response.mark_changed();
        }
        let (ticked, enabled) = (*self.ticked, ui.is_enabled());
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, ticked, self.name));
        if ui.is_rect_visible(rect) {
            let square = Rect::from_center_size(rect.left_center() + vec2(SIDE / 2.0, 0.0), vec2(SIDE, SIDE));
            paint_box(ui, &response, square, ticked);
            focus_ring(ui, &response, square, RADIUS);
            if let Some(galley) = name {
                let palette = theme::of(ui);
                let colour = if enabled { palette.text } else { palette.text_off };
                let beside = rect.with_min_x(square.right() + metrics::GAP);
                put_text(ui.painter(), beside, Align2::LEFT_CENTER, galley, colour);
            }
        }
        response
    }
}

fn paint_box(ui: &Ui, response: &Response, square: Rect, ticked: bool) {
    let p = theme::of(ui);
    let touch = Touch::of(ui, response);
    let (fill, border, tick) = match (ui.is_enabled(), ticked) {
        (true, true) => {
            let fill = touch.mix(p.accent_fill, p.accent_hover, p.accent_press);
            (fill, Color32::TRANSPARENT, p.on_accent)
        }
        (true, false) => (p.field, touch.hovered(p.line_strong, p.text3), p.text),
        (false, _) => (Color32::TRANSPARENT, p.line, p.text_off),
    };
    let stroke = Stroke::new(metrics::STROKE, border);
    ui.painter().rect(square, RADIUS, fill, stroke, StrokeKind::Inside);
    if ticked {
        paint_icon(ui.painter(), square, icon::CHECK, 12.0, tick);
    }
}
