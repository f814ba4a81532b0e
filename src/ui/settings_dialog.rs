//! Dialog of the settings for all datasets: theme, density, keys.

use super::Commands;
use super::palette::matches;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, IconButton, Segmented, TextField, choice, dialog, key_caps, label, paragraph, separator};
use crate::app::command::CommandSpec;
use crate::app::i18n::tr;
use crate::app::keymap::Preset;
use crate::app::shortcut::KEYS;
use crate::app::{Action, App, Command, Shortcut};
use egui::{Align, Event, Key, Layout, ScrollArea, Ui, vec2};

/// Typed text, and the command that waits for a new key.
#[derive(Default)]
pub struct View {
    typed: String,
    waiting: Option<Action>,
}

impl View {
    /// Returns true if the next key press is recorded for a command.
    pub fn waits(&self) -> bool {
        self.waiting.is_some()
    }
}

const ROW: f32 = 32.0;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    // The key is read before any other widget handles it.
    let pressed = view.waiting.and_then(|action| Some((action, pressed(ui)?)));
    if let Some((action, key)) = pressed {
        view.waiting = None;
        if key.key != "Escape" {
            out.push(Command::SetKey(action, Some(key)));
        }
    }
    let p = theme::of(ui);
    let mut close = false;
    let left = dialog(ui, "settings", 600.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Settings"));
        ui.add_space(12.0);
        look(ui, app, out);
        ui.add_space(12.0);
        separator(ui);
        ui.add_space(10.0);
        keys(ui, app, view, out);
        ui.add_space(12.0);
        close = Button::plain(tr!("Close")).show(ui).clicked();
    });
    if (left && pressed.is_none()) || close {
        *view = View::default();
        out.push(Command::Do(Action::Settings));
    }
}

/// Shows a name at the left and its control at the right.
fn line(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui)) {
    let p = theme::of(ui);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), ROW), Layout::left_to_right(Align::Center), |ui| {
        label(ui, TextRole::Body, p.text, name);
        ui.with_layout(Layout::right_to_left(Align::Center), control);
    });
}

fn look(ui: &mut Ui, app: &App, out: &mut Commands) {
    line(ui, tr!("Theme"), |ui| {
        let options = [None, Some(true), Some(false)];
        let mut chosen = options.iter().position(|o| *o == app.settings.light).unwrap_or(0);
        if Segmented::new(&mut chosen, &[tr!("As the system"), tr!("Light"), tr!("Dark")]).show(ui).changed() {
            out.push(Command::SetTheme(options[chosen]));
        }
    });
    line(ui, tr!("Density"), |ui| {
        let mut chosen = usize::from(app.settings.compact);
        if Segmented::new(&mut chosen, &[tr!("Comfortable"), tr!("Compact")]).show(ui).changed() {
            out.push(Command::Compact(chosen == 1));
        }
    });
    line(ui, tr!("Time worked today"), |ui| {
        let mut shown = usize::from(app.settings.timer);
        if Segmented::new(&mut shown, &[tr!("Hidden"), tr!("Shown")]).show(ui).changed() {
            out.push(Command::ShowTimer(shown == 1));
        }
    });
    line(ui, tr!("Invisible characters"), |ui| {
        let mut shown = usize::from(!app.settings.hide_invisible);
        if Segmented::new(&mut shown, &[tr!("As they are"), tr!("Marked")]).show(ui).changed() {
            out.push(Command::HideInvisible(shown == 0));
        }
    });
    let p = theme::of(ui);
    paragraph(
        ui,
        TextRole::Caption,
        p.text3,
        tr!("Ctrl and +, - or 0 make everything larger, smaller, and as it was."),
    );
}

fn keys(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    line(ui, tr!("Keys as in"), |ui| {
        let names = Preset::ALL.map(|(_, name)| name);
        let now = Preset::from_name(&app.settings.preset);
        let mut chosen = Preset::ALL.iter().position(|(preset, _)| *preset == now).unwrap_or(0);
        ui.allocate_ui(vec2(180.0, 28.0), |ui| {
            if choice(ui, tr!("Keys as in"), &mut chosen, &names).changed() {
                out.push(Command::SetPreset(names[chosen]));
            }
        });
    });
    ui.add_space(4.0);
    TextField::new(&mut view.typed, tr!("Command")).icon(icon::SEARCH).placeholder(tr!("A command")).show(ui);
    ui.add_space(6.0);
    let height = (ui.content_rect().height() - 486.0).clamp(120.0, 320.0);
    let rows: Vec<(&CommandSpec, &[Shortcut])> =
        app.keymap.bindings().filter(|(e, _)| matches(e.title(), &view.typed)).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show_rows(ui, ROW, rows.len(), |ui, range| {
        for (entry, keys) in &rows[range] {
            row(ui, app, entry, keys, view, out);
        }
    });
}

/// Shows a command and its keys. A click waits for a new key.
fn row(ui: &mut Ui, app: &App, entry: &CommandSpec, keys: &[Shortcut], view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    line(ui, entry.title(), |ui| {
        ui.add_space(10.0);
        ui.spacing_mut().item_spacing.x = 6.0;
        if app.settings.keys.contains_key(entry.id) {
            if IconButton::new(icon::ROTATE_CCW, &tr!("As before: {entry}", entry = entry.title()))
                .size(22.0)
                .show(ui)
                .clicked()
            {
                out.push(Command::ResetKey(entry.action));
            }
        } else if keys.is_empty() {
            // The space aligns the pencil icons of all rows.
            ui.add_space(22.0 + 6.0);
        } else if IconButton::new(icon::X, &tr!("No key: {entry}", entry = entry.title())).size(22.0).show(ui).clicked()
        {
            out.push(Command::SetKey(entry.action, None));
        }
        if view.waiting == Some(entry.action) {
            label(ui, TextRole::Small, p.accent, tr!("Press the new key, or Esc"));
            return;
        }
        if IconButton::new(icon::PENCIL, &tr!("Change: {entry}", entry = entry.title())).size(22.0).show(ui).clicked() {
            view.waiting = Some(entry.action);
        }
        for chord in keys.iter().rev() {
            ui.add_space(4.0);
            let caps: Vec<&str> = chord.key_labels();
            for cap in caps.into_iter().rev() {
                key_caps(ui, &[cap]);
            }
        }
    });
}

/// Removes the key that was pressed in this frame from the input and returns it with its modifiers.
fn pressed(ui: &mut Ui) -> Option<Shortcut> {
    ui.input_mut(|i| {
        let at = i.events.iter().position(|e| matches!(e, Event::Key { pressed: true, .. }))?;
        let Event::Key { key, modifiers, .. } = i.events.remove(at) else { return None };
        // The text event of a letter would be typed into the field.
        i.events.retain(|e| !matches!(e, Event::Text(_)));
        let name = KEYS.into_iter().find(|name| Key::from_name(name) == Some(key))?;
        Some(Shortcut { control: modifiers.command, shift: modifiers.shift, alt: modifiers.alt, key: name })
    })
}
