//! Properties of a run that are known before it starts.

use crate::corpus::{Corpus, DataSelection, RunSentences, SentenceId, Split, TrainOn};
use sha2::{Digest, Sha256};

/// Choice from which the data of a run follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunDataKey {
    /// Choice of the sentences.
    pub selection: DataSelection,
    /// Seed that selects held-out sentences.
    pub seed: u64,
}

/// Data of the next run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunPreview {
    /// Sentences of the train split that the run uses.
    pub train_on: TrainOn,
    /// Suggested choice for this dataset.
    pub suggested: TrainOn,
    /// Number of sentences of the train split for each choice, in the order of [`TrainOn::ALL`].
    pub n_by_choice: [usize; 3],
    /// Number of sentences of the train split without spans that are not done.
    pub n_open: usize,
    /// Number of training sentences, without held-out ones.
    pub n_train: usize,
    /// Number of held-out items and of all items. `None` if the run uses the dev split.
    pub n_held_out: Option<(usize, usize)>,
    /// True if whole documents are held out, false if sentences of a single document are.
    pub by_document: bool,
    /// Labels that occur in the training sentences, with the number of their spans.
    pub labels: Vec<(String, usize)>,
    /// Number of dev sentences.
    pub n_dev: usize,
    /// Number of spans in the dev sentences. Without any, F1 has no value.
    pub n_dev_spans: usize,
    /// Number of test sentences.
    pub n_test: usize,
    /// Identity of all sentences of the train split and their labels.
    pub train_id: String,
    /// Identity of the dev sentences and their labels. Runs with equal ids have comparable scores.
    pub dev_id: String,
}

impl RunPreview {
    /// Returns the data of a run on this corpus.
    pub fn new(corpus: &Corpus, RunDataKey { selection, seed }: RunDataKey) -> Self {
        let RunSentences { holdout, test } = selection.sentences(corpus, seed);
        let of_train = corpus.sentences(Some(Split::Train));
        let n_chosen = |choice: TrainOn| of_train.iter().filter(|id| choice.includes(corpus, **id)).count();
        let n_by_choice = TrainOn::ALL.map(n_chosen);
        let first = holdout.dev.first().map(|s| s.document);
        let counts = label_counts(corpus, &holdout.train);
        let labels = corpus.labels.iter().zip(&counts).filter(|(_, count)| **count > 0);
        Self {
            train_on: selection.train_on(corpus),
            suggested: TrainOn::suggested(corpus),
            n_open: of_train.len() - n_by_choice[1],
            n_by_choice,
            n_train: holdout.train.len(),
            n_held_out: holdout.n_held_out,
            by_document: !holdout.train.iter().any(|s| Some(s.document) == first),
            labels: labels.map(|((_, label), count)| (label.name.clone(), *count)).collect(),
            n_dev: holdout.dev.len(),
            n_dev_spans: label_counts(corpus, &holdout.dev).iter().sum(),
            n_test: test.len(),
            train_id: identity(corpus, &of_train),
            dev_id: identity(corpus, &holdout.dev),
        }
    }

    /// Returns the names of the labels.
    pub fn label_names(&self) -> Vec<String> {
        self.labels.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Returns true if the train sentences without spans could be unfinished rather than without entities.
    pub fn has_open_sentences(&self) -> bool {
        self.suggested != TrainOn::All && self.n_open > 0
    }
}

/// Returns the number of spans of each label of the corpus in these sentences.
fn label_counts(corpus: &Corpus, sentences: &[SentenceId]) -> Vec<usize> {
    let mut counts = vec![0; corpus.labels.len()];
    for id in sentences {
        for span in corpus.document(id.document).to_token_spans(id.sentence as usize) {
            counts[usize::from(span.label)] += 1;
        }
    }
    counts
}

/// Returns the labels that occur in these sentences, in the order of the corpus.
pub(super) fn used_labels(corpus: &Corpus, sentences: &[SentenceId]) -> Vec<String> {
    let counts = label_counts(corpus, sentences);
    corpus.labels.iter().zip(counts).filter(|(_, count)| *count > 0).map(|((_, l), _)| l.name.clone()).collect()
}

/// Returns a hash of sentences with their words and labels.
fn identity(corpus: &Corpus, sentences: &[SentenceId]) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.as_bytes());
        hash.update([0]);
    };
    for id in sentences {
        let document = corpus.document(id.document);
        document.sentence_tokens(id.sentence as usize).into_iter().for_each(&mut add);
        for span in document.to_token_spans(id.sentence as usize) {
            add(&format!("{} {}", span.start, span.end));
            add(corpus.labels.get(span.label).map_or("", |label| &label.name));
        }
        add("\n");
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
