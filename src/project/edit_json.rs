//! Edits as JSON, for the log of a project. (The corpus itself knows no serialisation.)

use super::pack::{pack_span, unpack_span};
use crate::corpus::label::Label;
use crate::corpus::{Edit, Mark, Span};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Stored {
    Spans { document: u32, removed: Vec<[u32; 3]>, added: Vec<[u32; 3]> },
    Suggestions { document: u32, removed: Vec<[u32; 3]>, added: Vec<[u32; 3]> },
    Mark { document: u32, sentence: u32, before: (bool, bool, String), after: (bool, bool, String) },
    AddLabel { name: String, colour: u8 },
    RemoveLastLabel { name: String, colour: u8 },
    RemoveLabel { id: u16, name: String, colour: u8 },
    InsertLabel { id: u16, name: String, colour: u8 },
    ChangeLabel { id: u16, before: (String, u8), after: (String, u8) },
    Together { name: String, edits: Vec<Stored> },
}

fn packed(spans: &[Span]) -> Vec<[u32; 3]> {
    spans.iter().map(pack_span).collect()
}

fn unpacked(spans: &[[u32; 3]]) -> Vec<Span> {
    spans.iter().copied().map(unpack_span).collect()
}

fn label((name, colour): (String, u8)) -> Label {
    Label { name, colour }
}

impl From<&Edit> for Stored {
    fn from(edit: &Edit) -> Self {
        match edit.clone() {
            Edit::Spans { document, removed, added } => {
                Self::Spans { document, removed: packed(&removed), added: packed(&added) }
            }
            Edit::Suggestions { document, removed, added } => {
                Self::Suggestions { document, removed: packed(&removed), added: packed(&added) }
            }
            Edit::Mark { document, sentence, before, after } => {
                let parts = |m: Mark| (m.done, m.flagged, m.comment);
                Self::Mark { document, sentence, before: parts(before), after: parts(after) }
            }
            Edit::AddLabel(Label { name, colour }) => Self::AddLabel { name, colour },
            Edit::RemoveLastLabel(Label { name, colour }) => Self::RemoveLastLabel { name, colour },
            Edit::RemoveLabel { id, label: Label { name, colour } } => Self::RemoveLabel { id, name, colour },
            Edit::InsertLabel { id, label: Label { name, colour } } => Self::InsertLabel { id, name, colour },
            Edit::ChangeLabel { id, before, after } => {
                Self::ChangeLabel { id, before: (before.name, before.colour), after: (after.name, after.colour) }
            }
            Edit::Together { name, edits } => Self::Together { name, edits: edits.iter().map(Self::from).collect() },
        }
    }
}

impl From<Stored> for Edit {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Spans { document, removed, added } => {
                Self::Spans { document, removed: unpacked(&removed), added: unpacked(&added) }
            }
            Stored::Suggestions { document, removed, added } => {
                Self::Suggestions { document, removed: unpacked(&removed), added: unpacked(&added) }
            }
            Stored::Mark { document, sentence, before, after } => {
                let mark = |(done, flagged, comment)| Mark { done, flagged, comment };
                Self::Mark { document, sentence, before: mark(before), after: mark(after) }
            }
            Stored::AddLabel { name, colour } => Self::AddLabel(Label { name, colour }),
            Stored::RemoveLastLabel { name, colour } => Self::RemoveLastLabel(Label { name, colour }),
            Stored::RemoveLabel { id, name, colour } => Self::RemoveLabel { id, label: Label { name, colour } },
            Stored::InsertLabel { id, name, colour } => Self::InsertLabel { id, label: Label { name, colour } },
            Stored::ChangeLabel { id, before, after } => {
                Self::ChangeLabel { id, before: label(before), after: label(after) }
            }
            Stored::Together { name, edits } => {
                Self::Together { name, edits: edits.into_iter().map(Self::from).collect() }
            }
        }
    }
}

/// An edit as one line of JSON.
pub(super) fn to_json(edit: &Edit) -> String {
    // Numbers and strings always have a JSON form.
    serde_json::to_string(&Stored::from(edit)).unwrap_or_default()
}

/// The edit of a line of JSON; `None` when it is none.
pub(super) fn from_json(json: &str) -> Option<Edit> {
    serde_json::from_str::<Stored>(json).ok().map(Edit::from)
}
