//! Hugging Face's Parquet: a row is a sentence of `tokens` and `ner_tags`, the tags by number, their names in the footer's
//! key `huggingface`, so that `datasets.load_dataset` gives a `ClassLabel` back.
//!
//! Read in this order: [`pages`] (what a column would take), [`lists`] (columns of lists), [`read`], [`rewrite`] (a source with other tags), [`write`](self::write).

mod lists;
mod pages;
mod read;
mod rewrite;
mod write;

use super::{Format, Holds, Recognition, Write};

/// Parquet as `datasets` writes it.
pub const HF_PARQUET: Format = Format {
    name: "hf-parquet",
    what: "Hugging Face Parquet: rows of tokens and tags",
    extensions: &["parquet"],
    recognize: |g| Recognition::when(g.bytes.starts_with(b"PAR1"), Recognition::SIGNATURE, "first bytes PAR1"),
    is_json: false,
    read: read::read,
    write: Some(Write::Whole(write::write)),
    rewrite: Some(rewrite::rewrite),
    holds: Holds { spaced_labels: true, spaced_words: true, any_character: true, ..Holds::NOTHING },
};

/// The key of the footer under which `datasets` keeps the features.
const KEY: &str = "huggingface";
