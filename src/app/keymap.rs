//! Which key does what: the table's keys, a preset for people who come from elsewhere, and what a person changed.

use super::chord::Chord;
use super::command::{Action, COMMANDS, Context, Entry};
use super::labelling::Caret;
use crate::project::Settings;

/// The keys of every command as they are now.
#[derive(Clone, Debug, PartialEq)]
pub struct Keymap {
    /// In the table's order.
    keys: Vec<Vec<Chord>>,
}

/// Keys that people know from another program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The table's own.
    #[default]
    Tagwright,
    /// Prodigy's.
    Prodigy,
    /// doccano's.
    Doccano,
    /// Label Studio's.
    LabelStudio,
    /// brat's.
    Brat,
}

impl Preset {
    /// All, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Tagwright, "Tagwright"),
        (Self::Prodigy, "Prodigy"),
        (Self::Doccano, "doccano"),
        (Self::LabelStudio, "Label Studio"),
        (Self::Brat, "brat"),
    ];

    /// The preset of this name; the table's own for any other.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|(_, n)| *n == name).map_or(Self::Tagwright, |(preset, _)| preset)
    }

    /// What is otherwise than in the table. A key that is taken here is taken from the command that had it.
    fn changes(self) -> Changes {
        match self {
            Self::Tagwright => &[],
            Self::Prodigy => PRODIGY,
            Self::Doccano => DOCCANO,
            Self::LabelStudio => LABEL_STUDIO,
            Self::Brat => BRAT,
        }
    }
}

/// Commands with other keys than the table's.
type Changes = &'static [(Action, &'static [Chord])];

/// Accept, reject, ignore and the numbers are the same; Backspace takes the last step back.
const PRODIGY: Changes = &[
    (Action::Undo, &[Chord::plain("Backspace"), Chord::plain("Delete"), Chord::control("Z")]),
    (Action::ClearLabel, &[Chord::shift("Backspace")]),
    (Action::Keys, &[Chord::plain("H"), Chord::control("Slash")]),
];

/// Arrows go from text to text, so the selection moves with Ctrl.
const DOCCANO: Changes = &[
    (Action::NextSentence, &[Chord::plain("ArrowRight"), Chord::plain("ArrowDown")]),
    (Action::PreviousSentence, &[Chord::plain("ArrowLeft"), Chord::plain("ArrowUp")]),
    (Action::Done, &[Chord::plain("Enter")]),
    (Action::Move(Caret::Right), &[Chord::control("ArrowRight")]),
    (Action::Move(Caret::Left), &[Chord::control("ArrowLeft")]),
    (Action::Move(Caret::NextSpan), &[Chord::plain("Period")]),
    (Action::Move(Caret::PreviousSpan), &[Chord::plain("Comma")]),
    (Action::Extend(Caret::Right), &[Chord::control_shift("ArrowRight")]),
    (Action::Extend(Caret::Left), &[Chord::control_shift("ArrowLeft")]),
    (Action::Extend(Caret::NextSpan), &[]),
    (Action::Extend(Caret::PreviousSpan), &[]),
];

const LABEL_STUDIO: Changes = &[
    (Action::Done, &[Chord::control("Enter"), Chord::plain("D")]),
    (Action::StartTraining, &[]),
    (Action::NextSuggestion, &[Chord::control("Space"), Chord::plain("Space")]),
    (Action::NextSentence, &[Chord::control("ArrowRight"), Chord::plain("ArrowDown")]),
    (Action::PreviousSentence, &[Chord::control("ArrowLeft"), Chord::plain("ArrowUp")]),
    (Action::SelectNothing, &[Chord::plain("U"), Chord::plain("Escape")]),
    (Action::LeastSure, &[]),
    (Action::Move(Caret::NextSpan), &[Chord::alt("Period")]),
    (Action::Move(Caret::PreviousSpan), &[Chord::alt("Comma")]),
];

const BRAT: Changes = &[
    (Action::ChooseLabel, &[Chord::plain("Enter"), Chord::plain("L")]),
    (Action::NextSentence, &[Chord::plain("ArrowDown")]),
    (Action::RepeatOnNext, &[Chord::control("H"), Chord::plain("R")]),
    (Action::History, &[]),
    (Action::ClearLabel, &[Chord::plain("Delete"), Chord::plain("Backspace")]),
];

impl Keymap {
    /// The keys of a person's settings. What cannot be read in them changes nothing.
    pub fn of(settings: &Settings) -> Self {
        let mut map = Self { keys: COMMANDS.iter().map(|e| e.keys.to_vec()).collect() };
        for (action, keys) in Preset::from_name(&settings.preset).changes() {
            map.give(*action, keys.to_vec());
        }
        for (id, keys) in &settings.keys {
            let keys = keys.iter().filter_map(|text| Chord::parse(text)).collect();
            if let Some(entry) = COMMANDS.iter().find(|e| e.id == id) {
                map.give(entry.action, keys);
            }
        }
        map
    }

    /// Gives a command these keys, and takes them from whoever had them where they would clash.
    fn give(&mut self, action: Action, keys: Vec<Chord>) {
        let Some(at) = COMMANDS.iter().position(|e| e.action == action) else { return };
        for (other, entry) in COMMANDS.iter().enumerate() {
            if other != at && meet(entry.context, COMMANDS[at].context) {
                self.keys[other].retain(|k| !keys.contains(k));
            }
        }
        self.keys[at] = keys;
    }

    /// Every command with its keys.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Entry, &[Chord])> {
        COMMANDS.iter().zip(self.keys.iter().map(Vec::as_slice))
    }

    /// The first key of a command.
    pub fn first(&self, action: Action) -> Option<Chord> {
        self.rows().find(|(e, _)| e.action == action).and_then(|(_, keys)| keys.first().copied())
    }

    /// A command's first key as on key caps; empty without one.
    pub fn caps(&self, action: Action) -> Vec<&'static str> {
        self.first(action).map(Chord::caps).unwrap_or_default()
    }

    /// The command that has a key where another one's would clash with it.
    pub fn clash(&self, action: Action, chord: Chord) -> Option<&'static str> {
        let context = COMMANDS.iter().find(|e| e.action == action)?.context;
        let others = self.rows().filter(|(e, _)| e.action != action && meet(e.context, context));
        let label =
            (chord.shift && !chord.control && !chord.alt && chord.is_letter()).then_some("Give a label by its letter");
        others.into_iter().find(|(_, keys)| keys.contains(&chord)).map(|(e, _)| e.name).or(label)
    }
}

/// Whether two contexts hold at once. On the text everything holds that holds everywhere.
fn meet(a: Context, b: Context) -> bool {
    a == b || a == Context::Everywhere || b == Context::Everywhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_preset_has_a_key_twice() {
        for (_, name) in Preset::ALL {
            let map = Keymap::of(&Settings { preset: name.into(), ..Settings::default() });
            for (entry, keys) in map.rows() {
                for key in keys {
                    assert_eq!(map.clash(entry.action, *key), None, "{name}: {:?} of {}", key.caps(), entry.name);
                }
            }
        }
    }

    #[test]
    fn a_key_is_changed_and_what_clashes_is_named() {
        let check = |action, chord: &str, expected: Option<&str>| {
            let map = Keymap::of(&Settings::default());
            assert_eq!(map.clash(action, Chord::parse(chord).expect("a chord")), expected, "{chord}");
        };
        check(Action::Done, "W", None);
        check(Action::Done, "F", Some("Flag the sentence"));
        check(Action::Done, "Ctrl+Z", Some("Undo"));
        check(Action::Flag, "F", None);
        check(Action::Done, "Shift+P", Some("Give a label by its letter"));
        let keys = [("sentence::mark_done".to_owned(), vec!["W".to_owned()])].into();
        let map = Keymap::of(&Settings { keys, ..Settings::default() });
        assert_eq!(map.caps(Action::Done), ["W"]);
        let keys = [("sentence::mark_done".to_owned(), vec!["no such key".to_owned()])].into();
        assert_eq!(Keymap::of(&Settings { keys, ..Settings::default() }).caps(Action::Done), [""; 0]);
    }
}
