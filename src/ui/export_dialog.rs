//! Dialog of export formats. Each row shows the information that the format would lose.

use super::Commands;
use super::format_numbers::sentences;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, combo_box, dialog, icon_paragraph, label, paragraph};
use crate::app::Command;
use crate::app::dialogs::ExportDialog;
use crate::app::effect::Pick;
use crate::format::Format;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::export_part::ExportPart;
use egui::{Frame, Margin, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo};

const WIDTH: f32 = 520.0;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, export: &ExportDialog, is_loading: bool, out: &mut Commands) {
    let p = theme::colors(ui);
    let several = export.has_splits;
    let mut close = false;
    let dismissed = dialog(ui, "export", WIDTH, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Export to"));
        ui.add_space(2.0);
        let note = if several {
            tr!("Writes one file per split. Your dataset is not changed.")
        } else {
            tr!("Writes one file. Your dataset is not changed.")
        };
        paragraph(ui, TextRole::Small, p.text_secondary, note);
        ui.add_space(8.0);
        part_selector(ui, session, export.part, out);
        ui.add_space(8.0);
        let height = (ui.content_rect().height() - 280.0).max(120.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            // The dialog keeps its size when the formats arrive.
            ui.set_min_height(height);
            if is_loading && export.formats.is_empty() {
                label(ui, TextRole::Small, p.text_secondary, tr!("Checking formats…"));
            }
            for (format, losses) in &export.formats {
                if row(ui, *format, losses) {
                    out.push(Command::OpenPathDialog(Pick::Export {
                        format: format.name,
                        part: export.part,
                        dataset: session.corpus().name.clone(),
                        folder: several,
                    }));
                    close = true;
                }
            }
        });
        ui.add_space(12.0);
        close |= Button::plain(tr!("Cancel")).show(ui).clicked();
    });
    if close || dismissed {
        out.push(Command::CloseDialog);
    }
}

/// Shows the exported part of the dataset, if there is a choice.
fn part_selector(ui: &mut Ui, session: &Session, part: ExportPart, out: &mut Commands) {
    let parts = session.export_parts();
    if parts.len() < 2 {
        return;
    }
    let name = |(part, n): &(ExportPart, usize)| {
        let count = sentences(*n);
        match part {
            ExportPart::All => tr!("Whole dataset, {count}", count),
            ExportPart::Done => tr!("Marked as done, {count}", count),
            ExportPart::Listed => tr!("Search and filter, {count}", count),
            ExportPart::Selected => tr!("Selected in the list, {count}", count),
            ExportPart::Split(split) => tr!("Split {split}, {count}", split = split.name(), count),
        }
    };
    let names: Vec<String> = parts.iter().map(|part| name(part).to_string()).collect();
    let mut chosen = parts.iter().position(|(known, _)| *known == part).unwrap_or_default();
    if combo_box(ui, tr!("Exported part"), &mut chosen, &names).changed() {
        out.push(Command::SetExportPart(parts[chosen].0));
    }
}

/// Shows a format and its losses. Returns true if it was clicked.
fn row(ui: &mut Ui, format: Format, losses: &[String]) -> bool {
    const EDGE: f32 = 10.0;
    let p = theme::colors(ui);
    let (what, detail) = format.description.split_once(": ").unwrap_or((format.description, ""));
    let loss = match losses {
        [] => tr!("Complete").to_owned(),
        _ => tr!("Not exported: {losses}", losses = losses.join("; ")),
    };
    let (glyph, color) =
        if losses.is_empty() { (icon::CIRCLE_CHECK, p.success) } else { (icon::TRIANGLE_ALERT, p.warning) };
    let response = ui
        .scope_builder(UiBuilder::new().sense(Sense::click()), |ui| {
            let background = ui.painter().add(egui::Shape::Noop);
            let content = Frame::new().inner_margin(Margin::same(EDGE as i8)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 8.0;
                    label(ui, TextRole::BodyMedium, p.text, what);
                    label(ui, TextRole::Small, p.text_muted, detail);
                });
                icon_paragraph(ui, glyph, 13.0, color, &loss);
            });
            if ui.response().hovered() {
                let rect = content.response.rect;
                ui.painter().set(background, egui::Shape::rect_filled(rect, 8, p.hover));
            }
        })
        .response;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Export as {name}", name = format.name)));
    response.clicked()
}
