//! Write access to the dataset of a session. Each change is applied and handed over to the project in one step.

use super::results::Checks;
use super::run::LiveRun;
use super::runs::TrainView;
use super::{Reversal, Session};
use crate::corpus::{Edit, LabelSnapshot, ReviewState, SentenceId};
use crate::project::label_maps::LabelMaps;
use crate::project::{Place, RunRecord, RunStatus, Save, SavedSearch, SelectionUnit, WriteOp};
use crate::worker::RunId;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

/// Access to the project of a session.
#[derive(Debug)]
pub(super) enum Access {
    /// The project can be written. Contains the changes that the shell has not yet collected.
    Write(Vec<WriteOp>),
    /// Nothing can be changed: another window has the project open, a newer version created it, or it was released
    /// until the user decides about a changed source.
    ReadOnly,
}

/// The session is read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOnly;

/// Write access to a session that is not read-only. It can be read like the session.
#[derive(Debug)]
pub struct Writer<'s>(&'s mut Session);

impl Deref for Writer<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0
    }
}

impl Session {
    /// Returns write access.
    ///
    /// # Errors
    /// Returns [`ReadOnly`] if nothing can be changed.
    pub fn writer(&mut self) -> Result<Writer<'_>, ReadOnly> {
        if self.is_read_only() { Err(ReadOnly) } else { Ok(Writer(self)) }
    }

    /// True if nothing can be changed.
    pub fn is_read_only(&self) -> bool {
        matches!(self.access, Access::ReadOnly)
    }

    /// Makes the session read-only, because its project is closed.
    pub fn release(&mut self) {
        self.access = Access::ReadOnly;
    }

    /// Returns the changes since the last call, in order. They must be written to the project.
    pub fn take_writes(&mut self) -> Vec<WriteOp> {
        match &mut self.access {
            Access::Write(writes) => std::mem::take(writes),
            Access::ReadOnly => Vec::new(),
        }
    }
}

impl Writer<'_> {
    fn store(&mut self, operation: WriteOp) {
        if let Access::Write(writes) = &mut self.0.access {
            writes.push(operation);
        }
    }

    pub(super) fn checks(&mut self) -> &mut Checks {
        &mut self.0.checks
    }

    /// Applies a new edit. Returns false if it does not match the dataset.
    pub fn apply(&mut self, edit: Edit) -> bool {
        let session = &mut *self.0;
        let is_applied = session.history.apply(edit, &mut session.corpus);
        let applied = session.history.next_undo().filter(|_| is_applied).cloned();
        self.on_applied(applied, true)
    }

    /// Undoes the last edit. Returns false if all edits are undone.
    pub fn undo(&mut self) -> bool {
        let session = &mut *self.0;
        let title = session.history.next_undo().map(|edit| edit.title(&session.corpus));
        let reverted = session.history.undo(&mut session.corpus).map(Edit::inverse);
        let is_undone = self.on_applied(reverted, false);
        self.0.reversal = title.filter(|_| is_undone).map(|title| (self.0.stamp, Reversal::Undone(title)));
        is_undone
    }

    /// Applies the last undone edit again. Returns false if no edit is undone.
    pub fn redo(&mut self) -> bool {
        let session = &mut *self.0;
        let applied = session.history.redo(&mut session.corpus).cloned();
        let title = applied.as_ref().map(|edit| edit.title(&session.corpus));
        let is_redone = self.on_applied(applied, false);
        self.0.reversal = title.filter(|_| is_redone).map(|title| (self.0.stamp, Reversal::Redone(title)));
        is_redone
    }

    fn on_applied(&mut self, applied: Option<Edit>, is_new: bool) -> bool {
        let Some(change) = applied else { return false };
        self.0.on_applied(&change, is_new);
        let position = self.history.position();
        self.store(WriteOp::Edit { change, log: is_new, position });
        true
    }

    /// Changes the review state of a sentence.
    pub fn set_review(&mut self, id: SentenceId, after: ReviewState) {
        let (SentenceId { document, sentence }, before) = (id, self.corpus.review(id));
        if before != after {
            self.apply(Edit::Review { document, sentence, before, after });
        }
    }

    /// Returns the index of an agent, which is added if it is new. Returns `None` if no more agents fit.
    pub fn intern_agent(&mut self, name: &str) -> Option<u8> {
        let known = self.corpus.agents.len();
        let agent = self.0.corpus.intern_agent(name);
        if self.corpus.agents.len() > known {
            self.store(WriteOp::Agents(self.corpus.agents.clone()));
        }
        agent
    }

    /// Writes the labels to the source files, after all earlier changes.
    pub fn save(&mut self, rewrite_all: bool) {
        let save = Save { files: self.files.clone(), corpus: self.corpus.clone(), rewrite_all };
        self.store(WriteOp::Save(Box::new(save)));
    }

    /// Allows or forbids overlapping spans. Existing spans are unchanged.
    pub fn set_allow_overlaps(&mut self, allowed: bool) {
        self.0.allow_overlaps = allowed;
        self.store(WriteOp::Meta("overlaps", allowed.to_string()));
    }

    /// Sets the unit of the selection in text without spaces.
    pub fn set_selection_unit(&mut self, unit: SelectionUnit) {
        self.0.selection_unit = unit;
        self.store(WriteOp::Meta("selection_unit", unit.id().to_owned()));
    }

    /// Stores the label maps of models.
    pub fn store_label_maps(&mut self) {
        let json = self.0.label_maps.to_json();
        self.store(WriteOp::Meta(LabelMaps::KEY, json));
    }

    /// Stores the place of the user, if it has changed.
    pub fn set_place(&mut self, place: Place) {
        if self.place != place {
            self.store(WriteOp::Meta(Place::KEY, place.to_json()));
            self.0.place = place;
        }
    }

    /// Changes the annotation guidelines.
    pub fn set_guidelines(&mut self, text: String) {
        self.0.guidelines.clone_from(&text);
        self.store(WriteOp::Meta("guidelines", text));
    }

    /// Adds the time since the last activity to the time worked.
    pub fn record_activity(&mut self, now: u64) {
        if self.0.work_timer.on_activity(now) {
            let text = self.work_timer.to_text(&self.progress.today.date);
            self.store(WriteOp::Meta("worked", text));
        }
    }

    /// Saves a search under a name. A search with the same name is replaced.
    pub fn save_search(&mut self, search: SavedSearch) {
        self.store(WriteOp::SavedSearch(search.name.clone(), Some(search.query.clone())));
        self.0.views.retain(|v| v.name != search.name);
        self.0.views.push(search);
        self.0.views.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Deletes a saved search.
    pub fn delete_search(&mut self, name: String) {
        self.0.views.retain(|v| v.name != name);
        self.store(WriteOp::SavedSearch(name, None));
    }

    /// Adds a snapshot of all labels.
    pub fn add_snapshot(&mut self, snapshot: Arc<LabelSnapshot>) {
        self.0.snapshots.push(snapshot.clone());
        self.store(WriteOp::Snapshot(snapshot));
    }

    /// Deletes a snapshot.
    pub fn delete_snapshot(&mut self, name: String) {
        self.0.snapshots.retain(|s| s.name != name);
        self.store(WriteOp::DeleteSnapshot(name));
    }

    /// Adds the record of a started run, and shows the run.
    pub fn add_run(&mut self, record: RunRecord, live: LiveRun) {
        self.0.runs.push(record.clone());
        self.show_live(live);
        self.store(WriteOp::Run(Box::new(record)));
    }

    /// Shows a run that starts. The curves of the earlier one are read from its journal when they are needed.
    fn show_live(&mut self, live: LiveRun) {
        self.0.runs_view.forget(live.id);
        self.0.runs_view.choose(Some(live.id));
        self.0.runs_view.view = TrainView::Run;
        self.0.run = Some(live);
    }

    /// Removes the record of a run, which can be restored until another one is removed. Returns the record of the run that
    /// was removed before: it cannot be restored anymore.
    pub fn remove_run(&mut self, number: RunId) -> Option<RunRecord> {
        let before = self.confirm_removed_run();
        let index = self.runs.iter().position(|record| record.number == number)?;
        let record = self.0.runs.remove(index);
        // The directory exists until the deletion is final, so the number is not used again.
        self.0.max_run_number = self.max_run_number.max(number);
        self.0.run.take_if(|live| live.id == number);
        self.0.runs_view.forget(number);
        self.0.runs_view.deleted = Some((index, record));
        before
    }

    /// Restores the removed run.
    pub fn restore_run(&mut self) {
        let Some((index, record)) = self.0.runs_view.deleted.take() else { return };
        let index = index.min(self.runs.len());
        self.0.runs_view.choose(Some(record.number));
        self.0.runs.insert(index, record.clone());
        // The project can have been rebuilt without it.
        self.store(WriteOp::Run(Box::new(record)));
    }

    /// Deletes the removed run from the project, and returns its record.
    pub fn confirm_removed_run(&mut self) -> Option<RunRecord> {
        let (_, record) = self.0.runs_view.deleted.take()?;
        self.store(WriteOp::DeleteRun(record.number));
        Some(record)
    }

    /// Records that a run continues. Returns its directory, or `None` if the number is unknown.
    pub fn resume_run(&mut self, number: RunId) -> Option<PathBuf> {
        let record = self.runs.iter().find(|r| r.number == number)?;
        let (base, folder) = (record.base.clone(), record.dir.clone());
        self.show_live(LiveRun { resumed: true, ..LiveRun::new(number, base) });
        self.update_run(number, |record| {
            record.outcome = RunStatus::Running;
            record.details.failure.clear();
        });
        Some(folder)
    }

    /// Changes the record of a run. An unknown number is ignored.
    pub fn update_run(&mut self, number: RunId, change: impl FnOnce(&mut RunRecord)) {
        if let Some(record) = self.0.runs.iter_mut().rfind(|r| r.number == number) {
            change(record);
            let record = record.clone();
            self.store(WriteOp::Run(Box::new(record)));
        }
    }
}
