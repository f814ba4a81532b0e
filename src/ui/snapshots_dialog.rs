//! Dialog of snapshots of all labels: number of changed sentences, a search for them, and restore.

use super::Commands;
use super::format_numbers::format_days_ago;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, EmptyState, IconButton, dialog, label, paragraph};
use crate::app::Command;
use crate::app::page_commands::{SavedCommand, ViewCommand};
use crate::app::text_prompt::TextPrompt;
use crate::i18n::{tr, trn};
use crate::session::Session;
use egui::{Align, Layout, ScrollArea, Ui, vec2};

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, changes: &[usize], out: &mut Commands) {
    let p = theme::colors(ui);
    let mut close = false;
    let dismissed = dialog(ui, "snapshots", 520.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Snapshots"));
        ui.add_space(2.0);
        paragraph(
            ui,
            TextRole::Small,
            p.text_secondary,
            tr!("A snapshot stores all labels. Restoring one can be undone."),
        );
        ui.add_space(12.0);
        if session.snapshots().is_empty() {
            EmptyState::new(icon::HISTORY, tr!("No snapshots"), tr!("Create one before a large change")).show(ui);
            ui.add_space(12.0);
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (index, snapshot) in session.snapshots().iter().enumerate() {
                // The rows are complete in the first frame, before the changes are counted.
                let changed = changes.get(index).copied();
                let size = vec2(ui.available_width(), 40.0);
                ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                    ui.set_min_height(size.y);
                    ui.spacing_mut().item_spacing.x = 8.0;
                    let name = &snapshot.name;
                    if IconButton::new(icon::X, &tr!("Delete {name}", name)).show(ui).clicked() {
                        out.push(Command::Saved(SavedCommand::DeleteSnapshot(name.clone())));
                    }
                    let same = match changed {
                        None => Some(tr!("Comparing snapshots…")),
                        Some(0) => Some(tr!("No changes since this snapshot")),
                        Some(_) => None,
                    };
                    if Button::plain(tr!("Restore")).disabled(same).show(ui).clicked() {
                        out.push(Command::Saved(SavedCommand::RestoreSnapshot(name.clone())));
                        close = true;
                    }
                    if Button::plain(tr!("Show changes")).disabled(same).show(ui).clicked() {
                        out.push(Command::View(ViewCommand::FilterText(format!("since:\"{name}\""))));
                        close = true;
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        label(ui, TextRole::BodyMedium, p.text, name);
                        let what = match changed {
                            None => tr!("Comparing snapshots…").to_owned(),
                            Some(0) => tr!("No changes").to_owned(),
                            Some(n) => trn!(n, "{n} sentence changed", "{n} sentences changed"),
                        };
                        label(
                            ui,
                            TextRole::Small,
                            p.text_secondary,
                            &format!("{}, {what}", format_days_ago(snapshot.created_at)),
                        );
                    });
                });
                ui.add_space(4.0);
            }
        });
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if Button::primary(tr!("Create snapshot")).show(ui).clicked() {
                out.push(Command::OpenPrompt(TextPrompt::Snapshot));
            }
            close |= Button::plain(tr!("Close")).show(ui).clicked();
        });
    });
    if close || dismissed {
        out.push(Command::CloseDialog);
    }
}
