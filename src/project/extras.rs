//! What a project keeps beside the dataset and its edits: runs, views, snapshots, and what was set for it.

use super::progress::DailyProgress;
use super::run_record::RunRecord;
use crate::corpus::LabelSnapshot;
use std::sync::Arc;

/// A search that was kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its name.
    pub name: String,
    /// What stands in the search field.
    pub query: String,
}

/// All that is kept.
#[derive(Clone, Debug, Default)]
pub struct ProjectExtras {
    /// Runs, oldest first.
    pub runs: Vec<RunRecord>,
    /// Views by name.
    pub views: Vec<SavedSearch>,
    /// Snapshots, oldest first.
    pub snapshots: Vec<Arc<LabelSnapshot>>,
    /// What was done on which day.
    pub progress: DailyProgress,
    /// How long was worked on which day, as it was set.
    pub work_time: String,
    /// Whether spans may overlap, once a person has said so.
    pub allow_overlaps: Option<bool>,
    /// What is to be labelled how, in Markdown.
    pub guidelines: String,
}
