//! What the commands read, as the command line reads it: problems are told on standard error, downloads show a bar.

use super::{Failure, progress};
use crate::corpus::Split;
use crate::hub::{self, Hub, ModelName};
use crate::model::ModelFolder;
use crate::project::Dataset;
use std::path::{Path, PathBuf};

/// A file or folder of data.
pub fn dataset(path: &Path) -> Result<Dataset, Failure> {
    Ok(told(Dataset::open(path)?))
}

/// Files whose splits are known.
pub fn files(name: &str, files: &[(PathBuf, Split)]) -> Result<Dataset, Failure> {
    Ok(told(Dataset::open_files(name, files)?))
}

fn told(dataset: Dataset) -> Dataset {
    for problem in &dataset.problems {
        eprintln!("note: {problem}");
    }
    dataset
}

/// A model by its name.
pub fn model(name: &ModelName) -> Result<ModelFolder, Failure> {
    let bar = progress::bytes("downloading");
    let found = hub::open_model(name, &Hub::default(), |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.file);
        true
    });
    bar.finish_and_clear();
    Ok(found?)
}
