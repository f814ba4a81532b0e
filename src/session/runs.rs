//! The runs of the project, as the Train page shows them: the shown run, the compared runs, and their curves.

use super::Session;
use super::run::LiveRun;
use crate::eval::errors::{UnitDifference, UnitScores};
use crate::i18n::tr;
use crate::project::RunRecord;
use crate::worker::RunId;
use std::collections::BTreeMap;

/// View of the Train page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainView {
    /// Curves of one run.
    Run,
    /// Form of the next run.
    #[default]
    NewRun,
    /// Table of all runs, with the curves of several.
    AllRuns,
    /// Log of the shown run, in a window that is too narrow for a panel.
    Log,
}

/// Values on the x axis of the compared curves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunAxis {
    /// Number of steps.
    #[default]
    Step,
    /// Training time.
    Time,
    /// Number of epochs.
    Epoch,
}

/// Maximum number of compared runs, one for each color.
pub const MAX_COMPARED: usize = 6;

/// Curves of an earlier run.
#[derive(Clone, Debug)]
pub struct RunCurves {
    /// State of the run. Without a journal, it has no steps.
    pub run: Box<LiveRun>,
    /// Reason why the journal cannot be read.
    pub error: Option<String>,
}

/// Presentation of the runs of a project.
#[derive(Debug, Default)]
pub struct RunsView {
    /// Visible view.
    pub view: TrainView,
    /// Run that the user has chosen. `None` is the latest one.
    chosen: Option<RunId>,
    /// Compared runs; the index is the color.
    compared: [Option<RunId>; MAX_COMPARED],
    /// Run whose settings are the baseline. `None` is the first compared run.
    pub baseline: Option<RunId>,
    /// Values on the x axis of the compared curves.
    pub axis: RunAxis,
    /// Curves of earlier runs.
    curves: BTreeMap<RunId, RunCurves>,
    /// Difference of the dev scores of two runs. `None` if their dev data differs.
    difference: Option<([RunId; 2], Option<UnitDifference>)>,
    /// Deleted run that can be restored, with its index.
    pub(super) deleted: Option<(usize, RunRecord)>,
}

impl RunsView {
    /// Creates the presentation of a project. The latest run is shown first, so that an interrupted one can be resumed;
    /// without runs, the form.
    pub(super) fn new(has_runs: bool) -> Self {
        Self { view: if has_runs { TrainView::Run } else { TrainView::NewRun }, ..Self::default() }
    }

    /// Shows a run.
    pub fn choose(&mut self, run: Option<RunId>) {
        self.chosen = run;
    }

    /// Returns the compared runs with their colors, in the order of the colors.
    pub fn compared(&self) -> impl Iterator<Item = (usize, RunId)> {
        self.compared.iter().enumerate().filter_map(|(color, run)| Some((color, (*run)?)))
    }

    /// Returns the color of a compared run.
    pub fn color_of(&self, run: RunId) -> Option<usize> {
        self.compared.iter().position(|compared| *compared == Some(run))
    }

    /// Adds a run to the comparison, or removes it. Returns false if no color is free.
    pub fn compare(&mut self, run: RunId, is_compared: bool) -> bool {
        let color = self.color_of(run);
        let Some(slot) = color.or_else(|| self.compared.iter().position(Option::is_none)) else { return false };
        self.compared[slot] = is_compared.then_some(run);
        true
    }

    /// Stores the curves of an earlier run.
    pub fn set_curves(&mut self, run: RunId, curves: RunCurves) {
        self.curves.insert(run, curves);
    }

    /// Stores the difference of the dev scores of two runs.
    pub fn set_difference(&mut self, runs: [RunId; 2], difference: Option<UnitDifference>) {
        self.difference = Some((runs, difference));
    }

    /// Discards the difference of a run whose dev scores have changed.
    pub fn invalidate_difference(&mut self, run: RunId) {
        self.difference = self.difference.filter(|(runs, _)| !runs.contains(&run));
    }

    /// Removes everything about a run, because it was deleted or is continued.
    pub(super) fn forget(&mut self, run: RunId) {
        self.curves.remove(&run);
        self.chosen = self.chosen.filter(|chosen| *chosen != run);
        self.baseline = self.baseline.filter(|baseline| *baseline != run);
        self.invalidate_difference(run);
        self.compared.iter_mut().filter(|slot| **slot == Some(run)).for_each(|slot| *slot = None);
    }
}

/// Returns the name of a run: that of the user, or the default name.
pub fn run_name(record: &RunRecord) -> String {
    match record.details.name.as_str() {
        "" => tr!("Run {number}", number = record.number),
        name => name.to_owned(),
    }
}

impl Session {
    /// Returns the record of a run.
    pub fn run_record(&self, run: RunId) -> Option<&RunRecord> {
        self.runs().iter().find(|record| record.number == run)
    }

    /// Returns the record of the shown run: the chosen one, or the latest.
    pub fn shown_record(&self) -> Option<&RunRecord> {
        let chosen = self.runs_view.chosen.and_then(|run| self.run_record(run));
        chosen.or_else(|| self.runs().last())
    }

    /// Returns the state of a run with its curves. `None` until its journal is read.
    pub fn curves_of(&self, run: RunId) -> Option<&LiveRun> {
        // A resume that failed before its first step does not hide the earlier curves.
        let has_curves = |live: &&LiveRun| live.state.is_running() || !live.resumed || !live.steps.is_empty();
        let live = self.run.as_ref().filter(|live| live.id == run).filter(has_curves);
        live.or_else(|| Some(&self.runs_view.curves.get(&run)?.run))
    }

    /// Returns the reason why the curves of a run cannot be read.
    pub fn curves_error(&self, run: RunId) -> Option<&str> {
        self.runs_view.curves.get(&run)?.error.as_deref()
    }

    /// Returns the state of the shown run.
    pub fn shown_run(&self) -> Option<&LiveRun> {
        self.curves_of(self.shown_record()?.number)
    }

    /// Returns the next run whose curves are shown but not known.
    pub fn run_without_curves(&self) -> Option<&RunRecord> {
        let compared = self.runs_view.compared().map(|(_, run)| run);
        let shown = self.shown_record().map(|record| record.number);
        let is_unknown = |run: &RunId| self.curves_of(*run).is_none();
        shown.into_iter().chain(compared).find(is_unknown).and_then(|run| self.run_record(run))
    }

    /// Returns the best dev scores of a run by document, if they are known.
    pub fn dev_units(&self, run: RunId) -> Option<&UnitScores> {
        self.curves_of(run)?.best_evaluation()?.units.as_deref()
    }

    /// Returns the baseline, and the shown run or the first other compared run.
    pub fn compared_pair(&self) -> Option<[RunId; 2]> {
        let baseline = self.baseline_run()?;
        let shown =
            self.shown_record().map(|record| record.number).filter(|run| self.runs_view.color_of(*run).is_some());
        let compared = self.runs_view.compared().map(|(_, run)| run);
        let other = shown.into_iter().chain(compared).find(|run| *run != baseline)?;
        Some([baseline, other])
    }

    /// Returns the difference of the dev scores of the compared pair: `Some(None)` if they cannot be compared, `None` until
    /// it is known.
    pub fn run_difference(&self) -> Option<([RunId; 2], Option<UnitDifference>)> {
        let pair = self.compared_pair()?;
        self.runs_view.difference.filter(|(runs, _)| *runs == pair)
    }

    /// Returns the run whose settings are the baseline.
    pub fn baseline_run(&self) -> Option<RunId> {
        let marked = self.runs_view.baseline.filter(|run| self.runs_view.color_of(*run).is_some());
        marked.or_else(|| self.runs_view.compared().map(|(_, run)| run).min())
    }
}
