//! Amazon Comprehend: CSV of `File,Line,Begin Offset,End Offset,Type` for texts in the same directory, one text per
//! line.

use super::decode::decode;
use super::header::normalized;
use super::records::{self, RecordSpan, SourceText, TextRecord};
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput, line_of};
use crate::corpus::Corpus;
use std::collections::BTreeMap;

/// Annotations of a custom entity recognizer.
pub const COMPREHEND: Format = Format {
    name: "comprehend",
    description: "Amazon Comprehend: CSV of offsets for text files in the same directory",
    extensions: &["csv"],
    detect: |g| {
        let fits = Columns::of(&header(g.first_line())).is_some();
        Detection::when(fits, Detection::SIGNATURE, "columns File, Begin Offset, End Offset and Type")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// Column indices by their names.
struct Columns {
    file: usize,
    /// Column of the line; `None` if each file is one text.
    line: Option<usize>,
    begin: usize,
    end: usize,
    label: usize,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let column = |name: &str| header.iter().position(|h| normalized(h) == name);
        Some(Self {
            file: column("file")?,
            line: column("line"),
            begin: column("beginoffset")?,
            end: column("endoffset")?,
            label: column("type")?,
        })
    }
}

fn header(line: &str) -> csv::StringRecord {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    reader.records().next().and_then(Result::ok).unwrap_or_default()
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(COMPREHEND, &decoded);
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(decoded.text.as_bytes());
    let columns = table.headers().ok().and_then(Columns::of);
    let columns =
        columns.ok_or_else(|| Problem::at(1, 0, "the header lacks File, Begin Offset, End Offset or Type"))?;
    // Spans by file and line, with the line of the CSV file.
    let mut marks: BTreeMap<String, Vec<(usize, usize, RecordSpan)>> = BTreeMap::new();
    for row in table.records() {
        let row = match row {
            Ok(row) => row,
            Err(e) => {
                found.push_problem(line_of(e.position()), 0, || {
                    format!("invalid CSV row ({e}); row skipped, kept in the file")
                });
                continue;
            }
        };
        let at = line_of(row.position());
        let number = |column: usize| row.get(column).and_then(|n| n.trim().parse::<usize>().ok());
        let line = columns.line.map_or(Some(0), number);
        let (Some(file), Some(line), Some(start), Some(end), Some(label)) =
            (row.get(columns.file), line, number(columns.begin), number(columns.end), row.get(columns.label))
        else {
            found.push_problem(at, 0, || "missing file, line, offset or type; row skipped, kept in the file".into());
            continue;
        };
        let mark = RecordSpan { start, end, label: label.trim().to_owned(), surface: None };
        marks.entry(file.trim().to_owned()).or_default().push((line, at, mark));
    }
    let mut texts: Vec<SourceText> = Vec::new();
    for (file, marks) in marks {
        let bytes =
            (source.read_sibling)(&file).ok_or_else(|| format!("text file {file} not found in the same directory"));
        let text = bytes.and_then(|b| decode(&b).map(|d| d.text.into_owned()).map_err(|p| format!("{file}: {p}")));
        let text = match text {
            Ok(text) => text,
            Err(reason) => {
                found.push_problem(marks[0].1, 1, || format!("{reason}; labels not read"));
                continue;
            }
        };
        let lines: Vec<&str> = if columns.line.is_some() { text.lines().collect() } else { vec![&text] };
        let first = texts.len();
        for (number, line) in lines.iter().enumerate() {
            let name = if lines.len() > 1 { format!("{file}:{}", number + 1) } else { file.clone() };
            let item = TextRecord { text: (*line).to_owned(), name, ..TextRecord::default() };
            texts.push(SourceText { split: source.split, line: 0, place: texts.len(), item });
        }
        for (line, at, mark) in marks {
            match texts.get_mut(first + line) {
                Some(text) => {
                    text.line = if text.line == 0 { at } else { text.line };
                    text.item.spans.push(mark);
                }
                None => {
                    found.push_problem(at, 2, || format!("{file} has only {} lines, expected line {line}", lines.len()))
                }
            }
        }
    }
    // Blank lines are not documents.
    texts.retain(|text| !text.item.text.trim().is_empty());
    if texts.is_empty() {
        let reason = found.problems.first().map_or_else(|| "no files listed".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no text can be read: {reason}")));
    }
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}
