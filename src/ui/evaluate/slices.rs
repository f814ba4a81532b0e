//! Tiles of slices: entities seen in train, their length, and the length of their sentences.

use super::names::{interval_text, slice_name};
use crate::app::Command;
use crate::app::page_commands::EvaluateCommand;
use crate::eval::errors::{IntervalScore, Slice};
use crate::i18n::tr;
use crate::session::evaluation::EvaluationResult;
use crate::session::evidence::CaseFilter;
use crate::ui::Commands;
use crate::ui::format_numbers;
use crate::ui::theme::{self, TextRole, metrics};
use crate::ui::widgets::{focus_ring, put_text};
use egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Height of a tile, in points.
const HEIGHT: f32 = 74.0;
/// Minimum width of a tile. Tiles that do not fit are in another row.
const MIN_WIDTH: f32 = 132.0;

/// Shows the tiles.
pub(super) fn show(ui: &mut Ui, result: &EvaluationResult, out: &mut Commands) {
    let slices = &result.errors.slices;
    let fitting = ((ui.available_width() + metrics::GAP) / (MIN_WIDTH + metrics::GAP)).floor().max(1.0) as usize;
    let columns = fitting.min(slices.len()).max(1);
    let width = (ui.available_width() - metrics::GAP * (columns - 1) as f32) / columns as f32;
    let rows = slices.len().div_ceil(columns);
    let height = rows as f32 * (HEIGHT + metrics::GAP) - metrics::GAP;
    let (_, all) = ui.allocate_space(vec2(ui.available_width(), height.max(0.0)));
    for (i, (slice, score)) in slices.iter().enumerate() {
        let (column, row) = ((i % columns) as f32, (i / columns) as f32);
        let corner = all.min + vec2(column * (width + metrics::GAP), row * (HEIGHT + metrics::GAP));
        tile(ui, Rect::from_min_size(corner, vec2(width, HEIGHT)), *slice, score, out);
    }
}

fn tile(ui: &Ui, rect: Rect, slice: Slice, score: &IntervalScore, out: &mut Commands) {
    let p = theme::colors(ui);
    let response = ui.interact(rect, ui.scope_id().with(("slice", slice.id())), Sense::click());
    let name = slice_name(slice);
    let is_empty = score.score.support + score.score.predicted == 0;
    let f1 = if is_empty { tr!("Not known").to_owned() } else { format!("{:.1}", score.score.f1 * 100.0) };
    let spans = format_numbers::spans(score.score.support);
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, tr!("{name}, F1 {f1}, {spans}", name, f1 = &f1, spans = &spans))
    });
    let fill = if response.hovered() { p.hover } else { p.panel };
    ui.painter().rect(rect, metrics::RADIUS_CARD, fill, Stroke::new(metrics::STROKE, p.line), StrokeKind::Inside);
    focus_ring(ui, &response, rect, metrics::RADIUS_CARD);
    let inside = rect.shrink2(vec2(12.0, 9.0));
    let caption = TextRole::Caption.truncated(ui, name, inside.width());
    put_text(ui.painter(), inside, Align2::LEFT_TOP, caption, p.text_secondary);
    let role = if is_empty { TextRole::Body } else { TextRole::Number };
    let number = role.single_line(ui, &f1);
    let middle =
        Rect::from_min_max(pos2(inside.left(), inside.top() + 16.0), pos2(inside.right(), inside.bottom() - 16.0));
    let end = middle.left() + number.size().x + 8.0;
    put_text(ui.painter(), middle, Align2::LEFT_CENTER, number, p.text);
    if !is_empty {
        let interval = TextRole::Caption.truncated(ui, &interval_text(score.f1), (middle.right() - end).max(0.0));
        put_text(ui.painter(), middle.with_min_x(end), Align2::LEFT_CENTER, interval, p.text_muted);
    }
    put_text(ui.painter(), inside, Align2::LEFT_BOTTOM, TextRole::Caption.single_line(ui, &spans), p.text_secondary);
    if response.clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Slice(slice))));
    }
}
