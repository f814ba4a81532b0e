//! The confusion matrix: rows are gold labels, columns are predicted labels.

use super::heat_cell;
use crate::app::Command;
use crate::app::page_commands::EvaluateCommand;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evaluation::EvaluationResult;
use crate::session::evidence::CaseFilter;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, thousands};
use crate::ui::theme::{self, TextRole, metrics};
use crate::ui::widgets::{Card, SegmentedControl, dot, focus_ring, put_text};
use egui::{Align2, Id, Pos2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

/// Width of the column of gold labels, in points.
const NAMES: f32 = 62.0;
/// Width of the column of totals.
const TOTALS: f32 = 46.0;
/// Minimum width of a cell. A matrix with many labels scrolls.
const MIN_CELL: f32 = 34.0;
/// Distance between two cells.
const GAP: f32 = 2.0;
/// Height of the row of predicted labels.
const HEAD: f32 = 20.0;

fn cell_height(ui: &Ui) -> f32 {
    if ui.content_rect().width() < 1024.0 { 30.0 } else { 40.0 }
}

/// Returns the height of the card, in points.
pub(super) fn card_height(ui: &Ui, result: &EvaluationResult) -> f32 {
    let rows = shown_labels(result).len() as f32 + 1.0;
    metrics::CARD_HEAD + HEAD + rows * (cell_height(ui) + GAP) + 24.0 + metrics::CARD_PAD
}

/// Returns the labels that occur, as indices.
fn shown_labels(result: &EvaluationResult) -> Vec<usize> {
    result.errors.by_label.iter().map(|label| label.label).collect()
}

/// Shows the matrix. `height` is the minimum height of the card.
pub(super) fn show(ui: &mut Ui, session: &Session, result: &EvaluationResult, height: f32, out: &mut Commands) {
    let is_share = Id::unique("confusion in percent of gold");
    let before = usize::from(ui.data(|data| data.get_temp(is_share)).unwrap_or(false));
    let controls = |ui: &mut Ui| {
        let mut unit = before;
        let options = [tr!("Counts"), tr!("% of gold")];
        if SegmentedControl::new(&mut unit, &options).small().show(ui).changed() {
            ui.data_mut(|data| data.insert_temp(is_share, unit == 1));
        }
    };
    let card = Card::new(tr!("Confusion")).subtitle(tr!("rows gold, columns predicted")).height(height);
    card.show(ui, controls, |ui| {
        ScrollArea::horizontal().id_salt("confusion").auto_shrink([false, true]).show(ui, |ui| {
            Matrix::new(ui, session, result).show(ui, before == 1, out);
        });
    });
}

/// Geometry and content of the matrix.
struct Matrix<'a> {
    session: &'a Session,
    result: &'a EvaluationResult,
    /// Labels by row and column. The last row and column are entities without a counterpart.
    labels: Vec<Option<usize>>,
    cell: egui::Vec2,
}

impl<'a> Matrix<'a> {
    fn new(ui: &Ui, session: &'a Session, result: &'a EvaluationResult) -> Self {
        let labels: Vec<Option<usize>> = shown_labels(result).into_iter().map(Some).chain([None]).collect();
        let width = (ui.available_width() - NAMES - TOTALS) / labels.len() as f32 - GAP;
        Self { session, result, labels, cell: vec2(width.max(MIN_CELL), cell_height(ui)) }
    }

    fn count(&self, gold: Option<usize>, predicted: Option<usize>) -> usize {
        let none = self.result.errors.labels.len();
        self.result.errors.confusion[gold.unwrap_or(none)][predicted.unwrap_or(none)]
    }

    fn name(&self, label: Option<usize>) -> &'a str {
        label.map_or(tr!("none"), |label| &self.result.errors.labels[label])
    }

    fn show(&self, ui: &mut Ui, is_share: bool, out: &mut Commands) {
        let p = theme::colors(ui);
        let n = self.labels.len() as f32;
        let size = vec2(NAMES + n * (self.cell.x + GAP) + TOTALS, HEAD + n * (self.cell.y + GAP) + 22.0);
        let (_, all) = ui.allocate_space(size);
        let corner = |row: usize, column: usize| -> Pos2 {
            all.min + vec2(NAMES + column as f32 * (self.cell.x + GAP), HEAD + row as f32 * (self.cell.y + GAP))
        };
        let head = Rect::from_min_size(all.min, vec2(NAMES, HEAD));
        put_text(ui.painter(), head, Align2::LEFT_CENTER, TextRole::Caption.single_line(ui, tr!("Gold")), p.text_muted);
        let max = self.labels.iter().flat_map(|gold| self.labels.iter().map(|p| self.count(*gold, *p))).max();
        for (i, label) in self.labels.iter().enumerate() {
            self.column_head(ui, Rect::from_min_size(pos2(corner(0, i).x, all.top()), vec2(self.cell.x, HEAD)), *label);
            let row = Rect::from_min_size(pos2(all.left(), corner(i, 0).y), vec2(NAMES - 6.0, self.cell.y));
            self.row_head(ui, row, *label);
            for (j, predicted) in self.labels.iter().enumerate() {
                if label.is_some() || predicted.is_some() {
                    let rect = Rect::from_min_size(corner(i, j), self.cell);
                    self.show_cell(ui, rect, (*label, *predicted), max.unwrap_or(0).max(1), is_share, out);
                }
            }
            let total = self.labels.iter().map(|predicted| self.count(*label, *predicted)).sum();
            let rect = Rect::from_min_size(corner(i, self.labels.len()), vec2(TOTALS - 4.0, self.cell.y));
            self.total(ui, rect, Align2::RIGHT_CENTER, total, CaseFilter::GoldLabel(*label), out);
            let total = self.labels.iter().map(|gold| self.count(*gold, *label)).sum();
            let rect = Rect::from_min_size(corner(self.labels.len(), i), vec2(self.cell.x, 20.0));
            self.total(ui, rect, Align2::CENTER_CENTER, total, CaseFilter::PredictedLabel(*label), out);
        }
        let total = TextRole::Caption.single_line(ui, tr!("Total"));
        let right = Rect::from_min_size(pos2(corner(0, self.labels.len()).x, all.top()), vec2(TOTALS - 4.0, HEAD));
        put_text(ui.painter(), right, Align2::RIGHT_CENTER, total.clone(), p.text_muted);
        let below = Rect::from_min_size(pos2(all.left(), corner(self.labels.len(), 0).y), vec2(NAMES, 20.0));
        put_text(ui.painter(), below, Align2::LEFT_CENTER, total, p.text_muted);
    }

    fn column_head(&self, ui: &Ui, rect: Rect, label: Option<usize>) {
        let text = TextRole::Caption.truncated(ui, self.name(label), rect.width());
        put_text(ui.painter(), rect, Align2::CENTER_CENTER, text, theme::colors(ui).text_secondary);
    }

    fn row_head(&self, ui: &Ui, rect: Rect, label: Option<usize>) {
        let p = theme::colors(ui);
        let mut names = rect;
        if let Some(label) = label {
            let color = super::label_table::label_color(ui, self.session, &self.result.errors.labels[label]);
            dot(ui.painter(), rect.left_center() + vec2(4.0, 0.0), color);
            names.min.x += 14.0;
        }
        let text = TextRole::Small.truncated(ui, self.name(label), names.width());
        put_text(ui.painter(), names, Align2::LEFT_CENTER, text, p.text_secondary);
    }

    fn show_cell(
        &self,
        ui: &Ui,
        rect: Rect,
        (gold, predicted): (Option<usize>, Option<usize>),
        max: usize,
        is_share: bool,
        out: &mut Commands,
    ) {
        let p = theme::colors(ui);
        let count = self.count(gold, predicted);
        let filter = CaseFilter::Cell(gold, predicted);
        let response = ui.interact(rect, ui.scope_id().with(("cell", gold, predicted)), Sense::click());
        let (of_gold, of_model) = (self.name(gold), self.name(predicted));
        response.widget_info(|| {
            let spans = format_numbers::spans(count);
            WidgetInfo::labeled(
                Role::Button,
                true,
                tr!("Gold {gold}, predicted {predicted}, {spans}", gold = of_gold, predicted = of_model, spans),
            )
        });
        let intensity = (count as f32 / max as f32).sqrt();
        let is_selected = super::names::selected_filter(self.session) == Some(filter);
        heat_cell::paint_ground(ui, &response, rect, intensity, is_selected);
        let color = match (count, intensity > heat_cell::STRONG) {
            (0, _) => p.text_muted,
            (_, true) => p.on_accent,
            (_, false) => p.text,
        };
        let row: usize = self.labels.iter().map(|label| self.count(gold, *label)).sum();
        let text = if is_share { format!("{:.0}", count as f64 * 100.0 / row.max(1) as f64) } else { thousands(count) };
        let text = TextRole::SmallMedium.single_line(ui, &text);
        put_text(ui.painter(), rect, Align2::CENTER_CENTER, text, color);
        if response.clicked() {
            out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
        }
    }

    fn total(&self, ui: &Ui, rect: Rect, align: Align2, total: usize, filter: CaseFilter, out: &mut Commands) {
        let p = theme::colors(ui);
        let name = super::names::filter_title(filter, &self.result.errors.labels);
        let response = ui.interact(rect, ui.scope_id().with(("total", &name)), Sense::click());
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("{name}, {}", format_numbers::spans(total)))
        });
        let color = if response.hovered() { p.text } else { p.text_muted };
        focus_ring(ui, &response, rect, 5);
        put_text(ui.painter(), rect, align, TextRole::Small.single_line(ui, &thousands(total)), color);
        if response.clicked() {
            out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
        }
    }
}
