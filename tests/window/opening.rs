//! Item 1 and 2: start, and open a dataset visually.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tagwright::app::{Action, Command};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")
}

#[test]
fn the_sample_is_one_enter_away() {
    let mut w = Window::open(&[]);
    w.step();
    for name in ["Try the sample", "Open file...", "Open folder...", "Drop a file or a folder here"] {
        assert!(w.shows(name), "{name}");
    }
    w.keys(&[Key::Enter]);
    w.until("the sample is open", |w| w.app().annotate.is_some());
    assert!(w.shows_part("train-0000"));
    let app = w.app();
    let a = app.annotate.as_ref().expect("a dataset");
    assert_eq!((a.sentences.len(), a.corpus.labels.len()), (369, 5));
}

#[test]
fn a_folder_comes_by_dialog_path_drop_and_recents() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let folder = sample();
    let opened = |w: &Window| w.app().annotate.as_ref().map(|a| a.path.clone());
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], egui::Theme::Dark);
    w.answer(&folder);
    w.press("Open folder...");
    w.until("the folder is looked at", |w| w.app().importing.is_some());
    w.keys(&[Key::Enter]);
    w.until("the dialog's folder is open", |w| opened(w).as_ref() == Some(&sample()));
    drop(w);
    let mut w = Window::with(data.clone(), &[&folder.join("dev.conll")], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the command line's file is open", |w| opened(w) == Some(sample().join("dev.conll")));
    drop(w);
    let mut w = Window::with(data, &[], [1440.0, 900.0], egui::Theme::Dark);
    w.step();
    assert!(w.shows_part("dev, 53 sentences") && w.shows_part("sample, 369 sentences"));
    w.click_part("sample, 369 sentences");
    w.until("the recent is open", |w| opened(w) == Some(sample()));
}

#[test]
fn without_a_portal_a_field_for_a_path_appears() {
    let mut w = Window::open(&[]);
    w.step();
    w.key(Modifiers::COMMAND, Key::O);
    w.until("the field is here", |w| w.shows("Path"));
    w.type_text("Path", sample().join("test.conll").to_str().expect("a path"));
    w.press("Use this path");
    w.until("the file is looked at", |w| w.shows("Open test.conll"));
    w.press("Open");
    w.until("the file is open", |w| w.app().annotate.is_some());
}

#[test]
fn what_cannot_be_opened_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = folder.path().join("letter.conll");
    std::fs::write(&wrong, "Dear all,\nplease come on Monday.\n").expect("a file");
    let mut w = Window::open(&[&wrong]);
    w.until("it is said", |w| !w.app().notices.shown().is_empty());
    assert!(w.app().notices.shown()[0].detail.contains("letter.conll"));
    assert!(w.shows("Try the sample") && w.shows("Close this notice"));
}

/// A window in which this file was chosen and looked at.
fn looked_at(name: &str, bytes: &[u8]) -> (Window, tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let mut w = Window::open(&[]);
    w.answer(&path);
    w.press("Open file...");
    w.until("it is looked at", |w| w.app().importing.is_some());
    w.step();
    (w, folder, path)
}

#[test]
fn a_dataset_is_shown_before_anything_is_taken() {
    let text = "Z\u{fc}rich LOC\nis O\nold O\n\nAnn PER\nmet O\nBob PER\nhere\n";
    let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let (mut w, _folder, path) = looked_at("names.txt", &latin1);
    assert!(w.app().annotate.is_none(), "nothing is taken yet");
    for part in
        ["1 problem", "expected 2 columns but found 1", "encoding windows-1252", "tags are labels alone", "Zürich"]
    {
        assert!(w.shows_part(part), "{part}");
    }
    // What is read again after the dialog was closed does not bring it back.
    w.choose("Encoding", "KOI8-R");
    w.press("Cancel");
    for _ in 0..20 {
        w.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(w.app().importing.is_none() && w.app().annotate.is_none());
    assert_eq!(std::fs::read(path).expect("the file"), latin1);
}

#[test]
fn enter_opens_what_is_looked_at_and_nothing_else() {
    let (mut w, _folder, path) = looked_at("a.conll", b"Oslo B-LOC\n");
    w.keys(&[Key::Enter]);
    w.until("it is open", |w| w.app().annotate.is_some());
    // The welcome page below has its own Enter, which must not be heard.
    for _ in 0..40 {
        w.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(w.app().annotate.as_ref().map(|a| a.path.clone()), Some(path));
}

#[test]
fn what_was_found_can_be_said_otherwise() {
    let (mut w, _folder, path) = looked_at("a.txt", b"Oslo NNP B-LOC\nrain NN O\nfalls VB O\n");
    assert!(w.shows_part("1 span"));
    let read_again = |w: &Window| w.app().importing.as_ref().is_some_and(|i| !i.reading);
    w.choose("Tags are in", "column 2");
    w.until("it was read again", read_again);
    assert!(w.shows("3 problems") && w.shows_part("“NNP” is no tag"));
    w.choose("Format", "hf-parquet");
    w.until("it was read again", read_again);
    assert!(w.shows("It cannot be read like this"));
    w.choose("Format", "conll");
    w.until("it was read again", read_again);
    w.choose("Tags are in", "column 3");
    w.until("it was read again", read_again);
    w.press("Open");
    w.until("it is open", |w| w.app().annotate.is_some());
    let said = |w: &Window| w.app().annotate.as_ref().map(|a| a.files[0].options.columns.tag);
    assert_eq!(said(&w), Some(Some(2)));
    w.until("it is saved", |w| w.is_durable());
    // The next time it is known, and read in the same way.
    w.answer(&path);
    w.key(Modifiers::COMMAND, Key::O);
    w.until("it is open again", |w| w.app().opening.is_none() && w.app().annotate.is_some());
    assert_eq!((w.app().importing.is_none(), said(&w)), (true, Some(Some(2))));
}

#[test]
fn labels_are_renamed_merged_and_left_out_on_the_way_in() {
    let (mut w, _folder, path) = looked_at("a.conll", b"Ann B-PER\nin O\nOslo B-CITY\nNorway B-LOC\nMonday B-DATE\n");
    w.type_text("New name of CITY", "LOC");
    w.press("Leave out DATE");
    w.type_text("New name of PER", "PERSON");
    // Enter ends the field first.
    w.keys(&[Key::Enter]);
    w.until("the names are taken", |w| w.app().importing.as_ref().is_some_and(|i| i.renames.len() == 3));
    w.press("Open");
    w.until("it is open", |w| w.app().annotate.is_some());
    let labels = |w: &Window| w.app().annotate.as_ref().map(|a| a.corpus.labels.names());
    assert_eq!(labels(&w), Some(vec!["PERSON".into(), "LOC".into()]));
    assert_eq!(w.app().annotate.as_ref().map(|a| a.counts.labels.clone()), Some(vec![1, 2]));
    w.key(Modifiers::COMMAND, Key::Z);
    w.step();
    assert_eq!(labels(&w).map(|l| l.len()), Some(4), "undo brings all back");
    assert!(std::fs::read_to_string(path).expect("the file").contains("B-DATE"), "the file stays as it is");
}

#[test]
fn the_palette_runs_what_was_typed_also_in_the_same_frame() {
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
    assert!(w.shows("No snapshot yet"), "not the first command of all");
}

#[test]
fn filters_and_the_record() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.type_text("Search", "\"harbour line\"");
    let shown = w.app().annotate.as_ref().map_or(0, |a| a.shown.len());
    assert!(shown > 5 && shown < 100, "{shown}");
    w.type_text("Search", "no such words anywhere");
    assert!(w.shows("No sentence fits"));
    w.press("Show all");
    assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.len()), Some(369));
    w.click("dev");
    assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.len()), Some(53));
    assert!(w.shows_part("Grey") || w.shows_part("B-"), "the record shows tokens and tags");
}

#[test]
fn a_query_is_typed_offered_and_corrected() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    let shown = |w: &Window| w.app().annotate.as_ref().map_or(0, |a| a.shown.len());
    w.type_text("Search", "lab");
    w.click_part("label:");
    w.until("the labels are offered", |w| w.shows_part("label:PER"));
    w.click_part("label:PER");
    w.until("it filters", |w| w.app().annotate.as_ref().is_some_and(|a| a.filter.text == "label:PER"));
    let people = shown(&w);
    assert!(people > 20 && people < 369, "{people}");
    w.type_text("Search", "label:PER -split:train");
    assert!(shown(&w) < people, "{}", shown(&w));
    w.type_text("Search", "label:PER (");
    assert!(w.shows_part("something is missing"), "what is wrong is said");
    assert!(shown(&w) < people, "and the list stays as it was");
}

#[test]
fn a_second_window_reads_only() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let file = sample().join("dev.conll");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("it is open", |w| w.app().annotate.is_some());
    let project = w.app().annotate.as_ref().map(|a| a.project.clone()).expect("a project");
    drop(w);
    // Another program has it open.
    let held = std::fs::File::create(format!("{}-lock", project.display())).expect("the lock's file");
    held.lock().expect("the lock");
    let mut w = Window::with(data, &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("it is open", |w| w.app().annotate.is_some());
    w.step();
    assert!(w.shows("Read only") && w.app().notices.shown().iter().any(|n| n.detail.contains("Another window")));
    let before = w.app().annotate.as_ref().map(|a| a.corpus.documents.clone());
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    assert!(w.app().notices.shown().iter().any(|n| n.title == "Nothing was changed"));
    assert_eq!(w.app().annotate.as_ref().map(|a| a.corpus.documents.clone()), before);
}

#[test]
fn a_text_from_doccano_is_corrected_saved_and_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("news.jsonl");
    let first = "{\"id\":1,\"text\":\"Zoë — left Oslo.\",\"label\":[[0,3,\"PER\"]],\"source\":\"wire\"}";
    let second = "{\"id\":2, \"text\":\"It rained.\", \"label\":[]}";
    std::fs::write(&file, format!("{first}\n{second}\n{{broken\n")).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    let notices: Vec<String> = w.app().notices.shown().iter().map(|n| n.title.clone()).collect();
    assert!(notices.iter().any(|t| t == "1 problem in the source"), "{notices:?}");
    // To the fourth word, Oslo.
    w.keys(&[Key::ArrowRight; 4]);
    w.key(Modifiers::NONE, Key::Num1);
    w.key(Modifiers::COMMAND, Key::S);
    let labelled = first.replace("[[0,3,\"PER\"]]", "[[0,3,\"PER\"],[11,15,\"PER\"]]");
    let expected = format!("{labelled}\n{second}\n{{broken\n");
    w.until("it is saved", |_| std::fs::read_to_string(&file).is_ok_and(|now| now == expected));
    let out = folder.path().join("tasks.json");
    w.answer(&out);
    w.key(Modifiers::COMMAND, Key::E);
    w.step();
    assert!(w.shows("Export as wnut") && w.shows_part("the space between words as it was (2)"));
    w.click("Export as label-studio");
    w.until("it is exported", |_| out.is_file());
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).expect("a file")).expect("JSON");
    let value = &written[0]["annotations"][0]["result"][1]["value"];
    assert_eq!((&value["text"], &value["start"]), (&"Oslo".into(), &11.into()));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), expected, "the source stays");
}

#[cfg(unix)]
#[test]
fn a_project_that_is_gone_is_written_again_and_one_that_is_replaced_goes_on_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.conll");
    std::fs::write(&file, "Anna B-PER\nsings O\n").expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("it is open", |w| w.app().annotate.is_some() && w.is_durable());
    let project = w.app().annotate.as_ref().map(|a| a.project.clone()).expect("a project");
    let edits = |path: &Path| {
        let read = tagwright::project::Project::open(path).and_then(|p| p.read());
        read.map(|c| (c.history.position(), c.dataset.corpus.document(0).spans.len())).ok()
    };
    std::fs::remove_file(&project).expect("it is removed");
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.until("it is written again", |w| w.is_durable() && project.exists());
    assert_eq!(edits(&project), Some((1, 2)));
    // Another program puts a file of its own there: that one stays.
    std::fs::remove_file(&project).expect("it is removed");
    std::fs::write(&project, "another program's file").expect("a file");
    w.keys(&[Key::Backspace]);
    w.until("it is told", |w| w.app().unsaved.is_some());
    assert!(w.shows("Not saved") && !w.is_durable());
    w.ask(Command::Open(sample()));
    w.step();
    assert_eq!(w.app().annotate.as_ref().map(|a| a.files.len()), Some(1), "nothing takes its place");
    let other = folder.path().join("kept.tagwright");
    w.ask(Command::KeepProjectAt(other.clone()));
    w.until("it is kept elsewhere", |w| w.is_durable());
    assert_eq!(edits(&other), Some((2, 1)));
    assert_eq!(std::fs::read_to_string(&project).expect("a file"), "another program's file");
    w.key(Modifiers::COMMAND, Key::Z);
    w.until("undo is stored there", |w| w.is_durable());
    assert_eq!(edits(&other), Some((1, 2)));
}

#[test]
fn labels_stay_on_unchanged_sentences_of_a_source_that_another_program_changed() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.conll");
    let text = "Anna B-PER\nsings O\n\nOslo B-LOC\nrains O\n";
    std::fs::write(&file, text).expect("a file");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("it is open", |w| w.app().annotate.is_some());
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num2]);
    w.until("it is stored", |w| w.is_durable());
    std::fs::write(&file, format!("It O\nsnows O\n\n{text}")).expect("a file");
    w.key(Modifiers::COMMAND, Key::S);
    w.until("the person is asked", |w| w.shows("a.conll was changed by another program"));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), format!("It O\nsnows O\n\n{text}"));
    // Nothing is decided: all stays as it is.
    w.press("Cancel");
    w.until("the question is gone", |w| w.app().changed.is_none());
    assert_eq!(w.app().annotate.as_ref().map(|a| a.sentences.len()), Some(2));
    drop(w);
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the person is asked", |w| w.app().changed.is_some());
    w.step();
    w.click("Keep my labels on unchanged sentences, 2 kept");
    w.keys(&[Key::Enter]);
    w.until("it is open", |w| w.app().annotate.is_some() && w.is_durable());
    let spans = |w: &Window| w.app().annotate.as_ref().map(|a| a.corpus.document(0).spans.len());
    assert_eq!(spans(&w), Some(3));
    w.key(Modifiers::COMMAND, Key::Z);
    w.until("undo is stored", |w| w.is_durable());
    assert_eq!(spans(&w), Some(2), "the labels of the file");
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    w.key(Modifiers::COMMAND, Key::S);
    w.until("it is saved", |_| std::fs::read_to_string(&file).is_ok_and(|t| t.contains("sings B-LOC")));
}

#[test]
fn two_saves_in_a_row_and_a_save_before_another_dataset_reach_their_own_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (folder.path().join("a.conll"), folder.path().join("b.conll"));
    std::fs::write(&a, "Anna B-PER\nsings O\n").expect("a file");
    // So long that it is still opening when the save is asked for.
    let long = "Ida B-PER\nruns O\n\n".repeat(30_000);
    std::fs::write(&b, &long).expect("a file");
    let mut w = Window::open(&[&a]);
    w.until("it is open", |w| w.app().annotate.is_some());
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.ask(Command::Open(b.clone()));
    w.ask(Command::Do(Action::Save));
    w.ask(Command::Do(Action::Save));
    w.until("the other one is open", |w| w.app().annotate.as_ref().is_some_and(|a| a.path == b));
    w.step();
    assert_eq!(std::fs::read_to_string(&a).expect("a file"), "Anna B-PER\nsings B-PER\n");
    assert_eq!(std::fs::read_to_string(&b).expect("a file"), long);
    assert_eq!(w.app().annotate.as_ref().map(|a| a.files[0].path.clone()), Some(b.clone()));
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.key(Modifiers::COMMAND, Key::S);
    let saved = long.replacen("runs O", "runs B-PER", 1);
    w.until("it is saved", |_| std::fs::read_to_string(&b).is_ok_and(|t| t == saved));
    let bad = |w: &Window| w.app().notices.shown().iter().any(|n| n.title.contains("not saved"));
    assert!(!bad(&w));
}

#[test]
fn a_window_that_closes_while_another_dataset_opens_leaves_both_projects_their_own() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (folder.path().join("a.conll"), folder.path().join("b.conll"));
    std::fs::write(&a, "Anna B-PER\nsings O\n").expect("a file");
    std::fs::write(&b, "Ida B-PER\nruns O\n".repeat(2000)).expect("a file");
    let mut w = Window::with(data.clone(), &[&a], [1440.0, 900.0], egui::Theme::Dark);
    w.until("it is open", |w| w.app().annotate.is_some());
    let project = w.app().annotate.as_ref().map(|a| a.project.clone()).expect("a project");
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.ask(Command::Open(b.clone()));
    drop(w);
    let contents = tagwright::project::Project::open(&project).and_then(|p| p.read()).expect("it is whole");
    assert_eq!((contents.history.position(), contents.dataset.files[0].path.clone()), (1, a));
    let mut w = Window::with(data, &[&b], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the other one opens", |w| w.app().annotate.is_some());
    assert_eq!(w.app().annotate.as_ref().map(|a| a.files[0].path.clone()), Some(b));
}
