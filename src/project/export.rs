//! A corpus as new files in a format: one file, a folder with one a split, or a folder with some for each document.

use super::SourceFile;
use super::source;
use crate::corpus::{Corpus, Scheme, Split};
use crate::disk;
use crate::format::{self, Format, Write, WriteDocument, packed};
use std::collections::BTreeMap;
use std::path::Path;

/// How a format writes spans on words, unless a person says otherwise: column files as the sources do, others in IOB2.
pub fn scheme_for(corpus: &Corpus, to: Format) -> Scheme {
    let columns = [format::CONLL2003, format::CONLL, format::WNUT].contains(&to);
    corpus.scheme.filter(|_| columns).unwrap_or(Scheme::Iob2)
}

/// What a file of this format and scheme would lose of a dataset, in words: of its corpus, and of what its sources say beside.
pub fn losses(corpus: &Corpus, files: &[SourceFile], to: Format, scheme: Scheme) -> Vec<String> {
    /// More kinds are counted, not named.
    const NAMED: usize = 6;
    let mut losses = format::losses(corpus, to, scheme);
    let mut beside: BTreeMap<&str, usize> = BTreeMap::new();
    for (what, count) in files.iter().flat_map(|f| &f.found.beside) {
        *beside.entry(what).or_default() += count;
    }
    if !beside.is_empty() {
        let more = beside.len().saturating_sub(NAMED);
        let named: Vec<String> = beside.iter().take(NAMED).map(|(what, n)| format!("{what} ({n})")).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        losses.push(format!("what the source says beside: {}{more}", named.join(", ")));
    }
    losses
}

/// A dataset of one file in its own format again, with this corpus' labels: whatever else the source says stays. `None` where it
/// would be another format or scheme, or cannot be saved in place.
pub fn in_place(corpus: &Corpus, files: &[SourceFile], to: Format, scheme: Scheme) -> Option<Vec<u8>> {
    let [file] = files else { return None };
    let same_scheme = file.found.format.holds.text || file.found.scheme == scheme;
    if file.found.format != to || !same_scheme || to.rewrite.is_none() {
        return None;
    }
    let bytes = source::unchanged(file).ok().filter(|bytes| !packed::is_packed(bytes))?;
    source::rewritten_bytes(&bytes, file, 0, corpus, false).ok()
}

/// Writes a corpus to `path`: a file where it has one split, unless that is a folder; else a folder of `train`, `dev` and
/// `test`. A format that takes a file for each document writes a folder of `train-00001` and so on, unless there is one only.
///
/// # Errors
/// A format that is only read; the disk's.
pub fn export(corpus: &Corpus, to: Format, scheme: Scheme, path: &Path) -> Result<(), String> {
    let text = |e: disk::DiskError| e.to_string();
    let splits = corpus.splits();
    match to.write {
        None => Err(format!("{} files are read, not written; choose another format", to.name)),
        Some(Write::Whole(write)) if splits.len() < 2 && !path.is_dir() => {
            disk::write(path, &write(corpus, None, scheme)).map_err(text)
        }
        Some(Write::Whole(write)) => {
            let ending = to.extensions.first().copied().unwrap_or("txt");
            let file = |split: &Split| (format!("{}.{ending}", split.name()), write(corpus, Some(*split), scheme));
            disk::write_folder(path, splits.iter().map(file).map(Ok)).map_err(text)
        }
        Some(Write::EachDocument(write, beside)) => match corpus.documents.as_slice() {
            [document] if !path.is_dir() => {
                let mut files = write(corpus, document).into_iter();
                files.try_for_each(|(ending, bytes)| disk::write(&path.with_extension(ending), &bytes)).map_err(text)
            }
            _ => {
                let beside = beside(corpus).into_iter().map(|(name, bytes)| (name.to_owned(), bytes));
                disk::write_folder(path, each_document(corpus, write).chain(beside).map(Ok)).map_err(text)
            }
        },
    }
}

/// The files of all documents, numbered in each split.
fn each_document(corpus: &Corpus, write: WriteDocument) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    let mut numbers = [0usize; Split::ALL.len()];
    corpus.documents.iter().flat_map(move |d| {
        let number = &mut numbers[d.split as usize];
        *number += 1;
        let stem = format!("{}-{number:05}", d.split.name());
        write(corpus, d).into_iter().map(move |(ending, bytes)| (format!("{stem}.{ending}"), bytes))
    })
}
