//! What a model would label in sentences of a dataset.

use super::tagger::{Tagger, argmax, softmax};
use crate::corpus::{Corpus, SentenceId};
use crate::eval::seqeval::entities;
use crate::model::ModelError;
use crate::model::tokenizer::SubwordEncoding;
use std::ops::Range;

/// An entity that a model would label.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Words of the sentence.
    pub words: Range<usize>,
    /// The entity type, as the model calls it.
    pub label: String,
    /// How sure the model is: the mean over its words of their tag's probability, from 0 to 1.
    pub score: f32,
}

/// Proposals by sentence; sentences without any are left out.
pub type SuggestionsBySentence = Vec<(SentenceId, Vec<Suggestion>)>;

/// Sentences read between two looks at whether to go on; the scores of so many are in memory.
const CHUNK_SENTENCES: usize = 1024;

/// The entities that a model sees in these sentences. A word has its first piece's tag, as in training and scoring; long sentences
/// are read in windows. `watch` is told how many sentences are done and answers whether to go on; when it does not, those done are
/// the answer. How many were read, and what was found in them.
///
/// # Errors
/// The tokenizer's and candle's.
pub fn suggest(
    tagger: &Tagger,
    corpus: &Corpus,
    sentences: &[SentenceId],
    mut watch: impl FnMut(usize) -> bool,
) -> Result<(usize, SuggestionsBySentence), ModelError> {
    let (mut read, mut found) = (0, Vec::new());
    for (number, part) in sentences.chunks(CHUNK_SENTENCES).enumerate() {
        let words: Vec<Vec<&str>> =
            part.iter().map(|s| corpus.document(s.document).sentence_tokens(s.sentence as usize)).collect();
        let pieces: Vec<SubwordEncoding> =
            words.iter().map(|w| tagger.tokenizer.encode_words(w)).collect::<Result<_, _>>()?;
        let mut go_on = true;
        let logits = tagger.subword_logits(&pieces, |done| {
            go_on = watch(number * CHUNK_SENTENCES + done.min(part.len()));
            go_on
        })?;
        if !go_on {
            break;
        }
        read += part.len();
        for (((id, words), pieces), logits) in part.iter().zip(&words).zip(&pieces).zip(&logits) {
            let proposals = suggest_sentence(tagger, words.len(), pieces, logits);
            if !proposals.is_empty() {
                found.push((*id, proposals));
            }
        }
    }
    Ok((read, found))
}

fn suggest_sentence(tagger: &Tagger, words: usize, pieces: &SubwordEncoding, logits: &[f32]) -> Vec<Suggestion> {
    let outside = tagger.tags.id("O").unwrap_or(0);
    // Tag and probability of every word; a word without a piece is `O`.
    let mut tags = vec![(outside, 1.0); words];
    let mut previous = None;
    for (word, row) in pieces.words.iter().zip(logits.chunks_exact(tagger.tags.len())) {
        if let Some(word) = word
            && previous != Some(*word)
        {
            let tag = argmax(row);
            tags[*word as usize] = (tag, softmax(row)[tag]);
        }
        previous = *word;
    }
    let names: Vec<&str> = tags.iter().map(|(tag, _)| tagger.tags.names[*tag].as_str()).collect();
    let mean = |words: Range<usize>| tags[words.clone()].iter().map(|(_, p)| p).sum::<f32>() / words.len() as f32;
    entities(&names)
        .into_iter()
        .map(|e| Suggestion { words: e.start..e.end, label: e.label.to_owned(), score: mean(e.start..e.end) })
        .collect()
}
