//! The Evaluate page: scores of a model on a split, its errors, and the sentences of each number.

mod case_text;
mod confusion;
mod evidence;
mod headline;
mod kinds;
mod label_table;
mod names;
mod slices;

pub use label_table::label_table;

use super::Commands;
use super::format_numbers::{self, thousands};
use super::split_icon::split_icon;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{Button, EmptyState, MenuRow, ProgressBar, label, menu, paragraph};
use crate::app::page_commands::EvaluateCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::{Action, App, Command};
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::session::evaluation::EvaluationResult;
use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui, UiBuilder, vec2};
pub use evidence::EvidenceState;

/// Returns the duration of the last evaluation, for the status bar.
pub fn last_task(app: &App) -> Option<String> {
    let metrics = &app.session.as_ref()?.evaluation.result.as_ref()?.metrics;
    Some(tr!(
        "Evaluated {sentences} in {seconds} s",
        sentences = format_numbers::sentences(metrics.sentences),
        seconds = format!("{:.1}", metrics.seconds)
    ))
}

/// Shows the page. In a narrow window, the list of sentences covers the numbers.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut EvidenceState, out: &mut Commands) {
    let p = theme::colors(ui);
    let window = ui.content_rect().width();
    let list = session.evaluation.result.as_ref().filter(|result| result.evidence.is_some());
    if let Some(result) = list {
        let panel = Frame::new().fill(p.panel);
        if window < 1024.0 {
            CentralPanel::default().frame(panel).show(ui, |ui| evidence::show(ui, app, session, result, view, out));
            return;
        }
        let width = if window < 1280.0 { (window * 0.4).min(420.0) } else { 520.0 };
        Panel::right("evidence").frame(panel).exact_size(width).resizable(false).show(ui, |ui| {
            evidence::show(ui, app, session, result, view, out);
        });
    }
    // The scroll bar is in the right margin.
    let margin = Margin { left: 20, right: 4, top: 12, bottom: 0 };
    CentralPanel::default().frame(Frame::new().fill(p.canvas).inner_margin(margin)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = metrics::CARD_GAP;
        model_and_split(ui, app, session, out);
        progress(ui, app, out);
        if let Some(reason) = &session.evaluation.error {
            paragraph(ui, TextRole::Body, p.error, reason);
        }
        match &session.evaluation.result {
            Some(result) => {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = metrics::CARD_GAP;
                    ui.set_max_width(ui.available_width() - 16.0);
                    numbers(ui, app, session, result, out);
                    ui.add_space(metrics::GAP);
                });
            }
            None if app.requests.is_pending(Slot::Evaluation) => {}
            None => {
                let description = tr!("Choose a model and a split, then select Evaluate");
                EmptyState::new(icon::TARGET, tr!("No results yet"), description).show_centered(ui);
            }
        }
    });
}

fn numbers(ui: &mut Ui, app: &App, session: &Session, result: &EvaluationResult, out: &mut Commands) {
    let p = theme::colors(ui);
    headline::show(ui, result, out);
    // Side by side, both cards need some width.
    if ui.available_width() >= 640.0 {
        let height = confusion::card_height(ui, result).max(kinds::HEIGHT);
        let (_, row) = ui.allocate_space(vec2(ui.available_width(), height));
        let (left, right) = row.split_left_right_at_fraction(1.3 / 2.3);
        let column = |ui: &mut Ui, rect| ui.new_child(UiBuilder::new().max_rect(rect).layout(*ui.layout()));
        let left = left.with_max_x(left.right() - metrics::CARD_GAP);
        confusion::show(&mut column(ui, left), session, result, height, out);
        kinds::show(&mut column(ui, right), result, height, out);
    } else {
        confusion::show(ui, session, result, 0.0, out);
        kinds::show(ui, result, 0.0, out);
    }
    label_table::errors_by_label(ui, session, result, out);
    slices::show(ui, result, out);
    headline::further_metrics(ui, app, result);
    let note = match result.metrics.n_tokens_without_subwords {
        0 => tr!("Long sentences are processed in overlapping windows").to_owned(),
        empty => trn!(
            empty,
            "Long sentences are processed in overlapping windows. {n} token without subwords counts as O.",
            "Long sentences are processed in overlapping windows. {n} tokens without subwords count as O."
        ),
    };
    paragraph(ui, TextRole::Caption, p.text_muted, &note);
}

/// Shows the progress of an evaluation. The last result stays visible below.
fn progress(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let Some((done, total)) = app.requests.pending(Slot::Evaluation).and_then(Pending::sentences) else { return };
    ProgressBar::new(tr!("Evaluating"), Some(done as f32 / total.max(1) as f32)).tall().show(ui);
    ui.horizontal(|ui| {
        let all = format_numbers::sentences(total);
        label(ui, TextRole::Small, p.text_secondary, &tr!("{done} of {all}", done = thousands(done), all));
        if Button::plain(tr!("Cancel")).show(ui).clicked() {
            out.push(Command::Evaluate(EvaluateCommand::CancelEvaluation));
        }
    });
}

fn model_and_split(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let s = &session.evaluation;
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        let title = app.model_name_with_score(&app.evaluation_model);
        let model = Button::plain(&title).opens_menu().show(ui);
        menu(&model, 240.0, |ui| {
            for (title, model) in app.models() {
                if MenuRow::new(&title).selected(model == app.evaluation_model).show(ui).clicked() {
                    out.push(Command::Evaluate(EvaluateCommand::SetEvalModel(model)));
                    ui.close();
                }
            }
        });
        label(ui, TextRole::Body, p.text_muted, tr!("on"));
        let split = Button::plain(s.split.name()).icon(split_icon(s.split)).opens_menu().show(ui);
        menu(&split, 180.0, |ui| {
            for split in session.splits() {
                if MenuRow::new(split.name()).icon(split_icon(split)).selected(split == s.split).show(ui).clicked() {
                    out.push(Command::Evaluate(EvaluateCommand::SetEvalSplit(split)));
                    ui.close();
                }
            }
        });
        let off = app.requests.is_pending(Slot::Evaluation).then(|| tr!("Evaluation in progress"));
        // The page has at most one primary button, which the list of sentences can show.
        let is_open = s.result.as_ref().is_some_and(|result| result.evidence.is_some());
        let button = if is_open { Button::plain(tr!("Evaluate")) } else { Button::primary(tr!("Evaluate")) };
        if button.icon(icon::TARGET).disabled(off).show(ui).clicked() {
            out.push(Command::Run(Action::Evaluate));
        }
        if let Some(result) = &s.result
            && (result.model != app.evaluation_model || result.split != s.split)
        {
            let model = app.model_name(&result.model);
            let shown = tr!("Shown: {model} on {split}", model, split = result.split.name());
            label(ui, TextRole::Small, p.text_muted, &shown);
        }
    });
}
