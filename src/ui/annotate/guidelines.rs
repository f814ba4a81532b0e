//! Annotation guidelines: a Markdown panel next to the text, for reading and editing.

use crate::app::page_commands::ViewCommand;
use crate::app::{Action, App, Command};
use crate::i18n::tr;
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::theme::icon;
use crate::ui::widgets::{Button, EmptyState, IconButton, TextArea, panel_header};
use egui::{Frame, Margin, ScrollArea, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use std::path::PathBuf;

/// Unfinished text, and its cached layout.
#[derive(Default)]
pub struct GuidelinesState {
    draft: Option<String>,
    /// Project to which the text belongs.
    project: PathBuf,
    cache: CommonMarkCache,
}

/// Shows the panel.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut GuidelinesState, out: &mut Commands) {
    if view.project != session.project() {
        *view = GuidelinesState { project: session.project().to_owned(), ..GuidelinesState::default() };
    }
    panel_header(ui, tr!("Guidelines"), "", |ui| {
        if IconButton::new(icon::X, tr!("Hide guidelines"))
            .keys(&app.keymap.key_labels(Action::Guidelines))
            .show(ui)
            .clicked()
        {
            out.push(Command::Run(Action::Guidelines));
        }
        if view.draft.is_none() && IconButton::new(icon::PENCIL, tr!("Write guidelines")).show(ui).clicked() {
            view.draft = Some(session.guidelines().to_owned());
        }
    });
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| match &mut view.draft {
        Some(text) => {
            TextArea::new(text, tr!("Guidelines"))
                .placeholder(tr!("# PER\nPeople, including fictional characters"))
                .rows(16, 28)
                .show(ui);
            ui.add_space(8.0);
            let mut done = false;
            ui.horizontal(|ui| {
                if Button::primary(tr!("Save")).show(ui).clicked() {
                    out.push(Command::View(ViewCommand::SetGuidelines(text.clone())));
                    done = true;
                }
                done |= Button::plain(tr!("Cancel")).show(ui).clicked();
            });
            if done {
                view.draft = None;
            }
        }
        None if session.guidelines().trim().is_empty() => {
            let teaching = tr!("Describe how to label, with examples, in Markdown. Stored in the project.");
            if EmptyState::new(icon::BOOK_OPEN, tr!("No guidelines"), teaching).action(tr!("Write guidelines")).show(ui)
            {
                view.draft = Some(template_text().to_owned());
            }
        }
        None => {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                CommonMarkViewer::new().show(ui, &mut view.cache, session.guidelines());
            });
        }
    });
}

/// Returns the template for new guidelines.
fn template_text() -> &'static str {
    tr!(
        "## What to label\n\n- **PER**: people, including fictional characters. *Ada Lovelace*\n- **ORG**: companies, teams, parties.\n\n## What not to label\n\n- Titles: Dr, Mrs\n"
    )
}
