//! Parser of a WebAnno TSV file: layers, the text, and rows with their ranges in the text.

use super::cell::unescape;
use crate::corpus::to_u32::to_u32;
use crate::format::annotation_types::{self, AnnotationType};
use crate::format::offsets::{OffsetMap, OffsetUnit};
use crate::format::read_report::quote;
use std::ops::Range;

/// Column of the entity labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LabelColumn {
    /// Index of the layer.
    pub layer: usize,
    /// Index of the feature in the layer.
    pub feature: usize,
    /// Index of the field in a row.
    pub index: usize,
}

/// Row of a token or a sub-token (`1-3.1`).
#[derive(Clone, Debug)]
pub(super) struct AnnotationRow<'a> {
    /// Line number, from 1.
    pub line: usize,
    /// Byte range in the file, without the line end.
    pub range: Range<usize>,
    /// Token id, for example `1-3` or `1-3.1`.
    pub id: &'a str,
    /// True for a sub-token.
    pub is_subtoken: bool,
    /// Byte range in the document text; `None` if the offsets are outside the sentence.
    pub byte_range: Option<(u32, u32)>,
    /// Sentence index, from 0.
    pub sentence: usize,
    /// All fields, including the first three.
    pub fields: Vec<&'a str>,
}

impl AnnotationRow<'_> {
    /// Returns a cell. A missing cell is empty.
    pub fn cell(&self, index: usize) -> &str {
        self.fields.get(index).copied().unwrap_or("_")
    }
}

/// Start of a sentence: its byte in the text, and the matching offset of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub byte: u32,
    pub offset: usize,
}

/// Parsed file.
#[derive(Debug, Default)]
pub(super) struct WebAnnoDocument<'a> {
    /// Span layers.
    pub layers: Vec<AnnotationType>,
    /// Index of the first field of each layer.
    first: Vec<usize>,
    /// Number of fields of all layers.
    width: usize,
    pub entities: Option<LabelColumn>,
    pub text: String,
    pub sentences: Vec<Sentence>,
    pub rows: Vec<AnnotationRow<'a>>,
}

/// Number of fields before the layers: id, offsets, token.
pub(super) const N_FIXED_FIELDS: usize = 3;

/// Sentence whose lines are being read.
#[derive(Default)]
struct PendingSentence<'a> {
    lines: Vec<&'a str>,
    rows: Vec<(usize, Range<usize>, Vec<&'a str>)>,
}

impl<'a> WebAnnoDocument<'a> {
    /// Parses a file. The callback receives invalid lines, which stay in the file.
    pub fn parse(file: &'a str, mut on_problem: impl FnMut(usize, usize, String)) -> Self {
        let mut sheet = Self::default();
        let mut open = PendingSentence::default();
        let mut at = 0;
        for (line, whole) in (1..).zip(file.split_inclusive('\n')) {
            let body = whole.trim_end_matches(['\n', '\r']);
            let range = at..at + body.len();
            at += whole.len();
            if let Some(text) = body.strip_prefix("#Text=") {
                if !open.rows.is_empty() {
                    sheet.finish_sentence(std::mem::take(&mut open), &mut on_problem);
                }
                open.lines.push(text);
            } else if let Some((kind, layer)) = body.strip_prefix("#T_").and_then(|l| l.split_once('=')) {
                sheet.add_layer(kind, layer);
            } else if body.starts_with('#') || body.trim().is_empty() {
                continue;
            } else {
                open.rows.push((line, range, body.split('\t').collect()));
            }
        }
        sheet.finish_sentence(open, &mut on_problem);
        sheet.entities = annotation_types::select_entity_type(&sheet.layers).map(|(layer, feature)| LabelColumn {
            layer,
            feature,
            index: sheet.first[layer] + feature,
        });
        sheet
    }

    fn add_layer(&mut self, kind: &str, text: &str) {
        let mut parts = text.split('|').map(str::to_owned);
        let name = parts.next().unwrap_or_default();
        let features: Vec<String> = parts.collect();
        let first = N_FIXED_FIELDS + self.width;
        self.width += features.len();
        // Relations and chains occupy fields but have no entity labels.
        if kind != "SP" {
            return;
        }
        self.first.push(first);
        self.layers.push(AnnotationType { name, features });
    }

    fn finish_sentence(&mut self, open: PendingSentence<'a>, on_problem: &mut impl FnMut(usize, usize, String)) {
        if open.rows.is_empty() {
            return;
        }
        let text = open.lines.iter().map(|l| unescape(l)).collect::<Vec<_>>().join("\n");
        let parsed: Vec<_> =
            open.rows.into_iter().map(|(line, range, fields)| (line, range, parse_offsets(&fields), fields)).collect();
        // The sentence begins with its first token, or with the whitespace before it.
        let first =
            parsed.iter().find_map(|(_, _, place, fields)| place.map(|p| (p.0, fields.get(2).copied().unwrap_or(""))));
        let before = first.and_then(|(_, word)| text.find(word)).map_or(0, |b| OffsetUnit::Utf16.count(&text[..b]));
        let offset = first.map_or(0, |(start, _)| start.saturating_sub(before));
        self.pad_text_to(offset);
        let byte = to_u32(self.text.len());
        self.text.push_str(&text);
        let number = self.sentences.len();
        self.sentences.push(Sentence { byte, offset });
        let ruler = OffsetMap::new(&text, OffsetUnit::Utf16);
        let mut end_of_last = 0;
        for (line, range, counted, fields) in parsed {
            let (id, word) = (fields[0], fields.get(2).copied().unwrap_or(""));
            let is_part = id.contains('.');
            let within = counted.and_then(|(start, end)| {
                let (start, end) = (ruler.byte(start.checked_sub(offset)?)?, ruler.byte(end.checked_sub(offset)?)?);
                (start < end || (is_part && start == end)).then_some((start, end))
            });
            match within {
                None => on_problem(
                    line,
                    2,
                    format!(
                        "expected “1-1⇥0-3⇥token” in the preceding text but found {}; line skipped, kept in the file",
                        quote(&fields.join(" "))
                    ),
                ),
                Some((start, end)) if text[start as usize..end as usize] != *word => {
                    let held = quote(&text[start as usize..end as usize]);
                    on_problem(line, 3, format!("text is {held}, row states {}", quote(word)));
                }
                Some(_) => {}
            }
            let mut place = within.map(|(start, end)| (byte + start, byte + end));
            if let Some((start, end)) = place.filter(|_| !is_part) {
                // Tokens must not overlap.
                if start < end_of_last {
                    place = None;
                    on_problem(line, 2, "token overlaps the previous one; line skipped, kept in the file".into());
                } else {
                    end_of_last = end;
                }
            }
            self.rows.push(AnnotationRow {
                line,
                range,
                id,
                is_subtoken: is_part,
                byte_range: place,
                sentence: number,
                fields,
            });
        }
    }

    /// Pads the text between sentences, which the file does not contain: a line end, after as many spaces as the
    /// offsets require.
    fn pad_text_to(&mut self, offset: usize) {
        /// Maximum number of padding characters between sentences.
        const MOST: usize = 1024;
        let Some(last) = self.sentences.last() else { return };
        let at = last.offset + OffsetUnit::Utf16.count(&self.text[last.byte as usize..]);
        match offset.checked_sub(at) {
            Some(0) => {}
            Some(gap) if gap <= MOST => self.text.extend(std::iter::repeat_n(' ', gap - 1).chain(['\n'])),
            _ => self.text.push('\n'),
        }
    }

    /// Returns the field range of a layer.
    pub fn fields(&self, layer: usize) -> Range<usize> {
        self.first[layer]..self.first[layer] + self.layers[layer].features.len()
    }

    /// Returns the index of the first token of every sentence.
    pub fn sentence_starts(&self) -> Vec<u32> {
        let words = self.rows.iter().filter(|r| !r.is_subtoken && r.byte_range.is_some());
        let mut starts = Vec::new();
        let mut last = None;
        for (token, row) in (0..).zip(words) {
            if last.replace(row.sentence) != Some(row.sentence) {
                starts.push(token);
            }
        }
        starts
    }

    /// Returns the file offset of a byte of the text.
    pub fn offset(&self, byte: u32) -> usize {
        let at = self.sentences.partition_point(|s| s.byte <= byte).saturating_sub(1);
        self.sentences
            .get(at)
            .map_or(0, |s| s.offset + OffsetUnit::Utf16.count(&self.text[s.byte as usize..byte as usize]))
    }
}

/// Parses the offsets of a row.
fn parse_offsets(fields: &[&str]) -> Option<(usize, usize)> {
    let (start, end) = fields.get(1)?.split_once('-')?;
    fields[0].split_once('-')?;
    Some((start.parse().ok()?, end.parse().ok()?))
}
