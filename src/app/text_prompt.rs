//! Prompt for one line of text, in a dialog.

use super::command::Command;
use crate::app::page_commands::{LabelCommand, SavedCommand};
use crate::corpus::label::validate_label_name;
use crate::corpus::{LabelId, SentenceId};
use crate::i18n::{label_name_error, tr};
use crate::session::Session;

/// Purpose of a text prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPrompt {
    /// Names of new labels.
    Label,
    /// Comment on a sentence.
    Comment(SentenceId),
    /// Comment on a byte range of a sentence.
    RangeComment(SentenceId, u32, u32),
    /// Name of a saved search.
    SearchName,
    /// Name of a snapshot of all labels.
    Snapshot,
}

/// Returns the label names of a typed or pasted list: they are separated by white space, commas or semicolons.
pub fn label_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split([' ', '\t', '\n', '\r', ',', ';']).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

impl TextPrompt {
    /// Creates the prompt for a comment on the selection, or on the sentence if nothing is selected.
    pub fn comment(session: &Session) -> Self {
        let id = session.current_id();
        session
            .selection_as_span(LabelId::default())
            .map_or(Self::Comment(id), |at| Self::RangeComment(id, at.start, at.end))
    }

    /// Returns the initial text of the field.
    pub fn initial_text(self, session: &Session) -> String {
        match self {
            Self::Label | Self::Snapshot => String::new(),
            Self::Comment(id) => session.corpus().review(id).comment,
            Self::RangeComment(id, start, end) => session.corpus().review(id).comment_at(start, end).to_owned(),
            Self::SearchName => session.filter.text.clone(),
        }
    }

    /// Returns an error message for an invalid text. An empty text is not ready, but has no error.
    pub fn validate(self, session: &Session, text: &str) -> Option<String> {
        let text = text.trim();
        match self {
            Self::Label => {
                let names = label_names(text);
                let invalid = names.iter().find_map(|name| validate_label_name(name).err());
                let is_known = |name: &String| session.corpus().labels.id(name).is_some();
                match invalid {
                    Some(error) => Some(label_name_error(error).to_owned()),
                    None if names.is_empty() => None,
                    None if names.len() == 1 && names.iter().all(is_known) => {
                        Some(tr!("A label with this name already exists").into())
                    }
                    None if names.iter().all(is_known) => Some(tr!("Labels with these names already exist").into()),
                    None => None,
                }
            }
            Self::Snapshot if session.snapshots().iter().any(|s| s.name == text) => {
                Some(tr!("A snapshot with this name already exists").into())
            }
            Self::Comment(_) | Self::RangeComment(..) | Self::SearchName | Self::Snapshot => None,
        }
    }

    /// Returns true if the text can be submitted. An empty comment removes the comment.
    pub fn is_ready(self, session: &Session, text: &str) -> bool {
        (matches!(self, Self::Comment(_) | Self::RangeComment(..)) || !text.trim().is_empty())
            && self.validate(session, text).is_none()
    }

    /// Returns the command for a submitted text.
    pub fn into_command(self, text: &str) -> Command {
        let text = text.trim().to_owned();
        match self {
            Self::Label => Command::Labels(LabelCommand::NewLabels(label_names(&text))),
            Self::Comment(id) => Command::Comment(id, text),
            Self::RangeComment(id, start, end) => Command::SetRangeComment(id, start, end, text),
            Self::SearchName => Command::Saved(SavedCommand::SaveSearch(text)),
            Self::Snapshot => Command::Saved(SavedCommand::TakeSnapshot(text)),
        }
    }
}
