//! Dataset statistics: counts by split, length distributions, surface forms, overlap with train and near-duplicates.

use crate::corpus::near_duplicates::find_groups;
use crate::corpus::{Corpus, Document, LabelId, SentenceId, Split};
use std::collections::{HashMap, HashSet};

/// Statistics of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Statistics of each split that has documents, in order.
    pub splits: Vec<SplitStatistics>,
    /// Number of spans with 1, 2, ... tokens. The last bucket includes all longer spans.
    pub span_lengths: Vec<usize>,
    /// Number of sentences with 1 to 10, 11 to 20, ... tokens. The last bucket includes all longer sentences.
    pub sentence_lengths: Vec<usize>,
    /// Number of documents by document label id.
    pub doc_labels: Vec<usize>,
    /// Texts of spans, most frequent first.
    pub surface_forms: Vec<SurfaceForm>,
    /// Texts with several labels, sorted by [`SurfaceForm::minority_count`], highest first.
    pub ambiguous_forms: Vec<SurfaceForm>,
    /// Overlap of dev and test with train.
    pub train_overlap: Vec<TrainOverlap>,
    /// Near-duplicates. `None` if there are too many sentences to compare.
    pub near_duplicates: Option<NearDuplicates>,
}

/// Statistics of one split.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitStatistics {
    /// Split that was counted.
    pub split: Split,
    /// Number of sentences.
    pub sentences: usize,
    /// Number of tokens.
    pub tokens: usize,
    /// Number of spans by label id.
    pub spans_by_label: Vec<usize>,
    /// Number of tokens inside a span.
    pub tokens_in_spans: usize,
    /// Number of sentences that the user marked as done.
    pub done: usize,
}

impl SplitStatistics {
    /// Returns the number of spans of a label in this split.
    pub fn count(&self, label: LabelId) -> usize {
        self.spans_by_label.get(usize::from(label)).copied().unwrap_or(0)
    }
}

/// Text of spans, with the number of occurrences by label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceForm {
    /// Text of the spans.
    pub text: String,
    /// Labels with their counts, most frequent first.
    pub labels: Vec<(LabelId, usize)>,
}

impl SurfaceForm {
    /// Returns the number of spans with this text.
    pub fn count(&self) -> usize {
        self.labels.iter().map(|(_, n)| n).sum()
    }

    /// Returns the number of spans whose label is not the most frequent one.
    pub fn minority_count(&self) -> usize {
        self.labels.iter().skip(1).map(|(_, n)| n).sum()
    }
}

/// Overlap of a split with train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainOverlap {
    /// Split that is compared with train.
    pub split: Split,
    /// Share of its distinct tokens that occur in train, 0 to 1.
    pub vocabulary: f64,
    /// Share of its distinct span texts that occur in train, 0 to 1.
    pub surface_forms: f64,
}

/// Near-duplicate sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearDuplicates {
    /// Number of sentences with an earlier near-duplicate in any split.
    pub n_sentences: usize,
    /// Pairs: train sentence, near-duplicate in dev or test.
    pub leakage_pairs: Vec<(SentenceId, SentenceId)>,
}

/// Number of span length buckets. The last one counts all longer spans.
const N_SPAN_LENGTH_BUCKETS: usize = 8;
/// Number of sentence length buckets of ten tokens. The last one counts all longer sentences.
const N_SENTENCE_LENGTH_BUCKETS: usize = 8;
/// Maximum number of listed surface forms.
const MAX_LISTED: usize = 200;
/// Minimum number of tokens for the search for near-duplicates. Shorter sentences are often equal by chance.
const MIN_TOKENS_FOR_DUPLICATES: usize = 5;
/// Maximum number of sentences for the search for near-duplicates. More would take minutes.
const MAX_SENTENCES_FOR_DUPLICATES: usize = 300_000;

impl Statistics {
    /// Returns the number of spans of a label in all splits.
    pub fn total(&self, label: LabelId) -> usize {
        self.splits.iter().map(|s| s.count(label)).sum()
    }

    /// Computes the statistics of a corpus.
    pub fn compute(corpus: &Corpus) -> Self {
        let mut statistics = Self {
            splits: corpus.splits().into_iter().map(|split| split_statistics(corpus, split)).collect(),
            span_lengths: vec![0; N_SPAN_LENGTH_BUCKETS],
            sentence_lengths: vec![0; N_SENTENCE_LENGTH_BUCKETS],
            doc_labels: vec![0; corpus.doc_labels.len()],
            ..Self::default()
        };
        let mut surfaces: HashMap<&str, Vec<(LabelId, usize)>> = HashMap::new();
        for d in &corpus.documents {
            d.doc_labels.iter().for_each(|class| statistics.doc_labels[usize::from(*class)] += 1);
            for sentence in 0..d.len() {
                let tokens = d.sentence_range(sentence).len();
                statistics.sentence_lengths[(tokens.saturating_sub(1) / 10).min(N_SENTENCE_LENGTH_BUCKETS - 1)] += 1;
                for span in d.to_token_spans(sentence) {
                    statistics.span_lengths[(span.end - span.start - 1).min(N_SPAN_LENGTH_BUCKETS - 1)] += 1;
                }
            }
            for (text, label) in span_texts(d) {
                let counts = surfaces.entry(text).or_default();
                match counts.iter_mut().find(|(l, _)| *l == label) {
                    Some((_, n)) => *n += 1,
                    None => counts.push((label, 1)),
                }
            }
        }
        let mut all: Vec<SurfaceForm> = surfaces.into_iter().map(|(text, labels)| surface_form(text, labels)).collect();
        all.sort_by(|a, b| b.count().cmp(&a.count()).then_with(|| a.text.cmp(&b.text)));
        let mut mixed: Vec<SurfaceForm> = all.iter().filter(|s| s.labels.len() > 1).cloned().collect();
        mixed.sort_by(|a, b| b.minority_count().cmp(&a.minority_count()).then_with(|| a.text.cmp(&b.text)));
        mixed.truncate(MAX_LISTED);
        all.truncate(MAX_LISTED);
        (statistics.surface_forms, statistics.ambiguous_forms) = (all, mixed);
        statistics.train_overlap = train_overlap(corpus);
        statistics.near_duplicates = find_near_duplicates(corpus);
        statistics
    }
}

fn split_statistics(corpus: &Corpus, split: Split) -> SplitStatistics {
    let counts = corpus.counts(Some(split));
    let parts = corpus.separate_splits();
    let documents = parts.documents.iter().filter(|d| d.splits.contains(split));
    // Spans may overlap; each token counts once.
    let covered = |d: &Document| -> usize {
        let mut until = 0;
        let mut count = 0;
        for span in &d.spans {
            let from = d.tokens.partition_point(|t| t.1 <= span.start).max(until);
            let to = d.tokens.partition_point(|t| t.0 < span.end);
            count += to.saturating_sub(from);
            until = until.max(to);
        }
        count
    };
    SplitStatistics {
        split,
        sentences: counts.sentences,
        tokens: counts.tokens,
        spans_by_label: counts.labels,
        tokens_in_spans: documents.clone().map(|d| covered(d)).sum(),
        done: documents.flat_map(|d| d.reviews.iter()).filter(|(_, m)| m.done).count(),
    }
}

/// Returns the texts of the spans of a document, with their labels.
pub(super) fn span_texts(d: &Document) -> impl Iterator<Item = (&str, LabelId)> {
    d.spans.iter().map(|s| (&d.text[s.start as usize..s.end as usize], s.label))
}

fn surface_form(text: &str, mut labels: Vec<(LabelId, usize)>) -> SurfaceForm {
    labels.sort_by_key(|(label, n)| (std::cmp::Reverse(*n), *label));
    SurfaceForm { text: text.to_owned(), labels }
}

fn train_overlap(corpus: &Corpus) -> Vec<TrainOverlap> {
    let parts = corpus.separate_splits();
    let of = |split: Split| parts.documents.iter().filter(move |d| d.splits.contains(split));
    let tokens = |split| of(split).flat_map(|d| (0..d.tokens.len()).map(|t| d.token(t))).collect::<HashSet<&str>>();
    let surfaces = |split| of(split).flat_map(|d| span_texts(d).map(|(text, _)| text)).collect::<HashSet<&str>>();
    let (known_tokens, known_surfaces) = (tokens(Split::Train), surfaces(Split::Train));
    let share = |known: &HashSet<&str>, here: &HashSet<&str>| {
        here.iter().filter(|t| known.contains(*t)).count() as f64 / here.len().max(1) as f64
    };
    let others = corpus.splits().into_iter().filter(|s| *s != Split::Train && !known_tokens.is_empty());
    others
        .map(|split| TrainOverlap {
            split,
            vocabulary: share(&known_tokens, &tokens(split)),
            surface_forms: share(&known_surfaces, &surfaces(split)),
        })
        .collect()
}

fn find_near_duplicates(corpus: &Corpus) -> Option<NearDuplicates> {
    let long = |id: &SentenceId| {
        corpus.document(id.document).sentence_range(id.sentence as usize).len() >= MIN_TOKENS_FOR_DUPLICATES
    };
    let single_sentence_groups: Vec<Vec<SentenceId>> =
        corpus.sentences(None).into_iter().filter(long).map(|id| vec![id]).collect();
    if single_sentence_groups.len() > MAX_SENTENCES_FOR_DUPLICATES {
        return None;
    }
    let split = |unit: usize| corpus.split_of(single_sentence_groups[unit][0]);
    let mut found = NearDuplicates::default();
    for group in find_groups(corpus, &single_sentence_groups) {
        found.n_sentences += group.len() - 1;
        let held_out = group.iter().find(|unit| split(**unit) != Split::Train);
        if let Some(duplicate) = held_out {
            let trained = group.iter().filter(|unit| split(**unit) == Split::Train);
            found
                .leakage_pairs
                .extend(trained.map(|unit| (single_sentence_groups[*unit][0], single_sentence_groups[*duplicate][0])));
        }
    }
    found.leakage_pairs.sort_unstable();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DocumentBuilder, LabelSet, TokenSpan};
    use std::sync::Arc;

    /// Builds a corpus of sentences such as `Oslo/LOC is`, with one document per split.
    fn corpus(splits: &[(Split, &[&str])]) -> Corpus {
        let mut labels = LabelSet::default();
        let documents = splits.iter().map(|(split, sentences)| {
            let mut builder = DocumentBuilder::new(*split, 0, 0, 0);
            for sentence in *sentences {
                let mut spans = Vec::new();
                for (i, word) in sentence.split(' ').enumerate() {
                    let (word, label) = word.split_once('/').map_or((word, None), |(w, l)| (w, Some(l)));
                    builder.push_token(word, []);
                    spans.extend(
                        label.and_then(|l| Some(TokenSpan { start: i, end: i + 1, label: labels.intern(l).ok()? })),
                    );
                }
                builder.end_sentence(&spans);
            }
            Arc::new(builder.into_document())
        });
        let documents = documents.collect();
        Corpus { documents, labels, ..Corpus::default() }
    }

    #[test]
    fn statistics_count_dataset() {
        let train =
            ["Oslo/LOC is a town", "Ada/PER likes Oslo/LOC and Oslo/PER too", "rain fell on the old town all day"];
        let test = ["Rain fell on the old town all day", "Oslo/LOC and Bergen/LOC"];
        let s = Statistics::compute(&corpus(&[(Split::Train, &train), (Split::Test, &test)]));
        assert_eq!(
            s.splits.iter().map(|x| (x.sentences, x.tokens, x.tokens_in_spans)).collect::<Vec<_>>(),
            [(3, 18, 4), (2, 11, 2)]
        );
        assert_eq!(s.splits[0].spans_by_label, [2, 2]);
        assert_eq!((s.span_lengths[0], s.sentence_lengths[0]), (6, 5));
        assert_eq!((s.surface_forms[0].text.as_str(), s.surface_forms[0].count()), ("Oslo", 4));
        assert_eq!(
            s.ambiguous_forms,
            [SurfaceForm { text: "Oslo".into(), labels: vec![(LabelId::new(0), 3), (LabelId::new(1), 1)] }]
        );
        assert_eq!((s.train_overlap[0].surface_forms, s.train_overlap[0].split), (0.5, Split::Test));
        let leak = (SentenceId { document: 0, sentence: 2 }, SentenceId { document: 1, sentence: 0 });
        assert_eq!(s.near_duplicates, Some(NearDuplicates { n_sentences: 1, leakage_pairs: vec![leak] }));
    }

    #[test]
    fn empty_corpus_has_empty_statistics() {
        let s = Statistics::compute(&Corpus::default());
        assert!(s.splits.is_empty() && s.surface_forms.is_empty() && s.train_overlap.is_empty());
    }
}
