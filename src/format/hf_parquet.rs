//! Hugging Face's Parquet: a row is a sentence of `tokens` and `ner_tags`, the tags by number, their names in the footer's
//! key `huggingface`, so that `datasets.load_dataset` gives a `ClassLabel` back.

use super::hf_jsonl::{self, TAGS, WORDS};
use super::words::Tagged;
use super::{Format, Found, Holds, Problem, Source, Write};
use crate::corpus::notation::tag_text;
use crate::corpus::scheme;
use crate::corpus::{Corpus, Scheme, Split};
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::record::{Field, Row};
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Parquet as `datasets` writes it.
pub const HF_PARQUET: Format = Format {
    name: "hf-parquet",
    what: "Hugging Face Parquet: rows of tokens and tags",
    extensions: &["parquet"],
    recognises: |g| g.bytes.starts_with(b"PAR1"),
    read,
    write: Some(Write::Whole(write)),
    rewrite: None,
    holds: Holds { overlaps: false, text: false, documents: false, spaced_labels: true, columns: 0 },
};

/// The key of the footer under which `datasets` keeps the features.
const KEY: &str = "huggingface";

const SCHEMA: &str = "message schema {
    optional binary id (STRING);
    optional group tokens (LIST) { repeated group list { optional binary element (STRING); } }
    optional group ner_tags (LIST) { repeated group list { optional int64 element; } }
}";

/// Sentences of a row group.
const GROUP: usize = 50_000;

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    // The crate trusts what a damaged file says of itself in places, and panics; nothing is shared with it.
    let sentences = catch_unwind(AssertUnwindSafe(|| sentences(source.bytes)));
    let (names, rows) = sentences.unwrap_or_else(|_| Err(Problem::at(0, 0, "the Parquet file is damaged")))?;
    let beside = hf_jsonl::names(source);
    let mut found = Found::new(HF_PARQUET);
    let names = match (names, beside) {
        (Some(names), _) => {
            found.evidence.push(format!("{} tag names from the file's footer", names.len()));
            Some(names)
        }
        (None, Some((file, names))) => {
            found.evidence.push(format!("{} tag names from {file}", names.len()));
            Some(names)
        }
        (None, None) => None,
    };
    let mut reader = Tagged::new(source, corpus, found);
    for (row, sentence) in (1..).zip(rows) {
        let named = sentence.and_then(|(words, tags)| {
            let tags: Result<Vec<String>, String> = tags.into_iter().map(|t| t.name(names.as_deref())).collect();
            Ok((words, tags?))
        });
        match named {
            Ok((words, tags)) => {
                reader.sentence(&words, &tags, row);
            }
            Err(why) => reader.found.problem(row, 0, || format!("row {row}: {why}; it is left out")),
        }
    }
    if reader.sentences() == 0 {
        let first = reader.found.problems.first().map_or_else(|| "it has no row".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no row has words and tags: {first}")));
    }
    Ok(reader.finish())
}

/// A tag as it stands in a row.
enum Tag {
    Name(String),
    Number(i64),
}

impl Tag {
    fn name(self, names: Option<&[String]>) -> Result<String, String> {
        match self {
            Self::Name(name) => Ok(name),
            Self::Number(id) => {
                let names = names.ok_or("tags are numbers without names, in the file and beside it")?;
                let name = usize::try_from(id).ok().and_then(|id| names.get(id));
                name.cloned().ok_or_else(|| format!("tag {id} has no name among {}", names.len()))
            }
        }
    }
}

type Sentence = Result<(Vec<String>, Vec<Tag>), String>;

/// Names of the tags, and the rows.
fn sentences(bytes: &[u8]) -> Result<(Option<Vec<String>>, Vec<Sentence>), Problem> {
    let damaged = |e: ParquetError| Problem::at(0, 0, format!("the Parquet file is damaged ({e})"));
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).map_err(damaged)?;
    let footer = reader.metadata().file_metadata().key_value_metadata();
    let features = footer.into_iter().flatten().find(|kv| kv.key == KEY).and_then(|kv| kv.value.as_deref());
    let features: Option<Value> = features.and_then(|text| serde_json::from_str(text).ok());
    let names = features.as_ref().and_then(hf_jsonl::names_in);
    let rows = reader.get_row_iter(None).map_err(damaged)?;
    let rows = rows.map(|row| row.map_err(|e| e.to_string()).and_then(|row| sentence(&row)));
    Ok((names, rows.collect()))
}

fn sentence(row: &Row) -> Sentence {
    let list = |names: &[&str]| {
        let field = row.get_column_iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, field)| field);
        match field {
            Some(Field::ListInternal(list)) => Ok(list.elements().to_vec()),
            Some(_) => Err(format!("{} is no list", names[0])),
            None => Err(format!("there is no column {}", names[0])),
        }
    };
    let words: Vec<String> = list(&WORDS)?
        .iter()
        .map(|f| match f {
            Field::Str(word) if !word.trim().is_empty() => Ok(word.clone()),
            _ => Err("a word is empty".to_owned()),
        })
        .collect::<Result<_, _>>()?;
    let tag = |f: &Field| match f {
        Field::Str(name) => Ok(Tag::Name(name.clone())),
        Field::Long(n) => Ok(Tag::Number(*n)),
        Field::Int(n) => Ok(Tag::Number(i64::from(*n))),
        Field::Short(n) => Ok(Tag::Number(i64::from(*n))),
        Field::Byte(n) => Ok(Tag::Number(i64::from(*n))),
        Field::UByte(n) => Ok(Tag::Number(i64::from(*n))),
        _ => Err("a tag is neither a name nor a number".to_owned()),
    };
    let tags: Vec<Tag> = list(&TAGS)?.iter().map(tag).collect::<Result<_, _>>()?;
    match (words.len(), tags.len()) {
        (0, _) => Err("there is no word".into()),
        (words, tags) if words != tags => Err(format!("{words} words have {tags} tags")),
        _ => Ok((words, tags)),
    }
}

fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    // It is written to memory, where nothing fails; an empty file would be refused by whoever reads it.
    written(corpus, split, scheme).inspect_err(|e| log::error!("parquet: {e}")).unwrap_or_default()
}

/// Every tag that the labels give, `O` first.
fn tag_names(corpus: &Corpus, scheme: Scheme) -> Vec<String> {
    let of_label = |label: String| scheme.letters().iter().map(move |(_, letter)| format!("{letter}-{label}"));
    std::iter::once("O".to_owned()).chain(corpus.labels.names().into_iter().flat_map(of_label)).collect()
}

fn written(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Result<Vec<u8>, ParquetError> {
    let names = tag_names(corpus, scheme);
    let text = json!({"dtype": "string", "_type": "Value"});
    let features = json!({"info": {"features": {
        "id": text,
        "tokens": {"feature": text, "_type": "Sequence"},
        "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"},
    }}});
    let footer = vec![KeyValue::new(KEY.to_owned(), features.to_string())];
    let properties =
        WriterProperties::builder().set_compression(Compression::SNAPPY).set_key_value_metadata(Some(footer)).build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let sentences = corpus.sentences(split);
    for (number, chunk) in sentences.chunks(GROUP).enumerate() {
        let (mut words, mut tags, mut levels) = (Vec::new(), Vec::new(), Vec::new());
        for id in chunk {
            let d = corpus.document(id.document);
            let sentence = d.words(id.sentence as usize);
            let encoded = scheme::encode(&d.token_spans(id.sentence as usize), sentence.len(), scheme);
            for (i, (word, tag)) in sentence.into_iter().zip(encoded).enumerate() {
                let tag = tag_text(tag, scheme, |l| corpus.labels.name(l).to_owned());
                words.push(ByteArray::from(word));
                tags.push(names.iter().position(|n| *n == tag).unwrap_or(0) as i64);
                // A list begins with its first element.
                levels.push(i16::from(i > 0));
            }
        }
        let ids: Vec<ByteArray> =
            (0..chunk.len()).map(|i| ByteArray::from((number * GROUP + i).to_string().as_str())).collect();
        let present = vec![3i16; words.len()];
        let mut group = writer.next_row_group()?;
        column::<ByteArrayType>(&mut group, &ids, &vec![1; ids.len()], None)?;
        column::<ByteArrayType>(&mut group, &words, &present, Some(&levels))?;
        column::<Int64Type>(&mut group, &tags, &present, Some(&levels))?;
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
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
