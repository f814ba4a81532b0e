//! The other fields of the record of a sentence: name and value. A click searches for the records with the same value.

use crate::app::Command;
use crate::app::page_commands::ViewCommand;
use crate::corpus::Field;
use crate::i18n::tr;
use crate::session::query;
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{IconButton, label, paragraph};
use egui::{Align, Layout, Ui, vec2};

/// Width of the names, in points.
const NAMES: f32 = 104.0;

/// Maximum number of characters of a value. Longer values are truncated; the tooltip shows more.
const MAX_VALUE: usize = 160;
const MAX_TOOLTIP: usize = 2000;

/// Shows the fields.
pub fn show(ui: &mut Ui, fields: &[Field], out: &mut Commands) {
    let p = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Record"));
    for field in fields {
        row(ui, field, out);
    }
}

fn row(ui: &mut Ui, field: &Field, out: &mut Commands) {
    let p = theme::colors(ui);
    let value = field.value.as_str();
    let short: String = value.chars().take(MAX_VALUE).collect();
    let is_truncated = short.len() < value.len();
    let shown = if is_truncated { format!("{short}…") } else { short };
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if let Some(query) = query_of(field)
            && IconButton::new(icon::SEARCH, &tr!("Search for {query}", query)).size(20.0).show(ui).clicked()
        {
            out.push(Command::View(ViewCommand::FilterText(query)));
        }
        let copy = tr!("Copy {name}", name = &*field.name);
        if IconButton::new(icon::COPY, &copy).size(20.0).show(ui).clicked() {
            ui.copy_text(value.to_owned());
        }
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            let name = TextRole::Small.truncated(ui, &field.name, NAMES);
            let (rect, response) = ui.allocate_exact_size(vec2(NAMES, 18.0), egui::Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &*field.name));
            crate::ui::widgets::put_text(ui.painter(), rect, egui::Align2::LEFT_CENTER, name, p.text_muted);
            response.on_hover_text(&*field.name);
            let text = paragraph(ui, TextRole::Small, p.text, &shown);
            if is_truncated {
                text.on_hover_text(value.chars().take(MAX_TOOLTIP).collect::<String>());
            }
        });
    });
}

/// Returns the query of the records with the same value. `None` if the search language cannot express it.
fn query_of(field: &Field) -> Option<String> {
    let value = field.value.as_str().trim();
    let is_word = !field.name.contains(|c: char| c.is_whitespace() || "\"():<>=".contains(c));
    let is_short = !value.is_empty() && value.len() <= 60 && !value.contains(['"', '\n']);
    let is_known = query::FIELDS.iter().any(|(known, _)| known[..known.len() - 1].eq_ignore_ascii_case(&field.name));
    (is_word && is_short && !is_known).then(|| format!("{}:{}", field.name, query::quoted(value)))
}
