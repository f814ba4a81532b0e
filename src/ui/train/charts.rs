//! Live charts of a run: headline figures, loss, F1 by label, learning rate, speed, gradient norm.

use super::bounded_series::BoundedSeries;
use super::lr_sweep;
use crate::app::effect::Pick;
use crate::app::page_commands::TryCommand;
use crate::app::{Action, App, Command};
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::{F1, LOSS, SUBWORD_F1, token_metrics};
use crate::hub::ModelRef;
use crate::i18n::{tr, translate};
use crate::predict::EvalMetrics;
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use crate::train::Outcome;
use crate::train::event::{Step, TrainerControl};
use crate::train::schedule::SchedulerType;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_duration, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::chart::{LineChart, ReferenceLine, Series};
use crate::ui::widgets::{
    Badge, BadgeStyle, Button, Card, EmptyState, LegendItem, MenuRow, ProgressBar, Stat, caption, label, menu,
    paragraph, space_between, stats_row,
};
use crate::worker::SessionId;
use egui::{Align, Layout, ScrollArea, Ui, vec2};

/// Presentation state of the charts.
#[derive(Default)]
pub struct ChartsState {
    /// Step under the pointer, shown in all charts.
    cursor: Option<f64>,
    /// Cached points of the charts, until a new step arrives.
    points: ChartSeries,
}

/// Name of the line for all labels.
const ALL_LABELS: &str = "all";

/// Series of a run as points.
#[derive(Default)]
struct ChartSeries {
    /// Session and number of the run, and the number of its steps and evaluations so far.
    built_for: Option<(SessionId, usize)>,
    n_steps: usize,
    n_evaluations: usize,
    raw: BoundedSeries,
    smoothed: BoundedSeries,
    rate: BoundedSeries,
    speed: BoundedSeries,
    gradient: BoundedSeries,
    dev_loss: Vec<[f64; 2]>,
    /// Selecting metric of all labels, then, if it is F1, of each label.
    metric: Vec<(String, Vec<[f64; 2]>)>,
}

/// Shows the run, or an introduction if there is no run yet.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut ChartsState, out: &mut Commands) {
    if let Some(sweep) = &session.measurements.lr_sweep {
        lr_sweep::show(ui, sweep, out);
        ui.add_space(12.0);
    }
    let Some(run) = app.live_run() else {
        EmptyState::new(icon::ACTIVITY, tr!("No runs yet"), tr!("Start training to see loss and F1 here"))
            .show_centered(ui);
        return;
    };
    view.points.refresh(session.stamp().session, run);
    ScrollArea::vertical().id_salt("charts").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 12.0;
        // The scroll bar floats over the content.
        ui.set_max_width(ui.available_width() - 10.0);
        run_header(ui, app, run, out);
        if let RunState::Failed(reason) = &run.state {
            let p = theme::colors(ui);
            egui::Frame::new().fill(p.error_background).corner_radius(10).inner_margin(egui::Margin::same(14)).show(
                ui,
                |ui| {
                    ui.set_width(ui.available_width());
                    label(ui, TextRole::Strong, p.error, tr!("No model saved"));
                    paragraph(ui, TextRole::Body, p.text, reason);
                },
            );
        }
        run_stats(ui, run);
        let space = ui.available_height() - if run.test.is_some() { 60.0 } else { 16.0 };
        let high = (space * 0.58).clamp(210.0, 400.0);
        let low = (space - high - 14.0).clamp(150.0, 260.0);
        let gap = 12.0;
        let half = ((ui.available_width() - gap) / 2.0).floor();
        let mut hovered = None;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            fixed_size(ui, half, high, |ui| hovered = hovered.or(loss(ui, run, view)));
            fixed_size(ui, half, high, |ui| hovered = hovered.or(metric_chart(ui, session, run, view)));
        });
        let third = ((ui.available_width() - 2.0 * gap) / 3.0).floor();
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            fixed_size(ui, third, low, |ui| hovered = hovered.or(small_chart(ui, run, view, SmallChart::Rate)));
            fixed_size(ui, third, low, |ui| hovered = hovered.or(small_chart(ui, run, view, SmallChart::Speed)));
            fixed_size(ui, third, low, |ui| hovered = hovered.or(small_chart(ui, run, view, SmallChart::Gradient)));
        });
        view.cursor = hovered;
        if let Some(test) = &run.test {
            super::super::evaluate::label_table(ui, session, test, tr!("Best model on test"));
        }
        ui.add_space(4.0);
    });
}

fn fixed_size(ui: &mut Ui, width: f32, height: f32, body: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(vec2(width, height));
        ui.set_max_size(vec2(width, height));
        body(ui);
    });
}

fn run_header(ui: &mut Ui, app: &App, run: &LiveRun, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        label(ui, TextRole::Title, p.text, &tr!("Run {run}", run = run.id));
        match &run.state {
            RunState::Running(TrainerControl::Pause) => {
                Badge::new(tr!("Paused")).icon(icon::PAUSE).tone(BadgeStyle::Warning).show(ui)
            }
            RunState::Running(control) => {
                Badge::new(super::state_text(*control)).tone(BadgeStyle::Active).dot().show(ui)
            }
            RunState::Ended(f) => match f.outcome {
                Outcome::Completed => Badge::new(tr!("Completed")).icon(icon::CHECK).tone(BadgeStyle::Success).show(ui),
                Outcome::Stopped => Badge::new(tr!("Stopped")).icon(icon::CHECK).tone(BadgeStyle::Success).show(ui),
                Outcome::Diverged => {
                    Badge::new(tr!("Diverged")).icon(icon::TRIANGLE_ALERT).tone(BadgeStyle::Warning).show(ui)
                }
            },
            RunState::Canceled => Badge::new(tr!("Canceled")).icon(icon::X).show(ui),
            RunState::Failed(_) => Badge::new(tr!("Failed")).icon(icon::CIRCLE_ALERT).tone(BadgeStyle::Error).show(ui),
        };
        let subtitle = run.started.as_ref().map_or_else(String::new, |s| {
            tr!(
                "{model} on {dataset}, {sentences}",
                model = s.model,
                dataset = app.session.as_ref().map_or("", |session| &session.corpus().name),
                sentences = format_numbers::sentences(s.train_sentences)
            )
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            match &run.state {
                RunState::Running(control) => {
                    let disabled_reason = (*control == TrainerControl::Stop).then_some(tr!("Stopping after this step"));
                    let stop =
                        Button::plain(tr!("Stop")).icon(icon::SQUARE).opens_menu().disabled(disabled_reason).show(ui);
                    menu(&stop, 210.0, |ui| {
                        let mut row = |text: &str, action: Action| {
                            if MenuRow::new(text).show(ui).clicked() {
                                out.push(Command::Run(action));
                                ui.close();
                            }
                        };
                        row(tr!("Stop and keep best model"), Action::StopTraining);
                        row(tr!("Stop after current epoch"), Action::StopAfterEpoch);
                    });
                    let (glyph, text) = if *control == TrainerControl::Pause {
                        (icon::PLAY, tr!("Resume"))
                    } else {
                        (icon::PAUSE, tr!("Pause"))
                    };
                    if Button::plain(text).icon(glyph).disabled(disabled_reason).show(ui).clicked() {
                        out.push(Command::Run(Action::PauseTraining));
                    }
                }
                RunState::Ended(finished) => {
                    if Button::plain(tr!("Try model")).icon(icon::TEXT_CURSOR_INPUT).show(ui).clicked() {
                        out.push(Command::Try(TryCommand::SetTryModel(ModelRef::Folder(finished.out.clone()))));
                        out.push(Command::Run(Action::GoTo(crate::app::Page::Try)));
                    }
                    if Button::plain(tr!("Save model as…")).icon(icon::DOWNLOAD).show(ui).clicked() {
                        out.push(Command::OpenPathDialog(Pick::SaveModel(finished.out.clone())));
                    }
                }
                RunState::Canceled | RunState::Failed(_) => {}
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                caption(ui, TextRole::Body, &subtitle);
            });
        });
    });
    let share = matches!(run.state, RunState::Ended(_)).then_some(1.0).unwrap_or(run.fraction_done());
    let unknown = run.started.is_none() && matches!(run.state, RunState::Running(_));
    let mut bar = ProgressBar::new(tr!("Progress"), (!unknown).then_some(share)).tall();
    if matches!(run.state, RunState::Ended(_)) {
        bar = bar.color(p.success);
    }
    ui.spacing_mut().item_spacing.y = 7.0;
    bar.show(ui);
    let (left, right) = match (&run.started, run.last()) {
        (Some(s), Some(step)) => (
            tr!(
                "Step {step} of {steps}, epoch {epoch} of {epochs}",
                step = thousands(step.step),
                steps = thousands(s.steps),
                epoch = (step.epoch.ceil() as usize).clamp(1, s.epochs),
                epochs = s.epochs
            ),
            match run.state {
                RunState::Running(_) => {
                    tr!(
                        "{elapsed} elapsed, {remaining} left",
                        elapsed = format_duration(step.elapsed),
                        remaining = format_duration(step.remaining)
                    )
                }
                _ => tr!("Training time {elapsed}", elapsed = format_duration(step.elapsed)),
            },
        ),
        _ => (tr!("Loading data and model…").into(), String::new()),
    };
    space_between(ui, TextRole::Small, &left, &right);
    ui.spacing_mut().item_spacing.y = 12.0;
}

fn run_stats(ui: &mut Ui, run: &LiveRun) {
    let dash = || "–".to_owned();
    let step = run.last();
    let dev = run.dev.last().map(|(_, _, s)| s);
    let loss = run.smoothed.last().map_or_else(dash, |l| format!("{l:.3}"));
    let value = |scores: Option<&EvalMetrics>, metric: &MetricDefinition| scores?.values.get(metric);
    let dev_loss = value(dev, &LOSS).map_or_else(String::new, |l| tr!("Dev {loss}", loss = format!("{l:.3}")));
    let metric = run.metric();
    let best = value(run.best_dev(), metric).map_or_else(dash, |value| metric.format(value));
    let caption = tr!("Best dev {metric}", metric = translate(metric.title));
    let detail = run.best_dev().map_or_else(|| tr!("After first epoch").to_owned(), |s| logged_metrics(s, metric));
    let subword = value(run.best_dev(), &SUBWORD_F1).map_or_else(dash, |value| SUBWORD_F1.format(value));
    let speed = step.map_or_else(dash, |s| thousands(s.subwords_per_second.round() as usize));
    let padding = step.map_or_else(String::new, |s| {
        tr!("{padding_avoided}% padding avoided", padding_avoided = format!("{:.0}", s.padding_avoided * 100.0))
    });
    let gradient = step.map_or_else(dash, |s| format!("{:.2}", s.grad_norm));
    let rate = step.map_or_else(String::new, |s| tr!("LR {rate}", rate = format!("{:.1e}", s.learning_rate)));
    let stat = |caption, number, unit, detail| Stat { caption, number, unit, detail };
    stats_row(
        ui,
        &[
            stat(tr!("Smoothed loss"), &loss, "", &dev_loss),
            stat(&caption, &best, "", &detail),
            stat(tr!("Best dev F1 (subwords)"), &subword, "", tr!("Per subword")),
            stat(tr!("Throughput"), &speed, tr!("subwords/s"), &padding),
            stat(tr!("Gradient norm"), &gradient, "", &rate),
        ],
        false,
    );
}

/// Returns the metrics with an abbreviation, without the one that is displayed as the headline.
fn logged_metrics(scores: &EvalMetrics, headline: &MetricDefinition) -> String {
    let others = token_metrics().filter(|metric| *metric != headline);
    let text = |metric: &MetricDefinition| {
        Some(format!("{} {}", metric.abbreviation?, metric.format(scores.values.get(metric)?)))
    };
    others.filter_map(text).collect::<Vec<_>>().join(", ")
}

impl ChartSeries {
    /// Adds the new steps and evaluations of a run.
    fn refresh(&mut self, session: SessionId, run: &LiveRun) {
        let of = Some((session, run.id));
        if self.built_for != of || self.n_steps > run.steps.len() || self.n_evaluations > run.dev.len() {
            *self = Self { built_for: of, ..Self::default() };
        }
        let new = &run.steps[self.n_steps..];
        if !new.is_empty() {
            let series = |value: fn(&Step) -> f64| new.iter().map(move |s| [s.step as f64, value(s)]);
            self.raw.extend(series(|s| s.loss));
            self.rate.extend(series(|s| s.learning_rate));
            self.speed.extend(series(|s| s.subwords_per_second));
            self.gradient.extend(series(|s| s.grad_norm));
            let smoothed = new.iter().zip(&run.smoothed[self.n_steps..]);
            self.smoothed.extend(smoothed.map(|(s, loss)| [s.step as f64, *loss]));
            self.n_steps = run.steps.len();
        }
        if self.n_evaluations < run.dev.len() {
            self.n_evaluations = run.dev.len();
            self.set_evaluations(run);
        }
    }

    fn set_evaluations(&mut self, run: &LiveRun) {
        let on_dev = |metric: &MetricDefinition| {
            let point =
                |(step, _, s): &(usize, usize, EvalMetrics)| Some([*step as f64, metric.scaled(s.values.get(metric)?)]);
            run.dev.iter().filter_map(point).collect()
        };
        self.dev_loss = on_dev(&LOSS);
        self.metric = vec![(ALL_LABELS.into(), on_dev(run.metric()))];
        if *run.metric() != F1 {
            return;
        }
        let mut labels: Vec<String> =
            run.dev.iter().flat_map(|(_, _, s)| s.labels.iter().map(|l| l.label.clone())).collect();
        labels.sort();
        labels.dedup();
        for label in labels {
            let points = run.dev.iter().filter_map(|(step, _, s)| {
                let found = s.labels.iter().find(|l| l.label == label)?;
                Some([*step as f64, found.score.f1 * 100.0])
            });
            self.metric.push((label.clone(), points.collect()));
        }
    }
}

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

fn loss(ui: &mut Ui, run: &LiveRun, view: &ChartsState) -> Option<f64> {
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

fn metric_chart(ui: &mut Ui, session: &Session, run: &LiveRun, view: &ChartsState) -> Option<f64> {
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
    let best = run.best.and_then(|i| Some((run.dev[i].0, run.dev[i].2.values.get(metric)?)));
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

enum SmallChart {
    Rate,
    Speed,
    Gradient,
}

fn small_chart(ui: &mut Ui, run: &LiveRun, view: &ChartsState, which: SmallChart) -> Option<f64> {
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
