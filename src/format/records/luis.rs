//! LUIS: `utterances` of `text`, `intent` and `entities` with inclusive ends. A batch test is the list alone.

use super::{FileContext, RecordCodec, RecordError, TextRecord, entry, get_str};
use crate::format::{Capabilities, Detection, Format};
use serde_json::Value;

/// LUIS application or batch test.
pub const LUIS: Format = Format {
    name: "luis",
    description: "LUIS: JSON of utterances with intents and entities",
    extensions: &["json"],
    detect: |g| {
        let has_place = |v: &Value| v.pointer("/entities/0/startPos").is_some();
        let is_empty = |v: &Value| v.get("entities").and_then(Value::as_array).is_some_and(Vec::is_empty);
        let fits =
            |v: &Value| get_str(v, "text").is_some() && v.get("intent").is_some() && (has_place(v) || is_empty(v));
        let is_luis = g.records.iter().any(has_place) || g.head.contains("\"luis_schema_version\"");
        Detection::when(g.records.iter().any(fits) && is_luis, Detection::SIGNATURE, "utterances with startPos")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec = RecordCodec {
    known_fields: &["text", "intent", "entities"],
    doc_labels: Some(super::INTENT),
    inclusive_ends: true,
    ..RecordCodec::only_read(LUIS, read)
};

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let text = get_str(value, "text").ok_or(RecordError::NoText("“text”"))?.to_owned();
    let mut item = TextRecord { text, ..TextRecord::default() };
    let entities = || value.get("entities").and_then(Value::as_array).into_iter().flatten();
    entities().for_each(|entity| add(&mut item, entity, 0));
    Ok(item)
}

/// Adds an entity and its child entities.
fn add(item: &mut TextRecord, entity: &Value, depth: usize) {
    /// Maximum nesting depth. LUIS nests less.
    const MAX_DEPTH: usize = 16;
    item.take_spans(std::iter::once(entity), entry::spans);
    let children = entity.get("children").and_then(Value::as_array);
    for child in children.into_iter().flatten().filter(|_| depth < MAX_DEPTH) {
        add(item, child, depth + 1);
    }
}
