//! The files lane: opening datasets into projects, and writing sources back.

use super::{Event, FileRequest, Outbox};
use crate::corpus::{Corpus, History, Split};
use crate::disk;
use crate::format::{self, Write};
use crate::project::store::Contents;
use crate::project::{Dataset, Places, Project, RunRecord, SourceFile, export, sample, source};
use std::path::{Path, PathBuf};

/// A dataset with its project.
pub struct Opened {
    /// What was asked for.
    pub path: PathBuf,
    /// Documents, labels, sources, problems.
    pub dataset: Dataset,
    /// Undo and redo, from the last time too.
    pub history: History,
    /// Runs, oldest first.
    pub runs: Vec<RunRecord>,
    /// The highest number of a run's folder on disk.
    pub highest_run: usize,
    /// The project file, to be given to a committer.
    pub project: Project,
    /// Something the person should know: the source has changed since the last time.
    pub notice: Option<String>,
}

pub(super) fn perform(request: FileRequest, places: &Places, outbox: &Outbox) -> Result<(), String> {
    match request {
        FileRequest::Open(path) => {
            let path = match path {
                Some(path) => path,
                None => sample::unpack(places).map_err(|e| e.to_string())?,
            };
            let opened = open(&path, places)?;
            outbox.send(Event::Opened(Box::new(opened)));
        }
        FileRequest::Save { mut files, corpus } => {
            save(&mut files, &corpus)?;
            outbox.send(Event::Saved(files));
        }
        FileRequest::SaveAs { path, corpus, files } => {
            save_as(&path, &corpus, &files)?;
            outbox.send(Event::Exported(path));
        }
        FileRequest::Export { path, corpus, to } => {
            export::export(&corpus, to, export::scheme_for(&corpus, to), &path)?;
            outbox.send(Event::Exported(path));
        }
        FileRequest::CopyModel { from, to } => {
            let listed = disk::list(&from).map_err(|e| e.to_string())?;
            let read = |p: &PathBuf| {
                let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
                disk::read(p).map(|bytes| (name, bytes))
            };
            disk::write_folder(&to, listed.iter().map(read)).map_err(|e| e.to_string())?;
            outbox.send(Event::Exported(to));
        }
    }
    Ok(())
}

fn open(path: &Path, places: &Places) -> Result<Opened, String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let opened = |project: Project, contents: Contents, problems, notice| Opened {
        path: path.to_owned(),
        dataset: Dataset { problems, ..contents.dataset },
        history: contents.history,
        runs: contents.runs,
        highest_run: places.highest_run(project.path()),
        project,
        notice,
    };
    if path.extension().is_some_and(|e| e == "tagwright") {
        if !path.is_file() {
            return Err(format!("{}: there is no such project", path.display()));
        }
        let project = Project::open(path).map_err(|e| text(&e))?;
        let contents = project.read().map_err(|e| text(&e))?;
        return Ok(opened(project, contents, Vec::new(), None));
    }
    let dataset = Dataset::open(path).map_err(|e| text(&e))?;
    let at = places.project_of(path);
    let mut project = Project::open(&at).map_err(|e| text(&e))?;
    let mut notice = None;
    if !project.is_empty().map_err(|e| text(&e))? {
        if project.holds(&dataset).map_err(|e| text(&e))? {
            let contents = project.read().map_err(|e| text(&e))?;
            return Ok(opened(project, contents, dataset.problems, None));
        }
        // Another program wrote the source: the old work stays in its own file, a new project begins.
        drop(project);
        let old = set_aside(&at)?;
        notice = Some(format!(
            "{} has changed since it was last open. The labels made before are kept in {}.",
            path.display(),
            old.display()
        ));
        project = Project::open(&at).map_err(|e| text(&e))?;
    }
    project.fill(&dataset).map_err(|e| text(&e))?;
    let contents = Contents {
        dataset: Dataset { problems: Vec::new(), ..dataset.clone() },
        history: History::default(),
        runs: Vec::new(),
    };
    Ok(opened(project, contents, dataset.problems, notice))
}

/// Renames a project file to the first free name of the form `name-before-1.tagwright`.
fn set_aside(at: &Path) -> Result<PathBuf, String> {
    let stem = at.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1..).map(|n| at.with_file_name(format!("{stem}-before-{n}.tagwright"))).find(|p| !p.exists());
    let to = free.unwrap_or_else(|| at.with_extension("old"));
    disk::rename(at, &to).map_err(|e| e.to_string())?;
    Ok(to)
}

/// Writes back every source whose spans have changed. All are prepared before the first is written.
fn save(files: &mut [SourceFile], corpus: &Corpus) -> Result<(), String> {
    let mut prepared = Vec::new();
    for (number, file) in files.iter().enumerate() {
        prepared.push(source::rewritten(file, number as u32, corpus).map_err(|e| e.to_string())?);
    }
    for (file, bytes) in files.iter_mut().zip(prepared) {
        let hash = source::fingerprint(&bytes);
        if hash != file.hash {
            disk::write(&file.path, &bytes).map_err(|e| e.to_string())?;
            file.hash = hash;
        }
    }
    Ok(())
}

/// Writes copies: one source becomes the file `path`, several become files of their own names in the folder `path`.
/// Where a source still lies unchanged its bytes are kept but for edited sentences; else it is written anew.
fn save_as(path: &Path, corpus: &Corpus, files: &[SourceFile]) -> Result<(), String> {
    let bytes = |number: usize, file: &SourceFile| {
        source::rewritten(file, number as u32, corpus).unwrap_or_else(|_| {
            let split: Option<Split> = (files.len() > 1).then_some(file.split);
            let anew = |write: Write| match write {
                Write::Whole(write) => Some(write(corpus, split, file.found.scheme)),
                Write::EachDocument(write) => {
                    let document = corpus.documents.iter().find(|d| d.file as usize == number)?;
                    write(corpus, document).into_iter().next().map(|(_, bytes)| bytes)
                }
            };
            let columns = || format::write_columns(corpus, split, format::CONLL, file.found.scheme).into_bytes();
            file.found.format.write.and_then(anew).unwrap_or_else(columns)
        })
    };
    if let [file] = files {
        return disk::write(path, &bytes(0, file)).map_err(|e| e.to_string());
    }
    let named = |(number, file): (usize, &SourceFile)| {
        let name = file
            .path
            .file_name()
            .map_or_else(|| format!("{}.conll", file.split.name()), |n| n.to_string_lossy().into_owned());
        (name, bytes(number, file))
    };
    disk::write_folder(path, files.iter().enumerate().map(named).map(Ok)).map_err(|e: disk::DiskError| e.to_string())
}
