//! Table of all runs.

use super::AllRunsState;
use super::facts::{best_run, dev_value, differing_settings, f1_interval, has_old_data, state_line, time_text};
use crate::app::effect::Pick;
use crate::app::page_commands::{EvaluateCommand, RunCommand};
use crate::app::{Action, App, Command};
use crate::hub::ModelRef;
use crate::i18n::{tr, translate};
use crate::project::{RunRecord, RunStatus};
use crate::session::Session;
use crate::session::runs::run_name;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_days_ago, format_interval};
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::train::run_header;
use crate::ui::widgets::{
    Button, Card, CheckBox, IconButton, MenuRow, TextField, focus_ring, hairline, menu, paint_icon, put_text,
};
use egui::{Align2, Key, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

/// Height of a row, in points.
const ROW: f32 = 40.0;
const HEAD: f32 = 28.0;
/// Width of the column of the check box and the color.
const MARKS: f32 = 56.0;
/// Width of the column of the menu.
const MENU: f32 = 40.0;
const GAP: f32 = 12.0;

/// Column of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Data,
    Started,
    Settings,
    Score,
    Interval,
    Time,
}

impl Column {
    /// Title, width in points, and share of the remaining width.
    fn layout(self) -> (&'static str, f32, f32) {
        match self {
            Self::Name => (tr!("Name"), 110.0, 1.2),
            Self::Data => (tr!("Data"), 96.0, 0.5),
            Self::Started => (tr!("Started"), 84.0, 0.0),
            Self::Settings => (tr!("Settings that differ"), 90.0, 1.5),
            Self::Score => (tr!("Dev score"), 64.0, 0.0),
            Self::Interval => (tr!("95 % interval"), 84.0, 0.0),
            Self::Time => (tr!("Time"), 84.0, 0.0),
        }
    }

    fn is_right(self) -> bool {
        matches!(self, Self::Score | Self::Interval | Self::Time)
    }

    /// Returns the columns for a table of this width.
    fn of_width(width: f32) -> Vec<Self> {
        let columns = [Self::Name, Self::Data, Self::Started, Self::Settings, Self::Score, Self::Interval, Self::Time];
        let is_shown = |column: &Self| match column {
            Self::Started | Self::Interval => width >= 820.0,
            Self::Data => width >= 600.0,
            Self::Name | Self::Settings | Self::Score | Self::Time => true,
        };
        columns.into_iter().filter(is_shown).collect()
    }
}

/// Returns the rectangles of the columns in a row.
fn cells(row: Rect, columns: &[Column]) -> Vec<(Column, Rect)> {
    let fixed: f32 = columns.iter().map(|column| column.layout().1 + GAP).sum();
    let shares: f32 = columns.iter().map(|column| column.layout().2).sum();
    let rest = (row.width() - MARKS - MENU - fixed).max(0.0);
    let mut left = row.left() + MARKS;
    let cell = |column: &Column| {
        let (_, width, share) = column.layout();
        let rect = row.with_min_x(left).with_max_x(left + width + rest * share / shares);
        left = rect.right() + GAP;
        (*column, rect)
    };
    columns.iter().map(cell).collect()
}

/// Shows the table with at most this height.
pub(super) fn show(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    view: &mut AllRunsState,
    max_height: f32,
    out: &mut Commands,
) {
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width() - 16.0);
        let n_compared = session.runs_view.compared().count();
        let title = tr!("{n} of {all} selected", n = n_compared, all = session.runs().len());
        let needle = view.filter.to_lowercase();
        let mut of_head = Commands::new();
        Card::new(&title).without_padding().show(
            ui,
            |ui| {
                let field = TextField::new(&mut view.filter, tr!("Filter runs")).icon(icon::SEARCH).width(160.0);
                field.placeholder(tr!("Filter runs")).show(ui);
                compare_errors(ui, session, &mut of_head);
            },
            |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let columns = Column::of_width(ui.available_width());
                head(ui, &columns);
                let matches = |run: &&RunRecord| run_name(run).to_lowercase().contains(&needle);
                let runs: Vec<&RunRecord> = session.runs().iter().rev().filter(matches).collect();
                let best = best_run(session);
                let height = max_height - metrics::CARD_HEAD - HEAD;
                let scroll = ScrollArea::vertical().id_salt("runs").max_height(height).auto_shrink([false, true]);
                scroll.show_rows(ui, ROW, runs.len(), |ui, range| {
                    for run in &runs[range] {
                        let shows = row(ui, app, session, run, &columns, best == Some(run.number), out);
                        view.shows_drawer |= shows;
                    }
                });
            },
        );
        out.extend(of_head);
    });
}

/// Shows the button that compares the errors of the first two selected runs with a model.
fn compare_errors(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let with_model = |run: &usize| session.run_record(*run).is_some_and(|record| record.outcome.has_model());
    let runs: Vec<usize> = session.runs_view.compared().map(|(_, run)| run).filter(with_model).take(2).collect();
    let reason = (runs.len() < 2).then_some(tr!("Select two runs with a model"));
    if Button::ghost(tr!("Compare errors")).icon(icon::GIT_COMPARE).disabled(reason).show(ui).clicked()
        && let [first, second] = runs[..]
    {
        let model = |run: usize| session.run_record(run).map(|record| ModelRef::Folder(record.dir.clone()));
        out.extend(model(first).map(|model| Command::Evaluate(EvaluateCommand::SetEvalModel(model))));
        out.extend(model(second).map(|model| Command::Evaluate(EvaluateCommand::SetSecondModel(model))));
        run_header::select_dev(session, out);
        out.push(Command::Run(Action::CompareModels));
    }
}

fn head(ui: &mut Ui, columns: &[Column]) {
    let p = theme::colors(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEAD));
    for (column, cell) in cells(rect, columns) {
        let text = TextRole::CaptionMedium.truncated(ui, column.layout().0, cell.width());
        let side = if column.is_right() { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        put_text(ui.painter(), cell, side, text, p.text_muted);
    }
    hairline(ui.painter(), rect.left_bottom(), rect.right_bottom(), p.line);
}

/// Shows a run. Returns true if it was clicked.
fn row(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    run: &RunRecord,
    columns: &[Column],
    is_best: bool,
    out: &mut Commands,
) -> bool {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = run_name(run);
    let is_current = session.shown_record().is_some_and(|shown| shown.number == run.number);
    let score = dev_value(session, run);
    let score_text = score.map_or_else(|| "–".to_owned(), |(metric, value)| metric.format(value));
    let state = state_line(app, run, p);
    let spoken = {
        let metric = translate(score.map_or(run.metrics.selected_by, |(metric, _)| metric).title);
        let state = state.as_ref().map_or(String::new(), |(_, _, text)| format!(", {text}"));
        tr!("{name}, dev {metric} {value}{state}", name, metric, value = score_text, state)
    };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_current, &spoken));
    if is_current {
        ui.painter().rect_filled(rect, 0, p.selected);
    } else if ui.rect_contains_pointer(rect) {
        ui.painter().rect_filled(rect, 0, p.hover);
    }
    focus_ring(ui, &response, rect.shrink(2.0), metrics::RADIUS_KEY);
    hairline(ui.painter(), rect.left_bottom(), rect.right_bottom(), p.line);
    if response.clicked() {
        out.push(Command::Runs(RunCommand::Show(run.number)));
    }
    if response.has_focus() && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Delete)) {
        out.push(Command::Runs(RunCommand::Delete(run.number)));
    }
    marks(ui, session, run, rect, &name, out);
    for (column, cell) in cells(rect, columns) {
        let put = |role: TextRole, color, text: &str| {
            let side = if column.is_right() { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
            put_text(ui.painter(), cell, side, role.truncated(ui, text, cell.width()), color);
        };
        match column {
            Column::Name => name_cell(ui, run, cell, &name, is_best, state.as_ref()),
            Column::Data => data_cell(ui, session, run, cell),
            Column::Started => put(TextRole::Body, p.text_secondary, &started_text(run)),
            Column::Settings => {
                let baseline = session.baseline_run().and_then(|baseline| session.run_record(baseline));
                let text = baseline.map_or_else(|| run.summary.clone(), |baseline| differing_settings(run, baseline));
                put(TextRole::Body, p.text_secondary, &text);
            }
            Column::Score => put(TextRole::Strong, p.text, &score_text),
            Column::Interval => {
                let text = f1_interval(session, run).map_or_else(|| "–".to_owned(), format_interval);
                put(TextRole::Body, p.text_secondary, &text);
            }
            Column::Time => put(TextRole::Body, p.text_secondary, &time_text(session, run)),
        }
    }
    run_menu(ui, app, session, run, rect, &name, out);
    response.clicked()
}

fn started_text(run: &RunRecord) -> String {
    if run.outcome == RunStatus::Running { tr!("Now").to_owned() } else { format_days_ago(run.started_at) }
}

/// Shows the check box and the color of the curves.
fn marks(ui: &mut Ui, session: &Session, run: &RunRecord, row: Rect, name: &str, out: &mut Commands) {
    let color = session.runs_view.color_of(run.number);
    let square = Rect::from_center_size(pos2(row.left() + 20.0, row.center().y), vec2(16.0, 16.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(square).id_salt(("compare", run.number)));
    let mut is_on = color.is_some();
    if CheckBox::new(&mut is_on, &tr!("Show {name} in charts", name)).show(&mut child).changed() {
        out.push(Command::Runs(RunCommand::Compare(run.number, is_on)));
    }
    if let Some(color) = color {
        let mark = Rect::from_center_size(pos2(row.left() + 42.0, row.center().y), vec2(14.0, 3.0));
        ui.painter().rect_filled(mark, 1, theme::colors(ui).series[color]);
    }
}

/// Shows the name above its state or the first line of its note.
fn name_cell(
    ui: &Ui,
    run: &RunRecord,
    cell: Rect,
    name: &str,
    is_best: bool,
    state: Option<&(theme::Icon, egui::Color32, String)>,
) {
    let p = theme::colors(ui);
    let note = run.details.note.lines().next().unwrap_or_default();
    let below = state.map(|(_, color, text)| (*color, text.as_str()));
    let below = below.or_else(|| (!note.is_empty()).then_some((p.text_secondary, note)));
    let galley = TextRole::BodyMedium.truncated(ui, name, cell.width() - 22.0);
    let top = if below.is_some() { cell.with_max_y(cell.center().y + 2.0) } else { cell };
    let end = top.left() + galley.size().x;
    put_text(ui.painter(), top, Align2::LEFT_CENTER, galley, p.text);
    let mark = state.map(|(glyph, color, _)| (*glyph, *color)).or_else(|| is_best.then_some((icon::STAR, p.warning)));
    if let Some((glyph, color)) = mark {
        let square = Rect::from_center_size(pos2(end + 13.0, top.center().y), vec2(14.0, 14.0));
        paint_icon(ui.painter(), square, glyph, 13.0, color);
    }
    if let Some((color, text)) = below {
        let bottom = cell.with_min_y(cell.center().y + 2.0).with_max_y(cell.bottom() - 4.0);
        put_text(ui.painter(), bottom, Align2::LEFT_CENTER, TextRole::Caption.truncated(ui, text, cell.width()), color);
    }
}

/// Shows the number of sentences, and if the labels have changed since.
fn data_cell(ui: &Ui, session: &Session, run: &RunRecord, cell: Rect) {
    let p = theme::colors(ui);
    let text = match run.details.n_train {
        0 => tr!("Not known").to_owned(),
        n => format_numbers::sentences(n),
    };
    let is_old = has_old_data(session, run);
    let top = if is_old { cell.with_max_y(cell.center().y + 2.0) } else { cell };
    put_text(
        ui.painter(),
        top,
        Align2::LEFT_CENTER,
        TextRole::Body.truncated(ui, &text, cell.width()),
        p.text_secondary,
    );
    if is_old {
        let bottom = cell.with_min_y(cell.center().y + 2.0).with_max_y(cell.bottom() - 4.0);
        let old = TextRole::Caption.truncated(ui, tr!("Labels changed since"), cell.width());
        put_text(ui.painter(), bottom, Align2::LEFT_CENTER, old, p.text_muted);
    }
}

fn run_menu(ui: &mut Ui, app: &App, session: &Session, run: &RunRecord, row: Rect, name: &str, out: &mut Commands) {
    let square = Rect::from_center_size(pos2(row.right() - MENU / 2.0, row.center().y), vec2(26.0, 26.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(square).id_salt(("menu", run.number)));
    let button = IconButton::new(icon::ELLIPSIS, &tr!("More for {name}", name)).size(26.0).show(&mut child);
    menu(&button, 230.0, |ui| menu_rows(ui, app, session, run, out));
}

/// Shows the rows of the menu of a run.
pub(super) fn menu_rows(ui: &mut Ui, app: &App, session: &Session, run: &RunRecord, out: &mut Commands) {
    let number = run.number;
    let mut item = |ui: &mut Ui, row: MenuRow<'_>, command: Command| {
        if row.show(ui).clicked() {
            out.push(command);
            ui.close();
        }
    };
    let is_running = run.outcome == RunStatus::Running;
    let no_model = (!run.outcome.has_model()).then_some(tr!("This run has no model"));
    let no_settings = run.details.settings.is_empty().then_some(tr!("The settings of this run are not stored"));
    let not_compared = session.runs_view.color_of(number).is_none().then_some(tr!("Select the run first"));
    let open = Command::Runs(RunCommand::Show(number));
    if MenuRow::new(tr!("Open")).icon(icon::CHART_LINE).show(ui).clicked() {
        out.push(open);
        out.push(Command::Runs(RunCommand::ShowView(crate::session::runs::TrainView::Run)));
        ui.close();
        return;
    }
    if run.outcome == RunStatus::Interrupted {
        let reason = app.is_training().then_some(tr!("A run is in progress"));
        let row = MenuRow::new(tr!("Resume")).icon(icon::PLAY).disabled(reason);
        item(ui, row, Command::Runs(RunCommand::Resume(number)));
    }
    let row = MenuRow::new(tr!("Copy settings")).icon(icon::COPY).disabled(no_settings);
    item(ui, row, Command::Runs(RunCommand::CopySettings(number)));
    let row = MenuRow::new(tr!("Use as baseline")).icon(icon::FLAG).disabled(not_compared);
    item(ui, row, Command::Runs(RunCommand::SetBaseline(number)));
    let row = MenuRow::new(tr!("Save model as…")).icon(icon::DOWNLOAD).disabled(no_model);
    item(ui, row, Command::OpenPathDialog(Pick::SaveModel(run.dir.clone())));
    let reason = is_running.then_some(tr!("The run is in progress"));
    let row = MenuRow::new(tr!("Delete run")).icon(icon::TRASH_2).keys(&["Delete"]).disabled(reason);
    item(ui, row, Command::Runs(RunCommand::Delete(number)));
}
