//! Stratified splitting into train, dev and test. Documents stay whole. Near-duplicates go to the same split.
//!
//! Groups of near-duplicates are assigned by iterative stratification (Sechidis et al. 2011). The rarest label is
//! processed first, and each group goes to the split that lacks most spans of this label.

use super::document::{Document, DocumentBuilder, Split};
use super::near_duplicates::find_groups;
use super::scheme::TokenSpan;
use super::store::{Corpus, SentenceId};
use super::to_u32::to_u32;
use std::sync::Arc;

/// Shares of dev and test, and the seed. The remaining share is train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitRatios {
    /// Share of dev, from 0 to 1.
    pub dev: f64,
    /// Share of test, from 0 to 1. The sum of both shares is below 1.
    pub test: f64,
    /// Seed of the order in which groups are assigned.
    pub seed: u64,
}

/// Statistics of a split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitReport {
    /// Number of items that were assigned: documents, or sentences if there are fewer than ten documents.
    pub n_items: usize,
    /// Number of items that followed a near-duplicate into its split.
    pub n_near_duplicates: usize,
    /// True if the items are documents.
    pub by_document: bool,
}

/// Minimum number of documents for splitting by documents. Smaller corpora are split by sentences.
const MIN_DOCUMENTS: usize = 10;
/// Returns the corpus with new splits. The old splits are ignored.
pub fn stratified_split(corpus: &Corpus, shares: SplitRatios) -> (Corpus, SplitReport) {
    let by_document = corpus.documents.len() >= MIN_DOCUMENTS;
    let units: Vec<Vec<SentenceId>> = if by_document {
        (0u32..)
            .zip(&corpus.documents)
            .map(|(document, d)| (0..to_u32(d.len())).map(|sentence| SentenceId { document, sentence }).collect())
            .collect()
    } else {
        corpus.sentences(None).into_iter().map(|id| vec![id]).collect()
    };
    let groups = find_groups(corpus, &units);
    let duplicates = units.len() - groups.len();
    let dealt = assign_splits(corpus, &units, &groups, shares);
    let documents = if by_document {
        let moved = |(d, split): (&Arc<Document>, &Split)| Arc::new(Document { split: *split, ..d.as_ref().clone() });
        let mut all: Vec<Arc<Document>> = corpus.documents.iter().zip(&dealt).map(moved).collect();
        all.sort_by_key(|d| d.split);
        all
    } else {
        let of_split = |split: Split| {
            let ids = units.iter().zip(&dealt).filter(|(_, s)| **s == split).flat_map(|(unit, _)| unit).copied();
            collect_sentences(corpus, split, ids)
        };
        Split::ALL.into_iter().filter_map(of_split).map(Arc::new).collect()
    };
    (
        Corpus { documents, ..corpus.clone() },
        SplitReport { n_items: units.len(), n_near_duplicates: duplicates, by_document },
    )
}

/// Joins sentences into one document of a split. Returns `None` if there are no sentences.
fn collect_sentences(corpus: &Corpus, split: Split, ids: impl Iterator<Item = SentenceId>) -> Option<Document> {
    let mut builder = DocumentBuilder::new(split, 0, 0, corpus.columns.len());
    for id in ids {
        let d = corpus.document(id.document);
        for token in d.sentence_range(id.sentence as usize) {
            builder
                .push_token(d.token(token), (0..corpus.columns.len()).map(|c| d.value(c, token).unwrap_or_default()));
        }
        let spans: Vec<TokenSpan> = d.to_token_spans(id.sentence as usize);
        builder.end_sentence(&spans);
    }
    (builder.sentences() > 0).then(|| builder.into_document())
}

/// Number of spans and sentences of a group.
struct LabelCounts {
    /// Number of spans by label id.
    labels: Vec<usize>,
    sentences: usize,
}

fn count_labels(corpus: &Corpus, units: &[Vec<SentenceId>], group: &[usize]) -> LabelCounts {
    let mut labels = vec![0; corpus.labels.len()];
    let sentences = group.iter().flat_map(|unit| &units[*unit]);
    for id in sentences.clone() {
        let d = corpus.document(id.document);
        d.spans[d.span_range(id.sentence as usize)].iter().for_each(|s| labels[usize::from(s.label)] += 1);
    }
    LabelCounts { labels, sentences: sentences.count() }
}

/// Returns the split of each unit.
fn assign_splits(corpus: &Corpus, units: &[Vec<SentenceId>], groups: &[Vec<usize>], shares: SplitRatios) -> Vec<Split> {
    let contents: Vec<LabelCounts> = groups.iter().map(|g| count_labels(corpus, units, g)).collect();
    let total_of = |label: usize| contents.iter().map(|c| c.labels[label]).sum::<usize>();
    let total = contents.iter().map(|c| c.sentences).sum::<usize>();
    let share = [(1.0 - shares.dev - shares.test).max(0.0), shares.dev, shares.test];
    // Missing numbers of each split: of spans by label, then of sentences.
    let labels = corpus.labels.len();
    let mut lacks: Vec<Vec<f64>> = share
        .iter()
        .map(|s| {
            let of_label = |label: usize| total_of(label) as f64 * s;
            (0..labels).map(of_label).chain([total as f64 * s]).collect()
        })
        .collect();
    let mut rarest: Vec<usize> = (0..labels).collect();
    rarest.sort_by_key(|label| total_of(*label));
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|g| super::holdout::splitmix64(shares.seed ^ super::holdout::splitmix64(*g as u64)));
    let mut split_of_group: Vec<Option<usize>> = vec![None; groups.len()];
    // The last pass assigns groups without labels, by number of sentences.
    for what in rarest.into_iter().chain([labels]) {
        for &group in &order {
            let LabelCounts { labels: of_labels, sentences } = &contents[group];
            let has = if what == labels { *sentences } else { of_labels[what] };
            if has == 0 || split_of_group[group].is_some() {
                continue;
            }
            let wants = |split: &usize| (lacks[*split][what], lacks[*split][labels]);
            let candidates = (0..3).filter(|s| share[*s] > 0.0);
            let chosen = candidates.max_by(|a, b| wants(a).partial_cmp(&wants(b)).unwrap_or(std::cmp::Ordering::Equal));
            let Some(chosen) = chosen else { continue };
            split_of_group[group] = Some(chosen);
            for (label, n) in of_labels.iter().enumerate() {
                lacks[chosen][label] -= *n as f64;
            }
            lacks[chosen][labels] -= *sentences as f64;
        }
    }
    let mut splits = vec![Split::Train; units.len()];
    for (group, split) in groups.iter().zip(split_of_group) {
        group.iter().for_each(|unit| splits[*unit] = Split::ALL[split.unwrap_or(0)]);
    }
    splits
}
