//! Column files: one token per line, a blank line after a sentence, one column of tags.
//!
//! Examples: CoNLL-2003 (four columns, `-DOCSTART-`) and WNUT-17 (token, tab, tag). Read in this order: `layout` and
//! `roles` (the role of each column), `fields` (of a line), `lines` (the sentences), `read`, `write`. `gmb` has the
//! tables of Kaggle.

mod fields;
mod gmb;
mod layout;
mod lines;
mod read;
mod roles;
mod write;

pub use gmb::GMB;
pub use layout::{ColumnLayout, ColumnOptions, Delimiter};
pub(super) use roles::has_cr_line_endings;
pub use write::write;

use super::{Capabilities, Detection, Format, Preview, Writer};

/// Four columns with part of speech and chunk, as in the published CoNLL-2003 files.
pub const CONLL2003: Format = Format {
    name: "conll2003",
    description: "CoNLL-2003: token, part of speech, chunk, tag",
    extensions: &["conll", "txt", "train", "testa", "testb"],
    detect: |glance| recognize(glance, CONLL2003),
    is_json: false,
    read: read::read,
    write: Some(Writer::SingleFile(|corpus, split, scheme| write(corpus, split, CONLL2003, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    capabilities: Capabilities { document_boundaries: true, n_extra_columns: 2, ..Capabilities::NONE },
};

/// Any number of columns, one of them with tags.
pub const CONLL: Format = Format {
    name: "conll",
    description: "Columns: separated by spaces, tabs or another character, one of them the tag",
    extensions: &["conll", "iob", "bio", "txt"],
    detect: |glance| recognize(glance, CONLL),
    is_json: false,
    read: read::read,
    write: Some(Writer::SingleFile(|corpus, split, scheme| write(corpus, split, CONLL, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    capabilities: Capabilities { document_boundaries: true, n_extra_columns: usize::MAX, ..Capabilities::NONE },
};

/// Two columns separated by a tab, as in the published WNUT-17 files.
pub const WNUT: Format = Format {
    name: "wnut",
    description: "WNUT-17: token and tag separated by a tab",
    extensions: &["tsv", "conll", "annotated"],
    detect: |glance| recognize(glance, WNUT),
    is_json: false,
    read: read::read,
    write: Some(Writer::SingleFile(|corpus, split, scheme| write(corpus, split, WNUT, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    capabilities: Capabilities::NONE,
};

/// Detects a column format. The score rises with the number of lines that have all columns and a tag.
fn recognize(glance: &Preview, format: Format) -> Option<Detection> {
    /// Extensions of configuration and markup files, which can have columns by coincidence.
    const OTHERS: [&str; 8] = ["yml", "yaml", "toml", "ini", "cfg", "lock", "xml", "rtf"];
    if glance.has_extension(&OTHERS) {
        return None;
    }
    let layout = glance.layout().filter(|layout| layout.format() == format)?;
    let score = match layout.fit {
        // Words of a prose text can look like tags, but not in a tab-separated file or below a header.
        _ if !layout.is_plausible && layout.header == 0 && layout.separator != Delimiter::Tab => Detection::WEAK,
        90.. if layout.header > 0 => Detection::FITS + 10,
        90.. => Detection::FITS,
        50.. => Detection::PARTLY,
        _ => Detection::WEAK,
    };
    let (columns, fit) = (layout.columns, layout.fit);
    let evidence = format!("{fit}% of the first lines have {columns} columns, one of them a tag").into();
    Some(Detection { score, evidence })
}

/// Token that starts a document in CoNLL files.
pub const DOCSTART: &str = "-DOCSTART-";
