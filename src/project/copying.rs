//! Copy of the sources of a dataset with the current labels, under the same relative paths and with their companion
//! files.
//!
//! A copy has the format of its source, or it is refused. There is no fallback to another format.

use super::source::{self, SourceError, SourceFile};
use super::target::{self, Existing};
use crate::corpus::{Corpus, Document};
use crate::disk;
use crate::failure::{Failure, FailureKind};
use crate::format::Writer;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Files of a copy: content by path relative to the directory of the copy.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Files that describe a whole directory. Readers search them by name.
const DIRECTORY_FILES: [&str; 7] = [
    "README.md",
    "dataset_info.json",
    "labels.txt",
    "annotation.conf",
    "visual.conf",
    "tools.conf",
    "kb_shortcuts.conf",
];

/// Returns the reason if the sources cannot be copied with other labels: a format is read-only.
pub fn refusal(files: &[SourceFile]) -> Option<String> {
    let file = files.iter().find(|f| f.report.format.rewrite.is_none())?;
    let (name, path) = (file.report.format.name, file.path.display());
    Some(format!("{path}: {name} files cannot be written with labels; export to another format instead"))
}

/// Writes a copy. For one source it is the file `to`; for several sources it is a new directory `to` with the same
/// relative paths. `root` is the opened directory or file.
///
/// Returns messages about content that the copy lacks.
///
/// # Errors
/// Returns an error if a format is read-only, the copy would overwrite a source, or the disk fails. The same holds if
/// the target exists and must not be replaced.
pub fn copy(
    to: &Path,
    root: &Path,
    corpus: &Corpus,
    files: &[SourceFile],
    existing: Existing,
) -> Result<Vec<String>, Failure> {
    if let Some(reason) = refusal(files) {
        return Err(Failure::new(FailureKind::Settings, reason));
    }
    if files.len() > 1 && disk::resolve(to) == disk::resolve(root) {
        let advice = "save them or choose another directory";
        let message = format!("{}: is the directory of the sources; {advice}", to.display());
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    let mut notes = Vec::new();
    let mut copied = Files::new();
    let root = common_folder(root, files);
    for (number, file) in (0u32..).zip(files) {
        let is_inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_)));
        let Some(within) = file.path.strip_prefix(&root).ok().filter(|path| is_inside(path)) else {
            let message = format!("{}: is outside {}, so it cannot be copied", file.path.display(), root.display());
            return Err(Failure::new(FailureKind::Conflict, message));
        };
        for (path, bytes) in copy_source(file, number, corpus, within, &mut notes)? {
            add_file(&mut copied, path, bytes)?;
        }
    }
    if let [file] = files {
        return one_file(to, file, copied, existing).map(|()| notes);
    }
    for folder in folders_of(&copied) {
        for name in DIRECTORY_FILES {
            let (from, within) = (root.join(&folder).join(name), folder.join(name));
            if from.is_file() && !copied.contains_key(&within) {
                copied.insert(within, disk::read(&from)?);
            }
        }
    }
    target::check_folder(to, copied.keys().map(PathBuf::as_path), existing)?;
    let named = copied.into_iter().map(|(path, bytes)| Ok::<_, Failure>((path, bytes)));
    disk::write_dir(to, named)?;
    Ok(notes)
}

/// Returns the common directory of all sources: the opened directory if it contains them.
fn common_folder(root: &Path, files: &[SourceFile]) -> PathBuf {
    let root = disk::resolve(root);
    let holds = |folder: &Path| files.iter().all(|f| f.path.starts_with(folder));
    if root.is_dir() && holds(&root) {
        return root;
    }
    let first = files.first().map_or(root.as_path(), |f| f.path.as_path());
    first.ancestors().skip(1).find(|folder| holds(folder)).unwrap_or(&root).to_owned()
}

/// Returns one source with its companions, under their paths in the copy.
fn copy_source(
    file: &SourceFile,
    number: u32,
    corpus: &Corpus,
    within: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    match source::rewrite(file, number, corpus, false) {
        Ok(bytes) => {
            let companions = source::companions(file)?;
            let siblings = companions.into_iter().map(|(name, bytes)| (within.with_file_name(name), bytes));
            Ok(std::iter::once((within.to_owned(), bytes)).chain(siblings).collect())
        }
        // The source has changed or is missing, so the copy is written from the project.
        Err(SourceError::Changed(_) | SourceError::Disk(_)) => {
            let reason = "was written from the project, because its source was modified or removed";
            notes.push(format!("{} {reason}; it contains only texts and labels", within.display()));
            write_new(file, number, corpus, within)
        }
        Err(e) => Err(e.into()),
    }
}

/// Writes a source only from its documents, in its own format.
fn write_new(
    file: &SourceFile,
    number: u32,
    corpus: &Corpus,
    within: &Path,
) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let documents: Vec<Arc<Document>> = corpus.documents.iter().filter(|d| d.source_id == number).cloned().collect();
    let of_file = Corpus { documents, ..corpus.clone() };
    let refuse = || {
        let format = file.report.format.name;
        let message = format!("{}: {format} files cannot be written without their source", within.display());
        Failure::new(FailureKind::Settings, message)
    };
    match file.report.format.write.ok_or_else(refuse)? {
        Writer::SingleFile(write) => Ok(vec![(within.to_owned(), write(&of_file, None, file.report.scheme))]),
        Writer::PerDocument(write, _) => {
            let document = of_file.documents.first().ok_or_else(refuse)?;
            let files = write(&of_file, document).into_iter();
            Ok(files.map(|(ending, bytes)| (within.with_extension(ending), bytes)).collect())
        }
    }
}

/// Adds a file to the copy. Two sources must not have the same target, unless the contents are equal.
fn add_file(copied: &mut Files, path: PathBuf, bytes: Vec<u8>) -> Result<(), Failure> {
    match copied.get(&path) {
        Some(there) if *there != bytes => {
            let message = format!("two sources would be written to {}", path.display());
            Err(Failure::new(FailureKind::Conflict, message))
        }
        _ => {
            copied.insert(path, bytes);
            Ok(())
        }
    }
}

fn folders_of(copied: &Files) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = copied.keys().filter_map(|p| p.parent()).map(Path::to_owned).collect();
    folders.push(PathBuf::new());
    folders.sort();
    folders.dedup();
    folders
}

/// Writes the copy of one source: the file `to`, with its companions in the same directory.
fn one_file(to: &Path, file: &SourceFile, copied: Files, existing: Existing) -> Result<(), Failure> {
    if disk::resolve(to) == disk::resolve(&file.path) {
        let message = format!("{}: is the source itself; save it, or choose another name", to.display());
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    let own = name(&file.path);
    let stem = file.path.file_stem().unwrap_or_default();
    let place = |path: &Path| -> PathBuf {
        if name(path) == own {
            return to.to_owned();
        }
        // The text of `a.ann` is `a.txt`, so the text of `b.ann` is `b.txt`. Other companions keep their names.
        match path.extension().filter(|_| path.file_stem() == Some(stem)) {
            Some(ending) => to.with_extension(ending),
            None => to.with_file_name(name(path)),
        }
    };
    let placed: Vec<(PathBuf, Vec<u8>)> = copied.into_iter().map(|(path, bytes)| (place(&path), bytes)).collect();
    for (path, bytes) in placed.iter().filter(|(path, _)| path != to) {
        target::check_companion(path, bytes, existing)?;
    }
    Ok(placed.iter().try_for_each(|(path, bytes)| disk::write(path, bytes))?)
}
