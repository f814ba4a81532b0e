//! A corpus as new files in a format: one file, or a folder with one a split.

use crate::corpus::{Corpus, Scheme};
use crate::disk;
use crate::format::{self, Format};
use std::path::Path;

/// How a format writes spans on words, unless a person says otherwise: column files as the sources do, others in IOB2.
pub fn scheme_for(corpus: &Corpus, to: Format) -> Scheme {
    let columns = [format::CONLL2003, format::CONLL, format::WNUT].contains(&to);
    corpus.scheme.filter(|_| columns).unwrap_or(Scheme::Iob2)
}

/// Writes a corpus to `path`: a file where it has one split, unless that is a folder; else a folder of `train`, `dev` and
/// `test`.
///
/// # Errors
/// A format that is only read; the disk's.
pub fn export(corpus: &Corpus, to: Format, scheme: Scheme, path: &Path) -> Result<(), String> {
    let Some(write) = to.write else {
        return Err(format!("{} files are read, not written; choose another format", to.name));
    };
    let splits = corpus.splits();
    if splits.len() < 2 && !path.is_dir() {
        return disk::write(path, &write(corpus, None, scheme)).map_err(|e| e.to_string());
    }
    let ending = to.extensions.first().copied().unwrap_or("txt");
    let files =
        splits.iter().map(|split| Ok((format!("{}.{ending}", split.name()), write(corpus, Some(*split), scheme))));
    disk::write_folder(path, files).map_err(|e: disk::DiskError| e.to_string())
}
