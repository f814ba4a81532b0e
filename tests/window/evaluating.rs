//! The Evaluate page: from a number to the sentences of that number, and decisions about them.

use crate::support::golden;
use crate::support::window::Window;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::rc::Rc;
use tagwright::app::Command;
use tagwright::app::Page;
use tagwright::app::page_commands::{EvaluateCommand, LabelCommand};
use tagwright::app::requests::{Purpose, Slot};
use tagwright::corpus::{LabelId, Split};
use tagwright::eval::errors::{ModelComparison, Outcome};
use tagwright::hub::ModelRef;
use tagwright::session::evaluation::EvaluationResult;
use tagwright::session::evidence::{CaseFilter, Decision, EvidenceList};

/// Opens the sample and evaluates the starter on a split.
fn evaluated(split: Split, size: [f32; 2]) -> Window {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, &[], size, Theme::Dark);
    w.open_sample();
    w.go_to("Evaluate");
    w.ask(Command::Evaluate(EvaluateCommand::SetEvalSplit(split)));
    w.press("Evaluate");
    w.until("the evaluation is finished", |w| w.app().session.as_ref().is_some_and(|s| s.evaluation.result.is_some()));
    w
}

fn with_result<T>(w: &Window, read: impl FnOnce(&EvaluationResult) -> T) -> T {
    read(w.app().session.as_ref().and_then(|s| s.evaluation.result.as_ref()).expect("a result"))
}

fn with_list<T>(w: &Window, read: impl FnOnce(&EvidenceList) -> T) -> T {
    read(w.app().session.as_ref().and_then(|s| s.evaluation.evidence.as_ref()).expect("a list"))
}

fn has_list(w: &Window) -> bool {
    w.app().session.as_ref().is_some_and(|session| session.evaluation.evidence.is_some())
}

fn is_analyzed(w: &Window) -> bool {
    let app = w.app();
    let session = app.session.as_ref().expect("a dataset");
    session.evaluation.stamp() == Some(session.stamp()) && !app.requests.is_pending(Slot::Errors)
}

#[test]
fn each_number_opens_its_sentences() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    let buttons = w.harness.query_all_by_role(egui::Role::Button);
    let numbers: Vec<String> =
        buttons.filter_map(|node| node.accesskit_node().label().map(|label| label.to_string())).collect();
    let starts = ["F1 ", "Precision ", "Recall ", "Sentences without error ", "Missed, ", "Spurious, ", "Correct, "];
    let is_cell = |text: &str| text.starts_with("Gold ") && text.contains("predicted ");
    let is_slice = |text: &str| text.contains(", F1 ");
    let clickable: Vec<String> = numbers
        .into_iter()
        .filter(|text| starts.iter().any(|start| text.starts_with(start)) || is_cell(text) || is_slice(text))
        .collect();
    assert!(clickable.len() > 30, "{clickable:?}");
    for text in clickable {
        w.click(&text);
        let (filter, found) = with_list(&w, |list| (list.filter, list.items.len()));
        let is_expected = |expected: &str| text.contains(expected);
        if is_cell(&text) || is_expected("Missed, ") || is_expected("Spurious, ") || is_expected("Correct, ") {
            let count = text.rsplit(", ").next().and_then(|part| part.split(' ').next()).expect("a count");
            assert_eq!(found.to_string(), count.replace(',', ""), "{text}: {filter:?}");
        }
        w.key(Modifiers::NONE, Key::Escape);
        assert!(!has_list(&w), "{text}: Escape closes the list");
    }
}

#[test]
fn decisions_change_numbers_and_can_be_undone() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    let first_f1 = with_result(&w, |result| result.errors.overall.score.f1);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Outcome(Outcome::WrongLabel))));
    let n_items = with_list(&w, |list| list.items.len());
    assert!(n_items > 2, "{n_items}");
    // Keeping the gold label changes no number.
    w.key(Modifiers::NONE, Key::K);
    assert_eq!(with_list(&w, |list| (list.n_decided(), list.current())), (1, Some(1)));
    assert!(w.shows("gold kept"));
    w.key(Modifiers::NONE, Key::M);
    w.until("the numbers follow", is_analyzed);
    let changed = with_result(&w, |result| result.errors.overall.score.f1);
    assert!(changed > first_f1, "{first_f1} {changed}");
    assert!(w.shows("prediction used"));
    assert_eq!(with_list(&w, |list| (list.items.len(), list.n_decided(), list.current())), (n_items, 2, Some(2)));
    w.key(Modifiers::COMMAND, Key::Z);
    w.until("the numbers follow", is_analyzed);
    assert_eq!(with_result(&w, |result| result.errors.overall.score.f1), first_f1);
    assert_eq!(with_list(&w, |list| list.n_decided()), 1);
    // The button of a decided row restores the gold label too.
    w.ask(Command::Evaluate(EvaluateCommand::SelectCase(1)));
    w.key(Modifiers::NONE, Key::M);
    w.until("the numbers follow", is_analyzed);
    assert_eq!(with_result(&w, |result| result.errors.overall.score.f1), changed);
    w.ask(Command::Evaluate(EvaluateCommand::ReopenCase(1)));
    w.until("the numbers follow", is_analyzed);
    assert_eq!(with_result(&w, |result| result.errors.overall.score.f1), first_f1);
}

#[test]
fn using_a_prediction_corrects_each_kind_of_error() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    for outcome in Outcome::ERRORS {
        let n_errors = |w: &Window| {
            let score = with_result(w, |result| result.errors.overall.score);
            score.support + score.predicted - 2 * score.correct
        };
        let (n_before, errors_before) = (with_result(&w, |result| result.errors.count(outcome)), n_errors(&w));
        w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Outcome(outcome))));
        if n_before == 0 {
            assert!(w.shows("Nothing here"), "{outcome:?}");
            continue;
        }
        w.key(Modifiers::NONE, Key::M);
        w.until("the numbers follow", is_analyzed);
        assert!(n_errors(&w) < errors_before, "{outcome:?}: {errors_before}");
    }
}

fn n_edits(w: &Window) -> usize {
    w.app().session.as_ref().map_or(0, |session| session.history().position())
}

/// Returns the spans of all documents with their origins.
fn spans(w: &Window) -> String {
    let app = w.app();
    let session = app.session.as_ref().expect("a dataset");
    session.corpus().documents.iter().map(|document| format!("{:?}\n", document.spans)).collect()
}

#[test]
fn reopened_decision_restores_all_spans() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Errors)));
    let before = spans(&w);
    let n_items = with_list(&w, |list| list.items.len());
    for index in 0..n_items {
        w.ask(Command::Evaluate(EvaluateCommand::SelectCase(index)));
        w.key(Modifiers::NONE, Key::M);
        if with_list(&w, |list| list.items[index].decision.is_some()) {
            assert_ne!(spans(&w), before, "{index}");
            w.ask(Command::Evaluate(EvaluateCommand::ReopenCase(index)));
        }
        assert_eq!(spans(&w), before, "{index}");
    }
}

#[test]
fn second_decision_replaces_the_first_one() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Outcome(Outcome::WrongBoundary))));
    let before = spans(&w);
    w.key(Modifiers::NONE, Key::M);
    w.ask(Command::Evaluate(EvaluateCommand::SelectCase(0)));
    w.key(Modifiers::NONE, Key::K);
    assert_eq!((spans(&w), with_list(&w, |list| list.items[0].decision)), (before, Some(Decision::KeptGold)));
}

#[test]
fn list_closes_if_a_label_is_renamed_and_stays_if_one_is_added() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Errors)));
    w.ask(Command::Labels(LabelCommand::NewLabels(vec!["EXTRA".into()])));
    assert!(has_list(&w));
    w.key(Modifiers::COMMAND, Key::Z);
    assert!(has_list(&w));
    w.ask(Command::Labels(LabelCommand::RenameLabel(LabelId::new(0), "PERSON".into())));
    assert!(!has_list(&w));
}

#[test]
fn keys_move_open_and_flag() {
    let mut w = evaluated(Split::Dev, [1440.0, 900.0]);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Errors)));
    w.keys(&[Key::ArrowDown, Key::Space, Key::ArrowUp]);
    assert_eq!(with_list(&w, |list| list.current()), Some(1));
    let case = with_list(&w, |list| list.items[1].cases[0].clone());
    w.keys(&[Key::F]);
    let is_flagged = |w: &Window| w.app().session.as_ref().is_some_and(|s| s.corpus().review(case.sentence).flagged);
    assert!(is_flagged(&w));
    w.keys(&[Key::O]);
    assert_eq!(w.app().page, Page::Annotate);
    let app = w.app();
    let session = app.session.as_ref().expect("a dataset");
    let entity = case.entity().expect("an entity").range;
    assert_eq!((session.current_id(), session.selection), (case.sentence, Some((entity.start, entity.end - 1))));
}

#[test]
fn test_sentences_are_shown_after_a_question() {
    let mut w = evaluated(Split::Test, [1440.0, 900.0]);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Errors)));
    assert!(!w.shows("Keep gold"));
    // The keys must not decide about sentences that are not shown.
    w.keys(&[Key::M, Key::K, Key::O]);
    assert_eq!((n_edits(&w), with_list(&w, |list| list.n_decided()), w.app().page), (0, 0, Page::Evaluate));
    w.press("Show test sentences");
    assert!(w.shows("Keep gold") && w.app().settings.show_test_sentences);
}

#[test]
fn list_covers_numbers_in_a_small_window() {
    let mut w = evaluated(Split::Dev, [800.0, 600.0]);
    assert!(w.shows("Error kinds"));
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Errors)));
    assert!(!w.shows("Error kinds") && w.shows("Keep gold"));
    w.key(Modifiers::NONE, Key::Escape);
    assert!(w.shows("Error kinds"));
}

/// Compares the starter with the tiny model on the dev split of the sample.
fn compared(size: [f32; 2]) -> Window {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, &[], size, Theme::Dark);
    w.open_sample();
    w.go_to("Evaluate");
    w.click("Compare models");
    assert!(w.shows("Choose a second model"));
    w.ask(Command::Evaluate(EvaluateCommand::SetEvalSplit(Split::Dev)));
    w.ask(Command::Evaluate(EvaluateCommand::SetSecondModel(ModelRef::Folder(golden("tiny")))));
    w.press("Compare");
    let is_done = |w: &Window| w.app().session.as_ref().is_some_and(|s| s.evaluation.comparison.is_some());
    w.until("the comparison is finished", is_done);
    w
}

fn with_comparison<T>(w: &Window, read: impl FnOnce(&ModelComparison) -> T) -> T {
    read(&w.app().session.as_ref().and_then(|s| s.evaluation.comparison.as_ref()).expect("a comparison").comparison)
}

#[test]
fn two_models_are_compared() {
    let mut w = compared([1440.0, 900.0]);
    assert!(w.shows("Starter is better"));
    let [both, first, second, neither] = with_comparison(&w, |comparison| comparison.agreement(None));
    let cells = [
        ("Both correct", both),
        ("Only first correct", first),
        ("Only second correct", second),
        ("Both wrong", neither),
    ];
    for (name, count) in cells {
        w.click_part(&format!("{name}, {count} span"));
        assert_eq!(with_list(&w, |list| list.items.len()), count, "{name}");
    }
    for outcome in Outcome::ERRORS {
        for model in [0, 1] {
            w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::OutcomeOf(model, outcome))));
            let expected = with_comparison(&w, |comparison| comparison.count(model, outcome));
            assert_eq!(with_list(&w, |list| list.items.len()), expected, "{outcome:?} of {model}");
        }
    }
    w.key(Modifiers::NONE, Key::Escape);
    assert!(!has_list(&w));
}

#[test]
fn prediction_of_either_model_is_used() {
    let mut w = compared([1440.0, 900.0]);
    // The second model is wrong and the first one spurious or wrong: both keys change the labels.
    let f1 = |w: &Window| with_comparison(w, |comparison| comparison.overall.f1);
    let before = f1(&w);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::OutcomeOf(0, Outcome::WrongLabel))));
    w.key(Modifiers::SHIFT, Key::M);
    w.until("the numbers follow", is_analyzed);
    let first = f1(&w);
    assert!(first[0] > before[0], "{before:?} {first:?}");
    assert_eq!(with_list(&w, |list| list.items[0].decision), Some(Decision::UsedPrediction(0)));
    w.key(Modifiers::COMMAND, Key::Z);
    w.until("the numbers follow", is_analyzed);
    assert_eq!((f1(&w), with_list(&w, |list| list.n_decided())), (before, 0));
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::OutcomeOf(1, Outcome::Spurious))));
    w.key(Modifiers::NONE, Key::M);
    w.until("the numbers follow", is_analyzed);
    assert!(f1(&w)[1] > before[1]);
}

#[test]
fn models_are_swapped_without_predicting_again() {
    let mut w = compared([1440.0, 900.0]);
    let before = with_comparison(&w, |comparison| comparison.overall.f1);
    w.press("Swap models");
    let is_known = |w: &Window| {
        let app = w.app();
        app.requests.pending(Slot::Evaluation).is_none_or(|pending| pending.purpose == Purpose::Evaluate(0))
    };
    assert!(is_known(&w), "no model predicts again");
    w.until("the numbers are swapped", |w| with_comparison(w, |c| c.overall.f1) == [before[1], before[0]]);
    assert!(w.shows("Starter is better"));
}
