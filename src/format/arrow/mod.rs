//! Arrow IPC formats, stream and file, as written by `datasets.save_to_disk` of Hugging Face. A row is a sentence of
//! tokens and tags, or a text and its class.
//!
//! Read in this order: [`messages`] (the schema and the batches in the bytes), [`columns`] (lists and strings of a
//! batch), [`read`].

mod columns;
mod messages;
mod read;

use super::{Capabilities, Detection, Format};

/// Arrow format of `datasets`.
pub const ARROW: Format = Format {
    name: "arrow",
    description: "Hugging Face Arrow (save_to_disk): rows of tokens and tags, or of texts and document labels",
    extensions: &["arrow"],
    detect: |g| {
        let fits = messages::is_arrow(g.bytes);
        Detection::when(fits, Detection::SIGNATURE, "signature of an Arrow stream or file")
    },
    is_json: false,
    read: read::read,
    write: None,
    rewrite: None,
    capabilities: Capabilities {
        doc_labels: true,
        labels_with_spaces: true,
        tokens_with_spaces: true,
        any_character: true,
        ..Capabilities::NONE
    },
};
