//! Dialog of snapshots of all labels: number of changed sentences, a search for them, and restore.

use super::Commands;
use super::numbers::{counted, days_ago};
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, EmptyState, IconButton, dialog, label, paragraph};
use crate::app::i18n::tr;
use crate::app::text_prompt::TextPrompt;
use crate::app::{App, Command};
use egui::{Align, Layout, ScrollArea, Ui, vec2};

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let (Some(a), Some(changed)) = (&app.annotate, &app.snapshots) else { return };
    let p = theme::of(ui);
    let mut close = false;
    let left = dialog(ui, "snapshots", 520.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Snapshots"));
        ui.add_space(2.0);
        paragraph(
            ui,
            TextRole::Small,
            p.text2,
            tr!("All labels as they were at one time. Bringing them back can be undone."),
        );
        ui.add_space(12.0);
        if a.snapshots.is_empty() {
            EmptyState::new(
                icon::HISTORY,
                tr!("No snapshot yet"),
                tr!("Take one before a change that you may want to compare or take back."),
            )
            .show(ui);
            ui.add_space(12.0);
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (snapshot, changed) in a.snapshots.iter().zip(changed) {
                let size = vec2(ui.available_width(), 40.0);
                ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 8.0;
                    let name = &snapshot.name;
                    if IconButton::new(icon::X, &tr!("Forget {name}", name)).show(ui).clicked() {
                        out.push(Command::ForgetSnapshot(name.clone()));
                    }
                    let same = (*changed == 0).then_some(tr!("Nothing has changed since."));
                    if Button::plain(tr!("Bring back")).off(same).show(ui).clicked() {
                        out.push(Command::Restore(name.clone()));
                        close = true;
                    }
                    if Button::plain(tr!("Show")).off(same).show(ui).clicked() {
                        out.push(Command::FilterText(format!("since:\"{name}\"")));
                        close = true;
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        label(ui, TextRole::BodyMedium, p.text, name);
                        let what = match changed {
                            0 => tr!("nothing has changed since").to_owned(),
                            n => tr!("{n} changed since", n = counted(*n, "sentence")),
                        };
                        label(ui, TextRole::Small, p.text2, &format!("{}, {what}", days_ago(snapshot.created_at)));
                    });
                });
                ui.add_space(4.0);
            }
        });
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if Button::primary(tr!("Take a snapshot")).show(ui).clicked() {
                out.push(Command::Ask(Some(TextPrompt::Snapshot)));
                close = true;
            }
            close |= Button::plain(tr!("Close")).show(ui).clicked();
        });
    });
    if close || left {
        out.push(Command::CloseSnapshots);
    }
}
