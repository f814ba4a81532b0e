//! Opening datasets where they lie: one file, or a folder whose files' names tell the splits.

use crate::corpus::scheme::Scheme;
use crate::corpus::{Corpus, Labels, Split};
use crate::disk;
use crate::format::{self, Found, Problem};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that documents came from.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The split it was read as.
    pub split: Split,
    /// What was found in it.
    pub found: Found,
    /// SHA-256 of its bytes when they were read, to tell whether it has changed since.
    pub hash: String,
}

/// A problem and the file it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProblem {
    /// Which file.
    pub file: PathBuf,
    /// Where and what.
    pub problem: Problem,
}

impl std::fmt::Display for SourceProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

/// A corpus and its sources.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Documents and labels.
    pub corpus: Corpus,
    /// Source files by number.
    pub files: Vec<SourceFile>,
    /// What is wrong in them. The documents are there all the same.
    pub problems: Vec<SourceProblem>,
}

/// A dataset that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system's.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// A file is no dataset.
    #[error("{0}")]
    Format(String),
}

/// SHA-256 of some bytes, in hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

impl Dataset {
    /// Opens a file, or a folder as one corpus of the splits its files' names speak of (train; dev, valid, testa; test,
    /// testb). Other files of the folder are named among the problems.
    ///
    /// # Errors
    /// When nothing can be read: says which file, where in it, and what to do.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let name = path.file_stem().map_or_else(|| "dataset".into(), |n| n.to_string_lossy().into_owned());
        if !path.is_dir() {
            let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Self::open_files(
                &name,
                &[(path.to_owned(), Split::from_file_name(&file_name).unwrap_or_default())],
            );
        }
        let all = disk::list(path)?;
        let split_of = |p: &PathBuf| Split::from_file_name(&p.file_name()?.to_string_lossy());
        let mut files: Vec<(PathBuf, Split)> = all.iter().filter_map(|p| Some((p.clone(), split_of(p)?))).collect();
        if files.is_empty() {
            return Err(SourceError::Format(format!(
                "{}: no file of this folder names a split; name them train, dev and test, or open one file",
                path.display()
            )));
        }
        files.sort_by_key(|(p, split)| (*split, p.clone()));
        let mut dataset = Self { corpus: Corpus { name, ..Corpus::default() }, ..Self::default() };
        let mut first_error = None;
        for (file, split) in &files {
            if let Err(e) = dataset.add(file, *split) {
                // One bad file of a folder does not hide the good ones.
                let message = e.to_string();
                let told = message.strip_prefix(&format!("{}: ", file.display())).unwrap_or(&message);
                let problem = Problem::at(0, 0, format!("not read: {told}"));
                dataset.problems.push(SourceProblem { file: file.clone(), problem });
                first_error.get_or_insert(e);
            }
        }
        if let (true, Some(error)) = (dataset.files.is_empty(), first_error) {
            return Err(error);
        }
        dataset.finish();
        Ok(dataset)
    }

    /// Opens these files as one corpus, each as the split given.
    ///
    /// # Errors
    /// As [`Dataset::open`], for any of them.
    pub fn open_files(name: &str, files: &[(PathBuf, Split)]) -> Result<Self, SourceError> {
        let mut dataset = Self { corpus: Corpus { name: name.to_owned(), ..Corpus::default() }, ..Self::default() };
        for (path, split) in files {
            dataset.add(path, *split)?;
        }
        dataset.finish();
        Ok(dataset)
    }

    /// A corpus of files that are in memory: the bundled sample.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub fn from_bytes(name: &str, files: &[(&str, &[u8], Split)]) -> Result<Self, SourceError> {
        let mut dataset = Self { corpus: Corpus { name: name.to_owned(), ..Corpus::default() }, ..Self::default() };
        for (path, bytes, split) in files {
            dataset.add_bytes(Path::new(path), bytes, *split)?;
        }
        dataset.finish();
        Ok(dataset)
    }

    fn add(&mut self, path: &Path, split: Split) -> Result<(), SourceError> {
        let bytes = disk::read(path)?;
        self.add_bytes(path, &bytes, split)
    }

    fn add_bytes(&mut self, path: &Path, bytes: &[u8], split: Split) -> Result<(), SourceError> {
        let number = self.files.len() as u32;
        let found = format::read(bytes, split, number, &mut self.corpus)
            .map_err(|p| SourceError::Format(format!("{}: {p}", path.display())))?;
        self.problems
            .extend(found.problems.iter().map(|p| SourceProblem { file: path.to_owned(), problem: p.clone() }));
        self.files.push(SourceFile { path: path.to_owned(), split, found, hash: fingerprint(bytes) });
        Ok(())
    }

    /// Puts the labels into the book's order, once all files have been read.
    fn finish(&mut self) {
        self.corpus.scheme = self.files.first().map(|f| f.found.scheme);
        let new_id = self.corpus.labels.book_order();
        if new_id.iter().enumerate().all(|(old, new)| old == usize::from(*new)) {
            return;
        }
        for document in &mut self.corpus.documents {
            for span in &mut Arc::make_mut(document).spans {
                span.label = new_id[usize::from(span.label)];
            }
        }
    }

    /// The files' scheme, format and number of problems: for a line that describes the dataset.
    pub fn schemes(&self) -> Vec<Scheme> {
        let mut schemes: Vec<Scheme> = self.files.iter().map(|f| f.found.scheme).collect();
        schemes.dedup();
        schemes
    }
}

/// The bytes of a source file with this corpus' spans in it: untouched sentences stay byte for byte.
///
/// # Errors
/// When the file cannot be read any more, or is not what was opened (someone else changed it).
pub fn rewritten(file: &SourceFile, number: u32, corpus: &Corpus) -> Result<Vec<u8>, SourceError> {
    let bytes = disk::read(&file.path)?;
    if fingerprint(&bytes) != file.hash {
        return Err(SourceError::Format(format!(
            "{}: it has been changed by another program since it was opened; save under another name, or open it again",
            file.path.display()
        )));
    }
    rewritten_bytes(&bytes, file.found.scheme, number, corpus, &corpus.labels)
        .map_err(|p| SourceError::Format(format!("{}: {p}", file.path.display())))
}

/// [`rewritten`] for bytes that are at hand.
///
/// # Errors
/// When they are no column file.
pub fn rewritten_bytes(
    bytes: &[u8],
    scheme: Scheme,
    number: u32,
    corpus: &Corpus,
    labels: &Labels,
) -> Result<Vec<u8>, Problem> {
    let mut documents = corpus.documents.iter().filter(|d| d.file == number).peekable();
    format::rewrite(bytes, scheme, labels, |sentence| {
        while documents.peek().is_some_and(|d| sentence >= d.first_sentence as usize + d.len()) {
            documents.next();
        }
        let document = documents.peek()?;
        sentence.checked_sub(document.first_sentence as usize).map(|s| document.token_spans(s))
    })
}
