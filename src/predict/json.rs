//! JSON of predicted entities, as `tagwright predict --json` prints it.

use super::text::Entity;
use serde_json::{Value, json};

/// Returns an entity as a JSON object.
pub fn entity_to_json(text: &str, e: &Entity) -> Value {
    json!({"label": e.label, "start": e.start, "end": e.end, "byte_start": e.byte_start,
        "byte_end": e.byte_end, "text": &text[e.byte_start..e.byte_end], "score": e.score})
}

/// Returns a text with its entities as a JSON object.
pub fn prediction_to_json(text: &str, entities: &[Entity]) -> Value {
    let entities: Vec<Value> = entities.iter().map(|e| entity_to_json(text, e)).collect();
    json!({"text": text, "entities": entities})
}
