//! Opens a dataset together with its project.
//!
//! Nothing is moved or replaced without a decision of the user. A source that another program changed is a separate
//! result. Only a file that SQLite reports as damaged is moved aside, with a notice.
//!
//! A project without any edits is not loaded; the dataset is read from its source instead, which is faster. A
//! project with an unknown format or edit is opened read-only.

use super::app_dirs::AppDirs;
use super::label_maps::LabelMaps;
use super::moved;
use super::place::Place;
use super::project_file::{ImportOrigin, Project, ProjectError};
use super::source::{Dataset, SourceError};
use super::{ProjectData, ProjectExtras};
use crate::corpus::History;
use crate::corpus::carry_over::{CarryOver, carry_over};
use crate::disk::{self, Lock};
use crate::failure::{Failure, FailureKind};
use crate::format::{self, ReadOptions};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Optional notice for the user: title and sentence.
pub type Notice = Option<(&'static str, String)>;

/// Opened dataset with its project.
pub struct Opened {
    /// Resolved path of the dataset, or of the project if it was opened directly.
    pub path: PathBuf,
    /// Documents, labels, sources, problems.
    pub dataset: Dataset,
    /// Undo and redo history, including earlier sessions.
    pub history: History,
    /// Runs, saved searches, snapshots and settings.
    pub extras: ProjectExtras,
    /// Highest number of an existing run directory.
    pub highest_run: usize,
    /// Project file, to be passed to a [`ProjectWriter`](super::ProjectWriter).
    pub project: Project,
    /// True if the project is still empty and must import the dataset.
    pub is_new: bool,
    /// Notice for the user.
    pub notice: Notice,
}

/// Dataset whose source differs from the source of its project.
#[derive(Clone, Debug)]
pub struct SourceChange {
    /// Path of the dataset.
    pub path: PathBuf,
    /// Path of the project.
    pub project: PathBuf,
    /// Current content of the source.
    pub dataset: Dataset,
    /// Labels of the project for the unchanged sentences of the source.
    pub carried: CarryOver,
    /// Number of applied edits in the project.
    pub edits: usize,
}

/// Result of opening a dataset.
pub enum Opening {
    /// The dataset is open.
    Opened(Box<Opened>),
    /// The source has changed, and the user must decide.
    Changed(Box<SourceChange>),
}

/// Decision of the user about a source that another program changed. If the source is read again, the previous project
/// is kept in a separate file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceDecision {
    /// Keeps the labels of the project for unchanged sentences. All others are read from the source.
    KeepLabels,
    /// Opens the project unchanged, for comparison with the source.
    Compare,
    /// Reads everything from the source.
    Reimport,
}

/// Returns the stored read options of a dataset; `None` without a project.
pub fn stored_options(path: &Path, places: &AppDirs) -> Option<ReadOptions> {
    let at = places.project_path(path);
    at.is_file().then(|| Project::open(&at).ok()?.read_options().ok().flatten()).flatten()
}

/// Opens a project file, or a dataset, which can already be read.
///
/// # Errors
/// Returns a message with the file and a proposed action.
pub fn open(path: &Path, places: &AppDirs, read: Option<Dataset>) -> Result<Opening, Failure> {
    places.prepare()?;
    let path = disk::resolve(path);
    if path.extension().is_some_and(|e| e == "tagwright") {
        return open_file(&path, places).map(|o| Opening::Opened(Box::new(o)));
    }
    let mut at = places.project_path(&path);
    let dataset = match read {
        Some(dataset) => dataset,
        // The stored options can be wrong for a file that was created again in another form.
        None => match Dataset::open_with(&path, stored_options(&path, places).unwrap_or_default())
            .or_else(|_| Dataset::open(&path))
        {
            Ok(dataset) => dataset,
            Err(SourceError::Disk(e)) if !path.exists() && at.is_file() => {
                return without_source(&path, &at, places, e);
            }
            Err(e) => return Err(e.into()),
        },
    };
    let mut notice = None;
    let moved = if at.exists() { None } else { moved::find(places, &dataset) };
    if let Some(moved) = &moved {
        at = rename_for_new_path(&moved.project, at)?;
    }
    let mut project = match Project::open(&at) {
        Ok(project) => project,
        Err(e) if e.is_damage() => {
            let old = move_aside(&at, "damaged")?;
            let what = format!(
                "{e}. The project file is kept as {}, and the dataset was read from its source.",
                old.display()
            );
            notice = Some(("Project could not be read", what));
            Project::open(&at)?
        }
        Err(e) => {
            let message = format!("{e}; its labels are safe, try again when the cause is fixed");
            return Err(Failure::new(e.kind(), message));
        }
    };
    if let Some(from) = moved.and_then(|m| m.from).filter(|_| !project.is_read_only()) {
        project.move_sources(dataset.files.iter().map(|f| f.path.clone()))?;
        let what = format!("Its labels are those of its previous location {}.", from.display());
        notice = Some(("Dataset was moved", what));
    }
    if project.is_empty()? {
        if project.is_read_only() {
            return Err(in_use(&path, "being opened in another window; try again in a moment"));
        }
        let kept = project.load_extras()?;
        return Ok(Opening::Opened(Box::new(fresh(path, places, project, dataset, kept, notice))));
    }
    if !project.recognizes(&dataset)? {
        if project.is_read_only() {
            let reason = "modified, and its labels are open in another window; close that window first";
            return Err(in_use(&path, reason));
        }
        let (project, contents, _) = read_project(project)?;
        return Ok(changed(path, &project, dataset, &contents));
    }
    let stated = project.read_options()?;
    let as_said = stated == dataset.files.first().map(|f| f.options);
    if let (false, true, Ok(Some(kept))) =
        (project.is_read_only(), as_said && !has_texts_beside(&dataset), project.load_if_unmodified())
    {
        project.update_sources(&dataset.files)?;
        let opened = fresh(path, places, project, dataset, kept, notice);
        return Ok(Opening::Opened(Box::new(Opened { is_new: false, ..opened })));
    }
    let (mut project, mut contents, reported) = read_project(project)?;
    if has_texts_beside(&dataset) && !project.is_read_only() && !same_texts(&contents.dataset, &dataset) {
        return Ok(changed(path, &project, dataset, &contents));
    }
    let held = &mut contents.dataset.corpus;
    project.backfill(|| Some(dataset.corpus.clone()), held)?;
    // The current paths are used, because the dataset can have moved.
    for (held, now) in contents.dataset.files.iter_mut().zip(dataset.files) {
        (held.path, held.hash) = (now.path, now.hash);
    }
    if !project.is_read_only() {
        project.update_sources(&contents.dataset.files)?;
    }
    contents.dataset.problems = dataset.problems;
    Ok(Opening::Opened(Box::new(opened(path, places, project, contents, reported.or(notice)))))
}

/// Renames the project of a moved dataset for its new path. A new dataset at the old path then gets its own project. A
/// project that is open in another window keeps its name.
fn rename_for_new_path(from: &Path, to: PathBuf) -> Result<PathBuf, Failure> {
    let lock_path = disk::append_suffix(from, "-lock");
    // A project whose run is in progress is open in this process.
    if Lock::is_held_here(&lock_path) {
        return Ok(from.to_owned());
    }
    let lock = Lock::try_acquire(&lock_path)?;
    if lock.is_none() {
        return Ok(from.to_owned());
    }
    rename_project(from, &to)?;
    Ok(to)
}

/// Returns the failure of a file that another window uses, or that another program has changed.
fn in_use(path: &Path, reason: &str) -> Failure {
    Failure::new(FailureKind::Conflict, format!("{}: {reason}", path.display()))
}

/// Returns the question about the labels of a project for the changed dataset.
fn changed(path: PathBuf, project: &Project, dataset: Dataset, contents: &ProjectData) -> Opening {
    let carried = carry_over(&contents.dataset.corpus, &dataset.corpus);
    let (project, edits) = (project.path().to_owned(), contents.history.position());
    Opening::Changed(Box::new(SourceChange { path, project, dataset, carried, edits }))
}

/// True if the texts are in files next to the sources. The hashes of the sources do not cover them.
fn has_texts_beside(dataset: &Dataset) -> bool {
    dataset.files.iter().any(|f| f.report.format == format::BRAT)
}

/// True if two readings of a dataset have the same texts.
fn same_texts(a: &Dataset, b: &Dataset) -> bool {
    let texts = |dataset: &Dataset| -> Vec<(u32, u32, String)> {
        dataset.corpus.documents.iter().map(|d| (d.source_id, d.source_index, d.text.clone())).collect()
    };
    texts(a) == texts(b)
}

/// Opens a changed dataset according to the decision of the user.
///
/// # Errors
/// Returns an error under the conditions of [`open`].
pub fn decide(changed: SourceChange, decision: SourceDecision, places: &AppDirs) -> Result<Opened, Failure> {
    if decision == SourceDecision::Compare {
        return open_file(&changed.project, places);
    }
    let SourceChange { path, project: at, mut dataset, .. } = changed;
    if Lock::is_held_here(&disk::append_suffix(&at, "-lock")) {
        return Err(in_use(&path, "its project is in use; try again in a moment"));
    }
    let before = Project::open(&at)?;
    if before.is_read_only() {
        return Err(in_use(&path, "its labels are open in another window; close that window first"));
    }
    let ProjectData { dataset: held, extras: kept, .. } = before.read()?;
    drop(before);
    // Computed again, because labels can have changed since the question.
    let carried = carry_over(&held.corpus, &dataset.corpus);
    let edit = carried.edit.filter(|_| decision == SourceDecision::KeepLabels);
    let mut history = History::default();
    let filled = Dataset { problems: Vec::new(), ..dataset.clone() };
    if let Some(edit) = edit {
        dataset.corpus.agents = carried.agents;
        if !history.apply(edit, &mut dataset.corpus) {
            return Err(in_use(&path, "the labels do not match the file; compare instead"));
        }
    }
    let proposers = json!(dataset.corpus.agents).to_string();
    let (project, old) = replace_project(&at, "before", |project| {
        project.import(&filled, ImportOrigin::FromSource, &|_, _| true)?;
        project.set_meta("proposers", &proposers)?;
        if let Some(edit) = history.next_undo() {
            project.commit(edit, true, history.position())?;
        }
        // Snapshots refer to documents by index, and the indices have changed.
        copy_extras(project, &ProjectExtras { snapshots: Vec::new(), ..kept })
    })?;
    let what = format!("The previous labels are kept in {}.", old.display());
    let kept = project.load_extras()?;
    let contents = ProjectData { dataset, history, extras: kept, unknown: None };
    Ok(opened(path, places, project, contents, Some(("Source was read again", what))))
}

/// Opens a project file by its own path.
fn open_file(path: &Path, places: &AppDirs) -> Result<Opened, Failure> {
    if !path.is_file() {
        return Err(Failure::new(FailureKind::NotFound, format!("{}: project not found", path.display())));
    }
    let project = Project::open(path)?;
    let (mut project, mut contents, notice) = read_project(project)?;
    let sources: Vec<_> = contents.dataset.files.iter().map(|f| (f.path.clone(), f.split)).collect();
    let held = &mut contents.dataset.corpus;
    project.backfill(|| Dataset::open_files("", &sources).ok().map(|d| d.corpus), held)?;
    Ok(opened(path.to_owned(), places, project, contents, notice))
}

/// Opens the project of a missing source.
fn without_source(path: &Path, at: &Path, places: &AppDirs, error: disk::DiskError) -> Result<Opening, Failure> {
    let Ok(project) = Project::open(at) else { return Err(error.into()) };
    if project.is_empty()? {
        return Err(error.into());
    }
    let (project, contents, reported) = read_project(project)?;
    let what = format!(
        "{} was not found. Its texts and labels are in the project; export them or save a copy.",
        path.display()
    );
    let opened = opened(path.to_owned(), places, project, contents, reported.or(Some(("Source file not found", what))));
    Ok(Opening::Opened(Box::new(opened)))
}

fn opened(path: PathBuf, places: &AppDirs, project: Project, contents: ProjectData, notice: Notice) -> Opened {
    let ProjectData { dataset, history, extras: kept, .. } = contents;
    let highest_run = places.max_run_number(project.path());
    Opened { path, dataset, history, extras: kept, highest_run, project, is_new: false, notice }
}

/// Returns a dataset that was just read, with an empty project.
fn fresh(
    path: PathBuf,
    places: &AppDirs,
    project: Project,
    dataset: Dataset,
    kept: ProjectExtras,
    notice: Notice,
) -> Opened {
    let contents = ProjectData { dataset, history: History::default(), extras: kept, unknown: None };
    Opened { is_new: true, ..opened(path, places, project, contents, notice) }
}

/// Reads a project. The readable content of a damaged one is written to a new file, and the old file is kept.
fn read_project(mut project: Project) -> Result<(Project, ProjectData, Notice), Failure> {
    let damage = match project.read() {
        Ok(contents) => {
            let notice = if let Some(unknown) = &contents.unknown {
                project.forbid_writing(unknown.clone());
                let what = format!(
                    "{}: {unknown}. It was created by a newer version or is damaged; \
                         export the labels or open it in that version.",
                    project.path().display()
                );
                Some(("Read-only", what))
            } else {
                let reason =
                    "The project is open in another window. Its changes are visible here when it is opened again.";
                project.is_read_only().then(|| ("Read-only", reason.to_owned()))
            };
            return Ok((project, contents, notice));
        }
        Err(damage) if project.is_read_only() => return Err(damage.into()),
        // Other errors of SQLite (a busy file, a broken connection) can be temporary.
        Err(other @ ProjectError::Sqlite { .. }) if !other.is_damage() => return Err(other.into()),
        Err(damage) => damage,
    };
    let Ok((contents, lost)) = project.recover() else { return Err(damage.into()) };
    let at = project.path().to_owned();
    drop(project);
    let (project, old) = replace_project(&at, "damaged", |project| {
        project.import(&contents.dataset, ImportOrigin::Salvaged, &|_, _| true)?;
        copy_extras(project, &contents.extras)
    })?;
    let counts = contents.dataset.corpus.counts(None);
    let notice = format!(
        "The project file was damaged. {} sentences with {} spans were recovered; lost: {}. \
         The damaged file is kept as {}.",
        counts.sentences,
        counts.labels.iter().sum::<usize>(),
        lost.join(", "),
        old.display()
    );
    Ok((project, contents, Some(("Project was damaged", notice))))
}

/// Replaces a project by a new one. The new project is built next to the old one first, so a full disk or a crash
/// leaves the old one unchanged.
///
/// Returns the new project and the path of the old one.
fn replace_project(
    at: &Path,
    reason: &str,
    build: impl FnOnce(&mut Project) -> Result<(), ProjectError>,
) -> Result<(Project, PathBuf), Failure> {
    let lock = Lock::try_acquire(&disk::append_suffix(at, "-lock"))?;
    let Some(_lock) = lock else {
        return Err(in_use(at, "open in another window; close that window first"));
    };
    let stem = at.file_stem().unwrap_or_default().to_string_lossy();
    let siblings = at.with_file_name(format!("{stem}-next.tagwright"));
    let remove = || {
        ["", "-wal", "-shm", "-lock"]
            .iter()
            .try_for_each(|ending| disk::remove(&disk::append_suffix(&siblings, ending)))
    };
    remove()?;
    let mut project = Project::open(&siblings)?;
    let built = build(&mut project);
    drop(project);
    if let Err(e) = built {
        remove()?;
        return Err(e.into());
    }
    let old = move_aside(at, reason)?;
    if let Err(e) = disk::rename(&siblings, at) {
        disk::rename(&old, at)?;
        return Err(e.into());
    }
    remove()?;
    Ok((Project::open(at)?, old))
}

/// Copies runs, saved searches, snapshots and settings to another project.
pub(super) fn copy_extras(project: &mut Project, kept: &ProjectExtras) -> Result<(), ProjectError> {
    kept.runs.iter().try_for_each(|run| project.upsert_run(run))?;
    kept.views.iter().try_for_each(|view| project.save_search(&view.name, Some(&view.query)))?;
    kept.snapshots.iter().try_for_each(|snapshot| project.save_snapshot(snapshot))?;
    if let Some(overlaps) = kept.allow_overlaps {
        project.set_meta("overlaps", &overlaps.to_string())?;
    }
    if !kept.work_time.is_empty() {
        project.set_meta("worked", &kept.work_time)?;
    }
    project.set_meta("selection_unit", kept.selection_unit.id())?;
    project.set_meta(LabelMaps::KEY, &kept.label_maps.to_json())?;
    project.set_meta(Place::KEY, &kept.place.to_json())?;
    project.set_meta("guidelines", &kept.guidelines)
}

/// Renames a project file to the first free name of the form `name-before-1.tagwright`.
fn move_aside(at: &Path, reason: &str) -> Result<PathBuf, Failure> {
    let stem = at.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1..).map(|n| at.with_file_name(format!("{stem}-{reason}-{n}.tagwright"))).find(|p| !p.exists());
    let to = free.unwrap_or_else(|| at.with_extension("old"));
    rename_project(at, &to)?;
    Ok(to)
}

/// Renames a project file with its write-ahead log. SQLite would apply a remaining log to the next file with the old
/// name.
fn rename_project(from: &Path, to: &Path) -> Result<(), Failure> {
    for ending in ["", "-wal", "-shm"] {
        let file = disk::append_suffix(from, ending);
        if file.is_file() {
            disk::rename(&file, &disk::append_suffix(to, ending))?;
        }
    }
    Ok(())
}
