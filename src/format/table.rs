//! Tables of texts: CSV, TSV or a spreadsheet, each row a document. The column of the texts is the one whose cells are longest; a
//! column of train, dev and test parts them, and one of Label Studio's regions labels them.

use super::line_of;
use super::records::{Item, label_studio};
use super::{Format, Found, Holds, Problem, Source, records, spreadsheet};
use crate::corpus::narrow::narrow;
use crate::corpus::{Corpus, Document, Split};
use std::collections::{HashMap, HashSet};
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

/// A row: its line, from 1, and its cells with their columns, from 0, ascending. A cell that a spreadsheet leaves empty is none.
struct Row {
    line: usize,
    cells: Vec<(u32, Arc<str>)>,
}

impl Row {
    fn get(&self, column: u32) -> Option<&str> {
        self.cells.binary_search_by_key(&column, |(c, _)| *c).ok().map(|at| &*self.cells[at].1)
    }
}

/// What parts the cells of the first lines into the same number, more than one; a lone column of texts has none.
fn separator_of(text: &str) -> Option<u8> {
    /// So much is looked at.
    const HEAD: usize = 1 << 20;
    let head = &text[..text.floor_char_boundary(HEAD)];
    let widths = |separator: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(head.as_bytes());
        let mut widths: Vec<usize> = reader.records().take(20).map_while(Result::ok).map(|r| r.len()).collect();
        // The last row may be cut.
        if widths.len() < 20 && widths.len() > 1 && head.len() < text.len() {
            widths.pop();
        }
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
                rows.push(Row { line, cells: (0..).zip(row.iter().map(Arc::from)).collect() });
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
    let mut found = Found::new(XLSX);
    let (name, rows) = spreadsheet::first_sheet(source.bytes, source.budget)?
        .ok_or_else(|| Problem::at(0, 0, "the spreadsheet is empty"))?;
    found.evidence.push(format!("sheet “{name}”"));
    let rows = rows.into_iter().map(|(line, cells)| Row { line, cells }).collect();
    documents(source, corpus, rows, found)
}

/// The rows as documents.
fn documents(source: &Source, corpus: &mut Corpus, mut rows: Vec<Row>, mut found: Found) -> Result<Found, Problem> {
    let column = text_column(&rows).ok_or_else(|| Problem::at(0, 0, "the table has no texts"))?;
    let header = if has_header(&rows, column) { rows.remove(0) } else { Row { line: 0, cells: Vec::new() } };
    let title = header
        .get(column)
        .map_or_else(|| format!("column {}", u64::from(column) + 1), |name| format!("the column “{name}”"));
    // A row without a text says nothing of the other columns.
    let (rows, without): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|r| r.get(column).is_some());
    if rows.is_empty() {
        return Err(Problem::at(0, 0, "the table has a header but no texts"));
    }
    let no_header = if header.cells.is_empty() { ", no header" } else { "" };
    found.evidence.push(format!("texts from {title}{no_header}"));
    for row in &without {
        found.problem(row.line, 0, || format!("the row has no cell for {title}; it is left as it is"));
    }
    let others = || header.cells.iter().map(|(c, _)| *c).filter(|c| *c != column);
    let is_split = |c: u32| rows.iter().all(|r| r.get(c).is_some_and(|v| Split::from_name(v.trim()).is_some()));
    let splits = others().find(|c| is_split(*c));
    let cells = rows.iter().flat_map(|r| &r.cells);
    let with_regions: HashSet<u32> =
        cells.filter(|(_, v)| !label_studio::regions(v).is_empty()).map(|(c, _)| *c).collect();
    let regions = others().find(|c| with_regions.contains(c));
    for (c, name) in header.cells.iter().filter(|(c, _)| *c != column && Some(*c) != splits && Some(*c) != regions) {
        found.also(if name.is_empty() { format!("column {}", c + 1) } else { format!("“{name}”") });
    }
    strays(&rows, &header, column, &mut found);
    let mut items = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        let text = row.get(column).unwrap_or_default().to_owned();
        let marks = regions.and_then(|c| row.get(c)).map_or_else(Vec::new, label_studio::regions);
        let split = splits.and_then(|c| Split::from_name(row.get(c)?.trim())).unwrap_or(source.split);
        items.push((split, row.line, place, Item { text, marks, ..Item::default() }));
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

/// Tells of cells beside the table: in a column that has no name and no other cell, where all other columns have one.
fn strays(rows: &[Row], header: &Row, text: u32, found: &mut Found) {
    if header.cells.is_empty() {
        return;
    }
    let counts = counts(rows);
    for row in rows {
        for (column, _) in row.cells.iter().filter(|(c, _)| *c != text && header.get(*c).is_none()) {
            if counts.get(column).is_some_and(|n| *n == 1) {
                let column = u64::from(*column) + 1;
                let what = || format!("a cell in column {column} stands alone, beside the table; it is left as it is");
                found.problem(row.line, 0, what);
            }
        }
    }
}

/// How many cells each column has.
fn counts(rows: &[Row]) -> HashMap<u32, usize> {
    let mut counts = HashMap::new();
    for (column, _) in rows.iter().flat_map(|r| &r.cells) {
        *counts.entry(*column).or_default() += 1;
    }
    counts
}

/// The column with the longest cells, the first row aside where there are more; one of regions is none.
fn text_column(rows: &[Row]) -> Option<u32> {
    let body = if rows.len() > 1 { &rows[1..] } else { rows };
    let mut lengths: HashMap<u32, usize> = HashMap::new();
    for (column, cell) in body.iter().flat_map(|r| &r.cells) {
        *lengths.entry(*column).or_default() += cell.len();
    }
    let mut columns: Vec<(u32, usize)> = lengths.into_iter().filter(|(_, length)| *length > 0).collect();
    columns.sort_unstable_by_key(|(column, length)| (std::cmp::Reverse(*length), *column));
    let has_regions = |c: u32| body.iter().filter_map(|r| r.get(c)).any(|cell| !label_studio::regions(cell).is_empty());
    columns.into_iter().map(|(column, _)| column).find(|c| !has_regions(*c))
}

/// Whether the first row names the columns: one of its cells says what is below it, or is no number or split as all below it are,
/// or all are short and differ and the one above the texts is shorter than most.
fn has_header(rows: &[Row], column: u32) -> bool {
    const NAMES: [&str; 9] =
        ["text", "texts", "sentence", "content", "body", "tweet", "document", "message", "description"];
    let Some((first, body)) = rows.split_first() else { return false };
    let name = |c: &str| !c.trim().is_empty() && c.chars().count() <= 40 && c.trim().parse::<f64>().is_err();
    let names: Vec<&str> = first.cells.iter().map(|(_, name)| &**name).collect();
    let differ = names.iter().collect::<HashSet<_>>().len() == names.len();
    let above = first.get(column).map_or("", str::trim);
    if NAMES.iter().any(|n| above.eq_ignore_ascii_case(n)) {
        return true;
    }
    // A row without a text says nothing.
    let body: Vec<&Row> = body.iter().filter(|r| r.get(column).is_some()).collect();
    let typed = |c: u32, is: fn(&str) -> bool| {
        let mut cells = body.iter().map(|r| r.get(c).map_or("", str::trim));
        !is(first.get(c).map_or("", str::trim)) && !body.is_empty() && cells.all(is)
    };
    let is_number = |v: &str| v.parse::<f64>().is_ok();
    let is_split = |v: &str| Split::from_name(v).is_some();
    let others = first.cells.iter().map(|(c, _)| *c).filter(|c| *c != column);
    if others.into_iter().any(|c| typed(c, is_number) || typed(c, is_split)) {
        return true;
    }
    let longer = body.iter().filter(|r| r.get(column).is_some_and(|c| c.len() > above.len())).count();
    let stops = ['.', ',', '!', '?'];
    names.iter().all(|n| name(n)) && differ && longer * 10 >= body.len() * 9 && !above.contains(stops)
}
