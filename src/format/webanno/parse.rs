//! A WebAnno TSV file taken apart: layers, the text, and rows with their places in it.

use super::cell::unescape;
use crate::corpus::to_u32::to_u32;
use crate::format::annotation_types::{self, AnnotationType};
use crate::format::offsets::{OffsetMap, OffsetUnit};
use crate::format::read_report::quote;
use std::ops::Range;

/// The column of the entities' labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LabelColumn {
    /// Which layer.
    pub layer: usize,
    /// Which of its features.
    pub feature: usize,
    /// Which field of a row.
    pub index: usize,
}

/// A token, or a part of one (`1-3.1`).
#[derive(Clone, Debug)]
pub(super) struct AnnotationRow<'a> {
    /// Counts from 1.
    pub line: usize,
    /// Its bytes in the file, without the line's end.
    pub range: Range<usize>,
    /// `1-3`, `1-3.1`.
    pub id: &'a str,
    /// Whether it is a part of a token.
    pub is_subtoken: bool,
    /// Its bytes in the document's text; `None` where it lies outside its sentence.
    pub byte_range: Option<(u32, u32)>,
    /// Its sentence, from 0.
    pub sentence: usize,
    /// All fields, the first three too.
    pub fields: Vec<&'a str>,
}

impl AnnotationRow<'_> {
    /// A cell; one that is missing holds nothing.
    pub fn cell(&self, index: usize) -> &str {
        self.fields.get(index).copied().unwrap_or("_")
    }
}

/// Where a sentence lies in the text, and which offset of the file that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub byte: u32,
    pub offset: usize,
}

/// A file.
#[derive(Debug, Default)]
pub(super) struct WebAnnoFile<'a> {
    /// Those of spans.
    pub layers: Vec<AnnotationType>,
    /// The first field of each of them.
    first: Vec<usize>,
    /// How many fields all layers have.
    width: usize,
    pub entities: Option<LabelColumn>,
    pub text: String,
    pub sentences: Vec<Sentence>,
    pub rows: Vec<AnnotationRow<'a>>,
}

/// Fields before the layers': id, offsets, token.
pub(super) const N_FIXED_FIELDS: usize = 3;

/// A sentence while its lines are read.
#[derive(Default)]
struct PendingSentence<'a> {
    lines: Vec<&'a str>,
    rows: Vec<(usize, Range<usize>, Vec<&'a str>)>,
}

impl<'a> WebAnnoFile<'a> {
    /// Takes a file apart; `tell` hears of lines that are none, which stay in the file.
    pub fn parse(file: &'a str, mut tell: impl FnMut(usize, usize, String)) -> Self {
        let mut sheet = Self::default();
        let mut open = PendingSentence::default();
        let mut at = 0;
        for (line, whole) in (1..).zip(file.split_inclusive('\n')) {
            let body = whole.trim_end_matches(['\n', '\r']);
            let range = at..at + body.len();
            at += whole.len();
            if let Some(text) = body.strip_prefix("#Text=") {
                if !open.rows.is_empty() {
                    sheet.finish_sentence(std::mem::take(&mut open), &mut tell);
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
        sheet.finish_sentence(open, &mut tell);
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
        // Relations and chains take up fields, and name nothing here.
        if kind != "SP" {
            return;
        }
        self.first.push(first);
        self.layers.push(AnnotationType { name, features });
    }

    fn finish_sentence(&mut self, open: PendingSentence<'a>, tell: &mut impl FnMut(usize, usize, String)) {
        if open.rows.is_empty() {
            return;
        }
        let text = open.lines.iter().map(|l| unescape(l)).collect::<Vec<_>>().join("\n");
        let parsed: Vec<_> =
            open.rows.into_iter().map(|(line, range, fields)| (line, range, parse_offsets(&fields), fields)).collect();
        // The sentence begins with its first token, unless there is space before that.
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
                None => tell(
                    line,
                    2,
                    format!(
                        "expected “1-1⇥0-3⇥word” inside the text before it but found {}; the line is left as it is",
                        quote(&fields.join(" "))
                    ),
                ),
                Some((start, end)) if text[start as usize..end as usize] != *word => {
                    let held = quote(&text[start as usize..end as usize]);
                    tell(line, 3, format!("the text has {held} there, not {} as the row says", quote(word)));
                }
                Some(_) => {}
            }
            let mut place = within.map(|(start, end)| (byte + start, byte + end));
            if let Some((start, end)) = place.filter(|_| !is_part) {
                // Words must not overlap.
                if start < end_of_last {
                    place = None;
                    tell(line, 2, "the token begins before the one before it ends; the line is left as it is".into());
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

    /// Fills what lies between sentences, which the file does not tell: a line's end, as much space before it as was counted.
    fn pad_text_to(&mut self, offset: usize) {
        /// More than this is no space between sentences.
        const MOST: usize = 1024;
        let Some(last) = self.sentences.last() else { return };
        let at = last.offset + OffsetUnit::Utf16.count(&self.text[last.byte as usize..]);
        match offset.checked_sub(at) {
            Some(0) => {}
            Some(gap) if gap <= MOST => self.text.extend(std::iter::repeat_n(' ', gap - 1).chain(['\n'])),
            _ => self.text.push('\n'),
        }
    }

    /// The fields of a layer.
    pub fn fields(&self, layer: usize) -> Range<usize> {
        self.first[layer]..self.first[layer] + self.layers[layer].features.len()
    }

    /// The first token of every sentence.
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

    /// The file's offset of a byte of the text.
    pub fn offset(&self, byte: u32) -> usize {
        let at = self.sentences.partition_point(|s| s.byte <= byte).saturating_sub(1);
        self.sentences
            .get(at)
            .map_or(0, |s| s.offset + OffsetUnit::Utf16.count(&self.text[s.byte as usize..byte as usize]))
    }
}

/// A row's offsets.
fn parse_offsets(fields: &[&str]) -> Option<(usize, usize)> {
    let (start, end) = fields.get(1)?.split_once('-')?;
    fields[0].split_once('-')?;
    Some((start.parse().ok()?, end.parse().ok()?))
}
