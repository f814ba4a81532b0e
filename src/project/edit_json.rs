//! Edits as JSON, for the log of a project. (The corpus itself knows no serialisation.)

use crate::corpus::label::Label;
use crate::corpus::{Edit, Span};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Stored {
    Spans { document: u32, removed: Vec<[u32; 3]>, added: Vec<[u32; 3]> },
    AddLabel { name: String, colour: u8 },
    RemoveLastLabel { name: String, colour: u8 },
    ChangeLabel { id: u16, before: (String, u8), after: (String, u8) },
}

fn stored(s: &Span) -> [u32; 3] {
    [s.start, s.end, u32::from(s.label)]
}

fn span(s: [u32; 3]) -> Span {
    Span { start: s[0], end: s[1], label: s[2] as u16 }
}

fn label((name, colour): (String, u8)) -> Label {
    Label { name, colour }
}

/// An edit as one line of JSON.
pub(super) fn to_json(edit: &Edit) -> String {
    let stored = match edit.clone() {
        Edit::Spans { document, removed, added } => Stored::Spans {
            document,
            removed: removed.iter().map(stored).collect(),
            added: added.iter().map(stored).collect(),
        },
        Edit::AddLabel(Label { name, colour }) => Stored::AddLabel { name, colour },
        Edit::RemoveLastLabel(Label { name, colour }) => Stored::RemoveLastLabel { name, colour },
        Edit::ChangeLabel { id, before, after } => {
            Stored::ChangeLabel { id, before: (before.name, before.colour), after: (after.name, after.colour) }
        }
    };
    // Numbers and strings always have a JSON form.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// The edit of a line of JSON; `None` when it is none.
pub(super) fn from_json(json: &str) -> Option<Edit> {
    Some(match serde_json::from_str(json).ok()? {
        Stored::Spans { document, removed, added } => Edit::Spans {
            document,
            removed: removed.into_iter().map(span).collect(),
            added: added.into_iter().map(span).collect(),
        },
        Stored::AddLabel { name, colour } => Edit::AddLabel(Label { name, colour }),
        Stored::RemoveLastLabel { name, colour } => Edit::RemoveLastLabel(Label { name, colour }),
        Stored::ChangeLabel { id, before, after } => {
            Edit::ChangeLabel { id, before: label(before), after: label(after) }
        }
    })
}
