//! Models with other labels than the dataset: the user chooses a label of the dataset for each.

use crate::support::window::Window;
use std::path::Path;
use std::rc::Rc;
use tagwright::app::dialogs::Dialog;
use tagwright::app::page_commands::EvaluateCommand;
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command};
use tagwright::corpus::Split;

const TEXT: &str = "Anna B-PERSON\nlives O\nin O\nOslo B-PLACE\n\nIBM B-FIRM\nhired O\nPeter B-PERSON\n";

/// Opens a file with the labels PERSON, PLACE and FIRM. The starter has PER, ORG, LOC and MISC.
fn window(folder: &Path, data: &Rc<tempfile::TempDir>) -> Window {
    let file = folder.join("text.conll");
    std::fs::write(&file, TEXT).expect("a file");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().session.is_some());
    w
}

fn is_asked(w: &Window) -> bool {
    matches!(w.dialog(), Some(Dialog::LabelMap(_)))
}

fn labels(w: &Window) -> Vec<String> {
    w.app().session.as_ref().map(|session| session.corpus().labels.names()).unwrap_or_default()
}

#[test]
fn suggestions_use_the_chosen_labels() {
    let (folder, data) = (tempfile::tempdir().expect("a folder"), Rc::new(tempfile::tempdir().expect("a folder")));
    let mut w = window(folder.path(), &data);
    w.ask(Command::Run(Action::Suggest));
    w.until("the labels are asked for", is_asked);
    let value = |w: &Window, label: &str| w.value_of(&format!("Label for {label}"));
    assert_eq!(["PER", "ORG", "LOC", "MISC"].map(|l| value(&w, l)), ["PERSON", "Not used", "PLACE", "Not used"]);
    w.choose("Label for ORG", "FIRM");
    w.press("Suggest labels");
    w.until("the suggestions are there", |w| !w.app().requests.is_pending(Slot::Suggestions));
    assert_eq!(labels(&w), ["PERSON", "PLACE", "FIRM"], "no label was added");
    // The choice is kept with the project.
    w.until("the choice is stored", Window::is_durable);
    drop(w);
    let mut w = window(folder.path(), &data);
    w.ask(Command::Run(Action::Suggest));
    w.until("the suggestions are there", |w| !w.app().requests.is_pending(Slot::Suggestions));
    assert!(!is_asked(&w));
}

#[test]
fn evaluation_uses_the_chosen_labels() {
    let (folder, data) = (tempfile::tempdir().expect("a folder"), Rc::new(tempfile::tempdir().expect("a folder")));
    let mut w = window(folder.path(), &data);
    w.ask(Command::Evaluate(EvaluateCommand::SetEvalSplit(Split::Train)));
    w.ask(Command::Run(Action::Evaluate));
    w.until("the labels are asked for", is_asked);
    w.choose("Label for ORG", "FIRM");
    w.press("Evaluate model");
    w.until("the model is evaluated", |w| w.app().session.as_ref().is_some_and(|s| s.evaluation.result.is_some()));
    let f1 = w.app().session.as_ref().and_then(|s| Some(s.evaluation.result.as_ref()?.errors.overall.score.f1));
    assert_eq!(f1, Some(1.0), "PER, ORG and LOC count as PERSON, FIRM and PLACE");
}

#[test]
fn canceled_choice_predicts_nothing() {
    let (folder, data) = (tempfile::tempdir().expect("a folder"), Rc::new(tempfile::tempdir().expect("a folder")));
    let mut w = window(folder.path(), &data);
    w.ask(Command::Run(Action::Suggest));
    w.until("the labels are asked for", is_asked);
    w.press("Cancel");
    assert!(w.dialog().is_none() && labels(&w) == ["PERSON", "PLACE", "FIRM"]);
    let n = w.app().session.as_ref().map(|s| s.totals().n_open_suggestions);
    assert_eq!(n, Some(0));
}

#[test]
fn text_in_an_unknown_script_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("text.conll");
    std::fs::write(&file, "水 O\n曜 O\n日 O\nの O\n午 O\n後 O\n").expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.go_to("Try");
    w.type_text("Input text", "ไปเมืองหินเขียวไหม ในวันพุธไม่ได้ไป");
    w.until("the text is analyzed", |w| w.shows_part("At least half of this text is unknown"));
    w.type_text("Input text", "Anna lives in Oslo.");
    w.until("the text is analyzed", |w| !w.shows_part("At least half of this text is unknown"));
}
