//! Metrics of token classification, and the counts from which they follow.
//!
//! A new metric is a row of [`TOKEN_METRICS`].

use super::metric::{MetricDefinition, MetricValues, Unit};
use super::score::{PrfScore, Scorer};
use super::seqeval::{StrictScheme, entities, strict_entities};

/// Counts over all evaluated sentences.
#[derive(Clone, Debug, Default)]
pub struct TokenCounts {
    /// Entities and tags, in the default mode of seqeval.
    pub entities: Scorer,
    /// Entities in the strict IOB2 mode of seqeval.
    pub strict: Scorer,
    /// Subwords, each as an entity of its own.
    subwords: SubwordCounts,
    /// Sum of the loss over the labeled subwords.
    loss: f64,
    /// True if the loss of a subword is not known, for example because the model lacks its label.
    lacks_loss: bool,
}

/// Numbers of correct, predicted and gold subwords that are not `O`.
#[derive(Clone, Copy, Debug, Default)]
struct SubwordCounts {
    correct: usize,
    predicted: usize,
    gold: usize,
    /// Number of labeled subwords, including `O`.
    all: usize,
}

impl TokenCounts {
    /// Adds a sentence with its gold and predicted tags, one for each token.
    pub fn add_sentence(&mut self, gold: &[&str], predicted: &[&str]) {
        self.entities.add(gold, predicted);
        let strict = |tags| strict_entities(tags, StrictScheme::Iob2);
        self.strict.add_entities(&strict(gold), &strict(predicted));
    }

    /// Adds a labeled subword with its gold and predicted tag, and its loss in nats, if known.
    pub fn add_subword(&mut self, gold: &str, predicted: &str, loss: Option<f64>) {
        let (gold, predicted) = (entity_type(gold), entity_type(predicted));
        self.subwords.correct += usize::from(gold.is_some() && gold == predicted);
        self.subwords.gold += usize::from(gold.is_some());
        self.subwords.predicted += usize::from(predicted.is_some());
        self.subwords.all += 1;
        self.loss += loss.unwrap_or(0.0);
        self.lacks_loss |= loss.is_none();
    }

    /// Returns the value of each metric that has one.
    pub fn values(&self) -> MetricValues {
        let value = |metric: &TokenMetric| Some((metric.definition.id, (metric.compute)(self)?));
        TOKEN_METRICS.iter().filter_map(value).collect()
    }

    fn subword_f1(&self) -> f64 {
        let SubwordCounts { correct, predicted, gold, .. } = self.subwords;
        PrfScore::from_counts(correct, predicted, gold).f1
    }

    fn mean_loss(&self) -> Option<f64> {
        (!self.lacks_loss && self.subwords.all > 0).then(|| self.loss / self.subwords.all as f64)
    }
}

/// Returns the entity type of a tag, with or without a prefix. `None` outside of entities.
fn entity_type(tag: &str) -> Option<&str> {
    entities(&[tag]).first()?;
    Some(tag.split_once('-').map_or(tag, |(_, label)| label))
}

/// A metric of token classification.
#[derive(Clone, Copy, Debug)]
pub struct TokenMetric {
    /// Definition of the metric.
    pub definition: MetricDefinition,
    compute: fn(&TokenCounts) -> Option<f64>,
}

/// F1 of entities, the primary metric of token classification.
pub const F1: MetricDefinition = MetricDefinition {
    id: "f1",
    title: "F1",
    description: "Entity level (seqeval)",
    abbreviation: Some("F1"),
    unit: Unit::Share,
    higher_is_better: true,
};

/// F1 of entities in the strict mode of seqeval.
pub const STRICT_F1: MetricDefinition = MetricDefinition {
    id: "strict_f1",
    title: "F1 (strict)",
    description: "Strict mode, IOB2",
    abbreviation: None,
    unit: Unit::Share,
    higher_is_better: true,
};

/// F1 of subwords, the metric of the default recipe: seqeval over sequences of one subword. It is not an entity score.
pub const SUBWORD_F1: MetricDefinition = MetricDefinition {
    id: "piece_f1",
    title: "F1 (subwords)",
    description: "Per subword",
    abbreviation: None,
    unit: Unit::Share,
    higher_is_better: true,
};

/// Loss on the evaluated sentences.
pub const LOSS: MetricDefinition = MetricDefinition {
    id: "loss",
    title: "Loss",
    description: "Mean per subword",
    abbreviation: None,
    unit: Unit::Nats,
    higher_is_better: false,
};

/// All metrics of token classification. The first one is the primary metric: it is displayed with a model, and selects
/// the best epoch by default.
pub const TOKEN_METRICS: [TokenMetric; 7] = [
    TokenMetric { definition: F1, compute: |counts| Some(counts.entities.overall().f1) },
    TokenMetric {
        definition: MetricDefinition {
            id: "precision",
            title: "Precision",
            description: "Of predicted entities",
            abbreviation: Some("P"),
            unit: Unit::Share,
            higher_is_better: true,
        },
        compute: |counts| Some(counts.entities.overall().precision),
    },
    TokenMetric {
        definition: MetricDefinition {
            id: "recall",
            title: "Recall",
            description: "Of gold entities",
            abbreviation: Some("R"),
            unit: Unit::Share,
            higher_is_better: true,
        },
        compute: |counts| Some(counts.entities.overall().recall),
    },
    TokenMetric { definition: STRICT_F1, compute: |counts| Some(counts.strict.overall().f1) },
    TokenMetric { definition: SUBWORD_F1, compute: |counts| Some(counts.subword_f1()) },
    TokenMetric {
        definition: MetricDefinition {
            id: "accuracy",
            title: "Accuracy",
            description: "Per token with O",
            abbreviation: None,
            unit: Unit::Share,
            higher_is_better: true,
        },
        compute: |counts| Some(counts.entities.accuracy()),
    },
    TokenMetric { definition: LOSS, compute: TokenCounts::mean_loss },
];

impl Default for &'static MetricDefinition {
    /// Returns the primary metric of token classification.
    fn default() -> Self {
        &F1
    }
}

/// Returns the definitions of all metrics of token classification, in the order of display.
pub fn token_metrics() -> impl Iterator<Item = &'static MetricDefinition> {
    const METRICS: &[TokenMetric] = &TOKEN_METRICS;
    METRICS.iter().map(|metric| &metric.definition)
}

/// Returns the metric with this id.
pub fn token_metric(id: &str) -> Option<&'static MetricDefinition> {
    token_metrics().find(|metric| metric.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_from_counts() {
        let mut counts = TokenCounts::default();
        counts.add_sentence(&["B-PER", "O", "B-LOC"], &["B-PER", "O", "O"]);
        counts.add_subword("B-PER", "I-PER", Some(0.5));
        counts.add_subword("B-LOC", "O", Some(1.5));
        let check = |id: &str, expected: Option<f64>, counts: &TokenCounts| {
            let found = counts.values().get(token_metric(id).expect("a metric"));
            assert_eq!(found, expected, "{id}");
        };
        check("precision", Some(1.0), &counts);
        check("recall", Some(0.5), &counts);
        check("f1", Some(2.0 / 3.0), &counts);
        check("piece_f1", Some(2.0 / 3.0), &counts);
        check("accuracy", Some(2.0 / 3.0), &counts);
        check("loss", Some(1.0), &counts);
        counts.add_subword("B-EVENT", "O", None);
        check("loss", None, &counts);
    }

    #[test]
    fn subwords_are_compared_by_entity_type() {
        let check = |gold: &str, predicted: &str, expected: f64| {
            let mut counts = TokenCounts::default();
            counts.add_subword(gold, predicted, None);
            assert_eq!(counts.values().get(&SUBWORD_F1), Some(expected), "{gold} {predicted}");
        };
        check("B-PER", "I-PER", 1.0);
        check("B-PER", "PER", 1.0);
        check("B-PER", "I-LOC", 0.0);
        check("O", "O", 0.0);
    }
}
