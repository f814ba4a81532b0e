//! Names of outcomes, slices and selected numbers.

use crate::eval::errors::{Interval, Outcome, Slice};
use crate::i18n::tr;
use crate::session::Session;
use crate::session::evidence::CaseFilter;
use crate::ui::format_numbers::format_interval;

/// Returns the name of an outcome.
pub(super) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Correct => tr!("Correct"),
        Outcome::Missed => tr!("Missed"),
        Outcome::Spurious => tr!("Spurious"),
        Outcome::WrongLabel => tr!("Wrong label"),
        Outcome::WrongBoundary => tr!("Wrong boundary"),
        Outcome::Both => tr!("Both"),
    }
}

/// Returns the meaning of an outcome.
pub(super) fn outcome_description(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Correct => tr!("same words and label"),
        Outcome::Missed => tr!("no prediction overlaps it"),
        Outcome::Spurious => tr!("overlaps no gold span"),
        Outcome::WrongLabel => tr!("same words"),
        Outcome::WrongBoundary => tr!("same label"),
        Outcome::Both => tr!("label and boundary"),
    }
}

/// Returns the name of a slice.
pub(super) fn slice_name(slice: Slice) -> &'static str {
    match slice {
        Slice::SeenInTrain => tr!("Seen in train"),
        Slice::UnseenInTrain => tr!("Unseen in train"),
        Slice::OneToken => tr!("One token"),
        Slice::ThreeOrMoreTokens => tr!("Three or more tokens"),
        Slice::LongSentences => tr!("Over 40 tokens"),
    }
}

/// Returns the title of the list of a number.
pub(super) fn filter_title(filter: CaseFilter, labels: &[String]) -> String {
    let name = |label: usize| labels.get(label).map_or("", String::as_str);
    match filter {
        CaseFilter::Errors => tr!("All errors").to_owned(),
        CaseFilter::Outcome(outcome) => outcome_name(outcome).to_owned(),
        CaseFilter::Cell(Some(gold), Some(predicted)) if gold == predicted => {
            tr!("{label}, correct", label = name(gold))
        }
        CaseFilter::Cell(Some(gold), Some(predicted)) => {
            tr!("{gold} predicted as {predicted}", gold = name(gold), predicted = name(predicted))
        }
        CaseFilter::Cell(Some(gold), None) => tr!("{label} without a prediction", label = name(gold)),
        CaseFilter::Cell(None, Some(predicted)) => tr!("{label} without a gold span", label = name(predicted)),
        CaseFilter::Cell(None, None) => String::new(),
        CaseFilter::GoldLabel(Some(label)) => tr!("Gold {label}", label = name(label)),
        CaseFilter::GoldLabel(None) => tr!("Predictions without a gold span").to_owned(),
        CaseFilter::PredictedLabel(Some(label)) => tr!("Predicted {label}", label = name(label)),
        CaseFilter::PredictedLabel(None) => tr!("Gold spans without a prediction").to_owned(),
        CaseFilter::Label(label) => tr!("Errors of {label}", label = name(label)),
        CaseFilter::Slice(slice) => tr!("Errors: {slice}", slice = slice_name(slice)),
        CaseFilter::IncorrectPredictions => tr!("Incorrect predictions").to_owned(),
        CaseFilter::IncorrectGold => tr!("Gold spans without a correct prediction").to_owned(),
        CaseFilter::CorrectSentences => tr!("Sentences without error").to_owned(),
        CaseFilter::Differences => tr!("Different predictions").to_owned(),
        CaseFilter::DifferencesOf(label) => tr!("Different predictions: {label}", label = name(label)),
        CaseFilter::Agreement(label, correct) => {
            let agreement = agreement_name(correct);
            label.map_or_else(|| agreement.to_owned(), |label| format!("{}: {agreement}", name(label)))
        }
        CaseFilter::OutcomeOf(model, outcome) => {
            let outcome = outcome_name(outcome);
            match model {
                0 => tr!("First model: {outcome}", outcome),
                _ => tr!("Second model: {outcome}", outcome),
            }
        }
    }
}

/// Returns the name of a cell of the table of right and wrong: the first and the second model are correct or not.
pub(super) fn agreement_name(correct: [bool; 2]) -> &'static str {
    match correct {
        [true, true] => tr!("Both correct"),
        [true, false] => tr!("Only first correct"),
        [false, true] => tr!("Only second correct"),
        [false, false] => tr!("Both wrong"),
    }
}

/// Returns the number whose sentences are listed.
pub(super) fn selected_filter(session: &Session) -> Option<CaseFilter> {
    session.evaluation.evidence.as_ref().map(|list| list.filter)
}

/// Formats an interval in percent, for example 85.9–89.1.
pub(super) fn interval_text(interval: Option<Interval>) -> String {
    interval.map_or_else(|| tr!("Not known").to_owned(), |interval| format_interval([interval.low, interval.high]))
}
