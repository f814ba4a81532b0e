//! Column files: one token a line, a blank line after a sentence, one column the tag.
//!
//! CoNLL-2003 (four columns, `-DOCSTART-`), WNUT-17 (word, tab, tag) and whatever looks like them. Read in this order: `layout`
//! (which column is what), `lines` (a file's sentences), `read`, `write`.

mod layout;
mod lines;
mod read;
mod write;

pub use layout::{Choice, Layout, Separator};
pub use write::write;

use super::{Format, Glance, Holds, Write};

/// Four columns with part of speech and chunk, as CoNLL-2003 was published.
pub const CONLL2003: Format = Format {
    name: "conll2003",
    what: "CoNLL-2003: word, part of speech, chunk, tag",
    extensions: &["conll", "txt", "train", "testa", "testb"],
    recognises: |g| layout_of(g).is_some_and(|l| l.format() == CONLL2003),
    read: read::read,
    write: Some(Write::Whole(|corpus, split, scheme| write(corpus, split, CONLL2003, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    holds: Holds { documents: true, columns: 2, ..Holds::NOTHING },
};

/// Any number of columns, one of them the tag.
pub const CONLL: Format = Format {
    name: "conll",
    what: "Columns: separated by spaces, tabs or a sign, one of them the tag",
    extensions: &["conll", "iob", "bio", "txt"],
    recognises: |g| layout_of(g).is_some(),
    read: read::read,
    write: Some(Write::Whole(|corpus, split, scheme| write(corpus, split, CONLL, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    holds: Holds { documents: true, columns: usize::MAX, ..Holds::NOTHING },
};

/// Two columns separated by a tab, as WNUT-17 was published.
pub const WNUT: Format = Format {
    name: "wnut",
    what: "WNUT-17: word and tag separated by a tab",
    extensions: &["tsv", "conll", "annotated"],
    recognises: |g| layout_of(g).is_some_and(|l| l.format() == WNUT),
    read: read::read,
    write: Some(Write::Whole(|corpus, split, scheme| write(corpus, split, WNUT, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    holds: Holds::NOTHING,
};

/// The layout of a file that has a column of tags.
fn layout_of(glance: &Glance) -> Option<Layout> {
    Layout::detect(glance.head, Choice::default()).ok()
}

/// The word that opens a document in the CoNLL files.
pub const DOCSTART: &str = "-DOCSTART-";
