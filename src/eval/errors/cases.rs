//! Gold and predicted entities of the sentences of an evaluation, as pairs with their properties.

use super::pairing::{EntityRange, Outcome, pair_entities};
use super::train_texts::{TrainOccurrences, TrainTexts};
use crate::corpus::{Corpus, Scheme, SentenceId, TokenSpan, scheme};
use std::ops::Range;

/// Entity that a model predicted in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictedEntity {
    /// Token range in the sentence.
    pub words: Range<usize>,
    /// Entity type.
    pub label: String,
    /// Confidence, 0 to 1: mean probability of the predicted tags of its tokens.
    pub score: f32,
}

/// Predictions of a model by sentence, in the order of the corpus.
pub type Predictions = Vec<(SentenceId, Vec<PredictedEntity>)>;

/// Slice of the entities of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// The text of the entity occurs in train with any label.
    SeenInTrain,
    /// The text does not occur in train.
    UnseenInTrain,
    /// Entities of one token.
    OneToken,
    /// Entities of at least three tokens.
    ThreeOrMoreTokens,
    /// Entities in sentences of more than 40 tokens.
    LongSentences,
}

impl Slice {
    /// All slices, in the order of the interface.
    pub const ALL: [Self; 5] =
        [Self::SeenInTrain, Self::UnseenInTrain, Self::OneToken, Self::ThreeOrMoreTokens, Self::LongSentences];

    /// Returns the name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::SeenInTrain => "seen_in_train",
            Self::UnseenInTrain => "unseen_in_train",
            Self::OneToken => "one_token",
            Self::ThreeOrMoreTokens => "three_or_more_tokens",
            Self::LongSentences => "over_40_tokens",
        }
    }

    /// Returns true if the slice contains an entity.
    pub fn contains(self, entity: &CaseEntity, sentence_length: usize) -> bool {
        let length = entity.range.end - entity.range.start;
        match self {
            Self::SeenInTrain => entity.in_train.is_some(),
            Self::UnseenInTrain => entity.in_train.is_none(),
            Self::OneToken => length == 1,
            Self::ThreeOrMoreTokens => length >= 3,
            Self::LongSentences => sentence_length > 40,
        }
    }
}

/// Gold or predicted entity of a [`Case`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaseEntity {
    /// Tokens and label.
    pub range: EntityRange,
    /// Occurrences of its text in train.
    pub in_train: Option<TrainOccurrences>,
    /// Confidence of a prediction, 0 to 1.
    pub score: Option<f32>,
}

/// A gold entity, a predicted entity, or a pair of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Sentence.
    pub sentence: SentenceId,
    /// Number of tokens of the sentence.
    pub sentence_length: usize,
    /// Difference of both entities.
    pub outcome: Outcome,
    /// Gold entity.
    pub gold: Option<CaseEntity>,
    /// Predicted entity.
    pub predicted: Option<CaseEntity>,
}

impl Case {
    /// Returns the gold entity, or the prediction without one.
    pub fn entity(&self) -> Option<&CaseEntity> {
        self.gold.as_ref().or(self.predicted.as_ref())
    }

    /// Returns the cells of the confusion matrix in which the case counts, as gold and predicted label. `None` is no
    /// entity. Entities with different tokens count in two cells.
    pub fn cells(&self) -> impl Iterator<Item = (Option<usize>, Option<usize>)> + use<> {
        let label = |entity: &Option<CaseEntity>| entity.as_ref().map(|entity| entity.range.label);
        let (gold, predicted) = (label(&self.gold), label(&self.predicted));
        let cells = match self.outcome {
            Outcome::Correct | Outcome::WrongLabel => [Some((gold, predicted)), None],
            Outcome::WrongBoundary | Outcome::Both => [Some((gold, None)), Some((None, predicted))],
            Outcome::Missed => [Some((gold, None)), None],
            Outcome::Spurious => [Some((None, predicted)), None],
        };
        cells.into_iter().flatten()
    }
}

/// Labels of an evaluation: first the labels of the corpus, then the other labels of the predictions.
pub fn labels_of(corpus: &Corpus, predictions: &[&Predictions]) -> Vec<String> {
    let mut labels = corpus.labels.names();
    for entity in predictions.iter().flat_map(|p| p.iter()).flat_map(|(_, entities)| entities) {
        if !labels.contains(&entity.label) {
            labels.push(entity.label.clone());
        }
    }
    labels
}

/// Pairs the entities of a sentence. Gold entities must be expressible by tags, as in the scores of seqeval.
pub fn cases_of_sentence(
    corpus: &Corpus,
    id: SentenceId,
    predicted: &[PredictedEntity],
    labels: &[String],
    train: &TrainTexts,
) -> Vec<Case> {
    let document = corpus.document(id.document);
    let sentence = id.sentence as usize;
    let sentence_length = document.sentence_range(sentence).len();
    let position = |name: &str| labels.iter().position(|label| label == name);
    let entity = |range: EntityRange, score: Option<f32>| CaseEntity {
        range,
        in_train: train.find(document.token_range_text(sentence, range.start..range.end)),
        score,
    };
    let gold = gold_entities(&document.to_token_spans(sentence), sentence_length);
    // A model that changed since can have predicted for another tokenization of the sentence.
    let predicted: Vec<&PredictedEntity> =
        predicted.iter().filter(|p| p.words.start < p.words.end && p.words.end <= sentence_length).collect();
    let range =
        |p: &&PredictedEntity| Some(EntityRange { start: p.words.start, end: p.words.end, label: position(&p.label)? });
    let ranges: Vec<EntityRange> = predicted.iter().filter_map(range).collect();
    let case = |pair: super::pairing::Pair| Case {
        sentence: id,
        sentence_length,
        outcome: pair.outcome,
        gold: pair.gold.map(|g| entity(gold[g], None)),
        predicted: pair.predicted.map(|p| entity(ranges[p], Some(predicted[p].score))),
    };
    pair_entities(&gold, &ranges).into_iter().map(case).collect()
}

/// Returns the gold entities of a sentence that tags can express: of overlapping spans, one remains.
fn gold_entities(spans: &[TokenSpan], length: usize) -> Vec<EntityRange> {
    let range = |span: TokenSpan| EntityRange { start: span.start, end: span.end, label: usize::from(span.label) };
    scheme::decode(&scheme::encode(spans, length, Scheme::Iob2)).into_iter().map(range).collect()
}
