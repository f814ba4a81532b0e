//! The card of error kinds.

use super::names::{outcome_description, outcome_name};
use crate::app::Command;
use crate::app::page_commands::EvaluateCommand;
use crate::eval::errors::Outcome;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evaluation::EvaluationResult;
use crate::session::evidence::CaseFilter;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_score, thousands};
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::widgets::{Card, caption, focus_ring, paint_icon, put_text, separator};
use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Height of a row, in points.
const ROW: f32 = 48.0;

/// Height of the card, in points.
pub(super) const HEIGHT: f32 = metrics::CARD_HEAD + 5.0 * ROW + 40.0 + metrics::CARD_PAD;

/// Shows the numbers of each kind of error. `height` is the minimum height of the card.
pub(super) fn show(ui: &mut Ui, session: &Session, result: &EvaluationResult, height: f32, out: &mut Commands) {
    let errors = &result.errors;
    let counts = Outcome::ERRORS.map(|outcome| (outcome, errors.count(outcome)));
    let total = counts.iter().map(|(_, count)| count).sum();
    let max = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let selected = super::names::selected_filter(session);
    let header = |ui: &mut Ui| {
        caption(ui, TextRole::Caption, &format_numbers::spans(total));
    };
    Card::new(tr!("Error kinds")).height(height).show(ui, header, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (outcome, count) in counts {
            // The kind that contains the selected number is marked.
            let is_marked = match selected {
                Some(CaseFilter::Outcome(of)) => of == outcome,
                Some(CaseFilter::Cell(Some(gold), Some(predicted))) => {
                    outcome == Outcome::WrongLabel && gold != predicted
                }
                _ => false,
            };
            row(ui, outcome, count, count as f32 / max as f32, is_marked, out);
        }
        separator(ui);
        correct_row(ui, result, out);
    });
}

fn row(ui: &mut Ui, outcome: Outcome, count: usize, share: f32, is_marked: bool, out: &mut Commands) {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let (name, number) = (outcome_name(outcome), thousands(count));
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}, {}", format_numbers::spans(count))));
    let ground = rect.expand2(vec2(metrics::GAP, 0.0));
    if is_marked || response.hovered() {
        ui.painter().rect_filled(ground, metrics::RADIUS_CONTROL, p.hover);
    }
    focus_ring(ui, &response, ground, metrics::RADIUS_CONTROL);
    let names = rect.with_max_x(rect.left() + (rect.width() * 0.48).min(150.0));
    let (upper, lower) = names.shrink2(vec2(0.0, 6.0)).split_top_bottom_at_fraction(0.5);
    let title = TextRole::SmallMedium.truncated(ui, name, names.width());
    put_text(ui.painter(), upper, Align2::LEFT_CENTER, title, p.text);
    let description = TextRole::Caption.truncated(ui, outcome_description(outcome), names.width());
    put_text(ui.painter(), lower, Align2::LEFT_CENTER, description, p.text_muted);
    let number = TextRole::Strong.single_line(ui, &number);
    put_text(ui.painter(), rect, Align2::RIGHT_CENTER, number, p.text);
    let (left, right) = (names.right() + metrics::GAP, rect.right() - 48.0);
    if right > left {
        let track = Rect::from_min_max(pos2(left, rect.center().y - 4.0), pos2(right, rect.center().y + 4.0));
        ui.painter().rect_filled(track, 4, p.pressed);
        let width = if count > 0 { (track.width() * share).max(4.0) } else { 0.0 };
        ui.painter().rect_filled(track.with_max_x(track.left() + width), 4, p.accent);
    }
    if response.clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Outcome(outcome))));
    }
}

fn correct_row(ui: &mut Ui, result: &EvaluationResult, out: &mut Commands) {
    let p = theme::colors(ui);
    let score = result.errors.overall.score;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::click());
    let name = outcome_name(Outcome::Correct);
    let spans = format_numbers::spans(score.correct);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}, {spans}")));
    let ground = rect.expand2(vec2(metrics::GAP, -2.0));
    if response.hovered() {
        ui.painter().rect_filled(ground, metrics::RADIUS_CONTROL, p.hover);
    }
    focus_ring(ui, &response, ground, metrics::RADIUS_CONTROL);
    paint_icon(ui.painter(), rect.with_max_x(rect.left() + 16.0), icon::CIRCLE_CHECK, 14.0, p.success);
    let title = TextRole::Small.single_line(ui, name);
    put_text(ui.painter(), rect.with_min_x(rect.left() + 24.0), Align2::LEFT_CENTER, title, p.text);
    let number = TextRole::Strong.single_line(ui, &thousands(score.correct));
    put_text(ui.painter(), rect, Align2::RIGHT_CENTER, number, p.text);
    let share = tr!("{percent} % of gold", percent = format_score(score.recall));
    let share = TextRole::Small.single_line(ui, &share);
    put_text(ui.painter(), rect.with_max_x(rect.right() - 64.0), Align2::RIGHT_CENTER, share, p.text_secondary);
    if response.clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Outcome(Outcome::Correct))));
    }
}
