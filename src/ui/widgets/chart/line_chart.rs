//! A line chart with a common x axis, for example losses by step.

use crate::i18n::tr;
use std::ops::RangeInclusive;

use egui::epaint::Mesh;
use egui::{Align2, Color32, Painter, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole, metrics};
use crate::ui::widgets::paint::{hairline, put_text};

use super::axis::{Axis, MOST_TICKS, format_tick};
use super::plot::Plot;
use super::series::Series;
use super::{end_labels, tooltip};

/// A horizontal reference line, for example a limit.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceLine<'a> {
    pub y: f64,
    pub name: &'a str,
    pub color: Color32,
}

/// A range of y at each x, for example an interval, drawn under the lines.
#[derive(Clone, Copy, Debug)]
pub struct Band<'a> {
    /// x, lower and upper y, in ascending order of x.
    pub points: &'a [[f64; 3]],
    pub color: Color32,
}

/// Interaction with a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartResponse {
    /// x under the pointer, for the cursors of adjacent charts.
    pub hovered: Option<f64>,
    /// Range of x that the user dragged over.
    pub dragged: Option<RangeInclusive<f64>>,
    /// True after a double click, which shows everything again.
    pub is_reset: bool,
}

/// A line chart that fills the available space.
#[must_use = "a chart is shown by `show`"]
pub struct LineChart<'a> {
    name: &'a str,
    series: &'a [Series<'a>],
    x_name: &'a str,
    format_x: fn(f64) -> String,
    x_range: Option<RangeInclusive<f64>>,
    y_range: Option<RangeInclusive<f64>>,
    y_floor: f64,
    bands: &'a [Band<'a>],
    logarithmic: bool,
    vertical_lines: &'a [(f64, &'a str)],
    future_from: Option<f64>,
    best: Option<[f64; 2]>,
    reference_line: Option<ReferenceLine<'a>>,
    max_ticks: usize,
    cursor: Option<f64>,
    format_y: fn(f64) -> String,
}

impl<'a> LineChart<'a> {
    /// Creates a chart with an accessible name.
    pub fn new(name: &'a str, series: &'a [Series<'a>]) -> Self {
        Self {
            name,
            series,
            x_name: "step",
            format_x: |x| format_tick(x.round()),
            x_range: None,
            y_range: None,
            y_floor: f64::NEG_INFINITY,
            bands: &[],
            logarithmic: false,
            vertical_lines: &[],
            future_from: None,
            best: None,
            reference_line: None,
            max_ticks: MOST_TICKS,
            cursor: None,
            format_y: |value| format!("{value:.4}"),
        }
    }

    /// Sets the name of x, for the readout.
    pub fn x_label(mut self, name: &'a str) -> Self {
        self.x_name = name;
        self
    }

    /// Sets the format of x values, under the chart and in the readout.
    pub fn x_write(mut self, write: fn(f64) -> String) -> Self {
        self.format_x = write;
        self
    }

    /// Sets the exact range of x, including the future part.
    pub fn x_range(mut self, range: RangeInclusive<f64>) -> Self {
        self.x_range = Some(range);
        self
    }

    /// Sets the minimum range of y. It is extended to whole ticks.
    pub fn y_range(mut self, range: RangeInclusive<f64>) -> Self {
        self.y_range = Some(range);
        self
    }

    /// Sets a y below which nothing is shown, so that one outlier does not flatten all lines.
    pub fn y_floor(mut self, floor: f64) -> Self {
        self.y_floor = floor;
        self
    }

    /// Sets the ranges under the lines.
    pub fn bands(mut self, bands: &'a [Band<'a>]) -> Self {
        self.bands = bands;
        self
    }

    /// Reduces the y ticks by one, for a low chart.
    pub fn compact(mut self) -> Self {
        self.max_ticks = MOST_TICKS - 1;
        self
    }

    /// Uses a logarithmic y axis, for example for a loss. Values of 0 and below are left out.
    pub fn logarithmic(mut self) -> Self {
        self.logarithmic = true;
        self
    }

    /// Sets the starts of epochs, with their names.
    pub fn borders(mut self, borders: &'a [(f64, &'a str)]) -> Self {
        self.vertical_lines = borders;
        self
    }

    /// Shades the future part, from this x.
    pub fn future_from(mut self, x: Option<f64>) -> Self {
        self.future_from = x;
        self
    }

    /// Marks the best point with a ring.
    pub fn best(mut self, point: Option<[f64; 2]>) -> Self {
        self.best = point;
        self
    }

    pub fn level(mut self, level: ReferenceLine<'a>) -> Self {
        self.reference_line = Some(level);
        self
    }

    /// Sets the x of the cursor in another chart with the same x axis.
    pub fn cursor(mut self, x: Option<f64>) -> Self {
        self.cursor = x;
        self
    }

    /// Sets the format of values in the readout.
    pub fn write(mut self, write: fn(f64) -> String) -> Self {
        self.format_y = write;
        self
    }

    /// Shows the chart. Returns the x under the pointer, for the cursors of adjacent charts.
    pub fn show(self, ui: &mut Ui) -> Option<f64> {
        self.show_with(ui, Sense::hover()).hovered
    }

    /// Shows the chart. A drag selects a range of x, and a double click resets it.
    pub fn show_zoomable(self, ui: &mut Ui) -> ChartResponse {
        self.show_with(ui, Sense::click_and_drag())
    }

    fn show_with(self, ui: &mut Ui, sense: Sense) -> ChartResponse {
        let size = ui.available_size().max(vec2(80.0, 60.0));
        let (space, response) = ui.allocate_exact_size(size, sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.name));
        let Some((x, y)) = self.axes() else {
            let words = TextRole::Caption.single_line(ui, tr!("Nothing to show yet"));
            put_text(ui.painter(), space, Align2::CENTER_CENTER, words, theme::colors(ui).text_muted);
            return ChartResponse { is_reset: response.double_clicked(), ..ChartResponse::default() };
        };
        let mut plot = Plot::inside(space, x, y);
        end_labels::make_room(ui, &mut plot, self.series);

        self.paint_ground(ui, &plot);
        let clipped = ui.painter().with_clip_rect(ui.clip_rect().intersect(plot.rect.expand(4.0)));
        for band in self.bands {
            band.paint(&clipped, &plot);
        }
        for series in self.series {
            series.paint(&clipped, &plot);
        }
        self.paint_level(ui, &plot);
        self.paint_best(ui, &plot);
        end_labels::paint(ui, &plot, self.series);

        let hovered = response.hover_pos().filter(|at| plot.rect.contains(*at));
        let hovered = hovered.map(|at| plot.x_at(at.x));
        if let Some(x) = hovered.or(self.cursor) {
            self.paint_cursor(ui, &plot, x, hovered.is_some());
        }
        let dragged = self.dragged(ui, &plot, &response);
        ChartResponse { hovered, dragged, is_reset: response.double_clicked() }
    }

    /// Paints the range under a drag, and returns it at the end.
    fn dragged(&self, ui: &Ui, plot: &Plot, response: &Response) -> Option<RangeInclusive<f64>> {
        const MIN_WIDTH: f32 = 8.0;
        let id = response.id.with("drag");
        if response.drag_started()
            && let Some(from) = response.interact_pointer_pos()
        {
            ui.data_mut(|data| data.insert_temp(id, from.x));
        }
        let (from, to) = (ui.data(|data| data.get_temp::<f32>(id))?, response.interact_pointer_pos()?.x);
        let range = plot.rect.x_range();
        let (low, high) = (range.clamp(from.min(to)), range.clamp(from.max(to)));
        if !response.drag_stopped() {
            let shade = plot.rect.with_min_x(low).with_max_x(high);
            ui.painter().rect_filled(shade, 0, theme::colors(ui).accent.gamma_multiply(0.18));
            return None;
        }
        ui.data_mut(|data| data.remove::<f32>(id));
        (high - low >= MIN_WIDTH).then(|| plot.x_at(low)..=plot.x_at(high))
    }

    /// Returns the axes around all drawable points, or `None` if there are no points.
    fn axes(&self) -> Option<(Axis, Axis)> {
        let drawable = |[x, y]: &&[f64; 2]| x.is_finite() && y.is_finite() && (!self.logarithmic || *y > 0.0);
        let is_visible = |[x, _]: &[f64; 2]| self.x_range.as_ref().is_none_or(|range| range.contains(x));
        let ends = self.bands.iter().flat_map(|band| band.points).flat_map(|[x, low, high]| [[*x, *low], [*x, *high]]);
        let lines = self.series.iter().flat_map(|series| series.points).copied();
        let all: Vec<[f64; 2]> = lines.chain(ends).filter(|point| drawable(&point)).collect();
        let range = |of: usize| {
            let values = || all.iter().filter(|point| is_visible(point)).map(|point| point[of]);
            let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
            (low <= high).then_some(low..=high)
        };
        let x = Axis::exact(self.x_range.clone().or_else(|| range(0))?);
        let mut y_range = range(1)?;
        y_range = y_range.start().max(self.y_floor.min(*y_range.end()))..=*y_range.end();
        if let Some(least) = &self.y_range {
            y_range = y_range.start().min(*least.start())..=y_range.end().max(*least.end());
        }
        let y = if self.logarithmic { Axis::logarithmic(y_range)? } else { Axis::nice(y_range, self.max_ticks) };
        Some((x, y))
    }

    fn paint_ground(&self, ui: &Ui, plot: &Plot) {
        let p = theme::colors(ui);
        let future = self.future_from.and_then(|x| plot.x_to_screen(x));
        if let Some(from) = future.filter(|from| *from < plot.rect.right()) {
            let shade = plot.rect.with_min_x(from.max(plot.rect.left()));
            ui.painter().rect_filled(shade, 0, p.chrome.gamma_multiply(0.6));
        }
        plot.paint_grid(ui);
        for tick in plot.x.ticks() {
            if let Some(x) = plot.x_to_screen(tick) {
                plot.paint_x_label(ui, x, &(self.format_x)(tick));
            }
        }
        for (x, name) in self.vertical_lines {
            let Some(x) = plot.x_to_screen(*x).filter(|x| plot.rect.x_range().contains(*x)) else {
                continue;
            };
            let ends = [pos2(x, plot.rect.top()), pos2(x, plot.rect.bottom())];
            Plot::dashes(ui.painter(), ends, Stroke::new(metrics::STROKE, p.line_strong));
            let note = plot.rect.with_min_x(x + 5.0);
            let name = TextRole::Caption.single_line(ui, name);
            put_text(ui.painter(), note, Align2::LEFT_TOP, name, p.text_muted);
        }
    }

    fn paint_level(&self, ui: &Ui, plot: &Plot) {
        let Some(level) = self.reference_line else { return };
        let Some(y) = plot.place_y(level.y).filter(|y| plot.rect.y_range().contains(*y)) else {
            return;
        };
        let ends = [pos2(plot.rect.left(), y), pos2(plot.rect.right(), y)];
        Plot::dashes(ui.painter(), ends, Stroke::new(metrics::STROKE, level.color));
        let above = Rect::from_min_max(plot.rect.min, pos2(plot.rect.right(), y - 2.0));
        let name = TextRole::Caption.single_line(ui, level.name);
        let ground = Align2::RIGHT_BOTTOM.align_size_within_rect(name.size(), above).expand2(vec2(3.0, 0.0));
        ui.painter().rect_filled(ground, 3, theme::colors(ui).panel);
        put_text(ui.painter(), above, Align2::RIGHT_BOTTOM, name, level.color);
    }

    fn paint_best(&self, ui: &Ui, plot: &Plot) {
        let at = self.best.and_then(|point| plot.to_screen(point));
        if let Some(at) = at.filter(|at| plot.rect.expand(1.0).contains(*at)) {
            let stroke = Stroke::new(metrics::STROKE_SELECTED, theme::colors(ui).text);
            ui.painter().circle_stroke(at, 5.5, stroke);
        }
    }

    fn paint_cursor(&self, ui: &Ui, plot: &Plot, x: f64, with_readout: bool) {
        let p = theme::colors(ui);
        let Some(at) = plot.x_to_screen(x).filter(|at| plot.rect.x_range().contains(*at)) else {
            return;
        };
        let (top, bottom) = (pos2(at, plot.rect.top()), pos2(at, plot.rect.bottom()));
        hairline(ui.painter(), top, bottom, p.text_muted);
        if !with_readout {
            return;
        }
        let head = tooltip::TooltipRow { name: self.x_name, value: (self.format_x)(x), color: p.text };
        let values =
            self.series.iter().filter(|series| !series.is_background && !series.name.is_empty()).filter_map(|series| {
                let [_, value] = series.nearest(x)?;
                Some(tooltip::TooltipRow { name: series.name, value: (self.format_y)(value), color: series.color })
            });
        let rows: Vec<_> = std::iter::once(head).chain(values).collect();
        tooltip::paint(ui, plot.rect, at, self.tooltip_on_right(x), &rows);
    }

    /// Returns true if the lines extend less to the right of an x than to its left.
    fn tooltip_on_right(&self, x: f64) -> bool {
        let firsts = self.series.iter().filter_map(|series| series.points.first());
        let first = firsts.map(|point| point[0]).fold(x, f64::min);
        let lasts = self.series.iter().filter_map(Series::last);
        let last = lasts.map(|point| point[0]).fold(x, f64::max);
        last - x <= x - first
    }
}

impl Band<'_> {
    fn paint(&self, painter: &Painter, plot: &Plot) {
        let color = self.color.gamma_multiply(0.18);
        let ends = self
            .points
            .iter()
            .filter_map(|[x, low, high]| Some([plot.to_screen([*x, *low])?, plot.to_screen([*x, *high])?]));
        let mut mesh = Mesh::default();
        for [low, high] in ends {
            let next = mesh.vertices.len() as u32;
            mesh.colored_vertex(low, color);
            mesh.colored_vertex(high, color);
            if let Some(before) = next.checked_sub(2) {
                mesh.add_triangle(before, before + 1, next);
                mesh.add_triangle(before + 1, next, next + 1);
            }
        }
        painter.add(Shape::mesh(mesh));
    }
}
