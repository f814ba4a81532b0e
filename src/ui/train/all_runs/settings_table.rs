//! Settings of the compared runs in columns.

use super::facts::setting_text;
use crate::i18n::{tr, translate};
use crate::project::RunRecord;
use crate::session::Session;
use crate::session::runs::run_name;
use crate::train::settings::SETTINGS;
use crate::ui::format_numbers::thousands;
use crate::ui::theme::{self, TextRole};
use crate::ui::train::train_on_name;
use crate::ui::widgets::{Switch, label, paragraph, put_text};
use egui::{Align2, Color32, Rect, Role, Sense, Ui, WidgetInfo, vec2};

const ROW: f32 = 26.0;
const COLUMN: f32 = 64.0;
/// Maximum number of columns.
const MAX_COLUMNS: usize = 4;

/// A property of the runs, with its value in each of them.
struct PropertyRow {
    name: String,
    values: Vec<String>,
}

impl PropertyRow {
    fn is_equal(&self) -> bool {
        self.values.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// Returns true if most runs have this value.
    fn is_common(&self, value: &str) -> bool {
        self.values.iter().filter(|other| *other == value).count() * 2 > self.values.len()
    }
}

/// Shows the table: the current run first, then the compared ones.
pub(super) fn show(ui: &mut Ui, session: &Session, current: &RunRecord, only_differences: &mut bool) {
    let p = theme::colors(ui);
    let others = session.runs_view.compared().map(|(_, run)| run).filter(|run| *run != current.number);
    let others = others.filter_map(|run| session.run_record(run));
    let all: Vec<&RunRecord> = std::iter::once(current).chain(others).collect();
    let runs = &all[..all.len().min(MAX_COLUMNS)];
    ui.horizontal(|ui| {
        label(ui, TextRole::Strong, p.text, tr!("Settings"));
        if runs.len() > 1 {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                Switch::new(only_differences, tr!("Only differences")).show(ui);
            });
        }
    });
    if runs.iter().any(|run| run.details.settings.is_empty()) {
        paragraph(ui, TextRole::Small, p.text_secondary, tr!("The settings of older runs are not stored"));
    }
    let rows = rows(runs);
    let is_shown = |row: &&PropertyRow| runs.len() == 1 || !*only_differences || !row.is_equal();
    let shown: Vec<&PropertyRow> = rows.iter().filter(is_shown).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    if runs.len() > 1 {
        let names: Vec<(String, Color32)> = runs.iter().map(|run| (run_name(run), color(ui, session, run))).collect();
        let cells = names.iter().map(|(name, color)| (name.as_str(), TextRole::Small, *color));
        table_row(ui, (tr!("Setting"), p.text_muted), &cells.collect::<Vec<_>>());
    }
    for row in &shown {
        let quiet = runs.len() > 1 && row.is_equal();
        let cell = |value: &'_ String| {
            if quiet {
                (TextRole::Small, p.text_muted)
            } else if runs.len() == 1 || row.is_common(value) {
                (TextRole::Small, p.text_secondary)
            } else {
                (TextRole::SmallMedium, p.text)
            }
        };
        let cells: Vec<_> = row.values.iter().map(|value| (value.as_str(), cell(value).0, cell(value).1)).collect();
        table_row(ui, (&row.name, if quiet { p.text_muted } else { p.text }), &cells);
    }
    if shown.is_empty() {
        paragraph(ui, TextRole::Small, p.text_secondary, tr!("All settings are equal"));
    }
    if all.len() > MAX_COLUMNS {
        let n = all.len() - MAX_COLUMNS;
        paragraph(ui, TextRole::Caption, p.text_muted, &tr!("{n} more selected runs are not shown", n));
    }
}

fn color(ui: &Ui, session: &Session, run: &RunRecord) -> Color32 {
    let p = theme::colors(ui);
    session.runs_view.color_of(run.number).map_or(p.text_secondary, |color| p.series[color])
}

fn rows(runs: &[&RunRecord]) -> Vec<PropertyRow> {
    let row = |name: &str, value: &dyn Fn(&RunRecord) -> String| PropertyRow {
        name: name.to_owned(),
        values: runs.iter().map(|run| value(run)).collect(),
    };
    let sentences = |n: usize| if n == 0 { "–".to_owned() } else { thousands(n) };
    let mut rows = vec![
        row(tr!("Train sentences"), &|run| sentences(run.details.n_train)),
        row(tr!("Dev sentences"), &|run| sentences(run.details.n_dev)),
        row(tr!("Train on"), &|run| {
            run.details.selection.train_on.map_or("–".to_owned(), |of| train_on_name(of).to_owned())
        }),
        row(tr!("Base model"), &|run| run.base.clone()),
    ];
    for setting in SETTINGS {
        let value = |run: &RunRecord| setting_text(run, setting).unwrap_or_else(|| "–".to_owned());
        rows.push(row(translate(setting.label), &value));
    }
    rows
}

/// Shows a name and a right-aligned value for each run.
fn table_row(ui: &mut Ui, (name, color): (&str, Color32), cells: &[(&str, TextRole, Color32)]) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let values: Vec<&str> = cells.iter().map(|(text, ..)| *text).collect();
    let spoken = format!("{name}: {}", values.join(", "));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    // A single value has the rest of the row.
    let width =
        if cells.len() == 1 { rect.width() * 0.55 } else { COLUMN.min(rect.width() * 0.7 / cells.len() as f32) };
    let left = rect.right() - width * cells.len() as f32;
    let text = TextRole::Small.truncated(ui, name, left - rect.left() - 6.0);
    put_text(ui.painter(), rect, Align2::LEFT_CENTER, text, color);
    for (index, (value, role, color)) in cells.iter().enumerate() {
        let start = left + width * index as f32;
        let cell = Rect::from_x_y_ranges(start + 6.0..=start + width, rect.y_range());
        put_text(ui.painter(), cell, Align2::RIGHT_CENTER, role.truncated(ui, value, cell.width()), *color);
    }
    response.on_hover_text(spoken);
}
