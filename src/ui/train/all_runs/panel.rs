//! The panel of the current run: name, note, actions, comparison, settings.

use super::facts::{best_run, has_old_data, state_line};
use super::{difference, settings_table, table};
use crate::app::page_commands::RunCommand;
use crate::app::{App, Command};
use crate::i18n::tr;
use crate::project::{RunRecord, RunStatus};
use crate::session::Session;
use crate::session::runs::{TrainView, run_name};
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::train::run_header;
use crate::ui::widgets::{
    Badge, BadgeStyle, Button, IconButton, TextArea, TextField, icon_paragraph, label, menu, separator,
    tall_panel_header_with,
};
use egui::{Frame, Key, Margin, ScrollArea, Ui};

/// Presentation state of the panel.
pub struct PanelState {
    /// Run of the unfinished input.
    run: Option<usize>,
    name: String,
    note: String,
    only_differences: bool,
}

impl Default for PanelState {
    fn default() -> Self {
        Self { run: None, name: String::new(), note: String::new(), only_differences: true }
    }
}

/// Shows the panel. `is_drawer` is true if it covers the table, and is set to false when the user closes it.
pub(super) fn show(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    view: &mut PanelState,
    is_drawer: &mut bool,
    out: &mut Commands,
) {
    let Some(record) = session.shown_record() else { return };
    let name = run_name(record);
    tall_panel_header_with(ui, &name, "", |ui| {
        if *is_drawer && IconButton::new(icon::X, tr!("Close")).show(ui).clicked() {
            *is_drawer = false;
        }
        let button = IconButton::new(icon::ELLIPSIS, tr!("More for this run")).show(ui);
        menu(&button, 230.0, |ui| table::menu_rows(ui, app, session, record, out));
    });
    ScrollArea::vertical().id_salt("run panel").auto_shrink(false).show(ui, |ui| {
        section(ui, |ui| {
            badges(ui, session, record);
            name_and_note(ui, record, view, out);
            actions(ui, session, record, out);
        });
        if let Some((glyph, color, text)) = state_line(app, record, theme::colors(ui)) {
            separator(ui);
            section(ui, |ui| {
                icon_paragraph(ui, glyph, 14.0, color, &text);
                if record.outcome == RunStatus::Interrupted {
                    run_header::resume_button(ui, app, record, out);
                }
            });
        }
        if session.compared_pair().is_some() {
            separator(ui);
            section(ui, |ui| difference::show(ui, session));
        }
        separator(ui);
        section(ui, |ui| settings_table::show(ui, session, record, &mut view.only_differences));
    });
}

fn section(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    Frame::new().inner_margin(Margin::symmetric(16, 14)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        content(ui);
    });
}

fn badges(ui: &mut Ui, session: &Session, record: &RunRecord) {
    let is_best = best_run(session) == Some(record.number);
    let is_old = has_old_data(session, record);
    if !is_best && !is_old {
        return;
    }
    ui.horizontal(|ui| {
        if is_best {
            Badge::new(tr!("Best")).icon(icon::STAR).tone(BadgeStyle::Success).show(ui);
        }
        if is_old {
            let text = tr!("The labels of the train split have changed since this run");
            Badge::new(tr!("Old data")).show(ui).on_hover_text(text);
        }
    });
}

/// Shows the fields of name and note. The input is stored when the field loses the focus or with Enter.
fn name_and_note(ui: &mut Ui, record: &RunRecord, view: &mut PanelState, out: &mut Commands) {
    let number = record.number;
    if view.run != Some(number) || !ui.text_edit_focused() {
        view.run = Some(number);
        view.name = run_name(record);
        view.note.clone_from(&record.details.note);
    }
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    label(ui, TextRole::Small, p.text_secondary, tr!("Name"));
    let response = TextField::new(&mut view.name, tr!("Name of the run")).show(ui);
    if response.lost_focus() && !ui.input(|input| input.key_pressed(Key::Escape)) && view.name != run_name(record) {
        let is_default = view.name.trim() == tr!("Run {number}", number);
        let name = if is_default { String::new() } else { view.name.clone() };
        out.push(Command::Runs(RunCommand::Rename(number, name)));
    }
    if !ui.text_edit_focused() && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::F2)) {
        response.request_focus();
    }
    ui.add_space(6.0);
    label(ui, TextRole::Small, p.text_secondary, tr!("Note"));
    let response = TextArea::new(&mut view.note, tr!("Note on the run")).rows(2, 6).show(ui);
    ui.add_space(4.0);
    if response.changed() {
        out.push(Command::Runs(RunCommand::SetNote(number, view.note.clone())));
    }
}

fn actions(ui: &mut Ui, session: &Session, record: &RunRecord, out: &mut Commands) {
    let no_model = (!record.outcome.has_model()).then_some(tr!("This run has no model"));
    ui.horizontal(|ui| {
        if Button::plain(tr!("Open run")).icon(icon::CHART_LINE).show(ui).clicked() {
            out.push(Command::Runs(RunCommand::ShowView(TrainView::Run)));
        }
        if Button::plain(tr!("Evaluate run")).icon(icon::TARGET).disabled(no_model).show(ui).clicked() {
            run_header::evaluate(session, record, out);
        }
    });
    ui.horizontal(|ui| {
        if Button::plain(tr!("Try model")).icon(icon::TEXT_CURSOR_INPUT).disabled(no_model).show(ui).clicked() {
            run_header::try_model(record, out);
        }
        let settings = &record.details.settings;
        let no_settings = settings.is_empty().then_some(tr!("The settings of this run are not stored"));
        if Button::plain(tr!("Copy settings")).icon(icon::COPY).disabled(no_settings).show(ui).clicked() {
            out.push(Command::Runs(RunCommand::CopySettings(record.number)));
        }
    });
}
