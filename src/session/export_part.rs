//! Part of a dataset that is exported.

use super::Session;
use super::splitting::SentenceScope;
use crate::corpus::{Corpus, SentenceId, Split};

/// Sentences to export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportPart {
    /// All sentences.
    #[default]
    All,
    /// Sentences that are marked as done.
    Done,
    /// Sentences that match the filter.
    Listed,
    /// Sentences that are selected in the list.
    Selected,
    /// Sentences of a split.
    Split(Split),
}

impl Session {
    /// Returns the parts that have sentences, each with their number. The first one is the whole dataset.
    pub fn export_parts(&self) -> Vec<(ExportPart, usize)> {
        let is_filtered = self.visible.len() < self.sentences.len();
        let splits = Split::ALL.map(|split| (ExportPart::Split(split), self.size_of(split)));
        let parts = [
            (ExportPart::Listed, if is_filtered { self.visible.len() } else { 0 }),
            (ExportPart::Selected, self.list_selection.len()),
            (ExportPart::Done, self.totals.n_done),
        ];
        let has_splits = self.splits().len() > 1;
        let splits = splits.into_iter().filter(|_| has_splits);
        let others = parts.into_iter().chain(splits).filter(|(_, n)| *n > 0);
        std::iter::once((ExportPart::All, self.sentences.len())).chain(others).collect()
    }

    /// Returns the corpus of a part.
    pub fn export_corpus(&self, part: ExportPart) -> Corpus {
        let ids: Vec<SentenceId> = match part {
            ExportPart::All => return self.corpus.clone(),
            ExportPart::Done => {
                let is_done = |id: &SentenceId| self.corpus.review(*id).done;
                self.sentences.iter().copied().filter(is_done).collect()
            }
            ExportPart::Listed => self.sentences_in(SentenceScope::Listed),
            ExportPart::Selected => self.sentences_in(SentenceScope::Selected),
            ExportPart::Split(split) => self.corpus.sentences(Some(split)),
        };
        self.corpus.subset(&ids)
    }
}
