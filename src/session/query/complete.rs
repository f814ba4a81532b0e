//! Completions of a query.

use super::{FIELDS, HAS_VALUES, STATUS_VALUES, quoted};
use crate::corpus::Corpus;
use std::collections::HashMap;

/// Returns completions of the last word of a query: the complete query and the completed word.
pub fn completions(text: &str, corpus: &Corpus) -> Vec<(String, String)> {
    let parts = |c: char| c.is_whitespace() || c == '(';
    let start = text.char_indices().rev().find(|(_, c)| parts(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, last) = text.split_at(start);
    let sign = last.strip_prefix('-').map_or(0, |_| 1);
    let (before, last) = (format!("{before}{}", &last[..sign]), &last[sign..]);
    let continues =
        |word: &str| word.replace('"', "").to_lowercase().starts_with(&last.to_lowercase()) && word.len() > last.len();
    let all: Vec<String> = match last.split_once(':').map(|(field, _)| field.to_ascii_lowercase()).as_deref() {
        Some("label") => corpus.labels.names().iter().map(|n| format!("label:{}", quoted(n))).collect(),
        Some("class") => corpus.doc_labels.iter().map(|n| format!("class:{}", quoted(n))).collect(),
        Some("done") => vec!["done:today".into()],
        Some("split") => corpus.splits().iter().map(|s| format!("split:{}", s.name())).collect(),
        Some("status") => STATUS_VALUES.iter().map(|(name, ..)| format!("status:{name}")).collect(),
        Some("has") => HAS_VALUES.iter().map(|h| format!("has:{h}")).collect(),
        Some(field) => field_values(corpus, field),
        None if last.is_empty() && !text.is_empty() => Vec::new(),
        None => {
            let of_records = corpus.field_names();
            let of_records = of_records.iter().filter(|name| !name.contains(char::is_whitespace));
            FIELDS.iter().map(|(f, _)| (*f).to_owned()).chain(of_records.map(|name| format!("{name}:"))).collect()
        }
    };
    all.into_iter().filter(|word| continues(word)).map(|word| (format!("{before}{word}"), word)).collect()
}

/// Returns the most frequent short values of a field of the records, as completions.
fn field_values(corpus: &Corpus, field: &str) -> Vec<String> {
    const MAX_LENGTH: usize = 40;
    let fields = corpus.documents.iter().flat_map(|document| &document.fields);
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    for found in fields.filter(|found| found.name.to_lowercase() == field) {
        let value = found.value.as_str().trim();
        if !value.is_empty() && value.len() <= MAX_LENGTH {
            *counts.entry((&found.name, value)).or_default() += 1;
        }
    }
    let mut values: Vec<((&str, &str), usize)> = counts.into_iter().collect();
    values.sort_by_key(|(value, n)| (std::cmp::Reverse(*n), *value));
    values.into_iter().map(|((name, value), _)| format!("{name}:{}", quoted(value))).collect()
}
