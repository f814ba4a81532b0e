//! Detection of the text field, in records with user-defined field names.

use super::RecordSpan;
use crate::format::offsets::{OffsetMap, OffsetUnit};
use serde_json::Value;
use std::collections::HashMap;

/// Names of text fields, the most likely first.
const TEXT_NAMES: [&str; 8] = ["text", "content", "sentence", "review", "body", "message", "document", "tweet"];

/// Returns the string fields of a record, usual text names first.
pub(super) fn text_fields(fields: &Value) -> impl Iterator<Item = (&str, &str)> {
    let all: Vec<(&str, &str)> =
        fields.as_object().into_iter().flatten().filter_map(|(key, v)| Some((key.as_str(), v.as_str()?))).collect();
    let is_address = |text: &str| !text.trim().contains(' ') && text.contains("://");
    let rank = move |(key, text): &(&str, &str)| {
        let named = TEXT_NAMES.iter().position(|name| name.eq_ignore_ascii_case(key));
        (is_address(text), named.unwrap_or(TEXT_NAMES.len()), !text.trim().contains(' '))
    };
    let mut ranked = all;
    ranked.sort_by_key(rank);
    ranked.into_iter()
}

/// Returns the text field of records with user-defined field names. The field whose slices match most span texts wins.
/// Without a match, it is the field that most records have under a usual name. `spans` returns the spans of a record.
pub(super) fn text_field<'v>(
    records: impl Iterator<Item = &'v Value>,
    spans: &dyn Fn(usize) -> Vec<RecordSpan>,
) -> Option<String> {
    let mut votes: HashMap<&str, (usize, usize)> = HashMap::new();
    for (number, fields) in records.enumerate() {
        let marks = spans(number);
        for (key, text) in text_fields(fields) {
            let holds = |m: &&RecordSpan| {
                let surface = m.surface.as_deref();
                surface.is_some()
                    && OffsetUnit::ALL.into_iter().any(|unit| {
                        let ruler = OffsetMap::new(text, unit);
                        [m.end, m.end.saturating_add(1)].into_iter().any(|end| {
                            ruler
                                .range(m.start, end)
                                .is_some_and(|(s, e)| Some(&text[s as usize..e as usize]) == surface)
                        })
                    })
            };
            votes.entry(key).or_default().0 += marks.iter().filter(holds).count();
        }
        if let Some((key, _)) = text_fields(fields).next() {
            votes.entry(key).or_default().1 += 1;
        }
    }
    votes.into_iter().max_by_key(|(key, votes)| (*votes, std::cmp::Reverse(*key))).map(|(key, _)| key.to_owned())
}
