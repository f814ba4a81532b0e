//! Evaluation of a model on labeled sentences.

use super::tagger::{Tagger, argmax};
use super::token_predictions::{predicted_entities, token_predictions};
use crate::corpus::relabel::LabelMap;
use crate::corpus::{Corpus, Scheme, SentenceId, scheme};
use crate::eval::errors::{EntityCounts, PredictedEntity, unit_of_each_sentence};
use crate::eval::seqeval::entities;
use crate::eval::token_metrics::TokenCounts;
use crate::eval::{LabelScore, MetricValues, PrfScore};
use crate::model::ModelError;
use crate::model::TagSet;
use crate::model::align::{AlignmentOptions, align};
use crate::model::batch::IGNORE_INDEX;
use crate::model::config::{split_tag, with_label};
use crate::model::tokenizer::{SubwordEncoding, SubwordTokenizer};
use std::time::Instant;

/// Metrics of a model on a split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvalMetrics {
    /// Values of [`TOKEN_METRICS`](crate::eval::token_metrics::TOKEN_METRICS). The loss has no value if the model lacks
    /// a label of the dataset or labels are mapped.
    pub values: MetricValues,
    /// Entity scores of all labels together, default mode of seqeval.
    pub overall: PrfScore,
    /// Entity scores by label.
    pub labels: Vec<LabelScore>,
    /// Entity scores of all labels together, strict IOB2 mode of seqeval.
    pub strict: PrfScore,
    /// Number of evaluated sentences.
    pub sentences: usize,
    /// Number of evaluated tokens.
    pub tokens: usize,
    /// Number of tokens without subwords, which count as `O`.
    pub n_tokens_without_subwords: usize,
    /// Number of predicted entities whose label does not map to a label of the dataset. They count as not predicted.
    pub n_unmapped_predictions: usize,
    /// Duration in seconds.
    pub seconds: f64,
}

/// Metrics of a model, and the predictions from which they follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelEvaluation {
    /// Metrics.
    pub metrics: EvalMetrics,
    /// Predicted entities of each sentence.
    pub predictions: Vec<Vec<PredictedEntity>>,
    /// Entity counts of each unit of [`Gold::units`].
    pub by_unit: Vec<EntityCounts>,
}

/// Map from the tags of a model to tags with the labels of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagMap {
    /// Mapped tag of each model tag. `None` if its label has no counterpart in the dataset.
    tags: Vec<Option<String>>,
}

impl TagMap {
    /// Creates a map from labels of the model to labels of the dataset. A label that is not in `labels` keeps its name if
    /// the dataset contains it.
    pub fn new(tags: &TagSet, labels: &LabelMap, known: &[String]) -> Self {
        let renamed = |tag: &String| {
            let (_, label) = split_tag(tag);
            if tag == "O" || label.is_empty() {
                return Some(tag.clone());
            }
            let name = match labels.get(label) {
                Some(target) => target.as_deref()?,
                None => known.iter().find(|k| *k == label)?,
            };
            Some(with_label(tag, name))
        };
        Self { tags: tags.names.iter().map(renamed).collect() }
    }
}

/// Labeled sentences in tokenized form: the reference for an evaluation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gold {
    /// All tags of the dataset.
    pub tags: TagSet,
    /// Tokenized sentences.
    pub sentences: Vec<GoldSentence>,
    /// Unit of each sentence, see [`unit_of_each_sentence`]. Empty in data of older versions.
    pub units: Vec<usize>,
    /// Number of tokens without subwords, which count as `O`.
    pub n_tokens_without_subwords: usize,
}

/// Sentence of [`Gold`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoldSentence {
    /// Subwords of the sentence.
    pub encoding: SubwordEncoding,
    /// Tag of each subword; -100 is ignored by the loss.
    pub subword_tags: Vec<i32>,
    /// Tag of each token.
    pub token_tags: Vec<usize>,
}

impl Gold {
    /// Tokenizes sentences.
    ///
    /// # Errors
    /// Returns an error if the tokenizer fails.
    pub fn new(
        tokenizer: &SubwordTokenizer,
        corpus: &Corpus,
        sentences: &[SentenceId],
        label_all_pieces: bool,
    ) -> Result<Self, ModelError> {
        let tags = TagSet::from_labels(&corpus.labels.names());
        let options = AlignmentOptions { label_all_subwords: label_all_pieces, max_length: usize::MAX / 2 };
        let mut gold = Self { tags, units: unit_of_each_sentence(sentences), ..Self::default() };
        for s in sentences {
            let (words, word_tags) = tokens_and_tags(corpus, *s, &gold.tags);
            let aligned = align(tokenizer, &words, &word_tags, &gold.tags, options)?;
            gold.n_tokens_without_subwords += aligned.n_tokens_without_subwords;
            gold.sentences.push(GoldSentence {
                encoding: aligned.encoding,
                subword_tags: aligned.tag_ids,
                token_tags: word_tags,
            });
        }
        Ok(gold)
    }
}

/// Evaluates a model on these sentences. A token has the tag of its first subword. Long sentences are split into
/// windows.
///
/// `watch` receives the number of completed sentences and of all sentences, and returns true to continue. Returns
/// `None` if `watch` returned false.
///
/// # Errors
/// Returns an error if the tokenizer or the network fails.
pub fn evaluate(
    tagger: &Tagger,
    corpus: &Corpus,
    sentences: &[SentenceId],
    label_all_pieces: bool,
    map: Option<&TagMap>,
    watch: impl FnMut(usize, usize) -> bool,
) -> Result<Option<ModelEvaluation>, ModelError> {
    let started = Instant::now();
    let gold = Gold::new(&tagger.tokenizer, corpus, sentences, label_all_pieces)?;
    let mut result = score_mapped(tagger, &gold, map, watch)?;
    if let Some(evaluation) = &mut result {
        evaluation.metrics.seconds = started.elapsed().as_secs_f64();
    }
    Ok(result)
}

/// Evaluates a model on sentences that its own tokenizer has already tokenized. Otherwise like [`evaluate`].
///
/// # Errors
/// Returns an error if the network fails.
pub fn score(
    tagger: &Tagger,
    gold: &Gold,
    watch: impl FnMut(usize, usize) -> bool,
) -> Result<Option<ModelEvaluation>, ModelError> {
    score_mapped(tagger, gold, None, watch)
}

fn score_mapped(
    tagger: &Tagger,
    gold: &Gold,
    map: Option<&TagMap>,
    mut watch: impl FnMut(usize, usize) -> bool,
) -> Result<Option<ModelEvaluation>, ModelError> {
    let name = |tag: usize| match map {
        Some(map) => map.tags[tag].as_deref(),
        None => Some(tagger.tags.names[tag].as_str()),
    };
    let started = Instant::now();
    let sentences = &gold.sentences;
    let mut result = EvalMetrics {
        sentences: sentences.len(),
        tokens: sentences.iter().map(|s| s.token_tags.len()).sum(),
        n_tokens_without_subwords: gold.n_tokens_without_subwords,
        ..EvalMetrics::default()
    };
    let subwords: Vec<&SubwordEncoding> = sentences.iter().map(|s| &s.encoding).collect();
    let mut should_continue = true;
    let logits = tagger.subword_logits(&subwords, |done| {
        // A canceled evaluation is incomplete, even if the last call of `watch` returns true.
        should_continue = should_continue && watch(done.min(sentences.len()), sentences.len());
        should_continue
    })?;
    if !should_continue {
        return Ok(None);
    }
    let mut counts = TokenCounts::default();
    let mut predictions = Vec::with_capacity(sentences.len());
    let mut by_unit = vec![EntityCounts::default(); gold.units.last().map_or(0, |last| last + 1)];
    for (index, (sentence, logits)) in sentences.iter().zip(&logits).enumerate() {
        let gold_tags: Vec<&str> = sentence.token_tags.iter().map(|t| gold.tags.names[*t].as_str()).collect();
        let predicted = token_predictions(tagger, gold_tags.len(), &sentence.encoding, logits);
        if map.is_some() {
            let all: Vec<&str> = predicted.iter().map(|token| tagger.tags.names[token.tag].as_str()).collect();
            let has_place = |label: &str| {
                let mut tags = predicted.iter().map(|token| token.tag);
                tags.any(|tag| name(tag).is_some() && split_tag(&tagger.tags.names[tag]).1 == label)
            };
            result.n_unmapped_predictions += entities(&all).iter().filter(|e| !has_place(e.label)).count();
        }
        let tags: Vec<&str> = predicted.iter().map(|token| name(token.tag).unwrap_or("O")).collect();
        let before = counts.entities.overall();
        counts.add_sentence(&gold_tags, &tags);
        if let Some(unit) = gold.units.get(index) {
            by_unit[*unit] += EntityCounts::between(&before, &counts.entities.overall());
        }
        predictions.push(predicted_entities(&predicted, &tags));
        for (label, row) in sentence.subword_tags.iter().zip(logits.chunks_exact(tagger.tags.len())) {
            if *label == IGNORE_INDEX {
                continue;
            }
            let of_gold = &gold.tags.names[*label as usize];
            let loss = tagger.tags.id(of_gold).filter(|_| map.is_none()).map(|id| cross_entropy(row, id));
            counts.add_subword(of_gold, name(argmax(row)).unwrap_or("O"), loss);
        }
    }
    result.values = counts.values();
    result.overall = counts.entities.overall();
    result.labels = counts.entities.labels();
    result.strict = counts.strict.overall();
    result.seconds = started.elapsed().as_secs_f64();
    Ok(Some(ModelEvaluation { metrics: result, predictions, by_unit }))
}

/// Returns the tokens of a sentence and the ids of their tags in `tags`.
pub fn tokens_and_tags<'a>(corpus: &'a Corpus, id: SentenceId, tags: &TagSet) -> (Vec<&'a str>, Vec<usize>) {
    let document = corpus.document(id.document);
    let words = document.sentence_tokens(id.sentence as usize);
    let spans = document.to_token_spans(id.sentence as usize);
    let outside = tags.id("O").unwrap_or(0);
    let ids = scheme::encode(&spans, words.len(), Scheme::Iob2)
        .into_iter()
        .map(|tag| tags.id_of(tag, &corpus.labels).unwrap_or(outside))
        .collect();
    (words, ids)
}

fn cross_entropy(row: &[f32], tag: usize) -> f64 {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f64 = row.iter().map(|v| f64::from(v - max).exp()).sum();
    total.ln() - f64::from(row[tag] - max)
}
