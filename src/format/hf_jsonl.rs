//! Hugging Face JSON: records of tokens and tags, the tags by name or by number.
//!
//! The names of numbered tags are in another file of the directory: `dataset_info.json`, the dataset card `README.md`,
//! one of `LABEL_MAP_FILES`, `labels.txt`, or `config.json`.

use super::dataset_card;
use super::header::{Role, has_role};
use super::note::NoteKind;
use super::record_error::RecordError;
use super::records::json::{self, JsonLayout, RawRecord};
use super::records::{FieldPlace, scalar_fields, split_of};
use super::tagged::{SourceSentence, SpanCursor, TaggedBuilder};
use super::token_list::{check_tokens, tag_name};
use super::{Capabilities, Detection, Format, Problem, ReadReport, RewriteContext, SourceInput, Writer};
use crate::corpus::scheme;
use crate::corpus::tag_notation::{UNTYPED, format_tag};
use crate::corpus::{Corpus, Document, LabelId, Scheme, Split, TagNotation, TokenSpan};
use serde_json::{Value, json};

/// Records of `tokens` and `ner_tags`.
pub const HF_JSONL: Format = Format {
    name: "hf-jsonl",
    description: "Hugging Face JSON: lines of tokens and tags",
    extensions: &["jsonl", "json"],
    detect: |g| {
        let fits = g.records.iter().any(|v| token_and_tag_keys(v).is_some());
        Detection::when(fits, Detection::STRUCTURE, "lists of tokens and tags")
    },
    is_json: true,
    read,
    write: Some(Writer::SingleFile(write)),
    rewrite: Some(rewrite),
    capabilities: Capabilities {
        labels_with_spaces: true,
        tokens_with_spaces: true,
        any_character: true,
        fields: true,
        ..Capabilities::NONE
    },
};

pub(super) const TOKEN_KEYS: [&str; 7] = ["tokens", "words", "token", "str_words", "x", "text", "sentence"];
pub(super) const TAG_KEYS: [&str; 6] = ["ner_tags", "tags", "labels", "ner", "ner_tags_str", "y"];

/// Files that map names to numbers or numbers to names.
pub(crate) const LABEL_MAP_FILES: [&str; 5] =
    ["label.json", "labels.json", "label2id.json", "tag_to_id.json", "id2label.json"];
/// Model configuration, which contains the mapping under a key.
pub(crate) const MODEL_CONFIG_FILE: &str = "config.json";

/// Returns the keys of the tokens and tags of a record: lists of the same length.
fn token_and_tag_keys(value: &Value) -> Option<(&'static str, &'static str)> {
    let list = |key: &&&str| value.get(**key).and_then(Value::as_array);
    let words = TOKEN_KEYS.iter().find(|k| list(k).is_some_and(|l| l.iter().all(Value::is_string)))?;
    let length = list(&words)?.len();
    let is_tag = |v: &Value| v.is_string() || v.is_u64();
    let tags = TAG_KEYS.iter().find(|k| list(k).is_some_and(|l| l.len() == length && l.iter().all(is_tag)))?;
    Some((words, tags))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let records = json::split_records(&decoded.text)?;
    let names = class_label_names(source);
    let mut found = ReadReport::with_encoding(HF_JSONL, &decoded);
    if let Some((file, names)) = &names {
        found.detection_notes.push(format!("{} tag names from {file}", names.len()));
    }
    let names = names.map(|(_, names)| names);
    let notation = notation_of_records(&records, names.as_deref());
    if notation == TagNotation::Untyped {
        found.notes.add(NoteKind::TagWithoutLabel, String::new);
    }
    let mut reader = TaggedBuilder::new(source, corpus, found);
    reader.notation = notation;
    for record in &records {
        match parse_token_record(record, names.as_deref()) {
            Ok(TokenRecord { value, words, tags }) => {
                let used = token_and_tag_keys(&value).map_or(["", ""], |(words, tags)| [words, tags]);
                let others = value.as_object().into_iter().flatten().filter(|(key, _)| !used.contains(&key.as_str()));
                let fields = scalar_fields(&value, |key| used.contains(&key));
                for (key, other) in others {
                    if !fields.iter().any(|(name, _)| name == key) {
                        reader.found.note_unsupported(format!("“{key}”"));
                    }
                    if is_second_layer(key, other, words.len()) {
                        reader.found.notes.add(NoteKind::SecondLayer, || format!("“{key}”"));
                    }
                }
                reader.start_split(record.split.or_else(|| split_of(&value)).unwrap_or(source.split));
                reader.start_record(fields);
                reader.push_sentence(&words, &tags, record.line)?;
            }
            Err((line, reason)) => {
                reader.found.push_problem(line, 0, || format!("{reason}; record skipped, kept in the file"))
            }
        }
    }
    if reader.sentences() == 0 {
        let first = reader.found.problems.first().map_or_else(|| "no records".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no record has tokens and tags: {first}")));
    }
    let found = reader.finish();
    Ok(if notation == TagNotation::LabelOnly { ReadReport { scheme: Scheme::Io, ..found } } else { found })
}

/// True if a field has another layer of tags: as many strings as tokens, one of them `O`.
fn is_second_layer(key: &str, value: &Value, words: usize) -> bool {
    let tags = value.as_array().filter(|list| list.len() == words && !has_role(key, Role::Grammar));
    tags.is_some_and(|list| list.iter().all(Value::is_string) && list.iter().any(|tag| tag == "O"))
}

/// Detects the notation of the tags from the first records.
fn notation_of_records(records: &[RawRecord], names: Option<&[String]>) -> TagNotation {
    /// Maximum number of records to inspect.
    const FIRST: usize = 1000;
    let first = records.iter().take(FIRST).filter_map(|record| parse_token_record(record, names).ok());
    detect_notation(&first.flat_map(|sentence| sentence.tags).collect::<Vec<_>>(), names)
}

/// Detects the notation from some tags, or else from the names of the numbers.
pub(super) fn detect_notation<T: AsRef<str>>(tags: &[T], names: Option<&[String]>) -> TagNotation {
    let named = || TagNotation::detect(&names?.iter().map(String::as_str).collect::<Vec<_>>());
    TagNotation::detect(&tags.iter().map(AsRef::as_ref).collect::<Vec<_>>()).or_else(named).unwrap_or_default()
}

/// Record of a sentence.
struct TokenRecord {
    value: Value,
    words: Vec<String>,
    /// Tag names, one per token.
    tags: Vec<String>,
}

/// Parses a record as a sentence. A record without tokens is an error.
fn parse_token_record(record: &RawRecord, names: Option<&[String]>) -> Result<TokenRecord, (usize, RecordError)> {
    let value = json::parse(record)?;
    let fail = |reason: RecordError| (record.line, reason);
    let required = "no “tokens” with the same number of “ner_tags” (names, or ids from 0)";
    let (words, tags) = token_and_tag_keys(&value).ok_or_else(|| fail(RecordError::Unsupported(required)))?;
    let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let words: Vec<String> = list(words).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let name = |tag: &Value| match (tag.as_str(), tag.as_i64()) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, Some(id)) => tag_name(names, id).map(str::to_owned),
        _ => Err(RecordError::Unsupported("a tag is neither a name nor a number")),
    };
    let tags = list(tags).iter().map(name).collect::<Result<_, _>>().map_err(fail)?;
    check_tokens(&words).map_err(fail)?;
    Ok(TokenRecord { value, words, tags })
}

fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let names = class_label_names(source).map(|(_, names)| names);
    let mut spans = SpanCursor::new(current);
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut number) = (0, 0);
    let records = json::split_records(text)?;
    let notation = notation_of_records(&records, names.as_deref());
    for record in records {
        let Ok(TokenRecord { mut value, words, tags: before }) = parse_token_record(&record, names.as_deref()) else {
            continue;
        };
        number += 1;
        let there = SourceSentence {
            number: number - 1,
            line: record.line,
            words: words.iter(),
            tags: before.iter(),
            notation,
            stacked: false,
        };
        let Some(wanted) = spans.changed_spans(there)? else { continue };
        check_notation(notation, &wanted, current, record.line)?;
        let label = |l| current.corpus.labels.name(l).to_owned();
        let tags = scheme::encode(&wanted, words.len(), current.scheme);
        let tags: Vec<String> = tags.into_iter().map(|t| notation.format(t, current.scheme, label)).collect();
        if let Some((_, key)) = token_and_tag_keys(&value) {
            let by_number = value[key].get(0).is_some_and(Value::is_u64);
            let tags: Result<Vec<Value>, Problem> =
                tags.into_iter().map(|t| tag_value(t, by_number, names.as_deref())).collect();
            value[key] = Value::Array(tags.map_err(|p| Problem { line: record.line, ..p })?);
        }
        out.push_str(&text[copied..record.range.start]);
        out.push_str(&json::serialize_like(&record, &value));
        copied = record.range.end;
    }
    spans.finish(number)?;
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

/// Checks that tags of this notation can represent the spans.
///
/// # Errors
/// Returns the line of the record and a message if they cannot.
fn check_notation(
    notation: TagNotation,
    wanted: &[TokenSpan],
    current: &RewriteContext,
    line: usize,
) -> Result<(), Problem> {
    let mut names = wanted.iter().map(|s| current.corpus.labels.name(s.label));
    let reason = match notation {
        TagNotation::LabelOnly if scheme::count_merged(wanted, Scheme::Io) > 0 => {
            "adjacent entities of one label would be merged, because the tags have no prefix".to_owned()
        }
        TagNotation::Untyped => match names.find(|name| *name != UNTYPED) {
            Some(other) => format!("the tags of this file have no labels, so {other} cannot be written"),
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(Problem::at(line, 0, format!("{reason}; save a copy in another format")))
}

fn tag_value(tag: String, by_number: bool, names: Option<&[String]>) -> Result<Value, Problem> {
    if !by_number {
        return Ok(Value::from(tag));
    }
    match names.unwrap_or_default().iter().position(|n| *n == tag) {
        Some(id) => Ok(json!(id)),
        None => Err(Problem::at(
            0,
            0,
            format!("{tag} is not among the label names next to the file; save a copy in another format"),
        )),
    }
}

fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    let documents = corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s)));
    let sentences = documents.flat_map(|d| (0..d.len()).map(move |s| (d, s)));
    let record = |(i, (d, s)): (usize, (&std::sync::Arc<Document>, usize))| {
        let words = d.sentence_tokens(s);
        let tags = scheme::encode(&d.to_token_spans(s), words.len(), scheme);
        let tags: Vec<String> =
            tags.into_iter().map(|t| format_tag(t, scheme, |l| corpus.labels.name(l).to_owned())).collect();
        let mut record = json!({"id": i.to_string(), "tokens": words, "ner_tags": tags});
        FieldPlace::Record.write(&mut record, &d.fields);
        record
    };
    json::write(sentences.enumerate().map(record), JsonLayout::Lines)
}

/// Returns the error message for numbered tags without names.
/// Returns the names of numbered tags, and the file that contains them.
pub(super) fn class_label_names(source: &SourceInput) -> Option<(&'static str, Vec<String>)> {
    let text = |name: &str| String::from_utf8((source.read_sibling)(name)?).ok();
    let from_info = || {
        let info = text("dataset_info.json").or_else(|| text("dataset_infos.json"))?;
        let info: Value = serde_json::from_str(&info).ok()?;
        find_class_label_names(&info)
    };
    let from_list =
        || Some(text("labels.txt")?.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect());
    let json = |name: &str| serde_json::from_str::<Value>(&text(name)?).ok();
    let from_numbers = || LABEL_MAP_FILES.into_iter().find_map(|file| Some((file, parse_label_map(&json(file)?)?)));
    let from_config = || {
        let config = json(MODEL_CONFIG_FILE)?;
        ["id2label", "label2id"].into_iter().find_map(|key| parse_label_map(config.get(key)?))
    };
    None.or_else(|| from_info().map(|n| ("dataset_info.json", n)))
        .or_else(|| find_class_label_names(&dataset_card::front_matter(&text("README.md")?)?).map(|n| ("README.md", n)))
        .or_else(from_numbers)
        .or_else(|| from_list().map(|n: Vec<String>| ("labels.txt", n)))
        .or_else(|| from_config().map(|n| (MODEL_CONFIG_FILE, n)))
}

/// Returns names by number, from a list or from an object that maps names to numbers or numbers to names. Missing names
/// are empty.
fn parse_label_map(value: &Value) -> Option<Vec<String>> {
    if let Some(list) = value.as_array() {
        return list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    }
    let fields = value.as_object()?;
    let pair = |(key, value): (&String, &Value)| match (value.as_u64(), value.as_str()) {
        (Some(number), _) => Some((usize::try_from(number).ok()?, key.clone())),
        (None, Some(name)) => Some((key.parse().ok()?, name.to_owned())),
        (None, None) => None,
    };
    let pairs: Vec<(usize, String)> = fields.iter().map(pair).collect::<Option<_>>()?;
    let most = pairs.iter().map(|(number, _)| *number).max().filter(|most| *most < LabelId::MAX_COUNT)?;
    let mut names = vec![String::new(); most + 1];
    pairs.into_iter().for_each(|(number, name)| names[number] = name);
    Some(names)
}

/// Returns the first list of names under a tag column anywhere in a description of features.
pub(super) fn find_class_label_names(value: &Value) -> Option<Vec<String>> {
    if let Some(names) = value.get("names") {
        let list = names.as_array().map(|l| l.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        return list.or_else(|| {
            let mut pairs: Vec<(usize, String)> = names
                .as_object()?
                .iter()
                .filter_map(|(k, v)| Some((k.parse().ok()?, v.as_str()?.to_owned())))
                .collect();
            pairs.sort();
            Some(pairs.into_iter().map(|(_, name)| name).collect())
        });
    }
    match value {
        Value::Object(fields) => {
            let first = TAG_KEYS.iter().filter_map(|k| fields.get(*k));
            first.chain(fields.values()).find_map(find_class_label_names)
        }
        // A dataset card lists features by name.
        Value::Array(list) => {
            let is_tags = |v: &&Value| v.get("name").and_then(Value::as_str).is_some_and(|n| TAG_KEYS.contains(&n));
            list.iter().filter(is_tags).chain(list).find_map(find_class_label_names)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_label_names_in_card_and_info() {
        let card = "---\nlicense: mit\ndataset_info:\n  features:\n  - name: pos\n    sequence:\n      class_label:\n        names:\n          '0': NN\n  - name: ner_tags\n    \
                    sequence:\n      class_label:\n        names:\n          '0': O\n          '1': B-LOC\n          \"2\": I-LOC\n  \
                    splits:\n---\n# Card\n";
        assert_eq!(
            dataset_card::front_matter(card).as_ref().and_then(find_class_label_names),
            Some(vec!["O".to_owned(), "B-LOC".to_owned(), "I-LOC".to_owned()])
        );
        let info = json!({"features": {"tokens": {"feature": {"dtype": "string"}}, "ner_tags": {"feature": {"names": ["O", "B-X"],
            "_type": "ClassLabel"}, "_type": "Sequence"}}});
        assert_eq!(find_class_label_names(&info), Some(vec!["O".to_owned(), "B-X".to_owned()]));
    }

    #[test]
    fn label_mapping_is_read_in_both_directions() {
        let check = |value: Value, expected: Option<&[&str]>| {
            let names = parse_label_map(&value);
            let names: Option<Vec<&str>> = names.as_ref().map(|n| n.iter().map(String::as_str).collect());
            assert_eq!(names.as_deref(), expected, "{value}");
        };
        check(json!({"B-X": 1, "O": 0}), Some(&["O", "B-X"]));
        check(json!({"1": "B-X", "0": "O"}), Some(&["O", "B-X"]));
        check(json!(["O", "B-X"]), Some(&["O", "B-X"]));
        check(json!({"O": 1, "B-X": 3}), Some(&["", "O", "", "B-X"]));
        check(json!({"O": 0, "note": "x"}), None);
        check(json!({"O": 1_000_000_000}), None);
        check(json!({}), None);
    }
}
