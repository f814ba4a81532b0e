//! Mirror types of the lines, and their conversions.

use super::JsonError;
use crate::eval::token_metrics::{F1, STRICT_F1, token_metric, token_metrics};
use crate::eval::{LabelScore, MetricValues, PrfScore};
use crate::predict::EvalMetrics;
use crate::train::event::{Started, Step};
use crate::train::schedule::{LrSchedule, SchedulerType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Serialize, Deserialize)]
pub(super) struct StartedRecord {
    pub(super) device: String,
    pub(super) model: String,
    pub(super) train_sentences: usize,
    pub(super) dev_sentences: usize,
    pub(super) pieces_per_epoch: usize,
    pub(super) steps: usize,
    pub(super) epochs: usize,
    pub(super) learning_rate: f64,
    pub(super) lr_scheduler_type: String,
    pub(super) warmup_steps: usize,
    pub(super) head: String,
    pub(super) labels: Vec<String>,
    pub(super) resumed_at: usize,
    /// Older versions selected the best epoch by F1.
    #[serde(default = "f1_id")]
    pub(super) metric_for_best_model: String,
}

fn f1_id() -> String {
    F1.id.to_owned()
}

/// NaN and infinity are null.
#[derive(Serialize, Deserialize)]
pub(super) struct StepRecord {
    pub(super) step: usize,
    pub(super) epoch: f64,
    pub(super) loss: Option<f64>,
    pub(super) learning_rate: f64,
    pub(super) grad_norm: Option<f64>,
    pub(super) pieces_per_second: f64,
    pub(super) padding_avoided: f64,
    #[serde(default)]
    pub(super) elapsed: Option<f64>,
    #[serde(default)]
    pub(super) remaining: Option<f64>,
    #[serde(default = "one")]
    pub(super) steps_told: usize,
}

fn one() -> usize {
    1
}

#[derive(Serialize, Deserialize)]
pub(super) struct MetricsRecord {
    pub(super) support: usize,
    pub(super) predicted: usize,
    pub(super) right: usize,
    pub(super) labels: Map<String, Value>,
    // Older versions lack some of these fields.
    #[serde(default)]
    pub(super) strict: ScoreRecord,
    #[serde(default)]
    pub(super) sentences: usize,
    #[serde(default)]
    pub(super) tokens: usize,
    #[serde(default)]
    pub(super) empty_words: usize,
    #[serde(default)]
    pub(super) seconds: f64,
    /// Values of the metrics by id, and fields that a writer adds, for example the step.
    #[serde(flatten)]
    pub(super) values: Map<String, Value>,
}

/// The shares follow from the counts when they are read.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct ScoreRecord {
    #[serde(skip_deserializing)]
    pub(super) precision: f64,
    #[serde(skip_deserializing)]
    pub(super) recall: f64,
    #[serde(skip_deserializing)]
    pub(super) f1: f64,
    pub(super) support: usize,
    pub(super) predicted: usize,
    pub(super) right: usize,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OutputRecord {
    pub(super) outcome: String,
    pub(super) best_epoch: usize,
    pub(super) train_seconds: f64,
    pub(super) pieces: usize,
    #[serde(skip_deserializing)]
    pub(super) pieces_per_second: f64,
    pub(super) peak_memory_mb: Option<f64>,
    pub(super) dev: Option<MetricsRecord>,
    pub(super) test: Option<MetricsRecord>,
    #[serde(skip_deserializing)]
    pub(super) out: std::path::PathBuf,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EstimateRecord {
    pub(super) seconds: f64,
    pub(super) pieces_per_second: f64,
    pub(super) peak_memory_mb: Option<f64>,
    pub(super) free_memory_mb: Option<f64>,
}

/// Converts the values of all metrics to a JSON object. A metric without a value is null.
pub fn metric_values(values: &MetricValues) -> Map<String, Value> {
    token_metrics().map(|metric| (metric.id.to_owned(), values.get(metric).into())).collect()
}

/// Converts the scores by label to a JSON object, in the order of the labels.
pub fn labels(labels: &[LabelScore]) -> Map<String, Value> {
    labels.iter().map(|l| (l.label.clone(), to_value(&ScoreRecord::from(&l.score)))).collect()
}

/// Numbers, strings and maps with text keys always have a JSON form.
pub(super) fn to_value(record: &impl Serialize) -> Value {
    serde_json::to_value(record).unwrap_or_default()
}

impl From<&Started> for StartedRecord {
    fn from(s: &Started) -> Self {
        let shape = SchedulerType::ALL.iter().find(|(_, shape)| *shape == s.schedule.shape);
        Self {
            device: s.device.clone(),
            model: s.model.clone(),
            train_sentences: s.train_sentences,
            dev_sentences: s.dev_sentences,
            pieces_per_epoch: s.subwords_per_epoch,
            steps: s.steps,
            epochs: s.epochs,
            learning_rate: s.learning_rate,
            lr_scheduler_type: shape.map_or("linear", |(name, _)| name).to_owned(),
            warmup_steps: s.schedule.warmup,
            head: if s.head_reused { "kept" } else { "new" }.to_owned(),
            labels: s.labels.clone(),
            resumed_at: s.resumed_from_step,
            metric_for_best_model: s.metric.id.to_owned(),
        }
    }
}

impl TryFrom<StartedRecord> for Started {
    type Error = JsonError;

    fn try_from(r: StartedRecord) -> Result<Self, JsonError> {
        let shape = SchedulerType::ALL.iter().find(|(name, _)| *name == r.lr_scheduler_type);
        let (_, shape) = *shape.ok_or(JsonError::Unknown("schedule", r.lr_scheduler_type))?;
        let metric = token_metric(&r.metric_for_best_model);
        Ok(Self {
            device: r.device,
            model: r.model,
            train_sentences: r.train_sentences,
            dev_sentences: r.dev_sentences,
            subwords_per_epoch: r.pieces_per_epoch,
            steps: r.steps,
            epochs: r.epochs,
            learning_rate: r.learning_rate,
            schedule: LrSchedule { shape, steps: r.steps, warmup: r.warmup_steps },
            head_reused: r.head == "kept",
            labels: r.labels,
            resumed_from_step: r.resumed_at,
            metric: metric.ok_or(JsonError::Unknown("metric", r.metric_for_best_model))?,
        })
    }
}

impl From<&Step> for StepRecord {
    fn from(s: &Step) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            step: s.step,
            epoch: s.epoch,
            loss: finite(s.loss),
            learning_rate: s.learning_rate,
            grad_norm: finite(s.grad_norm),
            pieces_per_second: s.subwords_per_second,
            padding_avoided: s.padding_avoided,
            elapsed: finite(s.elapsed),
            remaining: finite(s.remaining),
            steps_told: s.merged,
        }
    }
}

impl From<StepRecord> for Step {
    fn from(r: StepRecord) -> Self {
        Self {
            step: r.step,
            epoch: r.epoch,
            loss: r.loss.unwrap_or(f64::NAN),
            merged: r.steps_told,
            learning_rate: r.learning_rate,
            grad_norm: r.grad_norm.unwrap_or(f64::NAN),
            subwords_per_second: r.pieces_per_second,
            padding_avoided: r.padding_avoided,
            elapsed: r.elapsed.unwrap_or(0.0),
            remaining: r.remaining.unwrap_or(0.0),
        }
    }
}

impl From<&EvalMetrics> for MetricsRecord {
    fn from(scores: &EvalMetrics) -> Self {
        let PrfScore { support, predicted, correct, .. } = scores.overall;
        Self {
            values: metric_values(&scores.values),
            support,
            predicted,
            right: correct,
            labels: labels(&scores.labels),
            strict: (&scores.strict).into(),
            sentences: scores.sentences,
            tokens: scores.tokens,
            empty_words: scores.n_tokens_without_subwords,
            seconds: scores.seconds,
        }
    }
}

impl TryFrom<MetricsRecord> for EvalMetrics {
    type Error = JsonError;

    fn try_from(r: MetricsRecord) -> Result<Self, JsonError> {
        let label =
            |(label, score): (String, Value)| Ok(LabelScore { label, score: ScoreRecord::deserialize(score)?.into() });
        let strict = PrfScore::from(r.strict);
        let value = |metric: &'static str| match r.values.get(metric) {
            Some(value) => Some((metric, value.as_f64()?)),
            // Older versions wrote only the counts of the strict mode.
            None => (metric == STRICT_F1.id && strict.support > 0).then_some((metric, strict.f1)),
        };
        Ok(Self {
            values: token_metrics().filter_map(|metric| value(metric.id)).collect(),
            overall: PrfScore::from_counts(r.right, r.predicted, r.support),
            labels: r.labels.into_iter().map(label).collect::<Result<_, JsonError>>()?,
            strict,
            sentences: r.sentences,
            tokens: r.tokens,
            n_tokens_without_subwords: r.empty_words,
            n_unmapped_predictions: 0,
            seconds: r.seconds,
        })
    }
}

impl From<&PrfScore> for ScoreRecord {
    fn from(s: &PrfScore) -> Self {
        let PrfScore { precision, recall, f1, support, predicted, correct } = *s;
        Self { precision, recall, f1, support, predicted, right: correct }
    }
}

impl From<ScoreRecord> for PrfScore {
    fn from(r: ScoreRecord) -> Self {
        Self::from_counts(r.right, r.predicted, r.support)
    }
}
