//! Inputs of the subcommands. Problems are reported on standard error, and downloads show a progress bar.

use super::value_error::ValueError;
use super::{CliError, progress, terminal};
use crate::corpus::Split;
use crate::format::conll::{ColumnOptions, Delimiter};
use crate::format::text::SampleBy;
use crate::format::{self, Format, OffsetUnit, ReadOptions};
use crate::hub::{self, Hub, ModelRef};
use crate::model::PretrainedModel;
use crate::project::Dataset;
use std::path::{Path, PathBuf};

/// Opens a dataset file or directory.
pub fn dataset(path: &Path) -> Result<Dataset, CliError> {
    dataset_as(path, ReadOptions::default())
}

/// Opens a dataset file or directory with the given options.
pub fn dataset_as(path: &Path, choices: ReadOptions) -> Result<Dataset, CliError> {
    Ok(report_problems(Dataset::open_with(path, choices)?))
}

/// Options that the user sets to override the automatic detection of a file.
#[derive(clap::Args)]
pub struct Chosen {
    /// Input format [default: detected]
    #[arg(long, value_parser = format_name)]
    from: Option<Format>,
    /// Text encoding, for example utf-8, windows-1252, gbk [default: detected]
    #[arg(long, value_parser = encoding_name)]
    encoding: Option<&'static encoding_rs::Encoding>,
    /// Unit of offsets: code-points, utf-16 or bytes [default: detected]
    #[arg(long, value_parser = unit_name)]
    offsets: Option<OffsetUnit>,
    /// Column delimiter: tab, space or one character [default: detected]
    #[arg(long, value_parser = separator_name)]
    delimiter: Option<Delimiter>,
    /// Index of the token column, from 1 [default: detected]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    word_column: Option<u16>,
    /// Index of the tag column, from 1 [default: detected]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    tag_column: Option<u16>,
    /// Split plain text into documents by file, line or paragraph [default: file]
    #[arg(long, value_parser = extent_name)]
    document: Option<SampleBy>,
    /// Index of the sheet in the spreadsheet, from 1 [default: the first sheet with content]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    sheet: Option<u16>,
    /// Read compressed files that expand to an unusually large size. Use only for trusted files
    #[arg(long)]
    unfold: bool,
}

impl Chosen {
    /// Returns the options in the form that the library uses.
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

/// Parses the name of an encoding for clap.
fn encoding_name(name: &str) -> Result<&'static encoding_rs::Encoding, ValueError> {
    let unknown = || ValueError::unknown("encoding", "a name such as utf-8, windows-1252, iso-8859-2 or gbk");
    encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(unknown)
}

/// Parses a column delimiter for clap.
fn separator_name(name: &str) -> Result<Delimiter, ValueError> {
    Delimiter::from_name(name).ok_or(ValueError::Expected("tab, space or one character, for example , or ;"))
}

/// Parses the extent of a document for clap.
fn extent_name(name: &str) -> Result<SampleBy, ValueError> {
    SampleBy::from_name(name).ok_or(ValueError::Expected("file, line or paragraph"))
}

/// Parses the name of a format for clap.
pub fn format_name(name: &str) -> Result<Format, ValueError> {
    let known = || format::FORMATS.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
    format::by_name(name).ok_or_else(|| ValueError::unknown("format", format!("one of {}", known())))
}

/// Parses the unit of offsets for clap.
fn unit_name(name: &str) -> Result<OffsetUnit, ValueError> {
    OffsetUnit::from_name(name).ok_or_else(|| ValueError::unknown("unit of offsets", "code-points, utf-16 or bytes"))
}

/// Opens files whose splits are known.
pub fn files(name: &str, files: &[(PathBuf, Split)]) -> Result<Dataset, CliError> {
    Ok(report_problems(Dataset::open_files(name, files)?))
}

/// Returns an error if `strict` is true and a reader skipped part of the data.
pub fn check_strict(dataset: &Dataset, strict: bool) -> Result<(), CliError> {
    if !strict {
        return Ok(());
    }
    if let Some(problem) = dataset.problems.first() {
        return Err(format!("the input has problems (--strict): {problem}").into());
    }
    match dataset.notes().iter().find(|note| note.kind.is_loss()) {
        Some(note) => Err(format!("the reader skips part of the input (--strict): {note}").into()),
        None => Ok(()),
    }
}

fn report_problems(dataset: Dataset) -> Dataset {
    for note in dataset.notes().iter() {
        terminal::print_error_line(&format!("note: {note}"));
    }
    for problem in &dataset.problems {
        terminal::print_error_line(&format!("note: {problem}"));
    }
    dataset
}

/// Loads a model by its name.
pub fn model(name: &ModelRef) -> Result<PretrainedModel, CliError> {
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
