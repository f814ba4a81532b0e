//! Predicted tag of each token with its probability, and the entities of these tags.

use super::tagger::{Tagger, argmax, softmax};
use crate::eval::errors::PredictedEntity;
use crate::eval::seqeval::entities;
use crate::model::tokenizer::SubwordEncoding;

/// Predicted tag of a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TokenPrediction {
    /// Index of the tag in the tags of the model.
    pub tag: usize,
    /// Probability of the tag, 0 to 1.
    pub probability: f32,
}

/// Returns the prediction for each token of a sentence: that of its first subword. A token without subwords is `O`.
pub(super) fn token_predictions(
    tagger: &Tagger,
    n_tokens: usize,
    subwords: &SubwordEncoding,
    logits: &[f32],
) -> Vec<TokenPrediction> {
    let outside = TokenPrediction { tag: tagger.tags.id("O").unwrap_or(0), probability: 1.0 };
    let mut tokens = vec![outside; n_tokens];
    let mut previous = None;
    for (word, row) in subwords.word_ids.iter().zip(logits.chunks_exact(tagger.tags.len())) {
        if let Some(word) = word
            && previous != Some(*word)
        {
            let tag = argmax(row);
            tokens[*word as usize] = TokenPrediction { tag, probability: softmax(row)[tag] };
        }
        previous = *word;
    }
    tokens
}

/// Returns the entities of predicted tags with these names.
pub(super) fn predicted_entities(tokens: &[TokenPrediction], names: &[&str]) -> Vec<PredictedEntity> {
    let entity = |e: crate::eval::seqeval::TagEntity| {
        let probabilities = tokens[e.start..e.end].iter().map(|token| token.probability);
        let score = probabilities.sum::<f32>() / (e.end - e.start) as f32;
        PredictedEntity { words: e.start..e.end, label: e.label.to_owned(), score }
    };
    entities(names).into_iter().map(entity).collect()
}
