//! List columns, read without a value per row: repetition levels mark the start of each row (Dremel, Melnik et al.
//! 2010).

use super::pages;
use crate::format::budget::Budget;
use crate::format::hf_jsonl::{self, TAG_KEYS, TOKEN_KEYS};
use crate::format::record_error::RecordError;
use crate::format::token_list::{check_tag_count, check_tokens, tag_name};
use crate::format::{Problem, SourceInput, guard};
use bytes::Bytes;
use parquet::basic::{Compression, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use serde_json::Value;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::FEATURES_KEY;

/// Tags of a row group: ids or names.
pub(super) enum Tags {
    Ids(Vec<i64>),
    Names(Vec<ByteArray>),
}

/// List column of one row group.
pub(super) struct ListColumn<V> {
    /// Values of all rows.
    pub values: V,
    /// Definition and repetition levels of each value or empty list, as stored in the file.
    pub levels: (Vec<i16>, Vec<i16>),
    /// Range of the values of each row; `None` if one of them is missing.
    pub rows: Vec<Option<Range<usize>>>,
}

/// Parquet file whose rows are sentences.
pub(super) struct SentenceTable {
    pub reader: SerializedFileReader<Bytes>,
    /// Index of the token leaf column.
    words: usize,
    /// Index of the tag leaf column.
    pub tags: usize,
    /// Features that `datasets` wrote about the columns.
    pub features: Option<Value>,
    bytes: Bytes,
    budget: Budget,
    /// Number of value bytes read so far.
    held: AtomicU64,
}

fn damaged_error(e: &ParquetError) -> Problem {
    Problem::at(0, 0, format!("damaged Parquet file: {e}"))
}

/// Reason why reading stopped.
pub(super) enum ReadError {
    Damaged(ParquetError),
    Refused(Problem),
}

impl From<ParquetError> for ReadError {
    fn from(e: ParquetError) -> Self {
        Self::Damaged(e)
    }
}

impl From<Problem> for ReadError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// Catches a panic of the parquet crate, which does not validate all values of a damaged file. `work` must not share
/// state.
pub(super) fn catch_panic<T, E: Into<ReadError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, Problem> {
    match guard::guarded(work).map(|done| done.map_err(Into::into)) {
        Some(Ok(done)) => Ok(done),
        Some(Err(ReadError::Refused(problem))) => Err(problem),
        Some(Err(ReadError::Damaged(e))) => Err(damaged_error(&e)),
        None => Err(damaged_error(&ParquetError::General("inconsistent lengths or offsets".into()))),
    }
}

impl SentenceTable {
    /// Opens a file.
    pub fn open(source: &SourceInput) -> Result<Self, Problem> {
        if !pages::has_complete_footer(source.bytes) {
            return Err(Problem::at(0, 0, "damaged Parquet file: incomplete footer"));
        }
        let bytes = Bytes::copy_from_slice(source.bytes);
        let reader = catch_panic(|| SerializedFileReader::new(bytes.clone()))?;
        let metadata = reader.metadata().file_metadata();
        let footer = metadata.key_value_metadata();
        let features =
            footer.into_iter().flatten().find(|kv| kv.key == FEATURES_KEY).and_then(|kv| kv.value.as_deref());
        let features = features.and_then(|text| serde_json::from_str(text).ok());
        let schema = metadata.schema_descr();
        let list = |names: &[&str]| {
            let leaf = |name: &&str| {
                let is = |i: &usize| {
                    let column = schema.column(*i);
                    column.max_rep_level() == 1 && column.path().parts().first().is_some_and(|p| p == name)
                };
                (0..schema.num_columns()).find(is)
            };
            let missing = || Problem::at(0, 0, format!("no row has tokens and tags: no list {}", names[0]));
            names.iter().find_map(leaf).ok_or_else(missing)
        };
        let (words, tags) = (list(&TOKEN_KEYS)?, list(&TAG_KEYS)?);
        let (budget, held) = (source.budget, AtomicU64::new(0));
        Ok(Self { words, tags, features, reader, bytes, budget, held })
    }

    /// Returns the names of the other columns.
    pub fn other_columns(&self) -> Vec<String> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let leaves = (0..schema.num_columns()).filter(|i| *i != self.words && *i != self.tags);
        let mut names: Vec<String> = leaves.filter_map(|i| schema.column(i).path().parts().first().cloned()).collect();
        names.dedup();
        names
    }

    /// Returns the names of numbered tags in the footer.
    pub fn names(&self) -> Option<Vec<String>> {
        self.features.as_ref().and_then(hf_jsonl::find_class_label_names)
    }

    /// Returns the tokens and the tags of a row group.
    pub fn row_group(&self, number: usize) -> Result<(ListColumn<Vec<ByteArray>>, ListColumn<Tags>), Problem> {
        let wrong = || ParquetError::General("tokens are not text, or tags are neither ids nor names".into());
        catch_panic(|| -> Result<_, ReadError> {
            let group = self.reader.get_row_group(number)?;
            let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let open = |leaf: usize| {
                self.check(group.metadata().column(leaf))?;
                Ok::<_, ReadError>(group.get_column_reader(leaf)?)
            };
            let descriptor = |leaf: usize| group.metadata().column(leaf).column_descr_ptr();
            let ColumnReader::ByteArrayColumnReader(words) = open(self.words)? else { return Err(wrong().into()) };
            let words = column::<ByteArrayType>(words, &descriptor(self.words), rows, |w| self.hold(w))?;
            let about = descriptor(self.tags);
            let tags = match open(self.tags)? {
                ColumnReader::Int64ColumnReader(reader) => column(reader, &about, rows, |_| Ok(()))?.map(Tags::Ids),
                ColumnReader::Int32ColumnReader(reader) => column(reader, &about, rows, |_| Ok(()))?
                    .map(|values| Tags::Ids(values.into_iter().map(i64::from).collect())),
                ColumnReader::ByteArrayColumnReader(reader) => {
                    column(reader, &about, rows, |t| self.hold(t))?.map(Tags::Names)
                }
                _ => return Err(wrong().into()),
            };
            Ok((words, tags))
        })
    }

    /// Checks a column before it is decompressed: its compression and its number of values.
    pub(super) fn check(&self, column: &ColumnChunkMetaData) -> Result<(), Problem> {
        /// Memory of a string in bytes without its text but with its levels, and memory of a number.
        const BYTES_PER_TEXT: u64 = 40;
        const BYTES_PER_NUMBER: u64 = 12;
        let unknown = match column.compression() {
            Compression::BROTLI(_) => Some("brotli"),
            Compression::LZ4 | Compression::LZ4_RAW => Some("LZ4"),
            Compression::LZO => Some("LZO"),
            _ => None,
        };
        if let Some(name) = unknown {
            let advice = "rewrite it with Snappy, gzip or Zstandard";
            return Err(Problem::at(0, 0, format!("Parquet compression {name} is not supported; {advice}")));
        }
        let (start, length) = column.byte_range();
        let range = || {
            let start = usize::try_from(start).ok()?;
            self.bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
        };
        let pages = range().and_then(pages::totals).ok_or_else(pages::damaged_error)?;
        let each = if column.column_type() == Type::BYTE_ARRAY { BYTES_PER_TEXT } else { BYTES_PER_NUMBER };
        self.add(pages.values.saturating_mul(each).saturating_add(pages.bytes).saturating_add(pages.shared))
    }

    /// Counts the bytes of strings that were read. All values of a column can refer to one long string of its
    /// dictionary.
    fn hold(&self, texts: &[ByteArray]) -> Result<(), Problem> {
        self.add(texts.iter().map(|t| t.len() as u64).sum())
    }

    fn add(&self, bytes: u64) -> Result<(), Problem> {
        let held = self.held.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        self.budget.check(self.bytes.len(), held)
    }
}

impl<V> ListColumn<V> {
    fn map<W>(self, new: impl FnOnce(V) -> W) -> ListColumn<W> {
        ListColumn { values: new(self.values), levels: self.levels, rows: self.rows }
    }
}

/// Maximum number of rows that are read at once. A damaged file can declare any number of rows.
const READ_BATCH_ROWS: usize = 8192;

fn column<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    about: &ColumnDescriptor,
    rows: usize,
    hold: impl Fn(&[T::T]) -> Result<(), Problem>,
) -> Result<ListColumn<Vec<T::T>>, ReadError> {
    let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let before = values.len();
        let (records, ..) = reader.read_records(
            (rows - read).min(READ_BATCH_ROWS),
            Some(&mut definition),
            Some(&mut repetition),
            &mut values,
        )?;
        if records == 0 {
            return Err(ParquetError::General(format!("only {read} of {rows} rows found")).into());
        }
        hold(&values[before..])?;
        read += records;
    }
    let whole = about.max_def_level();
    // From this level on, an element exists, but it can be null.
    let element = whole - i16::from(about.self_type().is_optional());
    let mut found: Vec<Option<Range<usize>>> = Vec::new();
    let mut at = 0;
    for (defined, repeated) in definition.iter().zip(&repetition) {
        if *repeated == 0 {
            found.push(Some(at..at));
        }
        let Some(row) = found.last_mut() else { continue };
        match (*defined == whole, *defined >= element) {
            (true, _) => {
                at += 1;
                if let Some(row) = row {
                    row.end = at;
                }
            }
            (false, true) => *row = None,
            (false, false) => {}
        }
    }
    if found.len() != rows || at != values.len() {
        return Err(ParquetError::General("levels do not match the values".into()).into());
    }
    Ok(ListColumn { values, levels: (definition, repetition), rows: found })
}

/// Returns the tokens of a row.
///
/// # Errors
/// Returns the reason if the row is not a sentence.
pub(super) fn words(column: &ListColumn<Vec<ByteArray>>, row: usize) -> Result<Vec<&str>, RecordError> {
    let range = column.rows.get(row).cloned().flatten();
    let range = range.ok_or(RecordError::Unsupported("the token list is missing"))?;
    let words = column.values[range].iter().map(ByteArray::as_utf8).collect::<Result<Vec<&str>, _>>();
    let words = words.map_err(|_| RecordError::Unsupported("a token is not valid UTF-8"))?;
    check_tokens(&words)?;
    Ok(words)
}

/// Returns the tag names of a row, one for each of `words`.
pub(super) fn tags<'a>(
    column: &'a ListColumn<Tags>,
    names: Option<&'a [String]>,
    row: usize,
    words: usize,
) -> Result<Vec<&'a str>, RecordError> {
    let range = column.rows.get(row).cloned().flatten();
    let range = range.ok_or(RecordError::Unsupported("the tag list is missing"))?;
    check_tag_count(words, range.len())?;
    match &column.values {
        Tags::Names(values) => {
            let tags = values[range].iter().map(ByteArray::as_utf8).collect::<Result<_, _>>();
            tags.map_err(|_| RecordError::Unsupported("a tag is not valid UTF-8"))
        }
        Tags::Ids(values) => values[range].iter().map(|id| tag_name(names, *id)).collect(),
    }
}
