//! Loss and the metric on dev of the compared runs, with a common cursor.

use crate::app::Command;
use crate::app::page_commands::RunCommand;
use crate::eval::token_metrics::F1;
use crate::i18n::{tr, translate};
use crate::session::Session;
use crate::session::run::{DevEvaluation, LiveRun};
use crate::session::runs::{RunAxis, run_name};
use crate::train::event::Step;
use crate::ui::Commands;
use crate::ui::format_numbers::format_duration;
use crate::ui::theme::{self, icon};
use crate::ui::train::bounded_series::BoundedSeries;
use crate::ui::train::chart_series::lowest_later_value;
use crate::ui::train::run_view::fixed_size;
use crate::ui::widgets::chart::{Band, ChartResponse, LineChart, Series};
use crate::ui::widgets::{Card, EmptyState, SegmentedControl};
use crate::worker::SessionId;
use egui::Ui;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Presentation state of the curves.
#[derive(Default)]
pub struct CurvesState {
    /// x under the pointer, shown in both charts.
    cursor: Option<f64>,
    /// Visible range of x; `None` shows everything.
    zoom: Option<(ZoomKey, RangeInclusive<f64>)>,
    points: BTreeMap<usize, RunPoints>,
}

/// Content to which a zoom belongs: session, axis and compared runs.
type ZoomKey = (SessionId, RunAxis, Vec<usize>);

/// Cached points of a run.
#[derive(Default)]
struct RunPoints {
    /// Session and axis, numbers of steps and evaluations.
    built_for: Option<(SessionId, RunAxis, usize, usize)>,
    raw: BoundedSeries,
    smoothed: BoundedSeries,
    metric: Vec<[f64; 2]>,
    /// Interval of F1 at each evaluation.
    intervals: Vec<[f64; 3]>,
}

impl RunPoints {
    fn refresh(&mut self, session: SessionId, axis: RunAxis, run: &LiveRun) {
        let state = Some((session, axis, run.steps.len(), run.dev.len()));
        if self.built_for == state {
            return;
        }
        *self = Self { built_for: state, ..Self::default() };
        let x = |step: &Step| x_of_step(axis, step);
        self.raw.extend(run.steps.iter().map(|step| [x(step), step.loss]));
        self.smoothed.extend(run.steps.iter().zip(&run.smoothed).map(|(step, loss)| [x(step), *loss]));
        let x = |dev: &DevEvaluation| match axis {
            RunAxis::Step => dev.step as f64,
            RunAxis::Time => dev.seconds,
            RunAxis::Epoch => dev.epoch as f64,
        };
        let metric = run.metric();
        let value = |dev: &DevEvaluation| Some([x(dev), metric.scaled(dev.metrics.values.get(metric)?)]);
        self.metric = run.dev.iter().filter_map(value).collect();
        let interval = |dev: &DevEvaluation| {
            let [low, high] = dev.units.as_ref()?.f1_interval?;
            Some([x(dev), low * 100.0, high * 100.0])
        };
        if *metric == F1 {
            self.intervals = run.dev.iter().filter_map(interval).collect();
        }
    }
}

/// A compared run with its curves.
struct Compared<'a> {
    color: usize,
    name: String,
    run: &'a LiveRun,
}

/// Returns a name that leaves enough space for the plot.
fn shortened(name: String) -> String {
    const MAX: usize = 18;
    if name.chars().count() <= MAX { name } else { name.chars().take(MAX - 1).chain(['…']).collect() }
}

/// Shows both charts in the rest of the height.
pub(super) fn show(ui: &mut Ui, session: &Session, view: &mut CurvesState, out: &mut Commands) {
    let axis = session.runs_view.axis;
    let compared: Vec<Compared<'_>> = session
        .runs_view
        .compared()
        .filter_map(|(color, number)| {
            let run = session.curves_of(number).filter(|run| !run.steps.is_empty())?;
            Some(Compared { color, name: shortened(run_name(session.run_record(number)?)), run })
        })
        .collect();
    if compared.is_empty() {
        let text = tr!("Select runs with stored curves to compare them");
        EmptyState::new(icon::CHART_LINE, tr!("No curves to show"), text).show_centered(ui);
        return;
    }
    view.points.retain(|number, _| compared.iter().any(|c| c.run.id == *number));
    for c in &compared {
        view.points.entry(c.run.id).or_default().refresh(session.stamp().session, axis, c.run);
    }
    let key: ZoomKey = (session.stamp().session, axis, compared.iter().map(|c| c.run.id).collect());
    if view.zoom.as_ref().is_some_and(|(of, _)| *of != key) {
        view.zoom = None;
    }
    const GAP: f32 = 12.0;
    let available = ui.available_width() - 16.0;
    let is_narrow = available < 560.0;
    let width = if is_narrow { available } else { ((available - GAP) / 2.0).floor() };
    let height = (ui.available_height() - GAP).max(180.0);
    let height = if is_narrow { (height / 2.0).max(180.0) } else { height };
    let mut responses = Vec::new();
    let mut both = |ui: &mut Ui| {
        fixed_size(ui, width, height, |ui| responses.push(loss(ui, axis, &compared, view, out)));
        fixed_size(ui, width, height, |ui| responses.push(metric(ui, axis, &compared, view)));
    };
    if is_narrow {
        both(ui);
    } else {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            both(ui);
        });
    }
    view.cursor = responses.iter().find_map(|response| response.hovered);
    if let Some(range) = responses.iter().find_map(|response| response.dragged.clone()) {
        view.zoom = Some((key, range));
    }
    if responses.iter().any(|response| response.is_reset) {
        view.zoom = None;
    }
}

fn x_of_step(axis: RunAxis, step: &Step) -> f64 {
    match axis {
        RunAxis::Step => step.step as f64,
        RunAxis::Time => step.elapsed,
        RunAxis::Epoch => step.epoch,
    }
}

fn axis_name(axis: RunAxis) -> &'static str {
    match axis {
        RunAxis::Step => tr!("Step"),
        RunAxis::Time => tr!("Time"),
        RunAxis::Epoch => tr!("Epoch"),
    }
}

fn format_x(axis: RunAxis) -> fn(f64) -> String {
    match axis {
        RunAxis::Step => |x| crate::ui::format_numbers::thousands(x.round().max(0.0) as usize),
        RunAxis::Time => |x| format_duration(x.max(0.0)),
        RunAxis::Epoch => |x| format!("{x:.1}").trim_end_matches(".0").to_owned(),
    }
}

/// Returns the range of x: the zoomed one, or from 0 to the end of the longest run.
fn x_range(axis: RunAxis, compared: &[Compared<'_>], view: &CurvesState) -> RangeInclusive<f64> {
    if let Some((_, range)) = &view.zoom {
        return range.clone();
    }
    let last = |c: &Compared<'_>| c.run.last().map_or(0.0, |step| x_of_step(axis, step));
    0.0..=compared.iter().map(last).fold(1e-9, f64::max)
}

fn loss(
    ui: &mut Ui,
    axis: RunAxis,
    compared: &[Compared<'_>],
    view: &CurvesState,
    out: &mut Commands,
) -> ChartResponse {
    let p = theme::colors(ui);
    let mut series = Vec::new();
    for c in compared {
        let (points, color) = (&view.points[&c.run.id], p.series[c.color]);
        series.push(Series::new("", color, points.raw.points()).faint());
        series.push(Series::new(&c.name, color, points.smoothed.points()).width(2.0).end_name(&c.name, color));
    }
    let axes = [RunAxis::Step, RunAxis::Time, RunAxis::Epoch];
    Card::new(tr!("Loss")).subtitle(tr!("Training, smoothed")).without_padding().height(ui.available_height()).show(
        ui,
        |ui| {
            let mut index = axes.iter().position(|of| *of == axis).unwrap_or(0);
            if SegmentedControl::new(&mut index, &axes.map(axis_name)).small().show(ui).changed() {
                out.push(Command::Runs(RunCommand::SetAxis(axes[index])));
            }
        },
        |ui| {
            LineChart::new(
                &spoken(tr!("Loss"), axis, compared, |c| c.run.smoothed.last().map(|v| format!("{v:.3}"))),
                &series,
            )
            .x_label(axis_name(axis))
            .x_write(format_x(axis))
            .x_range(x_range(axis, compared, view))
            .logarithmic()
            .cursor(view.cursor)
            .write(|v| format!("{v:.4}"))
            .show_zoomable(ui)
        },
    )
}

fn metric(ui: &mut Ui, axis: RunAxis, compared: &[Compared<'_>], view: &CurvesState) -> ChartResponse {
    let p = theme::colors(ui);
    let metric = compared[0].run.metric();
    // Values of different metrics are not comparable.
    let of_metric: Vec<&Compared<'_>> = compared.iter().filter(|c| c.run.metric() == metric).collect();
    let best = |c: &Compared<'_>| Some(metric.format(c.run.best_dev()?.values.get(metric)?));
    let names: Vec<String> = of_metric
        .iter()
        .map(|c| best(c).map_or_else(|| c.name.clone(), |value| format!("{} {value}", c.name)))
        .collect();
    let series: Vec<Series<'_>> = of_metric
        .iter()
        .zip(&names)
        .map(|(c, name)| {
            let (points, color) = (&view.points[&c.run.id], p.series[c.color]);
            Series::new(&c.name, color, &points.metric).width(2.0).dots(3.0).end_name(name, color)
        })
        .collect();
    let bands: Vec<Band<'_>> = of_metric
        .iter()
        .map(|c| Band { points: &view.points[&c.run.id].intervals, color: p.series[c.color] })
        .collect();
    let floor = lowest_later_value(of_metric.iter().map(|c| view.points[&c.run.id].metric.as_slice())) - 5.0;
    let title = tr!("Dev {metric}", metric = translate(metric.title));
    let subtitle = if bands.iter().any(|band| !band.points.is_empty()) { tr!("Band: 95 % interval") } else { "" };
    Card::new(&title).subtitle(subtitle).without_padding().height(ui.available_height()).show(
        ui,
        |_| {},
        |ui| {
            LineChart::new(&spoken(&title, axis, compared, best), &series)
                .bands(&bands)
                .x_label(axis_name(axis))
                .x_write(format_x(axis))
                .x_range(x_range(axis, compared, view))
                .y_floor(floor)
                .cursor(view.cursor)
                .write(|v| format!("{v:.2}"))
                .show_zoomable(ui)
        },
    )
}

/// Returns the accessible name of a chart: title, axis, and the last or best value of each run.
fn spoken(
    title: &str,
    axis: RunAxis,
    compared: &[Compared<'_>],
    value: impl Fn(&Compared<'_>) -> Option<String>,
) -> String {
    let values = compared.iter().map(|c| format!("{} {}", c.name, value(c).unwrap_or_default()));
    let axis = axis_name(axis).to_lowercase();
    tr!("{title} by {axis}, {values}", title, axis, values = values.collect::<Vec<_>>().join(", "))
}
