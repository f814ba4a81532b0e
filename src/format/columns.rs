//! Column files: one token a line, a blank line after a sentence, the last column the tag.
//!
//! CoNLL-2003 (four columns, `-DOCSTART-`), WNUT-17 (word, tab, tag) and whatever looks like them.

use super::found::quote;
use super::{Format, Found, Glance, Holds, Problem, Source, Write, columns_write, decode as decode_bytes};
use crate::corpus::scheme::{SchemeDetector, decode, parse_tag, prefix_of};
use crate::corpus::store::Column;
use crate::corpus::{Corpus, DocumentBuilder, Tag};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Four columns with part of speech and chunk, as CoNLL-2003 was published.
pub const CONLL2003: Format = Format {
    name: "conll2003",
    what: "CoNLL-2003: word, part of speech, chunk, tag",
    extensions: &["conll", "txt", "train", "testa", "testb"],
    recognises: |g| layout_of(g).is_some_and(|l| l.format() == CONLL2003),
    read,
    write: Some(Write::Whole(|corpus, split, scheme| {
        columns_write::write(corpus, split, CONLL2003, scheme).into_bytes()
    })),
    rewrite: Some(columns_write::rewrite),
    holds: Holds { overlaps: false, text: false, documents: true, spaced_labels: false, columns: 2 },
};

/// Any number of columns, the last one the tag.
pub const CONLL: Format = Format {
    name: "conll",
    what: "Columns: separated by spaces or tabs, the last one the tag",
    extensions: &["conll", "iob", "bio", "txt"],
    recognises: |g| layout_of(g).is_some(),
    read,
    write: Some(Write::Whole(|corpus, split, scheme| columns_write::write(corpus, split, CONLL, scheme).into_bytes())),
    rewrite: Some(columns_write::rewrite),
    holds: Holds { overlaps: false, text: false, documents: true, spaced_labels: false, columns: usize::MAX },
};

/// Two columns separated by a tab, as WNUT-17 was published.
pub const WNUT: Format = Format {
    name: "wnut",
    what: "WNUT-17: word and tag separated by a tab",
    extensions: &["tsv", "conll", "annotated"],
    recognises: |g| layout_of(g).is_some_and(|l| l.format() == WNUT),
    read,
    write: Some(Write::Whole(|corpus, split, scheme| columns_write::write(corpus, split, WNUT, scheme).into_bytes())),
    rewrite: Some(columns_write::rewrite),
    holds: Holds { overlaps: false, text: false, documents: false, spaced_labels: false, columns: 0 },
};

/// The layout of a file that has columns with a tag in the last one.
fn layout_of(glance: &Glance) -> Option<Layout> {
    Layout::detect(glance.head).ok()
}

/// The word that opens a document in the CoNLL files.
pub const DOCSTART: &str = "-DOCSTART-";

/// How a column file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns are separated by a tab; else by spaces or tabs.
    pub tabs: bool,
    /// How many columns most lines have, the word and the tag included.
    pub columns: usize,
}

/// One token line, as byte ranges of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Counts from 1.
    pub line: usize,
    /// The whole line without its end.
    pub all: Range<usize>,
    /// First column.
    pub word: Range<usize>,
    /// Last column; empty (at the line's end) when the line has one column.
    pub tag: Range<usize>,
}

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A `-DOCSTART-` line.
    DocumentStart,
    /// The token lines up to the next blank line.
    Sentence(Vec<Row>),
}

impl Layout {
    /// Looks at the first 2,000 token lines.
    ///
    /// # Errors
    /// When the lines are no columns, or the last column holds no tags.
    pub fn detect(text: &str) -> Result<Self, Problem> {
        let lines =
            || text.lines().zip(1..).filter(|(l, _)| !l.trim().is_empty() && !l.starts_with(DOCSTART)).take(2000);
        let total = lines().count();
        let tabs = lines().filter(|(l, _)| l.trim_end().contains('\t')).count() * 2 > total;
        let guess = Self { tabs, columns: 0 };
        let mut widths: HashMap<usize, usize> = HashMap::new();
        for (line, _) in lines() {
            *widths.entry(guess.fields(line).count()).or_default() += 1;
        }
        let columns = widths.iter().max_by_key(|(width, n)| (**n, **width)).map_or(0, |(width, _)| *width);
        if columns < 2 {
            let (line, number) = lines().next().unwrap_or(("", 0));
            return Err(Problem::at(
                number,
                1,
                format!(
                    "expected a word and its tag, separated by a space or a tab, but found one column: {}",
                    quote(line)
                ),
            ));
        }
        let last = |line: &str| guess.fields(line).last().map(|r| line[r].to_owned()).unwrap_or_default();
        let tagged = lines().filter(|(l, _)| parse_tag(&last(l)).is_ok()).count();
        if tagged * 2 < total {
            let wrong = lines().find(|(l, _)| parse_tag(&last(l)).is_err());
            let (line, number) = wrong.unwrap_or(("", 0));
            return Err(Problem::at(
                number,
                columns,
                format!("the last column should be a tag such as O, B-PER or I-LOC, but is {}", quote(&last(line))),
            ));
        }
        Ok(Self { tabs, columns })
    }

    /// Byte ranges of a line's columns.
    pub(super) fn fields(self, line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
        let line = line.trim_end_matches(['\r', ' ', '\t']);
        let separator = move |c: char| if self.tabs { c == '\t' } else { c == ' ' || c == '\t' };
        let mut at = 0;
        line.split(separator).filter_map(move |field| {
            let range = at..at + field.len();
            at = range.end + 1;
            // Runs of spaces separate once; two tabs in a row hold an empty column.
            (self.tabs || !field.is_empty()).then_some(range)
        })
    }

    /// Which named format this is.
    pub fn format(self) -> Format {
        match (self.columns, self.tabs) {
            (4, false) => CONLL2003,
            (2, true) => WNUT,
            _ => CONLL,
        }
    }

    /// The file as documents' starts and sentences.
    pub(super) fn blocks(self, text: &str) -> impl Iterator<Item = Block> + '_ {
        let mut lines =
            Lines { text, at: usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8(), number: 0 };
        let mut start_follows = false;
        std::iter::from_fn(move || {
            if std::mem::take(&mut start_follows) {
                return Some(Block::DocumentStart);
            }
            let mut rows = Vec::new();
            for (number, all) in lines.by_ref() {
                let line = &text[all.clone()];
                if line.trim().is_empty() {
                    if rows.is_empty() {
                        continue;
                    }
                    return Some(Block::Sentence(rows));
                }
                let mut fields = self.fields(line);
                let word = fields.next().unwrap_or(0..line.len());
                if &line[word.clone()] == DOCSTART {
                    if rows.is_empty() {
                        return Some(Block::DocumentStart);
                    }
                    start_follows = true;
                    return Some(Block::Sentence(rows));
                }
                // Without a word there is nothing to label; the reader tells of it.
                if line[word.clone()].trim().is_empty() {
                    continue;
                }
                let tag = fields.last().unwrap_or(line.len()..line.len());
                let shift = |r: Range<usize>| r.start + all.start..r.end + all.start;
                rows.push(Row { line: number, word: shift(word), tag: shift(tag), all: all.clone() });
            }
            (!rows.is_empty()).then_some(Block::Sentence(rows))
        })
    }
}

/// Lines with their numbers and byte ranges (without the line's end).
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: usize,
}

impl Iterator for Lines<'_> {
    type Item = (usize, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        self.at = end + 1;
        self.number += 1;
        let content = self.text[start..end].strip_suffix('\r').map_or(end, |l| start + l.len());
        Some((self.number, start..content))
    }
}

/// Reads a column file's documents into `corpus`.
///
/// A line without a tag and a tag that is none count as `O` and are reported; no line is dropped.
///
/// # Errors
/// When the bytes are no column file at all: then the corpus is unchanged.
pub fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let (split, file) = (source.split, source.file);
    let decoded = decode_bytes(source.bytes)?;
    let text = &*decoded.text;
    let layout = Layout::detect(text)?;
    let mut reader = Reader::new(text, layout, corpus);
    for (line, all) in (Lines { text, at: 0, number: 0 }) {
        let line_text = &text[all];
        let lacks_word = layout.fields(line_text).next().is_some_and(|f| line_text[f].trim().is_empty());
        if lacks_word && !line_text.trim().is_empty() {
            reader
                .found
                .problem(line, 1, || format!("the line has no word; it is left as it is: {}", quote(line_text)));
        }
    }
    let mut builder = DocumentBuilder::new(split, file, 0, reader.columns.len());
    let mut sentences = 0;
    let mut documents = Vec::new();
    for block in layout.blocks(text) {
        match block {
            Block::DocumentStart => {
                let next = DocumentBuilder::new(split, file, sentences, reader.columns.len());
                let done = std::mem::replace(&mut builder, next);
                documents.push(done);
            }
            Block::Sentence(rows) => {
                let spans = reader.sentence(&rows, &mut builder);
                builder.end_sentence(&spans);
                sentences += 1;
            }
        }
    }
    documents.push(builder);
    let (columns, mut found) = reader.finish();
    found.note_encoding(&decoded);
    let documents = documents.into_iter().filter(|d| d.sentences() > 0).map(|d| Arc::new(d.finish()));
    corpus.documents.extend(documents);
    corpus.columns = columns;
    Ok(found)
}

/// State while one file is read.
struct Reader<'a> {
    text: &'a str,
    layout: Layout,
    corpus: &'a mut Corpus,
    columns: Vec<Column>,
    /// Value to id, for each column.
    ids: Vec<HashMap<String, u16>>,
    detector: SchemeDetector,
    found: Found,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, layout: Layout, corpus: &'a mut Corpus) -> Self {
        let names: &[&str] = if layout.columns == 4 { &["pos", "chunk"] } else { &[] };
        let mut columns = corpus.columns.clone();
        if corpus.documents.is_empty() {
            let further = layout.columns - 2;
            let name = |i: usize| names.get(i).map_or_else(|| format!("column {}", i + 2), |n| (*n).to_owned());
            columns = (0..further).map(|i| Column { name: name(i), values: Vec::new() }).collect();
        }
        let ids = columns.iter().map(|c| c.values.iter().cloned().zip(0..).collect()).collect();
        Self {
            text,
            layout,
            corpus,
            columns,
            ids,
            detector: SchemeDetector::default(),
            found: Found::new(layout.format()),
        }
    }

    fn sentence(&mut self, rows: &[Row], builder: &mut DocumentBuilder) -> Vec<crate::corpus::TokenSpan> {
        let text = self.text;
        let mut tags = Vec::with_capacity(rows.len());
        for row in rows {
            let line = &text[row.all.clone()];
            let fields: Vec<Range<usize>> = self.layout.fields(line).collect();
            if fields.len() != self.layout.columns {
                let (has, wants) = (fields.len(), self.layout.columns);
                self.found
                    .problem(row.line, has, || format!("expected {wants} columns but found {has}: {}", quote(line)));
            }
            let tag = self.tag(row, fields.len());
            tags.push(tag);
            let middle: Vec<u16> = (0..self.columns.len())
                .map(|i| {
                    let value = fields.get(i + 1).filter(|_| i + 2 < fields.len()).map_or("", |r| &line[r.clone()]);
                    self.value_id(i, value)
                })
                .collect();
            builder.token(&text[row.word.clone()], middle);
        }
        self.detector.end_sentence();
        decode(&tags)
    }

    fn tag(&mut self, row: &Row, fields: usize) -> Tag {
        let text = self.text;
        if fields < 2 {
            self.detector.tag(None);
            return None;
        }
        match parse_tag(&text[row.tag.clone()]) {
            Ok(None) => {
                self.detector.tag(None);
                None
            }
            Ok(Some((letter, name))) => {
                let label = self.corpus.labels.intern(name);
                self.detector.tag(Some((letter, u64::from(label))));
                Some((prefix_of(letter), label))
            }
            Err(wrong) => {
                self.detector.tag(None);
                self.found.problem(row.line, fields, || format!("{} is no tag; it is read as O", quote(wrong)));
                None
            }
        }
    }

    /// The id of a further column's value. A column of more than 65,535 distinct values keeps only the first ones in
    /// view; the file itself keeps them all, since saving rewrites nothing but tags.
    fn value_id(&mut self, column: usize, value: &str) -> u16 {
        if let Some(id) = self.ids[column].get(value) {
            return *id;
        }
        let values = &mut self.columns[column].values;
        let id = values.len().min(usize::from(u16::MAX)) as u16;
        if values.len() < usize::from(u16::MAX) {
            values.push(value.to_owned());
            self.ids[column].insert(value.to_owned(), id);
        }
        id
    }

    fn finish(mut self) -> (Vec<Column>, Found) {
        if self.detector.mixed() {
            let scheme = self.detector.scheme().name();
            self.found.problem(0, 0, || {
                format!(
                    "the tags mix two schemes; spans are read as conlleval does and edited lines written as {scheme}"
                )
            });
        }
        self.found.scheme = self.detector.scheme();
        (self.columns, self.found)
    }
}
