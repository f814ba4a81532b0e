//! The Annotate page: sentence list, canvas with the label bar, inspector.

pub mod canvas;
mod context_menu;
mod doc_labels;
mod guidelines;
mod inspector;
mod label_bar;
mod label_picker;
mod line_breaks;
mod mouse;
pub mod paint;
mod picker;
mod record_fields;
mod sentence_list;
mod span_layout;
pub mod span_shape;
mod subwords;
mod suggestions;
pub mod text_layout;

pub use sentence_list::search_field;

use super::Commands;
use super::format_numbers::{self, thousands};
use super::panel_widths::{self, PanelWidths};
use super::theme;
use super::widgets::{hairline, right_border};
use crate::app::App;
use crate::i18n::tr;
use crate::session::Session;
use egui::{CentralPanel, Event, Frame, Margin, Panel, Ui};

/// Presentation state of the page.
#[derive(Default)]
pub struct AnnotateState {
    list: sentence_list::SentenceListState,
    canvas: canvas::CanvasState,
    label_bar: label_bar::LabelBarState,
    guidelines: guidelines::GuidelinesState,
    widths: PanelWidths,
    /// True if the inspector is open in a window that is too narrow for all columns.
    inspector: bool,
}

/// Returns the facts of the status bar.
pub fn status_items(app: &App) -> Vec<String> {
    let Some(session) = &app.session else { return Vec::new() };
    let mut facts = Vec::new();
    if session.progress().done_today() > 0 {
        facts.push(tr!("{done_today} done today", done_today = thousands(session.progress().done_today())));
    }
    if app.settings.timer {
        facts.push(tr!("{worked} min worked today", worked = session.work_timer().seconds / 60));
    }
    facts.extend(session.corpus().scheme.map(|s| s.name().to_owned()));
    facts.push(format_numbers::tokens(session.totals().counts.tokens));
    facts
}

/// Window width below which the inspector is closed by default, in points.
const ALL_COLUMNS: f32 = 1280.0;
/// Window width below which the list is narrow, and hidden by an open inspector or guidelines panel, in points.
const WIDE_LIST: f32 = 1024.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut AnnotateState, out: &mut Commands) {
    let p = theme::colors(ui);
    // Outside of a text field, Ctrl+C copies the selected words.
    if !ui.text_edit_focused()
        && ui.input(|input| input.events.contains(&Event::Copy))
        && let Some(text) = session.selected_text()
    {
        ui.copy_text(text.to_owned());
    }
    let window = ui.content_rect().width();
    let side = Frame::new().fill(p.panel).inner_margin(Margin::ZERO);
    let width = if window < WIDE_LIST { 208.0 } else { 288.0 };
    let roomy = window >= ALL_COLUMNS;
    let only_text = app.settings.only_text;
    let inspector = (roomy || view.inspector) && !only_text;
    if !only_text && (window >= WIDE_LIST || !(inspector || app.settings.guidelines)) {
        let width = panel_widths::width(app, "sentences", width);
        let list = Panel::left("sentences").frame(side).default_size(width).size_range(208.0..=420.0);
        let rect = list
            .show_separator_line(false)
            .show(ui, |ui| sentence_list::show(ui, session, &mut view.list, out))
            .response
            .rect;
        right_border(ui, rect);
        view.widths.track(ui, "sentences", rect.width(), out);
    }
    if inspector {
        let width = panel_widths::width(app, "inspector", 300.0);
        let panel = Panel::right("inspector").frame(side).default_size(width).size_range(264.0..=420.0);
        let rect = panel
            .show_separator_line(false)
            .show(ui, |ui| {
                if session.subwords.is_on {
                    subwords::inspector(ui, app, session, out)
                } else {
                    inspector::show(ui, app, session, out)
                }
            })
            .response
            .rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
        view.widths.track(ui, "inspector", rect.width(), out);
    }
    if app.settings.guidelines && !only_text {
        let width = panel_widths::width(app, "guidelines", 280.0);
        let panel = Panel::right("guidelines").frame(side).default_size(width).size_range(220.0..=480.0);
        let shown = panel
            .show_separator_line(false)
            .show(ui, |ui| guidelines::show(ui, app, session, &mut view.guidelines, out));
        let rect = shown.response.rect;
        hairline(ui.painter(), rect.left_top(), rect.left_bottom(), p.line);
        view.widths.track(ui, "guidelines", rect.width(), out);
    }
    CentralPanel::default().frame(Frame::new().fill(p.canvas)).show(ui, |ui| {
        label_bar::show(ui, app, session, &mut view.label_bar, (!roomy).then_some(&mut view.inspector), out);
        canvas::key_hints(ui, app, session);
        canvas::show(ui, app, session, &mut view.canvas, out);
    });
}
