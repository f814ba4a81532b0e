//! Tables of scores by label.

use super::names::{interval_text, selected_filter};
use crate::app::Command;
use crate::app::page_commands::EvaluateCommand;
use crate::eval::errors::Slice;
use crate::i18n::{tr, trn};
use crate::predict::EvalMetrics;
use crate::session::Session;
use crate::session::evaluation::EvaluationResult;
use crate::session::evidence::CaseFilter;
use crate::ui::Commands;
use crate::ui::format_numbers::{format_score, thousands};
use crate::ui::theme::{self, TextRole};
use crate::ui::widgets::{Card, Table, TableColumn};
use egui::{Color32, Ui};

/// Number of gold spans below which an interval is marked.
const FEW_SPANS: usize = 30;

/// Returns the color of a label by its name. A label that the dataset does not have is gray.
pub(super) fn label_color(ui: &Ui, session: &Session, name: &str) -> Color32 {
    let p = theme::colors(ui);
    let labels = &session.corpus().labels;
    let known = labels.id(name).and_then(|id| labels.get(id));
    known.map_or(p.series[6], |label| p.label(usize::from(label.color)).solid)
}

/// Shows a card with the scores and intervals of each label. A click on a row shows its errors.
pub(super) fn errors_by_label(ui: &mut Ui, session: &Session, result: &EvaluationResult, out: &mut Commands) {
    let p = theme::colors(ui);
    let errors = &result.errors;
    let has_train = errors.has_train;
    let selected = selected_filter(session);
    let is_wide = ui.available_width() > 620.0;
    let subtitle = tr!("Click a row to show its errors");
    Card::new(tr!("By label")).subtitle(subtitle).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut columns = vec![
                TableColumn::left(tr!("Label"), 1.6),
                TableColumn::right(tr!("Precision"), 1.0),
                TableColumn::right(tr!("Recall"), 1.0),
                TableColumn::right("F1", 1.8),
                TableColumn::right(tr!("95 % interval"), 1.4),
            ];
            if is_wide {
                columns.extend([TableColumn::right(tr!("Gold"), 0.8), TableColumn::right(tr!("Predicted"), 1.0)]);
            }
            if is_wide && has_train {
                columns.extend([TableColumn::right(tr!("F1 seen"), 0.9), TableColumn::right(tr!("F1 unseen"), 1.1)]);
            }
            let table = Table::new(&columns);
            table.head(ui);
            let share = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{:.1}", v * 100.0));
            for label in &errors.by_label {
                let name = &errors.labels[label.label];
                let color = label_color(ui, session, name);
                let filter = CaseFilter::Label(label.label);
                let chosen = selected == Some(filter);
                let score = &label.score.score;
                let few = score.support < FEW_SPANS;
                let row = table.row_button(ui, chosen, |c| {
                    c.dotted(color, name);
                    c.text(&format_score(score.precision));
                    c.text(&format_score(score.recall));
                    c.barred(&format_score(score.f1), score.f1 as f32, color);
                    let interval = if few { p.warning } else { p.text_secondary };
                    c.styled(TextRole::Body, interval, &interval_text(label.score.f1));
                    if is_wide {
                        c.quiet(&thousands(score.support));
                        c.quiet(&thousands(score.predicted));
                    }
                    if is_wide && has_train {
                        c.quiet(&share(label.f1_seen));
                        c.quiet(&share(label.f1_unseen));
                    }
                });
                let row = if few {
                    row.on_hover_text(trn!(
                        score.support,
                        "Only {n} gold span: the interval is unreliable",
                        "Only {n} gold spans: the interval is unreliable"
                    ))
                } else {
                    row
                };
                if row.clicked() {
                    out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
                }
            }
            let overall = &errors.overall;
            let chosen = selected == Some(CaseFilter::Errors);
            let row = table.row_button(ui, chosen, |c| {
                c.strong(tr!("Micro average"));
                c.strong(&format_score(overall.score.precision));
                c.strong(&format_score(overall.score.recall));
                c.strong(&format_score(overall.score.f1));
                c.quiet(&interval_text(overall.f1));
                if is_wide {
                    c.strong(&thousands(overall.score.support));
                    c.strong(&thousands(overall.score.predicted));
                }
                if is_wide && has_train {
                    let of = |slice: Slice| {
                        let found = errors.slices.iter().find(|(of, _)| *of == slice).map(|(_, score)| score.score);
                        found.filter(|score| score.support + score.predicted > 0).map(|score| score.f1)
                    };
                    c.quiet(&share(of(Slice::SeenInTrain)));
                    c.quiet(&share(of(Slice::UnseenInTrain)));
                }
            });
            if row.clicked() {
                out.push(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Errors)));
            }
        },
    );
}

/// Shows a card with one row for each label.
pub fn label_table(ui: &mut Ui, session: &Session, s: &EvalMetrics, note: &str) {
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
                let color = label_color(ui, session, &l.label);
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
