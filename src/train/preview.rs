//! Properties of a run that are known before it starts.

use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
use crate::corpus::{Corpus, SentenceId};

/// Training data of the next run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunPreview {
    /// Number of training sentences, without held-out ones.
    pub n_train: usize,
    /// Number of held-out items and of all items. `None` if the dataset has a dev split.
    pub n_held_out: Option<(usize, usize)>,
    /// True if whole documents are held out, false if sentences of a single document are.
    pub by_document: bool,
    /// Labels that occur in the training sentences.
    pub labels: Vec<String>,
}

impl RunPreview {
    /// Returns the data of a run on this corpus with this seed.
    pub fn new(corpus: &Corpus, seed: u64) -> Self {
        let holdout = holdout(corpus, DEFAULT_HOLDOUT_RATIO, seed);
        let first = holdout.dev.first().map(|s| s.document);
        Self {
            n_train: holdout.train.len(),
            n_held_out: holdout.n_held_out,
            by_document: !holdout.train.iter().any(|s| Some(s.document) == first),
            labels: used_labels(corpus, &holdout.train),
        }
    }
}

/// Returns the labels that occur in these sentences, in the order of the corpus.
pub(super) fn used_labels(corpus: &Corpus, sentences: &[SentenceId]) -> Vec<String> {
    let mut used = vec![false; corpus.labels.len()];
    for id in sentences {
        for span in corpus.document(id.document).to_token_spans(id.sentence as usize) {
            used[usize::from(span.label)] = true;
        }
    }
    corpus.labels.iter().filter(|(id, _)| used[usize::from(*id)]).map(|(_, l)| l.name.clone()).collect()
}
