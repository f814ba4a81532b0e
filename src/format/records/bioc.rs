//! BioC as JSON: documents of passages with annotations, whose offsets count in the document, in characters or in bytes.

use super::{Context, Dialect, Item, Mark, identity, list, number, string};
use crate::format::note::NoteKind;
use crate::format::offsets::{Ruler, Unit};
use crate::format::{Format, Holds, Recognition};
use serde_json::Value;

/// A BioC collection.
pub const BIOC_JSON: Format = Format {
    name: "bioc-json",
    what: "BioC: JSON of documents and passages",
    extensions: &["json"],
    recognize: |g| {
        let fits = g.records.iter().any(|v| v.pointer("/passages/0/offset").is_some_and(Value::is_u64));
        Recognition::when(fits, Recognition::SIGNATURE, "key passages")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &DIALECT),
    write: None,
    rewrite: None,
    holds: Holds::TEXTS,
};

const DIALECT: Dialect =
    Dialect { known: &["id", "infons", "passages", "relations"], ..Dialect::only_read(BIOC_JSON, read) };

fn read(value: &Value, _: &Context) -> Result<Item, String> {
    let passages = value.get("passages").and_then(Value::as_array).ok_or("there are no “passages”")?;
    let mut item = Item { name: identity(value), ..Item::default() };
    let mut length = 0;
    for passage in passages {
        let base = number(passage, "offset").unwrap_or(0);
        let text = text_of(passage, base);
        if text.is_empty() {
            continue;
        }
        if !item.text.is_empty() {
            item.text.push('\n');
            length += 1;
        }
        let annotations: Vec<&Value> = list(passage, "annotations")
            .iter()
            .chain(list(passage, "sentences").iter().flat_map(|s| list(s, "annotations")))
            .collect();
        for mark in marks(&text, base, &annotations, &mut item.notes) {
            item.marks.push(Mark { start: mark.start + length, end: mark.end + length, ..mark });
        }
        length += text.chars().count();
        item.text.push_str(&text);
        let relations = list(passage, "relations").len();
        if relations > 0 {
            item.notes.push((NoteKind::OtherAnnotationKind, format!("{relations} relations")));
        }
    }
    let relations = list(value, "relations").len();
    if relations > 0 {
        item.notes.push((NoteKind::OtherAnnotationKind, format!("{relations} relations")));
    }
    if item.text.is_empty() { Err("its passages have no text".into()) } else { Ok(item) }
}

/// The text of a passage: its own, or that of its sentences, each at its offset.
fn text_of(passage: &Value, base: usize) -> String {
    /// Longer gaps between sentences are no space.
    const MOST: usize = 64;
    if let Some(text) = string(passage, "text").filter(|text| !text.is_empty()) {
        return text.to_owned();
    }
    let mut text = String::new();
    for sentence in list(passage, "sentences") {
        let at = number(sentence, "offset").unwrap_or(base).saturating_sub(base);
        let gap = at.saturating_sub(text.chars().count()).clamp(usize::from(!text.is_empty()), MOST);
        text.extend(std::iter::repeat_n(' ', gap));
        text.push_str(string(sentence, "text").unwrap_or_default());
    }
    text
}

/// The spans of a passage in code points of its text. The unit is the one in which most places hold the text that they say.
fn marks(text: &str, base: usize, annotations: &[&Value], notes: &mut Vec<(NoteKind, String)>) -> Vec<Mark> {
    let mut places: Vec<(usize, usize, Mark)> = Vec::new();
    for annotation in annotations {
        let infons = annotation.get("infons");
        let label = infons.and_then(|i| string(i, "type")).unwrap_or_default().to_owned();
        let surface = string(annotation, "text").map(str::to_owned);
        let [location] = list(annotation, "locations") else {
            let kind = if list(annotation, "locations").is_empty() {
                NoteKind::SpanWithoutPosition
            } else {
                NoteKind::DiscontinuousSpan
            };
            notes.push((kind, annotation.to_string()));
            continue;
        };
        match (number(location, "offset"), number(location, "length")) {
            (Some(offset), Some(length)) if offset >= base => {
                let start = offset - base;
                places.push((start, start.saturating_add(length), Mark { start: 0, end: 0, label, surface }));
            }
            _ => notes.push((NoteKind::SpanWithoutPosition, annotation.to_string())),
        }
    }
    let fit = |unit: Unit| {
        let ruler = Ruler::new(text, unit);
        let holds = |(start, end, mark): &&(usize, usize, Mark)| {
            let range = ruler.range(*start, *end);
            range.is_some_and(|(s, e)| mark.surface.as_deref() == Some(&text[s as usize..e as usize]))
        };
        places.iter().filter(holds).count()
    };
    let best = Unit::ALL.map(fit).into_iter().max().unwrap_or(0);
    let unit = Unit::ALL.into_iter().find(|unit| fit(*unit) == best).unwrap_or_default();
    let ruler = Ruler::new(text, unit);
    let points = |byte: u32| text[..byte as usize].chars().count();
    let placed = |(start, end, mark): (usize, usize, Mark)| match ruler.range(start, end) {
        Some((s, e)) => Mark { start: points(s), end: points(e), ..mark },
        // Outside the passage: told with the other problems of the record.
        None => Mark { start: usize::MAX / 2, end: usize::MAX / 2 + 1, ..mark },
    };
    places.into_iter().map(placed).collect()
}
