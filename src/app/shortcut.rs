//! Keyboard shortcuts.

/// A key with modifiers. `key` is its name in egui.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Ctrl (Command on macOS).
    pub control: bool,
    /// Shift.
    pub shift: bool,
    /// Alt (Option on macOS).
    pub alt: bool,
    /// Name of the key.
    pub key: &'static str,
}

impl Shortcut {
    /// Creates a shortcut without modifiers.
    pub const fn key(key: &'static str) -> Self {
        Self { control: false, shift: false, alt: false, key }
    }

    /// Creates a shortcut with Shift.
    pub const fn shift(key: &'static str) -> Self {
        Self { shift: true, ..Self::key(key) }
    }

    /// Creates a shortcut with Ctrl.
    pub const fn ctrl(key: &'static str) -> Self {
        Self { control: true, ..Self::key(key) }
    }

    /// Creates a shortcut with Ctrl and Shift.
    pub const fn ctrl_shift(key: &'static str) -> Self {
        Self { control: true, shift: true, ..Self::key(key) }
    }

    /// Creates a shortcut with Alt.
    pub const fn alt(key: &'static str) -> Self {
        Self { alt: true, ..Self::key(key) }
    }

    /// Creates a shortcut with Alt and Shift.
    pub const fn alt_shift(key: &'static str) -> Self {
        Self { alt: true, shift: true, ..Self::key(key) }
    }

    /// Returns the stored form, for example `Ctrl+Shift+O`.
    pub fn text(self) -> String {
        let held = [(self.control, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")];
        held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).chain([self.key]).collect()
    }

    /// Parses the stored form. Returns `None` for keys that are not in [`KEYS`].
    pub fn parse(text: &str) -> Option<Self> {
        let (held, key) = text.rsplit_once('+').unwrap_or(("", text));
        let key = KEYS.into_iter().find(|k| *k == key)?;
        let holds = |name: &str| held.split('+').any(|h| h == name);
        Some(Self { control: holds("Ctrl"), shift: holds("Shift"), alt: holds("Alt"), key })
    }

    /// Returns true if the key is a letter.
    pub fn is_letter(self) -> bool {
        self.key.len() == 1 && self.key.as_bytes()[0].is_ascii_alphabetic()
    }

    /// Returns true if the key enters text in a field, or moves the caret or deletes text there.
    pub fn is_text_input(self) -> bool {
        let is_function = self.key.len() > 1 && self.key.starts_with('F');
        !(self.control || self.alt || is_function)
    }

    /// Returns the key cap labels of this platform, for example `Ctrl`, `Shift`, `→`; `⌘`, `⇧`, `→` on macOS.
    pub fn key_labels(self) -> Vec<&'static str> {
        let name = match self.key {
            "ArrowRight" => "→",
            "ArrowLeft" => "←",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "Escape" => "Esc",
            "Slash" => "/",
            "Comma" => ",",
            "Period" => ".",
            "PageUp" => "Page ↑",
            "PageDown" => "Page ↓",
            key => key,
        };
        let [control, alt, shift] = MODIFIER_LABELS;
        let held = [(self.control, control), (self.alt, alt), (self.shift, shift)];
        held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).chain([name]).collect()
    }
}

/// Labels of the modifiers that egui calls `command`, `alt` and `shift`.
pub const MODIFIER_LABELS: [&str; 3] =
    if cfg!(target_os = "macos") { ["⌘", "⌥", "⇧"] } else { ["Ctrl", "Alt", "Shift"] };

/// Keys that commands can use, by their egui names. Tab is excluded because it moves the focus.
pub const KEYS: [&str; 71] = [
    "A",
    "B",
    "C",
    "D",
    "E",
    "F",
    "G",
    "H",
    "I",
    "J",
    "K",
    "L",
    "M",
    "N",
    "O",
    "P",
    "Q",
    "R",
    "S",
    "T",
    "U",
    "V",
    "W",
    "X",
    "Y",
    "Z",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "Backspace",
    "Delete",
    "Enter",
    "Escape",
    "Home",
    "End",
    "Insert",
    "PageUp",
    "PageDown",
    "Space",
    "Comma",
    "Period",
    "Slash",
    "Minus",
    "Plus",
    "Equals",
    "Semicolon",
    "OpenBracket",
    "CloseBracket",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_roundtrip_through_text() {
        for shortcut in
            [Shortcut::key("A"), Shortcut::ctrl_shift("ArrowLeft"), Shortcut::alt_shift("F12"), Shortcut::alt("Plus")]
        {
            assert_eq!(Shortcut::parse(&shortcut.text()), Some(shortcut));
        }
        assert_eq!(Shortcut::parse("Ctrl+Nothing"), None);
    }
}
