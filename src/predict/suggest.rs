//! Label suggestions of a model for sentences of a dataset.

use super::tagger::{Tagger, argmax, softmax};
use crate::corpus::{Corpus, SentenceId};
use crate::eval::seqeval::entities;
use crate::model::ModelError;
use crate::model::tokenizer::SubwordEncoding;
use std::ops::Range;

/// Entity suggested by a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Token range in the sentence.
    pub words: Range<usize>,
    /// Entity type, as named by the model.
    pub label: String,
    /// Confidence, 0 to 1: mean probability of the predicted tags of its tokens.
    pub score: f32,
}

/// Suggestions by sentence. Sentences without suggestions are omitted.
pub type SuggestionsBySentence = Vec<(SentenceId, Vec<Suggestion>)>;

/// Number of sentences per chunk. The logits of one chunk are in memory at a time.
const CHUNK_SENTENCES: usize = 1024;

/// Returns the number of processed sentences, and the suggestions of a model for them.
///
/// A token has the tag of its first subword, as in training and evaluation. Long sentences are split into windows.
/// `watch` receives the number of completed sentences and returns true to continue. If it returns false, the result
/// contains the completed chunks.
///
/// # Errors
/// Returns an error if the tokenizer or the network fails.
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
        let subwords: Vec<SubwordEncoding> =
            words.iter().map(|w| tagger.tokenizer.encode_words(w)).collect::<Result<_, _>>()?;
        let mut should_continue = true;
        let logits = tagger.subword_logits(&subwords, |done| {
            should_continue = watch(number * CHUNK_SENTENCES + done.min(part.len()));
            should_continue
        })?;
        if !should_continue {
            break;
        }
        read += part.len();
        for (((id, words), subwords), logits) in part.iter().zip(&words).zip(&subwords).zip(&logits) {
            let proposals = suggest_sentence(tagger, words.len(), subwords, logits);
            if !proposals.is_empty() {
                found.push((*id, proposals));
            }
        }
    }
    Ok((read, found))
}

fn suggest_sentence(tagger: &Tagger, words: usize, subwords: &SubwordEncoding, logits: &[f32]) -> Vec<Suggestion> {
    let outside = tagger.tags.id("O").unwrap_or(0);
    // Tag and probability of each token. A token without subwords is `O`.
    let mut tags = vec![(outside, 1.0); words];
    let mut previous = None;
    for (word, row) in subwords.word_ids.iter().zip(logits.chunks_exact(tagger.tags.len())) {
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
