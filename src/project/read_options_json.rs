//! JSON form of the read options of a source, for the project. The format module has no serialization of it.
//!
//! The options are stored with the source, so that it is read and saved in the same way the next time.

use crate::format::conll::{ColumnOptions, Delimiter};
use crate::format::text::SampleBy;
use crate::format::{self, OffsetUnit, ReadOptions};
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct ReadOptionsRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    separator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<usize>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    huge: bool,
}

/// Returns the options as one line of JSON; `{}` without options.
pub(super) fn to_json(choices: &ReadOptions) -> String {
    let ReadOptions { format, encoding, offset_unit: unit, columns, sample_by: extent, sheet, allow_large: huge } =
        choices;
    let stored = ReadOptionsRecord {
        format: format.map(|f| f.name.to_owned()),
        encoding: encoding.map(|e| e.name().to_owned()),
        unit: unit.map(|u| u.name().to_owned()),
        separator: columns.separator.map(Delimiter::name),
        word: columns.word,
        tag: columns.tag,
        extent: extent.map(|e| e.name().to_owned()),
        sheet: *sheet,
        huge: *huge,
    };
    // Numbers and strings always have a JSON form.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// Parses the options. Unreadable options are ignored.
pub(super) fn from_json(json: &str) -> ReadOptions {
    let stored: ReadOptionsRecord = serde_json::from_str(json).unwrap_or_default();
    ReadOptions {
        format: stored.format.and_then(|name| format::by_name(&name)),
        encoding: stored.encoding.and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes())),
        offset_unit: stored.unit.and_then(|name| OffsetUnit::from_name(&name)),
        columns: ColumnOptions {
            separator: stored.separator.and_then(|name| Delimiter::from_name(&name)),
            word: stored.word,
            tag: stored.tag,
        },
        sample_by: stored.extent.and_then(|name| SampleBy::from_name(&name)),
        sheet: stored.sheet,
        allow_large: stored.huge,
    }
}
