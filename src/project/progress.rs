//! Which sentences were done on which day, from the log of edits.

use super::edit_json::from_json;
use crate::corpus::{Edit, SentenceId};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};

/// What was done on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Changes of any kind.
    pub edits: usize,
    /// Sentences that became done then and are so still.
    pub done: Vec<SentenceId>,
}

/// Days of work, by their dates where the person is: `2026-11-25`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The days on which something was changed.
    pub days: BTreeMap<String, Day>,
    /// The date at which the project was read.
    pub today: String,
}

impl Progress {
    /// Something is changed today.
    pub fn changed(&mut self) {
        self.days.entry(self.today.clone()).or_default().edits += 1;
    }

    /// A sentence that was done or not is so now, today.
    pub fn follow(&mut self, id: SentenceId, before: bool, after: bool) {
        if before && !after {
            self.days.values_mut().for_each(|day| day.done.retain(|d| *d != id));
        } else if after && !before {
            self.days.entry(self.today.clone()).or_default().done.push(id);
        }
    }

    /// How many sentences became done today.
    pub fn done_today(&self) -> usize {
        self.days.get(&self.today).map_or(0, |day| day.done.len())
    }
}

/// The date of each edit that stands, and the edit.
const EDITS: &str = "SELECT date(made, 'unixepoch', 'localtime'), edit FROM edits
    WHERE seq < (SELECT CAST(value AS INTEGER) FROM meta WHERE key='position') ORDER BY seq";

/// Reads it from a project.
pub(super) fn read(c: &Connection) -> rusqlite::Result<Progress> {
    let today = c.query_row("SELECT date('now', 'localtime')", [], |r| r.get(0))?;
    let mut days: BTreeMap<String, Day> = BTreeMap::new();
    let mut done_on: HashMap<SentenceId, String> = HashMap::new();
    let mut statement = c.prepare(EDITS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let date: String = row.get(0)?;
        days.entry(date.clone()).or_default().edits += 1;
        let json = row.get_ref(1)?.as_str()?;
        // Most edits say nothing of this, and some are long.
        if let Some(edit) = json.contains("\"Mark\"").then(|| from_json(json)).flatten() {
            follow(&edit, &date, &mut done_on);
        }
    }
    for (id, date) in done_on {
        days.entry(date).or_default().done.push(id);
    }
    days.values_mut().for_each(|day| day.done.sort_unstable());
    Ok(Progress { days, today })
}

/// Which sentences an edit makes done, and which it does not leave so.
fn follow(edit: &Edit, date: &str, done_on: &mut HashMap<SentenceId, String>) {
    match edit {
        Edit::Mark { document, sentence, after, .. } => {
            let id = SentenceId { document: *document, sentence: *sentence };
            if after.done {
                done_on.entry(id).or_insert_with(|| date.to_owned());
            } else {
                done_on.remove(&id);
            }
        }
        Edit::Together { edits, .. } => edits.iter().for_each(|e| follow(e, date, done_on)),
        _ => {}
    }
}
