//! JSON of events, results and measurements, by derived mirror types.
//!
//! `train --json`, `metrics.jsonl`, the history of a checkpoint and the protocol of the GPU helper use the same lines. The
//! names of the fields are a contract: a renamed field of the program keeps its name here.

use super::event::{LogLevel, Outcome, Started, Step, TrainEvent};
use super::job::TrainOutput;
use super::measure::{LrSweep, RunEstimate};
use super::schedule::{LrSchedule, SchedulerType};
use crate::corpus::Split;
use crate::eval::token_metrics::{F1, STRICT_F1, token_metric, token_metrics};
use crate::eval::{LabelScore, MetricValues, PrfScore};
use crate::predict::EvalMetrics;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;

/// JSON that is not a message of this program.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// A field is missing, or has another type than expected.
    #[error(transparent)]
    Shape(#[from] serde_json::Error),
    /// A field has a name that this version does not know.
    #[error("unknown {0}: {1}")]
    Unknown(&'static str, String),
}

/// A line of a stream.
#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Started(StartedRecord),
    Step(StepRecord),
    Evaluated {
        epoch: usize,
        split: String,
        #[serde(default)]
        best: bool,
        #[serde(flatten)]
        scores: MetricsRecord,
    },
    Saved {
        step: usize,
    },
    History {
        events: Vec<Value>,
    },
    Note {
        weight: String,
        text: String,
    },
    Finished(OutputRecord),
    Estimate(EstimateRecord),
    LearningRates {
        points: Vec<[f64; 2]>,
        suggestion: Option<f64>,
    },
}

#[derive(Serialize, Deserialize)]
struct StartedRecord {
    device: String,
    model: String,
    train_sentences: usize,
    dev_sentences: usize,
    pieces_per_epoch: usize,
    steps: usize,
    epochs: usize,
    learning_rate: f64,
    lr_scheduler_type: String,
    warmup_steps: usize,
    head: String,
    labels: Vec<String>,
    resumed_at: usize,
    /// Older versions selected the best epoch by F1.
    #[serde(default = "f1_id")]
    metric_for_best_model: String,
}

fn f1_id() -> String {
    F1.id.to_owned()
}

/// NaN and infinity are null.
#[derive(Serialize, Deserialize)]
struct StepRecord {
    step: usize,
    epoch: f64,
    loss: Option<f64>,
    learning_rate: f64,
    grad_norm: Option<f64>,
    pieces_per_second: f64,
    padding_avoided: f64,
    #[serde(default)]
    elapsed: Option<f64>,
    #[serde(default)]
    remaining: Option<f64>,
    #[serde(default = "one")]
    steps_told: usize,
}

fn one() -> usize {
    1
}

#[derive(Serialize, Deserialize)]
struct MetricsRecord {
    support: usize,
    predicted: usize,
    right: usize,
    labels: Map<String, Value>,
    // Older versions lack some of these fields.
    #[serde(default)]
    strict: ScoreRecord,
    #[serde(default)]
    sentences: usize,
    #[serde(default)]
    tokens: usize,
    #[serde(default)]
    empty_words: usize,
    #[serde(default)]
    seconds: f64,
    /// Values of the metrics by id, and fields that a writer adds, for example the step.
    #[serde(flatten)]
    values: Map<String, Value>,
}

/// The shares follow from the counts when they are read.
#[derive(Default, Serialize, Deserialize)]
struct ScoreRecord {
    #[serde(skip_deserializing)]
    precision: f64,
    #[serde(skip_deserializing)]
    recall: f64,
    #[serde(skip_deserializing)]
    f1: f64,
    support: usize,
    predicted: usize,
    right: usize,
}

#[derive(Serialize, Deserialize)]
struct OutputRecord {
    outcome: String,
    best_epoch: usize,
    train_seconds: f64,
    pieces: usize,
    #[serde(skip_deserializing)]
    pieces_per_second: f64,
    peak_memory_mb: Option<f64>,
    dev: Option<MetricsRecord>,
    test: Option<MetricsRecord>,
    #[serde(skip_deserializing)]
    out: std::path::PathBuf,
}

#[derive(Serialize, Deserialize)]
struct EstimateRecord {
    seconds: f64,
    pieces_per_second: f64,
    peak_memory_mb: Option<f64>,
    free_memory_mb: Option<f64>,
}

/// Converts an event to a JSON object.
pub fn to_json(event: &TrainEvent) -> Value {
    to_value(&match event {
        TrainEvent::Started(started) => Line::Started(started.into()),
        TrainEvent::Step(step) => Line::Step(step.into()),
        TrainEvent::Evaluated { epoch, split, scores, best } => {
            Line::Evaluated { epoch: *epoch, split: split.name().to_owned(), best: *best, scores: scores.into() }
        }
        TrainEvent::Saved { step } => Line::Saved { step: *step },
        TrainEvent::History(events) => Line::History { events: events.iter().map(to_json).collect() },
        TrainEvent::Log(level, text) => Line::Note { weight: level.name().to_owned(), text: text.clone() },
    })
}

/// Converts the metrics of a split to a JSON object.
pub fn evaluation(scores: &EvalMetrics) -> Value {
    to_value(&MetricsRecord::from(scores))
}

/// Converts the values of all metrics to a JSON object. A metric without a value is null.
pub fn metric_values(values: &MetricValues) -> Map<String, Value> {
    token_metrics().map(|metric| (metric.id.to_owned(), values.get(metric).into())).collect()
}

/// Converts the result of a run to a JSON object, the last one of a stream.
pub fn output_to_json(output: &TrainOutput) -> Value {
    let metrics = |scores: &Option<EvalMetrics>| scores.as_ref().map(MetricsRecord::from);
    to_value(&Line::Finished(OutputRecord {
        outcome: output.outcome.name().to_owned(),
        best_epoch: output.best_epoch,
        train_seconds: output.train_seconds,
        pieces: output.n_subwords,
        pieces_per_second: output.subwords_per_second(),
        peak_memory_mb: output.peak_memory_mb,
        dev: metrics(&output.dev),
        test: metrics(&output.test),
        // Readers of the stream know the directory; a path that is not UTF-8 has no JSON form.
        out: output.out.to_string_lossy().into_owned().into(),
    }))
}

/// Converts an estimate of a run to a JSON object.
pub fn estimate(estimate: &RunEstimate) -> Value {
    to_value(&Line::Estimate(EstimateRecord {
        seconds: estimate.seconds,
        pieces_per_second: estimate.subwords_per_second,
        peak_memory_mb: estimate.memory_mb,
        free_memory_mb: estimate.free_mb,
    }))
}

/// Converts the losses by learning rate to a JSON object.
pub fn lr_sweep_to_json(sweep: &LrSweep) -> Value {
    to_value(&Line::LearningRates { points: sweep.points.clone(), suggestion: sweep.suggestion })
}

/// Converts the scores by label to a JSON object, in the order of the labels.
pub fn labels(labels: &[LabelScore]) -> Map<String, Value> {
    labels.iter().map(|l| (l.label.clone(), to_value(&ScoreRecord::from(&l.score)))).collect()
}

/// Numbers, strings and maps with text keys always have a JSON form.
fn to_value(record: &impl Serialize) -> Value {
    serde_json::to_value(record).unwrap_or_default()
}

/// Parses an event written by [`to_json`].
///
/// # Errors
/// Returns an error for anything else, also for the other lines of a stream.
pub fn from_json(value: &Value) -> Result<TrainEvent, JsonError> {
    match Line::deserialize(value)? {
        Line::Started(record) => Ok(TrainEvent::Started(record.try_into()?)),
        Line::Step(record) => Ok(TrainEvent::Step(record.into())),
        Line::Evaluated { epoch, split, best, scores } => {
            let split = Split::from_name(&split).ok_or(JsonError::Unknown("split", split))?;
            Ok(TrainEvent::Evaluated { epoch, split, scores: scores.try_into()?, best })
        }
        Line::Saved { step } => Ok(TrainEvent::Saved { step }),
        Line::History { events } => {
            Ok(TrainEvent::History(events.iter().map(from_json).collect::<Result<_, JsonError>>()?))
        }
        Line::Note { weight, text } => {
            let level = LogLevel::from_name(&weight).ok_or(JsonError::Unknown("weight", weight))?;
            Ok(TrainEvent::Log(level, text))
        }
        Line::Finished(_) | Line::Estimate(_) | Line::LearningRates { .. } => {
            Err(JsonError::Unknown("event", value["event"].to_string()))
        }
    }
}

/// Parses a result written by [`output_to_json`]. `out` is the directory of the run.
///
/// # Errors
/// Returns an error for anything else.
pub fn output_from_json(value: &Value, out: &Path) -> Result<TrainOutput, JsonError> {
    let record = OutputRecord::deserialize(value)?;
    let metrics = |scores: Option<MetricsRecord>| scores.map(EvalMetrics::try_from).transpose();
    Ok(TrainOutput {
        outcome: Outcome::from_name(&record.outcome).ok_or(JsonError::Unknown("outcome", record.outcome))?,
        best_epoch: record.best_epoch,
        dev: metrics(record.dev)?,
        test: metrics(record.test)?,
        train_seconds: record.train_seconds,
        n_subwords: record.pieces,
        peak_memory_mb: record.peak_memory_mb,
        out: out.to_owned(),
    })
}

/// Parses an estimate written by [`estimate`].
///
/// # Errors
/// Returns an error for anything else.
pub fn estimate_from(value: &Value) -> Result<RunEstimate, JsonError> {
    let record = EstimateRecord::deserialize(value)?;
    Ok(RunEstimate {
        seconds: record.seconds,
        subwords_per_second: record.pieces_per_second,
        memory_mb: record.peak_memory_mb,
        free_mb: record.free_memory_mb,
    })
}

/// Parses losses by learning rate written by [`lr_sweep_to_json`].
///
/// # Errors
/// Returns an error for anything else.
pub fn lr_sweep_from_json(value: &Value) -> Result<LrSweep, JsonError> {
    match Line::deserialize(value)? {
        Line::LearningRates { points, suggestion } => Ok(LrSweep { points, suggestion }),
        _ => Err(JsonError::Unknown("event", value["event"].to_string())),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn scores() -> EvalMetrics {
        let score = PrfScore::from_counts(3, 5, 4);
        EvalMetrics {
            values: [("f1", 0.75), ("loss", 0.125), ("piece_f1", 0.5)].into_iter().collect(),
            n_unmapped_predictions: 0,
            overall: score,
            labels: vec![LabelScore { label: "PER".into(), score }, LabelScore { label: "A \"b\"".into(), score }],
            strict: PrfScore::from_counts(1, 2, 3),
            sentences: 7,
            tokens: 30,
            n_tokens_without_subwords: 1,
            seconds: 0.25,
        }
    }

    #[test]
    fn events_roundtrip_through_json() {
        let check = |event: TrainEvent| assert_eq!(from_json(&to_json(&event)).ok(), Some(event));
        let step =
            Step { step: 3, epoch: 0.5, loss: 1.25, merged: 2, grad_norm: 4.5, remaining: 9.0, ..Step::default() };
        let evaluated = TrainEvent::Evaluated { epoch: 2, split: Split::Dev, scores: scores(), best: true };
        check(TrainEvent::Step(step));
        check(evaluated.clone());
        check(TrainEvent::Saved { step: 17 });
        check(TrainEvent::Log(LogLevel::Warning, "a line\nand another".into()));
        check(TrainEvent::History(vec![TrainEvent::Step(step), evaluated]));
        let schedule = LrSchedule { shape: SchedulerType::Cosine, steps: 34, warmup: 4 };
        let labels = vec!["PER".to_owned(), "LOC".to_owned()];
        check(TrainEvent::Started(Started { schedule, steps: 34, labels, head_reused: true, ..Started::default() }));
        let out = Path::new("a folder");
        let ended = TrainOutput {
            outcome: Outcome::Stopped,
            best_epoch: 2,
            dev: Some(scores()),
            test: None,
            train_seconds: 1.5,
            n_subwords: 99,
            peak_memory_mb: Some(500.0),
            out: out.to_owned(),
        };
        assert_eq!(output_from_json(&output_to_json(&ended), out).ok(), Some(ended));
        let cost = RunEstimate { seconds: 12.5, subwords_per_second: 1000.0, memory_mb: None, free_mb: Some(12.0) };
        assert_eq!(estimate_from(&estimate(&cost)).ok(), Some(cost));
        let sweep = LrSweep { points: vec![[1e-5, 2.0], [1e-4, 1.5]], suggestion: None };
        assert_eq!(lr_sweep_from_json(&lr_sweep_to_json(&sweep)).ok(), Some(sweep));
    }

    #[test]
    fn non_finite_values_are_read_as_nan() {
        let written = to_json(&TrainEvent::Step(Step { loss: f64::NAN, grad_norm: f64::INFINITY, ..Step::default() }));
        assert!(matches!(from_json(&written), Ok(TrainEvent::Step(s)) if s.loss.is_nan() && s.grad_norm.is_nan()));
    }

    #[test]
    fn incomplete_lines_are_errors() {
        let step = to_json(&TrainEvent::Step(Step::default()));
        let check = |name: &str, value: Value, expected: &str| {
            let mut line = step.clone();
            line[name] = value;
            let error = from_json(&line).expect_err(name);
            assert!(error.to_string().contains(expected), "{name}: {error}");
        };
        check("epoch", Value::Null, "invalid type");
        check("step", Value::from(-1), "invalid value");
        check("event", Value::from("unheard_of"), "unknown variant");
        check("event", Value::from("saved_at"), "unknown variant");
    }
}
