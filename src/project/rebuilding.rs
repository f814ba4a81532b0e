//! Rebuilds a project from memory if its file was removed or cannot be written.

use super::edit_json;
use super::extras::ProjectExtras;
use super::opening::copy_extras;
use super::project_file::{DOC_LABELS_KEY, FIELDS_KEY, ImportOrigin, Project, ProjectError, insert_dataset, set_meta};
use super::schema::NAMES;
use super::source::Dataset;
use crate::corpus::History;
use rusqlite::params;

/// Content of a project in memory.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Documents with the current labels, and the sources.
    pub dataset: Dataset,
    /// Undo and redo history.
    pub history: History,
    /// Runs, saved searches, snapshots and settings.
    pub extras: ProjectExtras,
}

impl Project {
    /// Replaces the content of the project.
    ///
    /// # Errors
    /// Returns an error if SQLite fails. The transaction is rolled back.
    pub fn rebuild(&mut self, memory: &Memory) -> Result<(), ProjectError> {
        let Memory { dataset, history, extras: kept } = memory;
        self.write(|t| {
            NAMES.iter().try_for_each(|table| t.execute(&format!("DELETE FROM {table}"), []).map(drop))?;
            insert_dataset(t, dataset, ImportOrigin::Salvaged, &|_, _| true)?;
            for (at, edit) in (0i64..).zip(history.edits()) {
                t.execute("INSERT INTO edits VALUES(?,?,unixepoch())", params![at, edit_json::to_json(edit)])?;
            }
            // The document labels come from memory, not from the sources.
            set_meta(t, DOC_LABELS_KEY, "read")?;
            set_meta(t, FIELDS_KEY, "read")?;
            set_meta(t, "position", &history.position().to_string())
        })?;
        copy_extras(self, kept)
    }
}
