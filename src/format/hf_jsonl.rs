//! Hugging Face's JSON: records of tokens and tags, the tags by name or by number.
//!
//! Numbers have their names in a file beside: `dataset_info.json`, the dataset card `README.md`, or `labels.txt`.

use super::card;
use super::records::json::{self, Record, Shape};
use super::words::{SpansOf, Standing, Tagged};
use super::{Current, Format, Found, Holds, Problem, Recognition, Source, Write};
use crate::corpus::notation::tag_text;
use crate::corpus::scheme;
use crate::corpus::{Corpus, Document, Notation, Scheme, Split};
use serde_json::{Value, json};

/// Records of `tokens` and `ner_tags`.
pub const HF_JSONL: Format = Format {
    name: "hf-jsonl",
    what: "Hugging Face JSON: lines of tokens and tags",
    extensions: &["jsonl", "json"],
    recognize: |g| {
        let fits = g.records.iter().any(|v| columns(v).is_some());
        Recognition::when(fits, Recognition::STRUCTURE, "lists of tokens and tags")
    },
    is_json: true,
    read,
    write: Some(Write::Whole(write)),
    rewrite: Some(rewrite),
    holds: Holds { spaced_labels: true, spaced_words: true, any_character: true, ..Holds::NOTHING },
};

pub(super) const WORDS: [&str; 3] = ["tokens", "words", "token"];
pub(super) const TAGS: [&str; 5] = ["ner_tags", "tags", "labels", "ner", "ner_tags_str"];

/// The keys of a record's words and tags: lists of the same length.
fn columns(value: &Value) -> Option<(&'static str, &'static str)> {
    let list = |key: &&&str| value.get(**key).and_then(Value::as_array);
    let words = WORDS.iter().find(|k| list(k).is_some_and(|l| l.iter().all(Value::is_string)))?;
    let length = list(&words)?.len();
    let is_tag = |v: &Value| v.is_string() || v.is_u64();
    let tags = TAGS.iter().find(|k| list(k).is_some_and(|l| l.len() == length && l.iter().all(is_tag)))?;
    Some((words, tags))
}

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let records = json::records(&decoded.text)?;
    let names = names(source);
    let mut found = Found::of(HF_JSONL, &decoded);
    if let Some((file, names)) = &names {
        found.evidence.push(format!("{} tag names from {file}", names.len()));
    }
    let names = names.map(|(_, names)| names);
    let mut reader = Tagged::new(source, corpus, found);
    for record in &records {
        match sentence(record, names.as_deref()) {
            Ok(Sentence { value, words, tags }) => {
                let used = columns(&value).map_or(["", ""], |(words, tags)| [words, tags]);
                let others = value.as_object().into_iter().flatten().filter(|(key, _)| !used.contains(&key.as_str()));
                others.for_each(|(key, _)| reader.found.also(format!("“{key}”")));
                reader.of_split(record.split.unwrap_or(source.split));
                reader.sentence(&words, &tags, record.line)?;
            }
            Err((line, why)) => reader.found.problem(line, 0, || format!("{why}; the record is left as it is")),
        }
    }
    if reader.sentences() == 0 {
        let first = reader.found.problems.first().map_or_else(|| "it has no record".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no record has words and tags: {first}")));
    }
    Ok(reader.finish())
}

/// A record that is a sentence.
struct Sentence {
    value: Value,
    words: Vec<String>,
    /// By name, one a word.
    tags: Vec<String>,
}

/// A record as a sentence; with no word it is none.
fn sentence(record: &Record, names: Option<&[String]>) -> Result<Sentence, (usize, String)> {
    let value = json::parse(record)?;
    let fail = |why: String| (record.line, why);
    let (words, tags) = columns(&value)
        .ok_or_else(|| fail("there are no “tokens” with as many “ner_tags” (names, or numbers from 0)".into()))?;
    let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let words: Vec<String> = list(words).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let name = |tag: &Value| match (tag.as_str(), tag.as_u64()) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, Some(id)) => {
            let known = names.ok_or_else(|| fail(name_tags()))?;
            usize::try_from(id)
                .ok()
                .and_then(|id| known.get(id))
                .cloned()
                .ok_or_else(|| fail(format!("tag {id} has no name among {}", known.len())))
        }
        _ => Err(fail("a tag is neither a name nor a number".into())),
    };
    let tags = list(tags).iter().map(name).collect::<Result<_, _>>()?;
    if words.is_empty() {
        return Err(fail("the record has no word".into()));
    }
    if let Some(empty) = words.iter().position(|w| w.trim().is_empty()) {
        return Err(fail(format!("word {} is empty", empty + 1)));
    }
    Ok(Sentence { value, words, tags })
}

fn rewrite(source: &Source, current: &Current) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let names = names(source).map(|(_, names)| names);
    let mut spans = SpansOf::new(current);
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut number) = (0, 0);
    for record in json::records(text)? {
        let Ok(Sentence { mut value, words, tags: before }) = sentence(&record, names.as_deref()) else { continue };
        number += 1;
        let there = Standing {
            number: number - 1,
            line: record.line,
            words: words.iter(),
            tags: before.iter(),
            notation: Notation::Usual,
            stacked: false,
        };
        let Some(wanted) = spans.changed(there)? else { continue };
        let label = |l| current.corpus.labels.name(l).to_owned();
        let tags = scheme::encode(&wanted, words.len(), current.scheme);
        let tags: Vec<String> = tags.into_iter().map(|t| tag_text(t, current.scheme, label)).collect();
        if let Some((_, key)) = columns(&value) {
            let by_number = value[key].get(0).is_some_and(Value::is_u64);
            let tags: Result<Vec<Value>, Problem> =
                tags.into_iter().map(|t| written(t, by_number, names.as_deref())).collect();
            value[key] = Value::Array(tags.map_err(|p| Problem { line: record.line, ..p })?);
        }
        out.push_str(&text[copied..record.range.start]);
        out.push_str(&json::written(&record, &value));
        copied = record.range.end;
    }
    spans.finish(number)?;
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

fn written(tag: String, by_number: bool, names: Option<&[String]>) -> Result<Value, Problem> {
    if !by_number {
        return Ok(Value::from(tag));
    }
    match names.unwrap_or_default().iter().position(|n| *n == tag) {
        Some(id) => Ok(json!(id)),
        None => Err(Problem::at(
            0,
            0,
            format!("{tag} has no number in the names beside the file; save a copy in another format"),
        )),
    }
}

fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    let documents = corpus.documents.iter().filter(|d| split.is_none_or(|s| d.split == s));
    let sentences = documents.flat_map(|d| (0..d.len()).map(move |s| (d, s)));
    let record = |(i, (d, s)): (usize, (&std::sync::Arc<Document>, usize))| {
        let words = d.words(s);
        let tags = scheme::encode(&d.token_spans(s), words.len(), scheme);
        let tags: Vec<String> =
            tags.into_iter().map(|t| tag_text(t, scheme, |l| corpus.labels.name(l).to_owned())).collect();
        json!({"id": i.to_string(), "tokens": words, "ner_tags": tags})
    };
    json::write(sentences.enumerate().map(record), Shape::Lines)
}

/// What is said where tags are numbers without names.
pub(super) fn name_tags() -> String {
    let files = "dataset_info.json, label.json, the card README.md, or labels.txt with a name a line";
    format!("tags are numbers without names; put a file with the names beside: {files}")
}

/// Names of numbered tags, and the file they are from.
pub(super) fn names(source: &Source) -> Option<(&'static str, Vec<String>)> {
    let text = |name: &str| String::from_utf8((source.beside)(name)?).ok();
    let from_info = || {
        let info: Value = serde_json::from_str(&text("dataset_info.json")?).ok()?;
        names_in(&info)
    };
    let from_list =
        || Some(text("labels.txt")?.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect());
    None.or_else(|| from_info().map(|n| ("dataset_info.json", n)))
        .or_else(|| names_in(&card::head(&text("README.md")?)?).map(|n| ("README.md", n)))
        .or_else(|| from_list().map(|n: Vec<String>| ("labels.txt", n)))
}

/// The first list of names under a tag column anywhere in a description of features.
pub(super) fn names_in(value: &Value) -> Option<Vec<String>> {
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
            let first = TAGS.iter().filter_map(|k| fields.get(*k));
            first.chain(fields.values()).find_map(names_in)
        }
        // A card lists features under their names.
        Value::Array(list) => {
            let is_tags = |v: &&Value| v.get("name").and_then(Value::as_str).is_some_and(|n| TAGS.contains(&n));
            list.iter().filter(is_tags).chain(list).find_map(names_in)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_hugging_face_puts_them() {
        let card = "---\nlicense: mit\ndataset_info:\n  features:\n  - name: pos\n    sequence:\n      class_label:\n        names:\n          '0': NN\n  - name: ner_tags\n    \
                    sequence:\n      class_label:\n        names:\n          '0': O\n          '1': B-LOC\n          \"2\": I-LOC\n  \
                    splits:\n---\n# Card\n";
        assert_eq!(
            card::head(card).as_ref().and_then(names_in),
            Some(vec!["O".to_owned(), "B-LOC".to_owned(), "I-LOC".to_owned()])
        );
        let info = json!({"features": {"tokens": {"feature": {"dtype": "string"}}, "ner_tags": {"feature": {"names": ["O", "B-X"],
            "_type": "ClassLabel"}, "_type": "Sequence"}}});
        assert_eq!(names_in(&info), Some(vec!["O".to_owned(), "B-X".to_owned()]));
    }
}
