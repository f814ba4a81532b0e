//! The files lane: opening datasets into projects, and writing sources back.

use super::{Event, FileRequest, Outbox};
use crate::corpus::{Corpus, History, Split};
use crate::disk;
use crate::eval::Agreement;
use crate::format::{self, Choices, Write};
use crate::project::source::SourceError;

use crate::project::store::{Filled, StoreError};
use crate::project::{Contents, Dataset, Kept, Places, Project, SourceFile, export, sample, source};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A title and what it is about, where there is something to tell.
type Notice = Option<(&'static str, String)>;

/// A dataset with its project.
pub struct Opened {
    /// What was asked for.
    pub path: PathBuf,
    /// Documents, labels, sources, problems.
    pub dataset: Dataset,
    /// Undo and redo, from the last time too.
    pub history: History,
    /// Runs, views, snapshots.
    pub kept: Kept,
    /// The highest number of a run's folder on disk.
    pub highest_run: usize,
    /// The project file, to be given to a committer.
    pub project: Project,
    /// Whether the project is still empty and to be filled with the dataset.
    pub is_new: bool,
    /// Something the person should know, as a title and what it is.
    pub notice: Notice,
}

pub(super) fn perform(request: FileRequest, places: &Places, outbox: &Outbox) -> Result<(), String> {
    match request {
        FileRequest::Open(path) => {
            let path = match path {
                Some(path) => path,
                None => sample::unpack(places).map_err(|e| e.to_string())?,
            };
            let opened = open(&path, places, None)?;
            outbox.send(Event::Opened(Box::new(opened)));
        }
        FileRequest::Look { path, choices } => {
            let known = path.extension().is_some_and(|e| e == "tagwright") || said_before(&path, places).is_some();
            if known && choices == Choices::default() {
                return perform(FileRequest::Open(Some(path)), places, outbox);
            }
            let found = match Dataset::open_as(&path, choices) {
                Err(SourceError::Disk(e)) => return Err(e.to_string()),
                found => found.map(Arc::new).map_err(|e| e.to_string()),
            };
            outbox.send(Event::Looked { path, choices, found });
        }
        FileRequest::Take { path, dataset } => {
            let opened = open(&path, places, Some(Arc::unwrap_or_clone(dataset)))?;
            outbox.send(Event::Opened(Box::new(opened)));
        }
        FileRequest::Save { mut files, corpus, anew } => {
            save(&mut files, &corpus, anew)?;
            outbox.send(Event::Saved(files));
        }
        FileRequest::SaveAs { path, corpus, files } => {
            save_as(&path, &corpus, &files)?;
            outbox.send(Event::Exported(path));
        }
        FileRequest::Compare { path, project, corpus } => {
            let other = Dataset::open(&path).map_err(|e| e.to_string())?;
            let agreement = Box::new(Agreement::of(&corpus, &other.corpus));
            outbox.send(Event::Compared { path, project, agreement });
        }
        FileRequest::Export { path, corpus, to } => {
            export::export(&corpus, to, export::scheme_for(&corpus, to), &path)?;
            outbox.send(Event::Exported(path));
        }
        FileRequest::Write { path, bytes } => {
            disk::write(&path, &bytes).map_err(|e| e.to_string())?;
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

/// What was said of a dataset when its project was made; `None` where it has none.
fn said_before(path: &Path, places: &Places) -> Option<Choices> {
    let at = places.project_of(path);
    at.is_file().then(|| Project::open(&at).ok()?.said().ok().flatten()).flatten()
}

/// Opens a dataset, which may have been read already, with its project.
fn open(path: &Path, places: &Places, read: Option<Dataset>) -> Result<Opened, String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let opened = |project: Project, contents: Contents, problems, is_new, notice| Opened {
        path: path.to_owned(),
        dataset: Dataset { problems, ..contents.dataset },
        history: contents.history,
        kept: contents.kept,
        highest_run: places.highest_run(project.path()),
        project,
        is_new,
        notice,
    };
    if path.extension().is_some_and(|e| e == "tagwright") {
        if !path.is_file() {
            return Err(format!("{}: there is no such project", path.display()));
        }
        let (mut project, mut contents, notice) = open_project(path)?;
        let sources: Vec<_> = contents.dataset.files.iter().map(|f| (f.path.clone(), f.split)).collect();
        let held = &mut contents.dataset.corpus;
        project
            .adopt_classes(|| Dataset::open_files("", &sources).ok().map(|d| d.corpus), held)
            .map_err(|e| text(&e))?;
        return Ok(opened(project, contents, Vec::new(), false, notice));
    }
    let dataset = match read {
        Some(dataset) => dataset,
        // What was said fits no more where the file was made anew in another way.
        None => Dataset::open_as(path, said_before(path, places).unwrap_or_default())
            .or_else(|_| Dataset::open(path))
            .map_err(|e| text(&e))?,
    };
    let at = places.project_of(path);
    let mut project = Project::open(&at).or_else(|e| start_over(&at, &e))?;
    let mut notice = None;
    // The dataset that was just read, as a project begins with it.
    let as_read = |kept| {
        let dataset = Dataset { problems: Vec::new(), ..dataset.clone() };
        Contents { dataset, history: History::default(), kept }
    };
    if !project.is_empty().map_err(|e| text(&e))? {
        if project.holds(&dataset).map_err(|e| text(&e))? {
            if let (false, Ok(Some(kept))) = (project.is_read_only(), project.untouched()) {
                return Ok(opened(project, as_read(kept), dataset.problems.clone(), false, None));
            }
            drop(project);
            let (mut project, mut contents, notice) = open_project(&at)?;
            let held = &mut contents.dataset.corpus;
            project.adopt_classes(|| Some(dataset.corpus.clone()), held).map_err(|e| text(&e))?;
            return Ok(opened(project, contents, dataset.problems, false, notice));
        }
        if project.is_read_only() {
            return Err(format!(
                "{}: it has changed, and another window has its labels open; close that one first",
                path.display()
            ));
        }
        // Another program wrote the source: the old work stays in its own file, a new project begins.
        drop(project);
        let old = set_aside(&at, "before")?;
        let what = format!(
            "{} has changed since it was last open. The labels made before are kept in {}.",
            path.display(),
            old.display()
        );
        notice = Some(("The source has changed", what));
        project = Project::open(&at).map_err(|e| text(&e))?;
    }
    if project.is_read_only() {
        return Err(format!("{}: another window is just opening it; try again in a moment", path.display()));
    }
    let contents = as_read(project.kept().map_err(|e| e.to_string())?);
    Ok(opened(project, contents, dataset.problems, true, notice))
}

/// A project with what is in it. Of a damaged one comes what can be read, in a new file; the old one is kept.
fn open_project(at: &Path) -> Result<(Project, Contents, Notice), String> {
    let text = |e: StoreError| e.to_string();
    let project = Project::open(at).map_err(text)?;
    let damage = match project.read() {
        Ok(contents) => {
            let why = "Another window has this project open. What is changed there shows here when it is opened again.";
            let notice = project.is_read_only().then(|| ("Read only", why.to_owned()));
            return Ok((project, contents, notice));
        }
        Err(damage) if project.is_read_only() => return Err(damage.to_string()),
        Err(damage) => damage,
    };
    let (contents, lost) = project.salvage().map_err(|_| damage.to_string())?;
    drop(project);
    let old = set_aside(at, "damaged")?;
    let mut project = Project::open(at).map_err(text)?;
    project.fill(&contents.dataset, Filled::Salvaged, &|_, _| true).map_err(text)?;
    for run in &contents.kept.runs {
        project.add_run(run).map_err(text)?;
    }
    for view in &contents.kept.views {
        project.keep_view(&view.name, Some(&view.query)).map_err(text)?;
    }
    for snapshot in &contents.kept.snapshots {
        project.keep_snapshot(snapshot).map_err(text)?;
    }
    if let Some(overlaps) = contents.kept.overlaps {
        project.set("overlaps", &overlaps.to_string()).map_err(text)?;
    }
    project.set("guidelines", &contents.kept.guidelines).map_err(text)?;
    let counts = contents.dataset.corpus.counts(None);
    let notice = format!(
        "The project file was damaged. {} sentences with {} spans could be read; gone are: {}. The damaged file is kept as {}.",
        counts.sentences,
        counts.labels.iter().sum::<usize>(),
        lost.join(", "),
        old.display()
    );
    Ok((project, contents, Some(("The project was damaged", notice))))
}

/// A new project in place of a file that is none any more; the dataset itself lies elsewhere.
fn start_over(at: &Path, error: &StoreError) -> Result<Project, String> {
    if !matches!(error, StoreError::Sqlite { .. }) || !at.is_file() {
        return Err(error.to_string());
    }
    let old = set_aside(at, "damaged")?;
    log::error!("{error}; it is kept as {}", old.display());
    Project::open(at).map_err(|e| e.to_string())
}

/// Renames a project file to the first free name of the form `name-before-1.tagwright`.
fn set_aside(at: &Path, why: &str) -> Result<PathBuf, String> {
    let stem = at.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1..).map(|n| at.with_file_name(format!("{stem}-{why}-{n}.tagwright"))).find(|p| !p.exists());
    let to = free.unwrap_or_else(|| at.with_extension("old"));
    disk::rename(at, &to).map_err(|e| e.to_string())?;
    // What SQLite had not taken into the file yet belongs to it, and would be taken into the next one.
    for ending in ["-wal", "-shm"] {
        let from = disk::with_ending(at, ending);
        if from.is_file() {
            disk::rename(&from, &disk::with_ending(&to, ending)).map_err(|e| e.to_string())?;
        }
    }
    Ok(to)
}

/// Writes back every source whose spans have changed. All are prepared before the first is written.
fn save(files: &mut [SourceFile], corpus: &Corpus, anew: bool) -> Result<(), String> {
    let mut prepared = Vec::new();
    for (number, file) in files.iter().enumerate() {
        prepared.push(source::rewritten(file, number as u32, corpus, anew).map_err(|e| e.to_string())?);
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
        source::rewritten(file, number as u32, corpus, false).unwrap_or_else(|_| {
            let split: Option<Split> = (files.len() > 1).then_some(file.split);
            let anew = |write: Write| match write {
                Write::Whole(write) => Some(write(corpus, split, file.found.scheme)),
                Write::EachDocument(write, _) => {
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
