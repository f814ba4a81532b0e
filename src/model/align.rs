//! Alignment of a sentence's tags to its subwords, as training uses them.

use super::ModelError;
use super::batch::IGNORE_INDEX;
use super::config::TagSet;
use super::tokenizer::{SubwordEncoding, SubwordTokenizer};

/// One sentence, prepared for training or evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// Subwords, truncated to the maximum length.
    pub encoding: SubwordEncoding,
    /// Tag id of each subword, or -100 if the loss ignores it.
    pub tag_ids: Vec<i32>,
    /// Number of words without a subword (zero-width characters, control characters).
    pub n_tokens_without_subwords: usize,
    /// Number of words whose first subword is beyond the maximum length.
    pub n_truncated_tokens: usize,
}

/// Options for the alignment of tags to subwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlignmentOptions {
    /// If true, later subwords of a word get its `I-` tag (the default; `--label_all_tokens` of `run_ner.py`). If
    /// false, they get -100 (the default of `run_ner.py`).
    pub label_all_subwords: bool,
    /// Maximum sentence length in subwords, including special tokens.
    pub max_length: usize,
}

/// Aligns one sentence. `tags` are ids in `tag_set`, one per word.
///
/// # Errors
/// Returns an error if the tokenizer fails.
pub fn align(
    tokenizer: &SubwordTokenizer,
    words: &[&str],
    tags: &[usize],
    tag_set: &TagSet,
    options: AlignmentOptions,
) -> Result<Alignment, ModelError> {
    let all = tokenizer.encode_words(words)?;
    let kept = all.windows(options.max_length, 0).swap_remove(0);
    let subwords = select(&all, &kept);
    let mut labels = Vec::with_capacity(subwords.len());
    let mut previous = None;
    for word in &subwords.word_ids {
        labels.push(match word {
            None => IGNORE_INDEX,
            Some(word) if previous != Some(*word) => tags[*word as usize] as i32,
            Some(word) if options.label_all_subwords => inside_tag_id(tags[*word as usize], tag_set) as i32,
            Some(_) => IGNORE_INDEX,
        });
        previous = *word;
    }
    let reached = |subwords: &SubwordEncoding| {
        let mut words: Vec<u32> = subwords.word_ids.iter().flatten().copied().collect();
        words.dedup();
        words.len()
    };
    let (with_subwords, seen) = (reached(&all), reached(&subwords));
    Ok(Alignment {
        encoding: subwords,
        tag_ids: labels,
        n_tokens_without_subwords: words.len() - with_subwords,
        n_truncated_tokens: with_subwords - seen,
    })
}

/// Returns the id of `I-X` for the id of `B-X`, and any other id unchanged.
fn inside_tag_id(tag: usize, tags: &TagSet) -> usize {
    let inside = tags.names[tag].strip_prefix("B-").and_then(|label| tags.id(&format!("I-{label}")));
    inside.unwrap_or(tag)
}

/// Returns the subwords at these indices.
fn select(subwords: &SubwordEncoding, indices: &[usize]) -> SubwordEncoding {
    SubwordEncoding {
        ids: indices.iter().map(|i| subwords.ids[*i]).collect(),
        tokens: indices.iter().map(|i| subwords.tokens[*i].clone()).collect(),
        word_ids: indices.iter().map(|i| subwords.word_ids[*i]).collect(),
        offsets: indices.iter().map(|i| subwords.offsets[*i]).collect(),
        special_tokens_mask: indices.iter().map(|i| subwords.special_tokens_mask[*i]).collect(),
    }
}
