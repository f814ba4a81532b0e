//! Events as JSON and back: the lines of `train --json`, of `metrics.jsonl`, and the history in a checkpoint are the same.

use super::event::{Event, Started, Step};
use crate::corpus::Split;
use crate::eval::{LabelScore, Score};
use crate::predict::Evaluation;
use serde_json::{Map, Value, json};

/// An event as one object; `None` for a line of the log, which is for people, and for what was told before.
pub fn to_json(event: &Event) -> Option<Value> {
    Some(match event {
        Event::Started(s) => started(s),
        Event::Step(s) => json!({"event": "step", "step": s.step, "epoch": s.epoch, "loss": s.loss,
            "learning_rate": s.learning_rate, "grad_norm": s.grad_norm, "pieces_per_second": s.pieces_per_second,
            "padding_avoided": s.padding_avoided, "elapsed": s.elapsed, "steps_told": s.merged}),
        Event::Evaluated { epoch, split, scores, .. } => {
            let mut value = json!({"event": "evaluated", "epoch": epoch, "split": split.name()});
            if let (Some(to), Value::Object(from)) = (value.as_object_mut(), evaluation(scores)) {
                to.extend(from);
            }
            value
        }
        Event::Saved { step, .. } => json!({"event": "saved", "step": step}),
        Event::History(_) | Event::Note(..) => return None,
    })
}

fn started(s: &Started) -> Value {
    json!({"event": "started", "device": s.device, "model": s.model, "train_sentences": s.train_sentences,
        "dev_sentences": s.dev_sentences, "pieces_per_epoch": s.pieces_per_epoch, "steps": s.steps,
        "head": if s.head_kept { "kept" } else { "new" }, "labels": s.labels, "resumed_at": s.resumed_at})
}

/// Scores of a split.
pub fn evaluation(scores: &Evaluation) -> Value {
    json!({
        "loss": scores.loss,
        "precision": scores.overall.precision,
        "recall": scores.overall.recall,
        "f1": scores.overall.f1,
        "accuracy": scores.accuracy,
        "piece_f1": scores.piece_f1,
        "support": scores.overall.support,
        "predicted": scores.overall.predicted,
        "right": scores.overall.right,
        "labels": labels(&scores.labels),
    })
}

/// Scores by label, as an object in the labels' order.
pub fn labels(labels: &[LabelScore]) -> Value {
    Value::Object(labels.iter().map(|l| (l.label.clone(), score(&l.score))).collect::<Map<_, _>>())
}

fn score(s: &Score) -> Value {
    json!({"precision": s.precision, "recall": s.recall, "f1": s.f1, "support": s.support, "predicted": s.predicted,
        "right": s.right})
}

/// The step or the dev scores that were written by [`to_json`]; `None` for anything else.
pub fn from_json(value: &Value) -> Option<Event> {
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    let count = |name: &str| value.get(name).and_then(Value::as_u64).map(|n| n as usize);
    match value.get("event")?.as_str()? {
        "step" => Some(Event::Step(Step {
            step: count("step")?,
            epoch: number("epoch")?,
            // What is no number has no form in JSON.
            loss: number("loss").unwrap_or(f64::NAN),
            merged: count("steps_told").unwrap_or(1),
            learning_rate: number("learning_rate")?,
            grad_norm: number("grad_norm").unwrap_or(f64::NAN),
            pieces_per_second: number("pieces_per_second")?,
            padding_avoided: number("padding_avoided")?,
            elapsed: number("elapsed").unwrap_or(0.0),
            ..Step::default()
        })),
        "evaluated" => {
            let scores = Evaluation {
                overall: read_score(value)?,
                labels: value
                    .get("labels")?
                    .as_object()?
                    .iter()
                    .map(|(label, s)| Some(LabelScore { label: label.clone(), score: read_score(s)? }))
                    .collect::<Option<_>>()?,
                accuracy: number("accuracy")?,
                piece_f1: number("piece_f1")?,
                loss: number("loss"),
                ..Evaluation::default()
            };
            let split = Split::from_name(value.get("split")?.as_str()?)?;
            Some(Event::Evaluated { epoch: count("epoch")?, split, scores, best: false })
        }
        _ => None,
    }
}

fn read_score(value: &Value) -> Option<Score> {
    let count = |name: &str| value.get(name).and_then(Value::as_u64).map(|n| n as usize);
    Some(Score::of(count("right")?, count("predicted")?, count("support")?))
}
