//! A project written again from what the window has in memory: its file was removed, or cannot be written where it is.

use super::edit_json;
use super::extras::ProjectExtras;
use super::opening::put_kept;
use super::project_file::{DOC_LABELS_KEY, Filled, Project, ProjectError, fill_tables, set_meta};
use super::schema::NAMES;
use super::source::Dataset;
use crate::corpus::History;
use rusqlite::params;

/// All of a project that is in memory.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Documents with today's labels, and the sources.
    pub dataset: Dataset,
    /// Undo and redo.
    pub history: History,
    /// Runs, views, snapshots and settings.
    pub kept: ProjectExtras,
}

impl Project {
    /// Puts everything into the project, in place of what is in it.
    ///
    /// # Errors
    /// SQLite's; then the project is as it was before.
    pub fn rebuild(&mut self, memory: &Memory) -> Result<(), ProjectError> {
        let Memory { dataset, history, kept } = memory;
        self.write(|t| {
            NAMES.iter().try_for_each(|table| t.execute(&format!("DELETE FROM {table}"), []).map(drop))?;
            fill_tables(t, dataset, Filled::Salvaged, &|_, _| true)?;
            for (at, edit) in (0i64..).zip(history.edits()) {
                t.execute("INSERT INTO edits VALUES(?,?,unixepoch())", params![at, edit_json::to_json(edit)])?;
            }
            // The labels of documents are those of memory, not those of the sources.
            set_meta(t, DOC_LABELS_KEY, "read")?;
            set_meta(t, "position", &history.position().to_string())
        })?;
        put_kept(self, kept)
    }
}
