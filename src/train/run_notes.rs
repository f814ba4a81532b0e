//! Log messages of a run: properties of the data and of the base model, and gradient coverage.

use super::arguments::TrainingArguments;
use super::event::LogLevel;
use super::optimizer::StepReport;
use super::run_data::{HeldOut, RunData};
use crate::model::Bert;
use crate::model::bert::{has_no_gradient, lora::begins_without_gradient};

/// Returns the log messages before the first step. `max_length` is the limit of the run: that of the settings or of the
/// base model.
pub(super) fn initial_log(
    data: &RunData,
    arguments: &TrainingArguments,
    max_length: usize,
    bert: &Bert,
    unexpected: &[String],
    head_kept: bool,
) -> Vec<(LogLevel, String)> {
    let mut notes = Vec::new();
    let mut note = |weight, text| notes.push((weight, text));
    let plan = &data.train_set;
    if let Some(HeldOut { held, of, by_document }) = data.held_out {
        let seed = arguments.seed;
        let unit = if by_document { "documents" } else { "sentences" };
        note(LogLevel::Info, format!("no dev split: {held} of {of} {unit} held out (seed {seed})"));
    }
    let head = if head_kept {
        "classification head of the base model reused"
    } else {
        "classification head initialized randomly"
    };
    note(LogLevel::Info, head.into());
    if bert.n_trainable() < bert.size() {
        let (learn, all) = (millions(bert.n_trainable()), millions(bert.size()));
        note(LogLevel::Info, format!("trainable parameters: {learn} M of {all} M"));
    }
    if plan.n_truncated_tokens > 0 {
        let (words, sentences, limit) = (plan.n_truncated_tokens, plan.n_truncated_sentences, max_length);
        let text = format!("{words} tokens in {sentences} sentences truncated at {limit} subwords");
        note(LogLevel::Warning, text);
    }
    if plan.n_tokens_without_subwords > 0 {
        note(LogLevel::Warning, format!("{} tokens have no subwords and are ignored", plan.n_tokens_without_subwords));
    }
    let unused: Vec<&str> = unexpected.iter().filter(|n| !n.contains("pooler")).map(String::as_str).collect();
    if !unused.is_empty() {
        note(LogLevel::Info, format!("unused weights of the base model: {}", unused.join(", ")));
    }
    notes
}

/// Formats a number in millions with two decimals.
fn millions(count: usize) -> String {
    format!("{:.2}", count as f64 / 1e6)
}

/// Reports if a gradient reached every trainable parameter.
pub(super) fn gradient_coverage(bert: &Bert, report: &StepReport) -> (LogLevel, String) {
    let expected: Vec<(&str, f64)> = bert
        .parameters()
        .iter()
        .zip(&report.norms)
        .enumerate()
        .filter(|(i, (p, _))| bert.is_trainable(*i) && !has_no_gradient(&p.name) && !begins_without_gradient(&p.name))
        .map(|(_, (p, n))| (p.name.as_str(), *n))
        .collect();
    let still: Vec<&str> = expected.iter().filter(|(_, n)| *n == 0.0).map(|(name, _)| *name).collect();
    let (moved, all) = (expected.len() - still.len(), expected.len());
    match still.first() {
        None => (LogLevel::Success, format!("all parameters received gradients ({moved}/{all})")),
        Some(first) => {
            (LogLevel::Warning, format!("only {moved}/{all} parameters received gradients; {first} received none"))
        }
    }
}
