//! Splits in the window: sentences and documents are moved, and the dataset is split again.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use std::path::Path;
use std::rc::Rc;
use tagwright::app::dialogs::Dialog;
use tagwright::app::page_commands::ViewCommand;
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command};
use tagwright::corpus::Split;
use tagwright::session::export_part::ExportPart;

/// Returns the number of sentences of train, dev and test.
fn sizes(w: &Window) -> [usize; 3] {
    let app = w.app();
    let session = app.session.as_ref().expect("a dataset");
    Split::ALL.map(|split| session.corpus().sentences(Some(split)).len())
}

/// Opens a file of two documents with three sentences each.
fn window(folder: &Path) -> Window {
    let document =
        |name: &str| format!("-DOCSTART- O\n\n{name} B-LOC\nrains O\n\nIt O\nsnows O\n\nGo O\n{name} B-LOC\n\n");
    let file = folder.join("weather.conll");
    std::fs::write(&file, document("Oslo") + &document("Bergen")).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w
}

#[test]
fn sentences_and_documents_move_to_another_split() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path());
    assert_eq!(sizes(&w), [6, 0, 0]);
    w.click("Split: train");
    w.click("Move to dev: Sentence");
    assert_eq!(sizes(&w), [5, 1, 0]);
    assert!(w.shows("Split: dev") && w.shows_part("dev-0000 Oslo rains"), "{:?}", w.texts());
    assert!(w.shows_part("train-0000 It snows"), "the numbers of a split have no gaps");
    w.click("Split: dev");
    w.click("Move to test: Document, 3 sentences");
    assert_eq!(sizes(&w), [3, 0, 3]);
    w.key(Modifiers::COMMAND, Key::Z);
    w.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(sizes(&w), [6, 0, 0]);
    w.until("the edits are stored", Window::is_durable);
}

#[test]
fn selected_and_listed_sentences_move_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path());
    w.ask(Command::View(ViewCommand::SelectInListTo(2)));
    w.ask(Command::View(ViewCommand::ToggleInList(1)));
    w.click_other_at(w.harness_rect("train-0002 Go Oslo, To do").center());
    w.step();
    w.click("Move to dev: 2 selected sentences");
    assert_eq!(sizes(&w), [4, 2, 0]);
    assert!(w.shows_part("Moved to dev"), "{:?}", w.texts());
    // A click on the heading selects the document.
    w.click("Select Document 2");
    w.click("Split: dev");
    w.click("Move to test: 3 selected sentences");
    assert_eq!(sizes(&w), [1, 2, 3]);
    // Listed sentences are offered only while a filter is active.
    w.type_text("Search", "snows");
    w.click_part("Split: ");
    w.click("Move to dev: 2 listed sentences");
    assert_eq!(sizes(&w), [0, 4, 2]);
}

#[test]
fn moved_sentences_are_kept_after_a_restart() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    let before = sizes(&w);
    w.click("Split: train");
    w.click("Move to dev: Sentence");
    assert_eq!(sizes(&w), [before[0] - 1, before[1] + 1, before[2]]);
    w.until("the edit is stored", Window::is_durable);
    drop(w);
    let w = Window::with_sample(&data);
    assert_eq!(sizes(&w), [before[0] - 1, before[1] + 1, before[2]]);
}

#[test]
fn dataset_is_split_with_a_preview() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    let before = sizes(&w);
    let total: usize = before.iter().sum();
    w.ask(Command::Run(Action::SplitDataset));
    let is_known = |w: &Window| matches!(w.dialog(), Some(Dialog::Split(dialog)) if dialog.preview.is_some());
    w.until("the splits are known", is_known);
    assert!(w.shows_part("documents, "), "{:?}", w.texts());
    w.type_text("Percentages of train, dev and test", "60/40");
    w.press("Split dataset");
    assert!(w.dialog().is_some(), "an invalid share is refused");
    w.type_text("Percentages of train, dev and test", "50/50/0");
    w.click("Single sentences");
    w.until("the splits are determined", |w| !w.app().requests.is_pending(Slot::Dialog));
    w.press("Split dataset");
    w.until("the dialog is closed", |w| w.dialog().is_none());
    let [train, dev, test] = sizes(&w);
    assert_eq!((train + dev, test), (total, 0));
    assert!(train.abs_diff(dev) <= total / 10, "{train}, {dev}");
    assert!(w.shows_part("Dataset split"), "{:?}", w.texts());
    w.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(sizes(&w), before);
}

#[test]
fn export_of_moved_sentences_has_a_file_per_split() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path());
    w.click("Split: train");
    w.click("Move to dev: Sentence");
    let out = folder.path().join("out");
    std::fs::create_dir(&out).expect("a folder");
    w.ask(Command::ExportTo("conll", ExportPart::All, out.clone()));
    w.until("the files are written", |_| out.join("dev.conll").exists());
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("a file");
    assert!(read("dev.conll").contains("Oslo B-LOC\nrains O") && !read("dev.conll").contains("snows"));
    assert!(read("train.conll").contains("snows") && read("train.conll").contains("Bergen"));
}

#[test]
fn part_of_a_dataset_is_exported_with_the_right_extension() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path());
    w.type_text("Search", "snows");
    w.key(Modifiers::COMMAND, Key::E);
    w.until("the formats are listed", |w| w.shows("Export as prodigy"));
    w.key(Modifiers::NONE, Key::Escape);
    w.until("the dialog is closed", |w| w.dialog().is_none());
    w.key(Modifiers::COMMAND, Key::E);
    w.until("the formats are listed", |w| w.shows("Export as prodigy"));
    w.choose("Exported part", "Search and filter, 2 sentences");
    w.until("the formats are checked", |w| !w.app().requests.is_pending(Slot::Dialog));
    w.answer(&folder.path().join("part.txt"));
    w.click("Export as prodigy");
    let out = folder.path().join("part.txt.jsonl");
    w.until("the file is written", |_| out.is_file());
    let text = std::fs::read_to_string(&out).expect("a file");
    assert!(text.lines().count() == 2 && text.lines().all(|line| line.contains("snows")), "{text}");
    // The other path was not confirmed, so an existing file is kept.
    w.ask(Command::ExportTo("prodigy", ExportPart::All, folder.path().join("part.txt")));
    w.until("the export is refused", |w| w.shows_part("select it in the file dialog to replace it"));
    assert_eq!(std::fs::read_to_string(&out).expect("a file"), text);
}
