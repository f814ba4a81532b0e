//! Train, dev and test made from a corpus: stratified by label, by whole documents, and never with near-duplicates apart.
//!
//! The groups of what is nearly the same are dealt out by iterative stratification (Sechidis et al. 2011): the rarest label
//! first, each group to the split that lacks most of it.

use super::document::{Document, DocumentBuilder, Split};
use super::near_duplicates::find_groups;
use super::scheme::TokenSpan;
use super::store::{Corpus, SentenceId};
use super::to_u32::to_u32;
use std::sync::Arc;

/// How much goes where, and the seed that deals. What is neither dev nor test is train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitRatios {
    /// Share of dev, 0 to 1.
    pub dev: f64,
    /// Share of test, 0 to 1; both together below 1.
    pub test: f64,
    /// Which of the many ways to deal.
    pub seed: u64,
}

/// What was found on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitReport {
    /// Units that were dealt out: documents, or sentences where there are too few documents.
    pub n_items: usize,
    /// Units that are nearly the same as another one, and went with it.
    pub n_near_duplicates: usize,
    /// Whether the units are documents.
    pub by_document: bool,
}

/// Fewer documents than this are parted by sentences.
const MIN_DOCUMENTS: usize = 10;
/// The corpus with splits made anew; its old ones are forgotten.
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

/// Sentences as one document of a split; `None` without any.
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

/// What a group has.
struct LabelCounts {
    /// Spans of each label.
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

/// A split for each unit.
fn assign_splits(corpus: &Corpus, units: &[Vec<SentenceId>], groups: &[Vec<usize>], shares: SplitRatios) -> Vec<Split> {
    let contents: Vec<LabelCounts> = groups.iter().map(|g| count_labels(corpus, units, g)).collect();
    let total_of = |label: usize| contents.iter().map(|c| c.labels[label]).sum::<usize>();
    let total = contents.iter().map(|c| c.sentences).sum::<usize>();
    let share = [(1.0 - shares.dev - shares.test).max(0.0), shares.dev, shares.test];
    // What each split still lacks: of each label, and of sentences.
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
    // The last round is for groups without any label: by sentences.
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
