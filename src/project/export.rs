//! Export of a corpus to new files: one file, a directory with one file per split, or a directory with files per
//! document.

use super::SourceFile;
use super::source;
use super::target::{self, Existing};
use crate::corpus::{Corpus, Scheme, Split};
use crate::disk;
use crate::failure::{Failure, FailureKind};
use crate::format::budget::Budget;
use crate::format::{self, FORMATS, Format, LossInventory, Problem, ReadOptions, SourceInput, Writer, compression};
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Returns the default tag scheme: for column formats the scheme of the sources, for others IOB2.
pub fn default_scheme(corpus: &Corpus, to: Format) -> Scheme {
    let columns = [format::CONLL2003, format::CONLL, format::WNUT].contains(&to);
    corpus.scheme.filter(|_| columns).unwrap_or(Scheme::Iob2)
}

/// Returns messages about the losses of a conversion: content of the corpus, and unsupported content of its sources.
pub fn export_losses(inventory: &LossInventory, files: &[SourceFile], to: Format, scheme: Scheme) -> Vec<String> {
    /// Maximum number of named kinds.
    const NAMED: usize = 6;
    let mut losses = inventory.losses(to, scheme);
    let mut siblings: BTreeMap<&str, usize> = BTreeMap::new();
    for (what, count) in files.iter().flat_map(|f| &f.report.unsupported) {
        *siblings.entry(what).or_default() += count;
    }
    if !siblings.is_empty() {
        let more = siblings.len().saturating_sub(NAMED);
        let named: Vec<String> = siblings.iter().take(NAMED).map(|(what, n)| format!("{what} ({n})")).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        losses.push(format!("other content of the source: {}{more}", named.join(", ")));
    }
    losses
}

/// Returns the formats that can be written, each with the losses of an export of this dataset.
pub fn losses_by_format(corpus: &Corpus, files: &[SourceFile]) -> Vec<(Format, Vec<String>)> {
    let inventory = LossInventory::of(corpus);
    let losses = |f: &Format| export_losses(&inventory, files, *f, default_scheme(corpus, *f));
    FORMATS.iter().filter(|f| f.write.is_some()).map(|f| (*f, losses(f))).collect()
}

/// Rewrites a dataset of one file in its own format with the current labels. Everything else in the source is kept.
/// `None` if the format or scheme differs, if sentences were moved to another split, or if the source cannot be saved in
/// place.
pub fn rewrite_in_place(corpus: &Corpus, files: &[SourceFile], to: Format, scheme: Scheme) -> Option<Vec<u8>> {
    let [file] = files else { return None };
    if corpus.documents.iter().any(|document| !document.splits.moved().is_empty()) {
        return None;
    }
    let same_scheme = file.report.format.capabilities.original_text || file.report.scheme == scheme;
    if file.report.format != to || !same_scheme || to.rewrite.is_none() {
        return None;
    }
    let bytes = source::read_if_unchanged(file).ok().filter(|bytes| !compression::is_compressed(bytes))?;
    source::rewrite_bytes(&bytes, file, 0, corpus, false).ok()
}

/// Returns the path of an export. A file without an extension of its format gets the first one of the format.
/// The current extension remains before it.
pub fn target_path(path: &Path, to: Format, corpus: &Corpus) -> PathBuf {
    let is_file = to.single_file_writer().is_some() && corpus.splits().len() < 2 && !path.is_dir();
    let is_known = |extension: &OsStr| to.extensions.iter().any(|known| extension.eq_ignore_ascii_case(known));
    match to.extensions.first() {
        Some(first) if is_file && !path.extension().is_some_and(is_known) => {
            disk::append_suffix(path, &format!(".{first}"))
        }
        _ => path.to_owned(),
    }
}

/// Writes a corpus to `path`. A corpus with one split becomes a file, unless `path` is a directory. Several splits
/// become a directory of `train`, `dev` and `test`. A format with files per document writes a directory of
/// `train-00001` and so on, unless there is only one document.
///
/// Returns the written path.
///
/// # Errors
/// Returns an error if the format is read-only, the directory has data that would be read together with the new files,
/// or the disk fails. The same holds if a target exists and must not be replaced.
pub fn export(
    corpus: &Corpus,
    to: Format,
    scheme: Scheme,
    path: &Path,
    existing: Existing,
) -> Result<PathBuf, Failure> {
    let corpus = &corpus.separate_splits();
    let splits = corpus.splits();
    match to.write {
        None => {
            let message = format!("{} files cannot be written; choose another format", to.name);
            Err(Failure::new(FailureKind::Settings, message))
        }
        Some(Writer::SingleFile(write)) if splits.len() < 2 && !path.is_dir() => {
            disk::write(path, &write(corpus, None, scheme))?;
            Ok(path.to_owned())
        }
        Some(Writer::SingleFile(write)) => {
            let ending = to.extensions.first().copied().unwrap_or("txt");
            let name = |split: &Split| format!("{}.{ending}", split.name());
            let names: Vec<String> = splits.iter().map(name).collect();
            target::check_folder(path, names.iter().map(Path::new), existing)?;
            let file = |split: &Split| (name(split), write(corpus, Some(*split), scheme));
            disk::write_dir(path, splits.iter().map(file).map(Ok::<_, Failure>))?;
            Ok(path.to_owned())
        }
        Some(Writer::PerDocument(write, siblings)) => match corpus.documents.as_slice() {
            [document] if !path.is_dir() => {
                let files = write(corpus, document).into_iter();
                let files: Vec<_> = files.map(|(ending, bytes)| (path.with_extension(ending), bytes)).collect();
                write_files(&files, path, existing)
            }
            documents => {
                let siblings: Vec<(String, Vec<u8>)> =
                    siblings(corpus).into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
                // The files of all documents have the same extensions.
                let first = documents.first().map(|d| write(corpus, d)).unwrap_or_default();
                let named = |stem: String| first.iter().map(move |(ending, _)| format!("{stem}.{ending}"));
                let names: Vec<String> =
                    stems(corpus).flat_map(named).chain(siblings.iter().map(|(name, _)| name.clone())).collect();
                target::check_folder(path, names.iter().map(Path::new), existing)?;
                let files = stems(corpus).zip(&corpus.documents).flat_map(|(stem, d)| {
                    write(corpus, d).into_iter().map(move |(ending, bytes)| (format!("{stem}.{ending}"), bytes))
                });
                disk::write_dir(path, files.chain(siblings).map(Ok::<_, Failure>))?;
                Ok(path.to_owned())
            }
        },
    }
}

/// Writes the files of one document. The user named the first one; existing companions with the same content are kept.
/// Returns the path of the first file.
fn write_files(files: &[(PathBuf, Vec<u8>)], named: &Path, existing: Existing) -> Result<PathBuf, Failure> {
    for (at, bytes) in files.iter().filter(|(at, _)| at != named) {
        target::check_companion(at, bytes, existing)?;
    }
    for (at, bytes) in files {
        let is_there = at != named && disk::read(at).is_ok_and(|there| there == *bytes);
        if !is_there {
            disk::write(at, bytes)?;
        }
    }
    Ok(files.first().map_or_else(|| named.to_owned(), |(at, _)| at.clone()))
}

/// Writes a rewritten source to another path, with its companion files. Returns the written path.
///
/// # Errors
/// Returns an error under the conditions of [`export`].
pub fn write_again(
    corpus: &Corpus,
    to: Format,
    bytes: Vec<u8>,
    path: &Path,
    existing: Existing,
) -> Result<PathBuf, Failure> {
    let mut files = vec![(path.to_owned(), bytes)];
    if let (Some(Writer::PerDocument(write, _)), [document]) = (to.write, corpus.documents.as_slice()) {
        let others = write(corpus, document).into_iter().skip(1);
        files.extend(others.map(|(ending, bytes)| (path.with_extension(ending), bytes)));
    }
    write_files(&files, path, existing)
}

/// Reason why a corpus is not read back unchanged from a format.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoundTripError {
    /// The format is read-only.
    #[error("{0} files cannot be written")]
    ReadOnly(&'static str),
    /// The written file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Problem),
    /// A token or its values would change.
    #[error("“{before}” would become “{after}”")]
    Token {
        /// Token and values in the corpus.
        before: String,
        /// Token and values in the written file.
        after: String,
    },
    /// The number of tokens would change.
    #[error("{before} tokens would become {after}")]
    TokenCount {
        /// Number in the corpus.
        before: usize,
        /// Number in the written file.
        after: usize,
    },
    /// A span would change.
    #[error("{label} “{text}” would become {new_label} “{new_text}”")]
    Span {
        /// Label in the corpus.
        label: String,
        /// Text in the corpus.
        text: String,
        /// Label in the written file.
        new_label: String,
        /// Text in the written file.
        new_text: String,
    },
    /// The number of spans would change.
    #[error("{before} spans would become {after}")]
    SpanCount {
        /// Number in the corpus.
        before: usize,
        /// Number in the written file.
        after: usize,
    },
}

/// Writes a corpus in a format to memory, reads it again and compares tokens, texts, spans and columns.
///
/// # Errors
/// Returns the first difference, or an error if the format is read-only.
pub fn check_round_trip(corpus: &Corpus, to: Format, scheme: Scheme) -> Result<(), RoundTripError> {
    let corpus = &corpus.separate_splits();
    let mut again = Corpus::default();
    let mut add = |bytes: &[u8], name: &str, split: Split, siblings: &dyn Fn(&str) -> Option<Vec<u8>>| {
        let choices = ReadOptions { format: Some(to), ..ReadOptions::default() };
        let source = SourceInput {
            bytes,
            name,
            split,
            source_id: 0,
            read_sibling: siblings,
            options: choices,
            budget: Budget::default().with_allow_large(true),
        };
        format::read(&source, &mut again).map(drop)
    };
    for split in corpus.splits() {
        match to.write {
            None => return Err(RoundTripError::ReadOnly(to.name)),
            Some(Writer::SingleFile(write)) => {
                let ending = to.extensions.first().copied().unwrap_or("txt");
                let name = format!("{}.{ending}", split.name());
                add(&write(corpus, Some(split), scheme), &name, split, &|_| None)?;
            }
            Some(Writer::PerDocument(write, _)) => {
                for document in corpus.documents.iter().filter(|d| d.splits.contains(split)) {
                    let files: Vec<(String, Vec<u8>)> =
                        write(corpus, document).into_iter().map(|(end, bytes)| (format!("a.{end}"), bytes)).collect();
                    let siblings = |name: &str| files.iter().find(|(n, _)| n == name).map(|(_, bytes)| bytes.clone());
                    if let Some((name, bytes)) = files.first() {
                        add(bytes, name, split, &siblings)?;
                    }
                }
            }
        }
    }
    let columns = corpus.columns.len().min(to.capabilities.n_extra_columns);
    let (before, after) = (Contents::of(corpus, to, columns), Contents::of(&again, to, columns));
    before.check_equal(after)
}

/// Content that a format represents, in order: tokens with their values or texts, and spans by label.
#[derive(Default)]
struct Contents {
    texts: Vec<String>,
    spans: Vec<(String, String)>,
}

impl Contents {
    fn of(corpus: &Corpus, format: Format, columns: usize) -> Self {
        let mut contents = Self::default();
        let ordered = corpus.splits().into_iter();
        for d in ordered.flat_map(|s| corpus.documents.iter().filter(move |d| d.splits.contains(s))) {
            if format.capabilities.original_text && !format.capabilities.token_boundaries {
                // A source of tokens becomes a text per sentence. The tokens must be kept.
                contents.texts.extend(d.text.split_whitespace().map(str::to_owned));
            }
            for token in 0..d.tokens.len() {
                let values =
                    (0..columns).map(|c| Some(corpus.value(c, d, token)).filter(|v| !v.is_empty()).unwrap_or("_"));
                let row: Vec<&str> = std::iter::once(d.token(token)).chain(values).collect();
                contents.texts.extend(
                    (!format.capabilities.original_text || format.capabilities.token_boundaries)
                        .then(|| row.join("\t")),
                );
            }
            let text = |s: &crate::corpus::Span| d.text[s.start as usize..s.end as usize].to_owned();
            contents.spans.extend(d.spans.iter().map(|s| (corpus.labels.name(s.label).to_owned(), text(s))));
        }
        contents
    }

    /// Checks that these contents equal those of the written file.
    ///
    /// # Errors
    /// Returns the first difference.
    fn check_equal(self, written: Self) -> Result<(), RoundTripError> {
        let (before, after) = (self.texts.len(), written.texts.len());
        let mut tokens = self.texts.into_iter().zip(written.texts);
        if let Some((before, after)) = tokens.find(|(a, b)| a != b) {
            return Err(RoundTripError::Token { before, after });
        }
        if before != after {
            return Err(RoundTripError::TokenCount { before, after });
        }
        let (before, after) = (self.spans.len(), written.spans.len());
        let mut spans = self.spans.into_iter().zip(written.spans);
        if let Some(((label, text), (new_label, new_text))) = spans.find(|(a, b)| a != b) {
            return Err(RoundTripError::Span { label, text, new_label, new_text });
        }
        if before == after { Ok(()) } else { Err(RoundTripError::SpanCount { before, after }) }
    }
}

/// Returns the file names of all documents, without an extension: the document name, or else the document number in its
/// split. The split is added as a prefix if the name would indicate another split.
fn stems(corpus: &Corpus) -> impl Iterator<Item = String> + '_ {
    let mut numbers = [0usize; Split::ALL.len()];
    let mut taken: HashSet<String> = HashSet::new();
    corpus.documents.iter().map(move |d| {
        let number = &mut numbers[d.splits.first() as usize];
        *number += 1;
        let numbered = format!("{}-{number:05}", d.splits.first().name());
        let named = file_stem(&d.name).map(|name| match Split::from_file_name(&name) {
            None if d.splits.first() == Split::Train => name,
            Some(split) if split == d.splits.first() => name,
            _ => format!("{}-{name}", d.splits.first().name()),
        });
        let stem = named.filter(|name| !taken.contains(&name.to_lowercase())).unwrap_or(numbered);
        taken.insert(stem.to_lowercase());
        stem
    })
}

/// Returns a document name as a file name; `None` if it is empty or not portable.
fn file_stem(name: &str) -> Option<String> {
    /// Maximum number of characters. Some systems allow only 255 bytes with the extension.
    const LONGEST: usize = 60;
    let known = format::FORMATS.iter().flat_map(|f| f.extensions);
    let stem = name
        .rsplit_once('.')
        .filter(|(_, e)| known.clone().any(|k| k.eq_ignore_ascii_case(e)))
        .map_or(name, |(s, _)| s);
    let is_safe = |c: char| c.is_alphanumeric() || "-_. ()".contains(c);
    let safe: String = stem.trim().chars().map(|c| if is_safe(c) { c } else { '_' }).take(LONGEST).collect();
    let safe = safe.trim_matches(['.', ' ']).to_owned();
    (!safe.is_empty() && safe.chars().any(char::is_alphanumeric)).then_some(safe)
}
