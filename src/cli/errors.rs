//! The subcommand `errors`: the disagreements between gold labels and a model, or between two models.

use super::CliError;
use super::evaluation::{EvaluationArguments, EvaluationData};
use super::output::{json_line, line, text, thousands};
use crate::corpus::SentenceId;
use crate::eval::errors::{
    Case, CaseEntity, ComparedCase, ErrorAnalysis, F1Difference, Interval, IntervalScore, ModelComparison, Outcome,
    Predictions, Slice, TrainTexts,
};
use crate::hub::ModelRef;
use crate::model::DeviceChoice;
use serde_json::{Value, json};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    evaluation: EvaluationArguments,
    /// Compare with a second model, and list the sentences where both differ
    #[arg(long, value_name = "MODEL")]
    against: Option<ModelRef>,
    /// Print the scores, intervals, kinds and slices only
    #[arg(long)]
    summary: bool,
    /// Print JSON: one object for each error, or one object with --summary
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Requested compute device.
    pub fn device(&self) -> DeviceChoice {
        self.evaluation.device
    }
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    let data = arguments.evaluation.data()?;
    let models: Vec<&ModelRef> = std::iter::once(&arguments.evaluation.model).chain(&arguments.against).collect();
    let evaluations = arguments.evaluation.evaluate(&models, &data)?;
    let predictions = evaluations.into_iter().map(|e| data.sentences.iter().copied().zip(e.predictions).collect());
    let predictions: Vec<Predictions> = predictions.collect();
    let train = TrainTexts::collect(&data.corpus);
    match predictions.as_slice() {
        [first, second] => {
            let comparison = ModelComparison::new(&data.corpus, [first, second], &train);
            print_comparison(arguments, &data, &comparison, &train)
        }
        of_model => {
            let analysis = ErrorAnalysis::new(&data.corpus, &of_model.concat(), &train);
            print_errors(arguments, &data, &analysis, &train)
        }
    }
}

fn print_errors(
    arguments: &Arguments,
    data: &EvaluationData,
    analysis: &ErrorAnalysis,
    train: &TrainTexts,
) -> Result<(), CliError> {
    if arguments.summary || !arguments.json {
        match arguments.json {
            true => json_line(&summary(analysis))?,
            false => {
                let sentences = thousands(analysis.n_sentences);
                line(format!("{} on {}: {sentences} sentences", arguments.evaluation.model, data.split_name()))?;
                text(&summary_table(analysis))?;
            }
        }
    }
    if arguments.summary {
        return Ok(());
    }
    for case in analysis.cases.iter().filter(|case| case.outcome != Outcome::Correct) {
        if arguments.json {
            json_line(&case_json(data, case, &analysis.labels, train))?;
        } else {
            line(case_line(data, case, &analysis.labels))?;
        }
    }
    Ok(())
}

fn print_comparison(
    arguments: &Arguments,
    data: &EvaluationData,
    comparison: &ModelComparison,
    train: &TrainTexts,
) -> Result<(), CliError> {
    if arguments.summary || !arguments.json {
        match arguments.json {
            true => json_line(&comparison_summary(comparison))?,
            false => {
                let sentences = thousands(comparison.n_sentences);
                line(format!("first and second model on {}: {sentences} sentences", data.split_name()))?;
                text(&comparison_table(comparison))?;
            }
        }
    }
    if arguments.summary {
        return Ok(());
    }
    for case in comparison.cases.iter().filter(|case| !case.is_same()) {
        if arguments.json {
            json_line(&compared_json(data, case, &comparison.labels, train))?;
        } else {
            let shown = |model: usize| described(data, case.sentence, case.predicted(model), &comparison.labels);
            let gold = described(data, case.sentence, case.gold.as_ref(), &comparison.labels);
            line(format!(
                "{}  gold {gold}  first {}  second {}",
                data.sentence_name(case.sentence),
                shown(0),
                shown(1)
            ))?;
        }
    }
    Ok(())
}

/// Returns the text and label of an entity, such as `Oslo LOC`, or `none`.
fn described(data: &EvaluationData, id: SentenceId, entity: Option<&CaseEntity>, labels: &[String]) -> String {
    entity.map_or("none".to_owned(), |entity| {
        let document = data.corpus.document(id.document);
        let text = document.token_range_text(id.sentence as usize, entity.range.start..entity.range.end);
        format!("“{}” {}", text.replace(['\n', '\r'], " "), labels[entity.range.label])
    })
}

fn case_line(data: &EvaluationData, case: &Case, labels: &[String]) -> String {
    let shown = |entity: &Option<CaseEntity>| described(data, case.sentence, entity.as_ref(), labels);
    let (name, kind) = (data.sentence_name(case.sentence), case.outcome.id());
    format!("{name}  {kind:<8}  gold {}  model {}", shown(&case.gold), shown(&case.predicted))
}

/// Returns an entity as JSON, with offsets in code points of the document.
fn entity_json(data: &EvaluationData, id: SentenceId, entity: Option<&CaseEntity>, labels: &[String]) -> Value {
    let Some(entity) = entity else { return Value::Null };
    let document = data.corpus.document(id.document);
    let tokens = document.sentence_range(id.sentence as usize);
    let start = document.tokens[tokens.start + entity.range.start].0 as usize;
    let text = document.token_range_text(id.sentence as usize, entity.range.start..entity.range.end);
    let start = data.code_point(id.document, start);
    let mut value = json!({
        "label": labels[entity.range.label],
        "start": start,
        "end": start + text.chars().count(),
        "text": text,
    });
    if let Some(score) = entity.score {
        value["score"] = json!(score);
    }
    value
}

/// Returns if the text of the gold entity, or of the prediction without one, occurs in train. Null without train data.
fn seen_json(entity: Option<&CaseEntity>, train: &TrainTexts) -> Value {
    match entity {
        Some(entity) if !train.is_empty() => json!(entity.in_train.is_some()),
        _ => Value::Null,
    }
}

fn case_json(data: &EvaluationData, case: &Case, labels: &[String], train: &TrainTexts) -> Value {
    json!({
        "document": case.sentence.document,
        "sentence": case.sentence.sentence,
        "name": data.sentence_name(case.sentence),
        "split": data.corpus.split_of(case.sentence).name(),
        "kind": case.outcome.id(),
        "gold": entity_json(data, case.sentence, case.gold.as_ref(), labels),
        "model": entity_json(data, case.sentence, case.predicted.as_ref(), labels),
        "seen_in_train": seen_json(case.entity(), train),
    })
}

fn compared_json(data: &EvaluationData, case: &ComparedCase, labels: &[String], train: &TrainTexts) -> Value {
    let entity = |model: usize| entity_json(data, case.sentence, case.predicted(model), labels);
    let kind = |model: usize| case.models[model].as_ref().map(|(_, outcome)| outcome.id());
    json!({
        "document": case.sentence.document,
        "sentence": case.sentence.sentence,
        "name": data.sentence_name(case.sentence),
        "split": data.corpus.split_of(case.sentence).name(),
        "kind": kind(0),
        "against_kind": kind(1),
        "gold": entity_json(data, case.sentence, case.gold.as_ref(), labels),
        "model": entity(0),
        "against": entity(1),
        "seen_in_train": seen_json(case.gold.as_ref().or(case.predicted(0)).or(case.predicted(1)), train),
    })
}

fn interval_json(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |i| json!({"low": i.low, "high": i.high, "undefined": i.n_undefined}))
}

fn score_json(score: &IntervalScore) -> Value {
    json!({
        "precision": score.score.precision,
        "recall": score.score.recall,
        "f1": score.score.f1,
        "precision_interval": interval_json(score.precision),
        "recall_interval": interval_json(score.recall),
        "f1_interval": interval_json(score.f1),
        "gold": score.score.support,
        "predicted": score.score.predicted,
        "correct": score.score.correct,
    })
}

fn summary(analysis: &ErrorAnalysis) -> Value {
    let counts = std::iter::once(Outcome::Correct).chain(Outcome::ERRORS);
    let counts: serde_json::Map<String, Value> =
        counts.map(|outcome| (outcome.id().to_owned(), json!(analysis.count(outcome)))).collect();
    let labels: serde_json::Map<String, Value> = analysis
        .by_label
        .iter()
        .map(|label| {
            let mut value = score_json(&label.score);
            value["f1_seen"] = json!(label.f1_seen);
            value["f1_unseen"] = json!(label.f1_unseen);
            (analysis.labels[label.label].clone(), value)
        })
        .collect();
    let slices: serde_json::Map<String, Value> =
        analysis.slices.iter().map(|(slice, score)| (slice.id().to_owned(), score_json(score))).collect();
    json!({
        "overall": score_json(&analysis.overall),
        "labels": labels,
        "kinds": counts,
        "slices": slices,
        "confusion": {"labels": analysis.labels, "rows": analysis.confusion},
        "resampling": {"unit": analysis.unit.id(), "units": analysis.n_units},
        "sentences": analysis.n_sentences,
        "correct_sentences": analysis.n_correct_sentences,
    })
}

fn percent(value: f64) -> String {
    format!("{:.2}", value * 100.0)
}

fn shown_interval(interval: Option<Interval>) -> String {
    interval.map_or("unknown".to_owned(), |i| format!("{:.1}–{:.1}", i.low * 100.0, i.high * 100.0))
}

/// Returns the name of a slice in text output.
fn slice_name(slice: Slice) -> &'static str {
    match slice {
        Slice::SeenInTrain => "seen in train",
        Slice::UnseenInTrain => "unseen in train",
        Slice::OneToken => "one token",
        Slice::ThreeOrMoreTokens => "three or more tokens",
        Slice::LongSentences => "over 40 tokens",
    }
}

fn summary_table(analysis: &ErrorAnalysis) -> String {
    let mut out = format!(
        "{:<22} {:>9} {:>9} {:>9} {:>14} {:>8} {:>9}\n",
        "", "precision", "recall", "F1", "95 % interval", "gold", "predicted"
    );
    let mut row = |name: &str, score: &IntervalScore| {
        let [precision, recall, f1] = [score.score.precision, score.score.recall, score.score.f1].map(percent);
        let (gold, predicted) = (thousands(score.score.support), thousands(score.score.predicted));
        let interval = shown_interval(score.f1);
        out.push_str(&format!(
            "{name:<22} {precision:>9} {recall:>9} {f1:>9} {interval:>14} {gold:>8} {predicted:>9}\n"
        ));
    };
    for label in &analysis.by_label {
        row(&analysis.labels[label.label], &label.score);
    }
    row("all", &analysis.overall);
    for (slice, score) in &analysis.slices {
        row(slice_name(*slice), score);
    }
    let kinds = Outcome::ERRORS.map(|outcome| format!("{} {}", outcome.id(), thousands(analysis.count(outcome))));
    out.push_str(&format!("errors: {}\n", kinds.join(", ")));
    let correct = thousands(analysis.n_correct_sentences);
    out.push_str(&format!("sentences without error: {correct} of {}\n", thousands(analysis.n_sentences)));
    out.push_str(&format!("intervals: bootstrap over {} {}\n", thousands(analysis.n_units), analysis.unit.id()));
    out
}

fn difference_json(difference: &F1Difference) -> Value {
    json!({
        "gold": difference.gold,
        "f1": difference.f1[0],
        "against_f1": difference.f1[1],
        "f1_interval": interval_json(difference.intervals[0]),
        "against_f1_interval": interval_json(difference.intervals[1]),
        "difference": difference.value(),
        "difference_interval": interval_json(difference.difference),
    })
}

fn comparison_summary(comparison: &ModelComparison) -> Value {
    let labels: serde_json::Map<String, Value> = comparison
        .by_label
        .iter()
        .map(|(label, difference)| (comparison.labels[*label].clone(), difference_json(difference)))
        .collect();
    let [both, first, second, neither] = comparison.agreement(None);
    json!({
        "overall": difference_json(&comparison.overall),
        "p_value": comparison.p_value,
        "labels": labels,
        "gold_entities": {"both_correct": both, "only_model": first, "only_against": second, "both_wrong": neither},
        "resampling": {"unit": comparison.unit.id(), "units": comparison.n_units},
        "sentences": comparison.n_sentences,
        "different_sentences": comparison.n_different_sentences,
    })
}

fn comparison_table(comparison: &ModelComparison) -> String {
    let mut out = format!(
        "{:<22} {:>8} {:>9} {:>9} {:>11} {:>16}\n",
        "", "gold", "first F1", "second F1", "difference", "95 % interval"
    );
    let mut row = |name: &str, difference: &F1Difference| {
        let shown = |value: Option<f64>| value.map_or("unknown".to_owned(), percent);
        let [first, second] = difference.f1.map(shown);
        let value = difference.value().map_or("unknown".to_owned(), |value| format!("{:+.2}", value * 100.0));
        let interval = difference.difference;
        let interval =
            interval.map_or("unknown".to_owned(), |i| format!("{:+.1} to {:+.1}", i.low * 100.0, i.high * 100.0));
        let gold = thousands(difference.gold);
        out.push_str(&format!("{name:<22} {gold:>8} {first:>9} {second:>9} {value:>11} {interval:>16}\n"));
    };
    for (label, difference) in &comparison.by_label {
        row(&comparison.labels[*label], difference);
    }
    row("all", &comparison.overall);
    let [both, first, second, neither] = comparison.agreement(None).map(thousands);
    out.push_str(&format!(
        "gold entities: both right {both}, only first {first}, only second {second}, both wrong {neither}\n"
    ));
    let different = thousands(comparison.n_different_sentences);
    out.push_str(&format!("sentences that differ: {different} of {}\n", thousands(comparison.n_sentences)));
    out.push_str(&format!(
        "permutation test over {} {}: p = {:.4}\n",
        thousands(comparison.n_units),
        comparison.unit.id(),
        comparison.p_value
    ));
    out
}
