//! Number of sentences done by day, derived from the log of edits.

use crate::corpus::{Edit, SentenceId};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};

/// Day in the time zone of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Date, for example `2026-11-25`.
    pub date: String,
    /// End of the day, as a Unix timestamp in seconds.
    pub ends_at: u64,
}

/// Sentences by the days on which they were done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DailyProgress {
    /// Number of sentences by day that are still done.
    pub days: BTreeMap<String, usize>,
    /// Current day.
    pub today: Today,
    done_on: HashMap<SentenceId, String>,
}

impl DailyProgress {
    /// Returns an empty progress for the current day.
    pub(super) fn new(c: &Connection) -> rusqlite::Result<Self> {
        Ok(Self { today: day(c)?, ..Self::default() })
    }

    /// Applies an edit of the log with its date.
    pub(super) fn apply_logged_edit(&mut self, edit: &Edit, date: &str) {
        match edit {
            Edit::Review { document, sentence, after, .. } => {
                let id = SentenceId { document: *document, sentence: *sentence };
                if after.done {
                    self.done(id, date.to_owned());
                } else {
                    self.undone(id);
                }
            }
            Edit::Group { edits, .. } => edits.iter().for_each(|e| self.apply_logged_edit(e, date)),
            _ => {}
        }
    }

    /// Records a change of a sentence today, with its done state before and after.
    pub fn record(&mut self, id: SentenceId, before: bool, after: bool) {
        let date = self.today.date.clone();
        match (before, after) {
            (false, true) => self.done(id, date),
            (true, false) => self.undone(id),
            _ => {}
        }
    }

    fn done(&mut self, id: SentenceId, date: String) {
        if !self.done_on.contains_key(&id) {
            *self.days.entry(date.clone()).or_default() += 1;
            self.done_on.insert(id, date);
        }
    }

    fn undone(&mut self, id: SentenceId) {
        let Some(date) = self.done_on.remove(&id) else { return };
        let left = self.days.get(&date).map_or(0, |count| count - 1);
        if left == 0 {
            self.days.remove(&date);
        } else {
            self.days.insert(date, left);
        }
    }

    /// Returns the number of sentences done today.
    pub fn done_today(&self) -> usize {
        self.days.get(&self.today.date).copied().unwrap_or(0)
    }

    /// Returns the sentences done on a day.
    pub fn of(&self, date: &str) -> impl Iterator<Item = SentenceId> {
        self.done_on.iter().filter(move |(_, on)| *on == date).map(|(id, _)| *id)
    }
}

/// Returns the current day. SQLite provides the time zone of the user.
pub fn today() -> Today {
    Connection::open_in_memory().and_then(|c| day(&c)).unwrap_or_else(|e| {
        log::warn!("failed to determine the local date: {e}");
        Today { ends_at: u64::MAX, ..Today::default() }
    })
}

fn day(c: &Connection) -> rusqlite::Result<Today> {
    const DAY: &str = "SELECT date('now', 'localtime'), unixepoch('now', 'localtime', 'start of day', '+1 day', 'utc')";
    c.query_row(DAY, [], |r| Ok(Today { date: r.get(0)?, ends_at: r.get::<_, i64>(1)? as u64 }))
}
