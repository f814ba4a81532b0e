//! WebAnno TSV 3 (3.1 to 3.3), of WebAnno and INCEpTION. A file is a document, a row is a token or sub-token, and each
//! feature of each layer is a column. Spans are read from the layer of named entities; everything else is kept.
//!
//! [`parse`] parses a file, [`cell`] a cell. Offsets are UTF-16 and count through the document, but the file contains
//! the text only sentence by sentence.

mod cell;
mod parse;
mod rewrite;
mod write;

use super::annotation_types;
use super::read_report::quote;
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput, Writer};
use crate::corpus::{Corpus, Document, Span};
use cell::parse_cell;
use parse::WebAnnoDocument;
use std::collections::BTreeMap;
use std::sync::Arc;

/// WebAnno TSV format.
pub const WEBANNO_TSV: Format = Format {
    name: "webanno-tsv",
    description: "WebAnno TSV 3, from WebAnno and INCEpTION",
    extensions: &["tsv"],
    detect: |g| {
        let is_marked = g.head.trim_start_matches('\u{feff}').starts_with(MAGIC);
        Detection::when(is_marked, Detection::SIGNATURE, "first line #FORMAT=WebAnno TSV")
    },
    is_json: false,
    read,
    write: Some(Writer::PerDocument(write::files, |_| Vec::new())),
    rewrite: Some(rewrite::rewrite),
    capabilities: Capabilities { token_boundaries: true, any_character: false, ..Capabilities::OFFSET_FORMAT },
};

const MAGIC: &str = "#FORMAT=WebAnno TSV 3";

/// Annotation of the entity layer. It has a range, a label in the notation of the file (`None` if unset), and its
/// values as row indices and positions in the cells.
#[derive(Clone, Debug, PartialEq, Eq)]
struct EntityAnnotation {
    start: u32,
    end: u32,
    label: Option<String>,
    entries: Vec<(usize, usize)>,
}

/// Returns the entity annotations of a file. Values with the same number are one annotation; others are separate.
fn entity_annotations(sheet: &WebAnnoDocument) -> Vec<EntityAnnotation> {
    let Some(column) = sheet.entities else { return Vec::new() };
    let mut numbered: BTreeMap<(u32, Option<String>), usize> = BTreeMap::new();
    let mut marks: Vec<EntityAnnotation> = Vec::new();
    for (number, row) in sheet.rows.iter().enumerate() {
        let Some((start, end)) = row.byte_range else { continue };
        for (i, entry) in parse_cell(row.cell(column.index)).into_iter().enumerate() {
            let new = EntityAnnotation { start, end, label: entry.value.clone(), entries: vec![(number, i)] };
            let known = entry.disambiguation_id.map(|n| *numbered.entry((n, entry.value)).or_insert(marks.len()));
            match known.and_then(|at| marks.get_mut(at)) {
                Some(mark) => {
                    mark.start = mark.start.min(start);
                    mark.end = mark.end.max(end);
                    mark.entries.push((number, i));
                }
                None => marks.push(new),
            }
        }
    }
    marks
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(WEBANNO_TSV, &decoded);
    let sheet =
        WebAnnoDocument::parse(&decoded.text, |line, column, reason| found.push_problem(line, column, || reason));
    if sheet.rows.iter().all(|r| r.byte_range.is_none()) {
        return Err(Problem::at(0, 0, "no tokens; expected rows “1-1⇥0-3⇥token” after a line “#Text=”"));
    }
    found.offset_unit = Some(super::OffsetUnit::Utf16);
    match sheet.entities {
        Some(column) => found
            .detection_notes
            .push(annotation_types::describe_selection(&sheet.layers[column.layer], column.feature)),
        None => found.detection_notes.push("no entity layer".into()),
    }
    let (mut spans, mut unnamed) = (Vec::new(), 0);
    for mark in entity_annotations(&sheet) {
        let line = sheet.rows[mark.entries[0].0].line;
        match &mark.label {
            Some(label) if mark.start < mark.end => {
                let label = corpus.labels.intern(label)?;
                spans.push(Span::new(mark.start..mark.end, label));
            }
            Some(label) => {
                found.push_problem(line, 2, || format!("{} covers no text; not read, kept in the file", quote(label)))
            }
            None => unnamed += 1,
        }
    }
    if unnamed > 0 {
        found.detection_notes.push(format!("{unnamed} annotations without a label: not read, kept in the file"));
    }
    let words = sheet.rows.iter().filter(|r| !r.is_subtoken).filter_map(|r| r.byte_range).collect();
    let starts = sheet.sentence_starts();
    let document = Document::from_text(source.split, source.source_id, 0, sheet.text, spans, Some(words));
    corpus.documents.push(Arc::new(document.with_sentence_starts(&starts)));
    Ok(found)
}
