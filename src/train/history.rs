//! History of the steps and scores of a run in `history.jsonl`, one event per line. The charts of a resumed run use it.
//!
//! The file is append-only, and each checkpoint stores the number of its lines. The cost of a checkpoint therefore
//! depends on the number of new events, not on the length of the run.

use super::checkpoint_dirs::HISTORY_FILE;
use super::error::TrainError;
use crate::disk;
use serde_json::Value;
use std::path::Path;

/// Events so far, and the number of them on disk.
#[derive(Debug, Default)]
pub(super) struct History {
    events: Vec<Value>,
    /// Number of events on disk.
    kept: usize,
    /// Size in bytes of the events on disk.
    bytes: u64,
}

impl History {
    /// Reads the first `lines` lines of the file. Returns `None` if it has fewer complete lines or an invalid one.
    pub(super) fn read(out: &Path, lines: usize) -> Option<Self> {
        let bytes = disk::read(&out.join(HISTORY_FILE)).ok()?;
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

    /// Creates a history of events that are not on disk yet.
    pub(super) fn of(events: Vec<Value>) -> Self {
        Self { events, ..Self::default() }
    }

    /// Appends an event in memory.
    pub(super) fn push(&mut self, event: Value) {
        self.events.push(event);
    }

    /// Returns all events.
    pub(super) fn events(&self) -> &[Value] {
        &self.events
    }

    /// Returns the evaluation events.
    pub(super) fn scores(&self) -> Vec<Value> {
        self.events.iter().filter(|e| e["event"] == "evaluated").cloned().collect()
    }

    /// Writes the new events after the lines of this run. A killed run may have left more lines, which are overwritten.
    /// Returns the number of lines.
    ///
    /// # Errors
    /// Returns an error if writing fails. The call can be repeated.
    pub(super) fn keep(&mut self, out: &Path) -> Result<usize, TrainError> {
        let mut new = Vec::new();
        for event in &self.events[self.kept..] {
            new.extend_from_slice(event.to_string().as_bytes());
            new.push(b'\n');
        }
        disk::write_at_end(&out.join(HISTORY_FILE), self.bytes, &new)?;
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
    fn history_appends_and_overwrites_incomplete_writes() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut history = History::of(vec![event(1)]);
        assert_eq!(history.keep(folder.path()).ok(), Some(1));
        history.push(event(2));
        history.push(event(3));
        disk::append(&folder.path().join(HISTORY_FILE), b"{\"event\": \"st").expect("half a line");
        assert_eq!(history.keep(folder.path()).ok(), Some(3));
        let read = |lines| History::read(folder.path(), lines).map(|h| h.events);
        assert_eq!(read(3), Some(vec![event(1), event(2), event(3)]));
        assert_eq!(read(2), Some(vec![event(1), event(2)]));
        assert_eq!(read(4), None);
        // A run that resumes from an older checkpoint overwrites the lines after it.
        let mut older = History::read(folder.path(), 1).expect("a line");
        older.push(event(9));
        assert_eq!(older.keep(folder.path()).ok(), Some(2));
        assert_eq!(read(2), Some(vec![event(1), event(9)]));
        assert_eq!(read(3), None);
    }
}
