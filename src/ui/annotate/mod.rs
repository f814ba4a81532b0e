//! The Annotate page: sentence list, canvas with the label bar, inspector.

pub mod canvas;
mod chooser;
mod classes;
mod context_menu;
pub mod flow;
mod guidelines;
mod inspector;
mod label_bar;
mod label_popup;
mod layers;
mod list;
mod mouse;
pub mod paint;
mod pieces;
mod review;

use super::Commands;
use super::frame::edge_right;
use super::panel_width::{self, Widths};
use super::theme;
use super::widgets::hairline;
use crate::app::{Annotate, App};
use egui::{CentralPanel, Frame, Margin, Panel, Ui};

/// Presentation state of the page.
#[derive(Default)]
pub struct View {
    list: list::View,
    canvas: canvas::View,
    label_bar: label_bar::View,
    guidelines: guidelines::View,
    widths: Widths,
    /// True if the inspector is open in a window that is too narrow for all columns.
    inspector: bool,
}

/// Window width below which the inspector is closed by default, in points.
const ALL_COLUMNS: f32 = 1280.0;
/// Window width below which the list is narrow, and hidden by an open inspector or guidelines panel, in points.
const WIDE_LIST: f32 = 1024.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let window = ui.content_rect().width();
    let side = Frame::new().fill(p.panel).inner_margin(Margin::ZERO);
    let width = if window < WIDE_LIST { 208.0 } else { 288.0 };
    let roomy = window >= ALL_COLUMNS;
    let only_text = app.settings.only_text;
    let inspector = (roomy || view.inspector) && !only_text;
    if !only_text && (window >= WIDE_LIST || !(inspector || app.settings.guidelines)) {
        let width = panel_width::width(app, "sentences", width);
        let list = Panel::left("sentences").frame(side).default_size(width).size_range(208.0..=420.0);
        let rect = list.show_separator_line(false).show(ui, |ui| list::show(ui, a, &mut view.list, out)).response.rect;
        edge_right(ui, rect);
        view.widths.watch(ui, "sentences", rect.width(), out);
    }
    if inspector {
        let width = panel_width::width(app, "inspector", 300.0);
        let panel = Panel::right("inspector").frame(side).default_size(width).size_range(264.0..=420.0);
        let rect = panel
            .show_separator_line(false)
            .show(
                ui,
                |ui| if a.pieces.on { pieces::inspector(ui, app, a, out) } else { inspector::show(ui, app, a, out) },
            )
            .response
            .rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
        view.widths.watch(ui, "inspector", rect.width(), out);
    }
    if app.settings.guidelines && !only_text {
        let width = panel_width::width(app, "guidelines", 280.0);
        let panel = Panel::right("guidelines").frame(side).default_size(width).size_range(220.0..=480.0);
        let shown =
            panel.show_separator_line(false).show(ui, |ui| guidelines::show(ui, app, a, &mut view.guidelines, out));
        let rect = shown.response.rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
        view.widths.watch(ui, "guidelines", rect.width(), out);
    }
    CentralPanel::default().frame(Frame::new().fill(p.canvas)).show(ui, |ui| {
        label_bar::show(ui, app, a, &mut view.label_bar, (!roomy).then_some(&mut view.inspector), out);
        canvas::hints(ui, app, a);
        canvas::show(ui, app, a, &mut view.canvas, out);
    });
}
