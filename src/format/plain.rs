//! A plain text: a file is a document, its lines and Unicode's rules part its sentences. It cannot hold labels.

use super::{Format, Found, Holds, Problem, Source};
use crate::corpus::{Corpus, Document};
use std::sync::Arc;

/// A text to be labelled.
pub const TEXT: Format = Format {
    name: "text",
    what: "Plain text: a file is a document",
    extensions: &["txt"],
    recognises: |g| matches!(g.extension, "txt" | "md" | "text"),
    read,
    write: None,
    rewrite: None,
    holds: Holds { overlaps: false, text: true, documents: true, spaced_labels: true, columns: 0 },
};

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let found = Found::of(TEXT, &decoded);
    let text = decoded.text.into_owned();
    corpus.documents.push(Arc::new(Document::of_text(source.split, source.file, 0, text, Vec::new(), None)));
    Ok(found)
}
