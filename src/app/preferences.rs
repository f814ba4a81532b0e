//! User preferences for all datasets: theme, density, keys.

use super::command_table::spec_of;
use super::effect::Effect;
use super::keymap::Keymap;
use super::notifications::Notification;
use super::page_commands::SettingsCommand;
use super::shortcut::Shortcut;
use super::state::App;
use crate::i18n::tr;
use crate::project::Settings;

/// Changes the settings of the user and stores them.
pub(super) fn change(app: &mut App, effects: &mut Vec<Effect>, change: impl FnOnce(&mut Settings)) {
    change(&mut app.settings);
    effects.push(Effect::StoreSettings);
}

/// Runs a command of the settings.
pub(super) fn run_command(app: &mut App, command: SettingsCommand, effects: &mut Vec<Effect>) {
    let s = &mut app.settings;
    match command {
        SettingsCommand::SetTheme(light) => s.light = light,
        SettingsCommand::SetDensity(compact) => s.compact = compact,
        SettingsCommand::SetReopens(on) => s.starts_empty = !on,
        SettingsCommand::SetShowTimer(on) => s.timer = on,
        SettingsCommand::HideInvisible(hide) => s.hide_invisible = hide,
        SettingsCommand::PanelWidth(panel, width) => drop(s.widths.insert(panel.to_owned(), width)),
        SettingsCommand::SetPreset(name) => {
            s.preset = name.to_owned();
            s.keys.clear();
        }
        SettingsCommand::SetKeybinding(action, chord) => {
            if let Some(other) = chord.and_then(|chord| app.keymap.conflict(action, chord)) {
                let caps = chord.map(|c| c.key_labels().join(" ")).unwrap_or_default();
                return app
                    .notifications
                    .push(Notification::error(tr!("{caps} is already used", caps), tr!("Used by “{other}”", other)));
            }
            s.keys.insert(spec_of(action).id.to_owned(), chord.map(Shortcut::text).into_iter().collect());
        }
        SettingsCommand::ResetKey(action) => {
            s.keys.remove(spec_of(action).id);
        }
    }
    app.keymap = Keymap::from_settings(&app.settings);
    effects.push(Effect::StoreSettings);
}
