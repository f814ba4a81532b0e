//! Charts of a run: loss, the metric on dev by label, learning rate, speed, and gradient norm.

use super::chart_series::{ALL_LABELS, lowest_later_value};
use super::run_view::RunViewState;
use crate::i18n::{tr, translate};
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use crate::train::schedule::SchedulerType;
use crate::ui::format_numbers::thousands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::chart::{LineChart, ReferenceLine, Series};
use crate::ui::widgets::{Card, LegendItem, label};
use egui::Ui;

/// Returns the range of steps, and the start and name of each epoch.
fn step_axis(run: &LiveRun) -> (f64, Vec<(f64, String)>) {
    let total = run.started.as_ref().map_or(1.0, |s| s.steps as f64).max(1.0);
    let epochs = run.started.as_ref().map_or(1, |s| s.epochs);
    // With many epochs the borders would hide the lines, so about four are shown.
    let shown = (1..=epochs).step_by(epochs.div_ceil(4)).skip(1);
    (total, shown.map(|e| (total * (e - 1) as f64 / epochs as f64, tr!("Epoch {e}", e))).collect())
}

fn current_step(run: &LiveRun) -> Option<f64> {
    run.last().map(|s| s.step as f64)
}

pub(super) fn loss(ui: &mut Ui, run: &LiveRun, view: &RunViewState) -> Option<f64> {
    let p = theme::colors(ui);
    let (training, dev) = (p.series[0], p.series[1]);
    let legend = [
        LegendItem { name: tr!("Smoothed"), color: training, dashed: false },
        LegendItem { name: tr!("Raw"), color: training.gamma_multiply(0.3), dashed: false },
        LegendItem { name: tr!("Dev"), color: dev, dashed: false },
    ];
    let (total, epoch_starts) = step_axis(run);
    let epoch_starts: Vec<(f64, &str)> = epoch_starts.iter().map(|(x, n)| (*x, n.as_str())).collect();
    let points = &view.points;
    let series = [
        Series::new(tr!("Raw"), training, points.raw.points()).faint(),
        Series::new(tr!("Smoothed"), training, points.smoothed.points()).width(2.0),
        Series::new(tr!("Dev"), dev, &points.dev_loss).width(1.75).dots(3.0),
    ];
    Card::new(tr!("Loss")).legend(&legend).without_padding().height(ui.available_height()).show(
        ui,
        |_| {},
        |ui| {
            LineChart::new(tr!("Loss chart"), &series)
                .x_label(tr!("Step"))
                .x_range(0.0..=total)
                .logarithmic()
                .borders(&epoch_starts)
                .future_from(current_step(run))
                .cursor(view.cursor)
                .write(|v| format!("{v:.4}"))
                .show(ui)
        },
    )
}

pub(super) fn metric_chart(ui: &mut Ui, session: &Session, run: &LiveRun, view: &RunViewState) -> Option<f64> {
    let p = theme::colors(ui);
    let (total, epoch_starts) = step_axis(run);
    // The adjacent chart shows the epoch names. Here they would overlap the names of the lines.
    let epoch_starts: Vec<(f64, &str)> = epoch_starts.iter().map(|(x, _)| (*x, "")).collect();
    let names: Vec<String> = view
        .points
        .metric
        .iter()
        .map(|(name, points)| match points.last() {
            None => name.clone(),
            Some([_, f1]) if name == ALL_LABELS => format!("{name} {f1:.2}"),
            Some([_, f1]) => format!("{name} {f1:.1}"),
        })
        .collect();
    let series: Vec<Series> = view
        .points
        .metric
        .iter()
        .zip(&names)
        .rev()
        .map(|((name, points), end)| {
            if name == ALL_LABELS {
                return Series::new(name, p.text, points).dots(3.0).leading().end_name(end, p.text);
            }
            let label = session.corpus().labels.id(name).and_then(|id| session.corpus().labels.get(id));
            let (solid, ink) = label.map_or((p.text_secondary, p.text_secondary), |l| {
                let color = p.label(usize::from(l.color));
                (color.solid, color.text)
            });
            Series::new(name, solid, points).dots(2.0).end_name(end, ink)
        })
        .collect();
    let metric = run.metric();
    let floor = lowest_later_value(view.points.metric.iter().map(|(_, points)| points.as_slice()));
    let best = run.best_evaluation().and_then(|best| Some((best.step, best.metrics.values.get(metric)?)));
    let star = best.map_or_else(String::new, |(_, value)| tr!("Best {value}", value = metric.format(value)));
    let title = tr!("Dev {metric}", metric = translate(metric.title));
    Card::new(&title).subtitle(translate(metric.description)).without_padding().height(ui.available_height()).show(
        ui,
        |ui| {
            if !star.is_empty() {
                label(ui, TextRole::Caption, p.text_secondary, &star);
                ui.spacing_mut().item_spacing.x = 5.0;
                crate::ui::widgets::icon(ui, icon::STAR, 13.0, p.text_secondary);
            }
        },
        |ui| {
            LineChart::new(&tr!("{metric} chart", metric = translate(metric.title)), &series)
                .x_label(tr!("Step"))
                .x_range(0.0..=total)
                .y_floor(floor)
                .borders(&epoch_starts)
                .future_from(current_step(run))
                .best(best.map(|(step, value)| [step as f64, metric.scaled(value)]))
                .cursor(view.cursor)
                .write(|v| format!("{v:.1}"))
                .show(ui)
        },
    )
}

/// Number of points of a planned learning rate that is not piecewise linear.
const N_CURVE_POINTS: usize = 50;

/// Returns the learning rate from the current step to the end of the run: the corners of straight lines, or points of
/// a curve.
fn future_lr(run: &LiveRun) -> Vec<[f64; 2]> {
    let (Some(started), Some(last), RunState::Running(_)) = (&run.started, run.last(), &run.state) else {
        return Vec::new();
    };
    let schedule = started.schedule;
    let mut steps: Vec<usize> =
        [last.step, schedule.warmup, schedule.steps].into_iter().filter(|step| *step >= last.step).collect();
    if schedule.shape == SchedulerType::Cosine {
        let start = last.step.max(schedule.warmup);
        let length = schedule.steps.saturating_sub(start);
        steps.extend((1..N_CURVE_POINTS).map(|i| start + length * i / N_CURVE_POINTS));
        steps.sort_unstable();
        steps.dedup();
    }
    steps.into_iter().map(|step| [step as f64, started.learning_rate * schedule.lr_factor(step)]).collect()
}

pub(super) enum SmallChart {
    Rate,
    Speed,
    Gradient,
}

pub(super) fn small_chart(ui: &mut Ui, run: &LiveRun, view: &RunViewState, which: SmallChart) -> Option<f64> {
    let p = theme::colors(ui);
    let (total, _) = step_axis(run);
    let (title, name, color, points, format_value): (_, _, _, _, fn(f64) -> String) = match which {
        SmallChart::Rate => {
            (tr!("Learning rate"), tr!("Learning rate chart"), p.series[2], view.points.rate.points(), |v| {
                if v == 0.0 { "0".into() } else { format!("{v:.0e}") }
            })
        }
        SmallChart::Speed => {
            (tr!("Throughput (subwords/s)"), tr!("Speed chart"), p.series[5], view.points.speed.points(), |v| {
                thousands(v.round() as usize)
            })
        }
        SmallChart::Gradient => {
            (tr!("Gradient norm"), tr!("Gradient chart"), p.series[3], view.points.gradient.points(), |v| {
                format!("{v:.1}")
            })
        }
    };
    let latest = points.last().map_or_else(String::new, |v| match which {
        SmallChart::Rate => format!("{:.1e}", v[1]),
        SmallChart::Speed => thousands(v[1].round() as usize),
        SmallChart::Gradient => format!("{:.2}", v[1]),
    });
    let clipping = run.max_grad_norm.map_or_else(String::new, |norm| tr!("Clipping at {norm}", norm));
    let ahead = if matches!(which, SmallChart::Rate) { future_lr(run) } else { Vec::new() };
    let series = [
        Series::new(title, color, points).width(1.5),
        Series::new("", color.gamma_multiply(0.6), &ahead).width(1.0).dashed(),
    ];
    Card::new(title).without_padding().height(ui.available_height()).show(
        ui,
        |ui| {
            label(ui, TextRole::Caption, p.text_secondary, &latest);
        },
        |ui| {
            let mut chart = LineChart::new(name, &series)
                .x_label(tr!("Step"))
                .x_range(0.0..=total)
                .y_range(0.0..=1e-9)
                .compact()
                .cursor(view.cursor)
                .write(format_value);
            if let (SmallChart::Gradient, Some(norm)) = (which, run.max_grad_norm) {
                chart = chart.level(ReferenceLine { y: norm, name: &clipping, color: p.warning });
            }
            chart.show(ui)
        },
    )
}
