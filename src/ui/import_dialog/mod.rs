//! The import dialog: the detected properties of a dataset with the evidence, options to override them, labels with new
//! names, problems, and the first sentences. Nothing is imported before the user confirms.

mod options;
mod preview;

use super::Commands;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, EmptyState, dialog, hairline, label, paragraph};
use crate::app::page_commands::ImportCommand;
use crate::app::{Command, ImportPreview};
use crate::failure::FailureKind;
use crate::format::ReadOptions;
use crate::i18n::tr;
use crate::ui::format_numbers;
use egui::{Align, Key, Layout, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};
use options::show_options;
use preview::show_preview;

const WIDTH: f32 = 940.0;
const OPTIONS_WIDTH: f32 = 272.0;
/// Distance of a column from the separator line, in points.
const GUTTER: f32 = 12.0;

/// Unfinished input: new names of the labels, and the dataset to which they belong.
#[derive(Default)]
pub struct ImportDialogState {
    of: std::path::PathBuf,
    names: Vec<(String, String)>,
}

impl ImportDialogState {
    /// Updates the fields to the labels of the previewed dataset.
    fn sync_labels(&mut self, importing: &ImportPreview) {
        let Ok(dataset) = &importing.result else { return };
        let names = dataset.corpus.labels.names();
        if self.of != importing.path || !self.names.iter().map(|(old, _)| old).eq(&names) {
            self.of.clone_from(&importing.path);
            let new = |old: &String| importing.label_map.get(old).cloned().flatten().unwrap_or_else(|| old.clone());
            self.names = names.into_iter().map(|old| (old.clone(), new(&old))).collect();
        }
    }
}

/// Shows the dialog over the page.
pub fn show(
    ui: &mut Ui,
    importing: &ImportPreview,
    is_loading: bool,
    view: &mut ImportDialogState,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    view.sync_labels(importing);
    let window = ui.content_rect();
    let ready = importing.result.is_ok() && !is_loading;
    // A focused field and an open list keep Enter. The state is read before they can lose the focus in this frame.
    let free = ui.memory(|m| m.focused().is_none()) && !egui::Popup::is_any_open(ui.ctx());
    let dismissed = dialog(ui, "import", WIDTH, |ui| {
        head(ui, importing);
        ui.add_space(12.0);
        let height = (window.height() - 220.0).clamp(180.0, 560.0);
        let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let left = whole.with_max_x(whole.left() + OPTIONS_WIDTH);
        let right = whole.with_min_x(left.right() + 2.0 * GUTTER);
        let edge = left.right() + GUTTER;
        hairline(ui.painter(), pos2(edge, whole.top()), pos2(edge, whole.bottom()), p.line);
        column(ui, "said", left, |ui| show_options(ui, importing, out));
        column(ui, "found", right, |ui| match &importing.result {
            Ok(dataset) => show_preview(ui, importing, dataset, view, out),
            Err(failure) if failure.kind == FailureKind::TooLarge => {
                let hint = tr!("This file decompresses to many times its size. Continue only if you trust it.");
                let asked = EmptyState::new(icon::TRIANGLE_ALERT, tr!("Decompressed size exceeds the limit"), hint);
                if asked.action(tr!("Decompress anyway")).show_centered(ui) {
                    out.push(Command::ImportPreview(ImportCommand::SetImportOptions(ReadOptions {
                        allow_large: true,
                        ..importing.choices
                    })));
                }
            }
            Err(failure) => {
                let cause = failure.message.trim_end_matches('.');
                let hint = tr!("{reason}. Change the options on the left or choose another file.", reason = cause);
                EmptyState::new(icon::CIRCLE_ALERT, tr!("Cannot read this file"), &hint).show_centered(ui);
            }
        });
        ui.add_space(16.0);
        ui.horizontal(|ui| {
            let off = match &importing.result {
                _ if is_loading => Some(tr!("Reading file")),
                Err(_) => Some(tr!("Cannot read the file with these options")),
                Ok(_) => None,
            };
            let entered = free && ui.input(|i| i.key_pressed(Key::Enter));
            if (Button::primary(tr!("Open")).disabled(off).show(ui).clicked() || entered) && ready {
                out.push(Command::ImportPreview(ImportCommand::ConfirmImport));
            }
            if Button::plain(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::CloseDialog);
            }
            if is_loading {
                label(ui, TextRole::Small, p.text_secondary, tr!("Reading…"));
            }
        });
    });
    if dismissed {
        out.push(Command::CloseDialog);
    }
}

/// Shows a column that scrolls independently.
fn column(ui: &mut Ui, name: &str, rect: Rect, content: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)), |ui| {
        ScrollArea::vertical().id_salt(name).max_height(rect.height()).auto_shrink(false).show(ui, |ui| {
            // The scroll bar is over the edge of the content.
            ui.set_width(rect.width() - 12.0);
            content(ui);
        });
    });
}

fn head(ui: &mut Ui, importing: &ImportPreview) {
    let p = theme::colors(ui);
    let name = importing.path.file_name().unwrap_or(importing.path.as_os_str()).to_string_lossy();
    label(ui, TextRole::Title, p.text, &tr!("Import {name}", name));
    ui.add_space(2.0);
    let line = match importing.counts.last() {
        Some((_, c)) => {
            let spans = format_numbers::spans(c.labels.iter().sum());
            tr!(
                "{documents}, {sentences}, {tokens}, {spans}. Nothing is imported yet.",
                documents = format_numbers::documents(c.documents),
                sentences = format_numbers::sentences(c.sentences),
                tokens = format_numbers::tokens(c.tokens),
                spans
            )
        }
        None => tr!("Nothing is imported yet. Your files are not changed.").into(),
    };
    paragraph(ui, TextRole::Small, p.text_secondary, &line);
}
