//! Keys with their modifiers.

/// A key with its modifiers. `key` is egui's name of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// Ctrl (Command on a Mac).
    pub control: bool,
    /// Shift.
    pub shift: bool,
    /// Alt (Option on a Mac).
    pub alt: bool,
    /// The key's name.
    pub key: &'static str,
}

impl Chord {
    /// The key alone.
    pub const fn plain(key: &'static str) -> Self {
        Self { control: false, shift: false, alt: false, key }
    }

    /// With Shift.
    pub const fn shift(key: &'static str) -> Self {
        Self { shift: true, ..Self::plain(key) }
    }

    /// With Ctrl.
    pub const fn control(key: &'static str) -> Self {
        Self { control: true, ..Self::plain(key) }
    }

    /// With Ctrl and Shift.
    pub const fn control_shift(key: &'static str) -> Self {
        Self { control: true, shift: true, ..Self::plain(key) }
    }

    /// With Alt.
    pub const fn alt(key: &'static str) -> Self {
        Self { alt: true, ..Self::plain(key) }
    }

    /// With Alt and Shift.
    pub const fn alt_shift(key: &'static str) -> Self {
        Self { alt: true, shift: true, ..Self::plain(key) }
    }

    /// As on key caps: `Ctrl`, `Shift`, `→`.
    pub fn caps(self) -> Vec<&'static str> {
        let name = match self.key {
            "ArrowRight" => "→",
            "ArrowLeft" => "←",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "Escape" => "Esc",
            "Slash" => "/",
            "PageUp" => "Page ↑",
            "PageDown" => "Page ↓",
            key => key,
        };
        let held = [(self.control, "Ctrl"), (self.alt, "Alt"), (self.shift, "Shift")];
        held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).chain([name]).collect()
    }
}
