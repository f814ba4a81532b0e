//! The Data room: numbers that lead to sentences, findings that are mended, another labelling that is decided.

use crate::support::window::Window;
use egui::Key::{self, ArrowLeft, ArrowRight, B, N, Z};
use egui::Modifiers;
use std::path::Path;
use tagwright::app::data_page::Tab;
use tagwright::app::{Action, Command, Page};

const NONE: Modifiers = Modifiers::NONE;

fn window(folder: &Path, text: &str) -> Window {
    let file = folder.join("train.conll");
    std::fs::write(&file, text).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w
}

/// All spans of the open dataset: text and label.
fn spans(w: &Window) -> Vec<String> {
    let app = w.app();
    let a = app.annotate.as_ref().expect("a dataset");
    let of = |d: &std::sync::Arc<tagwright::corpus::Document>| {
        let name = |s: &tagwright::corpus::Span| {
            format!("{} {}", &d.text[s.start as usize..s.end as usize], a.corpus.labels.name(s.label))
        };
        d.spans.iter().map(name).collect::<Vec<_>>()
    };
    a.corpus.documents.iter().flat_map(of).collect()
}

const OFTEN: &str = "Oslo B-LOC\nis O\n\nOslo B-LOC\nwas O\n\nOslo B-LOC\nmay O\n\nOslo B-LOC\ncan O\n\n";

#[test]
fn numbers_lead_to_their_sentences() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), &format!("{OFTEN}Ada B-PER\nVance I-PER\nmet O\nZoë B-PER\n"));
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    let picture = folder.path().join("numbers.svg");
    w.answer(&picture);
    w.press("Save as a picture");
    w.until("it is written", |_| picture.exists());
    let svg = std::fs::read_to_string(&picture).expect("a picture");
    assert!(svg.starts_with("<svg ") && svg.contains(">Oslo</text>") && svg.ends_with("</svg>\n"));
    let pixels = folder.path().join("numbers.png");
    w.answer(&pixels);
    w.press("Save as a picture");
    w.until("it is written", |_| pixels.exists());
    let png = std::fs::read(&pixels).expect("a picture");
    assert!(png.starts_with(b"\x89PNG") && png[16..20] == 1440u32.to_be_bytes());
    for (bar, expected) in [("LOC: 4, rare", vec![0, 1, 2, 3]), ("2: 1", vec![4]), ("Oslo: 4", vec![0, 1, 2, 3])] {
        w.go_to("Data");
        w.click(bar);
        assert_eq!(w.app().page, Page::Annotate);
        assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.clone()), Some(expected), "{bar}");
    }
}

#[test]
fn findings_are_shown_mended_and_put_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(
        folder.path(),
        &format!(
            "{OFTEN}to O\nOslo O\n\nfrom O\nOslo B-PER\n, I-PER\n\nin O\nOslo B-PER\n\nat O\nOslo B-LOC\n\nby O\nOslo B-LOC\n"
        ),
    );
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    w.ask(Command::SurveyTab(Tab::Checks));
    w.click_part("nothing here");
    assert_eq!(w.app().annotate.as_ref().map(|a| (a.current, a.selection)), Some((4, Some((1, 1)))));
    w.go_to("Data");
    w.click("Put aside 0");
    w.press("Mend 2");
    assert!(w.shows("Fix 2 findings?"), "several are listed before anything changes");
    assert_eq!(spans(&w).len(), 8);
    w.click_part("train-0006");
    w.click_part("train-0006");
    w.press("Fix 2");
    let mended = ["Oslo LOC"; 4].into_iter().chain(["Oslo LOC", "Oslo , PER", "Oslo LOC", "Oslo LOC", "Oslo LOC"]);
    assert_eq!(spans(&w), mended.collect::<Vec<_>>());
    w.key(Modifiers::COMMAND, Z);
    assert_eq!(spans(&w).len(), 8, "one step");
    w.press("Count again");
    w.until("it is counted again", |w| w.app().surveying.waiting.is_none());
    assert!(w.shows("Mend 3"));
}

#[test]
fn days_and_labels_of_documents_are_counted_and_lead_to_their_sentences() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), OFTEN);
    w.keys(&[Key::D, Key::D]);
    w.ask(Command::Class("town news".into()));
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    let today = w.app().annotate.as_ref().map(|a| a.progress.today.date.clone()).expect("a date");
    for (bar, expected) in [(format!("{today}: 2"), vec![0, 1]), ("town news: 1".into(), vec![0, 1, 2, 3])] {
        w.go_to("Data");
        w.click(&bar);
        assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.clone()), Some(expected), "{bar}");
    }
}

#[test]
fn illegal_tags_are_found_and_written_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = format!("{OFTEN}in O\nBergen I-LOC\nOslo B-LOC\n");
    let mut w = window(folder.path(), &source);
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    w.ask(Command::SurveyTab(Tab::Checks));
    assert!(w.shows_part("line 14 of the file: its tag goes on"));
    w.press("Write the file's tags anew");
    let file = folder.path().join("train.conll");
    let expected = source.replace("I-LOC", "B-LOC");
    w.until("it is written", |_| std::fs::read_to_string(&file).is_ok_and(|text| text == expected));
}

#[test]
fn spans_that_word_pieces_cut_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("train.jsonl");
    std::fs::write(&file, "{\"text\":\"with the town\",\"label\":[[0,2,\"X\"],[5,8,\"X\"]]}\n").expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    w.ask(Command::SurveyTab(Tab::Checks));
    assert!(w.shows_part("“wi” ends inside the word piece “with”"));
    assert!(!w.shows_part("“the” ends"));
}

#[test]
fn another_labelling_is_decided_key_by_key() {
    let check = |key: Key, expected: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let other = folder.path().join("other.conll");
        std::fs::write(&other, "Ada B-PER\nVance O\nmet O\n\nOslo B-TOWN\n").expect("a file");
        let mut w = window(folder.path(), "Ada B-PER\nVance I-PER\nmet O\n\nOslo B-LOC\n");
        w.answer(&other);
        w.ask(Command::Do(Action::Compare));
        w.until("it is compared", |w| w.app().surveying.comparison.is_some());
        w.key(NONE, key);
        w.key(NONE, key);
        assert_eq!(spans(&w), expected, "{key:?}");
        let undone = if expected == ["Ada Vance PER", "Oslo LOC"] { 0 } else { 2 };
        for _ in 0..undone {
            w.key(Modifiers::COMMAND, Z);
        }
        assert_eq!(spans(&w), ["Ada Vance PER", "Oslo LOC"]);
    };
    check(ArrowLeft, &["Ada Vance PER", "Oslo LOC"]);
    check(ArrowRight, &["Ada PER", "Oslo TOWN"]);
    check(N, &[]);
    // Spans may not overlap here, so both cannot stand.
    check(B, &["Ada Vance PER", "Oslo LOC"]);
}

#[test]
fn a_fix_of_several_places_leaves_test_out_until_it_is_chosen() {
    let folder = tempfile::tempdir().expect("a folder");
    let often = "in O\nOslo B-LOC\n\n".repeat(8);
    std::fs::write(folder.path().join("train.conll"), format!("{often}to O\nOslo O\n")).expect("a file");
    std::fs::write(folder.path().join("test.conll"), "from O\nOslo O\n").expect("a file");
    let mut w = Window::open(&[folder.path()]);
    w.until("the folder is open", |w| w.app().annotate.is_some());
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    w.ask(Command::SurveyTab(Tab::Checks));
    let count = |w: &Window| w.app().annotate.as_ref().map(|a| a.counts.labels.iter().sum::<usize>());
    w.press("Mend 2");
    w.press("Fix 1");
    assert_eq!(count(&w), Some(9));
    w.press("Count again");
    w.until("it is counted again", |w| w.app().surveying.waiting.is_none());
    assert!(w.shows("Mend 1"), "the one of test is left");
    w.press("Mend 1");
    assert_eq!(count(&w), Some(10), "a single one is fixed where it is shown");
}
