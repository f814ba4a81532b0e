//! CLUENER: JSON lines of `text` and `label`. The label object has the offsets of each surface of each label. End
//! offsets are inclusive.

use super::{FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, entry, get_str, record_name};
use crate::format::{Capabilities, Detection, Format};
use serde_json::Value;

/// CLUENER 2020 and similar datasets.
pub const CLUENER: Format = Format {
    name: "cluener",
    description: "CLUENER: JSON lines of a text, and surface forms by label",
    extensions: &["json"],
    detect: |g| {
        let fits = g.records.iter().any(|v| get_str(v, "text").is_some() && v.get("label").is_some_and(is_label));
        Detection::when(fits, Detection::STRUCTURE, "offsets by label and surface form")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec =
    RecordCodec { known_fields: &["text", "label"], inclusive_ends: true, ..RecordCodec::only_read(CLUENER, read) };

/// True for a label object, for example `{"name": {"Anna": [[0, 3]]}}`.
fn is_label(value: &Value) -> bool {
    let is_place = |place: &Value| place.as_array().is_some_and(|p| p.len() == 2 && p.iter().all(Value::is_u64));
    let is_surface = |places: &Value| places.as_array().is_some_and(|l| l.iter().all(is_place));
    let surfaces = |of_label: &Value| of_label.as_object().is_some_and(|o| !o.is_empty() && o.values().all(is_surface));
    value.as_object().is_some_and(|labels| !labels.is_empty() && labels.values().all(surfaces))
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let text = get_str(value, "text").ok_or(RecordError::NoText("“text”"))?.to_owned();
    let mut item = TextRecord { text, name: record_name(value), ..TextRecord::default() };
    for (label, surfaces) in value.get("label").and_then(Value::as_object).into_iter().flatten() {
        for (surface, places) in surfaces.as_object().into_iter().flatten() {
            for place in places.as_array().into_iter().flatten() {
                let number = |at: usize| place.get(at).and_then(entry::offset);
                match (number(0), number(1)) {
                    (Some(start), Some(end)) => {
                        let (label, surface) = (label.clone(), Some(surface.clone()));
                        item.spans.push(RecordSpan { start, end, label, surface });
                    }
                    _ => item.unread.push(place.to_string()),
                }
            }
        }
    }
    Ok(item)
}
