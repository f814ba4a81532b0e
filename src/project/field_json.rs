//! JSON form of the other fields of a record: a list of names with values, in order.

use crate::corpus::{Field, FieldNames, FieldValue};
use serde_json::Value;

/// Returns fields as JSON.
pub(super) fn to_json(fields: &[Field]) -> String {
    let value = |value: &FieldValue| match value {
        FieldValue::Text(text) => Value::from(text.as_str()),
        // A list of one element distinguishes JSON from a text.
        FieldValue::Json(json) => Value::from(vec![json.as_str()]),
    };
    let pairs: Vec<(&str, Value)> = fields.iter().map(|field| (&*field.name, value(&field.value))).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// Parses fields. Invalid JSON results in an empty list.
pub(super) fn from_json(json: &str, names: &mut FieldNames) -> Vec<Field> {
    let pairs: Vec<(String, Value)> = serde_json::from_str(json).unwrap_or_default();
    let field = |(name, value): (String, Value)| match value {
        Value::String(text) => Some((name, FieldValue::Text(text))),
        Value::Array(list) => Some((name, FieldValue::Json(list.first()?.as_str()?.to_owned()))),
        _ => None,
    };
    names.intern(pairs.into_iter().filter_map(field).collect())
}
