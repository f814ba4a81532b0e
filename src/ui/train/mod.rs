//! The Train page: form, charts, runs and log.

mod charts;
mod form;
mod rates;
mod runs;

use super::Commands;
use super::frame::edge_right;
use super::theme;
use super::widgets::{Segmented, hairline};
use crate::app::i18n::tr;
use crate::app::{Annotate, App};
use crate::train::event::TrainerControl;
use egui::{CentralPanel, Frame, Margin, Panel, Ui};

/// Presentation state of the page.
#[derive(Default)]
pub struct View {
    form: form::View,
    charts: charts::View,
    /// Index of the visible side panel in a narrow window, in which form and runs share one side.
    side: usize,
}

/// Returns the state of the current run, as a word.
pub fn state_of(wish: TrainerControl) -> &'static str {
    match wish {
        TrainerControl::Continue => tr!("Training"),
        TrainerControl::Pause => tr!("Paused"),
        TrainerControl::StopAfterEpoch => tr!("Last epoch"),
        TrainerControl::Stop | TrainerControl::Suspend => tr!("Stopping"),
    }
}

/// Window width below which there is only one side panel, in points.
const BOTH_SIDES: f32 = 1100.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let side = Frame::new().fill(p.panel).inner_margin(Margin::ZERO);
    let narrow = ui.content_rect().width() < BOTH_SIDES;
    let rect = Panel::left("form")
        .frame(side)
        .exact_size(296.0)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            if narrow {
                Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
                    Segmented::new(&mut view.side, &[tr!("New run"), tr!("Runs")]).wide().show(ui);
                });
            }
            if narrow && view.side == 1 {
                runs::show(ui, app, a, out)
            } else {
                form::show(ui, app, a, &mut view.form, out)
            }
        })
        .response
        .rect;
    edge_right(ui, rect);
    if !narrow {
        let panel = Panel::right("runs").frame(side).exact_size(292.0).resizable(false).show_separator_line(false);
        let rect = panel.show(ui, |ui| runs::show(ui, app, a, out)).response.rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
    }
    CentralPanel::default()
        .frame(Frame::new().fill(p.canvas).inner_margin(Margin { left: 16, right: 6, top: 16, bottom: 0 }))
        .show(ui, |ui| {
            charts::show(ui, app, a, &mut view.charts, out);
        });
}
