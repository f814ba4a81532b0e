//! Tables of texts: CSV, TSV or a spreadsheet, each row a document. The column of the texts is the one whose cells are longest; a
//! column of train, dev and test parts them, and one of Label Studio's regions labels them.

use super::line_of;
use super::records::{Item, label_studio};
use super::{Format, Found, Holds, Problem, Source, records};
use crate::corpus::narrow::narrow;
use crate::corpus::{Corpus, Document, Split};
use calamine::Reader as _;
use std::io::Cursor;
use std::sync::Arc;

/// A table of text.
pub const CSV: Format = Format {
    name: "csv",
    what: "CSV or TSV: a column of texts, a row is a document",
    extensions: &["csv", "tsv"],
    recognises: |g| g.extension == "csv" || (g.extension == "tsv" && separator_of(g.head).is_some()),
    read: read_csv,
    write: None,
    rewrite: None,
    holds: Holds::TEXTS,
};

/// A spreadsheet.
pub const XLSX: Format = Format {
    name: "xlsx",
    what: "A spreadsheet: a column of texts, a row is a document",
    extensions: &["xlsx", "xlsm", "xlsb", "xls", "ods"],
    recognises: |g| XLSX.extensions.contains(&g.extension),
    read: read_sheet,
    write: None,
    rewrite: None,
    holds: Holds::TEXTS,
};

/// A row and its line, from 1.
type Row = (usize, Vec<String>);

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

fn read_csv(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let mut found = Found::of(CSV, &decoded);
    let separator = separator_of(&decoded.text).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(decoded.text.as_bytes());
    let mut rows: Vec<Row> = Vec::new();
    for row in reader.records() {
        match row {
            Ok(row) => {
                let line = line_of(row.position());
                rows.push((line, row.iter().map(str::to_owned).collect()));
            }
            Err(e) => {
                let line = line_of(e.position());
                found.problem(line, 0, || format!("the row is broken ({e}); it is left as it is"));
            }
        }
    }
    found.evidence.push(format!("cells parted by {:?}", char::from(separator)));
    documents(source, corpus, rows, found)
}

fn read_sheet(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let broken = |e: calamine::Error| Problem::at(0, 0, format!("the spreadsheet cannot be read ({e})"));
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(source.bytes)).map_err(broken)?;
    let mut found = Found::new(XLSX);
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(broken)?;
        let first = range.start().map_or(0, |(row, _)| row as usize);
        let cells = |row: &[calamine::Data]| row.iter().map(ToString::to_string).collect();
        let rows: Vec<Row> = (first + 1..).zip(range.rows().map(cells)).collect();
        if !rows.is_empty() {
            found.evidence.push(format!("sheet “{name}”"));
            return documents(source, corpus, rows, found);
        }
    }
    Err(Problem::at(0, 0, "the spreadsheet is empty"))
}

/// The rows as documents.
fn documents(source: &Source, corpus: &mut Corpus, mut rows: Vec<Row>, mut found: Found) -> Result<Found, Problem> {
    let column = text_column(&rows).ok_or_else(|| Problem::at(0, 0, "the table has no texts"))?;
    let header = if has_header(&rows, column) { rows.remove(0).1 } else { Vec::new() };
    if rows.is_empty() {
        return Err(Problem::at(0, 0, "the table has a header but no texts"));
    }
    let title =
        header.get(column).map_or_else(|| format!("column {}", column + 1), |name| format!("the column “{name}”"));
    found.evidence.push(format!("texts from {title}{}", if header.is_empty() { ", no header" } else { "" }));
    let is_split = |c: usize| rows.iter().all(|(_, r)| r.get(c).is_some_and(|v| Split::from_name(v.trim()).is_some()));
    let splits = (0..header.len()).find(|c| *c != column && is_split(*c));
    let regions = (0..header.len())
        .find(|c| rows.iter().any(|(_, r)| r.get(*c).is_some_and(|v| !label_studio::regions(v).is_empty())));
    let used = |c: usize| c == column || Some(c) == splits || Some(c) == regions;
    (0..header.len()).filter(|c| !used(*c)).for_each(|c| found.also(format!("“{}”", header[c])));
    let mut items = Vec::new();
    for (place, (line, row)) in rows.into_iter().enumerate() {
        let Some(text) = row.get(column).cloned() else {
            found.problem(line, 0, || format!("the row has no cell for {title}; it is left as it is"));
            continue;
        };
        let marks = regions.and_then(|c| row.get(c)).map_or_else(Vec::new, |cell| label_studio::regions(cell));
        let split = splits.and_then(|c| Split::from_name(row.get(c)?.trim())).unwrap_or(source.split);
        items.push((split, line, place, Item { text, marks, ..Item::default() }));
    }
    let (measure, _) = records::Measure::of(items.iter().map(|(.., item)| item), source.choices.unit);
    found.unit = regions.map(|_| measure.unit);
    for (split, line, place, item) in items {
        let tell = |message| found.problem(line, 0, || message);
        let (spans, _) = records::placed(&item, measure, |label| corpus.labels.intern(label), tell)?;
        corpus.documents.push(Arc::new(Document::of_text(split, source.file, narrow(place), item.text, spans, None)));
    }
    Ok(found)
}

/// The column with the longest cells, the first row aside where there are more; one of regions is none.
fn text_column(rows: &[Row]) -> Option<usize> {
    let body = if rows.len() > 1 { &rows[1..] } else { rows };
    let cells = |column: usize| body.iter().filter_map(move |(_, r)| r.get(column));
    let length = |column: usize| cells(column).map(String::len).sum::<usize>();
    let width = rows.iter().map(|(_, r)| r.len()).max().unwrap_or(0);
    (0..width)
        .filter(|c| length(*c) > 0 && cells(*c).all(|cell| label_studio::regions(cell).is_empty()))
        .max_by_key(|c| (length(*c), usize::MAX - c))
}

/// Whether the first row names the columns: one of its cells says what is below it, or is no number or split as all below it are,
/// or all are short and differ and the one above the texts is shorter than most.
fn has_header(rows: &[Row], column: usize) -> bool {
    const NAMES: [&str; 9] =
        ["text", "texts", "sentence", "content", "body", "tweet", "document", "message", "description"];
    let Some(((_, first), body)) = rows.split_first() else { return false };
    let name = |c: &str| !c.trim().is_empty() && c.chars().count() <= 40 && c.trim().parse::<f64>().is_err();
    let differ = first.iter().collect::<std::collections::HashSet<_>>().len() == first.len();
    let above = first.get(column).map_or("", |c| c.trim());
    if NAMES.iter().any(|n| above.eq_ignore_ascii_case(n)) {
        return true;
    }
    let typed = |c: usize, is: fn(&str) -> bool| {
        let mut cells = body.iter().map(|(_, r)| r.get(c).map_or("", |v| v.trim()));
        !is(first[c].trim()) && !body.is_empty() && cells.all(is)
    };
    let is_number = |v: &str| v.parse::<f64>().is_ok();
    let is_split = |v: &str| Split::from_name(v).is_some();
    if (0..first.len()).any(|c| c != column && (typed(c, is_number) || typed(c, is_split))) {
        return true;
    }
    let longer = body.iter().filter(|(_, r)| r.get(column).is_some_and(|c| c.len() > above.len())).count();
    first.iter().all(|c| name(c)) && differ && longer * 10 >= body.len() * 9 && !above.contains(['.', ',', '!', '?'])
}
