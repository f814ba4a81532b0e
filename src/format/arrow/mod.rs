//! Arrow's IPC formats, the stream and the file: `datasets.save_to_disk` of Hugging Face writes them. A row is a
//! sentence of words and tags, or a text and its class.
//!
//! Read in this order: [`messages`] (the schema and the batches in the bytes), [`columns`] (lists and texts of a
//! batch), [`read`].

mod columns;
mod messages;
mod read;

use super::{Format, Holds, Recognition};

/// Arrow as `datasets` writes it.
pub const ARROW: Format = Format {
    name: "arrow",
    what: "Arrow of Hugging Face (save_to_disk): rows of tokens and tags, or of texts and classes",
    extensions: &["arrow"],
    recognize: |g| {
        let fits = messages::is_arrow(g.bytes);
        Recognition::when(fits, Recognition::SIGNATURE, "first bytes of an Arrow stream or file")
    },
    is_json: false,
    read: read::read,
    write: None,
    rewrite: None,
    holds: Holds { classes: true, spaced_labels: true, spaced_words: true, any_character: true, ..Holds::NOTHING },
};
