//! The Evaluate page: scores of a model on a split.

use super::Commands;
use super::format_numbers::{self, format_score, thousands};
use super::split_icon::split_icon;
use super::theme::{self, TextRole, icon};
use super::widgets::{
    Button, Card, EmptyState, MenuRow, ProgressBar, Stat, Table, TableColumn, label, menu, paragraph, stats_row,
};
use crate::app::page_commands::EvaluateCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::{Action, App, Command};
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::token_metrics;
use crate::i18n::{tr, translate, trn};
use crate::predict::EvalMetrics;
use crate::session::Session;
use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

/// Maximum width of the figures and the table, in points.
const MAX_CONTENT_WIDTH: f32 = 816.0;

/// Returns the duration of the last evaluation, for the status bar.
pub fn last_task(app: &App) -> Option<String> {
    let (_, _, metrics) = app.session.as_ref()?.evaluation.result.as_ref()?;
    Some(tr!(
        "Evaluated {sentences} in {seconds} s",
        sentences = format_numbers::sentences(metrics.sentences),
        seconds = format!("{:.1}", metrics.seconds)
    ))
}

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    CentralPanel::default().frame(Frame::new().fill(p.canvas).inner_margin(Margin { left: 20, right: 20, top: 12, bottom: 20 })).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 14.0;
        model_and_split(ui, app, session, out);
        let s = &session.evaluation;
        if let Some((done, total)) = app.requests.pending(Slot::Evaluation).and_then(Pending::sentences) {
            ProgressBar::new(tr!("Evaluating"), Some(done as f32 / total.max(1) as f32)).tall().show(ui);
            ui.horizontal(|ui| {
                label(ui, TextRole::Small, p.text_secondary, &tr!("{done} of {all}", done = thousands(done), all = format_numbers::sentences(total)));
                if Button::plain(tr!("Cancel")).show(ui).clicked() {
                    out.push(Command::Evaluate(EvaluateCommand::CancelEvaluation));
                }
            });
            return;
        }
        if let Some(reason) = &s.error {
            paragraph(ui, TextRole::Body, p.error, reason);
        }
        match &s.result {
            Some((model, split, scores)) => {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 14.0;
                    // In a wider table it would be hard to follow a row from one column to the next.
                    ui.set_max_width(ui.available_width().min(MAX_CONTENT_WIDTH));
                    let title = tr!("{model} on {split}", model = app.model_name(model), split = split.name());
                    score_stats(ui, scores);
                    label_table(ui, session, scores, &title);
                    let p = theme::colors(ui);
                    let note = match scores.n_tokens_without_subwords {
                        0 => tr!("Long sentences are processed in overlapping windows").to_owned(),
                        empty => trn!(
                            empty,
                            "Long sentences are processed in overlapping windows. {n} token without subwords counts as O.",
                            "Long sentences are processed in overlapping windows. {n} tokens without subwords count as O."
                        ),
                    };
                    paragraph(ui, TextRole::Caption, p.text_muted, &note);
                });
            }
            None => {
                let teaching = tr!(
                    "Choose a model and a split, then select Evaluate"
                );
                EmptyState::new(icon::TARGET, tr!("No results yet"), teaching).show_centered(ui);
            }
        }
    });
}

fn model_and_split(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let s = &session.evaluation;
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
        if Button::primary(tr!("Evaluate")).icon(icon::TARGET).disabled(off).show(ui).clicked() {
            out.push(Command::Run(Action::Evaluate));
        }
    });
}

fn score_stats(ui: &mut Ui, s: &EvalMetrics) {
    let number = |metric: &'static MetricDefinition| Some((metric, metric.format(s.values.get(metric)?)));
    let numbers: Vec<_> = token_metrics().filter_map(number).collect();
    let mut stats = Vec::new();
    for (metric, number) in &numbers {
        let (caption, detail) = (translate(metric.title), translate(metric.description));
        stats.push(Stat { caption, number, unit: "", detail });
    }
    stats_row(ui, &stats, true);
}

/// Shows a card with one row for each label.
pub fn label_table(ui: &mut Ui, session: &Session, s: &EvalMetrics, note: &str) {
    let p = theme::colors(ui);
    Card::new(tr!("By label")).subtitle(note).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let columns = [
                TableColumn::left(tr!("Label"), 2.0),
                TableColumn::right(tr!("Precision"), 1.0),
                TableColumn::right(tr!("Recall"), 1.0),
                TableColumn::right("F1", 1.6),
                TableColumn::right(tr!("Gold"), 1.0),
                TableColumn::right(tr!("Predicted"), 1.0),
            ];
            let table = Table::new(&columns);
            table.head(ui);
            let mut labels: Vec<_> = s.labels.iter().collect();
            labels.sort_by_key(|l| session.corpus().labels.id(&l.label).map_or(usize::MAX, usize::from));
            for l in labels {
                let known = session.corpus().labels.id(&l.label).and_then(|id| session.corpus().labels.get(id));
                let color = known.map_or(p.series[6], |k| p.label(usize::from(k.color)).solid);
                table.row(ui, |c| {
                    c.dotted(color, &l.label);
                    c.text(&format_score(l.score.precision));
                    c.text(&format_score(l.score.recall));
                    c.barred(&format_score(l.score.f1), l.score.f1 as f32, color);
                    c.quiet(&thousands(l.score.support));
                    c.quiet(&thousands(l.score.predicted));
                });
            }
            table.row(ui, |c| {
                c.strong(tr!("Micro average"));
                c.strong(&format_score(s.overall.precision));
                c.strong(&format_score(s.overall.recall));
                c.strong(&format_score(s.overall.f1));
                c.strong(&thousands(s.overall.support));
                c.strong(&thousands(s.overall.predicted));
            });
        },
    );
}
