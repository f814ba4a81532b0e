//! Other fields of a record of the source: columns of a table, or keys of a JSON record.

use std::collections::HashSet;
use std::sync::Arc;

/// A field with its value. The value never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name, shared by the records of a source.
    pub name: Arc<str>,
    /// Value.
    pub value: FieldValue,
}

/// Value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// Any other value as JSON: a number, a truth value, a list or an object.
    Json(String),
}

impl FieldValue {
    /// Returns the value as displayed and searched: the text, or the JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

/// Names of fields, shared by all records with the same field.
#[derive(Debug, Default)]
pub struct FieldNames(HashSet<Arc<str>>);

impl FieldNames {
    /// Returns fields with shared names.
    pub fn intern(&mut self, fields: Vec<(String, FieldValue)>) -> Vec<Field> {
        fields.into_iter().map(|(name, value)| Field { name: self.name(&name), value }).collect()
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.0.insert(new.clone());
        new
    }
}
