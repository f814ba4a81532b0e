//! Rewriter of a Parquet source with other tags. Every other column is copied unchanged, in compressed form.

use super::FEATURES_KEY;
use super::list_columns::{ListColumn, SentenceTable, Tags, catch_panic, tags, words};
use super::read::names;
use crate::corpus::tag_notation::format_tag;
use crate::corpus::{TagNotation, scheme};
use crate::format::hf_jsonl::TAG_KEYS;
use crate::format::tagged::{SourceSentence, SpanCursor};
use crate::format::{Problem, RewriteContext, SourceInput};
use bytes::Bytes;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::FileReader;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use serde_json::Value;
use std::sync::Arc;

const ARROW_SCHEMA: &str = "ARROW:schema";

/// Writes the source again and replaces the tags of changed rows. Labels without a name in the footer get the next ids
/// there.
///
/// # Errors
/// Returns an error if the bytes are no longer such a file, or if a tag has no id in the names of another file.
pub(super) fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let file = SentenceTable::open(source)?;
    let own = file.names().is_some();
    let before = names(&file, source).map(|(_, names)| names);
    let mut names = TagNames { list: before.clone().unwrap_or_default(), in_footer: own };
    let mut spans = SpanCursor::new(current);
    let mut sentence = 0;
    let mut changed: Vec<Option<ListColumn<Tags>>> = Vec::new();
    for number in 0..file.reader.metadata().num_row_groups() {
        let (words_of, mut tags_of) = file.row_group(number)?;
        let mut differs = false;
        for at in 0..words_of.rows.len() {
            let Ok(words) = words(&words_of, at) else { continue };
            let count = words.len();
            let Ok(there) = tags(&tags_of, before.as_deref(), at, count) else { continue };
            sentence += 1;
            let there = SourceSentence {
                number: sentence - 1,
                line: 0,
                words: words.into_iter(),
                tags: there.into_iter(),
                notation: TagNotation::Hyphen,
                stacked: false,
            };
            let Some(wanted) = spans.changed_spans(there)? else { continue };
            differs = true;
            let label = |l| current.corpus.labels.name(l).to_owned();
            let encoded = scheme::encode(&wanted, count, current.scheme);
            let new: Vec<String> = encoded.into_iter().map(|t| format_tag(t, current.scheme, label)).collect();
            names.set_row(&mut tags_of, at, &new)?;
        }
        changed.push(differs.then_some(tags_of));
    }
    spans.finish(sentence)?;
    if changed.iter().all(Option::is_none) {
        return Ok(source.bytes.to_vec());
    }
    catch_panic(|| write_file(&file, source.bytes, &changed, before.map_or(0, |b| b.len()), &names.list))
}

/// Names of numbered tags. New names are only added if the footer contains the names.
struct TagNames {
    list: Vec<String>,
    in_footer: bool,
}

impl TagNames {
    fn id_of(&mut self, tag: &str) -> Result<i64, Problem> {
        if let Some(at) = self.list.iter().position(|n| n == tag) {
            return Ok(at as i64);
        }
        if !self.in_footer {
            let reason = format!("{tag} is not among the label names next to the file; save a copy in another format");
            return Err(Problem::at(0, 0, reason));
        }
        self.list.push(tag.to_owned());
        Ok(self.list.len() as i64 - 1)
    }

    /// Sets the tags of a row.
    fn set_row(&mut self, column: &mut ListColumn<Tags>, row: usize, new: &[String]) -> Result<(), Problem> {
        let range = column.rows[row].clone().unwrap_or_default();
        for (at, tag) in range.zip(new) {
            match &mut column.values {
                Tags::Ids(values) => values[at] = self.id_of(tag)?,
                Tags::Names(values) => values[at] = ByteArray::from(tag.as_str()),
            }
        }
        Ok(())
    }
}

fn write_file(
    file: &SentenceTable,
    bytes: &[u8],
    changed: &[Option<ListColumn<Tags>>],
    before: usize,
    names: &[String],
) -> Result<Vec<u8>, ParquetError> {
    let metadata = file.reader.metadata();
    let about = metadata.file_metadata();
    let mut footer: Vec<KeyValue> = about.key_value_metadata().cloned().unwrap_or_default();
    if names.len() > before {
        let entry = footer.iter_mut().find(|kv| kv.key == FEATURES_KEY);
        let (Some(mut features), Some(entry)) = (file.features.clone(), entry) else {
            return Err(ParquetError::General("the footer has no tag names".into()));
        };
        if !update_feature_names(&mut features, names) {
            return Err(ParquetError::General("the tag names of the footer were not found".into()));
        }
        entry.value = Some(features.to_string());
        // The Arrow copy of the schema has the old names too and would take precedence. Its types follow from the
        // Parquet schema.
        footer.retain(|kv| kv.key != ARROW_SCHEMA);
    }
    let compression = |group: &RowGroupMetaData| group.column(file.tags).compression();
    let first = metadata.row_groups().first().map_or(parquet::basic::Compression::SNAPPY, compression);
    let properties = WriterProperties::builder().set_compression(first).set_key_value_metadata(Some(footer)).build();
    let source = Bytes::copy_from_slice(bytes);
    let mut out = Vec::new();
    let schema = about.schema_descr().root_schema_ptr();
    let mut writer = SerializedFileWriter::new(&mut out, schema, Arc::new(properties))?;
    for (group, tags) in metadata.row_groups().iter().zip(changed) {
        let mut next = writer.next_row_group()?;
        for leaf in 0..group.num_columns() {
            match tags {
                Some(tags) if leaf == file.tags => write_tags(&mut next, group, leaf, tags)?,
                _ => copy_column(&mut next, &source, group, leaf)?,
            }
        }
        next.close()?;
    }
    writer.close()?;
    Ok(out)
}

type RowGroup<'a, 'b> = SerializedRowGroupWriter<'a, &'b mut Vec<u8>>;

/// Copies a column chunk unchanged.
fn copy_column(to: &mut RowGroup, source: &Bytes, group: &RowGroupMetaData, leaf: usize) -> Result<(), ParquetError> {
    let metadata = group.column(leaf).clone();
    let close = ColumnCloseResult {
        bytes_written: metadata.compressed_size().max(0) as u64,
        rows_written: group.num_rows().max(0) as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    to.append_column(source, close)
}

fn write_tags(
    to: &mut RowGroup,
    group: &RowGroupMetaData,
    leaf: usize,
    tags: &ListColumn<Tags>,
) -> Result<(), ParquetError> {
    match &tags.values {
        Tags::Names(values) => write_values::<ByteArrayType>(to, values, &tags.levels),
        Tags::Ids(values) if group.column(leaf).column_type() == Int32Type::get_physical_type() => {
            let small: Result<Vec<i32>, _> = values.iter().map(|v| i32::try_from(*v)).collect();
            let small = small.map_err(|_| ParquetError::General("too many tags".into()))?;
            write_values::<Int32Type>(to, &small, &tags.levels)
        }
        Tags::Ids(values) => write_values::<Int64Type>(to, values, &tags.levels),
    }
}

fn write_values<T: DataType>(
    to: &mut RowGroup,
    values: &[T::T],
    (definition, repetition): &(Vec<i16>, Vec<i16>),
) -> Result<(), ParquetError> {
    if let Some(mut column) = to.next_column()? {
        column.typed::<T>().write_batch(values, Some(definition), Some(repetition))?;
        column.close()?;
    }
    Ok(())
}

/// Replaces the names at the position that [`hf_jsonl::find_class_label_names`] finds. Returns true if the position
/// exists.
fn update_feature_names(features: &mut Value, names: &[String]) -> bool {
    match features {
        Value::Object(fields) => {
            if let Some(list) = fields.get_mut("names") {
                *list = names.into();
                return true;
            }
            let first = TAG_KEYS.iter().copied().find(|tag| fields.contains_key(*tag));
            first.and_then(|tag| fields.get_mut(tag)).is_some_and(|value| update_feature_names(value, names))
                || fields.values_mut().any(|value| update_feature_names(value, names))
        }
        Value::Array(list) => list.iter_mut().any(|value| update_feature_names(value, names)),
        _ => false,
    }
}
