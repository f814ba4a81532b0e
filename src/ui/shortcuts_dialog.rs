//! List of all shortcuts, generated from the command table.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, dialog, key_caps, label};
use crate::app::{App, Command, Page, Scope};
use crate::i18n::tr;
use egui::{Align, Layout, ScrollArea, Ui, vec2};

/// Shows the list over the page.
pub fn show(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let dismissed = dialog(ui, "keys", 660.0, |ui| {
        let space = ui.content_rect();
        ui.horizontal(|ui| {
            label(ui, TextRole::Title, p.text, tr!("Keyboard shortcuts"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::plain(tr!("Close")).keys(&["Esc"]).show(ui).clicked() {
                    out.push(Command::CloseDialog);
                }
            });
        });
        ui.add_space(8.0);
        ScrollArea::vertical().max_height(space.height() - 200.0).show(ui, |ui| {
            let half = (ui.available_width() - 40.0) / 2.0;
            ui.horizontal_top(|ui| {
                column(ui, half, |ui| shortcuts(ui, app, Page::Annotate.title(), Scope::Page(Page::Annotate)));
                ui.add_space(24.0);
                column(ui, half, |ui| {
                    shortcuts(ui, app, tr!("All pages"), Scope::Everywhere);
                    for page in Page::ALL.into_iter().filter(|page| *page != Page::Annotate) {
                        shortcuts(ui, app, page.title(), Scope::Page(page));
                    }
                });
            });
        });
    });
    if dismissed {
        out.push(Command::CloseDialog);
    }
}

fn column(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        content(ui);
    });
}

/// Shows the commands of a scope that have keys, below a title.
fn shortcuts(ui: &mut Ui, app: &App, title: &str, scope: Scope) {
    let p = theme::colors(ui);
    let rows: Vec<_> = app.keymap.bindings().filter(|(e, keys)| e.scope == scope && !keys.is_empty()).collect();
    if rows.is_empty() {
        return;
    }
    label(ui, TextRole::SmallMedium, p.text_secondary, title);
    for (entry, keys) in rows {
        ui.horizontal(|ui| {
            ui.set_height(24.0);
            label(ui, TextRole::Body, p.text, entry.title());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let mut keys = keys[0].key_labels();
                keys.reverse();
                for key in keys {
                    key_caps(ui, &[key]);
                }
            });
        });
    }
    ui.add_space(12.0);
}
