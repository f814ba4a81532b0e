//! Keys of the commands: the defaults of the table, presets of other programs, and custom keys of the user.

use super::action::Action;
use super::command_table::{COMMANDS, CommandSpec, Scope, spec_of};
use super::pages::Page;
use super::shortcut::Shortcut;
use crate::i18n::tr;
use crate::project::Settings;
use crate::session::labeling::CaretMotion;

/// Current keys of all commands.
#[derive(Clone, Debug, PartialEq)]
pub struct Keymap {
    /// Keys of each command, in the order of the table.
    keys: Vec<Vec<Shortcut>>,
}

/// Key preset of another annotation program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Default keys of the table.
    #[default]
    Tagwright,
    /// Keys of Prodigy.
    Prodigy,
    /// Keys of doccano.
    Doccano,
    /// Keys of Label Studio.
    LabelStudio,
    /// Keys of brat.
    Brat,
}

impl Preset {
    /// All presets, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Tagwright, "Tagwright"),
        (Self::Prodigy, "Prodigy"),
        (Self::Doccano, "doccano"),
        (Self::LabelStudio, "Label Studio"),
        (Self::Brat, "brat"),
    ];

    /// Returns the preset of this name, or the default preset for an unknown name.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|(_, n)| *n == name).map_or(Self::Tagwright, |(preset, _)| preset)
    }

    /// Returns the keys that differ from the table. A key that is used here is removed from its previous command.
    fn overrides(self) -> Overrides {
        match self {
            Self::Tagwright => &[],
            Self::Prodigy => PRODIGY,
            Self::Doccano => DOCCANO,
            Self::LabelStudio => LABEL_STUDIO,
            Self::Brat => BRAT,
        }
    }
}

/// Commands with keys that replace those of the table.
type Overrides = &'static [(Action, &'static [Shortcut])];

/// Accept, reject, ignore and the numbers match Prodigy. Backspace undoes.
const PRODIGY: Overrides = &[
    (Action::Undo, &[Shortcut::key("Backspace"), Shortcut::key("Delete"), Shortcut::ctrl("Z")]),
    (Action::ClearLabel, &[Shortcut::shift("Backspace")]),
    (Action::ShowShortcuts, &[Shortcut::key("H"), Shortcut::ctrl("Slash")]),
];

/// Arrow keys move between texts, so the selection moves with Ctrl.
const DOCCANO: Overrides = &[
    (Action::NextSentence, &[Shortcut::key("ArrowRight"), Shortcut::key("ArrowDown")]),
    (Action::PreviousSentence, &[Shortcut::key("ArrowLeft"), Shortcut::key("ArrowUp")]),
    (Action::MarkDone, &[Shortcut::key("Enter")]),
    (Action::MoveSelection(CaretMotion::Right), &[Shortcut::ctrl("ArrowRight")]),
    (Action::MoveSelection(CaretMotion::Left), &[Shortcut::ctrl("ArrowLeft")]),
    (Action::MoveSelection(CaretMotion::NextSpan), &[Shortcut::key("Period")]),
    (Action::MoveSelection(CaretMotion::PreviousSpan), &[Shortcut::key("Comma")]),
    (Action::ExtendSelection(CaretMotion::Right), &[Shortcut::ctrl_shift("ArrowRight")]),
    (Action::ExtendSelection(CaretMotion::Left), &[Shortcut::ctrl_shift("ArrowLeft")]),
    (Action::ExtendSelection(CaretMotion::WordRight), &[]),
    (Action::ExtendSelection(CaretMotion::WordLeft), &[]),
];

const LABEL_STUDIO: Overrides = &[
    (Action::MarkDone, &[Shortcut::ctrl("Enter"), Shortcut::key("D")]),
    (Action::StartTraining, &[]),
    (Action::NextSuggestion, &[Shortcut::ctrl("Space"), Shortcut::key("Space")]),
    (Action::NextSentence, &[Shortcut::ctrl("ArrowRight"), Shortcut::key("ArrowDown")]),
    (Action::PreviousSentence, &[Shortcut::ctrl("ArrowLeft"), Shortcut::key("ArrowUp")]),
    (Action::SelectNothing, &[Shortcut::key("U"), Shortcut::key("Escape")]),
    (Action::LeastConfidentSuggestion, &[]),
    (Action::MoveSelection(CaretMotion::NextSpan), &[Shortcut::alt("Period")]),
    (Action::MoveSelection(CaretMotion::PreviousSpan), &[Shortcut::alt("Comma")]),
];

const BRAT: Overrides = &[
    (Action::ChooseLabel, &[Shortcut::key("Enter"), Shortcut::key("L")]),
    (Action::NextSentence, &[Shortcut::key("ArrowDown")]),
    (Action::LabelNextMatch, &[Shortcut::ctrl("H"), Shortcut::key("R")]),
    (Action::History, &[]),
    (Action::ClearLabel, &[Shortcut::key("Delete"), Shortcut::key("Backspace")]),
];

impl Keymap {
    /// Returns the keys of the settings. Invalid entries are ignored.
    pub fn from_settings(settings: &Settings) -> Self {
        let mut map = Self { keys: COMMANDS.iter().map(|e| e.keys.to_vec()).collect() };
        for (action, keys) in Preset::from_name(&settings.preset).overrides() {
            map.bind(*action, keys.to_vec());
        }
        for (id, keys) in &settings.keys {
            let keys = keys.iter().filter_map(|text| Shortcut::parse(text)).collect();
            if let Some(entry) = COMMANDS.iter().find(|e| e.id == id) {
                map.bind(entry.action, keys);
            }
        }
        map
    }

    /// Assigns keys to a command and removes them from other commands in an overlapping context.
    fn bind(&mut self, action: Action, keys: Vec<Shortcut>) {
        let Some(at) = COMMANDS.iter().position(|e| e.action == action) else { return };
        for (other, entry) in COMMANDS.iter().enumerate() {
            if other != at && entry.scope.overlaps(COMMANDS[at].scope) {
                self.keys[other].retain(|k| !keys.contains(k));
            }
        }
        self.keys[at] = keys;
    }

    /// Returns all commands with their keys.
    pub fn bindings(&self) -> impl Iterator<Item = (&'static CommandSpec, &[Shortcut])> {
        COMMANDS.iter().zip(self.keys.iter().map(Vec::as_slice))
    }

    /// Returns the first key of a command.
    pub fn first(&self, action: Action) -> Option<Shortcut> {
        self.bindings().find(|(e, _)| e.action == action).and_then(|(_, keys)| keys.first().copied())
    }

    /// Returns the first key of a command as key cap labels; empty if it has no key.
    pub fn key_labels(&self, action: Action) -> Vec<&'static str> {
        self.first(action).map(Shortcut::key_labels).unwrap_or_default()
    }

    /// Returns the first key of a command for use in a sentence, for example `Ctrl+Z`; its quoted title if it has no key.
    pub fn key_text(&self, action: Action) -> String {
        let quoted_title = || format!("“{}”", spec_of(action).title());
        self.first(action).map_or_else(quoted_title, |key| key.key_labels().join("+"))
    }

    /// Returns the command that already uses this key in an overlapping context.
    pub fn conflict(&self, action: Action, chord: Shortcut) -> Option<&'static str> {
        let scope = spec_of(action).scope;
        let others = self.bindings().filter(|(e, _)| e.action != action && e.scope.overlaps(scope));
        // Shortcuts of labels are active on the Annotate page.
        let is_of_label = chord.shift && !chord.control && !chord.alt && chord.is_letter();
        let label =
            (is_of_label && scope.overlaps(Scope::Page(Page::Annotate))).then_some(tr!("Apply label by shortcut"));
        others.into_iter().find(|(_, keys)| keys.contains(&chord)).map(|(e, _)| e.title()).or(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_have_no_conflicts() {
        for (_, name) in Preset::ALL {
            let map = Keymap::from_settings(&Settings { preset: name.into(), ..Settings::default() });
            for (entry, keys) in map.bindings() {
                for key in keys {
                    assert_eq!(
                        map.conflict(entry.action, *key),
                        None,
                        "{name}: {:?} of {}",
                        key.key_labels(),
                        entry.english_title
                    );
                }
            }
        }
    }

    #[test]
    fn rebinding_reports_conflicts() {
        let check = |action, shortcut: &str, expected: Option<&str>| {
            let map = Keymap::from_settings(&Settings::default());
            assert_eq!(map.conflict(action, Shortcut::parse(shortcut).expect("a shortcut")), expected, "{shortcut}");
        };
        check(Action::MarkDone, "W", None);
        check(Action::MarkDone, "F", Some("Toggle flag"));
        check(Action::MarkDone, "Ctrl+Z", Some("Undo"));
        check(Action::Flag, "F", None);
        check(Action::MarkDone, "Shift+P", Some(tr!("Apply label by shortcut")));
        let keys = [("sentence::mark_done".to_owned(), vec!["W".to_owned()])].into();
        let map = Keymap::from_settings(&Settings { keys, ..Settings::default() });
        assert_eq!(map.key_labels(Action::MarkDone), ["W"]);
        let keys = [("sentence::mark_done".to_owned(), vec!["no such key".to_owned()])].into();
        assert_eq!(
            Keymap::from_settings(&Settings { keys, ..Settings::default() }).key_labels(Action::MarkDone),
            [""; 0]
        );
    }
}
