//! The view of all runs: a table, the curves of the compared runs, and the properties of the current one.

mod curves;
mod difference;
mod facts;
mod panel;
mod settings_table;
mod table;

use super::{main_column, right_panel, strip};
use crate::app::App;
use crate::i18n::tr;
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::theme::{self, icon};
use crate::ui::widgets::EmptyState;
use egui::{CentralPanel, Frame, Ui};

/// Presentation state of the view.
#[derive(Default)]
pub struct AllRunsState {
    curves: curves::CurvesState,
    panel: panel::PanelState,
    /// True if the panel covers the table, in a narrow window.
    shows_drawer: bool,
    /// Text that the name of a listed run contains.
    filter: String,
}

/// Window width below which the panel covers the table, in points.
const PANEL_WIDTH: f32 = 1024.0;

/// Shows the view.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut AllRunsState, out: &mut Commands) {
    let window = ui.content_rect().width();
    if window >= PANEL_WIDTH && session.shown_record().is_some() {
        let width = if window < 1280.0 { 300.0 } else { 340.0 };
        view.shows_drawer = false;
        let mut is_drawer = false;
        right_panel(ui, "run", width, |ui| panel::show(ui, app, session, &mut view.panel, &mut is_drawer, out));
    } else if view.shows_drawer && session.shown_record().is_some() {
        let frame = Frame::new().fill(theme::colors(ui).panel);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            panel::show(ui, app, session, &mut view.panel, &mut view.shows_drawer, out);
        });
        return;
    }
    main_column(ui, |ui| {
        strip::show(ui, app, session, out);
        if session.runs().is_empty() {
            EmptyState::new(icon::ACTIVITY, tr!("No runs yet"), tr!("Each training run is listed here"))
                .show_centered(ui);
            return;
        }
        let height = ui.available_height();
        // The table has at most half of the height; the curves have the rest.
        table::show(ui, app, session, view, (height * 0.5).max(120.0), out);
        curves::show(ui, session, &mut view.curves, out);
    });
}
