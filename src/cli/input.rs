//! What the commands read, as the command line reads it: problems are told on standard error, downloads show a bar.

use super::{Failure, progress, terminal};
use crate::corpus::Split;
use crate::format::conll::{ColumnOptions, Delimiter};
use crate::format::text::SampleBy;
use crate::format::{self, Format, OffsetUnit, ReadOptions};
use crate::hub::{self, Hub, ModelRef};
use crate::model::PretrainedModel;
use crate::project::Dataset;
use std::path::{Path, PathBuf};

/// A file or folder of data.
pub fn dataset(path: &Path) -> Result<Dataset, Failure> {
    dataset_as(path, ReadOptions::default())
}

/// A file or folder of data, in the format that was said.
pub fn dataset_as(path: &Path, choices: ReadOptions) -> Result<Dataset, Failure> {
    Ok(told(Dataset::open_with(path, choices)?))
}

/// What the person knows of the data better than what is found in it.
#[derive(clap::Args)]
pub struct Chosen {
    /// Format of the input; found by itself otherwise.
    #[arg(long, value_parser = format_name)]
    from: Option<Format>,
    /// Its encoding (utf-8, windows-1252, gbk, ...); found by itself otherwise.
    #[arg(long, value_parser = encoding_name)]
    encoding: Option<&'static encoding_rs::Encoding>,
    /// What its offsets count: code-points, utf-16 or bytes; found by itself otherwise.
    #[arg(long, value_parser = unit_name)]
    offsets: Option<OffsetUnit>,
    /// What parts its columns: tab, space or a sign; found by itself otherwise.
    #[arg(long, value_parser = separator_name)]
    delimiter: Option<Delimiter>,
    /// The column of words, from 1; found by itself otherwise.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    word_column: Option<u16>,
    /// The column of tags, from 1; found by itself otherwise.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    tag_column: Option<u16>,
    /// What a document is in a plain text: file, line or paragraph.
    #[arg(long, value_parser = extent_name)]
    document: Option<SampleBy>,
    /// Which sheet of a spreadsheet, from 1; the first that holds something otherwise.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    sheet: Option<u16>,
    /// Unfold a compressed file even if it holds much more than files of its size do.
    #[arg(long)]
    unfold: bool,
}

impl Chosen {
    /// As the library has it.
    pub fn choices(&self) -> ReadOptions {
        let column = |from_one: Option<u16>| from_one.map(|n| usize::from(n) - 1);
        let (word, tag) = (column(self.word_column), column(self.tag_column));
        let columns = ColumnOptions { separator: self.delimiter, word, tag };
        ReadOptions {
            format: self.from,
            encoding: self.encoding,
            offset_unit: self.offsets,
            columns,
            sample_by: self.document,
            sheet: column(self.sheet),
            allow_large: self.unfold,
        }
    }
}

/// An encoding by its name, for clap.
fn encoding_name(name: &str) -> Result<&'static encoding_rs::Encoding, String> {
    let unknown = || "unknown encoding; use a name such as utf-8, windows-1252, iso-8859-2 or gbk".into();
    encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(unknown)
}

/// A separator by its name, for clap.
fn separator_name(name: &str) -> Result<Delimiter, String> {
    Delimiter::from_name(name).ok_or_else(|| "use tab, space, or a sign such as , or ;".into())
}

/// An extent of documents by its name, for clap.
fn extent_name(name: &str) -> Result<SampleBy, String> {
    SampleBy::from_name(name).ok_or_else(|| "use file, line or paragraph".into())
}

/// A format by its name, for clap.
pub fn format_name(name: &str) -> Result<Format, String> {
    let known = || format::FORMATS.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
    format::by_name(name).ok_or_else(|| format!("unknown format; use one of {}", known()))
}

/// A unit of offsets by its name, for clap.
fn unit_name(name: &str) -> Result<OffsetUnit, String> {
    OffsetUnit::from_name(name).ok_or_else(|| "unknown unit; use code-points, utf-16 or bytes".into())
}

/// Files whose splits are known.
pub fn files(name: &str, files: &[(PathBuf, Split)]) -> Result<Dataset, Failure> {
    Ok(told(Dataset::open_files(name, files)?))
}

/// Checks that the readers left nothing out, where that was asked for.
pub fn check_strict(dataset: &Dataset, strict: bool) -> Result<(), Failure> {
    if !strict {
        return Ok(());
    }
    if let Some(problem) = dataset.problems.first() {
        return Err(format!("nothing was done: --strict, and the input has a problem: {problem}").into());
    }
    match dataset.notes().iter().find(|note| note.kind.is_loss()) {
        Some(note) => Err(format!("nothing was done: --strict, and not all of the input is read: {note}").into()),
        None => Ok(()),
    }
}

fn told(dataset: Dataset) -> Dataset {
    for note in dataset.notes().iter() {
        terminal::tell(&format!("note: {note}"));
    }
    for problem in &dataset.problems {
        terminal::tell(&format!("note: {problem}"));
    }
    dataset
}

/// A model by its name.
pub fn model(name: &ModelRef) -> Result<PretrainedModel, Failure> {
    let bar = progress::bytes("downloading");
    let found = hub::load_model(name, &Hub::default(), |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        progress::say(&bar, &progress.file);
        true
    });
    bar.finish_and_clear();
    Ok(found?)
}
