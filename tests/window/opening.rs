//! The welcome page, opening of datasets with the import preview, and projects.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tagwright::app::dialogs::Dialog;
use tagwright::app::page_commands::{SettingsCommand, ViewCommand};
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command, Page};
use tagwright::corpus::TrainOn;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")
}

#[test]
fn enter_opens_sample() {
    let mut w = Window::open(&[]);
    w.step();
    for name in ["Open sample dataset", "Open file…", "Open folder…", "Drop a file or folder here"] {
        assert!(w.shows(name), "{name}");
    }
    w.keys(&[Key::Enter]);
    w.until("the sample is open", |w| w.app().session.is_some());
    assert!(w.shows_part("train-0000"));
    let app = w.app();
    let a = app.session.as_ref().expect("a dataset");
    assert_eq!((a.sentences.len(), a.corpus().labels.len()), (369, 5));
}

#[test]
fn folder_opens_by_dialog_argument_and_recents() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let folder = sample();
    let opened = |w: &Window| w.app().session.as_ref().map(|a| a.path().to_owned());
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], egui::Theme::Dark);
    w.answer(&folder);
    w.press("Open folder…");
    w.until("the preview is loaded", |w| matches!(w.dialog(), Some(Dialog::Import(_))));
    w.keys(&[Key::Enter]);
    w.until("the folder is open", |w| opened(w).as_ref() == Some(&sample()));
    drop(w);
    let mut w = Window::with(data.clone(), &[&folder.join("dev.conll")], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file of the command line is open", |w| opened(w) == Some(sample().join("dev.conll")));
    w.ask(Command::Settings(SettingsCommand::SetReopens(false)));
    drop(w);
    let mut w = Window::with(data, &[], [1440.0, 900.0], egui::Theme::Dark);
    w.step();
    assert!(w.shows_part("dev, 53 sentences") && w.shows_part("sample, 369 sentences"));
    w.click_part("sample, 369 sentences");
    w.until("the recent folder is open", |w| opened(w) == Some(sample()));
}

#[test]
fn path_field_replaces_missing_file_dialog() {
    let mut w = Window::open(&[]);
    w.step();
    w.key(Modifiers::COMMAND, Key::O);
    w.until("the path field is shown", |w| w.shows("Path"));
    w.type_text("Path", sample().join("test.conll").to_str().expect("a path"));
    w.press("Open path");
    w.until("the preview is loaded", |w| w.shows("Import test.conll"));
    w.press("Open");
    w.until("the file is open", |w| w.app().session.is_some());
}

#[test]
fn unreadable_file_shows_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("letter.conll");
    std::fs::write(&wrong, "Dear all,\nplease come on Monday.\n").expect("a file");
    let mut w = Window::open(&[&wrong]);
    w.until("a notice appears", |w| !w.app().notifications.shown().is_empty());
    assert!(w.app().notifications.shown()[0].detail.contains("letter.conll"));
    assert!(w.shows("Open sample dataset") && w.shows("Dismiss"));
}

/// Opens a window with the import preview of this file.
fn preview(name: &str, bytes: &[u8]) -> (Window, tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let mut w = Window::open(&[]);
    w.answer(&path);
    w.press("Open file…");
    w.until("the preview is loaded", |w| matches!(w.dialog(), Some(Dialog::Import(_))));
    w.step();
    (w, folder, path)
}

#[test]
fn preview_imports_nothing() {
    let text = "Z\u{fc}rich LOC\nis O\nold O\n\nAnn PER\nmet O\nBob PER\nhere\n";
    let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let (mut w, _folder, path) = preview("names.txt", &latin1);
    assert!(w.app().session.is_none(), "nothing is imported yet");
    for part in [
        "1 problem",
        "expected 2 columns but found 1",
        "encoding windows-1252",
        "tags are labels without a prefix",
        "Zürich",
    ] {
        assert!(w.shows_part(part), "{part}");
    }
    // The result of a reload after the dialog was closed does not reopen the dialog.
    w.choose("Encoding", "KOI8-R");
    w.press("Cancel");
    for _ in 0..20 {
        w.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(w.dialog().is_none() && w.app().session.is_none());
    assert_eq!(std::fs::read(path).expect("the file"), latin1);
}

#[test]
fn enter_opens_previewed_dataset_only() {
    let (mut w, _folder, path) = preview("a.conll", b"Oslo B-LOC\n");
    w.keys(&[Key::Enter]);
    w.until("the file is open", |w| w.app().session.is_some());
    // The welcome page below also handles Enter. It must not receive this key.
    for _ in 0..40 {
        w.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(w.app().session.as_ref().map(|a| a.path().to_owned()), Some(path));
}

#[test]
fn import_options_override_detection() {
    let (mut w, _folder, path) = preview("a.txt", b"Oslo NNP B-LOC\nrain NN O\nfalls VB O\n");
    assert!(w.shows_part("1 span"));
    let is_loaded =
        |w: &Window| matches!(w.dialog(), Some(Dialog::Import(_))) && !w.app().requests.is_pending(Slot::Opening);
    w.choose("Tag column", "Column 2");
    w.until("the preview is updated", is_loaded);
    assert!(w.shows("3 problems") && w.shows_part("invalid tag “NNP”"));
    w.choose("Format", "hf-parquet");
    w.until("the preview is updated", is_loaded);
    assert!(w.shows("Cannot read this file"));
    w.choose("Format", "conll");
    w.until("the preview is updated", is_loaded);
    w.choose("Tag column", "Column 3");
    w.until("the preview is updated", is_loaded);
    w.press("Open");
    w.until("the file is open", |w| w.app().session.is_some());
    let tag_column = |w: &Window| w.app().session.as_ref().map(|a| a.files()[0].options.columns.tag);
    assert_eq!(tag_column(&w), Some(Some(2)));
    w.until("the edits are durable", |w| w.is_durable());
    // A known dataset opens without a preview and with the same options.
    w.answer(&path);
    w.key(Modifiers::COMMAND, Key::O);
    w.until("the file is open again", |w| !w.app().requests.is_pending(Slot::Opening) && w.app().session.is_some());
    assert_eq!((w.dialog().is_none(), tag_column(&w)), (true, Some(Some(2))));
}

#[test]
fn import_renames_merges_and_excludes_labels() {
    let (mut w, _folder, path) = preview("a.conll", b"Ann B-PER\nin O\nOslo B-CITY\nNorway B-LOC\nMonday B-DATE\n");
    w.type_text("New name for CITY", "LOC");
    w.press("Exclude DATE");
    w.type_text("New name for PER", "PERSON");
    // The first Enter only confirms the text field.
    w.keys(&[Key::Enter]);
    w.until(
        "the names are set",
        |w| matches!(w.dialog(), Some(Dialog::Import(preview)) if preview.label_map.len() == 3),
    );
    w.press("Open");
    w.until("the file is open", |w| w.app().session.is_some());
    let labels = |w: &Window| w.app().session.as_ref().map(|a| a.corpus().labels.names());
    assert_eq!(labels(&w), Some(vec!["PERSON".into(), "LOC".into()]));
    assert_eq!(w.app().session.as_ref().map(|a| a.totals().counts.labels.clone()), Some(vec![1, 2]));
    w.key(Modifiers::COMMAND, Key::Z);
    w.step();
    assert_eq!(labels(&w).map(|l| l.len()), Some(4), "undo restores all labels");
    assert!(std::fs::read_to_string(path).expect("the file").contains("B-DATE"), "the file is unchanged");
}

#[test]
fn palette_runs_command_typed_in_same_frame() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.key(Modifiers::COMMAND, Key::K);
    let enter = egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    w.harness.input_mut().events.extend([egui::Event::Text("snapshots".into()), enter]);
    w.step();
    assert!(w.shows("No snapshots"), "the first command of the unfiltered list is not run");
}

#[test]
fn search_and_split_filter_sentences() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.type_text("Search", "\"harbour line\"");
    let n_visible = w.app().session.as_ref().map_or(0, |a| a.visible.len());
    assert!(n_visible > 5 && n_visible < 100, "{n_visible}");
    w.type_text("Search", "no such words anywhere");
    assert!(w.shows("No matching sentences"));
    w.press("Clear filters");
    assert_eq!(w.app().session.as_ref().map(|a| a.visible.len()), Some(369));
    w.click("dev");
    assert_eq!(w.app().session.as_ref().map(|a| a.visible.len()), Some(53));
    assert!(w.shows_part("Grey") || w.shows_part("B-"), "the inspector shows tokens and tags");
}

#[test]
fn search_offers_completions_and_reports_errors() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    let n_visible = |w: &Window| w.app().session.as_ref().map_or(0, |a| a.visible.len());
    w.type_text("Search", "lab");
    w.click_part("label:");
    w.until("the labels are suggested", |w| w.shows_part("label:PER"));
    w.click_part("label:PER");
    w.until("the filter is set", |w| w.app().session.as_ref().is_some_and(|a| a.filter.text == "label:PER"));
    let n_people = n_visible(&w);
    assert!(n_people > 20 && n_people < 369, "{n_people}");
    w.type_text("Search", "label:PER -split:train");
    assert!(n_visible(&w) < n_people, "{}", n_visible(&w));
    w.type_text("Search", "label:PER (");
    assert!(w.shows_part("Incomplete search"), "the error is shown");
    assert!(n_visible(&w) < n_people, "the list is unchanged");
}

#[test]
fn second_window_is_read_only() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let file = sample().join("dev.conll");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().session.is_some());
    let project = w.app().session.as_ref().map(|a| a.project().to_owned()).expect("a project");
    drop(w);
    // The lock of another program.
    let lock = std::fs::File::create(format!("{}-lock", project.display())).expect("the lock file");
    lock.lock().expect("the lock");
    let mut w = Window::with(data, &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().session.is_some());
    w.step();
    assert!(w.shows("Read-only") && w.app().notifications.shown().iter().any(|n| n.detail.contains("another window")));
    let before = w.app().session.as_ref().map(|a| a.corpus().documents.clone());
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    assert!(w.app().notifications.shown().iter().any(|n| n.title == "Project is read-only"));
    assert_eq!(w.app().session.as_ref().map(|a| a.corpus().documents.clone()), before);
}

#[test]
fn doccano_dataset_is_edited_saved_and_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("news.jsonl");
    let first = "{\"id\":1,\"text\":\"Zoë — left Oslo.\",\"label\":[[0,3,\"PER\"]],\"source\":\"wire\"}";
    let second = "{\"id\":2, \"text\":\"It rained.\", \"label\":[]}";
    std::fs::write(&file, format!("{first}\n{second}\n{{broken\n")).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    let notices: Vec<String> = w.app().notifications.shown().iter().map(|n| n.title.clone()).collect();
    assert!(notices.iter().any(|t| t == "1 problem in source files"), "{notices:?}");
    // Select the fourth word, Oslo.
    w.keys(&[Key::ArrowRight; 4]);
    w.key(Modifiers::NONE, Key::Num1);
    w.key(Modifiers::COMMAND, Key::S);
    let labeled = first.replace("[[0,3,\"PER\"]]", "[[0,3,\"PER\"],[11,15,\"PER\"]]");
    let expected = format!("{labeled}\n{second}\n{{broken\n");
    w.until("the file is saved", |_| std::fs::read_to_string(&file).is_ok_and(|now| now == expected));
    let out = folder.path().join("tasks.json");
    w.answer(&out);
    w.key(Modifiers::COMMAND, Key::E);
    w.until(
        "the formats are listed",
        |w| matches!(w.dialog(), Some(Dialog::Export(dialog)) if !dialog.formats.is_empty()),
    );
    assert!(w.shows("Export as wnut") && w.shows_part("original whitespace between tokens (2)"));
    w.click("Export as label-studio");
    w.until("the export is written", |_| out.is_file());
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).expect("a file")).expect("JSON");
    let value = &written[0]["annotations"][0]["result"][1]["value"];
    assert_eq!((&value["text"], &value["start"]), (&"Oslo".into(), &11.into()));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), expected, "the source file is unchanged");
}

#[cfg(unix)]
#[test]
fn missing_project_is_rewritten_and_replaced_project_can_move() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.conll");
    std::fs::write(&file, "Anna B-PER\nsings O\n").expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some() && w.is_durable());
    let project = w.app().session.as_ref().map(|a| a.project().to_owned()).expect("a project");
    let edits = |path: &Path| {
        let read = tagwright::project::Project::open(path).and_then(|p| p.read());
        read.map(|c| (c.history.position(), c.dataset.corpus.document(0).spans.len())).ok()
    };
    std::fs::remove_file(&project).expect("removed");
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.until("the project is rewritten", |w| w.is_durable() && project.exists());
    assert_eq!(edits(&project), Some((1, 2)));
    // A file of another program at this path is not overwritten.
    std::fs::remove_file(&project).expect("removed");
    std::fs::write(&project, "another program's file").expect("a file");
    w.keys(&[Key::Backspace]);
    w.until("the failure is reported", |w| w.app().storage_error.is_some());
    assert!(w.shows("Save failed") && !w.is_durable());
    w.ask(Command::Open(sample()));
    w.step();
    assert_eq!(w.app().session.as_ref().map(|a| a.files().len()), Some(1), "the dataset stays open");
    let moved = folder.path().join("moved.tagwright");
    w.ask(Command::MoveProjectTo(moved.clone()));
    w.until("the project is moved", |w| w.is_durable());
    assert_eq!(edits(&moved), Some((2, 1)));
    assert_eq!(std::fs::read_to_string(&project).expect("a file"), "another program's file");
    w.key(Modifiers::COMMAND, Key::Z);
    w.until("the undo is durable", |w| w.is_durable());
    assert_eq!(edits(&moved), Some((1, 2)));
}

#[test]
fn labels_are_kept_on_unchanged_sentences_of_changed_source() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.conll");
    let text = "Anna B-PER\nsings O\n\nOslo B-LOC\nrains O\n";
    std::fs::write(&file, text).expect("a file");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().session.is_some());
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num2]);
    w.until("the edit is durable", |w| w.is_durable());
    std::fs::write(&file, format!("It O\nsnows O\n\n{text}")).expect("a file");
    w.key(Modifiers::COMMAND, Key::S);
    w.until("the dialog is shown", |w| w.shows("Another program changed a.conll"));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), format!("It O\nsnows O\n\n{text}"));
    // Cancel changes nothing.
    w.press("Cancel");
    w.until("the dialog is closed", |w| w.dialog().is_none());
    assert_eq!(w.app().session.as_ref().map(|a| a.sentences.len()), Some(2));
    drop(w);
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the dialog is shown", |w| matches!(w.dialog(), Some(Dialog::SourceChange(_))));
    w.step();
    w.click("Keep my labels on unchanged sentences, 2 sentences kept");
    w.keys(&[Key::Enter]);
    w.until("the file is open", |w| w.app().session.is_some() && w.is_durable());
    let spans = |w: &Window| w.app().session.as_ref().map(|a| a.corpus().document(0).spans.len());
    assert_eq!(spans(&w), Some(3));
    w.key(Modifiers::COMMAND, Key::Z);
    w.until("the undo is durable", |w| w.is_durable());
    assert_eq!(spans(&w), Some(2), "the labels of the file");
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    w.key(Modifiers::COMMAND, Key::S);
    w.until("the file is saved", |_| std::fs::read_to_string(&file).is_ok_and(|t| t.contains("sings B-LOC")));
}

#[test]
fn repeated_save_before_switching_datasets_writes_the_right_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (folder.path().join("a.conll"), folder.path().join("b.conll"));
    std::fs::write(&a, "Anna B-PER\nsings O\n").expect("a file");
    // This file is long, so it is still being opened when the save is requested.
    let long = "Ida B-PER\nruns O\n\n".repeat(30_000);
    std::fs::write(&b, &long).expect("a file");
    let mut w = Window::open(&[&a]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.ask(Command::Open(b.clone()));
    w.ask(Command::Run(Action::Save));
    w.ask(Command::Run(Action::Save));
    w.until("the other dataset is open", |w| w.app().session.as_ref().is_some_and(|a| a.path() == b));
    w.step();
    assert_eq!(std::fs::read_to_string(&a).expect("a file"), "Anna B-PER\nsings B-PER\n");
    assert_eq!(std::fs::read_to_string(&b).expect("a file"), long);
    assert_eq!(w.app().session.as_ref().map(|a| a.files()[0].path.clone()), Some(b.clone()));
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.key(Modifiers::COMMAND, Key::S);
    let saved = long.replacen("runs O", "runs B-PER", 1);
    w.until("the file is saved", |_| std::fs::read_to_string(&b).is_ok_and(|t| t == saved));
    let has_save_error = |w: &Window| w.app().notifications.shown().iter().any(|n| n.title.contains("not saved"));
    assert!(!has_save_error(&w));
}

#[test]
fn closing_while_another_dataset_opens_keeps_both_projects() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (folder.path().join("a.conll"), folder.path().join("b.conll"));
    std::fs::write(&a, "Anna B-PER\nsings O\n").expect("a file");
    std::fs::write(&b, "Ida B-PER\nruns O\n".repeat(2000)).expect("a file");
    let mut w = Window::with(data.clone(), &[&a], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().session.is_some());
    let project = w.app().session.as_ref().map(|a| a.project().to_owned()).expect("a project");
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.ask(Command::Open(b.clone()));
    drop(w);
    let contents = tagwright::project::Project::open(&project).and_then(|p| p.read()).expect("an intact project");
    assert_eq!((contents.history.position(), contents.dataset.files[0].path.clone()), (1, a));
    let mut w = Window::with(data, &[&b], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the other dataset is open", |w| w.app().session.is_some());
    assert_eq!(w.app().session.as_ref().map(|a| a.files()[0].path.clone()), Some(b));
}

#[test]
fn restart_continues_at_the_same_place() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let at = data.path().join("letters.conll");
    std::fs::write(&at, "Ada B-PER\n\nsaw O\n\nOslo B-LOC\n\nBergen B-LOC\n").expect("a file");
    let window = |paths: &[&Path]| Window::with(data.clone(), paths, [1440.0, 900.0], egui::Theme::Dark);
    let mut w = window(&[&at]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.ask(Command::View(ViewCommand::FilterText("label:LOC".into())));
    w.ask(Command::View(ViewCommand::GoToSentence(3)));
    w.go_to("Train");
    w.type_text("Epochs, num_train_epochs", "7");
    w.click("Train on: Labeled, 3 sentences");
    drop(w);
    let mut w = window(&[]);
    w.until("the file is open again", |w| w.app().session.is_some());
    {
        let app = w.app();
        let session = app.session.as_ref().expect("a dataset");
        assert_eq!((session.current, session.visible.as_slice()), (3, [2, 3].as_slice()));
        assert_eq!((app.page, app.train_page.arguments.num_train_epochs), (Page::Train, 7));
        assert_eq!(app.train_page.selection.train_on, Some(TrainOn::Labeled));
    }
    w.until("the base model is checked", |w| w.app().train_page.model_info.is_some());
    // Another dataset has its own form. The first one can be opened again from the palette.
    let other = data.path().join("notes.conll");
    std::fs::write(&other, "rain O\n").expect("a file");
    w.ask(Command::Open(other));
    w.until("the other file is open", |w| w.app().session.as_ref().is_some_and(|s| s.corpus().name == "notes"));
    assert_eq!(w.app().train_page.arguments.num_train_epochs, 3);
    w.key(egui::Modifiers::COMMAND, egui::Key::K);
    w.type_text("Command", "open letters");
    w.keys(&[egui::Key::Enter]);
    w.until("the first file is open", |w| w.app().session.as_ref().is_some_and(|s| s.corpus().name == "letters"));
    assert_eq!(w.app().train_page.arguments.num_train_epochs, 7);
    w.ask(Command::Settings(SettingsCommand::SetReopens(false)));
    drop(w);
    let mut w = window(&[]);
    w.step();
    assert!(w.app().session.is_none() && w.shows("Open sample dataset"));
}

#[test]
fn missing_dataset_is_not_opened_at_the_start() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let at = data.path().join("letters.conll");
    std::fs::write(&at, "Ada B-PER\n").expect("a file");
    let window = |paths: &[&Path]| Window::with(data.clone(), paths, [1440.0, 900.0], egui::Theme::Dark);
    let mut w = window(&[&at]);
    w.until("the file is open", |w| w.app().session.is_some());
    drop(w);
    std::fs::remove_file(&at).expect("a file");
    let mut w = window(&[]);
    w.step();
    assert!(!w.app().requests.is_replacing_dataset() && w.app().session.is_none());
    assert!(w.shows("Open sample dataset") && w.app().notifications.shown().is_empty());
}

#[test]
fn dataset_is_created_from_pasted_text() {
    let mut w = Window::open(&[]);
    w.step();
    w.press("Paste text…");
    assert!(w.shows("New dataset from text") && w.shows("Create dataset"));
    w.type_text("Name of the dataset", "Notes: May/June");
    // Two words in each line could be a column file.
    w.type_text("Text of the dataset", "Ada sings\nOslo LOC\n");
    w.press("Create dataset");
    w.until("the dataset is open", |w| w.app().session.is_some());
    assert!(w.dialog().is_none());
    {
        let app = w.app();
        let session = app.session.as_ref().expect("a dataset");
        assert_eq!(session.corpus().name, "Notes- May-June");
        let texts: Vec<&str> = session.corpus().documents.iter().map(|document| document.text.as_str()).collect();
        assert_eq!(texts.join("\n").trim(), "Ada sings\nOslo LOC");
        assert!(session.corpus().labels.is_empty());
    }
    // A second dataset of the same name does not replace the first one.
    let first = w.app().session.as_ref().map(|session| session.path().to_owned()).expect("a path");
    w.ask(Command::CreateDataset("Notes: May/June".into(), "Bergen".into()));
    w.until("the other dataset is open", |w| w.app().session.as_ref().is_some_and(|s| s.path() != first));
    assert_eq!(std::fs::read_to_string(&first).expect("a file"), "Ada sings\nOslo LOC\n");
}
