//! The import dialog: the detected properties of a dataset with the evidence, options to override them, labels with new
//! names, problems, and the first sentences. Nothing is imported before the user confirms.

mod found;
mod said;

use super::Commands;
use super::numbers::counted;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, EmptyState, dialog, hairline, label, paragraph};
use crate::app::i18n::tr;
use crate::app::{App, Command, ImportPreview};
use crate::format::ReadOptions;
use crate::format::budget::SWOLLEN;
use egui::{Align, Key, Layout, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};
use found::found;
use said::said;

const WIDTH: f32 = 940.0;
const SIDE: f32 = 272.0;
/// Distance of a column from the separator line, in points.
const GUTTER: f32 = 12.0;

/// Unfinished input: new names of the labels, and the dataset to which they belong.
#[derive(Default)]
pub struct View {
    of: std::path::PathBuf,
    names: Vec<(String, String)>,
}

impl View {
    /// Updates the fields to the labels of the previewed dataset.
    fn follow(&mut self, importing: &ImportPreview) {
        let Ok(dataset) = &importing.found else { return };
        let names = dataset.corpus.labels.names();
        if self.of != importing.path || !self.names.iter().map(|(old, _)| old).eq(&names) {
            self.of.clone_from(&importing.path);
            let new = |old: &String| importing.renames.get(old).cloned().flatten().unwrap_or_else(|| old.clone());
            self.names = names.into_iter().map(|old| (old.clone(), new(&old))).collect();
        }
    }
}

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let Some(importing) = &app.importing else { return };
    view.follow(importing);
    let window = ui.content_rect();
    let ready = importing.found.is_ok() && !importing.reading;
    // A focused field and an open list keep Enter. The state is read before they can lose the focus in this frame.
    let free = ui.memory(|m| m.focused().is_none()) && !egui::Popup::is_any_open(ui.ctx());
    let is_left = dialog(ui, "import", WIDTH, |ui| {
        head(ui, importing);
        ui.add_space(12.0);
        let height = (window.height() - 220.0).clamp(180.0, 560.0);
        let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let left = whole.with_max_x(whole.left() + SIDE);
        let right = whole.with_min_x(left.right() + 2.0 * GUTTER);
        let edge = left.right() + GUTTER;
        hairline(ui.painter(), pos2(edge, whole.top()), pos2(edge, whole.bottom()), p.line);
        column(ui, "said", left, |ui| said(ui, importing, out));
        column(ui, "found", right, |ui| match &importing.found {
            Ok(dataset) => found(ui, importing, dataset, view, out),
            Err(why) if why.contains(SWOLLEN) => {
                let hint =
                    tr!("What is in it is many times as large as the file, which may be meant or may be a trap.");
                let asked = EmptyState::new(icon::TRIANGLE_ALERT, tr!("It unfolds to much more than its size"), hint);
                if asked.action(tr!("Unfold it all")).show_in_the_middle(ui) {
                    out.push(Command::ImportChoices(ReadOptions { allow_large: true, ..importing.choices }));
                }
            }
            Err(why) => {
                let why = why.trim_end_matches('.');
                let hint = tr!("{why}. Say at the left what it is, or close this and choose another file.", why);
                EmptyState::new(icon::CIRCLE_ALERT, tr!("It cannot be read like this"), &hint).show_in_the_middle(ui);
            }
        });
        ui.add_space(16.0);
        ui.horizontal(|ui| {
            let off = match &importing.found {
                _ if importing.reading => Some(tr!("It is being read.")),
                Err(_) => Some(tr!("It cannot be read like this.")),
                Ok(_) => None,
            };
            let entered = free && ui.input(|i| i.key_pressed(Key::Enter));
            if (Button::primary(tr!("Open")).off(off).show(ui).clicked() || entered) && ready {
                out.push(Command::ImportTake);
            }
            if Button::plain(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::ImportCancel);
            }
            if importing.reading {
                label(ui, TextRole::Small, p.text2, tr!("Reading …"));
            }
        });
    });
    if is_left {
        out.push(Command::ImportCancel);
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
    let p = theme::of(ui);
    let name = importing.path.file_name().unwrap_or(importing.path.as_os_str()).to_string_lossy();
    label(ui, TextRole::Title, p.text, &tr!("Open {name}", name));
    ui.add_space(2.0);
    let line = match importing.counts.last() {
        Some((_, c)) => {
            let spans = counted(c.labels.iter().sum(), "span");
            tr!(
                "{documents}, {sentences}, {tokens}, {spans}. Nothing is taken yet, and your files stay as they are.",
                documents = counted(c.documents, "document"),
                sentences = counted(c.sentences, "sentence"),
                tokens = counted(c.tokens, "token"),
                spans
            )
        }
        None => tr!("Nothing is taken yet, and your files stay as they are.").into(),
    };
    paragraph(ui, TextRole::Small, p.text2, &line);
}
