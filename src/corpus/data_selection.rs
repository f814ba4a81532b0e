//! Choice of the sentences of a run: a partly annotated dataset must not teach that its open sentences have no entities.

use super::holdout::{DEFAULT_HOLDOUT_RATIO, Holdout, hold_out};
use super::span::Origin;
use super::split::Split;
use super::store::{Corpus, SentenceId};

/// Sentences of the train split that a run uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainOn {
    /// Sentences that are marked as done.
    Done,
    /// Sentences that are marked as done or have a span.
    Labeled,
    /// All sentences. A sentence without spans has no entities.
    #[default]
    All,
}

/// Origin of the sentences that select the best epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DevSource {
    /// The dev split, or a part of train without a dev split.
    #[default]
    Split,
    /// A part of train, also if there is a dev split.
    HoldOut,
}

/// Choice of the sentences of a run. The same choice applies to dev and test, if their labels do not come from the source
/// and it leaves any of their sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataSelection {
    /// Sentences of the train split. `None` is the suggested choice.
    pub train_on: Option<TrainOn>,
    /// Origin of the dev sentences.
    pub dev: DevSource,
    /// True if the model is evaluated on the test split at the end.
    pub test: bool,
}

impl Default for DataSelection {
    fn default() -> Self {
        Self { train_on: None, dev: DevSource::Split, test: true }
    }
}

/// Sentences of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSentences {
    /// Training sentences, and sentences for choosing the best epoch.
    pub holdout: Holdout,
    /// Test sentences. Can be empty.
    pub test: Vec<SentenceId>,
}

impl TrainOn {
    /// All values, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Done, Self::Labeled, Self::All];

    /// Returns the stored name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Labeled => "labeled",
            Self::All => "all",
        }
    }

    /// Returns the value with this stored name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.id() == id)
    }

    /// Returns true if the sentence is chosen.
    pub fn includes(self, corpus: &Corpus, id: SentenceId) -> bool {
        let document = corpus.document(id.document);
        let is_done = || document.reviews.get(id.sentence).is_some_and(|review| review.done);
        match self {
            Self::Done => is_done(),
            Self::Labeled => is_done() || has_span(corpus, id),
            Self::All => true,
        }
    }

    /// Returns the choice for a dataset: done sentences, if a sentence of train is done or no label comes from the source;
    /// otherwise all.
    pub fn suggested(corpus: &Corpus) -> Self {
        let is_imported = corpus.documents.iter().flat_map(|d| &d.spans).any(|span| span.origin == Origin::Import);
        let is_done = |id: &SentenceId| Self::Done.includes(corpus, *id);
        if is_imported && !corpus.sentences(Some(Split::Train)).iter().any(is_done) { Self::All } else { Self::Done }
    }
}

/// Returns true if a span starts in the sentence.
pub fn has_span(corpus: &Corpus, id: SentenceId) -> bool {
    !corpus.document(id.document).to_token_spans(id.sentence as usize).is_empty()
}

impl DataSelection {
    /// Returns the choice of the train sentences of this corpus.
    pub fn train_on(&self, corpus: &Corpus) -> TrainOn {
        self.train_on.unwrap_or_else(|| TrainOn::suggested(corpus))
    }

    /// Returns the sentences of a run on this corpus.
    pub fn sentences(&self, corpus: &Corpus, seed: u64) -> RunSentences {
        let train_on = self.train_on(corpus);
        let chosen = |split| -> Vec<SentenceId> {
            corpus.sentences(Some(split)).into_iter().filter(|id| train_on.includes(corpus, *id)).collect()
        };
        // Labels of the source are complete, also if the user has not marked their sentences as done.
        let parts = corpus.separate_splits();
        let is_imported = |split: Split| {
            let documents = parts.documents.iter().filter(|document| document.splits.contains(split));
            documents.flat_map(|document| &document.spans).any(|span| span.origin == Origin::Import)
        };
        let chosen_or_all = |split| match chosen(split) {
            ids if ids.is_empty() || is_imported(split) => corpus.sentences(Some(split)),
            ids => ids,
        };
        let train = chosen(Split::Train);
        let dev = if self.dev == DevSource::Split { chosen_or_all(Split::Dev) } else { Vec::new() };
        let holdout = if dev.is_empty() {
            hold_out(train, DEFAULT_HOLDOUT_RATIO, seed)
        } else {
            Holdout { train, dev, n_held_out: None }
        };
        let test = if self.test { chosen_or_all(Split::Test) } else { Vec::new() };
        RunSentences { holdout, test }
    }
}
