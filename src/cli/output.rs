//! Standard output: JSON objects that several subcommands share, and lines of text.

use super::{CliError, terminal};
use crate::eval::token_metrics::token_metrics;
use crate::eval::{MetricDefinition, PrfScore};
pub use crate::i18n::thousands;
use crate::predict::EvalMetrics;
use crate::train::json::{labels, metric_values};
use serde_json::{Value, json};
use std::io;

/// Prints a line. A closed pipe is an error, not a panic.
pub fn line(text: impl std::fmt::Display) -> Result<(), CliError> {
    Ok(terminal::text(&format!("{text}\n"))?)
}

/// Prints JSON as one line.
pub fn json_line(value: &Value) -> Result<(), CliError> {
    Ok(terminal::json(value)?)
}

/// Prints part of a JSON text.
pub fn json_part(part: &str) -> Result<(), CliError> {
    Ok(terminal::json_part(part)?)
}

/// Prints text.
pub fn text(text: &str) -> Result<(), CliError> {
    Ok(terminal::text(text)?)
}

/// Prints the bytes of a file.
pub fn bytes(bytes: &[u8]) -> Result<(), CliError> {
    Ok(terminal::bytes(bytes)?)
}

/// True if the error means that the reader of the output closed the pipe.
pub fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// Returns the JSON result of `evaluate`.
pub fn evaluation(scores: &EvalMetrics) -> Value {
    json!({
        "overall": metric_values(&scores.values),
        "labels": labels(&scores.labels),
        "sentences": scores.sentences,
        "tokens": scores.tokens,
        "dropped": scores.n_unmapped_predictions,
        "seconds": scores.seconds,
    })
}

/// Returns the scores as a text table.
pub fn score_table(scores: &EvalMetrics) -> String {
    let mut out = format!("{:<12} {:>9} {:>9} {:>9} {:>9}\n", "label", "precision", "recall", "F1", "support");
    let mut row = |name: &str, s: &PrfScore| {
        let [p, r, f] = [s.precision, s.recall, s.f1].map(|v| v * 100.0);
        out.push_str(&format!("{name:<12} {p:>9.2} {r:>9.2} {f:>9.2} {:>9}\n", thousands(s.support)));
    };
    for l in &scores.labels {
        row(&l.label, &l.score);
    }
    row("all", &scores.overall);
    // The table contains the metrics with an abbreviation.
    let others = token_metrics().filter(|metric| metric.abbreviation.is_none());
    let text = |metric: &MetricDefinition| {
        Some(format!("{}: {} ({})", metric.title, metric.format(scores.values.get(metric)?), metric.description))
    };
    others.filter_map(text).for_each(|text| out.push_str(&format!("{text}\n")));
    out
}
