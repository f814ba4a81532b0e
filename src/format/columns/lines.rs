//! A column file's sentences, line by line.

use super::{DOCSTART, Layout};
use std::ops::Range;

/// One token line, as byte ranges of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Counts from 1.
    pub line: usize,
    /// The whole line without its end.
    pub all: Range<usize>,
    /// The word.
    pub word: Range<usize>,
    /// The tag; `None` where the line lacks its column.
    pub tag: Option<Range<usize>>,
    /// Its columns, as places in [`Sentences::fields`].
    pub fields: Range<usize>,
}

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A `-DOCSTART-` line.
    DocumentStart,
    /// The token lines up to the next blank line: [`Sentences::rows`].
    Sentence,
}

/// Whether a line holds nothing but space; most begin with a letter.
fn is_blank(line: &str) -> bool {
    !line.as_bytes().first().is_some_and(u8::is_ascii_graphic) && line.trim().is_empty()
}

/// A file's sentences. What they hold lies in buffers that the next one uses again.
pub(super) struct Sentences<'t> {
    text: &'t str,
    layout: Layout,
    at: usize,
    line: usize,
    start_follows: bool,
    one: Vec<Range<usize>>,
    /// The lines of the sentence.
    pub rows: Vec<Row>,
    /// Their columns.
    pub fields: Vec<Range<usize>>,
    /// Lines without a word, by number, since the last sentence: they are left as they are.
    pub strays: Vec<(usize, Range<usize>)>,
}

impl<'t> Sentences<'t> {
    pub(super) fn new(text: &'t str, layout: Layout) -> Self {
        Self {
            text,
            layout,
            at: usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8(),
            line: 0,
            start_follows: false,
            one: Vec::new(),
            rows: Vec::new(),
            fields: Vec::new(),
            strays: Vec::new(),
        }
    }

    /// The next line without its end.
    fn next_line(&mut self) -> Option<Range<usize>> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        self.at = end + 1;
        self.line += 1;
        Some(start..self.text[start..end].strip_suffix('\r').map_or(end, |l| start + l.len()))
    }

    /// What comes next; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Block> {
        self.rows.clear();
        self.fields.clear();
        self.strays.clear();
        if std::mem::take(&mut self.start_follows) {
            return Some(Block::DocumentStart);
        }
        while let Some(all) = self.next_line() {
            let line = &self.text[all.clone()];
            if is_blank(line) {
                if self.rows.is_empty() {
                    continue;
                }
                return Some(Block::Sentence);
            }
            if self.layout.numbered && line.starts_with('#') {
                continue;
            }
            self.layout.fields(line, &mut self.one);
            if self.one.first().is_some_and(|first| &line[first.clone()] == DOCSTART) {
                if self.rows.is_empty() {
                    return Some(Block::DocumentStart);
                }
                self.start_follows = true;
                return Some(Block::Sentence);
            }
            self.token_line(all);
        }
        (!self.rows.is_empty()).then_some(Block::Sentence)
    }

    /// Takes a line's columns in.
    fn token_line(&mut self, all: Range<usize>) {
        let Layout { columns, word, tag, .. } = self.layout;
        let shift = |r: &Range<usize>| r.start + all.start..r.end + all.start;
        let count = self.one.len();
        // A line of one column is a word, wherever words stand.
        let word_at = if count == 1 { 0 } else { word };
        let word = self.one.get(word_at);
        // Without a word there is nothing to label; the reader tells of it.
        let Some(word) = word.map(shift).filter(|w| !is_blank(&self.text[w.clone()])) else {
            self.strays.push((self.line, all));
            return;
        };
        // The last column is the last, also of a line that has too few or too many.
        let tag = if tag + 1 == columns { count.checked_sub(1) } else { Some(tag) };
        let tag = tag.filter(|i| *i != word_at).and_then(|i| self.one.get(i)).map(shift);
        let from = self.fields.len();
        self.fields.extend(self.one.iter().map(shift));
        self.rows.push(Row { line: self.line, all, word, tag, fields: from..self.fields.len() });
    }
}
