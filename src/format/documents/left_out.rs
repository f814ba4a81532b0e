//! Parts of a document that are not read. One note reports all of them.

use crate::format::note::{NoteKind, Notes};
use std::collections::BTreeMap;

/// Counts of omitted parts, by their singular and plural names.
#[derive(Debug, Default)]
pub(super) struct SkippedContent {
    parts: BTreeMap<(&'static str, &'static str), usize>,
    /// Names of the first attachments.
    names: Vec<String>,
}

impl SkippedContent {
    /// Maximum number of reported names.
    const NAMED: usize = 5;

    /// Counts a part with its singular and plural name.
    pub(super) fn add(&mut self, one: &'static str, several: &'static str) {
        self.add_many(1, one, several);
    }

    /// Counts several parts. A count of 0 is ignored.
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

    /// Returns a message about all parts; `None` if there are no parts.
    pub(super) fn sentence(&self) -> Option<String> {
        let part = |((one, several), count): (&(&str, &str), &usize)| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {several}"),
        };
        let parts: Vec<String> = self.parts.iter().map(part).collect();
        let names = if self.names.is_empty() { String::new() } else { format!(" ({})", self.names.join(", ")) };
        (!parts.is_empty()).then(|| parts.join(", ") + &names)
    }

    /// Adds a note about all parts.
    pub(super) fn note(&self, notes: &mut Notes) {
        notes.add_many(NoteKind::UnreadPart, self.parts.values().sum(), || self.sentence().unwrap_or_default());
    }
}
