//! Requests to the worker that have not ended.
//!
//! A new request replaces the pending one in its slot, which is canceled. An answer to a request that is not pending is
//! dropped, so pages do not compare an answer with their state.

use super::effect::Effect;
use super::train_page::BaseModelInput;
use crate::corpus::DataSelection;
use crate::hub;
use crate::train::TrainingArguments;
use crate::train::event::TrainerControl;
use crate::train::preview::RunDataKey;
use crate::worker::{Measurement, Progress, Request, RequestId, RunId, SessionId, Stamp, Work};
use std::path::PathBuf;

/// Purpose of a request, with the inputs that are needed while it is pending.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// Open a dataset with this name.
    Open(String),
    /// Read the dataset of this name for the import preview.
    Preview(String),
    /// Open the dataset of this name as the user decided about its changed source.
    ResolveSourceChange(String),
    /// Create a project at this path, and move the open project there.
    MoveProject(PathBuf),
    /// Create a project at this path, where the file of the open project was removed.
    RestoreProject(PathBuf),
    /// Compare the dataset with the annotations of this name.
    Compare(String),
    /// Write a file or a directory.
    Write,
    /// Train a model in this session. The run continues if another dataset is opened.
    Train(SessionId, RunId),
    /// Measure something for a run with this base model, these arguments and this choice of sentences.
    Measure(Measurement, BaseModelInput, Box<TrainingArguments>, DataSelection),
    /// Find the entities of the text on the Try page.
    Predict,
    /// Align the current sentence to its subwords.
    Align,
    /// Describe the base model of the next run.
    Inspect,
    /// Evaluate a model on this number of sentences.
    Evaluate(usize),
    /// Compare the predictions of the evaluated model with the labels of this state of the dataset.
    AnalyzeErrors(Stamp),
    /// Suggest labels for this number of sentences.
    Suggest(usize),
    /// Compute statistics and findings of the dataset.
    Report,
    /// List the export formats for the export dialog.
    ListExportLosses,
    /// Count the changes since each snapshot for the dialog of snapshots.
    CompareSnapshots,
    /// Determine new splits for the dialog that splits the dataset.
    AssignSplits,
    /// Determine the data of the next run for this state of the dataset and this choice.
    PreviewRun(Stamp, RunDataKey),
    /// Read the journal of this run.
    ReadRun(RunId),
    /// Compare the dev scores of these runs.
    CompareRuns([RunId; 2]),
    /// Delete the directory of a run.
    DeleteRunDir,
}

/// Place of a pending request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Opening or preview of a dataset.
    Opening,
    /// Decision about a changed source. The project is being replaced, so it is not canceled.
    SourceChange,
    /// New file of the open project.
    Project,
    /// Comparison.
    Comparison,
    /// Any number of writes.
    Writing,
    /// Run or measurement.
    Training,
    /// Entities on the Try page.
    Prediction,
    /// Subwords of the current sentence.
    Alignment,
    /// Facts about the base model.
    Inspection,
    /// Evaluation.
    Evaluation,
    /// Errors of the evaluated model.
    Errors,
    /// Suggestions.
    Suggestions,
    /// Statistics and findings.
    Report,
    /// The dialog that is being prepared.
    Dialog,
    /// Data of the next run.
    RunPreview,
    /// Curves of a run.
    RunCurves,
    /// Difference of two runs.
    RunDifference,
}

impl Purpose {
    /// Returns the slot of the request.
    pub fn slot(&self) -> Slot {
        match self {
            Self::Open(_) | Self::Preview(_) => Slot::Opening,
            Self::ResolveSourceChange(_) => Slot::SourceChange,
            Self::MoveProject(_) | Self::RestoreProject(_) => Slot::Project,
            Self::Compare(_) => Slot::Comparison,
            Self::Write | Self::DeleteRunDir => Slot::Writing,
            Self::Train(..) | Self::Measure(..) => Slot::Training,
            Self::Predict => Slot::Prediction,
            Self::Align => Slot::Alignment,
            Self::Inspect => Slot::Inspection,
            Self::Evaluate(_) => Slot::Evaluation,
            Self::AnalyzeErrors(_) => Slot::Errors,
            Self::Suggest(_) => Slot::Suggestions,
            Self::Report => Slot::Report,
            Self::ListExportLosses | Self::CompareSnapshots | Self::AssignSplits => Slot::Dialog,
            Self::PreviewRun(..) => Slot::RunPreview,
            Self::ReadRun(_) => Slot::RunCurves,
            Self::CompareRuns(_) => Slot::RunDifference,
        }
    }

    /// Returns the name of the dataset that is read.
    fn dataset_name(&self) -> Option<&str> {
        match self {
            Self::Open(name) | Self::Preview(name) | Self::ResolveSourceChange(name) | Self::Compare(name) => {
                Some(name)
            }
            Self::MoveProject(_)
            | Self::RestoreProject(_)
            | Self::Write
            | Self::Train(..)
            | Self::Measure(..)
            | Self::Predict
            | Self::Align
            | Self::Inspect
            | Self::Evaluate(_)
            | Self::AnalyzeErrors(_)
            | Self::Suggest(_)
            | Self::Report
            | Self::ListExportLosses
            | Self::CompareSnapshots
            | Self::AssignSplits
            | Self::PreviewRun(..)
            | Self::ReadRun(_)
            | Self::CompareRuns(_)
            | Self::DeleteRunDir => None,
        }
    }

    /// True if the answer is of no use after another dataset was opened.
    fn is_of_open_dataset(&self) -> bool {
        match self {
            Self::MoveProject(_)
            | Self::RestoreProject(_)
            | Self::Compare(_)
            | Self::Measure(..)
            | Self::Align
            | Self::Evaluate(_)
            | Self::AnalyzeErrors(_)
            | Self::Suggest(_)
            | Self::Report
            | Self::ListExportLosses
            | Self::CompareSnapshots
            | Self::AssignSplits
            | Self::PreviewRun(..)
            | Self::ReadRun(_)
            | Self::CompareRuns(_) => true,
            Self::Open(_)
            | Self::Preview(_)
            | Self::ResolveSourceChange(_)
            | Self::Write
            | Self::DeleteRunDir
            | Self::Train(..)
            | Self::Predict
            | Self::Inspect => false,
        }
    }
}

/// A request that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    id: RequestId,
    /// Purpose of the request.
    pub purpose: Purpose,
    /// Last reported progress.
    pub progress: Option<Progress>,
}

impl Pending {
    /// Returns the number of the request.
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// Returns the number of processed sentences and the total number, for requests about sentences.
    pub fn sentences(&self) -> Option<(usize, usize)> {
        match (&self.progress, &self.purpose) {
            (Some(Progress::Sentences(done, total)), _) => Some((*done, *total)),
            (_, Purpose::Evaluate(total) | Purpose::Suggest(total)) => Some((0, *total)),
            _ => None,
        }
    }

    /// Returns the progress of the download of a model.
    pub fn download(&self) -> Option<&hub::Progress> {
        match &self.progress {
            Some(Progress::Download(download)) => Some(download),
            _ => None,
        }
    }
}

/// All requests that have not ended, oldest first.
#[derive(Debug, Default)]
pub struct Requests {
    pending: Vec<Pending>,
    last_id: u64,
}

impl Requests {
    /// Submits a request. The pending request in its slot is canceled; writes are independent of each other.
    pub(super) fn submit(&mut self, purpose: Purpose, work: Work, effects: &mut Vec<Effect>) {
        if purpose.slot() != Slot::Writing {
            self.cancel(purpose.slot(), effects);
        }
        self.last_id += 1;
        let id = RequestId(self.last_id);
        self.pending.push(Pending { id, purpose, progress: None });
        effects.push(Effect::Submit(Box::new(Request { id, work })));
    }

    /// Cancels the request in a slot. Its answer is dropped.
    pub(super) fn cancel(&mut self, slot: Slot, effects: &mut Vec<Effect>) {
        self.cancel_if(effects, |pending| pending.purpose.slot() == slot);
    }

    /// Cancels all requests about the open dataset, because another one replaces it.
    pub(super) fn cancel_for_dataset(&mut self, effects: &mut Vec<Effect>) {
        self.cancel_if(effects, |pending| pending.purpose.is_of_open_dataset());
    }

    fn cancel_if(&mut self, effects: &mut Vec<Effect>, is_canceled: impl Fn(&Pending) -> bool) {
        let canceled = self.pending.extract_if(.., |pending| is_canceled(pending));
        effects.extend(canceled.map(|pending| Effect::Control(pending.id, TrainerControl::Stop)));
    }

    /// Sends a control value to the request in a slot. Its answer is still expected, also after a stop.
    pub(super) fn control(&self, slot: Slot, control: TrainerControl, effects: &mut Vec<Effect>) {
        effects.extend(self.pending(slot).map(|pending| Effect::Control(pending.id, control)));
    }

    /// Returns the pending request in a slot.
    pub fn pending(&self, slot: Slot) -> Option<&Pending> {
        self.pending.iter().find(|pending| pending.purpose.slot() == slot)
    }

    /// True if a request is pending in a slot.
    pub fn is_pending(&self, slot: Slot) -> bool {
        self.pending(slot).is_some()
    }

    /// Returns the pending request with this number.
    pub(super) fn with_id(&mut self, id: RequestId) -> Option<&mut Pending> {
        self.pending.iter_mut().find(|pending| pending.id == id)
    }

    /// Removes the request with this number, because it has ended.
    pub(super) fn finish(&mut self, id: RequestId) -> Option<Pending> {
        let index = self.pending.iter().position(|pending| pending.id == id)?;
        Some(self.pending.remove(index))
    }

    /// True if a dataset is being read to replace the open one, or its source change is being resolved.
    pub fn is_replacing_dataset(&self) -> bool {
        self.is_pending(Slot::Opening) || self.is_pending(Slot::SourceChange)
    }

    /// True if a dataset is being opened, not only previewed.
    pub(super) fn is_opening(&self) -> bool {
        self.pending(Slot::Opening).is_some_and(|pending| matches!(pending.purpose, Purpose::Open(_)))
    }

    /// Returns the name of the dataset that is being opened, previewed or compared.
    pub fn dataset_being_read(&self) -> Option<String> {
        self.pending.iter().find_map(|pending| pending.purpose.dataset_name()).map(str::to_owned)
    }

    /// Returns the current measurement.
    pub fn measurement(&self) -> Option<Measurement> {
        let purpose = &self.pending(Slot::Training)?.purpose;
        if let Purpose::Measure(measurement, ..) = purpose { Some(*measurement) } else { None }
    }
}
