//! A slider for a quantity whose exact value matters little, such as smoothing.

use std::ops::RangeInclusive;

use egui::{EventFilter, Id, Key, Rect, Response, Sense, Ui, WidgetInfo, emath, pos2, vec2};

use crate::ui::theme;

use super::paint::focus_ring;

const TRACK: f32 = 4.0;
const KNOB: f32 = 14.0;

/// A track with a knob; the arrow keys move it by a twentieth.
#[must_use = "a slider is shown by `show`"]
pub struct Slider<'a> {
    value: &'a mut f32,
    range: RangeInclusive<f32>,
    name: &'a str,
    width: f32,
}

impl<'a> Slider<'a> {
    pub fn new(value: &'a mut f32, range: RangeInclusive<f32>, name: &'a str) -> Self {
        Self { value, range, name, width: 72.0 }
    }

    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// The response is marked as changed when the knob was moved.
    pub fn show(self, ui: &mut Ui) -> Response {
        let size = vec2(self.width, theme::density(ui).control());
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let travel = rect.shrink2(vec2(KNOB / 2.0, 0.0)).x_range();
        let wanted = match response.interact_pointer_pos() {
            Some(pointer) => Some(emath::remap_clamp(pointer.x, travel, self.range.clone())),
            None if response.has_focus() => self.moved_by_key(ui, response.id),
            None => None,
        };
        if let Some(value) = wanted.filter(|value| *value != *self.value) {
            *self.value = value;
            response.mark_changed();
        }
        let (value, enabled) = (*self.value, ui.is_enabled());
        response.widget_info(|| WidgetInfo::slider(enabled, f64::from(value), self.name));

        let p = theme::of(ui);
        let knob_x = emath::remap_clamp(value, self.range, travel);
        let track = Rect::from_center_size(rect.center(), vec2(rect.width(), TRACK));
        ui.painter().rect_filled(track, 2, p.pressed);
        let (done, knob) = if enabled { (p.accent, p.accent_fill) } else { (p.line, p.text_off) };
        ui.painter().rect_filled(track.with_max_x(knob_x), 2, done);
        let centre = pos2(knob_x, rect.center().y);
        // A rim in the ground's colour keeps the knob apart from its track.
        ui.painter().circle(centre, KNOB / 2.0, knob, egui::Stroke::new(2.0, p.panel));
        focus_ring(ui, &response, Rect::from_center_size(centre, vec2(KNOB, KNOB)), 7);
        response
    }

    /// Where the arrow keys move the knob; without the lock they would move the focus as well.
    fn moved_by_key(&self, ui: &Ui, id: Id) -> Option<f32> {
        let arrows = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let steps = f32::from(i8::from(pressed(Key::ArrowRight)) - i8::from(pressed(Key::ArrowLeft)));
        let step = (self.range.end() - self.range.start()) / 20.0;
        (steps != 0.0).then(|| (*self.value + steps * step).clamp(*self.range.start(), *self.range.end()))
    }
}
