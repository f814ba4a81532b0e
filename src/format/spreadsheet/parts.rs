//! Parts of a zip-based spreadsheet: their real sizes, and the kind of spreadsheet.

use super::{SizeLimit, broken};
use crate::format::Problem;
use regex::Regex;
use std::io::{Cursor, Read};

/// Kind of spreadsheet.
pub(super) enum Kind {
    /// XLSX and XLSM.
    Excel,
    /// XLSB.
    Binary,
    /// ODS.
    OpenDocument,
}

/// Decompresses every relevant part and counts the bytes. The sizes in the zip directory can be wrong.
///
/// # Errors
/// Returns an error if the file is not a zip, parts exceed the budget, or the string table declares an implausible
/// length.
pub(super) fn check(bytes: &[u8], most: SizeLimit) -> Result<Kind, Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let mut kind = Kind::Excel;
    let mut total = 0;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|e| broken(&e))?;
        let name = part.name().map_err(|e| broken(&e))?.to_ascii_lowercase();
        match &*name {
            "xl/workbook.bin" => kind = Kind::Binary,
            "content.xml" => kind = Kind::OpenDocument,
            _ => {}
        }
        if ![".xml", ".rels", ".bin"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let left = most.budget.decompressed_limit(most.packed).saturating_sub(total);
        if name.ends_with("sharedstrings.xml") {
            let mut text = Vec::new();
            part.take(left + 1).read_to_end(&mut text).map_err(|e| broken(&e))?;
            total += text.len() as u64;
            most.check(total)?;
            check_count(&String::from_utf8_lossy(&text))?;
        } else {
            total += std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|e| broken(&e))?;
            most.check(total)?;
        }
    }
    Ok(kind)
}

/// Checks the declared number of strings, because the reader allocates as many.
fn check_count(table: &str) -> Result<(), Problem> {
    /// Minimum length of a string: `<si/>`.
    const SHORTEST: usize = 5;
    let head = &table[..table.find("<si").unwrap_or(table.len())];
    let count = Regex::new(r#"uniqueCount\s*=\s*["'](\d+)["']"#).map_err(|e| broken(&e))?;
    let most = table.len() / SHORTEST;
    for found in count.captures_iter(head) {
        if found[1].parse::<usize>().is_ok_and(|n| n <= most) {
            continue;
        }
        return Err(broken(&format!("string table declares {} strings, but can contain at most {most}", &found[1])));
    }
    Ok(())
}
