//! Data of the session that the project stores in addition to the corpus. It changes only through a [`Writer`](super::Writer), or
//! when a file operation has ended.

use super::Session;
use super::work_timer::WorkTimer;
use crate::corpus::LabelSnapshot;
use crate::corpus::relabel::LabelMap;
use crate::hub::ModelRef;
use crate::project::extras::ProjectExtras;
use crate::project::{
    DailyProgress, Dataset, Memory, Place, RunRecord, SavedSearch, SelectionUnit, SourceFile, SourceProblem, Today,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Session {
    /// Returns the path that the user opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of the project file.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// Returns the source files of the dataset.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// Returns the problems in the source files.
    pub fn problems(&self) -> &[SourceProblem] {
        &self.problems
    }

    /// Returns the training runs, oldest first.
    pub fn runs(&self) -> &[RunRecord] {
        &self.runs
    }

    /// Returns the number of the next run. It is above the numbers of all runs and of all run directories on disk.
    pub fn next_run_number(&self) -> usize {
        self.runs.iter().map(|run| run.number).max().unwrap_or(0).max(self.max_run_number) + 1
    }

    /// Returns the saved searches.
    pub fn views(&self) -> &[SavedSearch] {
        &self.views
    }

    /// Returns the snapshots of all labels, oldest first.
    pub fn snapshots(&self) -> &[Arc<LabelSnapshot>] {
        &self.snapshots
    }

    /// Returns the annotation guidelines, in Markdown.
    pub fn guidelines(&self) -> &str {
        &self.guidelines
    }

    /// Returns true if spans may overlap. A new span then replaces only spans of the same words.
    pub fn allow_overlaps(&self) -> bool {
        self.allow_overlaps
    }

    /// Returns the unit of the selection in text without spaces.
    pub fn selection_unit(&self) -> SelectionUnit {
        self.selection_unit
    }

    /// Returns the place of the user when the project was stored.
    pub fn stored_place(&self) -> &Place {
        &self.place
    }

    /// Returns the progress by day.
    pub fn progress(&self) -> &DailyProgress {
        &self.progress
    }

    /// Returns the time worked today.
    pub fn work_timer(&self) -> &WorkTimer {
        &self.work_timer
    }

    /// Starts a new day.
    pub fn start_day(&mut self, today: Today) {
        self.progress.today = today;
        self.work_timer = WorkTimer::default();
    }

    /// Stores the state of the source files after a save.
    pub fn set_saved_files(&mut self, files: Vec<SourceFile>) {
        self.files = files;
    }

    /// Returns the label map of a model. Empty if the user has not set one.
    pub fn label_map(&self, model: &ModelRef) -> LabelMap {
        self.label_maps.get(&model.to_string()).cloned().unwrap_or_default()
    }

    /// Sets the label map of a model until the dataset is closed. A writer also stores it.
    pub fn use_label_map(&mut self, model: &ModelRef, map: LabelMap) {
        self.label_maps.set(model.to_string(), map);
    }

    /// Stores the path of the project file after it was moved.
    pub fn set_project_path(&mut self, path: PathBuf) {
        self.project = path;
    }

    /// Returns all data that a project stores of the dataset, to rewrite the project file.
    pub fn memory(&self) -> Memory {
        let dataset =
            Dataset { corpus: self.corpus.clone(), files: self.files.clone(), problems: self.problems.clone() };
        let kept = ProjectExtras {
            runs: self.runs.clone(),
            views: self.views.clone(),
            snapshots: self.snapshots.clone(),
            progress: self.progress.clone(),
            work_time: self.work_timer.to_text(&self.progress.today.date),
            allow_overlaps: Some(self.allow_overlaps),
            guidelines: self.guidelines.clone(),
            selection_unit: self.selection_unit,
            label_maps: self.label_maps.clone(),
            place: self.place.clone(),
        };
        Memory { dataset, history: self.history.clone(), extras: kept }
    }
}
