//! The Evaluate page: scores of a model on a split, its errors, and the sentences of each number.

mod case_text;
mod comparison;
mod confusion;
mod evidence;
mod headline;
mod heat_cell;
mod kinds;
mod label_table;
mod names;
mod slices;
mod strip;

pub use label_table::label_table;

use super::Commands;
use super::format_numbers::{self, thousands};
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{Button, EmptyState, ProgressBar, label, paragraph};
use crate::app::page_commands::EvaluateCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::{App, Command};
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::session::evaluation::{EvaluateView, EvaluationResult};
use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui, UiBuilder, vec2};
pub use evidence::EvidenceState;

/// Returns the duration of the last evaluation, for the status bar.
pub fn last_task(app: &App) -> Option<String> {
    let evaluation = &app.session.as_ref()?.evaluation;
    let (n_sentences, seconds) = match evaluation.view {
        EvaluateView::Errors => {
            let metrics = &evaluation.result.as_ref()?.metrics;
            (metrics.sentences, metrics.seconds)
        }
        EvaluateView::Comparison => {
            let result = evaluation.comparison.as_ref()?;
            (result.comparison.n_sentences, result.seconds)
        }
    };
    let (sentences, seconds) = (format_numbers::sentences(n_sentences), format!("{seconds:.1}"));
    Some(tr!("Evaluated {sentences} in {seconds} s", sentences, seconds))
}

/// Shows the page. In a narrow window, the list of sentences covers the numbers.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut EvidenceState, out: &mut Commands) {
    let p = theme::colors(ui);
    let window = ui.content_rect().width();
    if session.evaluation.evidence.is_some() {
        let panel = Frame::new().fill(p.panel);
        if window < 1024.0 {
            CentralPanel::default().frame(panel).show(ui, |ui| evidence::show(ui, app, session, view, out));
            return;
        }
        let width = if window < 1280.0 { (window * 0.4).min(420.0) } else { 520.0 };
        Panel::right("evidence").frame(panel).exact_size(width).resizable(false).show(ui, |ui| {
            evidence::show(ui, app, session, view, out);
        });
    }
    // The scroll bar is in the right margin.
    let margin = Margin { left: 20, right: 4, top: 12, bottom: 0 };
    CentralPanel::default().frame(Frame::new().fill(p.canvas).inner_margin(margin)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = metrics::CARD_GAP;
        strip::show(ui, app, session, out);
        progress(ui, app, out);
        if let Some(reason) = &session.evaluation.error {
            paragraph(ui, TextRole::Body, p.error, reason);
        }
        let evaluation = &session.evaluation;
        match (evaluation.view, &evaluation.result, &evaluation.comparison) {
            (EvaluateView::Errors, Some(result), _) => scrolled(ui, |ui| numbers(ui, app, session, result, out)),
            (EvaluateView::Comparison, _, Some(result)) => {
                scrolled(ui, |ui| comparison::show(ui, app, session, result, out));
            }
            (EvaluateView::Errors, None, _) | (EvaluateView::Comparison, _, None) => empty(ui, app, session),
        }
    });
}

fn scrolled(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = metrics::CARD_GAP;
        ui.set_max_width(ui.available_width() - 16.0);
        content(ui);
        ui.add_space(metrics::GAP);
    });
}

fn empty(ui: &mut Ui, app: &App, session: &Session) {
    if app.requests.is_pending(Slot::Evaluation) {
        return;
    }
    let (title, description) = match (session.evaluation.view, &session.evaluation.second_model) {
        (EvaluateView::Errors, _) => (tr!("No results yet"), tr!("Choose a model and a split, then select Evaluate")),
        (EvaluateView::Comparison, None) => {
            (tr!("Choose a second model"), tr!("Both models are compared on the same sentences"))
        }
        (EvaluateView::Comparison, Some(_)) => {
            (tr!("No results yet"), tr!("Choose two models and a split, then select Compare"))
        }
    };
    EmptyState::new(icon::TARGET, title, description).show_centered(ui);
}

fn numbers(ui: &mut Ui, app: &App, session: &Session, result: &EvaluationResult, out: &mut Commands) {
    let p = theme::colors(ui);
    headline::show(ui, result, out);
    other_labels(ui, session, result);
    let height = confusion::card_height(ui, result).max(kinds::HEIGHT);
    if let Some([mut left, mut right]) = card_columns(ui, 1.3 / 2.3, height) {
        confusion::show(&mut left, session, result, height, out);
        kinds::show(&mut right, session, result, height, out);
    } else {
        confusion::show(ui, session, result, 0.0, out);
        kinds::show(ui, session, result, 0.0, out);
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

/// Reserves space for two cards side by side, the left one with this share of the width. Returns `None` if the page is
/// too narrow for both.
fn card_columns(ui: &mut Ui, share: f32, height: f32) -> Option<[Ui; 2]> {
    const MIN_WIDTH: f32 = 640.0;
    if ui.available_width() < MIN_WIDTH {
        return None;
    }
    let (_, row) = ui.allocate_space(vec2(ui.available_width(), height));
    let (left, right) = row.split_left_right_at_fraction(share);
    let left = left.with_max_x(left.right() - metrics::CARD_GAP);
    Some([left, right].map(|rect| ui.new_child(UiBuilder::new().max_rect(rect).layout(*ui.layout()))))
}

/// Warns about predictions with labels that the dataset does not have. They count as errors.
fn other_labels(ui: &mut Ui, session: &Session, result: &EvaluationResult) {
    let is_other = |name: &str| session.corpus().labels.id(name).is_none();
    let labels = result.errors.by_label.iter().map(|label| (&result.errors.labels[label.label], label.score.score));
    let others: Vec<_> = labels.filter(|(name, _)| is_other(name)).collect();
    if others.is_empty() {
        return;
    }
    let n_predicted = others.iter().map(|(_, score)| score.predicted).sum();
    let names = others.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let text = trn!(
        n_predicted,
        "{n} prediction has a label that the dataset does not have: {names}",
        "{n} predictions have labels that the dataset does not have: {names}",
        names
    );
    paragraph(ui, TextRole::Small, theme::colors(ui).warning, &text);
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
