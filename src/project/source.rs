//! Opens datasets at their paths: one file, or a directory whose file names indicate the splits.

use super::dataset_files::{self, DataFile, DatasetFiles};
use crate::corpus::scheme::Scheme;
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, InvalidTag, Split};
use crate::disk;
use crate::failure::{Failure, FailureKind};
use crate::format::budget::Budget;
use crate::format::{self, Notes, Problem, ReadOptions, ReadReport, RewriteContext, SourceInput, compression};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Source file of documents.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFile {
    /// Path of the file.
    pub path: PathBuf,
    /// Split of its documents.
    pub split: Split,
    /// Report of reading it.
    pub report: ReadReport,
    /// Read options set by the user.
    pub options: ReadOptions,
    /// SHA-256 of its bytes when they were read, to detect changes.
    pub hash: String,
}

/// Problem with its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProblem {
    /// Path of the file.
    pub file: PathBuf,
    /// Position and description.
    pub problem: Problem,
}

impl std::fmt::Display for SourceProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

/// Corpus with its sources.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Documents and labels.
    pub corpus: Corpus,
    /// Source files, by source index.
    pub files: Vec<SourceFile>,
    /// Problems of the files. The documents are read nevertheless.
    pub problems: Vec<SourceProblem>,
}

/// Error of opening or rewriting a dataset.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Error of the file system.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// The content is not a dataset.
    #[error("{path}: {problem}", path = path.display())]
    Content {
        /// Path of the file or directory.
        path: PathBuf,
        /// Position, cause and a proposed action.
        problem: Problem,
    },
    /// The file has changed since it was opened.
    #[error("{path}: modified by another program since it was opened; save a copy or reopen it", path = .0.display())]
    Changed(PathBuf),
}

impl SourceError {
    fn content(path: &Path, problem: Problem) -> Self {
        Self::Content { path: path.to_owned(), problem }
    }

    /// Returns the message without the path.
    fn reason(&self) -> String {
        match self {
            Self::Disk(error) => error.reason.clone(),
            Self::Content { problem, .. } => problem.to_string(),
            Self::Changed(_) => "modified by another program since it was opened".into(),
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let kind = match &error {
            SourceError::Disk(error) => error.kind,
            SourceError::Content { problem, .. } => problem.kind,
            SourceError::Changed(_) => FailureKind::Conflict,
        };
        Self::new(kind, error.to_string())
    }
}

/// Returns the SHA-256 of bytes, in hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

impl Dataset {
    /// Opens a file, or a directory as one corpus (see `project::dataset_files`). Data files that are not read are
    /// reported as problems.
    ///
    /// # Errors
    /// Returns an error with the file, the position and a proposed action if nothing can be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Self::open_with(path, ReadOptions::default())
    }

    /// Opens a dataset like [`Dataset::open`], with read options of the user.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`Dataset::open`].
    pub fn open_with(path: &Path, choices: ReadOptions) -> Result<Self, SourceError> {
        let name = path.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
        if !path.is_dir() {
            let path = brat_annotation_path(path);
            let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let mut dataset = Self { corpus: Corpus { name, ..Corpus::default() }, ..Self::default() };
            dataset.add(&path, Split::from_file_name(&file_name).unwrap_or_default(), choices)?;
            dataset.finish();
            return Ok(dataset);
        }
        let DatasetFiles { files, skipped: left } = dataset_files::find(path)?;
        if files.is_empty() {
            let reason = "no dataset files in this directory; open a single file or name the files train, dev and test";
            return Err(SourceError::content(path, Problem::at(0, 0, reason)));
        }
        let mut dataset = Self { corpus: Corpus { name, ..Corpus::default() }, ..Self::default() };
        let mut first_error = None;
        for DataFile { path: file, split, class } in &files {
            let first = dataset.corpus.documents.len();
            // Texts in class directories can have names without an extension.
            let is_bare = class.is_some() && file.extension().is_none();
            let format = choices.format.or_else(|| is_bare.then_some(format::TEXT));
            let read = dataset.add(file, *split, ReadOptions { format, ..choices });
            dataset.set_class(first, class.as_deref());
            if let Err(e) = read {
                // One invalid file of a directory does not prevent reading the others.
                let problem = Problem::at(0, 0, format!("not read: {}", e.reason()));
                dataset.problems.push(SourceProblem { file: file.clone(), problem });
                first_error.get_or_insert(e);
            }
        }
        if let (true, Some(error)) = (dataset.files.is_empty(), first_error) {
            return Err(error);
        }
        for (file, reason) in left {
            dataset.problems.push(SourceProblem { file, problem: Problem::at(0, 0, format!("not read: {reason}")) });
        }
        dataset.finish();
        Ok(dataset)
    }

    /// Opens these files as one corpus, each with its split.
    ///
    /// # Errors
    /// Returns an error if one of them cannot be read.
    pub fn open_files(name: &str, files: &[(PathBuf, Split)]) -> Result<Self, SourceError> {
        let mut dataset = Self { corpus: Corpus { name: name.to_owned(), ..Corpus::default() }, ..Self::default() };
        for (path, split) in files {
            dataset.add(path, *split, ReadOptions::default())?;
        }
        dataset.finish();
        Ok(dataset)
    }

    /// Returns a dataset of files in memory, for example the bundled sample.
    ///
    /// # Errors
    /// Returns an error if one of them cannot be read.
    pub fn from_bytes(name: &str, files: &[(&str, &[u8], Split)]) -> Result<Self, SourceError> {
        let mut dataset = Self { corpus: Corpus { name: name.to_owned(), ..Corpus::default() }, ..Self::default() };
        for (path, bytes, split) in files {
            dataset.add_bytes(Path::new(path), bytes, *split, ReadOptions::default())?;
        }
        dataset.finish();
        Ok(dataset)
    }

    fn add(&mut self, path: &Path, split: Split, choices: ReadOptions) -> Result<(), SourceError> {
        let look = |beginning: &[u8], _| match choices.encoding {
            Some(_) => Ok(()),
            None => format::check_beginning(beginning),
        };
        let bytes = disk::read_if(path, budget(choices).file(), look)?;
        self.add_bytes(path, &bytes, split, choices)
    }

    fn add_bytes(&mut self, path: &Path, bytes: &[u8], split: Split, choices: ReadOptions) -> Result<(), SourceError> {
        let fail = |problem| SourceError::content(path, problem);
        let hash = fingerprint(bytes);
        let outer = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let budget = budget(choices);
        let compression::Decompressed { name, bytes, note } =
            compression::decompress(&outer, bytes, budget).map_err(fail)?;
        self.problems
            .extend(note.map(|note| SourceProblem { file: path.to_owned(), problem: Problem::at(0, 0, note) }));
        let file = to_u32(self.files.len());
        let siblings = |name: &str| read_sibling(path, name);
        let source = SourceInput {
            bytes: &bytes,
            name: &name,
            split,
            source_id: file,
            read_sibling: &siblings,
            options: choices,
            budget,
        };
        let first = self.corpus.documents.len();
        let found = format::read(&source, &mut self.corpus).map_err(fail)?;
        self.name_document(first, path);
        self.problems
            .extend(found.problems.iter().map(|p| SourceProblem { file: path.to_owned(), problem: p.clone() }));
        self.files.push(SourceFile { path: path.to_owned(), split, report: found, options: choices, hash });
        Ok(())
    }

    /// Sets the name of the only document of a file to the file name, unless it has a name.
    fn name_document(&mut self, first: usize, path: &Path) {
        if let [document] = &mut self.corpus.documents[first..]
            && document.name.is_empty()
        {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Arc::make_mut(document).name = name.into_owned();
        }
    }

    /// Sets the label of the documents from this index on, if their directory names a class.
    fn set_class(&mut self, first: usize, class: Option<&str>) {
        let Some(class) = class else { return };
        let class = self.corpus.intern_doc_label(class);
        for document in &mut self.corpus.documents[first..] {
            Arc::make_mut(document).doc_labels = vec![class];
        }
    }

    /// Sorts the labels in the order of CoNLL-2003, after all files have been read.
    fn finish(&mut self) {
        self.corpus.scheme = common_scheme(&self.files);
        let new_id = self.corpus.labels.sort_conll_first();
        if new_id.iter().enumerate().all(|(old, new)| old == usize::from(*new)) {
            return;
        }
        for document in &mut self.corpus.documents {
            for span in &mut Arc::make_mut(document).spans {
                span.label = new_id[usize::from(span.label)];
            }
        }
    }

    /// Returns the notes of all files.
    pub fn notes(&self) -> Notes {
        let mut notes = Notes::default();
        self.files.iter().for_each(|file| notes.merge(&file.report.notes));
        notes
    }

    /// Returns the schemes of the files without consecutive duplicates. Formats of texts have no scheme.
    pub fn distinct_schemes(&self) -> Vec<Scheme> {
        let words = self.files.iter().filter(|f| !f.report.format.capabilities.original_text);
        let mut schemes: Vec<Scheme> = words.map(|f| f.report.scheme).collect();
        schemes.dedup();
        schemes
    }
}

/// Returns the bytes of a source file with the current spans. Unchanged sentences stay byte for byte, unless all tags
/// are written again.
///
/// # Errors
/// Returns an error if the file cannot be read or has changed since it was opened.
pub fn rewrite(file: &SourceFile, number: u32, corpus: &Corpus, anew: bool) -> Result<Vec<u8>, SourceError> {
    let bytes = read_if_unchanged(file)?;
    rewrite_bytes(&bytes, file, number, corpus, anew).map_err(|problem| SourceError::content(&file.path, problem))
}

/// Returns the companion files of a source in the same directory, by name: the text of an annotation, the names of
/// numbered tags. They are the existing files that its reader requests.
///
/// # Errors
/// Returns an error if the source has changed since it was opened.
pub fn companions(file: &SourceFile) -> Result<Vec<(String, Vec<u8>)>, SourceError> {
    let fail = |problem| SourceError::content(&file.path, problem);
    let bytes = read_if_unchanged(file)?;
    let outer = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let budget = budget(file.options);
    let compression::Decompressed { name, bytes, .. } =
        compression::decompress(&outer, &bytes, budget).map_err(fail)?;
    let asked = std::cell::RefCell::new(Vec::new());
    let recorded = |name: &str| {
        let found = read_sibling(&file.path, name)?;
        asked.borrow_mut().push((name.to_owned(), found.clone()));
        Some(found)
    };
    let source = SourceInput {
        bytes: &bytes,
        name: &name,
        split: file.split,
        source_id: 0,
        read_sibling: &recorded,
        options: file.options,
        budget,
    };
    format::read(&source, &mut Corpus::default()).map_err(fail)?;
    let mut companions = asked.into_inner();
    companions.sort();
    companions.dedup();
    Ok(companions)
}

/// Returns the invalid tags of a source by reading it again. Empty if the source has changed since it was opened.
pub fn invalid_tags(file: &SourceFile) -> Vec<InvalidTag> {
    let Some(bytes) = read_if_unchanged(file).ok().filter(|_| !file.report.format.capabilities.original_text) else {
        return Vec::new();
    };
    let mut fresh = Dataset::default();
    match fresh.add_bytes(&file.path, &bytes, file.split, file.options) {
        Ok(()) => fresh.files.remove(0).report.invalid_tags,
        Err(_) => Vec::new(),
    }
}

/// Returns the bytes of a source file, unless it has changed since it was opened.
pub(super) fn read_if_unchanged(file: &SourceFile) -> Result<Vec<u8>, SourceError> {
    let bytes = disk::read(&file.path)?;
    if fingerprint(&bytes) != file.hash {
        return Err(SourceError::Changed(file.path.clone()));
    }
    Ok(bytes)
}

/// Rewrites these bytes of a source like [`rewrite`], with the same option to write all tags again.
///
/// # Errors
/// Returns an error if the bytes have changed, or if the format cannot represent the labels.
pub fn rewrite_bytes(
    bytes: &[u8],
    file: &SourceFile,
    number: u32,
    corpus: &Corpus,
    anew: bool,
) -> Result<Vec<u8>, Problem> {
    let format = file.report.format;
    let kind = if compression::is_compressed(bytes) { "compressed" } else { format.name };
    let Some(rewrite) = format.rewrite.filter(|_| kind == format.name) else {
        let has_spans = corpus.documents.iter().any(|d| d.source_id == number && !d.spans.is_empty());
        let had_none = || {
            let mut fresh = Dataset::default();
            let read = fresh.add_bytes(&file.path, bytes, file.split, file.options).is_ok();
            read && fresh.corpus.documents.iter().all(|d| d.spans.is_empty())
        };
        let reason = format!("{kind} files cannot be saved in place; save a copy in another format");
        return if has_spans || !had_none() { Err(Problem::at(0, 0, reason)) } else { Ok(bytes.to_vec()) };
    };
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let siblings = |name: &str| read_sibling(&file.path, name);
    // The unit is detected again, because the records of one file can have several.
    let choices = file.options;
    let budget = budget(choices);
    let source = SourceInput {
        bytes,
        name: &name,
        split: file.split,
        source_id: number,
        read_sibling: &siblings,
        options: choices,
        budget,
    };
    rewrite(&source, &RewriteContext { corpus, source_id: number, scheme: file.report.scheme, rewrite_all: anew })
}

/// Returns the memory budget: a share of the currently free memory.
fn budget(choices: ReadOptions) -> Budget {
    Budget::for_free_memory(disk::free_memory()).with_allow_large(choices.allow_large)
}

/// Returns the scheme of the sources. Formats of texts have no scheme.
pub(super) fn common_scheme(files: &[SourceFile]) -> Option<Scheme> {
    files.first().filter(|f| !f.report.format.capabilities.original_text).map(|f| f.report.scheme)
}

/// Returns a file of the same directory; `None` if it does not exist or cannot be read.
fn read_sibling(path: &Path, name: &str) -> Option<Vec<u8>> {
    let path = path.with_file_name(name);
    // A text can be large; files with label names are small.
    let is_text = name.ends_with(".txt") && name != "labels.txt";
    let read = if is_text { disk::read } else { disk::read_small };
    path.is_file().then(|| read(&path).ok()).flatten()
}

/// Returns the brat annotations next to a text that the user opens.
fn brat_annotation_path(path: &Path) -> PathBuf {
    let is_text = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt"));
    let siblings = format::BRAT.extensions.iter().map(|extension| path.with_extension(extension));
    let annotations = siblings.filter(|_| is_text).find(|path| path.is_file());
    annotations.unwrap_or_else(|| path.to_owned())
}
