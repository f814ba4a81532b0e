//! Search for the project of a dataset that was moved to another path.
//!
//! The search is only used if no project has the name of the dataset.

use super::app_dirs::AppDirs;
use super::project_file::Project;
use super::source::Dataset;
use crate::disk;
use std::path::{Path, PathBuf};

/// Project of a moved dataset.
pub(super) struct Moved {
    /// Path of the project.
    pub project: PathBuf,
    /// Path of the dataset when its labels were made; `None` if the project already has the current path.
    pub from: Option<PathBuf>,
}

/// Returns a project with the same dataset, byte for byte, whose own sources are missing.
pub(super) fn find(places: &AppDirs, dataset: &Dataset) -> Option<Moved> {
    let projects = disk::list_files(&places.projects()).ok()?;
    projects.into_iter().filter(|at| is_current(at)).find_map(|at| {
        let project = Project::open_read_only(&at).ok()?;
        let (stored, _) = project.sources_and_intent().ok()?;
        let same_bytes = stored.len() == dataset.files.len()
            && !stored.is_empty()
            && stored.iter().zip(&dataset.files).all(|(a, b)| a.hash == b.hash);
        let here = stored.iter().zip(&dataset.files).all(|(a, b)| disk::resolve(&a.path) == b.path);
        let removed = stored.iter().all(|file| !file.path.exists());
        let from = stored.first().map(|file| file.path.clone()).filter(|_| !here);
        let known = here && stored.len() == dataset.files.len() && !stored.is_empty();
        (known || (same_bytes && removed)).then_some(Moved { project: at, from })
    })
}

/// True if a file is a project and was not moved aside (`name-before-1.tagwright`).
fn is_current(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(stem) = name.strip_suffix(".tagwright").filter(|stem| !stem.ends_with("-next")) else { return false };
    let number = stem.rsplit_once('-').filter(|(_, n)| n.chars().all(|c| c.is_ascii_digit()));
    !number.is_some_and(|(rest, _)| rest.ends_with("-before") || rest.ends_with("-damaged"))
}
