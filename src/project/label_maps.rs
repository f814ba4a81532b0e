//! Decisions about the labels of models: the label of the dataset for each label of a model.

use crate::corpus::relabel::LabelMap;
use std::collections::BTreeMap;

/// Label map of each model, by the name of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelMaps(BTreeMap<String, LabelMap>);

impl LabelMaps {
    /// Key of the stored value.
    pub const KEY: &str = "label_maps";

    /// Returns the map of a model.
    pub fn get(&self, model: &str) -> Option<&LabelMap> {
        self.0.get(model)
    }

    /// Sets the map of a model.
    pub fn set(&mut self, model: String, map: LabelMap) {
        self.0.insert(model, map);
    }

    /// Returns the stored form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Parses the stored form. Invalid JSON results in no maps.
    pub fn from_json(json: &str) -> Self {
        Self(serde_json::from_str(json).unwrap_or_default())
    }
}
