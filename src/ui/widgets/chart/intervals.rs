//! Values by category, each with its interval: what a bar would be if the range began at 0.

use std::ops::RangeInclusive;

use egui::{Align2, Color32, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::paint::put_text;

use super::axis::Axis;
use super::plot::Plot;

/// The value of one category.
#[derive(Clone, Copy, Debug)]
pub struct IntervalPoint<'a> {
    pub category: &'a str,
    pub value: f64,
    /// Where the interval begins and ends.
    pub interval: (f64, f64),
    /// The value as it shall be read.
    pub written: &'a str,
}

/// A chart of dots with intervals that fills the room it is given.
#[must_use = "a chart is shown by `show`"]
pub struct IntervalChart<'a> {
    name: &'a str,
    points: &'a [IntervalPoint<'a>],
    colour: Color32,
    y_range: RangeInclusive<f64>,
    reference: Option<f64>,
}

impl<'a> IntervalChart<'a> {
    /// Shows exactly this range of y.
    pub fn new(name: &'a str, points: &'a [IntervalPoint<'a>], y_range: RangeInclusive<f64>) -> Self {
        Self { name, points, colour: Color32::PLACEHOLDER, y_range, reference: None }
    }

    /// Another colour than that of the first series.
    pub fn colour(mut self, colour: Color32) -> Self {
        self.colour = colour;
        self
    }

    /// A dashed line across, such as the value of all categories together.
    pub fn reference(mut self, y: f64) -> Self {
        self.reference = Some(y);
        self
    }

    pub fn show(self, ui: &mut Ui) {
        let size = ui.available_size().max(vec2(80.0, 60.0));
        let (room, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.name));
        let p = theme::of(ui);
        let colour = if self.colour == Color32::PLACEHOLDER { p.series[0] } else { self.colour };

        let columns = self.points.len().max(1) as f64;
        let y = Axis::exact(self.y_range.clone());
        let plot = Plot::inside(room, Axis::exact(0.0..=columns), y);
        plot.paint_grid(ui);
        if let Some(y) = self.reference.and_then(|y| plot.place_y(y)) {
            let ends = [pos2(plot.rect.left(), y), pos2(plot.rect.right(), y)];
            Plot::dashes(ui.painter(), ends, Stroke::new(1.0, p.text3));
        }
        for (index, point) in self.points.iter().enumerate() {
            let Some(x) = plot.place_x(index as f64 + 0.5) else {
                continue;
            };
            plot.paint_below(ui, x, point.category);
            point.paint(ui, &plot, x, colour);
        }
    }
}

impl IntervalPoint<'_> {
    fn paint(&self, ui: &Ui, plot: &Plot, x: f32, colour: Color32) {
        let place = |y: f64| plot.place_y(y).map(|y| y.clamp(plot.rect.top(), plot.rect.bottom()));
        let (from, to) = self.interval;
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            ui.painter().line_segment([pos2(x, from), pos2(x, to)], Stroke::new(2.0, colour));
        }
        let Some(y) = place(self.value) else { return };
        ui.painter().circle_filled(pos2(x, y), 4.0, colour);
        let beside = Rect::from_min_size(pos2(x + 8.0, y), egui::Vec2::ZERO);
        let written = TextRole::Caption.line(ui, self.written);
        put_text(ui.painter(), beside, Align2::LEFT_CENTER, written, theme::of(ui).text);
    }
}
