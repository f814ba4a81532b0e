//! The Train page: form, charts, runs and log.

mod bounded_series;
mod charts;
mod form;
mod lr_sweep;
mod run_list;

use super::Commands;
use super::theme;
use super::widgets::{SegmentedControl, hairline, right_border};
use crate::app::App;
use crate::i18n::tr;
use crate::session::Session;
use crate::train::event::TrainerControl;
use egui::{CentralPanel, Frame, Margin, Panel, Ui};

/// Presentation state of the page.
#[derive(Default)]
pub struct TrainPageState {
    form: form::TrainFormState,
    charts: charts::ChartsState,
    runs: run_list::RunListState,
    /// Index of the visible side panel in a narrow window, in which form and runs share one side.
    narrow_tab: usize,
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

/// Window width below which there is only one side panel, in points.
const TWO_PANEL_WIDTH: f32 = 1100.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainPageState, out: &mut Commands) {
    let p = theme::colors(ui);
    let side = Frame::new().fill(p.panel).inner_margin(Margin::ZERO);
    let narrow = ui.content_rect().width() < TWO_PANEL_WIDTH;
    let rect = Panel::left("form")
        .frame(side)
        .exact_size(296.0)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            if narrow {
                Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
                    SegmentedControl::new(&mut view.narrow_tab, &[tr!("New run"), tr!("Runs")]).wide().show(ui);
                });
            }
            if narrow && view.narrow_tab == 1 {
                run_list::show(ui, app, session, &mut view.runs, out)
            } else {
                form::show(ui, app, session, &mut view.form, out)
            }
        })
        .response
        .rect;
    right_border(ui, rect);
    if !narrow {
        let panel = Panel::right("runs").frame(side).exact_size(292.0).resizable(false).show_separator_line(false);
        let rect = panel.show(ui, |ui| run_list::show(ui, app, session, &mut view.runs, out)).response.rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
    }
    CentralPanel::default()
        .frame(Frame::new().fill(p.canvas).inner_margin(Margin { left: 16, right: 6, top: 16, bottom: 0 }))
        .show(ui, |ui| {
            charts::show(ui, app, session, &mut view.charts, out);
        });
}
