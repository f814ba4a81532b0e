//! What the commands read, as the command line reads it: problems are told on standard error, downloads show a bar.

use super::{Failure, progress};
use crate::corpus::Split;
use crate::format::{self, Format, Unit};
use crate::hub::{self, Hub, ModelName};
use crate::model::ModelFolder;
use crate::project::Dataset;
use crate::project::source::Choices;
use std::path::{Path, PathBuf};

/// A file or folder of data.
pub fn dataset(path: &Path) -> Result<Dataset, Failure> {
    dataset_as(path, Choices::default())
}

/// A file or folder of data, in the format that was said.
pub fn dataset_as(path: &Path, choices: Choices) -> Result<Dataset, Failure> {
    Ok(told(Dataset::open_as(path, choices)?))
}

/// A format by its name, for clap.
pub fn format_name(name: &str) -> Result<Format, String> {
    let known = || format::FORMATS.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
    format::by_name(name).ok_or_else(|| format!("unknown format; use one of {}", known()))
}

/// A unit of offsets by its name, for clap.
pub fn unit_name(name: &str) -> Result<Unit, String> {
    Unit::from_name(name).ok_or_else(|| "unknown unit; use code-points, utf-16 or bytes".into())
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
