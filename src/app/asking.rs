//! What one line of text is asked for, in a dialog.

use super::annotate::Annotate;
use super::command::Command;
use crate::app::language::tr;
use crate::corpus::label::check_name;

/// What a text is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// The name of a new label.
    Label,
    /// A comment on the current sentence.
    Comment,
    /// A comment on these bytes of it.
    Remark(u32, u32),
    /// The name under which the search is kept.
    View,
    /// The name of a snapshot of all labels.
    Snapshot,
}

impl Asking {
    /// A comment on what is selected, or on the sentence.
    pub fn comment(a: &Annotate) -> Self {
        a.selected_text(0).map_or(Self::Comment, |at| Self::Remark(at.start, at.end))
    }

    /// What stands in the field before anything is typed.
    pub fn begins(self, a: &Annotate) -> String {
        match self {
            Self::Label | Self::Snapshot => String::new(),
            Self::Comment => a.mark().comment,
            Self::Remark(start, end) => a.mark().remark(start, end).to_owned(),
            Self::View => a.filter.text.clone(),
        }
    }

    /// What is wrong with a text, in a sentence. One that is empty is not ready, but not wrong yet.
    pub fn wrong(self, a: &Annotate, text: &str) -> Option<String> {
        let text = text.trim();
        let taken = |what: &str| Some(tr!("There is a {what} of this name already.", what));
        match self {
            Self::Label if text.is_empty() => None,
            Self::Label => match check_name(text) {
                Err(why) => Some(why),
                Ok(()) if a.corpus.labels.id(text).is_some() => taken("label"),
                Ok(()) => None,
            },
            Self::Snapshot if a.snapshots.iter().any(|s| s.name == text) => taken("snapshot"),
            Self::Comment | Self::Remark(..) | Self::View | Self::Snapshot => None,
        }
    }

    /// Whether a text can be taken; an empty comment takes one away.
    pub fn is_ready(self, a: &Annotate, text: &str) -> bool {
        (matches!(self, Self::Comment | Self::Remark(..)) || !text.trim().is_empty()) && self.wrong(a, text).is_none()
    }

    /// What a text is taken for.
    pub fn answer(self, text: &str) -> Command {
        let text = text.trim().to_owned();
        match self {
            Self::Label => Command::NewLabel(text),
            Self::Comment => Command::Comment(text),
            Self::Remark(start, end) => Command::Remark(start, end, text),
            Self::View => Command::KeepView(text),
            Self::Snapshot => Command::TakeSnapshot(text),
        }
    }
}
