//! Saving of copies: existing files are replaced only after confirmation, and a copy has the format of its source.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use std::path::Path;
use tagwright::app::dialogs::Dialog;

fn open(folder: &Path, name: &str, text: &str) -> Window {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w
}

/// Enters a path in the field that replaces the file dialog.
fn type_path(w: &mut Window, path: &Path) {
    w.until("the path field is shown", |w| w.shows("Path"));
    w.type_text("Path", path.to_str().expect("a path"));
    w.press("Open path");
}

#[test]
fn replacing_existing_file_requires_confirmation() {
    let folder = tempfile::tempdir().expect("a folder");
    let precious = folder.path().join("p.txt");
    std::fs::write(&precious, "precious").expect("a file");
    let mut w = open(folder.path(), "a.conll", "Anna B-PER\nsings O\n");
    let read = || std::fs::read_to_string(&precious).expect("a file");
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    type_path(&mut w, &precious);
    w.until("the dialog is shown", |w| w.shows("Replace p.txt?"));
    w.press("Cancel");
    assert!(!w.shows("Replace p.txt?"));
    assert_eq!(read(), "precious");
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    type_path(&mut w, &precious);
    w.until("the dialog is shown", |w| w.shows("Replace p.txt?"));
    w.press("Replace");
    w.until("the copy is written", |_| read() == "Anna B-PER\nsings O\n");
    // A new file requires no confirmation.
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    let new = folder.path().join("new.conll");
    type_path(&mut w, &new);
    w.until("the copy is written", |_| new.exists());
}

#[test]
fn copy_of_plain_text_offers_export() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in
        [("letter.txt", "Anna sings in Oslo."), ("table.csv", "text\nAnna sings in the town of Oslo.\n")]
    {
        let mut w = open(folder.path(), name, text);
        w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
        w.until("the export dialog is shown", |w| matches!(w.dialog(), Some(Dialog::Export(_))));
        assert!(w.shows("Export to") && w.shows_part("export to another format instead"), "{name}");
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("a file"), text);
    }
}

#[test]
fn window_asks_before_closing_with_unsaved_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = open(folder.path(), "a.conll", "Anna B-PER\nsings O\n");
    w.until("the project is durable", |w| w.is_durable());
    let project = w.app().session.as_ref().map(|a| a.project().to_owned()).expect("a project");
    std::fs::remove_file(&project).expect("removed");
    std::fs::create_dir(&project).expect("a directory");
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::Num1]);
    w.until("the failure is reported", |w| w.app().storage_error.is_some());
    w.request_close();
    w.until("the dialog is shown", |w| w.shows("Your last edits are not saved"));
    w.press("Cancel");
    w.until("the window stays open", |w| w.dialog().is_none());
}
