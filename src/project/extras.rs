//! Content of a project besides the dataset and its edits: runs, saved searches, snapshots, and settings.

use super::label_maps::LabelMaps;
use super::place::Place;
use super::progress::DailyProgress;
use super::run_record::RunRecord;
use super::selection_unit::SelectionUnit;
use crate::corpus::LabelSnapshot;
use std::sync::Arc;

/// Search with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Name of the search.
    pub name: String,
    /// Text of the search field.
    pub query: String,
}

/// Runs, saved searches, snapshots and settings of a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectExtras {
    /// Runs, oldest first.
    pub runs: Vec<RunRecord>,
    /// Saved searches by name.
    pub views: Vec<SavedSearch>,
    /// Snapshots, oldest first.
    pub snapshots: Vec<Arc<LabelSnapshot>>,
    /// Sentences done by day.
    pub progress: DailyProgress,
    /// Work time by day, in its stored form.
    pub work_time: String,
    /// True if spans can overlap; `None` until the user has decided.
    pub allow_overlaps: Option<bool>,
    /// Annotation guidelines, in Markdown.
    pub guidelines: String,
    /// Unit of the selection in text without spaces.
    pub selection_unit: SelectionUnit,
    /// Label maps of models.
    pub label_maps: LabelMaps,
    /// Place of the user.
    pub place: Place,
}
