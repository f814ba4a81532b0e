//! User preferences for all datasets: theme, density, keys.

use super::command::spec_of;
use super::effect::Effect;
use super::keymap::Keymap;
use super::notifications::Notification;
use super::page_commands::SettingsCommand;
use super::shortcut::Shortcut;
use super::state::App;
use crate::i18n::tr;

/// Changes the settings of the user.
pub(super) fn run_command(app: &mut App, command: SettingsCommand, effects: &mut Vec<Effect>) {
    let s = &mut app.settings;
    match command {
        SettingsCommand::SetTheme(light) => s.light = light,
        SettingsCommand::SetDensity(compact) => s.compact = compact,
        SettingsCommand::SetShowTimer(on) => s.timer = on,
        SettingsCommand::HideInvisible(hide) => s.hide_invisible = hide,
        SettingsCommand::PanelWidth(panel, width) => drop(s.widths.insert(panel.to_owned(), width)),
        SettingsCommand::SetPreset(name) => {
            s.preset = name.to_owned();
            s.keys.clear();
        }
        SettingsCommand::SetKeybinding(action, chord) => {
            let Some(entry) = spec_of(action) else { return };
            if let Some(other) = chord.and_then(|chord| app.keymap.conflict(action, chord)) {
                let caps = chord.map(|c| c.key_labels().join(" ")).unwrap_or_default();
                return app
                    .notifications
                    .push(Notification::error(tr!("{caps} is already used", caps), tr!("Used by “{other}”", other)));
            }
            s.keys.insert(entry.id.to_owned(), chord.map(Shortcut::text).into_iter().collect());
        }
        SettingsCommand::ResetKey(action) => {
            if let Some(entry) = spec_of(action) {
                s.keys.remove(entry.id);
            }
        }
    }
    app.keymap = Keymap::from_settings(&app.settings);
    effects.push(Effect::StoreSettings);
}
