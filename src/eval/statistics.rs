//! A dataset in numbers: what it holds by split, how long things are, what its entities are called, what was seen in training.

use crate::corpus::near_duplicates::find_groups;
use crate::corpus::{Corpus, Document, LabelId, SentenceId, Split};
use std::collections::{HashMap, HashSet};

/// All numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Of each split that has documents, in order.
    pub splits: Vec<SplitStatistics>,
    /// Spans of one word, of two, ...; the last counts all longer ones too.
    pub span_lengths: Vec<usize>,
    /// Sentences of 1 to 10 words, 11 to 20, ...; the last counts all longer ones too.
    pub sentence_lengths: Vec<usize>,
    /// Documents of each label of whole documents.
    pub doc_labels: Vec<usize>,
    /// The texts of spans, the most frequent first.
    pub surface_forms: Vec<SurfaceForm>,
    /// Texts that carry several labels, the most contested first.
    pub ambiguous_forms: Vec<SurfaceForm>,
    /// Of dev and test: how much of them stands in train.
    pub train_overlap: Vec<TrainOverlap>,
    /// Sentences that are nearly the same as an earlier one; `None` where there are too many to compare.
    pub near_duplicates: Option<NearDuplicates>,
}

/// One split.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitStatistics {
    /// Which.
    pub split: Split,
    /// Sentences.
    pub sentences: usize,
    /// Words.
    pub tokens: usize,
    /// Spans by label.
    pub labels: Vec<usize>,
    /// Words inside a span.
    pub tokens_in_spans: usize,
    /// Sentences that are done.
    pub done: usize,
}

impl SplitStatistics {
    /// How many spans a label has here.
    pub fn count(&self, label: LabelId) -> usize {
        self.labels.get(usize::from(label)).copied().unwrap_or(0)
    }
}

/// A text that is a span, and how often with which label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceForm {
    /// The words.
    pub text: String,
    /// Labels with their counts, the most frequent first.
    pub labels: Vec<(LabelId, usize)>,
}

impl SurfaceForm {
    /// How often it is a span.
    pub fn count(&self) -> usize {
        self.labels.iter().map(|(_, n)| n).sum()
    }

    /// How often it has another label than its most frequent one.
    pub fn minority_count(&self) -> usize {
        self.labels.iter().skip(1).map(|(_, n)| n).sum()
    }
}

/// How much of a split stands in train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainOverlap {
    /// Which split.
    pub split: Split,
    /// Share of its different words, 0 to 1.
    pub vocabulary: f64,
    /// Share of its different spans' texts, 0 to 1.
    pub surface_forms: f64,
}

/// Sentences that are nearly the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearDuplicates {
    /// How many have an earlier twin in any split.
    pub n_sentences: usize,
    /// Those of train that have a twin in dev or test, with the twin.
    pub leakage_pairs: Vec<(SentenceId, SentenceId)>,
}

/// Longer spans are counted together.
const MAX_SPAN_LEN_BUCKET: usize = 8;
/// Longer sentences are counted together, in tens of words.
const N_LENGTH_BUCKETS: usize = 8;
/// So many surfaces are listed.
const MAX_LISTED: usize = 200;
/// Shorter sentences are the same by chance.
const MIN_TOKENS: usize = 5;
/// Of more sentences duplicates are not looked for: it would take minutes.
const MAX_SENTENCES_FOR_DUPLICATES: usize = 300_000;

impl Statistics {
    /// How many spans a label has in all splits.
    pub fn total(&self, label: LabelId) -> usize {
        self.splits.iter().map(|s| s.count(label)).sum()
    }

    /// Counts a corpus.
    pub fn compute(corpus: &Corpus) -> Self {
        let mut statistics = Self {
            splits: corpus.splits().into_iter().map(|split| split_statistics(corpus, split)).collect(),
            span_lengths: vec![0; MAX_SPAN_LEN_BUCKET],
            sentence_lengths: vec![0; N_LENGTH_BUCKETS],
            doc_labels: vec![0; corpus.doc_labels.len()],
            ..Self::default()
        };
        let mut surfaces: HashMap<&str, Vec<(LabelId, usize)>> = HashMap::new();
        for d in &corpus.documents {
            d.doc_labels.iter().for_each(|class| statistics.doc_labels[usize::from(*class)] += 1);
            for sentence in 0..d.len() {
                let words = d.sentence_range(sentence).len();
                statistics.sentence_lengths[(words.saturating_sub(1) / 10).min(N_LENGTH_BUCKETS - 1)] += 1;
                for span in d.to_token_spans(sentence) {
                    statistics.span_lengths[(span.end - span.start - 1).min(MAX_SPAN_LEN_BUCKET - 1)] += 1;
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
    let documents = corpus.documents.iter().filter(|d| d.split == split);
    // Spans may overlap: each word counts once.
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
        labels: counts.labels,
        tokens_in_spans: documents.clone().map(|d| covered(d)).sum(),
        done: documents.flat_map(|d| d.reviews.iter()).filter(|(_, m)| m.done).count(),
    }
}

/// The texts of a document's spans, with their labels.
pub(super) fn span_texts(d: &Document) -> impl Iterator<Item = (&str, LabelId)> {
    d.spans.iter().map(|s| (&d.text[s.start as usize..s.end as usize], s.label))
}

fn surface_form(text: &str, mut labels: Vec<(LabelId, usize)>) -> SurfaceForm {
    labels.sort_by_key(|(label, n)| (std::cmp::Reverse(*n), *label));
    SurfaceForm { text: text.to_owned(), labels }
}

fn train_overlap(corpus: &Corpus) -> Vec<TrainOverlap> {
    let of = |split: Split| corpus.documents.iter().filter(move |d| d.split == split);
    let words = |split| of(split).flat_map(|d| (0..d.tokens.len()).map(|t| d.token(t))).collect::<HashSet<&str>>();
    let surfaces = |split| of(split).flat_map(|d| span_texts(d).map(|(text, _)| text)).collect::<HashSet<&str>>();
    let (known_words, known_surfaces) = (words(Split::Train), surfaces(Split::Train));
    let share = |known: &HashSet<&str>, here: &HashSet<&str>| {
        here.iter().filter(|w| known.contains(*w)).count() as f64 / here.len().max(1) as f64
    };
    let others = corpus.splits().into_iter().filter(|s| *s != Split::Train && !known_words.is_empty());
    others
        .map(|split| TrainOverlap {
            split,
            vocabulary: share(&known_words, &words(split)),
            surface_forms: share(&known_surfaces, &surfaces(split)),
        })
        .collect()
}

fn find_near_duplicates(corpus: &Corpus) -> Option<NearDuplicates> {
    let long = |id: &SentenceId| corpus.document(id.document).sentence_range(id.sentence as usize).len() >= MIN_TOKENS;
    let units: Vec<Vec<SentenceId>> = corpus.sentences(None).into_iter().filter(long).map(|id| vec![id]).collect();
    if units.len() > MAX_SENTENCES_FOR_DUPLICATES {
        return None;
    }
    let split = |unit: usize| corpus.document(units[unit][0].document).split;
    let mut found = NearDuplicates::default();
    for group in find_groups(corpus, &units) {
        found.n_sentences += group.len() - 1;
        let held_out = group.iter().find(|unit| split(**unit) != Split::Train);
        if let Some(twin) = held_out {
            let trained = group.iter().filter(|unit| split(**unit) == Split::Train);
            found.leakage_pairs.extend(trained.map(|unit| (units[*unit][0], units[*twin][0])));
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

    /// Sentences as `Oslo/LOC is`, each split a document.
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
    fn a_dataset_is_counted() {
        let train =
            ["Oslo/LOC is a town", "Ada/PER likes Oslo/LOC and Oslo/PER too", "rain fell on the old town all day"];
        let test = ["Rain fell on the old town all day", "Oslo/LOC and Bergen/LOC"];
        let s = Statistics::compute(&corpus(&[(Split::Train, &train), (Split::Test, &test)]));
        assert_eq!(
            s.splits.iter().map(|x| (x.sentences, x.tokens, x.tokens_in_spans)).collect::<Vec<_>>(),
            [(3, 18, 4), (2, 11, 2)]
        );
        assert_eq!(s.splits[0].labels, [2, 2]);
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
    fn an_empty_corpus_has_no_numbers() {
        let s = Statistics::compute(&Corpus::default());
        assert!(s.splits.is_empty() && s.surface_forms.is_empty() && s.train_overlap.is_empty());
    }
}
