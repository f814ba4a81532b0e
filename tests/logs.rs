//! The log contains no dataset text at the default level.

use crate::support::window::Window;
use log::{LevelFilter, Log, Metadata, Record};
use std::sync::Mutex;

/// Token that occurs only in the dataset of this test.
const SECRET: &str = "Geheimwort";

/// Log lines that contain the token, with their level.
static LINES: Mutex<Vec<(log::Level, String)>> = Mutex::new(Vec::new());

struct TestLogger;

impl Log for TestLogger {
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
fn dataset_text_is_logged_only_at_debug_level() {
    log::set_boxed_logger(Box::new(TestLogger)).expect("no other logger");
    log::set_max_level(LevelFilter::Debug);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.conll");
    std::fs::write(&file, format!("{SECRET} B-PER\nsings {SECRET}\n\n{SECRET} O\n")).expect("a file");
    let mut window = Window::open(&[&file]);
    window
        .until("the problem is reported", |w| w.app().notifications.shown().iter().any(|n| n.detail.contains(SECRET)));
    let lines = LINES.lock().expect("lines");
    let above_debug: Vec<_> = lines.iter().filter(|(level, _)| *level <= log::Level::Info).collect();
    assert!(above_debug.is_empty(), "{above_debug:?}");
    assert!(!lines.is_empty(), "the problem is not logged at debug level");
}
