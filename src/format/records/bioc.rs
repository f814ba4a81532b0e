//! BioC JSON: documents of passages with annotations. Offsets count in the document, in characters or bytes.

use super::{FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, get_list, get_str, get_usize, record_name};
use crate::format::note::NoteKind;
use crate::format::offsets::{OffsetMap, OffsetUnit};
use crate::format::{Capabilities, Detection, Format};
use serde_json::Value;

/// Format of BioC collections.
pub const BIOC_JSON: Format = Format {
    name: "bioc-json",
    description: "BioC: JSON of documents and passages",
    extensions: &["json"],
    detect: |g| {
        let fits = g.records.iter().any(|v| v.pointer("/passages/0/offset").is_some_and(Value::is_u64));
        Detection::when(fits, Detection::SIGNATURE, "key passages")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec =
    RecordCodec { known_fields: &["id", "infons", "passages", "relations"], ..RecordCodec::only_read(BIOC_JSON, read) };

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let passages = value.get("passages").and_then(Value::as_array).ok_or(RecordError::NoList("passages"))?;
    let mut item = TextRecord { name: record_name(value), ..TextRecord::default() };
    let mut length = 0;
    for passage in passages {
        let base = get_usize(passage, "offset").unwrap_or(0);
        let text = text_of(passage, base);
        if text.is_empty() {
            continue;
        }
        if !item.text.is_empty() {
            item.text.push('\n');
            length += 1;
        }
        let annotations: Vec<&Value> = get_list(passage, "annotations")
            .iter()
            .chain(get_list(passage, "sentences").iter().flat_map(|s| get_list(s, "annotations")))
            .collect();
        for mark in marks(&text, base, &annotations, &mut item.notes) {
            item.spans.push(RecordSpan { start: mark.start + length, end: mark.end + length, ..mark });
        }
        length += text.chars().count();
        item.text.push_str(&text);
        let relations = get_list(passage, "relations").len();
        if relations > 0 {
            item.notes.push((NoteKind::OtherAnnotationKind, format!("{relations} relations")));
        }
    }
    let relations = get_list(value, "relations").len();
    if relations > 0 {
        item.notes.push((NoteKind::OtherAnnotationKind, format!("{relations} relations")));
    }
    if item.text.is_empty() { Err(RecordError::NoText("the passages")) } else { Ok(item) }
}

/// Returns the text of a passage: its own, or the text of its sentences, each at its offset.
fn text_of(passage: &Value, base: usize) -> String {
    /// Maximum gap between sentences that is filled with spaces.
    const MOST: usize = 64;
    if let Some(text) = get_str(passage, "text").filter(|text| !text.is_empty()) {
        return text.to_owned();
    }
    let mut text = String::new();
    for sentence in get_list(passage, "sentences") {
        let at = get_usize(sentence, "offset").unwrap_or(base).saturating_sub(base);
        let gap = at.saturating_sub(text.chars().count()).clamp(usize::from(!text.is_empty()), MOST);
        text.extend(std::iter::repeat_n(' ', gap));
        text.push_str(get_str(sentence, "text").unwrap_or_default());
    }
    text
}

/// Returns the spans of a passage in code points of its text. The unit with the most matching annotation texts wins.
fn marks(text: &str, base: usize, annotations: &[&Value], notes: &mut Vec<(NoteKind, String)>) -> Vec<RecordSpan> {
    let mut places: Vec<(usize, usize, RecordSpan)> = Vec::new();
    for annotation in annotations {
        let infons = annotation.get("infons");
        let label = infons.and_then(|i| get_str(i, "type")).unwrap_or_default().to_owned();
        let surface = get_str(annotation, "text").map(str::to_owned);
        let [location] = get_list(annotation, "locations") else {
            let kind = if get_list(annotation, "locations").is_empty() {
                NoteKind::SpanWithoutPosition
            } else {
                NoteKind::DiscontinuousSpan
            };
            notes.push((kind, annotation.to_string()));
            continue;
        };
        match (get_usize(location, "offset"), get_usize(location, "length")) {
            (Some(offset), Some(length)) if offset >= base => {
                let start = offset - base;
                places.push((start, start.saturating_add(length), RecordSpan { start: 0, end: 0, label, surface }));
            }
            _ => notes.push((NoteKind::SpanWithoutPosition, annotation.to_string())),
        }
    }
    let fit = |unit: OffsetUnit| {
        let ruler = OffsetMap::new(text, unit);
        let holds = |(start, end, mark): &&(usize, usize, RecordSpan)| {
            let range = ruler.range(*start, *end);
            range.is_some_and(|(s, e)| mark.surface.as_deref() == Some(&text[s as usize..e as usize]))
        };
        places.iter().filter(holds).count()
    };
    let best = OffsetUnit::ALL.map(fit).into_iter().max().unwrap_or(0);
    let unit = OffsetUnit::ALL.into_iter().find(|unit| fit(*unit) == best).unwrap_or_default();
    let ruler = OffsetMap::new(text, unit);
    let points = |byte: u32| text[..byte as usize].chars().count();
    let placed = |(start, end, mark): (usize, usize, RecordSpan)| match ruler.range(start, end) {
        Some((s, e)) => RecordSpan { start: points(s), end: points(e), ..mark },
        // The range is outside the passage. It is reported with the other problems of the record.
        None => RecordSpan { start: usize::MAX / 2, end: usize::MAX / 2 + 1, ..mark },
    };
    places.into_iter().map(placed).collect()
}
