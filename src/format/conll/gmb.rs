//! Groningen Meaning Bank as published on Kaggle, and similar tables. They are CSV files with a header and a row per
//! token. A column numbers the sentences, on every row or on the first row of each.

use super::{read, recognize, write};
use crate::corpus::tag_notation::format_tag;
use crate::corpus::{Corpus, Scheme, Split, scheme};
use crate::format::tagged::escape_label;
use crate::format::{Capabilities, Format, Writer};

/// Format of `ner_dataset.csv`.
pub const GMB: Format = Format {
    name: "gmb",
    description: "Kaggle's GMB: CSV of Sentence #, Word, POS, Tag",
    extensions: &["csv"],
    detect: |glance| recognize(glance, GMB),
    is_json: false,
    read: read::read,
    write: Some(Writer::SingleFile(new_table)),
    rewrite: Some(write::rewrite),
    capabilities: Capabilities { n_extra_columns: 1, tokens_with_spaces: true, ..Capabilities::NONE },
};

/// Name of the corpus column for parts of speech.
const POS: &str = "pos";

fn new_table(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let pos = corpus.columns.iter().position(|c| c.name == POS);
    let mut row = |fields: [&str; 4]| {
        // Writing to memory does not fail.
        if let Err(e) = table.write_record(fields) {
            log::error!("failed to write a GMB row: {e}");
        }
    };
    row(["Sentence #", "Word", "POS", "Tag"]);
    let documents = corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s)));
    let sentences = documents.flat_map(|d| (0..d.len()).map(move |s| (d, s)));
    for (number, (d, sentence)) in (1..).zip(sentences) {
        let words = d.sentence_range(sentence);
        let tags = scheme::encode(&d.to_token_spans(sentence), words.len(), scheme);
        let mut name = format!("Sentence: {number}");
        for (word, tag) in words.zip(tags) {
            let tag = format_tag(tag, scheme, |l| escape_label(corpus.labels.name(l)));
            let value = pos.map_or("", |column| corpus.value(column, d, word));
            row([&name, d.token(word), value, &tag]);
            name.clear();
        }
    }
    table.into_inner().unwrap_or_default()
}
