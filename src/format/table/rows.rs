//! Rows of CSV and TSV.

use crate::format::line_of;
use crate::format::read_report::ReadReport;
use std::sync::Arc;

/// Row of a table: its line, from 1, and its cells with ascending columns, from 0. Empty spreadsheet cells are omitted.
pub(super) struct TableRow {
    pub line: usize,
    pub cells: Vec<(u32, Arc<str>)>,
}

impl TableRow {
    /// Returns the cell of a column.
    pub fn get(&self, column: u32) -> Option<&str> {
        self.cells.binary_search_by_key(&column, |(c, _)| *c).ok().map(|at| &*self.cells[at].1)
    }

    /// Returns the cell of a column if it is not blank.
    pub fn filled(&self, column: u32) -> Option<&str> {
        self.get(column).filter(|cell| !cell.trim().is_empty())
    }
}

/// Maximum number of bytes to inspect.
const SAMPLE_BYTES: usize = 1 << 20;

/// Returns the separator that results in the same number of cells, at least two, in all first lines. `None` for one
/// column.
pub(super) fn detect_delimiter(text: &str) -> Option<u8> {
    let head = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    let widths = |separator: u8| {
        let mut reader = builder(separator, are_quotes(head, separator)).from_reader(head.as_bytes());
        let mut widths: Vec<usize> = reader.records().take(20).map_while(Result::ok).map(|r| r.len()).collect();
        // The last row can be truncated.
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

fn builder(separator: u8, quotes: bool) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(separator).quoting(quotes).has_headers(false).flexible(true);
    builder
}

/// True if every quote at the start of a cell is closed at its end. The last cell can be truncated.
fn are_quotes(text: &str, separator: u8) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // Start of a cell.
        if bytes[at] == b'"' {
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return text.len() >= SAMPLE_BYTES,
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), None) => return true,
                    (Some(b'"'), Some(next)) if *next == separator || matches!(next, b'\n' | b'\r') => break,
                    (Some(b'"'), _) => return false,
                    _ => at += 1,
                }
            }
        }
        while bytes.get(at).is_some_and(|b| *b != separator && *b != b'\n') {
            at += 1;
        }
        at += 1;
    }
    true
}

/// Returns a text without the line `sep=;`, by which Excel declares the separator, and that separator.
pub(super) fn strip_delimiter_line(text: &str) -> (&str, Option<u8>) {
    let reported = text.trim_start_matches('\u{feff}').strip_prefix("sep=").and_then(|rest| {
        let (sign, rest) = rest.split_at_checked(1)?;
        let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
        Some((rest, Some(sign.as_bytes()[0])))
    });
    reported.unwrap_or((text, None))
}

/// Parses the rows of a text. Invalid rows are reported and left out.
pub(super) fn parse_rows(text: &str, separator: u8, found: &mut ReadReport) -> Vec<TableRow> {
    let mut reader = builder(separator, are_quotes(text, separator)).from_reader(text.as_bytes());
    let mut rows: Vec<TableRow> = Vec::new();
    for row in reader.records() {
        match row {
            Ok(row) => {
                let line = line_of(row.position());
                rows.push(TableRow { line, cells: (0..).zip(row.iter().map(Arc::from)).collect() });
            }
            Err(e) => {
                let line = line_of(e.position());
                found.push_problem(line, 0, || format!("invalid row ({e}); row skipped, kept in the file"));
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_count_only_if_all_are_closed() {
        let check = |text: &str, expected: bool| assert_eq!(are_quotes(text, b'\t'), expected, "{text}");
        check("a\tb\n\"x\ty\"\t\"\"\"z\"\"\"\n", true);
        check("\"over\nlines\"\tb\n", true);
        check("a\t\"\nb\tO\n", false);
        check("say \"x\"\tb\n", true);
        check("\"a\" b\tc\n", false);
    }
}
