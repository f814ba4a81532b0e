//! List of all shortcuts, generated from the command table.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, dialog, key_caps, label};
use crate::app::command::KeyContext;
use crate::app::{App, Command};
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
                shortcut_column(ui, app, tr!("In the text"), KeyContext::Canvas, half);
                ui.add_space(24.0);
                shortcut_column(ui, app, tr!("Global"), KeyContext::Global, half);
            });
        });
    });
    if dismissed {
        out.push(Command::CloseDialog);
    }
}

fn shortcut_column(ui: &mut Ui, app: &App, title: &str, context: KeyContext, width: f32) {
    let p = theme::colors(ui);
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        label(ui, TextRole::SmallMedium, p.text_secondary, title);
        for (entry, keys) in app.keymap.bindings().filter(|(e, keys)| e.context == context && !keys.is_empty()) {
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
    });
}
