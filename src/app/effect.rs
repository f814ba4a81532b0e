//! Effects that only the shell can run: dialogs, worker requests, writes to the project.

use crate::project::{Project, WriteOp};
use crate::train::event::TrainerControl;
use crate::worker::{FileRequest, ReadRequest, TrainRequest, Trial};
use std::path::PathBuf;

/// A request to code outside of the state.
pub enum Effect {
    /// Opens a file dialog.
    PathDialog(Pick),
    /// Sends a request to the file thread of the worker.
    File(FileRequest),
    /// Sends a request to the read thread of the worker.
    Read(ReadRequest),
    /// Starts a training run.
    Train(Box<TrainRequest>),
    /// Starts a measurement for a run with these settings.
    Measure(Box<TrainRequest>, Trial),
    /// Controls the current run.
    ControlRun(TrainerControl),
    /// Stops a download or an evaluation.
    StopReading,
    /// Makes this project the open one.
    AttachProject(Box<Project>),
    /// Closes the open project after all pending writes.
    Release,
    /// Rewrites the project from memory at this path.
    Rebuild(PathBuf),
    /// Writes something to the project.
    Commit(WriteOp),
    /// Requests the current date.
    RefreshDate,
    /// Stores the settings.
    StoreSettings,
}

impl Pick {
    /// Returns true if the user chooses a path to write to.
    pub fn writes(&self) -> bool {
        match self {
            Self::OpenFile | Self::OpenFolder | Self::Compare | Self::BaseFolder | Self::TryFolder => false,
            Self::SaveAs { .. } | Self::Export { .. } | Self::Picture(_) | Self::SaveModel(_) | Self::Project => true,
        }
    }
}

/// Purpose of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Opens a dataset file.
    OpenFile,
    /// Opens a dataset directory.
    OpenFolder,
    /// Opens other annotations for comparison.
    Compare,
    /// Selects a model directory as the base of a run.
    BaseFolder,
    /// Selects a model directory for the Try page.
    TryFolder,
    /// Selects the target of a dataset copy: a file, or a directory if there are several source files.
    SaveAs {
        /// True if several files are written.
        folder: bool,
    },
    /// Selects the target of an export.
    Export {
        /// Name of the format.
        format: &'static str,
        /// True if several files are written.
        folder: bool,
    },
    /// Selects the target of this picture (SVG). A path with a PNG extension writes a PNG.
    Picture(String),
    /// Selects the target of a copy of this model directory.
    SaveModel(PathBuf),
    /// Selects the new path of the project.
    Project,
}
