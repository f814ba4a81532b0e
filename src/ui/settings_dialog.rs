//! Dialog of the settings for all datasets: theme, density, keys.

use super::Commands;
use super::command_palette::fuzzy_match;
use super::theme::{self, TextRole, icon};
use super::widgets::{
    Button, IconButton, SegmentedControl, TextField, combo_box, dialog, key_caps, label, paragraph, separator,
};
use crate::app::command_table::CommandSpec;
use crate::app::keymap::Preset;
use crate::app::page_commands::SettingsCommand;
use crate::app::shortcut::KEYS;
use crate::app::shortcut::MODIFIER_LABELS;
use crate::app::{Action, App, Command, Shortcut};
use crate::i18n::tr;
use egui::{Align, Event, Key, Layout, ScrollArea, Ui, vec2};

/// Typed text, and the command that waits for a new key.
#[derive(Default)]
pub struct SettingsState {
    typed: String,
    recording: Option<Action>,
}

impl SettingsState {
    /// Returns true if the next key press is recorded for a command.
    pub fn is_recording_key(&self) -> bool {
        self.recording.is_some()
    }
}

const ROW: f32 = 32.0;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut SettingsState, out: &mut Commands) {
    // The key is read before any other widget handles it.
    let pressed = view.recording.and_then(|action| Some((action, recorded_shortcut(ui)?)));
    if let Some((action, key)) = pressed {
        view.recording = None;
        if key.key != "Escape" {
            out.push(Command::Settings(SettingsCommand::SetKeybinding(action, Some(key))));
        }
    }
    let p = theme::colors(ui);
    let mut close = false;
    let dismissed = dialog(ui, "settings", 600.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Settings"));
        ui.add_space(12.0);
        appearance(ui, app, out);
        ui.add_space(12.0);
        separator(ui);
        ui.add_space(10.0);
        keys(ui, app, view, out);
        ui.add_space(12.0);
        close = Button::plain(tr!("Close")).show(ui).clicked();
    });
    if (dismissed && pressed.is_none()) || close {
        out.push(Command::CloseDialog);
    }
}

/// Shows a name at the left and its control at the right.
fn setting_row(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui)) {
    let p = theme::colors(ui);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), ROW), Layout::left_to_right(Align::Center), |ui| {
        // The first layout of a dialog shrinks rows to their content.
        ui.set_min_height(ROW);
        label(ui, TextRole::Body, p.text, name);
        ui.with_layout(Layout::right_to_left(Align::Center), control);
    });
}

fn appearance(ui: &mut Ui, app: &App, out: &mut Commands) {
    setting_row(ui, tr!("Theme"), |ui| {
        let options = [None, Some(true), Some(false)];
        let mut chosen = options.iter().position(|o| *o == app.settings.light).unwrap_or(0);
        if SegmentedControl::new(&mut chosen, &[tr!("System"), tr!("Light"), tr!("Dark")]).show(ui).changed() {
            out.push(Command::Settings(SettingsCommand::SetTheme(options[chosen])));
        }
    });
    setting_row(ui, tr!("Density"), |ui| {
        let mut chosen = usize::from(app.settings.compact);
        if SegmentedControl::new(&mut chosen, &[tr!("Comfortable"), tr!("Compact")]).show(ui).changed() {
            out.push(Command::Settings(SettingsCommand::SetDensity(chosen == 1)));
        }
    });
    setting_row(ui, tr!("At start"), |ui| {
        let mut reopens = usize::from(!app.settings.starts_empty);
        if SegmentedControl::new(&mut reopens, &[tr!("Welcome page"), tr!("Last dataset")]).show(ui).changed() {
            out.push(Command::Settings(SettingsCommand::SetReopens(reopens == 1)));
        }
    });
    setting_row(ui, tr!("Work timer"), |ui| {
        let mut shown = usize::from(app.settings.timer);
        if SegmentedControl::new(&mut shown, &[tr!("Hide"), tr!("Show")]).show(ui).changed() {
            out.push(Command::Settings(SettingsCommand::SetShowTimer(shown == 1)));
        }
    });
    setting_row(ui, tr!("Invisible characters"), |ui| {
        let mut shown = usize::from(!app.settings.hide_invisible);
        if SegmentedControl::new(&mut shown, &[tr!("Hide"), tr!("Show")]).show(ui).changed() {
            out.push(Command::Settings(SettingsCommand::HideInvisible(shown == 0)));
        }
    });
    let p = theme::colors(ui);
    paragraph(
        ui,
        TextRole::Caption,
        p.text_muted,
        &tr!("Zoom: {modifier} with plus, minus or 0", modifier = MODIFIER_LABELS[0]),
    );
}

fn keys(ui: &mut Ui, app: &App, view: &mut SettingsState, out: &mut Commands) {
    setting_row(ui, tr!("Keyboard preset"), |ui| {
        let names = Preset::ALL.map(|(_, name)| name);
        let now = Preset::from_name(&app.settings.preset);
        let mut chosen = Preset::ALL.iter().position(|(preset, _)| *preset == now).unwrap_or(0);
        ui.allocate_ui(vec2(180.0, 28.0), |ui| {
            if combo_box(ui, tr!("Keyboard preset"), &mut chosen, &names).changed() {
                out.push(Command::Settings(SettingsCommand::SetPreset(names[chosen])));
            }
        });
    });
    ui.add_space(4.0);
    TextField::new(&mut view.typed, tr!("Command")).icon(icon::SEARCH).placeholder(tr!("Search commands")).show(ui);
    ui.add_space(6.0);
    let height = (ui.content_rect().height() - 486.0).clamp(120.0, 320.0);
    let rows: Vec<(&CommandSpec, &[Shortcut])> =
        app.keymap.bindings().filter(|(e, _)| fuzzy_match(e.title(), &view.typed)).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show_rows(ui, ROW, rows.len(), |ui, range| {
        for (entry, keys) in &rows[range] {
            row(ui, app, entry, keys, view, out);
        }
    });
}

/// Shows a command and its keys. A click waits for a new key.
fn row(ui: &mut Ui, app: &App, entry: &CommandSpec, keys: &[Shortcut], view: &mut SettingsState, out: &mut Commands) {
    let p = theme::colors(ui);
    setting_row(ui, entry.title(), |ui| {
        ui.add_space(10.0);
        ui.spacing_mut().item_spacing.x = 6.0;
        if app.settings.keys.contains_key(entry.id) {
            if IconButton::new(icon::ROTATE_CCW, &tr!("Reset shortcut: {entry}", entry = entry.title()))
                .size(22.0)
                .show(ui)
                .clicked()
            {
                out.push(Command::Settings(SettingsCommand::ResetKey(entry.action)));
            }
        } else if keys.is_empty() {
            // The space aligns the pencil icons of all rows.
            ui.add_space(22.0 + 6.0);
        } else if IconButton::new(icon::X, &tr!("Remove shortcut: {entry}", entry = entry.title()))
            .size(22.0)
            .show(ui)
            .clicked()
        {
            out.push(Command::Settings(SettingsCommand::SetKeybinding(entry.action, None)));
        }
        if view.recording == Some(entry.action) {
            label(ui, TextRole::Small, p.accent, tr!("Press the new shortcut, or Esc to cancel"));
            return;
        }
        if IconButton::new(icon::PENCIL, &tr!("Change shortcut: {entry}", entry = entry.title()))
            .size(22.0)
            .show(ui)
            .clicked()
        {
            view.recording = Some(entry.action);
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
fn recorded_shortcut(ui: &mut Ui) -> Option<Shortcut> {
    ui.input_mut(|i| {
        let at = i.events.iter().position(|e| matches!(e, Event::Key { pressed: true, .. }))?;
        let Event::Key { key, modifiers, .. } = i.events.remove(at) else { return None };
        // The text event of a letter would be typed into the field.
        i.events.retain(|e| !matches!(e, Event::Text(_)));
        let name = KEYS.into_iter().find(|name| Key::from_name(name) == Some(key))?;
        Some(Shortcut { control: modifiers.command, shift: modifiers.shift, alt: modifiers.alt, key: name })
    })
}
