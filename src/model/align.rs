//! A sentence's tags on its word pieces, exactly as the trainer sees them.

use super::ModelError;
use super::batch::IGNORED;
use super::config::TagSet;
use super::tokenizer::{PieceTokenizer, Pieces};

/// One sentence ready for training or evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// Its pieces, cut to the allowed length.
    pub pieces: Pieces,
    /// Tag id of every piece, or -100 where the loss does not look.
    pub labels: Vec<i32>,
    /// Words that gave no piece (zero-width characters, control characters).
    pub empty_words: usize,
    /// Words whose first piece lies past the allowed length.
    pub cut_words: usize,
}

/// How tags go onto pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Later pieces of a word carry its I- form (the book); else -100 (`run_ner.py`).
    pub label_all_pieces: bool,
    /// Pieces a sentence may have, special ones included.
    pub max_length: usize,
}

/// Aligns one sentence: `tags` are ids in `tag_set`, one a word.
///
/// # Errors
/// When the tokenizer fails.
pub fn align(
    tokenizer: &PieceTokenizer,
    words: &[&str],
    tags: &[usize],
    tag_set: &TagSet,
    rule: Rule,
) -> Result<Alignment, ModelError> {
    let all = tokenizer.words(words)?;
    let kept = all.windows(rule.max_length, 0).swap_remove(0);
    let pieces = pick(&all, &kept);
    let mut labels = Vec::with_capacity(pieces.len());
    let mut previous = None;
    for word in &pieces.words {
        labels.push(match word {
            None => IGNORED,
            Some(word) if previous != Some(*word) => tags[*word as usize] as i32,
            Some(word) if rule.label_all_pieces => inside_form(tags[*word as usize], tag_set) as i32,
            Some(_) => IGNORED,
        });
        previous = *word;
    }
    let reached = |pieces: &Pieces| {
        let mut words: Vec<u32> = pieces.words.iter().flatten().copied().collect();
        words.dedup();
        words.len()
    };
    let (with_pieces, seen) = (reached(&all), reached(&pieces));
    Ok(Alignment { pieces, labels, empty_words: words.len() - with_pieces, cut_words: with_pieces - seen })
}

/// The id of `I-X` for the id of `B-X`; any other id is its own.
fn inside_form(tag: usize, tags: &TagSet) -> usize {
    let inside = tags.names[tag].strip_prefix("B-").and_then(|label| tags.id(&format!("I-{label}")));
    inside.unwrap_or(tag)
}

/// The pieces at these indices.
fn pick(pieces: &Pieces, indices: &[usize]) -> Pieces {
    Pieces {
        ids: indices.iter().map(|i| pieces.ids[*i]).collect(),
        texts: indices.iter().map(|i| pieces.texts[*i].clone()).collect(),
        words: indices.iter().map(|i| pieces.words[*i]).collect(),
        offsets: indices.iter().map(|i| pieces.offsets[*i]).collect(),
        special: indices.iter().map(|i| pieces.special[*i]).collect(),
    }
}
