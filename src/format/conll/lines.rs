//! Reader of the sentences of a column file, line by line.

use super::roles::normalized_tag;
use super::{ColumnLayout, DOCSTART, Delimiter};
use std::ops::Range;

/// Token line, with its fields as byte ranges of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenLine {
    /// Line number, from 1.
    pub line: usize,
    /// Range of the line without its line end.
    pub line_range: Range<usize>,
    /// Range of the token, with its quotes.
    pub word: Range<usize>,
    /// Range of the tag, with its quotes; `None` if the line lacks the column.
    pub tag: Option<Range<usize>>,
    /// Index range of its columns in [`SentenceReader::fields`].
    pub fields: Range<usize>,
}

/// Next unit of a column file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Start of a document, with the range of its name if the file has one.
    DocumentStart(Option<Range<usize>>),
    /// Sentence. Its token lines are in [`SentenceReader::rows`].
    Sentence,
}

/// True if a line contains only whitespace. The first byte decides for most lines.
fn is_blank(line: &str) -> bool {
    !line.as_bytes().first().is_some_and(u8::is_ascii_graphic) && line.trim_matches(is_space).is_empty()
}

/// True for whitespace, and for the byte order mark that some files contain inside.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// True if a line begins with a character that can start a comment.
#[inline]
pub(super) fn is_comment_sign(line: &str) -> bool {
    matches!(line.as_bytes(), [b'#' | b'%', ..] | [b' ', b'#', ..])
}

/// True for the line `sep=;` at the beginning of a file, by which Excel declares the separator.
pub(super) fn is_separator_line(line: &str, number: usize) -> bool {
    let sign = line.trim_start_matches('\u{feff}').trim_end().strip_prefix("sep=");
    number == 1 && sign.is_some_and(|sign| sign.len() <= 1)
}

/// True if a line starts a document: `-DOCSTART-`, with any other columns.
pub(super) fn is_document_start(line: &str) -> bool {
    line.strip_prefix(DOCSTART)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', ',', ';', '|', '\r']))
}

/// Comments that start a document, before its name.
const DOCUMENT_COMMENTS: [&str; 8] =
    ["newdoc id", "newdoc", "document_id", "doc_id", "docid", "document id", "###MEDLINE:", "begin document"];

/// Returns the name in a comment that starts a document, as a byte range of the line. `None` for other comments.
fn document_comment(line: &str) -> Option<Option<Range<usize>>> {
    let inside = line.trim_start_matches(['#', '%', ' ', '\t']);
    let known = DOCUMENT_COMMENTS.iter().find_map(|known| {
        let text = if known.starts_with('#') { line } else { inside };
        text.strip_prefix(known)
    })?;
    let value = known.trim_start_matches([' ', '=', ':', '\t']);
    // Longer words such as `documents` or `newdocument`.
    if known.starts_with(char::is_alphanumeric)
        && !known.is_empty()
        && value.len() == known.len()
        && !line.starts_with("###")
    {
        return None;
    }
    let start = line.len() - value.len();
    let name = start..start + value.trim_end().len();
    Some((!name.is_empty()).then_some(name))
}

/// Reader of the sentences of a file. The buffers are reused for each sentence.
pub(super) struct SentenceReader<'t> {
    text: &'t str,
    layout: ColumnLayout,
    /// Line of the column names.
    header: &'t str,
    at: usize,
    line: usize,
    /// Document start that ended the open sentence.
    pending_start: Option<Option<Range<usize>>>,
    scratch: Vec<Range<usize>>,
    /// Sentence and document values of the last row, if columns number them.
    sentence: Range<usize>,
    document: Range<usize>,
    /// Token lines of the sentence.
    pub rows: Vec<TokenLine>,
    /// Columns of the token lines.
    pub fields: Vec<Range<usize>>,
    /// Numbers and ranges of lines without a token since the last sentence. They are not changed.
    pub lines_without_token: Vec<(usize, Range<usize>)>,
    /// Number of comment lines so far, and the range of the first one.
    pub comments: (usize, Range<usize>),
}

impl<'t> SentenceReader<'t> {
    pub(super) fn new(text: &'t str, layout: ColumnLayout) -> Self {
        Self {
            text,
            layout,
            header: layout.header.checked_sub(1).and_then(|at| text.lines().nth(at)).unwrap_or(""),
            at: usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8(),
            line: 0,
            pending_start: None,
            scratch: Vec::new(),
            sentence: 0..0,
            document: 0..0,
            rows: Vec::new(),
            fields: Vec::new(),
            lines_without_token: Vec::new(),
            comments: (0, 0..0),
        }
    }

    /// Returns the range of the next line without its line end.
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

    /// Reads the next unit; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Block> {
        self.rows.clear();
        self.fields.clear();
        self.lines_without_token.clear();
        if let Some(name) = self.pending_start.take() {
            return Some(Block::DocumentStart(name));
        }
        loop {
            let before = (self.at, self.line);
            let Some(all) = self.next_line() else { break };
            let line = &self.text[all.clone()];
            if is_separator_line(line, self.line) {
                continue;
            }
            if is_blank(line) || self.has_no_field(line) {
                if self.rows.is_empty() {
                    continue;
                }
                return Some(Block::Sentence);
            }
            // Concatenated files repeat the header.
            if self.line == self.layout.header || (self.layout.header > 0 && line == self.header) {
                continue;
            }
            let start = if line.starts_with('-') && is_document_start(line) {
                let name = line[DOCSTART.len()..].trim().trim_matches(['(', ')']);
                let is_name = !name.is_empty() && !name.contains(char::is_whitespace) && name != "O" && name != "-X-";
                let at = all.start + line.find(name).unwrap_or(0);
                Some(is_name.then(|| at..at + name.len()))
            } else {
                self.layout.split_fields(line, &mut self.scratch);
                if is_comment_sign(line) && self.is_comment(line) {
                    self.comments.0 += 1;
                    if self.comments.0 == 1 {
                        self.comments.1 = all.clone();
                    }
                    let shift = |name: Range<usize>| name.start + all.start..name.end + all.start;
                    document_comment(line).map(|name| name.map(shift))
                } else if self.layout.document.is_some() && self.is_other(&all, self.layout.document, &self.document) {
                    // The row is read again as the first one of its document.
                    (self.at, self.line) = before;
                    let name = self.layout.document.and_then(|i| self.scratch.get(i));
                    self.document = name.map_or(0..0, |r| r.start + all.start..r.end + all.start);
                    self.sentence = 0..0;
                    Some((!self.document.is_empty()).then(|| self.document.clone()))
                } else {
                    if self.layout.sentence.is_some() && self.is_other(&all, self.layout.sentence, &self.sentence) {
                        if !self.rows.is_empty() {
                            (self.at, self.line) = before;
                            return Some(Block::Sentence);
                        }
                        let name = self.layout.sentence.and_then(|i| self.scratch.get(i));
                        self.sentence = name.map_or(0..0, |r| r.start + all.start..r.end + all.start);
                    }
                    self.token_line(all);
                    continue;
                }
            };
            let Some(name) = start else { continue };
            if self.rows.is_empty() {
                return Some(Block::DocumentStart(name));
            }
            self.pending_start = Some(name);
            return Some(Block::Sentence);
        }
        (!self.rows.is_empty()).then_some(Block::Sentence)
    }

    /// True if a line has only separators. Programs write such a line for an empty row.
    fn has_no_field(&self, line: &str) -> bool {
        let sign = self.layout.separator.as_char();
        !matches!(self.layout.separator, Delimiter::Space) && line.chars().all(|c| c == sign || is_space(c))
    }

    /// True if a line with a comment character is a comment. A token line has all columns and a tag. Inside a sentence,
    /// a comment needs a space next to its character; other lines there are tokens without a tag.
    fn is_comment(&self, line: &str) -> bool {
        let layout = &self.layout;
        if layout.has_index_column {
            return true;
        }
        let tag = self.scratch.get(layout.tag).map(|r| layout.field(&line[r.clone()]));
        let has_tag = tag.is_some_and(|tag| layout.notation.parse(normalized_tag(&tag)).is_ok());
        let is_word = self.scratch.len() == layout.columns && has_tag;
        !is_word && (self.rows.is_empty() || line.starts_with("# ") || line.starts_with(' '))
    }

    /// True if a line has another value in a column that numbers sentences or documents. An empty value continues the
    /// current one.
    fn is_other(&self, all: &Range<usize>, column: Option<usize>, current: &Range<usize>) -> bool {
        let Some(field) = column.and_then(|i| self.scratch.get(i)) else { return false };
        let value = self.text[field.start + all.start..field.end + all.start].trim();
        !value.is_empty() && value != self.text[current.clone()].trim()
    }

    /// Adds a token line with its columns.
    fn token_line(&mut self, all: Range<usize>) {
        let ColumnLayout { columns, word, tag, word_prefix: layout_prefix, .. } = self.layout;
        let shift = |r: &Range<usize>| r.start + all.start..r.end + all.start;
        let count = self.scratch.len();
        // A line of one column is a token, regardless of the token column.
        let word_at = if count == 1 { 0 } else { word };
        let word = self.scratch.get(word_at);
        // A line without a token cannot be labeled. The reader reports it.
        let has_word = |w: &Range<usize>| match self.layout.quoted {
            false => !is_blank(&self.text[w.clone()]),
            true => !is_blank(&self.layout.field(&self.text[w.clone()])),
        };
        let without_prefix = |w: Range<usize>| {
            let has_prefix = layout_prefix > 0 && self.text[w.clone()].as_bytes().get(layout_prefix - 1) == Some(&b':');
            if has_prefix && w.len() > layout_prefix { w.start + layout_prefix..w.end } else { w }
        };
        let Some(word) = word.map(shift).map(without_prefix).filter(has_word) else {
            self.lines_without_token.push((self.line, all));
            return;
        };
        // The last column counts from the end, even if a line has too few or too many columns.
        let tag = if tag + 1 == columns { count.checked_sub(1) } else { Some(tag) };
        let tag = tag.filter(|i| *i != word_at).and_then(|i| self.scratch.get(i)).map(shift);
        let from = self.fields.len();
        self.fields.extend(self.scratch.iter().map(shift));
        self.rows.push(TokenLine { line: self.line, line_range: all, word, tag, fields: from..self.fields.len() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_names_are_read_from_comments() {
        let check = |line: &str, expected: Option<Option<&str>>| {
            let found = document_comment(line).map(|name| name.map(|range| &line[range]));
            assert_eq!(found, expected, "{line}");
        };
        check("# newdoc id = weblog-1", Some(Some("weblog-1")));
        check("# newdoc", Some(None));
        check("###MEDLINE:95369245", Some(Some("95369245")));
        check("# document_id = NZZ-1798\r", Some(Some("NZZ-1798")));
        check("# sent_id = s1", None);
        check("# newdocuments are here", None);
        check("# text = Anna", None);
    }
}
