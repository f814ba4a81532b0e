//! Splitting into train, dev and test.
//!
//! Groups of near-duplicates are assigned by iterative stratification (Sechidis et al. 2011). The rarest label is
//! processed first, and each group goes to the split that lacks most spans of this label.

use super::edit::Edit;
use super::edit_title::{EditTitle, EditTitleKind};
use super::holdout::splitmix64;
use super::near_duplicates::find_groups;
use super::split::Split;
use super::store::{Corpus, SentenceId};

/// Unit that is assigned to a split as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitUnit {
    /// Documents.
    Document,
    /// Sentences.
    Sentence,
}

impl SplitUnit {
    /// Returns the unit for a corpus: documents, or sentences if there are fewer than ten documents.
    pub fn suggested(corpus: &Corpus) -> Self {
        const MIN_DOCUMENTS: usize = 10;
        if corpus.documents.len() >= MIN_DOCUMENTS { Self::Document } else { Self::Sentence }
    }
}

/// Options of a new assignment of all sentences to splits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitOptions {
    /// Share of dev, from 0 to 1.
    pub dev: f64,
    /// Share of test, from 0 to 1. The sum of both shares is below 1, and the remaining share is train.
    pub test: f64,
    /// Seed of the order in which groups are assigned.
    pub seed: u64,
    /// Unit that is assigned as a whole.
    pub unit: SplitUnit,
    /// True if each split gets its share of the spans of each label.
    pub is_stratified: bool,
    /// True if near-duplicates go to the same split.
    pub keeps_near_duplicates: bool,
}

/// Parses the percentages of train, dev and test, for example `80/10/10`. Returns shares from 0 to 1 that sum to 1.
///
/// Returns `None` for anything else, and if train has no share.
pub fn parse_shares(text: &str) -> Option<[f64; 3]> {
    let numbers: Option<Vec<f64>> = text.split('/').map(|number| number.trim().parse().ok()).collect();
    let shares: [f64; 3] = numbers?.try_into().ok()?;
    let fits = shares.iter().all(|n| *n >= 0.0) && (shares.iter().sum::<f64>() - 100.0).abs() < 0.01 && shares[0] > 0.0;
    fits.then(|| shares.map(|n| n / 100.0))
}

/// New splits of a corpus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewSplits {
    /// Number of assigned units.
    pub n_units: usize,
    /// Number of units that followed a near-duplicate into its split.
    pub n_near_duplicates: usize,
    /// The change; `None` if all sentences are in their splits already.
    pub edit: Option<Edit>,
}

/// Assigns all sentences to splits. The current splits have no effect.
pub fn assign(corpus: &Corpus, options: SplitOptions) -> NewSplits {
    let units: Vec<Vec<SentenceId>> = match options.unit {
        SplitUnit::Document => {
            let ids = corpus.sentences(None);
            ids.chunk_by(|a, b| a.document == b.document).map(<[SentenceId]>::to_vec).collect()
        }
        SplitUnit::Sentence => corpus.sentences(None).into_iter().map(|id| vec![id]).collect(),
    };
    let groups = if options.keeps_near_duplicates {
        find_groups(corpus, &units)
    } else {
        (0..units.len()).map(|unit| vec![unit]).collect()
    };
    let splits = splits_of_units(corpus, &units, &groups, options);
    let moves = units.iter().zip(splits).flat_map(|(unit, split)| unit.iter().map(move |id| (*id, split)));
    NewSplits {
        n_units: units.len(),
        n_near_duplicates: units.len() - groups.len(),
        edit: move_edit(corpus, moves, || EditTitle::plain(EditTitleKind::SplitDataset)),
    }
}

/// Returns the edit that moves sentences to splits. `None` if all are there already.
pub fn move_edit(
    corpus: &Corpus,
    moves: impl IntoIterator<Item = (SentenceId, Split)>,
    title: impl FnOnce() -> EditTitle,
) -> Option<Edit> {
    let moves: Vec<(SentenceId, Split)> = moves.into_iter().collect();
    let edits = moves.chunk_by(|a, b| a.0.document == b.0.document).filter_map(|moves| {
        let id = moves[0].0.document;
        let document = corpus.document(id);
        let before = document.splits.to_vec(document.len());
        let mut after = before.clone();
        moves.iter().for_each(|(id, split)| after[id.sentence as usize] = *split);
        (before != after).then_some(Edit::Splits { document: id, before, after })
    });
    let edits: Vec<Edit> = edits.collect();
    (!edits.is_empty()).then(|| Edit::Group { title: title(), edits })
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
fn splits_of_units(
    corpus: &Corpus,
    units: &[Vec<SentenceId>],
    groups: &[Vec<usize>],
    options: SplitOptions,
) -> Vec<Split> {
    let contents: Vec<LabelCounts> = groups.iter().map(|g| count_labels(corpus, units, g)).collect();
    let total_of = |label: usize| contents.iter().map(|c| c.labels[label]).sum::<usize>();
    let total = contents.iter().map(|c| c.sentences).sum::<usize>();
    let share = [(1.0 - options.dev - options.test).max(0.0), options.dev, options.test];
    // Missing numbers of each split: of spans by label, then of sentences.
    let labels = corpus.labels.len();
    let mut lacks: Vec<Vec<f64>> = share
        .iter()
        .map(|s| {
            let of_label = |label: usize| total_of(label) as f64 * s;
            (0..labels).map(of_label).chain([total as f64 * s]).collect()
        })
        .collect();
    let mut rarest: Vec<usize> = if options.is_stratified { (0..labels).collect() } else { Vec::new() };
    rarest.sort_by_key(|label| total_of(*label));
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|g| splitmix64(options.seed ^ splitmix64(*g as u64)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_that_sum_to_100() {
        let check = |text: &str, expected: Option<[f64; 3]>| assert_eq!(parse_shares(text), expected, "{text}");
        check("80/10/10", Some([0.8, 0.1, 0.1]));
        check(" 75 / 25 / 0", Some([0.75, 0.25, 0.0]));
        for text in ["", "80/20", "80/10/20", "0/50/50", "120/-10/-10", "NaN/10/10", "a/b/c", "80/10/10/0"] {
            check(text, None);
        }
    }
}
