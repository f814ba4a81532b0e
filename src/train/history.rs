//! The steps and scores of a run on disk, for its charts when it is resumed: `history.jsonl`, an event a line.
//!
//! The file only grows; each checkpoint names how many of its lines are its own. So a checkpoint costs what is new, however
//! long the run is.

use super::run::TrainError;
use crate::disk;
use serde_json::Value;
use std::path::Path;

/// Its name, inside the run's folder.
pub(super) const FILE: &str = "history.jsonl";

/// The events so far, and how much of them is on disk.
#[derive(Debug, Default)]
pub(super) struct History {
    events: Vec<Value>,
    /// How many of them are on disk.
    kept: usize,
    /// Bytes of those.
    bytes: u64,
}

impl History {
    /// The first lines of a run's file; `None` where it does not have so many whole ones.
    pub(super) fn read(out: &Path, lines: usize) -> Option<Self> {
        let bytes = disk::read(&out.join(FILE)).ok()?;
        let mut history = Self { kept: lines, ..Self::default() };
        for line in bytes.split_inclusive(|b| *b == b'\n').take(lines) {
            if line.last() != Some(&b'\n') {
                return None;
            }
            history.events.push(serde_json::from_slice(line).ok()?);
            history.bytes += line.len() as u64;
        }
        (history.events.len() == lines).then_some(history)
    }

    /// Events that are in no file yet.
    pub(super) fn of(events: Vec<Value>) -> Self {
        Self { events, ..Self::default() }
    }

    /// Adds an event, in memory.
    pub(super) fn push(&mut self, event: Value) {
        self.events.push(event);
    }

    /// All of them.
    pub(super) fn events(&self) -> &[Value] {
        &self.events
    }

    /// The scores among them.
    pub(super) fn scores(&self) -> Vec<Value> {
        self.events.iter().filter(|e| e["event"] == "evaluated").cloned().collect()
    }

    /// Writes what is new, after the lines that are this run's: a killed run may have left more. Gives the number of lines.
    ///
    /// # Errors
    /// The disk's; then it can be tried again.
    pub(super) fn keep(&mut self, out: &Path) -> Result<usize, TrainError> {
        let mut new = Vec::new();
        for event in &self.events[self.kept..] {
            new.extend_from_slice(event.to_string().as_bytes());
            new.push(b'\n');
        }
        disk::write_at_end(&out.join(FILE), self.bytes, &new)?;
        self.kept = self.events.len();
        self.bytes += new.len() as u64;
        Ok(self.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(step: usize) -> Value {
        serde_json::json!({"event": "step", "step": step})
    }

    #[test]
    fn what_is_new_is_written_and_a_failed_attempt_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut history = History::of(vec![event(1)]);
        assert_eq!(history.keep(folder.path()).ok(), Some(1));
        history.push(event(2));
        history.push(event(3));
        disk::append(&folder.path().join(FILE), b"{\"event\": \"st").expect("half a line");
        assert_eq!(history.keep(folder.path()).ok(), Some(3));
        let read = |lines| History::read(folder.path(), lines).map(|h| h.events);
        assert_eq!(read(3), Some(vec![event(1), event(2), event(3)]));
        assert_eq!(read(2), Some(vec![event(1), event(2)]));
        assert_eq!(read(4), None);
        // A run that goes on from an older checkpoint writes over what came after it.
        let mut older = History::read(folder.path(), 1).expect("a line");
        older.push(event(9));
        assert_eq!(older.keep(folder.path()).ok(), Some(2));
        assert_eq!(read(2), Some(vec![event(1), event(9)]));
        assert_eq!(read(3), None);
    }
}
