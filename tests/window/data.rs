//! The Data page: statistics that filter sentences, fixes of findings, and comparison of annotations.

use crate::support::window::Window;
use egui::Key::{self, ArrowLeft, ArrowRight, B, N, Z};
use egui::Modifiers;
use std::path::Path;
use tagwright::app::page_commands::{DataCommand, LabelCommand};
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command, Page};
use tagwright::session::results::Tab;

const NONE: Modifiers = Modifiers::NONE;

fn window(folder: &Path, text: &str) -> Window {
    let file = folder.join("train.conll");
    std::fs::write(&file, text).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w
}

/// Returns the text and label of each span of the open dataset.
fn spans(w: &Window) -> Vec<String> {
    let app = w.app();
    let a = app.session.as_ref().expect("a dataset");
    let render = |d: &std::sync::Arc<tagwright::corpus::Document>| {
        let name = |s: &tagwright::corpus::Span| {
            format!("{} {}", &d.text[s.start as usize..s.end as usize], a.corpus().labels.name(s.label))
        };
        d.spans.iter().map(name).collect::<Vec<_>>()
    };
    a.corpus().documents.iter().flat_map(render).collect()
}

/// Four sentences in which Oslo is LOC.
const OSLO_SENTENCES: &str = "Oslo B-LOC\nis O\n\nOslo B-LOC\nwas O\n\nOslo B-LOC\nmay O\n\nOslo B-LOC\ncan O\n\n";

#[test]
fn clicking_bar_filters_sentences() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), &format!("{OSLO_SENTENCES}Ada B-PER\nVance I-PER\nmet O\nZoë B-PER\n"));
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    let svg_path = folder.path().join("numbers.svg");
    w.answer(&svg_path);
    w.press("Save as image…");
    w.until("the image is written", |_| svg_path.exists());
    let svg = std::fs::read_to_string(&svg_path).expect("a picture");
    assert!(svg.starts_with("<svg ") && svg.contains(">Oslo</text>") && svg.ends_with("</svg>\n"));
    let png_path = folder.path().join("numbers.png");
    w.answer(&png_path);
    w.press("Save as image…");
    w.until("the image is written", |_| png_path.exists());
    let png = std::fs::read(&png_path).expect("a picture");
    assert!(png.starts_with(b"\x89PNG") && png[16..20] == 1440u32.to_be_bytes());
    for (bar, expected) in [("LOC: 4 (rare)", vec![0, 1, 2, 3]), ("2: 1", vec![4]), ("Oslo: 4", vec![0, 1, 2, 3])] {
        w.go_to("Data");
        w.click(bar);
        assert_eq!(w.app().page, Page::Annotate);
        assert_eq!(w.app().session.as_ref().map(|a| a.visible.clone()), Some(expected), "{bar}");
    }
}

#[test]
fn findings_can_be_fixed_and_dismissed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(
        folder.path(),
        &format!(
            "{OSLO_SENTENCES}to O\nOslo O\n\nfrom O\nOslo B-PER\n, I-PER\n\nin O\nOslo B-PER\n\nat O\nOslo B-LOC\n\nby O\nOslo B-LOC\n"
        ),
    );
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    w.ask(Command::Data(DataCommand::SetDataTab(Tab::Checks)));
    w.click_part("but not labeled here");
    assert_eq!(w.app().session.as_ref().map(|a| (a.current, a.selection)), Some((4, Some((1, 1)))));
    w.go_to("Data");
    let first = w
        .app()
        .session
        .as_ref()
        .and_then(|s| Some(s.checks.report()?.1.findings[0].message.clone()))
        .expect("a report");
    w.click(&format!("Dismiss: {first}"));
    w.press("Fix 2");
    assert!(w.shows("Fix 2 problems?"), "a fix of several findings is confirmed first");
    assert_eq!(spans(&w).len(), 8);
    w.click_part("train-0006");
    w.click_part("train-0006");
    w.keys(&[Key::Enter]);
    let fixed = ["Oslo LOC"; 4].into_iter().chain(["Oslo LOC", "Oslo , PER", "Oslo LOC", "Oslo LOC", "Oslo LOC"]);
    assert_eq!(spans(&w), fixed.collect::<Vec<_>>());
    w.key(Modifiers::COMMAND, Z);
    assert_eq!(spans(&w).len(), 8, "one undo step");
    w.press("Refresh");
    w.until("the report is updated", |w| !w.app().requests.is_pending(Slot::Report));
    assert!(w.shows("Fix 3"));
}

#[test]
fn clicking_day_or_document_label_filters_sentences() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), OSLO_SENTENCES);
    w.keys(&[Key::D, Key::D]);
    w.ask(Command::Labels(LabelCommand::ToggleDocLabel("town news".into())));
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    let today = w.app().session.as_ref().map(|a| a.progress().today.date.clone()).expect("a date");
    for (bar, expected) in [(format!("{today}: 2"), vec![0, 1]), ("town news: 1".into(), vec![0, 1, 2, 3])] {
        w.go_to("Data");
        w.click(&bar);
        assert_eq!(w.app().session.as_ref().map(|a| a.visible.clone()), Some(expected), "{bar}");
    }
}

#[test]
fn invalid_tags_are_reported_and_rewritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = format!("{OSLO_SENTENCES}in O\nBergen I-LOC\nOslo B-LOC\n");
    let mut w = window(folder.path(), &source);
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    w.ask(Command::Data(DataCommand::SetDataTab(Tab::Checks)));
    assert!(w.shows_part("line 14 of the file: continuation tag"));
    w.press("Save and rewrite all tags");
    let file = folder.path().join("train.conll");
    let expected = source.replace("I-LOC", "B-LOC");
    w.until("the file is written", |_| std::fs::read_to_string(&file).is_ok_and(|text| text == expected));
}

#[test]
fn checks_report_spans_inside_subwords() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("train.jsonl");
    std::fs::write(&file, "{\"text\":\"with the town\",\"label\":[[0,2,\"X\"],[5,8,\"X\"]]}\n").expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    w.ask(Command::Data(DataCommand::SetDataTab(Tab::Checks)));
    assert!(w.shows_part("“wi” has a boundary inside the subword “with”"));
    assert!(!w.shows_part("“the” has a boundary"));
}

#[test]
fn differences_are_resolved_by_key() {
    let check = |key: Key, expected: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let other = folder.path().join("other.conll");
        std::fs::write(&other, "Ada B-PER\nVance O\nmet O\n\nOslo B-TOWN\n").expect("a file");
        let mut w = window(folder.path(), "Ada B-PER\nVance I-PER\nmet O\n\nOslo B-LOC\n");
        w.answer(&other);
        w.ask(Command::Run(Action::Compare));
        w.until("the comparison is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.comparison.is_some()));
        w.key(NONE, key);
        w.key(NONE, key);
        assert_eq!(spans(&w), expected, "{key:?}");
        let undo_steps = if expected == ["Ada Vance PER", "Oslo LOC"] { 0 } else { 2 };
        for _ in 0..undo_steps {
            w.key(Modifiers::COMMAND, Z);
        }
        assert_eq!(spans(&w), ["Ada Vance PER", "Oslo LOC"]);
    };
    check(ArrowLeft, &["Ada Vance PER", "Oslo LOC"]);
    check(ArrowRight, &["Ada PER", "Oslo TOWN"]);
    check(N, &[]);
    // Overlapping spans are off, so both spans cannot be kept.
    check(B, &["Ada Vance PER", "Oslo LOC"]);
}

#[test]
fn bulk_fix_excludes_test_split_by_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = "in O\nOslo B-LOC\n\n".repeat(8);
    std::fs::write(folder.path().join("train.conll"), format!("{train}to O\nOslo O\n")).expect("a file");
    std::fs::write(folder.path().join("test.conll"), "from O\nOslo O\n").expect("a file");
    let mut w = Window::open(&[folder.path()]);
    w.until("the folder is open", |w| w.app().session.is_some());
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    w.ask(Command::Data(DataCommand::SetDataTab(Tab::Checks)));
    let count = |w: &Window| w.app().session.as_ref().map(|a| a.totals().counts.labels.iter().sum::<usize>());
    w.press("Fix 2");
    w.press("Fix 1");
    assert_eq!(count(&w), Some(9));
    w.press("Refresh");
    w.until("the report is updated", |w| !w.app().requests.is_pending(Slot::Report));
    assert!(w.shows("Fix 1"), "the finding of test is left");
    w.press("Fix 1");
    assert_eq!(count(&w), Some(10), "a single finding is fixed without confirmation");
}

#[test]
fn fields_of_the_record_are_shown_and_searched() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("reviews.csv");
    std::fs::write(&file, "text,stars,region\nOslo rains,5,North\nBergen snows,3,West\nIt thaws here,5,West\n")
        .expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    assert!(w.shows("Record") && w.shows("stars") && w.shows("North"), "{:?}", w.texts());
    w.click("Search for stars:5");
    assert!(w.shows("2 of 3"), "{:?}", w.texts());
    w.type_text("Search", "region:West stars<4");
    assert!(w.shows("1 of 3"), "{:?}", w.texts());
    w.click_without_frames("Copy region");
    assert_eq!(w.copied_text().as_deref(), Some("West"));
}
