//! Saving copies: nothing that exists is replaced without a question, and no copy is in another format.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use std::path::Path;

fn open(folder: &Path, name: &str, text: &str) -> Window {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("it is open", |w| w.app().annotate.is_some());
    w
}

/// Types a path into the field that stands for a system's file dialog.
fn type_path(w: &mut Window, path: &Path) {
    w.until("the field is here", |w| w.shows("Path"));
    w.type_text("Path", path.to_str().expect("a path"));
    w.press("Use this path");
}

#[test]
fn a_typed_path_where_a_file_is_asks_before_it_replaces() {
    let folder = tempfile::tempdir().expect("a folder");
    let precious = folder.path().join("p.txt");
    std::fs::write(&precious, "precious").expect("a file");
    let mut w = open(folder.path(), "a.conll", "Anna B-PER\nsings O\n");
    let read = || std::fs::read_to_string(&precious).expect("a file");
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    type_path(&mut w, &precious);
    w.until("it asks", |w| w.shows("Replace p.txt?"));
    w.press("Cancel");
    assert!(!w.shows("Replace p.txt?"));
    assert_eq!(read(), "precious");
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    type_path(&mut w, &precious);
    w.until("it asks", |w| w.shows("Replace p.txt?"));
    w.press("Replace");
    w.until("it is written", |_| read() == "Anna B-PER\nsings O\n");
    // A new name is no question.
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    let new = folder.path().join("new.conll");
    type_path(&mut w, &new);
    w.until("it is written", |_| new.exists());
}

#[test]
fn a_copy_of_texts_is_an_export() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in
        [("letter.txt", "Anna sings in Oslo."), ("table.csv", "text\nAnna sings in the town of Oslo.\n")]
    {
        let mut w = open(folder.path(), name, text);
        w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
        w.until("the formats are offered", |w| w.app().exporting.is_some());
        assert!(w.shows("Export as") && w.shows_part("export to another format instead"), "{name}");
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("a file"), text);
    }
}

#[test]
fn a_window_does_not_close_over_edits_that_are_not_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = open(folder.path(), "a.conll", "Anna B-PER\nsings O\n");
    w.until("it is stored", |w| w.is_durable());
    let project = w.app().annotate.as_ref().map(|a| a.project.clone()).expect("a project");
    std::fs::remove_file(&project).expect("it is removed");
    std::fs::create_dir(&project).expect("something else is there");
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.until("it is told", |w| w.app().unsaved.is_some());
    w.request_close();
    w.until("it asks", |w| w.shows("Your last edits are not stored"));
    w.press("Do not close");
    w.until("it stays", |w| !w.app().leaving);
}
