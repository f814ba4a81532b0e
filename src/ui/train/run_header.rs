//! Header of a run: name, state, controls, progress, and the most important figures.

use super::state_text;
use crate::app::effect::Pick;
use crate::app::page_commands::{EvaluateCommand, RunCommand, TryCommand};
use crate::app::{Action, App, Command, Page};
use crate::corpus::Split;
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::{F1, LOSS, SUBWORD_F1, token_metrics};
use crate::hub::ModelRef;
use crate::i18n::{tr, translate};
use crate::predict::EvalMetrics;
use crate::project::{RunRecord, RunStatus};
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use crate::session::runs::run_name;
use crate::train::Outcome;
use crate::train::event::TrainerControl;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_duration, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    Badge, BadgeStyle, Button, MenuRow, ProgressBar, Stat, caption, label, menu, space_between, stats_row,
};
use egui::{Align, Layout, Ui};

/// Shows name, state, controls and progress.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, record: &RunRecord, run: &LiveRun, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        label(ui, TextRole::Title, p.text, &run_name(record));
        state_badge(ui, &run.state);
        let subtitle = run.started.as_ref().map_or_else(String::new, |s| {
            tr!(
                "{model} on {dataset}, {sentences}",
                model = s.model,
                dataset = session.corpus().name,
                sentences = format_numbers::sentences(s.train_sentences)
            )
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            controls(ui, app, session, record, run, out);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                caption(ui, TextRole::Body, &subtitle);
            });
        });
    });
    progress(ui, run);
}

fn state_badge(ui: &mut Ui, state: &RunState) {
    match state {
        RunState::Running(TrainerControl::Pause) => {
            Badge::new(tr!("Paused")).icon(icon::PAUSE).tone(BadgeStyle::Warning).show(ui)
        }
        RunState::Running(control) => Badge::new(state_text(*control)).tone(BadgeStyle::Active).dot().show(ui),
        RunState::Ended(output) => match output.outcome {
            Outcome::Completed => Badge::new(tr!("Completed")).icon(icon::CHECK).tone(BadgeStyle::Success).show(ui),
            Outcome::Stopped => Badge::new(tr!("Stopped")).icon(icon::SQUARE).tone(BadgeStyle::Warning).show(ui),
            Outcome::Diverged => {
                Badge::new(tr!("Diverged")).icon(icon::TRIANGLE_ALERT).tone(BadgeStyle::Error).show(ui)
            }
        },
        RunState::Interrupted => Badge::new(tr!("Interrupted")).icon(icon::PAUSE).tone(BadgeStyle::Warning).show(ui),
        RunState::Canceled => Badge::new(tr!("Canceled")).icon(icon::X).show(ui),
        RunState::Failed(_) => Badge::new(tr!("Failed")).icon(icon::CIRCLE_ALERT).tone(BadgeStyle::Error).show(ui),
    };
}

fn controls(ui: &mut Ui, app: &App, session: &Session, record: &RunRecord, run: &LiveRun, out: &mut Commands) {
    match &run.state {
        RunState::Running(control) => running_controls(ui, *control, out),
        _ if record.outcome == RunStatus::Interrupted => resume_button(ui, app, record, out),
        RunState::Ended(output) => {
            if Button::plain(tr!("Try model")).icon(icon::TEXT_CURSOR_INPUT).show(ui).clicked() {
                try_model(record, out);
            }
            if Button::plain(tr!("Evaluate run")).icon(icon::TARGET).show(ui).clicked() {
                evaluate(session, record, out);
            }
            if Button::plain(tr!("Save model as…")).icon(icon::DOWNLOAD).show(ui).clicked() {
                out.push(Command::OpenPathDialog(Pick::SaveModel(output.out.clone())));
            }
        }
        RunState::Interrupted | RunState::Canceled | RunState::Failed(_) => {}
    }
}

/// Shows the button that resumes an interrupted run.
pub(super) fn resume_button(ui: &mut Ui, app: &App, record: &RunRecord, out: &mut Commands) {
    let reason = app.is_training().then_some(tr!("A run is in progress"));
    if Button::primary(tr!("Resume")).icon(icon::PLAY).disabled(reason).show(ui).clicked() {
        out.push(Command::Runs(RunCommand::Resume(record.number)));
    }
}

/// Shows the model of a run on the Try page.
pub(super) fn try_model(record: &RunRecord, out: &mut Commands) {
    out.push(Command::Try(TryCommand::SetTryModel(ModelRef::Folder(record.dir.clone()))));
    out.push(Command::Run(Action::GoTo(Page::Try)));
}

/// Evaluates the model of a run on dev, or on the selected split without dev.
pub(super) fn evaluate(session: &Session, record: &RunRecord, out: &mut Commands) {
    out.push(Command::Evaluate(EvaluateCommand::SetEvalModel(ModelRef::Folder(record.dir.clone()))));
    select_dev(session, out);
    out.push(Command::Run(Action::Evaluate));
}

/// Selects dev on the Evaluate page, if the dataset has it.
pub(super) fn select_dev(session: &Session, out: &mut Commands) {
    if session.size_of(Split::Dev) > 0 {
        out.push(Command::Evaluate(EvaluateCommand::SetEvalSplit(Split::Dev)));
    }
}

fn running_controls(ui: &mut Ui, control: TrainerControl, out: &mut Commands) {
    let disabled_reason = (control == TrainerControl::Stop).then_some(tr!("Stopping after this step"));
    let stop = Button::plain(tr!("Stop")).icon(icon::SQUARE).opens_menu().disabled(disabled_reason).show(ui);
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
    let (glyph, text) =
        if control == TrainerControl::Pause { (icon::PLAY, tr!("Resume")) } else { (icon::PAUSE, tr!("Pause")) };
    if Button::plain(text).icon(glyph).disabled(disabled_reason).show(ui).clicked() {
        out.push(Command::Run(Action::PauseTraining));
    }
}

/// Shows the progress bar and the time. The bar of a stopped run ends at its last step.
fn progress(ui: &mut Ui, run: &LiveRun) {
    let p = theme::colors(ui);
    let is_running = run.state.is_running();
    let is_completed = matches!(&run.state, RunState::Ended(output) if output.outcome == Outcome::Completed);
    let share = if is_completed { 1.0 } else { run.fraction_done() };
    let is_unknown = run.started.is_none() && is_running;
    let bar = ProgressBar::new(tr!("Progress"), (!is_unknown).then_some(share)).tall();
    let bar = match is_running {
        true => bar,
        false if is_completed => bar.color(p.success),
        false => bar.color(p.text_muted),
    };
    ui.spacing_mut().item_spacing.y = 7.0;
    bar.show(ui);
    let (left, right) = match (&run.started, run.last()) {
        (Some(s), Some(step)) => {
            let (elapsed, remaining) = (format_duration(step.elapsed), format_duration(step.remaining));
            let place = tr!(
                "Step {step} of {steps}, epoch {epoch} of {epochs}",
                step = thousands(step.step),
                steps = thousands(s.steps),
                epoch = (step.epoch.ceil() as usize).clamp(1, s.epochs),
                epochs = s.epochs
            );
            let time = match run.state {
                RunState::Running(TrainerControl::Pause) => tr!("{elapsed} elapsed, paused", elapsed),
                RunState::Running(_) => tr!("{elapsed} elapsed, {remaining} left", elapsed, remaining),
                _ => tr!("Training time {elapsed}", elapsed),
            };
            (place, time)
        }
        _ if is_running => (tr!("Loading data and model…").into(), String::new()),
        _ => (String::new(), String::new()),
    };
    space_between(ui, TextRole::Small, &left, &right);
    ui.spacing_mut().item_spacing.y = 12.0;
}

/// Shows the most important figures.
pub(super) fn figures(ui: &mut Ui, run: &LiveRun) {
    let dash = || "–".to_owned();
    let step = run.last();
    let dev = run.dev.last().map(|dev| &dev.metrics);
    let loss = run.smoothed.last().map_or_else(dash, |l| format!("{l:.3}"));
    let value = |scores: Option<&EvalMetrics>, metric: &MetricDefinition| scores?.values.get(metric);
    let dev_loss = value(dev, &LOSS).map_or_else(String::new, |l| tr!("Dev {loss}", loss = format!("{l:.3}")));
    let metric = run.metric();
    let best = value(run.best_dev(), metric).map_or_else(dash, |value| metric.format(value));
    let sentences = run.best_dev().map(|scores| format_numbers::sentences(scores.sentences));
    let title = translate(metric.title);
    let caption = match &sentences {
        Some(sentences) => tr!("Best dev {metric}, {sentences}", metric = title, sentences),
        None => tr!("Best dev {metric}", metric = title),
    };
    let interval = run.best_evaluation().filter(|_| *metric == F1).and_then(|best| best.units.as_ref()?.f1_interval);
    let interval = interval.map(format_numbers::format_interval);
    let metrics = run.best_dev().map(|scores| logged_metrics(scores, metric));
    let detail = interval.into_iter().chain(metrics).collect::<Vec<_>>().join(", ");
    let detail = if detail.is_empty() { tr!("After first epoch").to_owned() } else { detail };
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
