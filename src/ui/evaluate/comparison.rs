//! Comparison of two models: F1 with the interval of the difference, agreement on gold spans, and kinds of errors.

use super::heat_cell;
use super::label_table::label_color;
use super::names::{agreement_name, interval_text, outcome_name, selected_filter};
use crate::app::page_commands::EvaluateCommand;
use crate::app::{App, Command};
use crate::corpus::Split;
use crate::eval::errors::{F1Difference, Interval, ModelComparison, Outcome};
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evaluation::ComparisonResult;
use crate::session::evidence::CaseFilter;
use crate::ui::Commands;
use crate::ui::format_numbers::{format_p_value, format_score, format_signed, format_signed_interval, thousands};
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::widgets::{
    Badge, BadgeStyle, Card, LegendItem, Stat, Table, TableColumn, focus_ring, hairline, put_text, stats_row,
};
use egui::{Align2, Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Height of a row of the table of differences, in points.
const ROW: f32 = 26.0;

/// Correctness of the first and the second model, in the order of the table.
const AGREEMENTS: [[bool; 2]; 4] = [[true, true], [true, false], [false, true], [false, false]];

/// Shows the comparison.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, result: &ComparisonResult, out: &mut Commands) {
    let names = result.sources.each_ref().map(|source| app.model_name(&source.model));
    let comparison = &result.comparison;
    verdict(ui, result, &names);
    headline(ui, comparison, &names);
    differences(ui, session, comparison, &names, out);
    let height = metrics::CARD_HEAD + 26.0 * (comparison.by_label.len() as f32 + 2.0) + metrics::CARD_PAD + 4.0;
    let height = height.max(220.0);
    if let Some([mut left, mut right]) = super::card_columns(ui, 0.48, height) {
        agreement(&mut left, session, comparison, &names, height, out);
        agreement_by_label(&mut right, session, comparison, height, out);
    } else {
        agreement(ui, session, comparison, &names, 0.0, out);
        agreement_by_label(ui, session, comparison, 0.0, out);
    }
    kinds(ui, session, comparison, &names, out);
}

/// Shows which model is better, or why this is not known.
fn verdict(ui: &mut Ui, result: &ComparisonResult, names: &[String; 2]) {
    let overall = &result.comparison.overall;
    let (text, tone, mark) = if result.split == Split::Train {
        (tr!("Models are trained on this split").to_owned(), BadgeStyle::Warning, icon::TRIANGLE_ALERT)
    } else if !overall.is_clear() {
        (tr!("No clear difference").to_owned(), BadgeStyle::Neutral, icon::CIRCLE)
    } else {
        let better = usize::from(overall.value().is_some_and(|value| value > 0.0));
        (tr!("{model} is better", model = &names[better]), BadgeStyle::Success, icon::CIRCLE_CHECK)
    };
    ui.horizontal(|ui| Badge::new(&text).tone(tone).icon(mark).show(ui));
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| tr!("Not known").to_owned(), format_score)
}

fn signed(value: Option<f64>) -> String {
    value.map_or_else(|| tr!("Not known").to_owned(), |value| format_signed(value, 2))
}

fn difference_interval(interval: Option<Interval>) -> String {
    interval.map_or_else(|| tr!("Not known").to_owned(), |i| format_signed_interval(i.low, i.high))
}

fn headline(ui: &mut Ui, comparison: &ModelComparison, names: &[String; 2]) {
    let overall = &comparison.overall;
    let captions = names.each_ref().map(|name| tr!("{model}, F1", model = name));
    let scores = overall.f1.map(percent);
    let intervals = overall.intervals.map(interval_text);
    let difference = signed(overall.value());
    let interval = tr!("95 % interval {interval}", interval = difference_interval(overall.difference));
    let p_value = format_p_value(comparison.p_value);
    let share = comparison.n_different_sentences as f64 * 100.0 / comparison.n_sentences.max(1) as f64;
    let different = thousands(comparison.n_different_sentences);
    let share = tr!("{percent} % of {all}", percent = format!("{share:.1}"), all = thousands(comparison.n_sentences));
    let stats = [
        Stat { caption: &captions[0], number: &scores[0], unit: "", detail: &intervals[0] },
        Stat { caption: &captions[1], number: &scores[1], unit: "", detail: &intervals[1] },
        Stat { caption: tr!("Difference"), number: &difference, unit: "", detail: &interval },
        Stat { caption: tr!("p-value"), number: &p_value, unit: "", detail: tr!("Permutation test") },
        Stat { caption: tr!("Sentences that differ"), number: &different, unit: "", detail: &share },
    ];
    stats_row(ui, &stats, true);
}

/// Shows F1 by label with a plot of the differences.
fn differences(ui: &mut Ui, session: &Session, comparison: &ModelComparison, names: &[String; 2], out: &mut Commands) {
    let subtitle = tr!("{second} minus {first}", second = &names[1], first = &names[0]);
    let note = tr!("Colored if the interval excludes 0");
    let header = |ui: &mut Ui| {
        crate::ui::widgets::caption(ui, TextRole::Caption, note);
    };
    Card::new(tr!("F1 by label")).subtitle(&subtitle).show(ui, header, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let p = theme::colors(ui);
        let has_plot = ui.available_width() > 700.0;
        let limit = plot_limit(comparison);
        let columns = [
            TableColumn::left(tr!("Label"), 1.6),
            TableColumn::right(tr!("Gold"), 0.8),
            TableColumn::right(&names[0], 1.0),
            TableColumn::right(&names[1], 1.0),
            TableColumn::left(if has_plot { "" } else { " " }, if has_plot { 3.4 } else { 0.1 }),
            TableColumn::right(tr!("Difference"), 1.0),
            TableColumn::right(tr!("95 % interval"), 1.5),
        ];
        let table = Table::new(&columns);
        table.head(ui);
        let selected = selected_filter(session);
        let rows = comparison.by_label.iter().map(|(label, difference)| (Some(*label), difference));
        for (label, difference) in rows.chain([(None, &comparison.overall)]) {
            let filter = label.map_or(CaseFilter::Differences, CaseFilter::DifferencesOf);
            let color = label.map_or(theme::colors(ui).text, |l| label_color(ui, session, &comparison.labels[l]));
            let name = label.map_or(tr!("Micro average"), |label| &comparison.labels[label]);
            let top = ui.cursor().top();
            let response = table.row_button(ui, selected == Some(filter), |c| {
                match label {
                    Some(_) => c.dotted(color, name),
                    None => c.strong(name),
                }
                c.quiet(&thousands(difference.gold));
                c.text(&percent(difference.f1[0]));
                c.text(&percent(difference.f1[1]));
                c.text("");
                c.styled(TextRole::Strong, verdict_color(p, difference), &signed(difference.value()));
                c.quiet(&difference_interval(difference.difference));
            });
            if has_plot {
                let row = Rect::from_min_max(pos2(response.rect.left(), top), response.rect.right_bottom());
                plot(ui, table.cell(row, 4), difference, color, limit);
            }
            if response.clicked() {
                out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
            }
        }
    });
}

fn verdict_color(p: &theme::ThemeColors, difference: &F1Difference) -> Color32 {
    match difference.value() {
        Some(value) if difference.is_clear() && value > 0.0 => p.success,
        Some(_) if difference.is_clear() => p.error,
        _ => p.text,
    }
}

/// Returns the largest absolute value of an interval, as the range of the plot.
fn plot_limit(comparison: &ModelComparison) -> f64 {
    let all = comparison.by_label.iter().map(|(_, difference)| difference).chain([&comparison.overall]);
    let bounds = all.filter_map(|difference| difference.difference).flat_map(|i| [i.low.abs(), i.high.abs()]);
    bounds.fold(0.01, f64::max)
}

/// Paints the difference as a dot with its interval as a line. 0 is in the middle.
fn plot(ui: &Ui, rect: Rect, difference: &F1Difference, color: Color32, limit: f64) {
    let p = theme::colors(ui);
    let inside = rect.shrink2(vec2(12.0, 0.0));
    let x = |value: f64| inside.center().x + (value / limit) as f32 * inside.width() / 2.0;
    hairline(ui.painter(), pos2(x(0.0), rect.top()), pos2(x(0.0), rect.bottom()), p.line_strong);
    let (Some(value), Some(interval)) = (difference.value(), difference.difference) else { return };
    let y = rect.top() + ROW / 2.0;
    ui.painter().line_segment([pos2(x(interval.low), y), pos2(x(interval.high), y)], Stroke::new(2.0, color));
    ui.painter().circle_filled(pos2(x(value), y), 4.0, color);
}

/// Shows the table of right and wrong over the gold spans.
fn agreement(
    ui: &mut Ui,
    session: &Session,
    comparison: &ModelComparison,
    names: &[String; 2],
    height: f32,
    out: &mut Commands,
) {
    let [both, first, second, neither] = comparison.agreement(None);
    let subtitle = crate::ui::format_numbers::spans(comparison.overall.gold);
    Card::new(tr!("Right and wrong")).subtitle(&subtitle).height(height).show(
        ui,
        |_| {},
        |ui| {
            let p = theme::colors(ui);
            let (_, all) = ui.allocate_space(vec2(ui.available_width(), 20.0 + 2.0 * 58.0));
            let names_width = (all.width() * 0.3).min(120.0);
            let cell = vec2((all.width() - names_width) / 2.0 - 2.0, 56.0);
            let heads = [tr!("{model} right", model = &names[1]), tr!("{model} wrong", model = &names[1])];
            let sides = [tr!("{model} right", model = &names[0]), tr!("{model} wrong", model = &names[0])];
            let counts = [[both, first], [second, neither]];
            let max = counts.iter().flatten().copied().max().unwrap_or(0).max(1);
            for (column, head) in heads.iter().enumerate() {
                let left = all.left() + names_width + column as f32 * (cell.x + 2.0);
                let rect = Rect::from_min_size(pos2(left, all.top()), vec2(cell.x, 20.0));
                let text = TextRole::Caption.truncated(ui, head, rect.width());
                put_text(ui.painter(), rect, Align2::CENTER_CENTER, text, p.text_secondary);
            }
            for (row, side) in sides.iter().enumerate() {
                let top = all.top() + 20.0 + row as f32 * (cell.y + 2.0);
                let rect = Rect::from_min_size(pos2(all.left(), top), vec2(names_width - 8.0, cell.y));
                let text = TextRole::Caption.truncated(ui, side, rect.width());
                put_text(ui.painter(), rect, Align2::LEFT_CENTER, text, p.text_secondary);
                for (column, count) in counts[row].iter().enumerate() {
                    let left = all.left() + names_width + column as f32 * (cell.x + 2.0);
                    let rect = Rect::from_min_size(pos2(left, top), cell);
                    let filter = CaseFilter::Agreement(None, [row == 0, column == 0]);
                    agreement_cell(ui, session, rect, filter, *count, *count as f32 / max as f32, out);
                }
            }
        },
    );
}

fn agreement_cell(
    ui: &Ui,
    session: &Session,
    rect: Rect,
    filter: CaseFilter,
    count: usize,
    share: f32,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    let CaseFilter::Agreement(_, correct) = filter else { return };
    let name = agreement_name(correct);
    let response = ui.interact(rect, ui.scope_id().with(("agreement", correct)), Sense::click());
    let spans = crate::ui::format_numbers::spans(count);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}, {spans}")));
    let intensity = share.sqrt();
    heat_cell::paint_ground(ui, &response, rect, intensity, selected_filter(session) == Some(filter));
    let color = if intensity > heat_cell::STRONG { p.on_accent } else { p.text };
    let (upper, lower) = rect.shrink2(vec2(0.0, 8.0)).split_top_bottom_at_fraction(0.55);
    put_text(ui.painter(), upper, Align2::CENTER_CENTER, TextRole::Strong.single_line(ui, &thousands(count)), color);
    put_text(ui.painter(), lower, Align2::CENTER_CENTER, TextRole::Caption.truncated(ui, name, rect.width()), color);
    if response.clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
    }
}

fn agreement_by_label(ui: &mut Ui, session: &Session, comparison: &ModelComparison, height: f32, out: &mut Commands) {
    let card = Card::new(tr!("Right and wrong by label")).subtitle(tr!("gold spans")).height(height);
    card.show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let columns = [
                TableColumn::left(tr!("Label"), 1.4),
                TableColumn::right(tr!("Both right"), 1.0),
                TableColumn::right(tr!("Only first"), 1.0),
                TableColumn::right(tr!("Only second"), 1.1),
                TableColumn::right(tr!("Both wrong"), 1.1),
            ];
            let table = Table::new(&columns);
            table.head(ui);
            for (label, _) in &comparison.by_label {
                let [both, first, second, neither] = comparison.agreement(Some(*label)).map(thousands);
                let name = &comparison.labels[*label];
                let color = label_color(ui, session, name);
                let top = ui.cursor().top();
                table.row(ui, |c| {
                    c.dotted(color, name);
                    c.text(&both);
                    c.text(&first);
                    c.text(&second);
                    c.text(&neither);
                });
                let row = ui.max_rect().with_min_y(top).with_max_y(ui.cursor().top());
                for (column, correct) in AGREEMENTS.into_iter().enumerate() {
                    let filter = CaseFilter::Agreement(Some(*label), correct);
                    number_button(ui, session, table.cell(row, column + 1), filter, &comparison.labels, out);
                }
            }
        },
    );
}

/// Makes a number of a table clickable.
fn number_button(ui: &Ui, session: &Session, cell: Rect, filter: CaseFilter, labels: &[String], out: &mut Commands) {
    let name = super::names::filter_title(filter, labels);
    let response = ui.interact(cell, ui.scope_id().with(&name), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let frame = cell.expand2(vec2(4.0, -3.0));
    if response.hovered() || selected_filter(session) == Some(filter) {
        let stroke = Stroke::new(1.0, theme::colors(ui).accent);
        ui.painter().rect_stroke(frame, metrics::RADIUS_BADGE, stroke, StrokeKind::Inside);
    }
    focus_ring(ui, &response, frame, metrics::RADIUS_BADGE);
    if response.clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
    }
}

/// Shows the kinds of errors of both models.
fn kinds(ui: &mut Ui, session: &Session, comparison: &ModelComparison, names: &[String; 2], out: &mut Commands) {
    let p = theme::colors(ui);
    let colors = [p.series[0], p.series[1]];
    let legend = [0, 1].map(|model| LegendItem { name: &names[model], color: colors[model], dashed: false });
    let counts = Outcome::ERRORS.map(|outcome| (outcome, [0, 1].map(|model| comparison.count(model, outcome))));
    let max = counts.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or(0).max(1);
    Card::new(tr!("Error kinds")).legend(&legend).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            for (outcome, counts) in counts {
                for (model, count) in counts.into_iter().enumerate() {
                    let filter = CaseFilter::OutcomeOf(model, outcome);
                    let bar = (names[model].as_str(), colors[model], count, count as f32 / max as f32);
                    kind_row(ui, session, (outcome, model), filter, bar, out);
                }
            }
        },
    );
}

fn kind_row(
    ui: &mut Ui,
    session: &Session,
    (outcome, model): (Outcome, usize),
    filter: CaseFilter,
    (model_name, color, count, share): (&str, Color32, usize, f32),
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::click());
    let (name, spans) = (outcome_name(outcome), crate::ui::format_numbers::spans(count));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{model_name}, {name}, {spans}")));
    let ground = rect.expand2(vec2(metrics::GAP, 2.0));
    if response.hovered() || selected_filter(session) == Some(filter) {
        ui.painter().rect_filled(ground, metrics::RADIUS_CONTROL, p.hover);
    }
    focus_ring(ui, &response, ground, metrics::RADIUS_CONTROL);
    if model == 0 {
        let text = TextRole::Small.truncated(ui, name, 120.0);
        put_text(ui.painter(), rect, Align2::LEFT_CENTER, text, p.text);
    }
    let text = TextRole::SmallMedium.single_line(ui, &thousands(count));
    put_text(ui.painter(), rect, Align2::RIGHT_CENTER, text, p.text);
    let (left, right) = (rect.left() + 130.0, (rect.right() - 60.0).max(rect.left() + 140.0));
    let width = if count > 0 { ((right - left) * share).max(3.0) } else { 0.0 };
    let bar = Rect::from_min_size(pos2(left, rect.center().y - 3.0), vec2(width, 6.0));
    ui.painter().rect_filled(bar, 3, color);
    if response.clicked() {
        out.push(Command::Evaluate(EvaluateCommand::ShowCases(filter)));
    }
}
