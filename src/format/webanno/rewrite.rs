//! Rewrites a WebAnno TSV file with the spans of the corpus. Only cells of removed, added or relabeled annotations
//! change.

use super::cell::{CellValue, join_cells, parse_cell, split};
use super::parse::{LabelColumn, N_FIXED_FIELDS, WebAnnoDocument};
use super::write::token_overlaps;
use super::{EntityAnnotation, entity_annotations};
use crate::corpus::Span;
use crate::format::tagged::{escape_token, text_changed_error};
use crate::format::{Problem, RewriteContext, SourceInput};
use std::collections::BTreeMap;

pub(super) fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let Some(document) = current.documents().next() else { return Ok(source.bytes.to_vec()) };
    let sheet = WebAnnoDocument::parse(&decoded.text, |_, _, _| {});
    let name = |s: &Span| current.corpus.labels.name(s.label);
    let mut new: Vec<Span> = document.spans.clone();
    let mut removed: Vec<EntityAnnotation> = Vec::new();
    for mark in entity_annotations(&sheet).into_iter().filter(|m| m.label.is_some() && m.start < m.end) {
        let same = |s: &Span| (s.start, s.end) == (mark.start, mark.end) && mark.label.as_deref() == Some(name(s));
        match new.iter().position(same) {
            Some(at) => drop(new.remove(at)),
            None => removed.push(mark),
        }
    }
    if removed.is_empty() && new.is_empty() {
        return Ok(source.bytes.to_vec());
    }
    if sheet.text != document.text {
        return Err(text_changed_error(0));
    }
    let Some(column) = sheet.entities else {
        let reason = "the file has no span layer for labels; save a copy in another format";
        return Err(Problem::at(0, 0, reason));
    };
    let mut change = Patch::new(&sheet, column);
    for mark in removed {
        // If only the label has changed, the annotation keeps its number and its other features.
        match new.iter().position(|s| (s.start, s.end) == (mark.start, mark.end)) {
            Some(at) => change.relabel(&mark, name(&new.remove(at))),
            None => change.remove(&mark),
        }
    }
    for span in new {
        change.add(span, name(&span));
    }
    decoded.encode(&change.apply(&decoded.text))
}

/// Entity layer cells of one row. A removed value is `None`.
type Cells = Vec<Vec<Option<String>>>;

/// New sub-token: byte range of the text, and its cells.
type SubTokenRow = ((u32, u32), Cells);

/// Changes of a file.
struct Patch<'s, 'a> {
    sheet: &'s WebAnnoDocument<'a>,
    /// Field range of the layer.
    layer_fields: std::ops::Range<usize>,
    /// Index of the label field in the layer.
    column: usize,
    /// Rows of complete tokens, and their byte ranges.
    tokens: Vec<usize>,
    token_ranges: Vec<(u32, u32)>,
    /// Rows with changed cells.
    rows: BTreeMap<usize, Cells>,
    /// New sub-tokens after the last row of each token: byte ranges of the text, and cells.
    parts: BTreeMap<usize, Vec<SubTokenRow>>,
    next: u32,
}

impl<'s, 'a> Patch<'s, 'a> {
    fn new(sheet: &'s WebAnnoDocument<'a>, column: LabelColumn) -> Self {
        let (fields, rows) = (sheet.fields(column.layer), &sheet.rows);
        let tokens: Vec<usize> =
            (0..rows.len()).filter(|i| !rows[*i].is_subtoken && rows[*i].byte_range.is_some()).collect();
        let places = tokens.iter().filter_map(|i| rows[*i].byte_range).collect();
        let numbers = sheet.rows.iter().flat_map(|r| fields.clone().flat_map(|f| parse_cell(r.cell(f))));
        let next = numbers.filter_map(|e| e.disambiguation_id).max().unwrap_or(0).saturating_add(1);
        Self {
            sheet,
            layer_fields: fields,
            column: column.feature,
            tokens,
            token_ranges: places,
            rows: BTreeMap::new(),
            parts: BTreeMap::new(),
            next,
        }
    }

    fn cells(&mut self, row: usize) -> &mut Cells {
        let (sheet, fields) = (self.sheet, self.layer_fields.clone());
        let cell = move |f: usize| {
            let text = sheet.rows[row].cell(f);
            if text == "_" { Vec::new() } else { split(text).into_iter().map(|e| Some(e.to_owned())).collect() }
        };
        self.rows.entry(row).or_insert_with(|| fields.map(cell).collect())
    }

    fn relabel(&mut self, mark: &EntityAnnotation, label: &str) {
        let column = self.column;
        for (row, at) in &mark.entries {
            if let Some(Some(entry)) = self.cells(*row)[column].get_mut(*at) {
                let number = parse_cell(entry).first().and_then(|e| e.disambiguation_id);
                *entry = CellValue { value: Some(label.to_owned()), disambiguation_id: number }.text();
            }
        }
    }

    fn remove(&mut self, mark: &EntityAnnotation) {
        let column = self.column;
        for (row, at) in &mark.entries {
            let cells = self.cells(*row);
            let stacked = cells[column].len();
            for cell in cells.iter_mut().filter(|c| c.len() == stacked) {
                cell[*at] = None;
            }
        }
    }

    fn add(&mut self, span: Span, label: &str) {
        let rows = &self.sheet.rows;
        let units: Vec<(usize, (u32, u32))> =
            token_overlaps(&self.token_ranges, span).map(|(i, place)| (self.tokens[i], place)).collect();
        let number = self.next;
        self.next = self.next.saturating_add(1);
        let column = self.column;
        let several = units.len() > 1;
        for (row, place) in units {
            let last = (row + 1..rows.len()).take_while(|r| rows[*r].is_subtoken).last().unwrap_or(row);
            let there = (row..=last).find(|r| rows[*r].byte_range == Some(place));
            let width = self.layer_fields.len();
            let cells = match there {
                Some(row) => self.cells(row),
                None => {
                    let parts = self.parts.entry(last).or_default();
                    let at = parts.iter().position(|(p, _)| *p == place).unwrap_or_else(|| {
                        parts.push((place, vec![Vec::new(); width]));
                        parts.len() - 1
                    });
                    &mut parts[at].1
                }
            };
            let alone = cells[column].iter().all(Option::is_none);
            let number = (several || !alone).then_some(number);
            for (i, cell) in cells.iter_mut().enumerate() {
                let value = (i == column).then(|| label.to_owned());
                cell.push(Some(CellValue { value, disambiguation_id: number }.text()));
            }
        }
    }

    fn apply(&self, file: &str) -> String {
        let mut out = String::with_capacity(file.len());
        let mut copied = 0;
        for (number, row) in self.sheet.rows.iter().enumerate() {
            if let Some(cells) = self.rows.get(&number) {
                let mut fields: Vec<String> = row.fields.iter().map(|f| (*f).to_owned()).collect();
                fields.resize(fields.len().max(self.layer_fields.end), "_".into());
                for (field, cell) in self.layer_fields.clone().zip(cells) {
                    fields[field] = join_cells(&cell.iter().flatten().cloned().collect::<Vec<_>>());
                }
                out.push_str(&file[copied..row.range.start]);
                out.push_str(&fields.join("\t"));
                copied = row.range.end;
            }
            for (i, (place, cells)) in self.parts.get(&number).into_iter().flatten().enumerate() {
                out.push_str(&file[copied..row.range.end]);
                copied = row.range.end;
                out.push_str(&format!("\n{}", self.format_subtoken_row(number, i, *place, cells)));
            }
        }
        out.push_str(&file[copied..]);
        out
    }

    /// Formats the `i`-th new sub-token row. `last` is the last row of its token.
    fn format_subtoken_row(&self, last: usize, i: usize, place: (u32, u32), cells: &Cells) -> String {
        let rows = &self.sheet.rows;
        let token = (0..=last).rev().find(|r| !rows[*r].is_subtoken).unwrap_or(last);
        let row = &rows[token];
        let used = rows[token + 1..=last].iter().filter_map(|r| r.id.rsplit_once('.')?.1.parse().ok()).max();
        let id = used.unwrap_or(0usize) + i + 1;
        let word = escape_token(&self.sheet.text[place.0 as usize..place.1 as usize]);
        let (start, end) = (self.sheet.offset(place.0), self.sheet.offset(place.1));
        let width = row.fields.len().max(self.layer_fields.end);
        let cell = |f: usize| match f.checked_sub(self.layer_fields.start).and_then(|i| cells.get(i)) {
            Some(cell) => join_cells(&cell.iter().flatten().cloned().collect::<Vec<_>>()),
            // Rows end with an empty field.
            None if f + 1 == width && row.cell(f).is_empty() => String::new(),
            None => "_".into(),
        };
        let rest: Vec<String> = (N_FIXED_FIELDS..width).map(cell).collect();
        format!("{}.{id}\t{start}-{end}\t{word}\t{}", row.id, rest.join("\t"))
    }
}
