//! Undo and redo without limit: the edits made, and how many of them stand.

use super::edit::Edit;
use super::store::Corpus;

/// A list of edits and a position in it: those before the position are in the corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    edits: Vec<Edit>,
    position: usize,
}

impl History {
    /// A history read back from a project: `position` of these edits stand in the corpus.
    pub fn from_log(edits: Vec<Edit>, position: usize) -> Self {
        let position = position.min(edits.len());
        Self { edits, position }
    }

    /// Makes an edit and remembers it; edits that were undone are forgotten. False when it does not fit.
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

    /// Takes the last edit back and returns it.
    pub fn undo(&mut self, corpus: &mut Corpus) -> Option<&Edit> {
        let edit = self.edits.get(self.position.checked_sub(1)?)?;
        edit.inverse().apply(corpus).then(|| self.position -= 1)?;
        Some(edit)
    }

    /// Makes the last undone edit again and returns it.
    pub fn redo(&mut self, corpus: &mut Corpus) -> Option<&Edit> {
        let edit = self.edits.get(self.position)?;
        edit.apply(corpus).then(|| self.position += 1)?;
        Some(edit)
    }

    /// What undo would take back.
    pub fn next_undo(&self) -> Option<&Edit> {
        self.edits.get(self.position.checked_sub(1)?)
    }

    /// What redo would make again.
    pub fn next_redo(&self) -> Option<&Edit> {
        self.edits.get(self.position)
    }

    /// All edits, oldest first; those from the position on were undone.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// How many edits stand in the corpus.
    pub fn position(&self) -> usize {
        self.position
    }
}
