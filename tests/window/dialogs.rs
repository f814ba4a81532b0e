//! Geometry of the dialogs: their controls do not move after the first visible frame.

use crate::support::window::Window;
use egui::Rect;
use std::path::Path;
use std::rc::Rc;
use tagwright::app::page_commands::ViewCommand;
use tagwright::app::text_prompt::TextPrompt;
use tagwright::app::{Action, Command};

/// Checks that the controls of a dialog have equal positions in the frames 1, 2 and 30 after it is visible.
fn check(w: &mut Window, name: &str, open: impl FnOnce(&mut Window)) {
    let before = w.control_rects();
    open(w);
    let new = |w: &Window| -> Vec<(String, Rect)> {
        w.control_rects().into_iter().filter(|control| !before.contains(control)).collect()
    };
    let mut frames = 0;
    while new(w).is_empty() {
        w.frame();
        frames += 1;
        assert!(frames < 200, "{name}: the dialog is not shown");
    }
    let first = new(w);
    w.frame();
    let second = w.control_rects();
    (0..28).for_each(|_| w.frame());
    let last = w.control_rects();
    for control in &first {
        let same =
            |all: &[(String, Rect)]| all.iter().filter(|(name, _)| *name == control.0).cloned().collect::<Vec<_>>();
        assert!(second.contains(control), "{name}: {control:?} moved in frame 2: {:?}", same(&second));
        assert!(last.contains(control), "{name}: {control:?} moved until frame 30: {:?}", same(&last));
    }
    w.key(egui::Modifiers::NONE, egui::Key::Escape);
    (0..4).for_each(|_| w.frame());
}

fn window(size: [f32; 2], path: Option<&Path>) -> Window {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, path.as_slice(), size, egui::Theme::Dark);
    match path {
        Some(_) => w.until("the file is open", |w| w.app().session.is_some()),
        None => w.open_sample(),
    }
    w
}

#[test]
fn controls_of_dialogs_do_not_move() {
    for size in [[1440.0, 900.0], [800.0, 600.0]] {
        let mut w = window(size, None);
        let run = |action: Action| move |w: &mut Window| w.push(Command::Run(action));
        check(&mut w, "palette", run(Action::Palette));
        check(&mut w, "shortcuts", run(Action::ShowShortcuts));
        check(&mut w, "settings", run(Action::Settings));
        check(&mut w, "history", run(Action::History));
        check(&mut w, "snapshots", run(Action::Snapshots));
        check(&mut w, "export", run(Action::Export));
        check(&mut w, "split", run(Action::SplitDataset));
        check(&mut w, "new dataset", run(Action::NewDataset));
        check(&mut w, "prompt", |w| w.push(Command::OpenPrompt(TextPrompt::SearchName)));
        check(&mut w, "new label", run(Action::AddLabel));
        w.ask(Command::View(ViewCommand::Select(1, 2)));
        check(&mut w, "matches", run(Action::LabelMatches));
    }
}

#[test]
fn controls_of_the_label_map_do_not_move() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("text.conll");
    std::fs::write(&file, "Anna B-PERSON\nlives O\n").expect("a file");
    for size in [[1440.0, 900.0], [800.0, 600.0]] {
        let mut w = window(size, Some(&file));
        check(&mut w, "label map", |w| {
            w.push(Command::Run(Action::Suggest));
            while w.dialog().is_none() {
                w.frame();
            }
        });
    }
}
