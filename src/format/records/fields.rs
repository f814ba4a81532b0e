//! Other fields of a JSON record, and their place in each format.

use super::{NAME_KEYS, SPLIT_KEYS, record_name};
use crate::corpus::{Field, FieldValue};
use serde_json::{Map, Value};

/// Place of the other fields of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum FieldPlace {
    /// The format has no other fields.
    Nowhere,
    /// The record itself.
    Record,
    /// An object with this key.
    Object(&'static str),
}

impl FieldPlace {
    /// Returns the other fields of a record. `is_own` is true for keys of the format. In the record itself, nested lists and
    /// objects belong to the annotation program and are left out.
    pub(super) fn read(self, record: &Value, is_own: impl Fn(&str) -> bool) -> Vec<(String, FieldValue)> {
        let place = match self {
            Self::Nowhere => None,
            Self::Record => Some(record),
            Self::Object(key) => record.get(key),
        };
        let Some(place) = place else { return Vec::new() };
        let name = record_name(place);
        let is_name = |key: &str, value: &Value| NAME_KEYS.contains(&key) && to_text(value) == name;
        let is_other = |(key, value): &(&String, &Value)| {
            !SPLIT_KEYS.contains(&key.as_str()) && !is_name(key, value) && !is_own(key)
        };
        let is_kept = |(_, value): &(&String, &Value)| self != Self::Record || is_flat(value);
        let fields = place.as_object().into_iter().flatten().filter(is_other).filter(is_kept);
        fields.filter_map(|(key, value)| Some((key.clone(), field_value(value)?))).collect()
    }

    /// Adds fields to a record. A key of the record is kept.
    pub(in crate::format) fn write(self, record: &mut Value, fields: &[Field]) {
        let place = match self {
            Self::Nowhere => None,
            Self::Record => record.as_object_mut(),
            Self::Object(key) => {
                let object =
                    record.as_object_mut().map(|record| record.entry(key).or_insert_with(|| Map::new().into()));
                object.and_then(Value::as_object_mut)
            }
        };
        let Some(place) = place else { return };
        for field in fields {
            place.entry(&*field.name).or_insert_with(|| to_json(&field.value));
        }
    }
}

/// True for a scalar, and for a list or an object of scalars.
fn is_flat(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().all(is_scalar),
        Value::Object(fields) => fields.values().all(is_scalar),
        scalar => is_scalar(scalar),
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn to_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}

/// Returns a JSON value as the value of a field; `None` for null.
pub(in crate::format) fn field_value(value: &Value) -> Option<FieldValue> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(FieldValue::Text(text.clone())),
        other => Some(FieldValue::Json(other.to_string())),
    }
}

/// Returns the value of a field as JSON.
pub(in crate::format) fn to_json(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::Json(json) => serde_json::from_str(json).unwrap_or_else(|_| json.as_str().into()),
    }
}

/// Returns the scalar fields of a record: texts, numbers and truth values. `is_own` is true for keys of the format.
pub(in crate::format) fn scalar_fields(record: &Value, is_own: impl Fn(&str) -> bool) -> Vec<(String, FieldValue)> {
    FieldPlace::Record.read(record, |key| is_own(key) || !record.get(key).is_some_and(is_scalar))
}
