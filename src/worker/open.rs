//! The file thread: opens datasets as projects, and writes copies.

use super::{Event, EventSender, FileRequest};
use crate::disk;
use crate::eval::Agreement;
use crate::format::ReadOptions;
use crate::project::source::SourceError;
use crate::project::target::Existing;
use crate::project::{AppDirs, Dataset, Opening, SourceDecision, copying, export, opening, sample};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn perform(request: FileRequest, places: &AppDirs, outbox: &EventSender) -> Result<(), String> {
    match request {
        FileRequest::Open(path) => {
            let path = match path {
                Some(path) => path,
                None => sample::extract(places).map_err(|e| e.to_string())?,
            };
            open(&path, places, None, outbox)?;
        }
        FileRequest::Preview { path, choices } => {
            let is_project = path.extension().is_some_and(|e| e == "tagwright");
            let known = is_project || opening::stored_options(&path, places).is_some();
            if known && choices == ReadOptions::default() {
                return perform(FileRequest::Open(Some(path)), places, outbox);
            }
            let found = match Dataset::open_with(&path, choices) {
                Err(SourceError::Disk(e)) => return Err(e.to_string()),
                found => found.map(Arc::new).map_err(|e| e.to_string()),
            };
            outbox.send(Event::Looked { path, choices, found });
        }
        FileRequest::OpenPreviewed { path, dataset } => {
            open(&path, places, Some(Arc::unwrap_or_clone(dataset)), outbox)?;
        }
        FileRequest::ResolveSourceChange { changed, decision } => {
            let asked = changed.path.clone();
            let theirs = (decision == SourceDecision::Compare).then(|| changed.dataset.corpus.clone());
            let opened = Box::new(opening::decide(Arc::unwrap_or_clone(changed), decision, places)?);
            let compared = theirs.map(|theirs| Event::Compared {
                path: asked.clone(),
                project: opened.project.path().to_owned(),
                agreement: Box::new(Agreement::compare(&opened.dataset.corpus, &theirs)),
            });
            outbox.send(Event::Opened { asked, opened });
            compared.into_iter().for_each(|event| outbox.send(event));
        }
        FileRequest::SaveAs { path, root, corpus, files } => {
            let notes = copying::copy(&path, &root, &corpus, &files, as_asked(&path))?;
            outbox.send(Event::Exported(path, notes));
        }
        FileRequest::Compare { path, project, corpus } => {
            let other = Dataset::open(&path).map_err(|e| e.to_string())?;
            let agreement = Box::new(Agreement::compare(&corpus, &other.corpus));
            outbox.send(Event::Compared { path, project, agreement });
        }
        FileRequest::Export { path, corpus, to } => {
            export::export(&corpus, to, export::default_scheme(&corpus, to), &path, as_asked(&path))?;
            outbox.send(Event::Exported(path, Vec::new()));
        }
        FileRequest::Write { path, bytes } => {
            disk::write(&path, &bytes).map_err(|e| e.to_string())?;
            outbox.send(Event::Exported(path, Vec::new()));
        }
        FileRequest::CopyModel { from, to } => {
            let listed = disk::list_files(&from).map_err(|e| e.to_string())?;
            let read = |p: &PathBuf| {
                let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
                disk::read(p).map(|bytes| (name, bytes))
            };
            disk::write_dir(&to, listed.iter().map(read)).map_err(|e| e.to_string())?;
            outbox.send(Event::Exported(to, Vec::new()));
        }
    }
    Ok(())
}

/// Returns `Replace` if the path exists, because the user confirmed the replacement of the selected path.
/// The user did not confirm the replacement of files next to a new path, so those are kept.
fn as_asked(path: &Path) -> Existing {
    if path.exists() { Existing::Replace } else { Existing::Keep }
}

/// Opens a dataset or a project. If the source changed, the event asks the user for a decision.
fn open(path: &Path, places: &AppDirs, read: Option<Dataset>, outbox: &EventSender) -> Result<(), String> {
    outbox.send(match opening::open(path, places, read)? {
        Opening::Opened(opened) => Event::Opened { asked: path.to_owned(), opened },
        Opening::Changed(changed) => Event::SourceChanged(Arc::new(*changed)),
    });
    Ok(())
}
