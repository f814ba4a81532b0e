//! Effects that only the shell can run: dialogs, worker requests, writes to the project.

use super::notifications::Notification;
use crate::project::Project;
use crate::session::Session;
use crate::session::export_part::ExportPart;
use crate::train::event::TrainerControl;
use crate::worker::{Request, RequestId};
use std::path::PathBuf;

/// A request to code outside of the state.
pub enum Effect {
    /// Opens a file dialog.
    PathDialog(Pick),
    /// Submits a request to the worker.
    Submit(Box<Request>),
    /// Sets the control value of a request. `Stop` cancels it.
    Control(RequestId, TrainerControl),
    /// Makes this project the open one. The changes of the open session are written to it.
    AttachProject(Box<Project>),
    /// Keeps the open project for the parked session.
    ParkProject,
    /// Makes the project of the parked session the open one again.
    UnparkProject,
    /// Closes the project of the parked session after its last changes.
    CloseParkedProject(Box<Session>),
    /// Closes the open project after all pending writes. The following requests to read or write files wait for it.
    Release,
    /// Sets the reason why the open dataset has no project.
    SetMissingProject(String),
    /// Writes the open dataset to this new project, and uses it from then on.
    Rebuild(Box<Project>),
    /// Shows a notification.
    Notify(Notification),
    /// Requests the current date.
    RefreshDate,
    /// Stores the settings.
    StoreSettings,
    /// Closes the window.
    CloseWindow,
    /// Moves the focus to the search field of the sentence list.
    FocusSearch,
}

impl Pick {
    /// Returns true if the user chooses a path to write to.
    pub fn writes(&self) -> bool {
        match self {
            Self::OpenFile | Self::OpenFolder | Self::Compare | Self::BaseFolder | Self::TryFolder => false,
            Self::SaveAs { .. } | Self::Export { .. } | Self::Picture(_) | Self::SaveModel(_) | Self::Project => true,
        }
    }

    /// Returns true if the path is used for the open dataset, so it is of no use after another one was opened.
    pub fn is_of_dataset(&self) -> bool {
        match self {
            Self::Compare | Self::SaveAs { .. } | Self::Export { .. } | Self::Project => true,
            Self::OpenFile
            | Self::OpenFolder
            | Self::BaseFolder
            | Self::TryFolder
            | Self::Picture(_)
            | Self::SaveModel(_) => false,
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
        /// Exported part of the dataset.
        part: ExportPart,
        /// Name of the dataset, for the suggested file name.
        dataset: String,
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
