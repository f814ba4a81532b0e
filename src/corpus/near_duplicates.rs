//! Detection of near-duplicates.
//!
//! MinHash (Broder 1997) over three-word shingles with locality-sensitive bands finds candidates, which are then
//! compared exactly.

use super::holdout::splitmix64;
use super::store::{Corpus, SentenceId};
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Number of hashes of a MinHash signature, in bands of [`ROWS_PER_BAND`].
const NUM_HASHES: usize = 32;
const ROWS_PER_BAND: usize = 4;
/// Minimum Jaccard similarity of the shingles of two near-duplicates.
const JACCARD_THRESHOLD: f64 = 0.8;

/// Groups the units: near-duplicates are in the same group.
pub fn find_groups(corpus: &Corpus, units: &[Vec<SentenceId>]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..units.len()).collect();
    let mut bands: HashMap<(usize, u64), usize> = HashMap::new();
    for (unit, sentences) in units.iter().enumerate() {
        let shingles = shingles(corpus, sentences);
        for (band, rows) in signature(&shingles).chunks(ROWS_PER_BAND).enumerate() {
            let other = *bands.entry((band, hash(&rows))).or_insert(unit);
            if find_root(&mut leader, other) != find_root(&mut leader, unit)
                && is_near_duplicate(&shingles, &self::shingles(corpus, &units[other]))
            {
                let (a, b) = (find_root(&mut leader, other), find_root(&mut leader, unit));
                leader[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    for unit in 0..units.len() {
        groups[find_root(&mut leader, unit)].push(unit);
    }
    groups.retain(|g| !g.is_empty());
    groups
}

/// Returns the root of the group of a unit, with path halving (union-find).
fn find_root(leader: &mut [usize], mut unit: usize) -> usize {
    while leader[unit] != unit {
        leader[unit] = leader[leader[unit]];
        unit = leader[unit];
    }
    unit
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns the hashes of all sequences of three words, in lower case and with all digits replaced by `0`.
///
/// A shorter unit has one shingle.
fn shingles(corpus: &Corpus, sentences: &[SentenceId]) -> BTreeSet<u64> {
    let plain = |word: &str| -> u64 {
        let letters = word.chars().flat_map(char::to_lowercase).map(|c| if c.is_numeric() { '0' } else { c });
        hash(&letters.collect::<String>())
    };
    let words: Vec<u64> = sentences
        .iter()
        .flat_map(|id| corpus.document(id.document).sentence_tokens(id.sentence as usize))
        .map(plain)
        .collect();
    words.windows(3.min(words.len()).max(1)).map(|w| hash(&w)).collect()
}

/// Returns the MinHash signature: the smallest shingle hash under each of [`NUM_HASHES`] pseudorandom orders.
fn signature(shingles: &BTreeSet<u64>) -> Vec<u64> {
    let least = |order: u64| shingles.iter().map(|s| splitmix64(s ^ splitmix64(order))).min();
    (0..NUM_HASHES as u64).map(|order| least(order).unwrap_or(0)).collect()
}

fn is_near_duplicate(a: &BTreeSet<u64>, b: &BTreeSet<u64>) -> bool {
    let common = a.intersection(b).count();
    common as f64 >= JACCARD_THRESHOLD * (a.len() + b.len() - common) as f64
}
