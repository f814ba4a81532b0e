//! Saving: the sources of a dataset with today's labels.
//!
//! All files are prepared before the first is written, and the project records the new hash of each. So it recognizes
//! its sources whatever is left of a save that did not come to its end, also half-way through a folder.

use super::project_file::{Project, ProjectError};
use super::source::{self, SourceError, SourceFile, fingerprint};
use crate::corpus::Corpus;
use crate::disk;

/// A save to do.
#[derive(Clone, Debug)]
pub struct Save {
    /// The sources as they were read.
    pub files: Vec<SourceFile>,
    /// The corpus as it is.
    pub corpus: Corpus,
    /// Whether all tags are written again, also those that nobody changed.
    pub anew: bool,
}

/// A save that has come to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The sources with the hashes of their bytes now.
    pub files: Vec<SourceFile>,
    /// The reason why not all was written.
    pub outcome: Result<(), SaveError>,
}

/// A save that was refused or failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SaveError {
    /// Another program changed a source; nothing was written.
    #[error("{0}")]
    SourceChanged(String),
    /// Anything else, with the files that were written nevertheless.
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

/// Writes every source whose labels have changed.
///
/// The project's own hashes count, not those of `save`, which may be of before another save.
pub fn save(project: &mut Project, save: Save) -> Saved {
    let mut files = save.files;
    let outcome = write_changed(project, &mut files, &save.corpus, save.anew);
    Saved { files, outcome }
}

fn write_changed(
    project: &mut Project,
    files: &mut [SourceFile],
    corpus: &Corpus,
    anew: bool,
) -> Result<(), SaveError> {
    take_hashes(project, files)?;
    let changed = prepare(files, corpus, anew)?;
    if changed.is_empty() {
        return Ok(());
    }
    let intended: Vec<(usize, String)> = changed.iter().map(|(number, bytes)| (*number, fingerprint(bytes))).collect();
    project.intend(&intended)?;
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
        Some((number, why)) => {
            if let Err(e) = recorded {
                log::error!("{e}");
            }
            let name = |n: &usize| files[*n].path.display().to_string();
            let written: Vec<String> = changed.iter().map(|(n, _)| n).take_while(|n| **n != number).map(name).collect();
            let written = if written.is_empty() { "no file".to_owned() } else { written.join(", ") };
            Err(SaveError::Failed(format!("{why}. Written before it: {written}. Save again to write the rest.")))
        }
    }
}

/// Gives the files the hashes that the project knows of them, and settles a save that did not come to its end.
fn take_hashes(project: &Project, files: &mut [SourceFile]) -> Result<(), SaveError> {
    let (stored, intended) = project.sources_and_intent()?;
    let same_paths = stored.len() == files.len() && stored.iter().zip(&*files).all(|(a, b)| a.path == b.path);
    if !same_paths {
        let why = "the files to save are not those of this project, so nothing was written; open the dataset again";
        return Err(SaveError::Failed(format!("{}: {why}", project.path().display())));
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

/// The new bytes of those files that change, by number; each of them can be replaced.
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
