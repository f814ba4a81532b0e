//! The strip of the Train page: its views, and the start of a new run.

use crate::app::page_commands::{RunCommand, TrainCommand};
use crate::app::{App, Command};
use crate::i18n::tr;
use crate::session::Session;
use crate::session::run::RunState;
use crate::session::runs::{TrainView, run_name};
use crate::ui::Commands;
use crate::ui::theme::icon;
use crate::ui::widgets::{Button, MenuRow, SegmentedControl, menu};
use egui::{Align, Layout, Ui, vec2};

/// Shows the strip.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let has_log_panel = ui.content_rect().width() >= super::LOG_PANEL_WIDTH;
    let mut views =
        vec![(TrainView::Run, tr!("Run")), (TrainView::NewRun, tr!("New run")), (TrainView::AllRuns, tr!("All runs"))];
    if !has_log_panel {
        views.push((TrainView::Log, tr!("Log")));
    }
    let shown = match session.runs_view.view {
        TrainView::Log if has_log_panel => TrainView::Run,
        view => view,
    };
    ui.allocate_ui_with_layout(vec2(ui.available_width() - 16.0, 30.0), Layout::right_to_left(Align::Center), |ui| {
        match shown {
            TrainView::NewRun => form_controls(ui, session, out),
            TrainView::AllRuns => new_run_button(ui, true, out),
            TrainView::Run | TrainView::Log => {
                let state = session.shown_run().map(|run| &run.state);
                // The page has at most one primary button, which resumes an interrupted run.
                let is_primary = !app.is_training() && !matches!(state, Some(RunState::Interrupted));
                new_run_button(ui, is_primary, out);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let mut index = views.iter().position(|(view, _)| *view == shown).unwrap_or(0);
            let names: Vec<&str> = views.iter().map(|(_, name)| *name).collect();
            if SegmentedControl::new(&mut index, &names).show(ui).changed() {
                out.push(Command::Runs(RunCommand::ShowView(views[index].0)));
            }
        });
    });
}

fn new_run_button(ui: &mut Ui, is_primary: bool, out: &mut Commands) {
    let button = if is_primary { Button::primary(tr!("New run…")) } else { Button::plain(tr!("New run…")) };
    if button.icon(icon::PLUS).show(ui).clicked() {
        out.push(Command::Runs(RunCommand::ShowView(TrainView::NewRun)));
    }
}

/// Shows the sources of settings: the defaults, and earlier runs.
fn form_controls(ui: &mut Ui, session: &Session, out: &mut Commands) {
    if Button::ghost(tr!("Reset to defaults")).icon(icon::ROTATE_CCW).show(ui).clicked() {
        out.push(Command::Train(TrainCommand::ResetRunSettings));
    }
    let with_settings: Vec<_> = session.runs().iter().rev().filter(|run| !run.details.settings.is_empty()).collect();
    if with_settings.is_empty() {
        return;
    }
    let button = Button::plain(tr!("Copy settings of")).icon(icon::COPY).opens_menu().show(ui);
    menu(&button, 240.0, |ui| {
        for run in with_settings.into_iter().take(12) {
            if MenuRow::new(&run_name(run)).detail(&run.summary).show(ui).clicked() {
                out.push(Command::Runs(RunCommand::CopySettings(run.number)));
                ui.close();
            }
        }
    });
}
