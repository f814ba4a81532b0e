//! Completions of a query.

use super::{FIELDS, HAS_VALUES, STATUS_VALUES, quoted};
use crate::corpus::Corpus;

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
        Some(_) => Vec::new(),
        None if last.is_empty() && !text.is_empty() => Vec::new(),
        None => FIELDS.iter().map(|(f, _)| (*f).to_owned()).collect(),
    };
    all.into_iter().filter(|word| continues(word)).map(|word| (format!("{before}{word}"), word)).collect()
}
