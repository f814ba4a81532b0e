//! Errors of a model on the sentences of an evaluation: scores with intervals, confusion, kinds and slices.

use super::cases::{Case, CaseEntity, Predictions, Slice, cases_of_sentence, labels_of};
use super::pairing::Outcome;
use super::resampling::{EntityCounts, Interval, Resamples, UnitCounts};
use super::train_texts::TrainTexts;
use crate::corpus::{Corpus, SentenceId};
use crate::eval::PrfScore;

/// Number of cases by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OutcomeCounts([usize; 6]);

impl OutcomeCounts {
    pub fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }

    pub fn get(self, outcome: Outcome) -> usize {
        self.0[outcome as usize]
    }
}

/// Unit of the bootstrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResamplingUnit {
    /// Documents.
    Documents,
    /// Sentences, because the data has no documents. Sentences of one text depend on each other, so the intervals are
    /// too narrow.
    #[default]
    Sentences,
}

impl ResamplingUnit {
    /// Returns the name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Sentences => "sentences",
        }
    }
}

/// Scores with intervals of 95 %.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IntervalScore {
    /// Scores.
    pub score: PrfScore,
    /// Interval of the precision.
    pub precision: Option<Interval>,
    /// Interval of the recall.
    pub recall: Option<Interval>,
    /// Interval of the F1 score.
    pub f1: Option<Interval>,
}

/// Scores of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelErrors {
    /// Index in [`ErrorAnalysis::labels`].
    pub label: usize,
    /// Scores.
    pub score: IntervalScore,
    /// F1 of the entities whose text occurs in train, in `[0, 1]`.
    pub f1_seen: Option<f64>,
    /// F1 of the other entities, in `[0, 1]`.
    pub f1_unseen: Option<f64>,
}

/// Errors of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorAnalysis {
    /// Label names: first the labels of the corpus, then the other predicted ones.
    pub labels: Vec<String>,
    /// All pairs, missed and spurious entities, in the order of the sentences.
    pub cases: Vec<Case>,
    /// Number of cases by outcome, see [`Self::count`].
    counts: OutcomeCounts,
    /// True if entity texts of a train split are known, so that entities are seen or unseen.
    pub has_train: bool,
    /// Unit of the intervals.
    pub unit: ResamplingUnit,
    /// Number of units.
    pub n_units: usize,
    /// Number of sentences.
    pub n_sentences: usize,
    /// Number of sentences without an error.
    pub n_correct_sentences: usize,
    /// Scores of all labels together.
    pub overall: IntervalScore,
    /// Scores of the labels that occur, in the order of [`Self::labels`].
    pub by_label: Vec<LabelErrors>,
    /// Scores of the slices, in the order of [`Slice::ALL`]. Without a train split, the slices of seen and unseen
    /// entities are missing.
    pub slices: Vec<(Slice, IntervalScore)>,
    /// Number of entities by gold label (row) and predicted label (column) with equal tokens. The last row and column
    /// count entities without a counterpart. Shape: `[labels + 1, labels + 1]`.
    pub confusion: Vec<Vec<usize>>,
}

/// Groups of counts: all labels, each label, each slice, then each label among seen and among unseen entities.
#[derive(Clone, Copy)]
struct Groups {
    n_labels: usize,
}

impl Groups {
    const OVERALL: usize = 0;

    fn label(label: usize) -> usize {
        1 + label
    }

    fn slice(self, index: usize) -> usize {
        1 + self.n_labels + index
    }

    fn seen(self, label: usize) -> usize {
        self.slice(Slice::ALL.len()) + label
    }

    fn unseen(self, label: usize) -> usize {
        self.seen(self.n_labels) + label
    }

    fn len(self) -> usize {
        self.unseen(self.n_labels)
    }

    /// Returns the groups that contain an entity.
    fn of_entity(self, entity: CaseEntity, sentence_length: usize) -> impl Iterator<Item = usize> {
        let label = entity.range.label;
        let slices = Slice::ALL.into_iter().enumerate();
        let contained = slices.filter(move |(_, slice)| slice.contains(&entity, sentence_length));
        let by_train = if entity.in_train.is_some() { self.seen(label) } else { self.unseen(label) };
        [Self::OVERALL, Self::label(label), by_train]
            .into_iter()
            .chain(contained.map(move |(index, _)| self.slice(index)))
    }
}

/// Returns the unit of each sentence: its document, or the sentence itself if all are in one document. Units are numbered
/// from 0 in the order of the sentences.
pub fn unit_of_each_sentence(sentences: &[SentenceId]) -> Vec<usize> {
    Units::of(sentences.iter().copied()).of_sentence
}

/// Units of the sentences: their documents, or the sentences themselves if they are in one document.
pub(super) struct Units {
    pub unit: ResamplingUnit,
    /// Unit of each sentence.
    pub of_sentence: Vec<usize>,
    pub count: usize,
}

impl Units {
    /// Returns the units of sentences in the order of the corpus.
    pub fn of(sentences: impl Iterator<Item = SentenceId>) -> Self {
        let documents: Vec<u32> = sentences.map(|id| id.document).collect();
        let mut of_sentence = Vec::with_capacity(documents.len());
        let mut count = 0;
        for (i, document) in documents.iter().enumerate() {
            count += usize::from(i == 0 || documents[i - 1] != *document);
            of_sentence.push(count - 1);
        }
        if count > 1 {
            return Self { unit: ResamplingUnit::Documents, of_sentence, count };
        }
        Self { unit: ResamplingUnit::Sentences, of_sentence: (0..documents.len()).collect(), count: documents.len() }
    }
}

impl ErrorAnalysis {
    /// Compares predictions with the gold labels. `train` contains the entity texts of the train split.
    pub fn new(corpus: &Corpus, predictions: &Predictions, train: &TrainTexts) -> Self {
        let labels = labels_of(corpus, &[predictions]);
        let units = Units::of(predictions.iter().map(|(id, _)| *id));
        let groups = Groups { n_labels: labels.len() };
        let mut counts = UnitCounts::new(units.count, groups.len());
        let mut analysis = Self {
            unit: units.unit,
            n_units: units.count,
            n_sentences: predictions.len(),
            has_train: !train.is_empty(),
            confusion: vec![vec![0; labels.len() + 1]; labels.len() + 1],
            ..Self::default()
        };
        for ((id, predicted), unit) in predictions.iter().zip(&units.of_sentence) {
            let cases = cases_of_sentence(corpus, *id, predicted, &labels, train);
            analysis.n_correct_sentences += usize::from(cases.iter().all(|case| case.outcome == Outcome::Correct));
            for case in &cases {
                counts.add_case(case, *unit, |entity| groups.of_entity(entity, case.sentence_length));
                analysis.counts.add(case.outcome);
                for (gold, predicted) in case.cells() {
                    analysis.confusion[gold.unwrap_or(labels.len())][predicted.unwrap_or(labels.len())] += 1;
                }
            }
            analysis.cases.extend(cases);
        }
        let totals = counts.totals();
        // Only totals are shown of the groups after the slices.
        let resamples = Resamples::draw(&counts, groups.seen(0));
        let score = |group: usize| score_of(group, &totals, &resamples);
        analysis.overall = score(Groups::OVERALL);
        let occurs = |label: &usize| {
            let counts = totals[Groups::label(*label)];
            counts.gold + counts.predicted > 0
        };
        let of_label = |label: usize| LabelErrors {
            label,
            score: score(Groups::label(label)),
            f1_seen: totals[groups.seen(label)].f1(),
            f1_unseen: totals[groups.unseen(label)].f1(),
        };
        analysis.by_label = (0..labels.len()).filter(occurs).map(of_label).collect();
        let of_train = [Slice::SeenInTrain, Slice::UnseenInTrain];
        let slices = Slice::ALL.into_iter().enumerate();
        let known = slices.filter(|(_, slice)| !train.is_empty() || !of_train.contains(slice));
        analysis.slices = known.map(|(index, slice)| (slice, score(groups.slice(index)))).collect();
        analysis.labels = labels;
        analysis
    }

    /// Returns the number of cases with this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.counts.get(outcome)
    }
}

fn score_of(group: usize, totals: &[EntityCounts], resamples: &Resamples) -> IntervalScore {
    let EntityCounts { correct, predicted, gold } = totals[group];
    IntervalScore {
        score: PrfScore::from_counts(correct as usize, predicted as usize, gold as usize),
        precision: resamples.interval(group, EntityCounts::precision),
        recall: resamples.interval(group, EntityCounts::recall),
        f1: resamples.interval(group, EntityCounts::f1),
    }
}
