//! Non-empty cells of a spreadsheet with their positions. A sheet with one cell in its last row needs memory for one
//! cell.
//!
//! [`parts`] checks the content of a zip, [`ods`] reads OpenDocument cells, [`ole`] checks an old Excel file before it
//! is read. The crate calamine reads everything else.

mod ods;
mod ole;
mod parts;

use super::Problem;
use super::budget::Budget;
use super::guard::guarded;
use crate::corpus::to_u32::to_u32;
use calamine::{Data, DataRef, Reader as _, Xls, Xlsb, XlsbError, Xlsx, XlsxError};
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

/// Name of a sheet and its rows. A row has its number, from 1, and cells with their columns, from 0; both are
/// ascending.
pub(super) type Sheet = (String, Vec<(usize, Vec<(u32, Arc<str>)>)>);

/// Sheet names of a spreadsheet, and one of the sheets.
#[derive(Default)]
pub(super) struct Workbook {
    /// Names of all sheets.
    pub names: Vec<String>,
    /// Requested sheet, or the first non-empty sheet. `None` if it is empty.
    pub sheet: Option<Sheet>,
}

/// Reads the sheet with this index, from 0, or the first non-empty sheet.
///
/// # Errors
/// Returns an error if the file is damaged or exceeds the budget.
pub(super) fn read_book(bytes: &[u8], budget: Budget, wanted: Option<usize>) -> Result<Workbook, Problem> {
    let most = SizeLimit { packed: bytes.len(), budget };
    if bytes.starts_with(&ole::SIGNATURE) {
        ole::check(bytes, most)?;
        return read(|| of_xls(bytes, most, wanted));
    }
    let parts = parts::check(bytes, most)?;
    read(|| match parts {
        parts::Kind::OpenDocument => ods::read(bytes, most, wanted),
        parts::Kind::Binary => of_xlsb(bytes, most, wanted),
        parts::Kind::Excel => of_xlsx(bytes, most, wanted),
    })
}

/// Returns the names of the sheets to read: the requested one, or all.
fn wanted_of(names: &[String], wanted: Option<usize>) -> &[String] {
    match wanted {
        Some(number) => names.get(number..number.saturating_add(1)).unwrap_or_default(),
        None => names,
    }
}

/// Memory limit for a file of this size.
#[derive(Clone, Copy)]
struct SizeLimit {
    packed: usize,
    budget: Budget,
}

impl SizeLimit {
    fn check(self, bytes: u64) -> Result<(), Problem> {
        self.budget.check(self.packed, bytes)
    }
}

fn read(work: impl FnOnce() -> Result<Workbook, Problem>) -> Result<Workbook, Problem> {
    guarded(work).unwrap_or_else(|| Err(broken(&"inconsistent lengths or offsets")))
}

fn broken(reason: &dyn std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("cannot read the spreadsheet ({reason}); save it again or as CSV"))
}

/// Collected cells. Each text of the workbook is stored once.
struct Cells {
    most: SizeLimit,
    held: u64,
    cells: Vec<(u32, u32, Arc<str>)>,
    shared: HashMap<(usize, usize), Arc<str>>,
}

impl Cells {
    /// Memory of a cell in bytes, without its text.
    const A_CELL: u64 = 32;

    fn new(most: SizeLimit) -> Self {
        Self { most, held: 0, cells: Vec::new(), shared: HashMap::new() }
    }

    /// Adds a cell. Empty cells are ignored.
    fn add(&mut self, row: u32, column: u32, text: Arc<str>) -> Result<(), Problem> {
        if !text.is_empty() {
            // A text that many cells share becomes the text of as many documents.
            self.held += Self::A_CELL + text.len() as u64;
            self.most.check(self.held)?;
            self.cells.push((row, column, text));
        }
        Ok(())
    }

    /// Adds a cell value of calamine.
    fn add_value(&mut self, (row, column): (u32, u32), value: DataRef) -> Result<(), Problem> {
        let text = match value {
            DataRef::Empty => return Ok(()),
            DataRef::SharedString(text) => {
                let at = (text.as_ptr().addr(), text.len());
                self.shared.entry(at).or_insert_with(|| text.into()).clone()
            }
            DataRef::String(text) => text.into(),
            other => Data::from(other).to_string().into(),
        };
        self.add(row, column, text)
    }

    fn finish(mut self, name: &str) -> Option<Sheet> {
        self.cells.sort_by_key(|(row, column, _)| (*row, *column));
        let rows = self.cells.chunk_by(|a, b| a.0 == b.0);
        let row = |cells: &[(u32, u32, Arc<str>)]| {
            let line = cells.first().map_or(0, |c| c.0 as usize + 1);
            (line, cells.iter().map(|(_, column, text)| (*column, text.clone())).collect())
        };
        let rows: Vec<_> = rows.map(row).collect();
        (!rows.is_empty()).then(|| (name.to_owned(), rows))
    }
}

fn of_xlsx(bytes: &[u8], most: SizeLimit, wanted: Option<usize>) -> Result<Workbook, Problem> {
    let broken = |e: XlsxError| broken(&e);
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    for name in wanted_of(&names, wanted) {
        let mut cells = Cells::new(most);
        let mut reader = match book.worksheet_cells_reader(name) {
            Ok(reader) => reader,
            // The sheet is a chart.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(e) => return Err(broken(e)),
        };
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            cells.add_value(cell.get_position(), cell.get_value().clone())?;
        }
        if let Some(sheet) = cells.finish(name) {
            return Ok(Workbook { names, sheet: Some(sheet) });
        }
    }
    Ok(Workbook { names, sheet: None })
}

fn of_xlsb(bytes: &[u8], most: SizeLimit, wanted: Option<usize>) -> Result<Workbook, Problem> {
    let broken = |e: XlsbError| broken(&e);
    let mut book = Xlsb::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    for name in wanted_of(&names, wanted) {
        let mut cells = Cells::new(most);
        let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            cells.add_value(cell.get_position(), cell.get_value().clone())?;
        }
        if let Some(sheet) = cells.finish(name) {
            return Ok(Workbook { names, sheet: Some(sheet) });
        }
    }
    Ok(Workbook { names, sheet: None })
}

fn of_xls(bytes: &[u8], most: SizeLimit, wanted: Option<usize>) -> Result<Workbook, Problem> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let names = book.sheet_names();
    for name in wanted_of(&names, wanted) {
        let range = book.worksheet_range(name).map_err(|e| broken(&e))?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let mut cells = Cells::new(most);
        for (row, column, value) in range.used_cells() {
            cells.add(first_row + to_u32(row), first_column + to_u32(column), value.to_string().into())?;
        }
        if let Some(sheet) = cells.finish(name) {
            return Ok(Workbook { names, sheet: Some(sheet) });
        }
    }
    Ok(Workbook { names, sheet: None })
}
