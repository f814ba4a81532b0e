//! The status bar: the background task at the left, and facts about the page at the right.

use crate::app::page_commands::EvaluateCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::{App, Command, Page};
use crate::i18n::{edit_title, tr, trn};
use crate::session::run::{LiveRun, RunState};
use crate::session::{Reversal, Session};
use crate::train::Outcome;
use crate::ui::Commands;
use crate::ui::format_numbers::{format_duration, thousands};
use crate::ui::page_table::page_spec;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::train;
use crate::ui::widgets::{self, Button, ProgressBar, hairline, label};
use egui::{Align, Frame, Layout, Margin, Panel, Sense, Ui, vec2};

/// Shows the status of the worker at the left and facts at the right.
pub fn status_bar(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.chrome).inner_margin(Margin::symmetric(12, 4));
    let panel = Panel::bottom("status").exact_size(28.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                background_task(ui, app, out);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let zoom = (ui.zoom_factor() * 100.0).round();
                    label(ui, TextRole::Small, p.text_secondary, &format!("{zoom}%"));
                    ui.add_space(8.0);
                    for fact in status_items(app) {
                        label(ui, TextRole::Small, p.text_secondary, &fact);
                        ui.add_space(8.0);
                    }
                });
            });
        })
        .response
        .rect;
    hairline(ui.painter(), rect.left_top(), rect.right_top(), p.line);
}

fn status_items(app: &App) -> Vec<String> {
    let mut facts = (page_spec(app.page).status_items)(app);
    let running = app.active_run().and_then(|(_, run)| run.started.as_ref());
    facts.push(match running {
        Some(started) => started.device.clone(),
        None => trn!(crate::model::device::n_threads(), "CPU ({n} thread)", "CPU ({n} threads)"),
    });
    facts
}

fn background_task(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    if let Some(name) = app.requests.dataset_being_read() {
        status_dot(ui, p.accent);
        label(ui, TextRole::Small, p.text_secondary, &tr!("Opening {name}…", name));
        return;
    }
    if let Some((done, total)) = app.requests.pending(Slot::Evaluation).and_then(Pending::sentences) {
        status_dot(ui, p.accent);
        label(
            ui,
            TextRole::Small,
            p.text_secondary,
            &tr!("Evaluating {done} of {total} sentences", done = thousands(done), total = thousands(total)),
        );
        if Button::ghost(tr!("Cancel")).show(ui).clicked() {
            out.push(Command::Evaluate(EvaluateCommand::CancelEvaluation));
        }
        return;
    }
    if let Some((session, run)) = app.active_run() {
        active_run(ui, session, run, app.parked.is_some());
        if app.quitting.is_some() {
            label(ui, TextRole::Small, p.text_secondary, tr!("The window closes after this run"));
            if Button::ghost(tr!("Stay open")).show(ui).clicked() {
                out.push(Command::StayOpen);
            }
        }
        return;
    }
    if let Some(run) = app.live_run() {
        match &run.state {
            RunState::Ended(output) if app.page == Page::Train => {
                let (glyph, color, text) = match output.outcome {
                    Outcome::Completed => (icon::CHECK, p.success, tr!("Run {run} completed", run = run.id)),
                    Outcome::Stopped => (icon::SQUARE, p.warning, tr!("Run {run} stopped", run = run.id)),
                    Outcome::Diverged => (icon::TRIANGLE_ALERT, p.error, tr!("Run {run} diverged", run = run.id)),
                };
                widgets::icon(ui, glyph, 14.0, color);
                label(ui, TextRole::Small, p.text_secondary, &text);
                return;
            }
            RunState::Running(_) | RunState::Ended(_) | RunState::Canceled | RunState::Interrupted => {}
            RunState::Failed(_) => {
                widgets::icon(ui, icon::CIRCLE_ALERT, 14.0, p.error);
                label(ui, TextRole::Small, p.text_secondary, &tr!("Run {run} failed", run = run.id));
                return;
            }
        }
    }
    widgets::icon(ui, icon::CHECK, 14.0, p.success);
    label(
        ui,
        TextRole::Small,
        p.text_secondary,
        &reversal(app).or_else(|| (page_spec(app.page).last_task)(app)).unwrap_or_else(|| tr!("Ready").to_owned()),
    );
}

/// Names the edit that was just undone or redone.
fn reversal(app: &App) -> Option<String> {
    Some(match app.session.as_ref()?.last_reversal()? {
        Reversal::Undone(title) => tr!("Undone: {edit}", edit = edit_title(title)).to_string(),
        Reversal::Redone(title) => tr!("Redone: {edit}", edit = edit_title(title)).to_string(),
    })
}

/// Shows the progress of the run in progress, with its dataset if another one is open.
fn active_run(ui: &mut Ui, session: &Session, run: &LiveRun, is_parked: bool) {
    let p = theme::colors(ui);
    let RunState::Running(control) = &run.state else { return };
    status_dot(ui, p.accent);
    let state = train::state_text(*control).to_lowercase();
    let text = if is_parked {
        tr!("Run {run} of {name}: {state}", run = run.id, name = session.corpus().name, state)
    } else {
        tr!("Run {run}: {state}", run = run.id, state)
    };
    label(ui, TextRole::Small, p.text_secondary, &text);
    ProgressBar::new(tr!("Training progress"), Some(run.fraction_done())).width(120.0).show(ui);
    label(ui, TextRole::Small, p.text_secondary, &format!("{:.0}%", run.fraction_done() * 100.0));
    if let Some(step) = run.last() {
        label(ui, TextRole::Small, p.text_muted, &tr!("{time} left", time = format_duration(step.remaining)));
    }
}

fn status_dot(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}
