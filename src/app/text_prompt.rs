//! What one line of text is asked for, in a dialog.

use super::annotate::Annotate;
use super::command::Command;
use crate::app::i18n::tr;
use crate::corpus::label::validate_label_name;
use crate::corpus::{LabelId, SentenceId};

/// What a text is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPrompt {
    /// The name of a new label.
    Label,
    /// A comment on a sentence.
    Comment(SentenceId),
    /// A comment on these bytes of it.
    Remark(SentenceId, u32, u32),
    /// The name under which the search is kept.
    View,
    /// The name of a snapshot of all labels.
    Snapshot,
}

impl TextPrompt {
    /// A comment on what is selected, or on the sentence.
    pub fn comment(a: &Annotate) -> Self {
        let id = a.current_id();
        a.selected_text(LabelId::default()).map_or(Self::Comment(id), |at| Self::Remark(id, at.start, at.end))
    }

    /// What stands in the field before anything is typed.
    pub fn begins(self, a: &Annotate) -> String {
        match self {
            Self::Label | Self::Snapshot => String::new(),
            Self::Comment(id) => a.corpus.review(id).comment,
            Self::Remark(id, start, end) => a.corpus.review(id).comment_at(start, end).to_owned(),
            Self::View => a.filter.text.clone(),
        }
    }

    /// What is wrong with a text, in a sentence. One that is empty is not ready, but not wrong yet.
    pub fn wrong(self, a: &Annotate, text: &str) -> Option<String> {
        let text = text.trim();
        match self {
            Self::Label if text.is_empty() => None,
            Self::Label => match validate_label_name(text) {
                Err(why) => Some(why),
                Ok(()) if a.corpus.labels.id(text).is_some() => {
                    Some(tr!("There is a label of this name already.").into())
                }
                Ok(()) => None,
            },
            Self::Snapshot if a.snapshots.iter().any(|s| s.name == text) => {
                Some(tr!("There is a snapshot of this name already.").into())
            }
            Self::Comment(_) | Self::Remark(..) | Self::View | Self::Snapshot => None,
        }
    }

    /// Whether a text can be taken; an empty comment takes one away.
    pub fn is_ready(self, a: &Annotate, text: &str) -> bool {
        (matches!(self, Self::Comment(_) | Self::Remark(..)) || !text.trim().is_empty())
            && self.wrong(a, text).is_none()
    }

    /// What a text is taken for.
    pub fn answer(self, text: &str) -> Command {
        let text = text.trim().to_owned();
        match self {
            Self::Label => Command::NewLabel(text),
            Self::Comment(id) => Command::Comment(id, text),
            Self::Remark(id, start, end) => Command::Remark(id, start, end, text),
            Self::View => Command::KeepView(text),
            Self::Snapshot => Command::TakeSnapshot(text),
        }
    }
}
