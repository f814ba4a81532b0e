//! One span of a JSON record, in the notations of many tools: `[0, 4, "ORG"]`, or an object with a start, an end or
//! length, and a label under one of many names.

use super::RecordSpan;
use serde_json::{Value, json};

const STARTS: [&str; 14] = [
    "start",
    "start_offset",
    "startOffset",
    "start_position",
    "startPos",
    "start_idx",
    "start_pos",
    "start_char",
    "startIndex",
    "start_index",
    "begin",
    "begin_offset",
    "Begin Offset",
    "offset",
];
const ENDS: [&str; 14] = [
    "end",
    "end_offset",
    "endOffset",
    "end_position",
    "endPos",
    "end_idx",
    "end_pos",
    "end_char",
    "endIndex",
    "end_index",
    "stop",
    "finish",
    "End Offset",
    "to",
];
const LENGTHS: [&str; 2] = ["length", "len"];
const LABELS: [&str; 11] = [
    "label",
    "labels",
    "tag",
    "entity_group",
    "entity_type",
    "type",
    "entity",
    "category",
    "displayName",
    "display_name",
    "label_type",
];
const SURFACES: [&str; 7] = ["text", "surface", "entity_value", "entity_text", "mention", "word", "value"];

/// Returns a non-negative integer. It can be a string, or a number with a fraction of zero.
pub(in crate::format) fn offset(value: &Value) -> Option<usize> {
    let whole = |n: f64| (n >= 0.0 && n.fract() == 0.0 && n < 9e15).then(|| format!("{n:.0}").parse().ok()).flatten();
    match value {
        Value::Number(n) => n.as_u64().and_then(|n| usize::try_from(n).ok()).or_else(|| whole(n.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Returns the first of these keys that an object has.
fn key<'k>(entry: &Value, names: &[&'k str]) -> Option<&'k str> {
    names.iter().find(|name| entry.get(**name).is_some()).copied()
}

/// Returns a label as text. Numbers are accepted as names.
fn name(label: &Value) -> Option<String> {
    match label {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// Returns the labels under a key: one, or several in a list.
fn labels(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(list) => list.iter().map(name).collect(),
        Value::Null => Some(Vec::new()),
        other => name(other).map(|name| vec![name]),
    }
}

/// Returns one span per label of an entry; empty without a label. `None` if the entry is not a span.
pub(in crate::format) fn spans(entry: &Value) -> Option<Vec<RecordSpan>> {
    let mark = |start, end, label, surface: &Option<String>| RecordSpan { start, end, label, surface: surface.clone() };
    if let Some(list) = entry.as_array() {
        return match list.as_slice() {
            [start, end, label, more @ ..] if label.is_string() || label.is_null() => {
                let (start, end) = (offset(start)?, offset(end)?);
                // The fourth value is the surface or a color. A surface has about the length of the span.
                let surface = more.first().and_then(Value::as_str).map(str::to_owned);
                let length = |s: &String| s.chars().count().abs_diff(end.saturating_sub(start)) <= 1;
                let surface = surface.filter(|s| !s.starts_with('#') && length(s));
                Some(vec![mark(start, end, name(label).unwrap_or_default(), &surface)])
            }
            [Value::String(label), start, end, ..] => {
                Some(vec![mark(offset(start)?, offset(end)?, label.clone(), &None)])
            }
            _ => None,
        };
    }
    let start = offset(entry.get(key(entry, &STARTS)?)?)?;
    let end = match (key(entry, &ENDS), key(entry, &LENGTHS)) {
        (Some(end), _) => offset(entry.get(end)?)?,
        (None, Some(length)) => start.checked_add(offset(entry.get(length)?)?)?,
        (None, None) => return None,
    };
    let label_key = key(entry, &LABELS);
    let surface = SURFACES.iter().filter(|k| Some(**k) != label_key).find_map(|k| entry.get(*k)?.as_str());
    let surface = surface.map(str::to_owned);
    let labels = label_key.map_or(Some(Vec::new()), |key| labels(&entry[key]))?;
    Some(labels.into_iter().map(|label| mark(start, end, label, &surface)).collect())
}

/// True if a value is a non-empty list of spans.
pub(in crate::format) fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(|entry| spans(entry).is_some()))
}

/// Replaces one label of a span. All other fields are kept, including the id and references to it.
pub(super) fn relabel(entry: &mut Value, old: &str, new: &str) {
    let same = |value: &Value| name(value).is_some_and(|name| name == old);
    if let Some(list) = entry.as_array_mut() {
        if let Some(label) = list.iter_mut().find(|value| value.is_string() && same(value)) {
            *label = new.into();
        }
        return;
    }
    let Some(key) = key(entry, &LABELS) else { return };
    match &mut entry[key] {
        Value::Array(list) => {
            if let Some(label) = list.iter_mut().find(|value| same(value)) {
                *label = new.into();
            }
        }
        label => *label = label_like(label, new),
    }
}

/// Removes one of several labels of a span.
pub(super) fn unlabel(entry: &mut Value, label: &str) {
    if let Some(list) = key(entry, &LABELS).and_then(|key| entry[key].as_array_mut()) {
        list.retain(|value| name(value).is_none_or(|name| name != label));
    }
}

/// Returns a label in the type of the file: a number stays a number.
fn label_like(old: &Value, new: &str) -> Value {
    match new.parse::<u64>() {
        Ok(number) if old.is_number() => number.into(),
        _ => new.into(),
    }
}

/// Returns a new span in the notation of an existing one. Without one, it is a list of start, end and label.
pub(super) fn like(template: Option<&Value>, mark: &RecordSpan) -> Value {
    let triple = || json!([mark.start, mark.end, mark.label]);
    let Some(entry) = template else { return triple() };
    if let Some(list) = entry.as_array() {
        return if list.first().is_some_and(Value::is_string) {
            json!([mark.label, mark.start, mark.end])
        } else {
            triple()
        };
    }
    let number = |like: &Value, n: usize| if like.is_string() { n.to_string().into() } else { Value::from(n) };
    let mut new = serde_json::Map::new();
    if let Some(start) = key(entry, &STARTS) {
        new.insert(start.into(), number(&entry[start], mark.start));
    }
    match (key(entry, &ENDS), key(entry, &LENGTHS)) {
        (Some(end), _) => new.insert(end.into(), number(&entry[end], mark.end)),
        (None, Some(length)) => new.insert(length.into(), number(&entry[length], mark.end.saturating_sub(mark.start))),
        (None, None) => None,
    };
    let label = key(entry, &LABELS);
    if let Some(label) = label {
        let value = match &entry[label] {
            Value::Array(_) => json!([mark.label]),
            old => label_like(old, &mark.label),
        };
        new.insert(label.into(), value);
    }
    let surface = SURFACES.iter().find(|k| Some(**k) != label && entry.get(**k).is_some_and(Value::is_string));
    if let (Some(key), Some(surface)) = (surface, &mark.surface) {
        new.insert((*key).into(), surface.as_str().into());
    }
    Value::Object(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_all_span_notations() {
        let check = |entry: Value, expected: &[(usize, usize, &str)]| {
            let found = spans(&entry).unwrap_or_else(|| panic!("{entry} is not a span"));
            let shown: Vec<_> = found.iter().map(|m| (m.start, m.end, m.label.as_str())).collect();
            assert_eq!(shown, expected, "{entry}");
            // A new span has the same notation.
            let [only] = found.as_slice() else { return };
            assert_eq!(spans(&like(Some(&entry), only)), Some(found.clone()), "{entry}");
        };
        check(json!([0, 4, "ORG"]), &[(0, 4, "ORG")]);
        check(json!([0, 4, "ORG", "#ff0000"]), &[(0, 4, "ORG")]);
        check(json!(["ORG", 0, 4]), &[(0, 4, "ORG")]);
        check(json!({"start": 0, "end": 4, "label": "ORG"}), &[(0, 4, "ORG")]);
        check(json!({"start_offset": "0", "end_offset": "4", "label": 12}), &[(0, 4, "12")]);
        check(json!({"offset": 2, "length": 3, "category": "LOC"}), &[(2, 5, "LOC")]);
        check(json!({"start_position": 1, "end_position": 2, "entity_type": "A", "entity_value": "x"}), &[(1, 2, "A")]);
        check(json!({"entity": "A", "start": 1, "end": 2, "word": "x"}), &[(1, 2, "A")]);
        check(json!({"start": 1, "end": 2, "labels": ["A", "B"]}), &[(1, 2, "A"), (1, 2, "B")]);
        check(json!({"start": 1.0, "end": 2, "labels": []}), &[]);
        for other in [json!("ORG"), json!([0, 4]), json!({"label": "A"}), json!({"start": -1, "end": 2, "label": "A"})]
        {
            assert_eq!(spans(&other), None, "{other}");
        }
    }

    #[test]
    fn label_is_replaced_in_place() {
        let check = |mut entry: Value, expected: Value| {
            relabel(&mut entry, "A", "B");
            assert_eq!(entry, expected);
        };
        check(json!([0, 4, "A"]), json!([0, 4, "B"]));
        check(json!({"id": 1, "start": 0, "end": 4, "type": "A"}), json!({"id": 1, "start": 0, "end": 4, "type": "B"}));
        check(json!({"start": 0, "end": 4, "labels": ["C", "A"]}), json!({"start": 0, "end": 4, "labels": ["C", "B"]}));
    }
}
