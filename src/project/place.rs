//! Place of the user in a dataset, so that the next window continues there.

use super::run_record::selection_json;
use crate::corpus::DataSelection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Place of the user in a dataset. All values are optional: a value that does not fit is ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Stored name of the page.
    pub page: String,
    /// Index of the current sentence.
    pub sentence: usize,
    /// Query of the filter.
    pub query: String,
    /// Label of the filter.
    pub label: Option<String>,
    /// True if the filter shows sentences without spans.
    pub without_spans: bool,
    /// Split of the filter.
    pub split: Option<String>,
    /// Status of the filter, as in the search language.
    pub status: Option<String>,
    /// Form of the next run; `None` if it was not changed.
    pub form: Option<RunForm>,
}

/// Form of the next run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunForm {
    /// Base model: empty for the starter, an absolute path, or a hub id.
    pub base: String,
    /// Settings by id.
    pub settings: BTreeMap<String, String>,
    /// Choice of the sentences.
    #[serde(with = "selection_json")]
    pub selection: DataSelection,
}

impl Place {
    /// Name of the stored value.
    pub const KEY: &'static str = "place";

    /// Returns the stored form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Parses the stored form. An unreadable text is the default place.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}
