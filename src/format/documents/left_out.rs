//! Parts of a document that are not read: one note tells all of them.

use crate::format::note::{NoteKind, Notes};
use std::collections::BTreeMap;

/// Names of parts for one and for several, and how many there are.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    parts: BTreeMap<(&'static str, &'static str), usize>,
    /// Names of attachments, the first ones.
    names: Vec<String>,
}

impl LeftOut {
    /// Names that are told.
    const NAMED: usize = 5;

    /// Counts a part, by its name for one and for several.
    pub(super) fn add(&mut self, one: &'static str, several: &'static str) {
        self.add_many(1, one, several);
    }

    /// Counts several parts of a kind; none at all is told nowhere.
    pub(super) fn add_many(&mut self, count: usize, one: &'static str, several: &'static str) {
        if count > 0 {
            *self.parts.entry((one, several)).or_default() += count;
        }
    }

    /// Counts an attachment with its name.
    pub(super) fn add_attachment(&mut self, name: &str) {
        self.add("attachment", "attachments");
        if self.names.len() < Self::NAMED {
            self.names.push(super::one_line(name));
        }
    }

    /// All parts in words; `None` where there are none.
    pub(super) fn sentence(&self) -> Option<String> {
        let part = |((one, several), count): (&(&str, &str), &usize)| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {several}"),
        };
        let parts: Vec<String> = self.parts.iter().map(part).collect();
        let names = if self.names.is_empty() { String::new() } else { format!(" ({})", self.names.join(", ")) };
        (!parts.is_empty()).then(|| parts.join(", ") + &names)
    }

    /// Adds the note.
    pub(super) fn note(&self, notes: &mut Notes) {
        notes.add_many(NoteKind::UnreadPart, self.parts.values().sum(), || self.sentence().unwrap_or_default());
    }
}
