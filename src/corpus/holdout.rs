//! Automatic dev split for datasets without one: a tenth of the training documents, selected by seed.

use super::split::Split;
use super::store::{Corpus, SentenceId};

/// Share of the training documents that is held out if a dataset has no dev split.
pub const DEFAULT_HOLDOUT_RATIO: f64 = 0.1;

/// Training sentences and held-out sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdout {
    /// Sentences for training.
    pub train: Vec<SentenceId>,
    /// Sentences for choosing the best epoch.
    pub dev: Vec<SentenceId>,
    /// Number of held-out items and number of all items (documents, or sentences of a single document). `None` if the
    /// dataset has its own dev split.
    pub n_held_out: Option<(usize, usize)>,
}

/// Returns the dev split of the corpus, or holds out about `share` of the training documents, see [`hold_out`].
pub fn holdout(corpus: &Corpus, share: f64, seed: u64) -> Holdout {
    let train = corpus.sentences(Some(Split::Train));
    let dev = corpus.sentences(Some(Split::Dev));
    if dev.is_empty() { hold_out(train, share, seed) } else { Holdout { train, dev, n_held_out: None } }
}

/// Holds out about `share` of the documents of these sentences; sentences, if they are of one document.
pub fn hold_out(train: Vec<SentenceId>, share: f64, seed: u64) -> Holdout {
    let mut documents: Vec<u32> = train.iter().map(|s| s.document).collect();
    documents.dedup();
    let by_document = documents.len() > 1;
    let unit = |s: &SentenceId| if by_document { u64::from(s.document) } else { u64::from(s.sentence) };
    let mut units: Vec<u64> = train.iter().map(unit).collect();
    units.dedup();
    units.sort_by_key(|u| splitmix64(seed ^ splitmix64(*u)));
    #[allow(clippy::cast_possible_truncation, reason = "a share of a count is below it")]
    let wanted = ((units.len() as f64 * share).round() as usize).clamp(usize::from(units.len() > 1), units.len());
    let held: std::collections::HashSet<u64> = units[..wanted].iter().copied().collect();
    let (dev, train) = train.into_iter().partition(|s| held.contains(&unit(s)));
    Holdout { train, dev, n_held_out: Some((wanted, units.len())) }
}

/// Finalizer of SplitMix64 (Steele et al. 2014): maps consecutive numbers to a pseudorandom order.
pub(crate) fn splitmix64(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
