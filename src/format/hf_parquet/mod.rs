//! Hugging Face Parquet: a row is a sentence of `tokens` and `ner_tags`. Tags are numbers, and the footer key
//! `huggingface` has their names, so that `datasets.load_dataset` restores a `ClassLabel`.
//!
//! Read in this order: [`pages`] (memory of a column), [`list_columns`] (columns of lists), [`scalar_columns`]
//! (columns of other fields), [`read`], [`rewrite`] (a
//! source with other tags), [`write`](self::write).

mod list_columns;
mod pages;
mod read;
mod rewrite;
mod scalar_columns;
mod write;

use super::{Capabilities, Detection, Format, Writer};

/// Parquet format of `datasets`.
pub const HF_PARQUET: Format = Format {
    name: "hf-parquet",
    description: "Hugging Face Parquet: rows of tokens and tags",
    extensions: &["parquet"],
    detect: |g| Detection::when(g.bytes.starts_with(b"PAR1"), Detection::SIGNATURE, "first bytes PAR1"),
    is_json: false,
    read: read::read,
    write: Some(Writer::SingleFile(write::write)),
    rewrite: Some(rewrite::rewrite),
    capabilities: Capabilities {
        labels_with_spaces: true,
        tokens_with_spaces: true,
        any_character: true,
        fields: true,
        ..Capabilities::NONE
    },
};

/// Footer key of the features of `datasets`.
const FEATURES_KEY: &str = "huggingface";
