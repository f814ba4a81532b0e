//! Unlimited undo and redo.

use super::edit::Edit;
use super::store::Corpus;

/// List of edits and a position in it. The edits before the position are applied to the corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    edits: Vec<Edit>,
    position: usize,
}

impl History {
    /// Restores a history from a project. The first `position` edits are applied to the corpus.
    pub fn from_log(edits: Vec<Edit>, position: usize) -> Self {
        let position = position.min(edits.len());
        Self { edits, position }
    }

    /// Applies an edit and records it; undone edits are discarded. Returns false if the edit does not match the corpus.
    pub fn apply(&mut self, edit: Edit, corpus: &mut Corpus) -> bool {
        let edit = edit.with_current_origins(corpus);
        if !edit.apply(corpus) {
            return false;
        }
        self.edits.truncate(self.position);
        self.edits.push(edit);
        self.position += 1;
        true
    }

    /// Undoes the last edit and returns it.
    pub fn undo(&mut self, corpus: &mut Corpus) -> Option<&Edit> {
        let edit = self.edits.get(self.position.checked_sub(1)?)?;
        edit.inverse().apply(corpus).then(|| self.position -= 1)?;
        Some(edit)
    }

    /// Redoes the last undone edit and returns it.
    pub fn redo(&mut self, corpus: &mut Corpus) -> Option<&Edit> {
        let edit = self.edits.get(self.position)?;
        edit.apply(corpus).then(|| self.position += 1)?;
        Some(edit)
    }

    /// Returns the edit that [`History::undo`] would revert.
    pub fn next_undo(&self) -> Option<&Edit> {
        self.edits.get(self.position.checked_sub(1)?)
    }

    /// Returns the edit that [`History::redo`] would apply.
    pub fn next_redo(&self) -> Option<&Edit> {
        self.edits.get(self.position)
    }

    /// Returns all edits, oldest first. Edits from the position on are undone.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Returns the number of applied edits.
    pub fn position(&self) -> usize {
        self.position
    }
}
