//! Totals of a dataset, which follow from the applied edits.

use crate::corpus::store::CorpusCounts;
use crate::corpus::{Corpus, Edit};

/// Counts of a whole dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Counts of the corpus, for example spans by label.
    pub counts: CorpusCounts,
    /// Number of done sentences.
    pub n_done: usize,
    /// Number of flagged sentences.
    pub n_flagged: usize,
    /// Number of open suggestions.
    pub n_open_suggestions: usize,
}

impl Totals {
    /// Counts a corpus.
    pub fn of(corpus: &Corpus) -> Self {
        let reviews = || corpus.documents.iter().flat_map(|d| d.reviews.iter());
        Self {
            counts: corpus.counts(None),
            n_done: reviews().filter(|(_, review)| review.done).count(),
            n_flagged: reviews().filter(|(_, review)| review.flagged).count(),
            n_open_suggestions: corpus.documents.iter().map(|d| d.suggestions.len()).sum(),
        }
    }

    /// Updates the totals after an applied edit.
    pub(super) fn after(&mut self, edit: &Edit) {
        self.counts.apply_edit(edit);
        match edit {
            Edit::Suggestions { removed, added, .. } => {
                self.n_open_suggestions = self.n_open_suggestions + added.len() - removed.len();
            }
            Edit::Review { before, after, .. } => {
                self.n_done = self.n_done + usize::from(after.done) - usize::from(before.done);
                self.n_flagged = self.n_flagged + usize::from(after.flagged) - usize::from(before.flagged);
            }
            Edit::Spans { .. }
            | Edit::DocLabels { .. }
            | Edit::Splits { .. }
            | Edit::AddLabel(_)
            | Edit::PopLabel(_)
            | Edit::RemoveLabel { .. }
            | Edit::InsertLabel { .. }
            | Edit::ChangeLabel { .. }
            | Edit::Group { .. } => {}
        }
    }
}
