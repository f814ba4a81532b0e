//! Tables: CSV, TSV or a spreadsheet. Each row is a text, or a sentence with lists of tokens and tags in two cells.
//!
//! `rows` reads the rows, `roles` detects the role of each column, `cells` reads lists and spans in cells, `write` writes
//! tables.

mod cells;
mod roles;
mod rows;
mod write;

use super::header::{Role, has_role};
use super::hf_jsonl::class_label_names;
use super::note::NoteKind;
use super::record_error::RecordError;
use super::records::{self, RecordSpan, SourceText, TextRecord};
use super::tagged::TaggedBuilder;
use super::token_list::{check_tag_count, tag_name};
use super::{Capabilities, Detection, Format, Preview, Problem, ReadReport, SourceInput, Writer, spreadsheet};
use crate::corpus::{Corpus, FieldValue, Split, TagNotation};
use cells::ListCell;
use roles::{Body, Roles, split_cell};
use rows::{TableRow, detect_delimiter, parse_rows, strip_delimiter_line};
use std::collections::HashMap;

/// CSV or TSV table.
pub const CSV: Format = Format {
    name: "csv",
    description: "CSV or TSV: a column of texts, one document per row",
    extensions: &["csv", "tsv"],
    detect: recognize,
    is_json: false,
    read: read_csv,
    write: Some(Writer::SingleFile(|corpus, split, _| write::write(corpus, split))),
    rewrite: None,
    capabilities: Capabilities { doc_labels: true, fields: true, any_character: false, ..Capabilities::OFFSET_FORMAT },
};

/// Spreadsheet.
pub const XLSX: Format = Format {
    name: "xlsx",
    description: "Spreadsheet: a column of texts, one document per row",
    extensions: &["xlsx", "xlsm", "xlsb", "xls", "ods"],
    detect: |g| Detection::when(g.has_extension(XLSX.extensions), Detection::STRUCTURE, "spreadsheet file extension"),
    is_json: false,
    read: read_sheet,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// Detects a table. Sentences in cells are enough; texts also need the extension, and a header or whitespace in most
/// texts.
fn recognize(glance: &Preview) -> Option<Detection> {
    let is_named = glance.has_extension(CSV.extensions);
    let (head, reported) = strip_delimiter_line(glance.head);
    let separator = reported.or_else(|| detect_delimiter(head));
    if separator.is_none() && glance.extension != "csv" {
        return None;
    }
    let mut rows = parse_rows(head, separator.unwrap_or(b','), &mut ReadReport::new(CSV));
    rows.truncate(100);
    let roles = Roles::detect(&rows);
    match roles.as_ref().map(|r| &r.body) {
        Some(Body::Lists { .. }) => Detection::when(true, Detection::SIGNATURE, "cells hold lists of words and tags"),
        Some(Body::Pairs { .. }) => Detection::when(true, Detection::STRUCTURE, "cells hold a sentence and its tags"),
        Some(Body::Texts(text)) if is_named && names_texts(&rows, *text) => {
            Detection::when(true, Detection::STRUCTURE + 5, "the header names a text column")
        }
        Some(Body::Texts(text)) if is_named => {
            let spaced = rows.iter().filter(|r| r.get(*text).is_some_and(|c| c.trim().contains(' '))).count();
            let is_text = spaced * 2 >= rows.len() && rows.len() > 1;
            let score = if is_text { Detection::FITS + 5 } else { Detection::EXTENSION };
            Detection::when(true, score, "table rows with a text column")
        }
        _ => Detection::when(is_named, Detection::EXTENSION, "table file extension"),
    }
}

/// True if the first row names a column of texts, and at least half of the rows have several words there.
fn names_texts(rows: &[TableRow], text: u32) -> bool {
    let is_text = |row: &&TableRow| row.get(text).is_some_and(|cell| cell.trim().contains(' '));
    let is_named = rows.first().and_then(|row| row.get(text)).is_some_and(|name| has_role(name, Role::Text));
    is_named && rows.iter().skip(1).filter(is_text).count() * 2 >= rows.len()
}

fn read_csv(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(CSV, &decoded);
    let (text, reported) = strip_delimiter_line(&decoded.text);
    let separator = reported.or_else(|| detect_delimiter(text)).unwrap_or(b',');
    let mut rows = parse_rows(text, separator, &mut found);
    rows.iter_mut().for_each(|row| row.line += usize::from(reported.is_some()));
    found.detection_notes.push(format!("cell delimiter: {:?}", char::from(separator)));
    read_rows(source, corpus, rows, found)
}

fn read_sheet(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let mut found = ReadReport::new(XLSX);
    let book = spreadsheet::read_book(source.bytes, source.budget, source.options.sheet)?;
    let (name, rows) = book.sheet.ok_or_else(|| match source.options.sheet {
        Some(number) => Problem::at(
            0,
            0,
            format!("sheet {} does not exist or is empty; sheets: {}", number + 1, book.names.join(", ")),
        ),
        None => Problem::at(0, 0, "the spreadsheet is empty"),
    })?;
    found.detection_notes.push(format!("sheet “{name}”"));
    let others: Vec<String> = book.names.iter().filter(|other| **other != name).map(|n| format!("“{n}”")).collect();
    found.notes.add_many(NoteKind::UnreadPart, others.len(), || {
        format!("sheet {}; choose another one with --sheet", others.join(", "))
    });
    found.sheets = book.names;
    let rows = rows.into_iter().map(|(line, cells)| TableRow { line, cells }).collect();
    read_rows(source, corpus, rows, found)
}

/// Reads the rows as texts or sentences.
fn read_rows(
    source: &SourceInput,
    corpus: &mut Corpus,
    mut rows: Vec<TableRow>,
    mut found: ReadReport,
) -> Result<ReadReport, Problem> {
    let roles = Roles::detect(&rows).ok_or_else(|| Problem::at(0, 0, "the table has no text column"))?;
    if roles::are_offsets(&rows, &roles) {
        let reason = "the rows have offsets and labels but no texts; join them with the texts first";
        return Err(Problem::at(0, 0, reason));
    }
    let header = if roles.has_header { rows.remove(0) } else { TableRow { line: 0, cells: Vec::new() } };
    if rows.is_empty() {
        return Err(Problem::at(0, 0, "the table has a header but no texts"));
    }
    let title = |c: u32| match header.get(c).map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => format!("“{name}”"),
        None => format!("column {}", u64::from(c) + 1),
    };
    if roles.has_header {
        let names: Vec<&str> = header.cells.iter().map(|(_, name)| name.trim()).collect();
        found.notes.add(NoteKind::Header, || names.join(", "));
    }
    let taken = roles.taken();
    let untaken: Vec<String> =
        header.cells.iter().filter(|(c, _)| !taken.contains(c)).map(|(c, _)| title(*c)).collect();
    let text = match roles.body {
        Body::Texts(text) => text,
        Body::Lists { words, tags } | Body::Pairs { words, tags, .. } => {
            found.roles.push(("label", title(tags)));
            words
        }
    };
    found.roles.insert(0, ("text", title(text)));
    if let Some([_, _, label]) = roles.offsets {
        found.roles.push(("label", title(label)));
    }
    let has_labels =
        !roles.classes.is_empty() || !roles.flags.is_empty() || roles.offsets.is_some() || roles.spans.is_some();
    if matches!(roles.body, Body::Texts(_)) && !has_labels {
        found.notes.add_many(NoteKind::Field, untaken.len(), || untaken.join(", "));
    }
    let labels = roles.classes.iter().chain(&roles.flags).copied().map(title).collect::<Vec<_>>();
    if !labels.is_empty() {
        found.roles.push(("label", labels.join(", ")));
    }
    let others = [("label", roles.spans), ("id", roles.id), ("split", roles.split)];
    found.roles.extend(others.into_iter().filter_map(|(role, column)| Some((role, title(column?)))));
    let (rows, without): (Vec<TableRow>, Vec<TableRow>) = rows.into_iter().partition(|r| r.filled(text).is_some());
    for row in &without {
        found.push_problem(row.line, 0, || format!("no text in {}; row skipped, kept in the file", title(text)));
    }
    if rows.is_empty() {
        return Err(Problem::at(0, 0, "the table has a header but no texts"));
    }
    let is_word = |row: &TableRow| row.get(text).is_some_and(|cell| !cell.trim().contains(' '));
    if matches!(roles.body, Body::Texts(_)) && roles.classes.is_empty() && rows.len() > 10 && rows.iter().all(is_word) {
        found
            .notes
            .add(NoteKind::PossibleLabels, || "each row is one token; use --from conll to set the columns".into());
    }
    let no_header = if roles.has_header { "" } else { ", no header" };
    found.detection_notes.push(format!("texts from {}{no_header}", title(text)));
    match roles.body {
        Body::Texts(_) => rows_to_texts(source, corpus, rows, &header, &roles, found),
        Body::Lists { words, tags } => rows_to_sentences(source, corpus, &rows, &header, &roles, found, |row| {
            let cell = |c: u32| {
                let reason = match row.get(c).map(cells::parse_list) {
                    Some(Some(ListCell::Items(items))) => return Ok(items),
                    Some(Some(ListCell::Elided)) => "is elided (...)",
                    Some(None) => "is not a list",
                    None => "is empty",
                };
                Err(RecordError::Cell { column: title(c), reason })
            };
            // The tokens can be a string, separated by whitespace.
            let plain = row.get(words).filter(|cell| !cell.trim_start().starts_with('['));
            let words = match plain {
                Some(text) => text.split_whitespace().map(str::to_owned).collect(),
                None => cell(words)?,
            };
            Ok((words, cell(tags)?))
        }),
        Body::Pairs { words, tags, sign, by_character } => {
            rows_to_sentences(source, corpus, &rows, &header, &roles, found, |row| {
                let cell =
                    |c: u32| split_cell(row.get(c).unwrap_or(""), sign).map(str::to_owned).collect::<Vec<String>>();
                let characters = || row.get(words).unwrap_or("").trim().chars().map(String::from).collect();
                Ok((if by_character { characters() } else { cell(words) }, cell(tags)))
            })
        }
    }
}

/// Returns the split of a row.
fn split_of(row: &TableRow, roles: &Roles) -> Option<Split> {
    Split::from_name(&row.get(roles.split?)?.trim().to_ascii_lowercase())
}

/// Returns the cells of the columns without a role, with the names of their columns.
fn fields_of(row: &TableRow, header: &TableRow, roles: &Roles) -> Vec<(String, FieldValue)> {
    let taken = roles.taken();
    let others = row.cells.iter().filter(|(column, cell)| !taken.contains(column) && !cell.trim().is_empty());
    let name = |column: u32| match header.get(column).map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => format!("column {}", u64::from(column) + 1),
    };
    others.map(|(column, cell)| (name(*column), FieldValue::Text(cell.to_string()))).collect()
}

/// Reads the rows as sentences.
fn rows_to_sentences(
    source: &SourceInput,
    corpus: &mut Corpus,
    rows: &[TableRow],
    header: &TableRow,
    roles: &Roles,
    mut found: ReadReport,
    read: impl Fn(&TableRow) -> Result<(Vec<String>, Vec<String>), RecordError>,
) -> Result<ReadReport, Problem> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let sentence = read(row).and_then(|(words, tags)| {
            check_tag_count(words.len(), tags.len())?;
            Ok((words, tags))
        });
        match sentence {
            Ok((words, tags)) => all.push((row, words, tags)),
            Err(reason) => found.push_problem(row.line, 0, || format!("{reason}; row skipped, kept in the file")),
        }
    }
    let by_number = all.iter().any(|(.., tags)| !tags.is_empty())
        && all.iter().flat_map(|(.., tags)| tags).all(|tag| tag.parse::<u32>().is_ok());
    if by_number {
        let (file, names) =
            class_label_names(source).ok_or_else(|| Problem::at(0, 0, RecordError::NoTagNames.to_string()))?;
        found.detection_notes.push(format!("{} tag names from {file}", names.len()));
        for (row, _, tags) in &mut all {
            for tag in tags {
                let id = tag.parse::<u32>().map_or(-1, i64::from);
                match tag_name(Some(&names), id) {
                    Ok(name) => name.clone_into(tag),
                    Err(reason) => found.push_problem(row.line, 0, || reason.to_string()),
                }
            }
        }
    }
    let tags: Vec<&str> = all.iter().take(1000).flat_map(|(.., tags)| tags).map(String::as_str).collect();
    let notation = TagNotation::detect(&tags).unwrap_or_default();
    let mut reader = TaggedBuilder::new(source, corpus, found);
    reader.notation = notation;
    for (row, words, tags) in all {
        if let Some(split) = split_of(row, roles) {
            reader.start_split(split);
        }
        reader.start_record(fields_of(row, header, roles));
        reader.push_sentence(&words, &tags, row.line)?;
    }
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, "no row has the same number of tokens and tags"));
    }
    Ok(reader.finish())
}

/// Reads the rows as texts.
fn rows_to_texts(
    source: &SourceInput,
    corpus: &mut Corpus,
    rows: Vec<TableRow>,
    header: &TableRow,
    roles: &Roles,
    mut found: ReadReport,
) -> Result<ReadReport, Problem> {
    let Body::Texts(text) = roles.body else { return Ok(found) };
    report_stray_cells(&rows, header, text, &mut found);
    let is_list_of_names = |cell: &str| {
        let is_short =
            |part: &str| (1..=40).contains(&part.trim().chars().count()) && part.trim().split(' ').count() <= 3;
        cell.split(['|', ',', ';']).all(is_short)
    };
    // A character separates labels only if every cell can be such a list.
    let separates = roles.classes.iter().all(|c| rows.iter().filter_map(|r| r.filled(*c)).all(is_list_of_names));
    let mut texts = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        let mut marks = roles.spans.and_then(|c| row.get(c)).map_or_else(Vec::new, cells::parse_spans);
        marks.extend(roles.offsets.and_then(|columns| span_of(&row, columns)));
        let content = with_line_ends(row.get(text).unwrap_or_default(), &marks);
        let mut classes: Vec<String> = Vec::new();
        for cell in roles.classes.iter().filter_map(|c| row.filled(*c)) {
            match cells::parse_list(cell) {
                Some(ListCell::Items(items)) => classes.extend(items),
                _ if separates => classes.extend(cell.split(['|', ',', ';']).map(|part| part.trim().to_owned())),
                _ => classes.push(cell.trim().to_owned()),
            }
        }
        let is_set = |c: &&u32| row.get(**c).is_some_and(|v| matches!(v.trim(), "1" | "1.0"));
        classes.extend(roles.flags.iter().filter(is_set).filter_map(|c| header.get(*c)).map(|n| n.trim().to_owned()));
        let name = roles.id.and_then(|c| row.get(c)).unwrap_or_default().trim().to_owned();
        let split = split_of(&row, roles).unwrap_or(source.split);
        let fields = fields_of(&row, header, roles);
        let item =
            TextRecord { text: content, spans: marks, doc_labels: classes, name, fields, ..TextRecord::default() };
        // Consecutive rows with the same text have one span each.
        let same = |text: &&mut SourceText| text.item.name == item.name && text.item.text == item.text;
        match texts.last_mut().filter(|_| roles.offsets.is_some()).filter(same) {
            Some(last) => last.item.spans.extend(item.spans),
            None => texts.push(SourceText { split, line: row.line, place, item }),
        }
    }
    records::add_texts(source, corpus, &mut found, texts, false)?;
    if roles.spans.is_none() {
        found.offset_unit = None;
    }
    Ok(found)
}

/// Returns the span of a row.
fn span_of(row: &TableRow, [start, end, label]: [u32; 3]) -> Option<RecordSpan> {
    let number = |c: u32| {
        let cell = row.filled(c)?.trim();
        cell.strip_suffix(".0").unwrap_or(cell).parse::<usize>().ok()
    };
    let label = row.filled(label)?.trim().to_owned();
    Some(RecordSpan { start: number(start)?, end: number(end)?, label, surface: None })
}

/// Returns a text with the line ends that its offsets assume: CRLF, or LF if more spans then begin and end with a
/// letter.
fn with_line_ends(text: &str, marks: &[RecordSpan]) -> String {
    if marks.is_empty() || !text.contains("\r\n") {
        return text.to_owned();
    }
    let short = text.replace("\r\n", "\n");
    let fitting = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        let is_letter = |at: usize| chars.get(at).is_some_and(|c| !c.is_whitespace());
        let is_edge =
            |at: usize| !at.checked_sub(1).is_some_and(|at| chars.get(at).is_some_and(|c| c.is_alphanumeric()));
        marks.iter().filter(|m| is_letter(m.start) && is_edge(m.start) && is_letter(m.end.saturating_sub(1))).count()
    };
    if fitting(&short) > fitting(text) { short } else { text.to_owned() }
}

/// Reports cells outside the table: in a column without a name and with no other cell, if all other columns have a
/// name.
fn report_stray_cells(rows: &[TableRow], header: &TableRow, text: u32, found: &mut ReadReport) {
    if header.cells.is_empty() {
        return;
    }
    let counts = count_cells(rows);
    for row in rows {
        for (column, _) in row.cells.iter().filter(|(c, _)| *c != text && header.get(*c).is_none()) {
            if counts.get(column).is_some_and(|n| *n == 1) {
                let column = u64::from(*column) + 1;
                let what =
                    || format!("isolated cell in column {column} outside of the table; skipped, kept in the file");
                found.push_problem(row.line, 0, what);
            }
        }
    }
}

/// Returns the number of cells of each column.
fn count_cells(rows: &[TableRow]) -> HashMap<u32, usize> {
    let mut counts = HashMap::new();
    for (column, _) in rows.iter().flat_map(|r| &r.cells) {
        *counts.entry(*column).or_default() += 1;
    }
    counts
}
