//! The file thread: opens datasets as projects, and writes copies.

use super::answer::Done;
use super::request::FileWork;
use crate::disk;
use crate::eval::Agreement;
use crate::failure::{Failure, FailureKind};
use crate::format::{ReadOptions, TEXT};
use crate::project::source::SourceError;
use crate::project::target::Existing;
use crate::project::{AppDirs, Dataset, Opening, Project, SourceDecision, copying, export, opening, sample};
use crate::train::journal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn perform(work: FileWork, dirs: &AppDirs) -> Result<Done, Failure> {
    Ok(match work {
        FileWork::Open(path) => {
            let path = path.map_or_else(|| sample::extract(dirs), Ok)?;
            open(path, dirs, None)?
        }
        FileWork::Preview { path, options } => {
            let is_project = path.extension().is_some_and(|e| e == "tagwright");
            let known = is_project || opening::stored_options(&path, dirs).is_some();
            if known && options == ReadOptions::default() {
                return open(path, dirs, None);
            }
            let result = match Dataset::open_with(&path, options) {
                Err(SourceError::Disk(e)) => return Err(e.into()),
                result => result.map(Arc::new).map_err(Failure::from),
            };
            Done::Previewed { path, options, result }
        }
        FileWork::OpenPreviewed { path, dataset } => open(path, dirs, Some(Arc::unwrap_or_clone(dataset)))?,
        FileWork::ResolveSourceChange { changed, decision } => {
            let path = changed.path.clone();
            let theirs = (decision == SourceDecision::Compare).then(|| changed.dataset.corpus.clone());
            let opened = Box::new(opening::decide(Arc::unwrap_or_clone(changed), decision, dirs)?);
            let comparison = theirs.map(|theirs| Box::new(Agreement::compare(&opened.dataset.corpus, &theirs)));
            Done::Opened { path, opened, comparison }
        }
        FileWork::CreateDataset { name, text } => {
            dirs.prepare()?;
            let path = dirs.new_text_path(&name);
            disk::write_private(&path, text.as_bytes())?;
            // A text of two words per line must not be detected as columns of tags.
            let options = ReadOptions { format: Some(TEXT), ..ReadOptions::default() };
            let dataset = Dataset::open_with(&path, options).map_err(Failure::from)?;
            open(path, dirs, Some(dataset))?
        }
        FileWork::CreateProject(path) => Done::ProjectCreated(Box::new(Project::create(&path)?)),
        FileWork::SaveCopy { path, root, corpus, files } => {
            let losses = copying::copy(&path, &root, &corpus, &files, confirmed(&path))?;
            Done::Written { path, losses }
        }
        FileWork::Compare { path, corpus } => {
            let other = Dataset::open(&path)?;
            Done::Compared { path, agreement: Box::new(Agreement::compare(&corpus, &other.corpus)) }
        }
        FileWork::Export { path, corpus, to } => {
            let target = export::target_path(&path, to, &corpus);
            // The user has confirmed only the replacement of the selected path.
            if target != path && target.exists() {
                let advice = "it exists; select it in the file dialog to replace it";
                return Err(Failure::new(FailureKind::Conflict, format!("{}: {advice}", target.display())));
            }
            export::export(&corpus, to, export::default_scheme(&corpus, to), &target, confirmed(&target))?;
            Done::Written { path: target, losses: Vec::new() }
        }
        FileWork::Write { path, bytes } => {
            disk::write(&path, &bytes)?;
            Done::Written { path, losses: Vec::new() }
        }
        FileWork::ReadRun { run, dir } => Done::RunRead { run, events: journal::read(&dir)? },
        FileWork::DeleteRunDir { run, dir } => {
            // A project file can come from another user, so its paths are not trusted.
            if dirs.is_run_dir(&dir, run) {
                disk::remove_dir_all(&dir)?;
            } else {
                log::warn!("{} is not deleted, because it is not the directory of a run", dir.display());
            }
            Done::RunDirDeleted
        }
        FileWork::CopyModel { from, to } => {
            let read = |p: &PathBuf| {
                let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
                disk::read(p).map(|bytes| (name, bytes))
            };
            disk::write_dir(&to, disk::list_files(&from)?.iter().map(read))?;
            Done::Written { path: to, losses: Vec::new() }
        }
    })
}

/// Returns `Replace` if the path exists, because the user confirmed the replacement of the selected path.
/// The user did not confirm the replacement of files next to a new path, so those are kept.
fn confirmed(path: &Path) -> Existing {
    if path.exists() { Existing::Replace } else { Existing::Keep }
}

/// Opens a dataset or a project. If the source changed, the answer asks the user for a decision.
fn open(path: PathBuf, dirs: &AppDirs, dataset: Option<Dataset>) -> Result<Done, Failure> {
    Ok(match opening::open(&path, dirs, dataset)? {
        Opening::Opened(opened) => Done::Opened { path, opened, comparison: None },
        Opening::Changed(changed) => Done::SourceChanged(Arc::new(*changed)),
    })
}
