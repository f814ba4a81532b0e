//! What only the shell can do: the window's dialogs, the worker, the project's thread.

use crate::project::{Project, WriteOp};
use crate::train::event::TrainerControl;
use crate::worker::{FileRequest, ReadRequest, TrainRequest, Trial};
use std::path::PathBuf;

/// Something to be done outside the state.
pub enum Effect {
    /// Ask the person for a path.
    Pick(Pick),
    /// Ask the files lane.
    File(FileRequest),
    /// Ask the reading lane.
    Read(ReadRequest),
    /// Start a run.
    Train(Box<TrainRequest>),
    /// Measure what would be a run.
    Trial(Box<TrainRequest>, Trial),
    /// What the run under way is to do.
    Wish(TrainerControl),
    /// End a download or an evaluation.
    StopReading,
    /// Take a project over.
    Adopt(Box<Project>),
    /// Close the open project, after all that waits is stored.
    Release,
    /// Write the project again from memory, to this path.
    Rebuild(PathBuf),
    /// Store something in the project.
    Commit(WriteOp),
    /// Ask what day it is.
    AskDay,
    /// Store the settings.
    StoreSettings,
}

impl Pick {
    /// Whether something is written to the path.
    pub fn writes(&self) -> bool {
        match self {
            Self::OpenFile | Self::OpenFolder | Self::Compare | Self::BaseFolder | Self::TryFolder => false,
            Self::SaveAs { .. } | Self::Export { .. } | Self::Picture(_) | Self::SaveModel(_) | Self::Project => true,
        }
    }
}

/// What a path is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A dataset's file.
    OpenFile,
    /// A dataset's folder.
    OpenFolder,
    /// Another labelling of the open dataset.
    Compare,
    /// A model's folder to start a run from.
    BaseFolder,
    /// A model's folder for the Try page.
    TryFolder,
    /// Where a copy of the dataset goes: a file, or a folder when there are several sources.
    SaveAs {
        /// Several files.
        folder: bool,
    },
    /// Where the dataset goes in another format.
    Export {
        /// The format's name.
        format: &'static str,
        /// Several files.
        folder: bool,
    },
    /// Where this picture (an SVG) goes: as it is, or as a PNG where the path says so.
    Picture(String),
    /// Where a copy of this model goes.
    SaveModel(PathBuf),
    /// Where the project goes on.
    Project,
}
