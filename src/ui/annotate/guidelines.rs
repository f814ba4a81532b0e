//! Annotation guidelines: a Markdown panel next to the text, for reading and editing.

use crate::app::i18n::tr;
use crate::app::{Action, Annotate, App, Command};
use crate::ui::Commands;
use crate::ui::theme::icon;
use crate::ui::widgets::{Button, EmptyState, IconButton, TextArea, panel_head};
use egui::{Frame, Margin, ScrollArea, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use std::path::PathBuf;

/// Unfinished text, and its cached layout.
#[derive(Default)]
pub struct View {
    writing: Option<String>,
    /// Project to which the text belongs.
    project: PathBuf,
    cache: CommonMarkCache,
}

/// Shows the panel.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    if view.project != a.project {
        *view = View { project: a.project.clone(), ..View::default() };
    }
    panel_head(ui, tr!("Guidelines"), "", |ui| {
        if IconButton::new(icon::X, tr!("Close the guidelines"))
            .keys(&app.keymap.key_labels(Action::Guidelines))
            .show(ui)
            .clicked()
        {
            out.push(Command::Do(Action::Guidelines));
        }
        if view.writing.is_none() && IconButton::new(icon::PENCIL, tr!("Write the guidelines")).show(ui).clicked() {
            view.writing = Some(a.guidelines.clone());
        }
    });
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| match &mut view.writing {
        Some(text) => {
            TextArea::new(text, tr!("Guidelines"))
                .placeholder(tr!("# PER\nPeople, also fictional ones."))
                .rows(16, 28)
                .show(ui);
            ui.add_space(8.0);
            let mut done = false;
            ui.horizontal(|ui| {
                if Button::primary(tr!("Keep")).show(ui).clicked() {
                    out.push(Command::SetGuidelines(text.clone()));
                    done = true;
                }
                done |= Button::plain(tr!("Cancel")).show(ui).clicked();
            });
            if done {
                view.writing = None;
            }
        }
        None if a.guidelines.trim().is_empty() => {
            let teaching =
                tr!("Write down what is to be labelled how, with examples, in Markdown. It is kept with this dataset.");
            if EmptyState::new(icon::BOOK_OPEN, tr!("No guidelines yet"), teaching).action(tr!("Write them")).show(ui) {
                view.writing = Some(stencil().to_owned());
            }
        }
        None => {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                CommonMarkViewer::new().show(ui, &mut view.cache, &a.guidelines);
            });
        }
    });
}

/// Returns the template for new guidelines.
fn stencil() -> &'static str {
    tr!(
        "## What is labelled\n\n- **PER**: people, also fictional ones. *Ada Lovelace*\n- **ORG**: companies, teams, parties.\n\n## What is not\n\n- Titles: Dr, Mrs\n"
    )
}
