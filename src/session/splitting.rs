//! Moves of sentences to another split, and the sentences that are selected in the list for that.

use super::Session;
use crate::corpus::splitting::move_edit;
use crate::corpus::{Edit, EditTitle, EditTitleKind, SentenceId, Split};
use std::collections::BTreeSet;

/// Sentences that a command refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentenceScope {
    /// The current sentence.
    Current,
    /// All sentences of the current document.
    Document,
    /// The sentences that are selected in the list.
    Selected,
    /// The sentences that match the filter.
    Listed,
}

/// Sentences that are selected in the list, by index in the list of all sentences.
#[derive(Clone, Debug, Default)]
pub struct ListSelection {
    indices: BTreeSet<usize>,
    /// Start of a range. `None` is the current sentence.
    anchor: Option<usize>,
}

impl ListSelection {
    /// Returns true if the sentence is selected.
    pub fn contains(&self, index: usize) -> bool {
        self.indices.contains(&index)
    }

    /// Returns the number of selected sentences.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Returns true if no sentence is selected.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }
}

impl Session {
    /// Returns the sentences that are selected in the list.
    pub fn list_selection(&self) -> &ListSelection {
        &self.list_selection
    }

    /// Selects a sentence in the list, or deselects it. The first selected sentence is selected together with the current
    /// one.
    pub fn toggle_in_list(&mut self, index: usize) {
        if self.list_selection.is_empty() {
            self.list_selection.indices.insert(self.current);
        }
        if index != self.current && !self.list_selection.indices.remove(&index) {
            self.list_selection.indices.insert(index);
        } else if index == self.current && self.list_selection.len() > 1 {
            self.list_selection.indices.remove(&index);
        }
        self.list_selection.anchor = Some(index);
    }

    /// Selects the listed sentences from the last selected one, or the current one, to this one.
    pub fn select_in_list_to(&mut self, index: usize) {
        let anchor = self.list_selection.anchor.unwrap_or(self.current);
        let range = anchor.min(index)..=anchor.max(index);
        self.list_selection.indices = self.visible.iter().copied().filter(|listed| range.contains(listed)).collect();
        self.list_selection.anchor = Some(anchor);
    }

    /// Selects the listed sentences of a document.
    pub fn select_document_in_list(&mut self, document: u32) {
        let of_document = |index: &usize| self.sentences[*index].document == document;
        self.list_selection.indices = self.visible.iter().copied().filter(of_document).collect();
        self.list_selection.anchor = self.list_selection.indices.first().copied();
    }

    /// Selects all listed sentences.
    pub fn select_all_in_list(&mut self) {
        self.list_selection.indices = self.visible.iter().copied().collect();
    }

    /// Deselects all sentences in the list.
    pub fn clear_list_selection(&mut self) {
        self.list_selection = ListSelection::default();
    }

    /// Returns the sentences of a scope, in order.
    pub fn sentences_in(&self, scope: SentenceScope) -> Vec<SentenceId> {
        let id = |index: &usize| self.sentences[*index];
        match scope {
            SentenceScope::Current => vec![self.current_id()],
            SentenceScope::Document => {
                let document = self.current_id().document;
                let sentences = 0..self.corpus.document(document).len();
                sentences.map(|sentence| SentenceId { document, sentence: sentence as u32 }).collect()
            }
            SentenceScope::Selected => self.list_selection.indices.iter().map(id).collect(),
            SentenceScope::Listed => self.visible.iter().map(id).collect(),
        }
    }

    /// Returns the edit that moves sentences to a split, and their number. `None` if all are there already.
    pub fn move_to_split_edit(&self, scope: SentenceScope, split: Split) -> Option<(Edit, usize)> {
        let ids = self.sentences_in(scope).into_iter().filter(|id| self.corpus.split_of(*id) != split);
        let ids: Vec<SentenceId> = ids.collect();
        let title = || EditTitle::new(EditTitleKind::MoveToSplit, [ids.len().to_string(), split.name().to_owned()]);
        Some((move_edit(&self.corpus, ids.iter().map(|id| (*id, split)), title)?, ids.len()))
    }
}
