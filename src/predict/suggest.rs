//! Label suggestions of a model for sentences of a dataset.

use super::tagger::Tagger;
use super::token_predictions::{predicted_entities, token_predictions};
use crate::corpus::{Corpus, SentenceId};
use crate::eval::errors::Predictions;
use crate::model::ModelError;
use crate::model::tokenizer::SubwordEncoding;

/// Number of sentences per chunk. The logits of one chunk are in memory at a time.
const CHUNK_SENTENCES: usize = 1024;

/// Suggestions of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// Number of processed sentences.
    pub n_sentences: usize,
    /// Suggestions by sentence. Sentences without suggestions are omitted.
    pub predictions: Predictions,
    /// Number of processed tokens.
    pub n_tokens: usize,
    /// Number of subwords that are missing from the vocabulary of the model.
    pub n_unknown_tokens: usize,
}

impl Suggestions {
    /// Returns true if at least half of the tokens are unknown to the vocabulary of the model. The suggestions are then
    /// unreliable.
    pub fn are_mostly_unknown(&self) -> bool {
        self.n_unknown_tokens > 0 && 2 * self.n_unknown_tokens >= self.n_tokens
    }
}

/// Returns the suggestions of a model for these sentences.
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
) -> Result<Suggestions, ModelError> {
    let mut found = Suggestions::default();
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
        found.n_sentences += part.len();
        for (((id, words), subwords), logits) in part.iter().zip(&words).zip(&subwords).zip(&logits) {
            found.n_tokens += words.len();
            found.n_unknown_tokens += subwords.tokens.iter().filter(|token| tagger.tokenizer.is_unk(token)).count();
            let tokens = token_predictions(tagger, words.len(), subwords, logits);
            let names: Vec<&str> = tokens.iter().map(|token| tagger.tags.names[token.tag].as_str()).collect();
            let proposals = predicted_entities(&tokens, &names);
            if !proposals.is_empty() {
                found.predictions.push((*id, proposals));
            }
        }
    }
    Ok(found)
}
