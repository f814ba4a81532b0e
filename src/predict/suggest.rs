//! Label suggestions of a model for sentences of a dataset.

use super::tagger::Tagger;
use super::token_predictions::{predicted_entities, token_predictions};
use crate::corpus::{Corpus, SentenceId};
use crate::eval::errors::Predictions;
use crate::model::ModelError;
use crate::model::tokenizer::SubwordEncoding;

/// Number of sentences per chunk. The logits of one chunk are in memory at a time.
const CHUNK_SENTENCES: usize = 1024;

/// Returns the number of processed sentences, and the suggestions of a model for them. Sentences without suggestions are
/// omitted.
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
) -> Result<(usize, Predictions), ModelError> {
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
            let tokens = token_predictions(tagger, words.len(), subwords, logits);
            let names: Vec<&str> = tokens.iter().map(|token| tagger.tags.names[token.tag].as_str()).collect();
            let proposals = predicted_entities(&tokens, &names);
            if !proposals.is_empty() {
                found.push((*id, proposals));
            }
        }
    }
    Ok((read, found))
}
