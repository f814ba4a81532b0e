//! JSON of events, results and measurements, by derived mirror types.
//!
//! `train --json`, `metrics.jsonl`, the history of a checkpoint and the protocol of the GPU helper use the same lines. The
//! names of the fields are a contract: a renamed field of the program keeps its name here.

mod records;

pub use records::{labels, metric_values};

use super::event::{LogLevel, Outcome, TrainEvent};
use super::job::TrainOutput;
use super::measure::{LrSweep, RunEstimate};
use crate::corpus::Split;
use crate::eval::errors::{EntityCounts, UnitScores};
use crate::predict::EvalMetrics;
use records::{EstimateRecord, MetricsRecord, OutputRecord, StartedRecord, StepRecord, to_value};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        f1_interval: Option<[f64; 2]>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by_unit: Vec<[u32; 3]>,
        #[serde(flatten)]
        scores: Box<MetricsRecord>,
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
    Finished(Box<OutputRecord>),
    Estimate(EstimateRecord),
    LearningRates {
        points: Vec<[f64; 2]>,
        suggestion: Option<f64>,
    },
}

/// Converts an event to a JSON object.
pub fn to_json(event: &TrainEvent) -> Value {
    to_value(&match event {
        TrainEvent::Started(started) => Line::Started(started.into()),
        TrainEvent::Step(step) => Line::Step(step.into()),
        TrainEvent::Evaluated { epoch, split, scores, best, units } => Line::Evaluated {
            epoch: *epoch,
            split: split.name().to_owned(),
            best: *best,
            f1_interval: units.as_ref().and_then(|units| units.f1_interval),
            by_unit: units.iter().flat_map(|units| &units.counts).map(|c| [c.correct, c.predicted, c.gold]).collect(),
            scores: Box::new(scores.into()),
        },
        TrainEvent::Saved { step } => Line::Saved { step: *step },
        TrainEvent::History(events) => Line::History { events: events.iter().map(to_json).collect() },
        TrainEvent::Log(level, text) => Line::Note { weight: level.name().to_owned(), text: text.clone() },
    })
}

/// Removes the counts by unit from an event and from the events of a history, for readers outside of this program.
pub fn without_units(mut event: Value) -> Value {
    if let Some(fields) = event.as_object_mut() {
        fields.remove("by_unit");
        let earlier = fields.get_mut("events").and_then(Value::as_array_mut);
        earlier.into_iter().flatten().for_each(|event| *event = without_units(event.take()));
    }
    event
}

/// Converts the metrics of a split to a JSON object.
pub fn evaluation(scores: &EvalMetrics) -> Value {
    to_value(&MetricsRecord::from(scores))
}

/// Converts the result of a run to a JSON object, the last one of a stream.
pub fn output_to_json(output: &TrainOutput) -> Value {
    let metrics = |scores: &Option<EvalMetrics>| scores.as_ref().map(MetricsRecord::from);
    to_value(&Line::Finished(Box::new(OutputRecord {
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
    })))
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

/// Parses an event written by [`to_json`].
///
/// # Errors
/// Returns an error for anything else, also for the other lines of a stream.
pub fn from_json(value: &Value) -> Result<TrainEvent, JsonError> {
    match Line::deserialize(value)? {
        Line::Started(record) => Ok(TrainEvent::Started(record.try_into()?)),
        Line::Step(record) => Ok(TrainEvent::Step(record.into())),
        Line::Evaluated { epoch, split, best, f1_interval, by_unit, scores } => {
            let split = Split::from_name(&split).ok_or(JsonError::Unknown("split", split))?;
            let counts: Vec<_> = by_unit
                .iter()
                .map(|[correct, predicted, gold]| EntityCounts {
                    correct: *correct,
                    predicted: *predicted,
                    gold: *gold,
                })
                .collect();
            let units = (!counts.is_empty()).then(|| Box::new(UnitScores { counts, f1_interval }));
            Ok(TrainEvent::Evaluated { epoch, split, scores: (*scores).try_into()?, best, units })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{LabelScore, PrfScore};
    use crate::train::event::{Started, Step};
    use crate::train::schedule::{LrSchedule, SchedulerType};

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
        let evaluated =
            |units| TrainEvent::Evaluated { epoch: 2, split: Split::Dev, scores: scores(), best: true, units };
        let counts = EntityCounts { correct: 2, predicted: 3, gold: 4 };
        let units = UnitScores { counts: vec![counts, counts], f1_interval: Some([0.25, 0.75]) };
        check(TrainEvent::Step(step));
        check(evaluated(None));
        check(evaluated(Some(Box::new(units))));
        check(TrainEvent::Saved { step: 17 });
        check(TrainEvent::Log(LogLevel::Warning, "a line\nand another".into()));
        check(TrainEvent::History(vec![TrainEvent::Step(step), evaluated(None)]));
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
