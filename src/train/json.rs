//! Conversion of events to JSON and back.
//!
//! `train --json`, `metrics.jsonl`, the history of a checkpoint and the protocol of the GPU helper use the same lines.

use super::event::{LogLevel, Outcome, Started, Step, TrainEvent};
use super::job::TrainOutput;
use super::measure::{LrSweep, RunEstimate};
use super::schedule::{LrSchedule, SchedulerType};
use crate::corpus::Split;
use crate::eval::token_metrics::{F1, token_metric, token_metrics};
use crate::eval::{LabelScore, MetricDefinition, MetricValues, PrfScore};
use crate::predict::EvalMetrics;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Converts an event to a JSON object.
pub fn to_json(event: &TrainEvent) -> Value {
    match event {
        TrainEvent::Started(s) => started(s),
        TrainEvent::Step(s) => json!({"event": "step", "step": s.step, "epoch": s.epoch, "loss": s.loss,
            "learning_rate": s.learning_rate, "grad_norm": s.grad_norm, "pieces_per_second": s.subwords_per_second,
            "padding_avoided": s.padding_avoided, "elapsed": s.elapsed, "remaining": s.remaining,
            "steps_told": s.merged}),
        TrainEvent::Evaluated { epoch, split, scores, best } => {
            let mut value = json!({"event": "evaluated", "epoch": epoch, "split": split.name(), "best": best});
            if let (Some(to), Value::Object(from)) = (value.as_object_mut(), evaluation(scores)) {
                to.extend(from);
            }
            value
        }
        TrainEvent::Saved { step, .. } => json!({"event": "saved", "step": step}),
        TrainEvent::History(events) => {
            json!({"event": "history", "events": events.iter().map(to_json).collect::<Vec<_>>()})
        }
        TrainEvent::Log(level, text) => json!({"event": "note", "weight": level.name(), "text": text}),
    }
}

fn started(s: &Started) -> Value {
    json!({"event": "started", "device": s.device, "model": s.model, "train_sentences": s.train_sentences,
        "dev_sentences": s.dev_sentences, "pieces_per_epoch": s.subwords_per_epoch, "steps": s.steps,
        "epochs": s.epochs, "learning_rate": s.learning_rate, "lr_scheduler_type": shape_name(s.schedule.shape),
        "warmup_steps": s.schedule.warmup, "head": if s.head_reused { "kept" } else { "new" }, "labels": s.labels,
        "resumed_at": s.resumed_from_step, "metric_for_best_model": s.metric.id})
}

/// Converts the values of all metrics to a JSON object. A metric without a value is null.
pub fn metric_values(values: &MetricValues) -> Map<String, Value> {
    token_metrics().map(|metric| (metric.id.to_owned(), values.get(metric).into())).collect()
}

/// Converts the metrics of a split to a JSON object.
pub fn evaluation(scores: &EvalMetrics) -> Value {
    let mut object = metric_values(&scores.values);
    let counts = json!({
        "support": scores.overall.support,
        "predicted": scores.overall.predicted,
        "right": scores.overall.correct,
        "labels": labels(&scores.labels),
        "strict": score(&scores.strict),
        "sentences": scores.sentences,
        "tokens": scores.tokens,
        "empty_words": scores.n_tokens_without_subwords,
        "seconds": scores.seconds,
    });
    if let Value::Object(counts) = counts {
        object.extend(counts);
    }
    Value::Object(object)
}

/// Converts the result of a run to a JSON object, the last one of a stream.
pub fn output_to_json(f: &TrainOutput) -> Value {
    json!({"event": "finished", "outcome": f.outcome.name(), "best_epoch": f.best_epoch,
        "train_seconds": f.train_seconds, "pieces": f.n_subwords, "pieces_per_second": f.subwords_per_second(),
        "peak_memory_mb": f.peak_memory_mb, "dev": f.dev.as_ref().map(evaluation),
        "test": f.test.as_ref().map(evaluation), "out": f.out})
}

/// Converts an estimate of a run to a JSON object.
pub fn estimate(e: &RunEstimate) -> Value {
    json!({"event": "estimate", "seconds": e.seconds, "pieces_per_second": e.subwords_per_second,
        "peak_memory_mb": e.memory_mb, "free_memory_mb": e.free_mb})
}

/// Converts the losses by learning rate to a JSON object.
pub fn lr_sweep_to_json(sweep: &LrSweep) -> Value {
    json!({"event": "learning_rates", "points": sweep.points, "suggestion": sweep.suggestion})
}

/// Converts the scores by label to a JSON object, in the order of the labels.
pub fn labels(labels: &[LabelScore]) -> Value {
    Value::Object(labels.iter().map(|l| (l.label.clone(), score(&l.score))).collect::<Map<_, _>>())
}

fn score(s: &PrfScore) -> Value {
    json!({"precision": s.precision, "recall": s.recall, "f1": s.f1, "support": s.support, "predicted": s.predicted,
        "right": s.correct})
}

/// Parses an event written by [`to_json`]. Returns `None` for anything else.
pub fn from_json(value: &Value) -> Option<TrainEvent> {
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    let count = |name: &str| count(value, name);
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    match text("event")? {
        "started" => Some(TrainEvent::Started(Started {
            device: text("device")?.into(),
            model: text("model")?.into(),
            train_sentences: count("train_sentences")?,
            dev_sentences: count("dev_sentences")?,
            subwords_per_epoch: count("pieces_per_epoch")?,
            steps: count("steps")?,
            epochs: count("epochs")?,
            learning_rate: number("learning_rate")?,
            schedule: LrSchedule {
                shape: SchedulerType::ALL.iter().find(|(name, _)| Some(*name) == text("lr_scheduler_type"))?.1,
                steps: count("steps")?,
                warmup: count("warmup_steps")?,
            },
            head_reused: text("head")? == "kept",
            labels: value.get("labels")?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            resumed_from_step: count("resumed_at")?,
            // Older versions selected the best epoch by F1.
            metric: text("metric_for_best_model").map_or(Some(&F1), token_metric)?,
        })),
        "saved" => Some(TrainEvent::Saved { step: count("step")? }),
        "history" => Some(TrainEvent::History(value.get("events")?.as_array()?.iter().filter_map(from_json).collect())),
        "note" => Some(TrainEvent::Log(LogLevel::from_name(text("weight")?)?, text("text")?.into())),
        "step" => Some(TrainEvent::Step(Step {
            step: count("step")?,
            epoch: number("epoch")?,
            // JSON cannot represent NaN and infinity; they are written as null.
            loss: number("loss").unwrap_or(f64::NAN),
            merged: count("steps_told").unwrap_or(1),
            learning_rate: number("learning_rate")?,
            grad_norm: number("grad_norm").unwrap_or(f64::NAN),
            subwords_per_second: number("pieces_per_second")?,
            padding_avoided: number("padding_avoided")?,
            elapsed: number("elapsed").unwrap_or(0.0),
            remaining: number("remaining").unwrap_or(0.0),
        })),
        "evaluated" => {
            let best = value.get("best").and_then(Value::as_bool).unwrap_or(false);
            let split = Split::from_name(text("split")?)?;
            Some(TrainEvent::Evaluated { epoch: count("epoch")?, split, scores: metrics_from_json(value)?, best })
        }
        _ => None,
    }
}

fn count(value: &Value, name: &str) -> Option<usize> {
    value.get(name).and_then(Value::as_u64).map(|n| n as usize)
}

fn shape_name(shape: SchedulerType) -> &'static str {
    SchedulerType::ALL.iter().find(|(_, s)| *s == shape).map_or("linear", |(name, _)| name)
}

/// Parses metrics written by [`evaluation`].
fn metrics_from_json(value: &Value) -> Option<EvalMetrics> {
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    let label = |(label, s): (&String, &Value)| Some(LabelScore { label: label.clone(), score: score_from_json(s)? });
    let metric = |metric: &MetricDefinition| Some((metric.id, number(metric.id)?));
    Some(EvalMetrics {
        values: token_metrics().filter_map(metric).collect(),
        n_unmapped_predictions: 0,
        overall: score_from_json(value)?,
        labels: value.get("labels")?.as_object()?.iter().map(label).collect::<Option<_>>()?,
        strict: value.get("strict").and_then(score_from_json).unwrap_or_default(),
        sentences: count(value, "sentences").unwrap_or(0),
        tokens: count(value, "tokens").unwrap_or(0),
        n_tokens_without_subwords: count(value, "empty_words").unwrap_or(0),
        seconds: number("seconds").unwrap_or(0.0),
    })
}

/// Parses a result written by [`output_to_json`]. `out` is the directory of the run.
pub fn output_from_json(value: &Value, out: &Path) -> Option<TrainOutput> {
    let scores = |name: &str| value.get(name).and_then(metrics_from_json);
    Some(TrainOutput {
        outcome: Outcome::from_name(value.get("outcome")?.as_str()?)?,
        best_epoch: count(value, "best_epoch")?,
        dev: scores("dev"),
        test: scores("test"),
        train_seconds: value.get("train_seconds")?.as_f64()?,
        n_subwords: count(value, "pieces")?,
        peak_memory_mb: value.get("peak_memory_mb").and_then(Value::as_f64),
        out: out.to_owned(),
    })
}

/// Parses an estimate written by [`estimate`].
pub fn estimate_from(value: &Value) -> Option<RunEstimate> {
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    Some(RunEstimate {
        seconds: number("seconds")?,
        subwords_per_second: number("pieces_per_second")?,
        memory_mb: number("peak_memory_mb"),
        free_mb: number("free_memory_mb"),
    })
}

/// Parses losses by learning rate written by [`lr_sweep_to_json`].
pub fn lr_sweep_from_json(value: &Value) -> Option<LrSweep> {
    let point = |p: &Value| Some([p.get(0)?.as_f64()?, p.get(1)?.as_f64()?]);
    Some(LrSweep {
        points: value.get("points")?.as_array()?.iter().map(point).collect::<Option<_>>()?,
        suggestion: value.get("suggestion").and_then(Value::as_f64),
    })
}

fn score_from_json(value: &Value) -> Option<PrfScore> {
    Some(PrfScore::from_counts(count(value, "right")?, count(value, "predicted")?, count(value, "support")?))
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
        let check = |event: TrainEvent| assert_eq!(from_json(&to_json(&event)), Some(event));
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
        assert_eq!(output_from_json(&output_to_json(&ended), out), Some(ended));
        let cost = RunEstimate { seconds: 12.5, subwords_per_second: 1000.0, memory_mb: None, free_mb: Some(12.0) };
        assert_eq!(estimate_from(&estimate(&cost)), Some(cost));
        let sweep = LrSweep { points: vec![[1e-5, 2.0], [1e-4, 1.5]], suggestion: None };
        assert_eq!(lr_sweep_from_json(&lr_sweep_to_json(&sweep)), Some(sweep));
    }

    #[test]
    fn non_finite_values_are_read_as_nan() {
        let written = to_json(&TrainEvent::Step(Step { loss: f64::NAN, grad_norm: f64::INFINITY, ..Step::default() }));
        assert!(matches!(from_json(&written), Some(TrainEvent::Step(s)) if s.loss.is_nan() && s.grad_norm.is_nan()));
    }
}
