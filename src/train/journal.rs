//! Journal of a run: its events in a hidden file of its directory, one per line, so that charts and log of the run can be
//! shown again after the program was closed.

use super::event::TrainEvent;
use super::json;
use crate::disk::{self, DiskError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Name of the file. It is hidden, so that it is not copied with the model.
const FILE: &str = ".tagwright.events.jsonl";

/// Number of bytes that are written at the latest.
const MAX_BUFFER: usize = 64 << 10;

/// Time after which events are written at the latest, if another event follows.
const MAX_DELAY: Duration = Duration::from_secs(2);

/// Writer of the journal of a run. A write error is logged and ignored: the run itself does not need the journal.
#[derive(Debug)]
pub struct JournalWriter {
    path: PathBuf,
    buffer: Vec<u8>,
    /// False until the journal of an earlier attempt was replaced.
    is_started: bool,
    last_write: Instant,
}

impl JournalWriter {
    /// Creates the writer for the directory of a run. The journal of an earlier attempt is replaced by the first events
    /// after [`TrainEvent::Started`], which include those before a resume.
    pub fn new(run_dir: &Path) -> Self {
        Self { path: run_dir.join(FILE), buffer: Vec::new(), is_started: false, last_write: Instant::now() }
    }

    /// Adds an event.
    pub fn add(&mut self, event: &TrainEvent) {
        self.buffer.extend_from_slice(json::to_json(event).to_string().as_bytes());
        self.buffer.push(b'\n');
        let is_due = match event {
            // The directory exists from here on. A resumed run sends its history first.
            TrainEvent::Started(started) => {
                self.is_started = false;
                started.resumed_from_step == 0
            }
            TrainEvent::History(_) | TrainEvent::Evaluated { .. } | TrainEvent::Saved { .. } => true,
            TrainEvent::Step(_) => {
                self.is_started && (self.buffer.len() >= MAX_BUFFER || self.last_write.elapsed() >= MAX_DELAY)
            }
            TrainEvent::Log(..) => false,
        };
        if is_due {
            self.write();
        }
    }

    fn write(&mut self) {
        let written = if self.is_started {
            disk::append(&self.path, &self.buffer)
        } else {
            disk::write(&self.path, &self.buffer)
        };
        if let Err(e) = written {
            log::warn!("failed to write the journal of a run: {e}");
        }
        self.is_started = true;
        self.buffer.clear();
        self.last_write = Instant::now();
    }

    /// Writes the pending events at the end of the run. Events of a run that has not started are dropped.
    pub fn finish(mut self) {
        if self.is_started && !self.buffer.is_empty() {
            self.write();
        }
    }
}

/// Reads the events of a run. The journal ends at the first line that is not an event, for example after a crash. Without a
/// journal, there are no events.
///
/// # Errors
/// Returns an error if the file exists but cannot be read.
pub fn read(run_dir: &Path) -> Result<Vec<TrainEvent>, DiskError> {
    let path = run_dir.join(FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = disk::read(&path)?;
    let mut events = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event = serde_json::from_slice(line).map_err(json::JsonError::from).and_then(|line| json::from_json(&line));
        match event {
            Ok(event) => events.push(event),
            Err(e) => {
                log::warn!("{}: the journal ends after {} events: {e}", path.display(), events.len());
                break;
            }
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::event::{LogLevel, Started, Step};

    fn started(resumed_from_step: usize) -> TrainEvent {
        TrainEvent::Started(Started { resumed_from_step, ..Started::default() })
    }

    fn step(step: usize) -> TrainEvent {
        TrainEvent::Step(Step { step, merged: 1, ..Step::default() })
    }

    fn write(dir: &Path, events: &[TrainEvent]) {
        let mut writer = JournalWriter::new(dir);
        events.iter().for_each(|event| writer.add(event));
        writer.finish();
    }

    #[test]
    fn journal_returns_the_events_of_the_last_attempt() {
        let dir = tempfile::tempdir().expect("a directory");
        let read = || read(dir.path()).expect("readable");
        assert_eq!(read(), []);
        let first = [started(0), TrainEvent::Log(LogLevel::Info, "a".into()), step(1), step(2)];
        write(dir.path(), &first);
        assert_eq!(read(), first);
        // An attempt that fails before it starts changes nothing.
        write(dir.path(), &[TrainEvent::Log(LogLevel::Warning, "no GPU".into())]);
        assert_eq!(read(), first);
        let second = [started(2), TrainEvent::History(vec![step(1), step(2)]), step(3)];
        write(dir.path(), &second);
        assert_eq!(read(), second);
        disk::append(&dir.path().join(FILE), b"{\"event\": \"st").expect("half a line");
        assert_eq!(read(), second);
    }
}
