//! Tables of texts: CSV or TSV with a header, each row a document. The column of the texts is the one whose cells are
//! longest.

use super::{Format, Found, Holds, Problem, Source, decode};
use crate::corpus::{Corpus, Document};
use std::sync::Arc;

/// A table with a column of texts.
pub const CSV: Format = Format {
    name: "csv",
    what: "CSV or TSV: a column of texts, a row is a document",
    extensions: &["csv", "tsv"],
    recognises: |g| g.extension == "csv" || (g.extension == "tsv" && separator_of(g.head).is_some()),
    read,
    write: None,
    rewrite: None,
    holds: Holds { overlaps: false, text: true, documents: true, spaced_labels: true, columns: 0 },
};

/// What parts the cells of the first lines into the same number, more than one; a lone column of texts has none.
fn separator_of(head: &str) -> Option<u8> {
    let widths = |separator: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(head.as_bytes());
        let widths: Vec<usize> = reader.records().take(20).map_while(Result::ok).map(|r| r.len()).collect();
        let first = widths.first().copied().unwrap_or(0);
        widths.iter().all(|w| *w == first).then_some(first)
    };
    b",\t;|"
        .iter()
        .copied()
        .filter_map(|s| Some((widths(s)?, s)))
        .filter(|(width, _)| *width > 1)
        .max_by_key(|(width, _)| *width)
        .map(|(_, s)| s)
}

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = decode(source.bytes)?;
    let mut found = Found::of(CSV, &decoded);
    let separator = separator_of(&decoded.text).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(decoded.text.as_bytes());
    let header = reader.headers().map_err(|e| Problem::at(1, 0, format!("the table is broken ({e})")))?.clone();
    let mut rows = Vec::new();
    for row in reader.records() {
        match row {
            Ok(row) => rows.push(row),
            Err(e) => {
                let line = e.position().map_or(0, |p| p.line() as usize);
                found.problem(line, 0, || format!("the row is broken ({e}); it is left as it is"));
            }
        }
    }
    let lengths = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(str::len).sum::<usize>();
    let column = (0..header.len()).max_by_key(|c| (lengths(*c), usize::MAX - c)).filter(|c| lengths(*c) > 0);
    let Some(column) = column else { return Err(Problem::at(0, 0, "the table has a header but no texts")) };
    let name = header.get(column).unwrap_or("").to_owned();
    found.evidence.push(format!("texts from the column “{name}”, cells parted by {:?}", char::from(separator)));
    for (place, row) in rows.iter().enumerate() {
        match row.get(column) {
            Some(text) => {
                let document =
                    Document::of_text(source.split, source.file, place as u32, text.to_owned(), Vec::new(), None);
                corpus.documents.push(Arc::new(document));
            }
            None => {
                let line = row.position().map_or(0, |p| p.line() as usize);
                found.problem(line, 0, || format!("the row has no cell for “{name}”; it is left as it is"));
            }
        }
    }
    Ok(found)
}
