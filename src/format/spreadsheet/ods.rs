//! OpenDocument cells (ODF 1.3, part 3, chapter 9). Rows and cells can be repeated up to the last row or column of a
//! sheet, so they are counted before they are created.

use super::{Cells, SizeLimit, Workbook, broken};
use crate::format::Problem;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{Cursor, Read};
use std::sync::Arc;

/// Reads the sheet with this index, or the first non-empty sheet.
pub(super) fn read(bytes: &[u8], most: SizeLimit, wanted: Option<usize>) -> Result<Workbook, Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).map_err(|e| broken(&e))?.read_to_string(&mut text).map_err(|e| broken(&e))?;
        Ok::<_, Problem>(text)
    };
    if part("META-INF/manifest.xml").is_ok_and(|manifest| manifest.contains("manifest:encryption-data")) {
        return Err(broken(&"protected by a password"));
    }
    sheet(&part("content.xml")?, most, wanted)
}

/// Cell that is being read.
#[derive(Default)]
struct Open {
    repeated: u32,
    /// Value of an attribute. Without one, the value is the text of the element.
    value: Option<String>,
    text: String,
    paragraphs: usize,
}

fn sheet(content: &str, most: SizeLimit, wanted: Option<usize>) -> Result<Workbook, Problem> {
    let mut reader = Reader::from_str(content);
    reader.config_mut().expand_empty_elements = true;
    let mut book = Workbook::default();
    let mut is_wanted = false;
    let mut name = String::new();
    let mut cells = Cells::new(most);
    let (mut row, mut rows, mut column) = (0u32, 1u32, 0u32);
    let mut of_row: Vec<(u32, u32, Arc<str>)> = Vec::new();
    let mut open: Option<Open> = None;
    // Nesting depth of notes. Their text does not belong to the cell.
    let mut notes = 0usize;
    loop {
        match reader.read_event().map_err(|e| broken(&e))? {
            Event::Start(e) => match (e.name().into_inner(), &mut open) {
                ("office:annotation", _) => notes += 1,
                _ if notes > 0 => {}
                ("table:table", None) => {
                    name = attribute(&e, "table:name")?.unwrap_or_default();
                    cells = Cells::new(most);
                    row = 0;
                    is_wanted = wanted.map_or(book.sheet.is_none(), |number| number == book.names.len());
                }
                ("table:table-row", None) => {
                    rows = count(&e, "table:number-rows-repeated")?;
                    column = 0;
                }
                ("table:table-cell" | "table:covered-table-cell", None) => open = Some(Open::new(&e)?),
                ("text:p", Some(cell)) => {
                    cell.paragraphs += 1;
                    if cell.paragraphs > 1 {
                        cell.text.push('\n');
                    }
                }
                ("text:s", Some(cell)) => {
                    let blanks = count(&e, "text:c")?;
                    most.check(cell.text.len() as u64 + u64::from(blanks))?;
                    cell.text.extend(std::iter::repeat_n(' ', blanks as usize));
                }
                ("text:tab", Some(cell)) => cell.text.push('\t'),
                ("text:line-break", Some(cell)) => cell.text.push('\n'),
                _ => {}
            },
            Event::Text(text) if notes == 0 => {
                // Whitespace between paragraphs is layout.
                if let Some(cell) = open.as_mut().filter(|c| c.paragraphs > 0) {
                    cell.text.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(entity) if notes == 0 => {
                if let Some(cell) = &mut open {
                    match (resolve_predefined_entity(&entity), entity.resolve_char_ref().map_err(|e| broken(&e))?) {
                        (Some(text), _) => cell.text.push_str(text),
                        (None, Some(c)) => cell.text.push(c),
                        (None, None) => return Err(broken(&format!("unknown entity {}", &*entity))),
                    }
                }
            }
            Event::End(e) => match e.name().into_inner() {
                "office:annotation" => notes = notes.saturating_sub(1),
                _ if notes > 0 => {}
                "table:table-cell" | "table:covered-table-cell" => {
                    if let Some(cell) = open.take() {
                        let text: Arc<str> = cell.value.unwrap_or(cell.text).into();
                        if !text.is_empty() {
                            of_row.push((column, cell.repeated, text));
                        }
                        column = column.saturating_add(cell.repeated);
                    }
                }
                "table:table-row" => {
                    if is_wanted && !of_row.is_empty() {
                        add(&mut cells, row..row.saturating_add(rows), &of_row)?;
                    }
                    of_row.clear();
                    row = row.saturating_add(rows);
                }
                "table:table" => {
                    let sheet = std::mem::replace(&mut cells, Cells::new(most));
                    if is_wanted {
                        book.sheet = sheet.finish(&name);
                    }
                    book.names.push(std::mem::take(&mut name));
                }
                _ => {}
            },
            Event::Eof => return Ok(book),
            _ => {}
        }
    }
}

/// Adds the cells of a row to all these rows. A cell has its first column, its number of repetitions and its text.
fn add(cells: &mut Cells, rows: std::ops::Range<u32>, of_row: &[(u32, u32, Arc<str>)]) -> Result<(), Problem> {
    for row in rows {
        for (first, repeated, text) in of_row {
            for column in *first..first.saturating_add(*repeated) {
                cells.add(row, column, text.clone())?;
            }
        }
    }
    Ok(())
}

impl Open {
    fn new(element: &BytesStart) -> Result<Self, Problem> {
        let mut value = None;
        // The number as stored in the file, not as displayed.
        for name in
            ["office:value", "office:string-value", "office:date-value", "office:time-value", "office:boolean-value"]
        {
            value = value.or(attribute(element, name)?.filter(|v| !v.is_empty()));
        }
        Ok(Self { repeated: count(element, "table:number-columns-repeated")?, value, ..Self::default() })
    }
}

fn attribute(element: &BytesStart, name: &str) -> Result<Option<String>, Problem> {
    let Some(found) = element.try_get_attribute(name).map_err(|e| broken(&e))? else { return Ok(None) };
    let value = found.normalized_value(XmlVersion::Implicit1_0).map_err(|e| broken(&e))?;
    Ok(Some(value.into_owned()))
}

/// Returns the number of repetitions. The default is 1.
fn count(element: &BytesStart, name: &str) -> Result<u32, Problem> {
    match attribute(element, name)? {
        None => Ok(1),
        Some(text) => text.parse().map_err(|_| broken(&format!("{name} is “{text}”, not a number"))),
    }
}
