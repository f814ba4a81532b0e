//! Writer of Parquet in the layout of `datasets`: row groups of lists, and the features in the footer.

use super::FEATURES_KEY;
use super::scalar_columns::text_column;
use crate::corpus::scheme;
use crate::corpus::tag_notation::format_tag;
use crate::corpus::{Corpus, Scheme, SentenceId, Split};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;
use serde_json::json;
use std::sync::Arc;

const SCHEMA: &str = "message schema {
    optional binary id (STRING);
    optional group tokens (LIST) { repeated group list { optional binary element (STRING); } }
    optional group ner_tags (LIST) { repeated group list { optional int64 element; } }
}";

/// Number of sentences per row group.
const ROWS_PER_GROUP: usize = 50_000;

pub(super) fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    // Writing to memory does not fail. Readers would refuse an empty file.
    try_write(corpus, split, scheme).inspect_err(|e| log::error!("failed to write Parquet: {e}")).unwrap_or_default()
}

/// Returns every tag of the labels, `O` first.
fn tag_names(corpus: &Corpus, scheme: Scheme) -> Vec<String> {
    let of_label = |label: String| scheme.letters().iter().map(move |(_, letter)| format!("{letter}-{label}"));
    std::iter::once("O".to_owned()).chain(corpus.labels.names().into_iter().flat_map(of_label)).collect()
}

fn try_write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Result<Vec<u8>, ParquetError> {
    let names = tag_names(corpus, scheme);
    let text = json!({"dtype": "string", "_type": "Value"});
    let field_names = corpus.field_names();
    let mut columns = json!({
        "id": text,
        "tokens": {"feature": text, "_type": "Sequence"},
        "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"},
    });
    field_names.iter().for_each(|name| columns[free_name(name)] = text.clone());
    let features = json!({"info": {"features": columns}});
    let footer = vec![KeyValue::new(FEATURES_KEY.to_owned(), features.to_string())];
    let properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(Some(footer)).build();
    let mut types = parse_message_type(SCHEMA)?.get_fields().to_vec();
    for name in &field_names {
        types.push(text_column(&free_name(name))?);
    }
    let schema = Arc::new(Type::group_type_builder("schema").with_fields(types).build()?);
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let sentences = corpus.sentences(split);
    for (number, chunk) in sentences.chunks(ROWS_PER_GROUP).enumerate() {
        let (mut words, mut tags, mut levels) = (Vec::new(), Vec::new(), Vec::new());
        for id in chunk {
            let d = corpus.document(id.document);
            let sentence = d.sentence_tokens(id.sentence as usize);
            let encoded = scheme::encode(&d.to_token_spans(id.sentence as usize), sentence.len(), scheme);
            for (i, (word, tag)) in sentence.into_iter().zip(encoded).enumerate() {
                let tag = format_tag(tag, scheme, |l| corpus.labels.name(l).to_owned());
                words.push(ByteArray::from(word));
                tags.push(names.iter().position(|n| *n == tag).unwrap_or(0) as i64);
                // The first element begins a list.
                levels.push(i16::from(i > 0));
            }
        }
        let ids: Vec<ByteArray> =
            (0..chunk.len()).map(|i| ByteArray::from((number * ROWS_PER_GROUP + i).to_string().as_str())).collect();
        let present = vec![3i16; words.len()];
        let mut group = writer.next_row_group()?;
        column::<ByteArrayType>(&mut group, &ids, &vec![1; ids.len()], None)?;
        column::<ByteArrayType>(&mut group, &words, &present, Some(&levels))?;
        column::<Int64Type>(&mut group, &tags, &present, Some(&levels))?;
        for name in &field_names {
            let value = |id: &SentenceId| {
                let field = corpus.document(id.document).fields.iter().find(|field| field.name == *name)?;
                Some(ByteArray::from(field.value.as_str()))
            };
            let values: Vec<Option<ByteArray>> = chunk.iter().map(value).collect();
            let present: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
            let values: Vec<ByteArray> = values.into_iter().flatten().collect();
            column::<ByteArrayType>(&mut group, &values, &present, None)?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}

/// Returns the name of a field as a column that has no other meaning.
fn free_name(name: &str) -> String {
    if ["id", "tokens", "ner_tags"].contains(&name) { format!("source {name}") } else { name.to_owned() }
}

fn column<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<&mut Vec<u8>>,
    values: &[T::T],
    present: &[i16],
    repeated: Option<&[i16]>,
) -> Result<(), ParquetError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(values, Some(present), repeated)?;
        column.close()?;
    }
    Ok(())
}
