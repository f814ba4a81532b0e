//! Saves the sources of a dataset with the current labels.
//!
//! All files are prepared before the first one is written, and the project records the new hash of each. The project
//! therefore recognizes its sources after an incomplete save, even if only some files were written.

use super::project_file::{Project, ProjectError};
use super::source::{self, SourceError, SourceFile, fingerprint};
use crate::corpus::Corpus;
use crate::disk;

/// Request to save a dataset.
#[derive(Clone, Debug)]
pub struct Save {
    /// Sources as they were read.
    pub files: Vec<SourceFile>,
    /// Current corpus.
    pub corpus: Corpus,
    /// True if all tags are written again, including unchanged ones.
    pub rewrite_all: bool,
}

/// Result of a save.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Sources with their current hashes.
    pub files: Vec<SourceFile>,
    /// Error if not all files were written.
    pub outcome: Result<(), SaveError>,
}

/// Error of a save.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SaveError {
    /// Another program changed a source. Nothing was written.
    #[error("{0}")]
    SourceChanged(String),
    /// Any other error, with the files that were written.
    #[error("{0}")]
    Failed(String),
}

impl From<SourceError> for SaveError {
    fn from(error: SourceError) -> Self {
        match &error {
            SourceError::Changed(_) => Self::SourceChanged(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<ProjectError> for SaveError {
    fn from(error: ProjectError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Writes every source with changed labels.
///
/// The stored hashes of the project are used. The hashes of `save` can be older than the last save.
pub fn save(project: &mut Project, save: Save) -> Saved {
    let mut files = save.files;
    let outcome = write_changed(project, &mut files, &save.corpus, save.rewrite_all);
    Saved { files, outcome }
}

fn write_changed(
    project: &mut Project,
    files: &mut [SourceFile],
    corpus: &Corpus,
    anew: bool,
) -> Result<(), SaveError> {
    load_hashes(project, files)?;
    let changed = prepare(files, corpus, anew)?;
    if changed.is_empty() {
        return Ok(());
    }
    let intended: Vec<(usize, String)> = changed.iter().map(|(number, bytes)| (*number, fingerprint(bytes))).collect();
    project.record_intent(&intended)?;
    let mut failure = None;
    for ((number, bytes), (_, hash)) in changed.iter().zip(intended) {
        let file = &mut files[*number];
        if let Err(e) = disk::write(&file.path, bytes) {
            failure = Some((*number, e.to_string()));
            break;
        }
        file.hash = hash;
    }
    let recorded = project.update_sources(files);
    match failure {
        None => Ok(recorded?),
        Some((number, reason)) => {
            if let Err(e) = recorded {
                log::error!("{e}");
            }
            let name = |n: &usize| files[*n].path.display().to_string();
            let written: Vec<String> = changed.iter().map(|(n, _)| n).take_while(|n| **n != number).map(name).collect();
            let written = if written.is_empty() { "no file".to_owned() } else { written.join(", ") };
            Err(SaveError::Failed(format!("{reason}; already written: {written}; save again to write the rest")))
        }
    }
}

/// Sets the hashes of the files to the stored hashes of the project, and completes the record of an incomplete save.
fn load_hashes(project: &Project, files: &mut [SourceFile]) -> Result<(), SaveError> {
    let (stored, intended) = project.sources_and_intent()?;
    let same_paths = stored.len() == files.len() && stored.iter().zip(&*files).all(|(a, b)| a.path == b.path);
    if !same_paths {
        let reason = "the files to save do not belong to this project, so nothing was written; open the dataset again";
        return Err(SaveError::Failed(format!("{}: {reason}", project.path().display())));
    }
    for (number, (file, stored)) in files.iter_mut().zip(stored).enumerate() {
        file.hash = stored.hash;
        if let Some(hash) = intended.get(&number)
            && disk::read(&file.path).is_ok_and(|bytes| fingerprint(&bytes) == *hash)
        {
            file.hash.clone_from(hash);
        }
    }
    Ok(())
}

/// Returns the new bytes of changed files, by source index. Each of these files can be replaced.
fn prepare(files: &[SourceFile], corpus: &Corpus, anew: bool) -> Result<Vec<(usize, Vec<u8>)>, SaveError> {
    let mut changed = Vec::new();
    for (number, file) in (0u32..).zip(files) {
        let bytes = source::rewrite(file, number, corpus, anew)?;
        if fingerprint(&bytes) != file.hash {
            disk::check_replaceable(&file.path).map_err(SourceError::from)?;
            changed.push((number as usize, bytes));
        }
    }
    Ok(changed)
}
