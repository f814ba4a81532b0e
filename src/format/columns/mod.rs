//! Column files: one token a line, a blank line after a sentence, one column the tag.
//!
//! CoNLL-2003 (four columns, `-DOCSTART-`), WNUT-17 (word, tab, tag) and whatever looks like them. Read in this order: `layout`
//! and `roles` (the role of each column), `fields` (of a line), `lines` (the sentences), `read`, `write`. `gmb` are the tables of Kaggle.

mod fields;
mod gmb;
mod layout;
mod lines;
mod read;
mod roles;
mod write;

pub use gmb::GMB;
pub use layout::{Choice, Layout, Separator};
pub(super) use roles::has_only_returns;
pub use write::write;

use super::{Format, Glance, Holds, Recognition, Write};

/// Four columns with part of speech and chunk, as CoNLL-2003 was published.
pub const CONLL2003: Format = Format {
    name: "conll2003",
    what: "CoNLL-2003: word, part of speech, chunk, tag",
    extensions: &["conll", "txt", "train", "testa", "testb"],
    recognize: |glance| recognize(glance, CONLL2003),
    is_json: false,
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
    recognize: |glance| recognize(glance, CONLL),
    is_json: false,
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
    recognize: |glance| recognize(glance, WNUT),
    is_json: false,
    read: read::read,
    write: Some(Write::Whole(|corpus, split, scheme| write(corpus, split, WNUT, scheme).into_bytes())),
    rewrite: Some(write::rewrite),
    holds: Holds::NOTHING,
};

/// The answer of a column format: the more lines have all columns and a tag, the higher the score.
fn recognize(glance: &Glance, format: Format) -> Option<Recognition> {
    /// Extensions of files of settings and of markup, which have columns by chance.
    const OTHERS: [&str; 8] = ["yml", "yaml", "toml", "ini", "cfg", "lock", "xml", "rtf"];
    if glance.has_extension(&OTHERS) {
        return None;
    }
    let layout = glance.layout().filter(|layout| layout.format() == format)?;
    let score = match layout.fit {
        // Words of a text may look like tags; they do not stand behind tabs or below names.
        _ if !layout.is_usual && layout.header == 0 && layout.separator != Separator::Tab => Recognition::WEAK,
        90.. if layout.header > 0 => Recognition::FITS + 10,
        90.. => Recognition::FITS,
        50.. => Recognition::PARTLY,
        _ => Recognition::WEAK,
    };
    let (columns, fit) = (layout.columns, layout.fit);
    Some(Recognition { score, evidence: format!("{fit} % of the first lines have {columns} columns and a tag").into() })
}

/// The word that opens a document in the CoNLL files.
pub const DOCSTART: &str = "-DOCSTART-";
