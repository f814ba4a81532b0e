//! Reader of Arrow data: sentences of tokens and tags if the columns contain them, or else texts and their classes.

use super::ARROW;
use super::columns::{Lists, Value, Values, entry, is_text, is_value};
use super::messages::Messages;
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, DocLabelId, Document, FieldNames, FieldValue, LabelId, Scheme, TagNotation};
use crate::format::header::{Role, has_role};
use crate::format::hf_jsonl::{self, TAG_KEYS, TOKEN_KEYS};
use crate::format::note::NoteKind;
use crate::format::read_report::quote;
use crate::format::record_error::RecordError;
use crate::format::tagged::TaggedBuilder;
use crate::format::token_list::{check_tag_count, check_tokens, tag_name};
use crate::format::{Problem, ReadReport, SourceInput};
use arrow_schema::{DataType, FieldRef, SchemaRef};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Schema metadata key with the features of `datasets`.
const KEY: &str = "huggingface";

pub(super) fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let messages = Messages::of(source.bytes)?;
    let (schema, mut found) = (&messages.schema, ReadReport::new(ARROW));
    if !messages.has_end {
        found.push_problem(0, 0, || "missing end-of-stream marker: rows can be missing; check the file".into());
    }
    let features = schema.metadata().get(KEY).filter(|text| !crate::format::records::json::is_too_much(text));
    let features: Option<Json> = features.and_then(|text| serde_json::from_str(text).ok());
    let columns = Columns::of(schema)?;
    let used = columns.used();
    let column = |at: usize| schema.field(at).name().as_str();
    let others = (0..schema.fields().len()).filter(|at| !used.contains(at));
    for at in others {
        found.note_unsupported(format!("“{}”", column(at)));
        let has_labels = has_role(column(at), Role::Tag) || has_role(column(at), Role::Spans);
        if has_labels && schema.field(at).data_type().is_nested() {
            found.notes.add(NoteKind::SecondLayer, || format!("“{}”", column(at)));
        }
    }
    let labels = columns.labels().map(column).unwrap_or_default();
    let names = names(source, features.as_ref(), labels);
    if let Some((from, names)) = &names {
        found.detection_notes.push(format!("{} label names of column “{labels}” from {from}", names.len()));
    }
    let names = names.map(|(_, names)| names);
    match columns {
        Columns::Sentences { words, tags } => {
            found.roles = vec![("text", column(words).to_owned()), ("label", column(tags).to_owned())];
            sentences(source, corpus, &messages, found, (words, tags), names.as_deref())
        }
        Columns::Texts { text, class, id, fields } => {
            let role = |role, at: Option<usize>| Some((role, column(at?).to_owned()));
            found.roles =
                [role("text", Some(text)), role("label", class), role("id", id)].into_iter().flatten().collect();
            texts(source, corpus, &messages, found, ([Some(text), class, id], &fields), names.as_deref())
        }
    }
}

/// Indices of the columns to read.
enum Columns {
    Sentences { words: usize, tags: usize },
    Texts { text: usize, class: Option<usize>, id: Option<usize>, fields: Vec<usize> },
}

impl Columns {
    fn of(schema: &SchemaRef) -> Result<Self, Problem> {
        let fields = schema.fields();
        let type_of = |at: usize| fields[at].data_type();
        let named = |name: &str, fits: &dyn Fn(&DataType) -> bool| {
            (0..fields.len()).find(|at| fields[*at].name() == name && fits(type_of(*at)))
        };
        let list_of = |names: &[&str], fits: fn(&DataType) -> bool| {
            names.iter().find_map(|name| named(name, &|of| entry(of).is_some_and(fits)))
        };
        if let (Some(words), Some(tags)) = (list_of(&TOKEN_KEYS, is_text), list_of(&TAG_KEYS, is_value)) {
            return Ok(Self::Sentences { words, tags });
        }
        let with_role = |role: Role, fits: &dyn Fn(&DataType) -> bool| {
            (0..fields.len()).find(|at| has_role(fields[*at].name(), role) && fits(type_of(*at)))
        };
        let texts: Vec<usize> = (0..fields.len()).filter(|at| is_text(type_of(*at))).collect();
        let only = || if let [one] = texts[..] { Some(one) } else { None };
        let text = named("text", &is_text).or_else(|| with_role(Role::Text, &is_text)).or_else(only);
        let Some(text) = text else {
            /// Maximum number of named columns.
            const NAMED: usize = 8;
            let named = |field: &FieldRef| quote(&format!("{} ({})", field.name(), field.data_type()));
            let names: Vec<String> = fields.iter().take(NAMED).map(named).collect();
            let reason = "no column with tokens and tags (tokens, ner_tags) or texts (text, label)";
            return Err(Problem::at(0, 0, format!("{reason}; columns: {}", names.join(", "))));
        };
        let is_class = |of: &DataType| is_value(entry(of).unwrap_or(of));
        let class = named("label", &is_class).or_else(|| with_role(Role::Class, &is_class)).filter(|at| *at != text);
        let id = named("id", &is_value).filter(|at| *at != text && Some(*at) != class);
        let is_field = |at: &usize| *at != text && ![class, id].contains(&Some(*at)) && is_value(type_of(*at));
        let fields = (0..fields.len()).filter(is_field).collect();
        Ok(Self::Texts { text, class, id, fields })
    }

    /// Returns all used column indices, sorted.
    fn used(&self) -> Vec<usize> {
        let mut all: Vec<usize> = match self {
            Self::Sentences { words, tags } => vec![*words, *tags],
            Self::Texts { text, class, id, fields } => {
                [Some(*text), *class, *id].into_iter().flatten().chain(fields.iter().copied()).collect()
            }
        };
        all.sort_unstable();
        all
    }

    /// Returns the index of the column whose numbers can have names.
    fn labels(&self) -> Option<usize> {
        match *self {
            Self::Sentences { tags, .. } => Some(tags),
            Self::Texts { class, .. } => class,
        }
    }
}

/// Returns the names of the ids of a column, and their source: the file, or another file in the same directory.
fn names(source: &SourceInput, features: Option<&Json>, column: &str) -> Option<(&'static str, Vec<String>)> {
    let of = |features: &Json| {
        features.get("features").and_then(|f| f.get(column)).and_then(hf_jsonl::find_class_label_names)
    };
    let own = features.and_then(|f| of(f.get("info")?)).map(|names| ("the schema", names));
    let info = || {
        let text = (source.read_sibling)("dataset_info.json")?;
        let info: Json = serde_json::from_slice(&text).ok()?;
        Some(("dataset_info.json", of(&info)?))
    };
    // Names for the ids of another column would be wrong for a class, but tag names are in the usual files.
    let siblings = || TAG_KEYS.contains(&column).then(|| hf_jsonl::class_label_names(source)).flatten();
    own.or_else(info).or_else(siblings)
}

/// Returns the name of a value: the string, or the name of the id.
fn name<'a>(value: Value<'a>, names: Option<&'a [String]>) -> Result<&'a str, RecordError> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Truth(truth) => Ok(if truth { "true" } else { "false" }),
        Value::Number(number) => tag_name(names, number),
    }
}

/// Returns the tokens of a row.
fn words(lists: &Lists, row: Option<Range<usize>>) -> Result<Vec<&str>, RecordError> {
    let words =
        row.ok_or(RecordError::Unsupported("the token list is missing"))?.map(|at| match lists.values.get(at) {
            Some(Value::Text(word)) => Ok(word),
            _ => Err(RecordError::Unsupported("a token is missing or not a string")),
        });
    let words: Vec<&str> = words.collect::<Result<_, _>>()?;
    check_tokens(&words)?;
    Ok(words)
}

/// Returns the tag names of a row. Their number must equal the number of tokens.
fn tags<'a>(
    lists: &'a Lists,
    row: Option<Range<usize>>,
    names: Option<&'a [String]>,
    words: usize,
) -> Result<Vec<&'a str>, RecordError> {
    let row = row.ok_or(RecordError::Unsupported("the tag list is missing"))?;
    check_tag_count(words, row.len())?;
    let missing = RecordError::Unsupported("a tag is missing");
    row.map(|at| name(lists.values.get(at).ok_or_else(|| missing.clone())?, names)).collect()
}

/// Detects the notation of the tags from the first rows.
fn spelling(messages: &Messages, tags: usize, names: Option<&[String]>) -> Result<TagNotation, Problem> {
    /// Maximum number of tags to inspect.
    const FIRST: usize = 10_000;
    if messages.len() == 0 {
        return Ok(TagNotation::Hyphen);
    }
    let batch = messages.batch(0, &[tags])?;
    let lists = Lists::of(batch.column(0).clone())?;
    let places = (0..batch.num_rows()).filter_map(|row| lists.row(row)).flatten();
    let values = places.filter_map(|at| lists.values.get(at)).take(FIRST);
    let first: Vec<&str> = values.filter_map(|value| name(value, names).ok()).collect();
    Ok(hf_jsonl::detect_notation(&first, names))
}

fn sentences(
    source: &SourceInput,
    corpus: &mut Corpus,
    messages: &Messages,
    found: ReadReport,
    (words_at, tags_at): (usize, usize),
    names: Option<&[String]>,
) -> Result<ReadReport, Problem> {
    let mut reader = TaggedBuilder::new(source, corpus, found);
    let mut used = [words_at, tags_at];
    used.sort_unstable();
    reader.notation = spelling(messages, tags_at, names)?;
    if reader.notation == TagNotation::Untyped {
        reader.found.notes.add(NoteKind::TagWithoutLabel, String::new);
    }
    let place = |at: usize| usize::from(used[0] != at);
    let (mut row, mut held) = (0, 0);
    for number in 0..messages.len() {
        let batch = messages.batch(number, &used)?;
        let lists = |at: usize| Lists::of(batch.column(place(at)).clone());
        let (words_of, tags_of) = (lists(words_at)?, lists(tags_at)?);
        for at in 0..batch.num_rows() {
            row += 1;
            let sentence = words(&words_of, words_of.row(at))
                .and_then(|words| Ok((tags(&tags_of, tags_of.row(at), names, words.len())?, words)));
            match sentence {
                Ok((tags, words)) => {
                    held += words.iter().map(|w| w.len() as u64).sum::<u64>();
                    source.budget.check(source.bytes.len(), held)?;
                    reader.push_sentence(&words, &tags, row)?;
                }
                Err(reason) => {
                    reader.found.push_problem(row, 0, || format!("row {row}: {reason}; row skipped, kept in the file"))
                }
            }
        }
    }
    if reader.sentences() == 0 {
        let first = reader.found.problems.first().map_or_else(|| "no rows".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no row has tokens and tags: {first}")));
    }
    let is_bare = reader.notation == TagNotation::LabelOnly;
    let found = reader.finish();
    Ok(if is_bare { ReadReport { scheme: Scheme::Io, ..found } } else { found })
}

fn texts(
    source: &SourceInput,
    corpus: &mut Corpus,
    messages: &Messages,
    mut found: ReadReport,
    (columns, fields): ([Option<usize>; 3], &[usize]),
    names: Option<&[String]>,
) -> Result<ReadReport, Problem> {
    let mut used: Vec<usize> = columns.into_iter().flatten().chain(fields.iter().copied()).collect();
    used.sort_unstable();
    let mut documents = Vec::new();
    let mut field_names = FieldNames::default();
    // A map, because a linear search of as many classes as rows would take quadratic time.
    let mut known: HashMap<String, usize> = corpus.doc_labels.iter().cloned().zip(0..).collect();
    let (mut row, mut held) = (0usize, 0);
    for number in 0..messages.len() {
        let batch = messages.batch(number, &used)?;
        let column = |at: Option<usize>| used.binary_search(&at?).ok().map(|place| batch.column(place).clone());
        let [text, class, id] = columns.map(column);
        let values = |array| Option::map(array, Values::of).transpose();
        let (class_lists, class) = match class {
            Some(array) if entry(array.data_type()).is_some() => (Some(Lists::of(array)?), None),
            array => (None, values(array)?),
        };
        let (text, id) = (values(text)?, values(id)?);
        let field = |at: &usize| Ok((messages.schema.field(*at).name().clone(), values(column(Some(*at)))?));
        let others: Vec<(String, Option<Values>)> = fields.iter().map(field).collect::<Result<_, Problem>>()?;
        for at in 0..batch.num_rows() {
            row += 1;
            let Some(Value::Text(text)) = text.as_ref().and_then(|values| values.get(at)).filter(|t| !is_blank(t))
            else {
                found.notes.add(NoteKind::RecordWithoutText, || format!("row {row}"));
                continue;
            };
            held += text.len() as u64;
            source.budget.check(source.bytes.len(), held)?;
            let own = class.as_ref().and_then(|values| values.get(at));
            let listed = class_lists.as_ref().and_then(|lists| Some((lists, lists.row(at)?)));
            let listed = listed.into_iter().flat_map(|(lists, row)| row.filter_map(|at| lists.values.get(at)));
            let mut classes = Vec::new();
            for value in own.into_iter().chain(listed) {
                match class_name(value, names) {
                    Ok(class) => classes.extend(class),
                    Err(reason) => {
                        found.push_problem(row, 0, || format!("row {row}: {reason}; document label not read"))
                    }
                }
            }
            let place = to_u32(documents.len());
            let mut document =
                Document::from_text(source.split, source.source_id, place, text.to_owned(), Vec::new(), None);
            for class in classes {
                let next = corpus.doc_labels.len();
                let id = *known.entry(class).or_insert_with_key(|class| {
                    corpus.doc_labels.push(class.clone());
                    next
                });
                if id >= LabelId::MAX_COUNT {
                    return Err(too_many_classes());
                }
                document.doc_labels.push(DocLabelId::new(to_u32(id)));
            }
            document.doc_labels.sort_unstable();
            document.doc_labels.dedup();
            match id.as_ref().and_then(|values| values.get(at)) {
                Some(Value::Text(id)) => id.clone_into(&mut document.name),
                Some(Value::Number(id)) => document.name = id.to_string(),
                _ => {}
            }
            let field = |(name, values): &(String, Option<Values>)| {
                Some((name.clone(), field_value(&values.as_ref()?.get(at)?)))
            };
            document.fields = field_names.intern(others.iter().filter_map(field).collect());
            documents.push(Arc::new(document));
        }
    }
    if documents.is_empty() {
        return Err(Problem::at(0, 0, "no row has text"));
    }
    corpus.documents.extend(documents);
    Ok(found)
}

fn too_many_classes() -> Problem {
    let most = LabelId::MAX_COUNT;
    Problem::at(
        0,
        0,
        format!("the column of document labels has more than {most} distinct values; rename or remove it"),
    )
}

fn field_value(value: &Value) -> FieldValue {
    match value {
        Value::Text(text) => FieldValue::Text((*text).to_owned()),
        Value::Number(number) => FieldValue::Json(number.to_string()),
        Value::Truth(truth) => FieldValue::Json(truth.to_string()),
    }
}

fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.trim().is_empty())
}

/// Returns the name of a class. `None` for -1, the value of `datasets` for texts without a class. A number without
/// names is its name.
fn class_name(value: Value, names: Option<&[String]>) -> Result<Option<String>, RecordError> {
    match (value, names) {
        (Value::Number(-1), Some(_)) => Ok(None),
        (Value::Number(number), None) => Ok(Some(number.to_string())),
        (Value::Text(text), _) if text.trim().is_empty() => Ok(None),
        _ => name(value, names).map(|name| Some(name.to_owned())),
    }
}
