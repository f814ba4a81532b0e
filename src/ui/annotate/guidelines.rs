//! What is to be labelled how: Markdown beside the text, written and read in the same place.

use crate::app::{Action, Annotate, App, Command};
use crate::ui::Commands;
use crate::ui::theme::icon;
use crate::ui::widgets::{Button, EmptyState, IconButton, TextArea, panel_head};
use egui::{Frame, Margin, ScrollArea, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use std::path::PathBuf;

/// What is half written, and what was laid out.
#[derive(Default)]
pub struct View {
    writing: Option<String>,
    /// The project it is written for.
    project: PathBuf,
    cache: CommonMarkCache,
}

/// Shows the panel.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    if view.project != a.project {
        *view = View { project: a.project.clone(), ..View::default() };
    }
    panel_head(ui, "Guidelines", "", |ui| {
        if IconButton::new(icon::X, "Close the guidelines")
            .keys(&app.keymap.caps(Action::Guidelines))
            .show(ui)
            .clicked()
        {
            out.push(Command::Do(Action::Guidelines));
        }
        if view.writing.is_none() && IconButton::new(icon::PENCIL, "Write the guidelines").show(ui).clicked() {
            view.writing = Some(a.guidelines.clone());
        }
    });
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| match &mut view.writing {
        Some(text) => {
            TextArea::new(text, "Guidelines").placeholder("# PER\nPeople, also fictional ones.").rows(16, 28).show(ui);
            ui.add_space(8.0);
            let mut done = false;
            ui.horizontal(|ui| {
                if Button::primary("Keep").show(ui).clicked() {
                    out.push(Command::SetGuidelines(text.clone()));
                    done = true;
                }
                done |= Button::plain("Cancel").show(ui).clicked();
            });
            if done {
                view.writing = None;
            }
        }
        None if a.guidelines.trim().is_empty() => {
            let teaching =
                "Write down what is to be labelled how, with examples, in Markdown. It is kept with this dataset.";
            if EmptyState::new(icon::BOOK_OPEN, "No guidelines yet", teaching).action("Write them").show(ui) {
                view.writing = Some(STENCIL.to_owned());
            }
        }
        None => {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                CommonMarkViewer::new().show(ui, &mut view.cache, &a.guidelines);
            });
        }
    });
}

/// What the first guidelines begin from.
const STENCIL: &str = "## What is labelled\n\n- **PER**: people, also fictional ones. *Ada Lovelace*\n- **ORG**: companies, teams, parties.\n\n## What is not\n\n- Titles: Dr, Mrs\n";
