//! Dialog of export formats. Each row shows the information that the format would lose.

use super::Commands;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, dialog, icon_paragraph, label, paragraph};
use crate::app::Command;
use crate::app::effect::Pick;
use crate::format::Format;
use crate::i18n::tr;
use crate::session::Session;
use egui::{Frame, Margin, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo};

const WIDTH: f32 = 520.0;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, options: &[(Format, Vec<String>)], is_loading: bool, out: &mut Commands) {
    let p = theme::colors(ui);
    let several = session.splits().len() > 1;
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
        let height = (ui.content_rect().height() - 240.0).max(120.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            // The dialog keeps its size when the formats arrive.
            ui.set_min_height(height);
            if is_loading {
                label(ui, TextRole::Small, p.text_secondary, tr!("Checking formats…"));
            }
            for (format, losses) in options {
                if row(ui, *format, losses) {
                    out.push(Command::OpenPathDialog(Pick::Export { format: format.name, folder: several }));
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
