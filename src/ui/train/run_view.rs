//! The Run view: state, figures and charts of one run.

use super::chart_series::ChartSeries;
use super::run_charts::{SmallChart, loss, metric_chart, small_chart};
use super::{download, run_header};
use crate::app::App;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{EmptyState, label, paragraph};
use egui::{Align, Frame, Layout, Margin, ScrollArea, Ui, vec2};

/// Presentation state of the charts.
#[derive(Default)]
pub struct RunViewState {
    /// Step under the pointer, shown in all charts.
    pub(super) cursor: Option<f64>,
    /// Cached points of the charts.
    pub(super) points: ChartSeries,
}

/// Width below which the charts are in one column, in points.
const TWO_COLUMN_WIDTH: f32 = 560.0;

const GAP: f32 = 12.0;

/// Shows the run, or why there is nothing to show.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut RunViewState, out: &mut Commands) {
    let Some(record) = session.shown_record() else {
        EmptyState::new(icon::ACTIVITY, tr!("No runs yet"), tr!("Start training to see loss and F1 here"))
            .show_centered(ui);
        return;
    };
    let Some(run) = session.curves_of(record.number) else { return };
    view.points.refresh(session.stamp().session, run);
    ScrollArea::vertical().id_salt("charts").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        // The scroll bar floats over the content.
        ui.set_max_width(ui.available_width() - 16.0);
        run_header::show(ui, app, session, record, run, out);
        if let RunState::Failed(reason) = &run.state {
            failure(ui, tr!("No model saved"), reason);
        }
        download::show(ui, app, out);
        if let Some(reason) = session.curves_error(record.number) {
            failure(ui, tr!("The curves of this run cannot be read"), reason);
            return;
        }
        if !run.state.is_running() && run.started.is_none() {
            let text = tr!(
                "This run has no stored curves. It was started by an older version, or ended before its first step."
            );
            paragraph(ui, TextRole::Body, theme::colors(ui).text_secondary, text);
            return;
        }
        run_header::figures(ui, run);
        charts(ui, session, run, view);
        if let Some(test) = &run.test {
            super::super::evaluate::label_table(ui, session, test, tr!("Best model on test"));
        }
        ui.add_space(4.0);
    });
}

fn failure(ui: &mut Ui, title: &str, reason: &str) {
    let p = theme::colors(ui);
    Frame::new().fill(p.error_background).corner_radius(10).inner_margin(Margin::same(14)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        label(ui, TextRole::Strong, p.error, title);
        paragraph(ui, TextRole::Body, p.text, reason);
    });
}

/// Shows the charts. Two large ones above three small ones, or all in one column in a narrow window.
fn charts(ui: &mut Ui, session: &Session, run: &LiveRun, view: &mut RunViewState) {
    // The table of a finished run stays visible below the charts.
    let reserved = run.test.as_ref().map_or(16.0, |test| (80.0 + 26.0 * test.labels.len() as f32).min(220.0));
    let space = ui.available_height() - reserved;
    let high = (space * 0.58).clamp(170.0, 400.0);
    let low = (space - high - 14.0).clamp(110.0, 260.0);
    let width = ui.available_width();
    let columns = |n: f32| if width < TWO_COLUMN_WIDTH { width } else { ((width - GAP * (n - 1.0)) / n).floor() };
    let mut hovered = None;
    row(ui, width < TWO_COLUMN_WIDTH, |ui| {
        fixed_size(ui, columns(2.0), high, |ui| hovered = hovered.or(loss(ui, run, view)));
        fixed_size(ui, columns(2.0), high, |ui| hovered = hovered.or(metric_chart(ui, session, run, view)));
    });
    row(ui, width < TWO_COLUMN_WIDTH, |ui| {
        for chart in [SmallChart::Rate, SmallChart::Speed, SmallChart::Gradient] {
            fixed_size(ui, columns(3.0), low, |ui| hovered = hovered.or(small_chart(ui, run, view, chart)));
        }
    });
    view.cursor = hovered;
}

fn row(ui: &mut Ui, is_column: bool, content: impl FnOnce(&mut Ui)) {
    if is_column {
        content(ui);
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        content(ui);
    });
}

/// Shows content in a rectangle of this size.
pub(super) fn fixed_size(ui: &mut Ui, width: f32, height: f32, body: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(vec2(width, height));
        ui.set_max_size(vec2(width, height));
        body(ui);
    });
}
