//! What the log holds at its usual level: no words of a dataset.

use crate::support::window::Window;
use log::{LevelFilter, Log, Metadata, Record};
use std::sync::Mutex;

/// A word that stands nowhere but in this test's dataset.
const SECRET: &str = "Geheimwort";

/// Lines that tell of the word, with their level.
static LINES: Mutex<Vec<(log::Level, String)>> = Mutex::new(Vec::new());

struct Listener;

impl Log for Listener {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target().starts_with("tagwright")
    }

    fn log(&self, record: &Record) {
        let line = record.args().to_string();
        if self.enabled(record.metadata()) && line.contains(SECRET) {
            LINES.lock().expect("lines").push((record.level(), line));
        }
    }

    fn flush(&self) {}
}

#[test]
fn words_of_a_dataset_are_logged_at_debug_alone() {
    log::set_boxed_logger(Box::new(Listener)).expect("no other logger");
    log::set_max_level(LevelFilter::Debug);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.conll");
    std::fs::write(&file, format!("{SECRET} B-PER\nsings {SECRET}\n\n{SECRET} O\n")).expect("a file");
    let mut window = Window::open(&[&file]);
    window.until("the problem is told", |w| w.app().notices.shown().iter().any(|n| n.detail.contains(SECRET)));
    let lines = LINES.lock().expect("lines");
    let usual: Vec<_> = lines.iter().filter(|(level, _)| *level <= log::Level::Info).collect();
    assert!(usual.is_empty(), "{usual:?}");
    assert!(!lines.is_empty(), "the problem is told at debug");
}
