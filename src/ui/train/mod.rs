//! The Train page: one run with its charts and log, the form of the next run, and all runs.

mod all_runs;
mod bounded_series;
mod chart_series;
mod download;
mod form;
mod lr_sweep;
mod run_charts;
mod run_header;
mod run_log;
mod run_view;
mod strip;

use super::Commands;
use super::theme;
use super::widgets::hairline;
use crate::app::App;
use crate::corpus::TrainOn;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::runs::TrainView;
use crate::train::event::TrainerControl;
use egui::{CentralPanel, Frame, Margin, Panel, Ui};

/// Presentation state of the page.
#[derive(Default)]
pub struct TrainPageState {
    form: form::TrainFormState,
    run: run_view::RunViewState,
    log: run_log::RunLogState,
    all_runs: all_runs::AllRunsState,
}

/// Returns the state of the current run, as a word.
pub fn state_text(control: TrainerControl) -> &'static str {
    match control {
        TrainerControl::Continue => tr!("Training"),
        TrainerControl::Pause => tr!("Paused"),
        TrainerControl::StopAfterEpoch => tr!("Stopping after epoch"),
        TrainerControl::Stop | TrainerControl::Suspend => tr!("Stopping…"),
    }
}

/// Returns the name of a choice of train sentences.
fn train_on_name(train_on: TrainOn) -> &'static str {
    match train_on {
        TrainOn::Done => tr!("Done"),
        TrainOn::Labeled => tr!("Labeled"),
        TrainOn::All => tr!("All"),
    }
}

/// Window width below which the log has its own view, in points.
const LOG_PANEL_WIDTH: f32 = 1100.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainPageState, out: &mut Commands) {
    let has_log_panel = ui.content_rect().width() >= LOG_PANEL_WIDTH;
    match session.runs_view.view {
        TrainView::NewRun => form::show(ui, app, session, &mut view.form, out),
        TrainView::AllRuns => all_runs::show(ui, app, session, &mut view.all_runs, out),
        TrainView::Log if !has_log_panel => {
            main_column(ui, |ui| {
                strip::show(ui, app, session, out);
                run_log::show(ui, session, &mut view.log);
            });
        }
        TrainView::Run | TrainView::Log => {
            if has_log_panel && session.shown_record().is_some() {
                right_panel(ui, "log", 292.0, |ui| run_log::show(ui, session, &mut view.log));
            }
            main_column(ui, |ui| {
                strip::show(ui, app, session, out);
                run_view::show(ui, app, session, &mut view.run, out);
            });
        }
    }
}

/// Shows the main column of the page.
fn main_column(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    // The scroll bar is in the right margin.
    let margin = Margin { left: 20, right: 4, top: 12, bottom: 0 };
    let frame = Frame::new().fill(theme::colors(ui).canvas).inner_margin(margin);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::metrics::CARD_GAP;
        content(ui);
    });
}

/// Shows a panel at the right, with a line at its left edge.
fn right_panel(ui: &mut Ui, id: &str, width: f32, content: impl FnOnce(&mut Ui)) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.panel);
    let panel = Panel::right(id.to_owned()).frame(frame).exact_size(width).resizable(false).show_separator_line(false);
    let rect = panel.show(ui, content).response.rect;
    hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
}
