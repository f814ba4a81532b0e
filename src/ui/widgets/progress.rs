//! Progress bar.

use egui::{Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

use crate::ui::theme;

/// A progress bar. [`super::space_between`] above it can show the progress as text.
#[must_use = "a bar is shown by `show`"]
pub struct ProgressBar<'a> {
    name: &'a str,
    done: Option<f32>,
    height: f32,
    width: f32,
    color: Option<Color32>,
}

impl<'a> ProgressBar<'a> {
    /// Creates a bar with a fraction from 0 to 1, or `None` if the total is unknown.
    pub fn new(name: &'a str, done: Option<f32>) -> Self {
        Self { name, done, height: 4.0, width: f32::INFINITY, color: None }
    }

    /// Sets a height of 6 points, for the header of a page.
    pub fn tall(mut self) -> Self {
        self.height = 6.0;
        self
    }

    /// Sets the width. The default is the available width.
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Sets a color other than the accent, for success or failure.
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let size = vec2(self.width.min(ui.available_width()), self.height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo {
            value: self.done.map(|done| f64::from(done) * 100.0),
            ..WidgetInfo::labeled(Role::ProgressIndicator, true, self.name)
        });
        let color = self.color.unwrap_or(theme::colors(ui).accent);
        match self.done {
            Some(done) => paint_bar(ui, rect, theme::colors(ui).pressed, done, color),
            None => paint_indeterminate(ui, rect, color),
        }
        response
    }
}

/// Paints a track in `ground` and its filled part.
pub(super) fn paint_bar(ui: &Ui, track: Rect, ground: Color32, done: f32, color: Color32) {
    let radius = track.height() / 2.0;
    ui.painter().rect_filled(track, radius, ground);
    let width = track.width() * done.clamp(0.0, 1.0);
    if width > 0.0 {
        // The width is at least the height. Otherwise the round ends would collapse.
        let width = width.max(track.height()).min(track.width());
        ui.painter().rect_filled(track.with_max_x(track.left() + width), radius, color);
    }
}

/// Paints a segment that moves back and forth, or stays in the middle if motion is turned off.
fn paint_indeterminate(ui: &Ui, track: Rect, color: Color32) {
    const SEGMENT: f32 = 0.3;
    const PERIOD: f64 = 1.6;
    paint_bar(ui, track, theme::colors(ui).pressed, 0.0, color);
    let place = if theme::is_reduced_motion(ui) {
        0.5
    } else {
        ui.request_repaint_after(std::time::Duration::from_millis(33));
        let turn = ui.input(|input| input.time).rem_euclid(PERIOD) / PERIOD;
        (0.5 - 0.5 * (turn * std::f64::consts::TAU).cos()) as f32
    };
    let left = track.left() + place * (1.0 - SEGMENT) * track.width();
    let segment = track.with_min_x(left).with_max_x(left + SEGMENT * track.width());
    ui.painter().rect_filled(segment, track.height() / 2.0, color);
}
