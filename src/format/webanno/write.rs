//! Writes documents as new WebAnno TSV files.

use super::cell::{CellValue, escape_text, join_cells};
use crate::corpus::{Corpus, Document, LabelId, Span};
use crate::format::OffsetUnit;
use crate::format::annotation_types::NAMED_ENTITY;
use crate::format::tagged::escape_token;
use std::fmt::Write as _;

/// Returns the tokens that a span overlaps: the index of each token, and the overlapping byte range.
pub(super) fn token_overlaps(tokens: &[(u32, u32)], span: Span) -> impl Iterator<Item = (usize, (u32, u32))> + '_ {
    let first = tokens.partition_point(|t| t.1 <= span.start);
    let covered = move |(i, t): (usize, &(u32, u32))| (first + i, (t.0.max(span.start), t.1.min(span.end)));
    tokens[first..].iter().take_while(move |t| t.0 < span.end).enumerate().map(covered)
}

/// Returns the file of a document.
pub(super) fn files(corpus: &Corpus, document: &Document) -> Vec<(&'static str, Vec<u8>)> {
    let mut out = format!("#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|value\n\n");
    let units = assign_disambiguation_ids(document);
    let mut units = units.iter().peekable();
    let (mut at, mut offset) = (0, 0);
    // Offsets are in ascending order, except sub-tokens, which begin inside a token.
    let mut counted = |byte: u32| {
        let from = byte as usize;
        if from < at {
            return offset - OffsetUnit::Utf16.count(&document.text[from..at]);
        }
        offset += OffsetUnit::Utf16.count(&document.text[at..from]);
        at = from;
        offset
    };
    for sentence in 0..document.len() {
        out.push('\n');
        for line in document.sentence_text(sentence).split('\n') {
            let _ = writeln!(out, "#Text={}", escape_text(line));
        }
        for (i, token) in document.sentence_range(sentence).enumerate() {
            let mut row = |id: String, place: (u32, u32), entries: &[String], out: &mut String| {
                let word = escape_token(&document.text[place.0 as usize..place.1 as usize]);
                let (start, end) = (counted(place.0), counted(place.1));
                let _ = writeln!(out, "{id}\t{start}-{end}\t{word}\t{}\t", join_cells(entries));
            };
            let id = format!("{}-{}", sentence + 1, i + 1);
            let whole = document.tokens[token];
            let mut entries = Vec::new();
            let mut parts: Vec<((u32, u32), Vec<String>)> = Vec::new();
            while let Some(unit) = units.next_if(|u| u.token <= token) {
                let name = corpus.labels.name(unit.label).to_owned();
                let entry = CellValue { value: Some(name), disambiguation_id: unit.number }.text();
                match parts.iter_mut().find(|(place, _)| *place == unit.place) {
                    _ if unit.place == whole => entries.push(entry),
                    Some((_, entries)) => entries.push(entry),
                    None => parts.push((unit.place, vec![entry])),
                }
            }
            row(id.clone(), whole, &entries, &mut out);
            for (number, (place, entries)) in parts.into_iter().enumerate() {
                row(format!("{id}.{}", number + 1), place, &entries, &mut out);
            }
        }
    }
    vec![("tsv", out.into_bytes())]
}

/// Part of a span on one token, with a disambiguation id if it needs one.
struct CoveredToken {
    token: usize,
    place: (u32, u32),
    label: LabelId,
    number: Option<u32>,
}

/// Returns the parts of all spans by token. A span has an id if it covers several parts or shares one.
fn assign_disambiguation_ids(document: &Document) -> Vec<CoveredToken> {
    let mut covers: std::collections::HashMap<(u32, u32), usize> = std::collections::HashMap::new();
    let all: Vec<Vec<_>> = document.spans.iter().map(|s| token_overlaps(&document.tokens, *s).collect()).collect();
    all.iter().flatten().for_each(|(_, place)| *covers.entry(*place).or_default() += 1);
    let mut next = 0;
    let mut out = Vec::new();
    for (span, units) in document.spans.iter().zip(&all) {
        let number = (units.len() > 1 || units.iter().any(|(_, place)| covers[place] > 1)).then(|| {
            next += 1;
            next
        });
        out.extend(units.iter().map(|(token, place)| CoveredToken {
            token: *token,
            place: *place,
            label: span.label,
            number,
        }));
    }
    out.sort_by_key(|u| u.token);
    out
}
