//! Old Excel files (XLS): a file system of sectors in a file (MS-CFB), with a stream of records (MS-XLS 2.4). The
//! calamine reader follows circular sector chains forever. It allocates every cell between the first cell and the last.
//! Chains and cell positions are therefore checked first.

use super::{SizeLimit, broken};
use crate::corpus::to_u32::to_u32;
use crate::format::Problem;
use std::collections::HashSet;

/// Signature of OLE files.
pub(super) const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Smallest reserved sector number.
const RESERVED: u32 = 0xffff_fffa;
/// Streams below this size, in bytes, are stored in the mini stream.
const MINI_STREAM_LIMIT: usize = 4096;
/// Size of a mini stream sector, in bytes.
const MINI: usize = 64;

// Record types.
const FORMULA: u16 = 0x0006;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const SHEET: u16 = 0x0085;
const NUMBERS: u16 = 0x00bd;
const TEXTS: u16 = 0x00fc;
const TEXT_OF_TABLE: u16 = 0x00fd;
const DIMENSIONS: u16 = 0x0200;
/// Records of one cell that begin with its row and column.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, TEXT_OF_TABLE, FORMULA];

/// Checks a file before it is read.
///
/// # Errors
/// Returns an error if the file is damaged, has a password, or its cells exceed the budget.
pub(super) fn check(bytes: &[u8], most: SizeLimit) -> Result<(), Problem> {
    let stream = workbook(bytes).map_err(|reason| broken(&reason))?;
    let needed = needed(&stream).ok_or_else(|| broken(&"more than 1,024 sheets"))?;
    match most.check(needed) {
        Ok(()) => Ok(()),
        Err(_) => {
            let reason = "the cells are too far apart or repeat long texts too often, and would need";
            Err(Problem::at(
                0,
                0,
                format!("{reason} {} MiB; delete stray cells, or save it as CSV or XLSX", needed >> 20),
            ))
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b))
}

/// Sector storage: the bytes, and the table with the next sector of each sector.
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Number of sectors before the first one (the header).
    skipped: usize,
    next: Vec<u32>,
}

impl Sectors<'_> {
    fn sector(&self, number: u32) -> Option<&[u8]> {
        let start = (number as usize).checked_add(self.skipped)?.checked_mul(self.size)?;
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    /// Returns the bytes of a sector chain, at most `length`.
    fn chain(&self, first: u32, length: usize) -> Result<Vec<u8>, &'static str> {
        let mut out = Vec::new();
        let mut seen = HashSet::new();
        let mut at = first;
        while at < RESERVED && out.len() < length {
            if !seen.insert(at) {
                return Err("cyclic sector chain");
            }
            let sector = self.sector(at).ok_or("sector beyond the end of the file")?;
            out.extend_from_slice(&sector[..sector.len().min(length - out.len())]);
            at = *self.next.get(at as usize).ok_or("sector without a successor")?;
        }
        Ok(out)
    }
}

/// Returns the record stream of the workbook.
fn workbook(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    const CUT: &str = "truncated header";
    let size = match u16_at(bytes, 30) {
        Some(9) => 512,
        Some(12) => 4096,
        _ => return Err("sector size is neither 512 nor 4096"),
    };
    let header = |at: usize| u32_at(bytes, at).ok_or(CUT);
    let mut sectors = Sectors { bytes, size, skipped: 1, next: Vec::new() };
    // Sectors of the table. The header has the first 109 of them.
    let mut tables: Vec<u32> = numbers(bytes.get(76..512).ok_or(CUT)?).collect();
    let mut at = header(68)?;
    let count = bytes.len() / size + 1;
    let mut steps = 0;
    while at < RESERVED {
        steps += 1;
        if steps > count {
            return Err("cyclic sector chain");
        }
        tables.extend(numbers(sectors.sector(at).ok_or("sector beyond the end of the file")?));
        at = tables.pop().ok_or(CUT)?;
    }
    let tables: Vec<u32> = tables.into_iter().filter(|t| *t < RESERVED).collect();
    if tables.len() > count {
        return Err("sector table is larger than the file");
    }
    for table in tables {
        let entries: Vec<u32> = numbers(sectors.sector(table).ok_or("sector beyond the end of the file")?).collect();
        sectors.next.extend(entries);
    }
    let folder = sectors.chain(header(48)?, usize::MAX)?;
    let entries = folder.as_chunks::<128>().0;
    let root = entries.first().ok_or("no directory entries")?;
    let place = |entry: &[u8; 128]| Some((u32_at(entry, 116)?, u32_at(entry, 120)? as usize));
    let (small_first, small_length) = place(root).ok_or(CUT)?;
    let has_small = header(64)? > 0;
    let small_stream = if has_small { sectors.chain(small_first, small_length)? } else { Vec::new() };
    let small_table = if has_small { sectors.chain(header(60)?, header(64)? as usize * size)? } else { Vec::new() };
    let small =
        Sectors { bytes: &small_stream, size: MINI, skipped: 0, next: numbers(&small_table).collect::<Vec<u32>>() };
    let named = |name: &str| {
        let is = |entry: &&[u8; 128]| {
            let units: Vec<u16> = entry[..64].as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect();
            let end = units.iter().position(|u| *u == 0).unwrap_or(units.len());
            String::from_utf16_lossy(&units[..end]).eq_ignore_ascii_case(name)
        };
        entries.iter().find(is).and_then(place)
    };
    let Some((first, length)) = named("Workbook").or_else(|| named("Book")) else {
        let has_password = named("EncryptedPackage").is_some();
        return Err(if has_password { "protected by a password" } else { "no workbook" });
    };
    if length < MINI_STREAM_LIMIT { small.chain(first, length) } else { sectors.chain(first, length) }
}

/// Iterates over the records of a stream.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let data = rest.get(4..4 + length)?;
        rest = &rest[4 + length..];
        Some((kind, data))
    })
}

/// Returns the bytes that the reader would need for the cells of all sheets; `None` if there are too many sheets to
/// check.
fn needed(stream: &[u8]) -> Option<u64> {
    const SHEETS: usize = 1024;
    /// Bytes of a cell, and of a cell with its position in a list. Empty cells count too.
    const A_CELL: u64 = 32;
    let lengths = text_lengths(stream);
    let sheets = records(stream).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == SHEET);
    let sheets: Vec<u32> = sheets.filter_map(|(_, data)| u32_at(data, 0)).collect();
    if sheets.len() > SHEETS {
        return None;
    }
    let mut total = 0u64;
    for at in sheets {
        // A sheet can contain charts, which have the same begin and end records.
        let mut depth = 0usize;
        let (mut rows, mut columns) = (Bounds::default(), Bounds::default());
        let (mut cells, mut text) = (0u64, 0u64);
        for (kind, data) in records(stream.get(at as usize..).unwrap_or_default()) {
            let place = || Some((u16_at(data, 0)?, u16_at(data, 2)?));
            match (kind, place()) {
                (BEGIN, _) => depth += 1,
                (END, _) if depth <= 1 => break,
                (END, _) => depth -= 1,
                _ if depth > 1 => {}
                (DIMENSIONS, _) => cells = cells.saturating_add(claimed(data)),
                (NUMBERS, Some((row, column))) => {
                    let last = u16_at(data, data.len().saturating_sub(2)).unwrap_or(column);
                    rows.add(row);
                    columns.add(column);
                    columns.add(last);
                    cells += data.len() as u64 / 6;
                }
                (kind, Some((row, column))) if CELLS.contains(&kind) => {
                    rows.add(row);
                    columns.add(column);
                    cells += 1;
                    if kind == TEXT_OF_TABLE {
                        let length = u32_at(data, 6).and_then(|i| lengths.get(i as usize));
                        text += u64::from(length.copied().unwrap_or(u32::from(u16::MAX)));
                    }
                }
                _ => {}
            }
        }
        let area = rows.size().saturating_mul(columns.size());
        total = total.saturating_add(area.saturating_add(cells).saturating_mul(A_CELL)).saturating_add(text);
    }
    Some(total)
}

/// Returns the number of cells that a sheet declares, if it exceeds a full sheet, or else 0. The reader allocates
/// them.
fn claimed(data: &[u8]) -> u64 {
    const WHOLE: u64 = 65_536 * 256;
    let narrow = |at: usize| u16_at(data, at).map(u64::from);
    let wide = |at: usize| u32_at(data, at).map(u64::from);
    // Two rows and two columns. Row numbers have more bytes since Excel 97.
    let of = match data.len() {
        10 => [narrow(0), narrow(2), narrow(4), narrow(6)],
        _ => [wide(0), wide(4), narrow(8), narrow(10)],
    };
    let [Some(first_row), Some(last_row), Some(first_column), Some(last_column)] = of else { return 0 };
    if last_row == 0 || last_column == 0 {
        return 0;
    }
    // Same computation as in the reader, where an end before the start is a large number.
    let first_column = if first_column > 0xff || last_column < first_column { 0 } else { first_column };
    let rows = if last_row < first_row { u64::MAX } else { last_row - first_row };
    let cells = rows.saturating_mul(last_column - first_column);
    if cells <= WHOLE { 0 } else { cells }
}

/// Minimum and maximum of some numbers.
#[derive(Default)]
struct Bounds(Option<(u16, u16)>);

impl Bounds {
    fn add(&mut self, n: u16) {
        let (least, most) = self.0.unwrap_or((n, n));
        self.0 = Some((least.min(n), most.max(n)));
    }

    fn size(&self) -> u64 {
        self.0.map_or(0, |(least, most)| u64::from(most - least) + 1)
    }
}

/// Returns an upper bound of the bytes of each shared string, as far as the table is valid (MS-XLS 2.5.293).
fn text_lengths(stream: &[u8]) -> Vec<u32> {
    let mut all = records(stream).skip_while(|(kind, _)| *kind != TEXTS);
    let Some((_, first)) = all.next() else { return Vec::new() };
    let further = all.take_while(|(kind, _)| *kind == CONTINUE).map(|(_, data)| data);
    let parts: Vec<&[u8]> = std::iter::once(first.get(8..).unwrap_or_default()).chain(further).collect();
    let mut table = Table { parts: &parts, at: 0 };
    let mut lengths = Vec::new();
    while let Some(length) = table.text() {
        lengths.push(length);
    }
    lengths
}

/// String table that is split into records, and a position in its first record.
struct Table<'a> {
    parts: &'a [&'a [u8]],
    at: usize,
}

impl Table<'_> {
    fn left(&self) -> usize {
        self.parts.first().map_or(0, |p| p.len() - self.at)
    }

    fn next_part(&mut self) -> Option<()> {
        self.parts = self.parts.get(1..)?;
        self.at = 0;
        Some(())
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > self.left() {
            bytes -= self.left();
            self.next_part()?;
        }
        self.at += bytes;
        Some(())
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        let part = self.parts.first()?;
        let found = part.get(self.at..self.at + bytes)?.iter().rev().fold(0usize, |n, b| n << 8 | usize::from(*b));
        self.at += bytes;
        Some(found)
    }

    /// Skips one string and returns its maximum size: three bytes per character, or two if all characters have one
    /// byte.
    fn text(&mut self) -> Option<u32> {
        if self.left() == 0 {
            self.next_part()?;
        }
        let characters = self.number(2)?;
        let flags = self.number(1)?;
        let runs = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let more = if flags & 4 != 0 { self.number(4)? } else { 0 };
        let mut wide = flags & 1;
        let mut left = characters;
        while left > 0 {
            let here = (self.left() >> wide).min(left);
            self.at += here << wide;
            left -= here;
            if left > 0 {
                // The characters continue in the next record, which declares their width again.
                self.next_part()?;
                wide = self.number(1)? & 1;
            }
        }
        self.skip(runs * 4)?;
        self.skip(more)?;
        Some((if flags & 1 == 0 { 2 } else { 3 }) * to_u32(characters))
    }
}
