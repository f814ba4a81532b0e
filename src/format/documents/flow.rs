//! Text as it is built from a document: words, and the gaps between them. A gap becomes characters when text follows,
//! so that nested blocks give one line end, and neither a line nor the text ends with space.

use crate::format::Problem;
use crate::format::budget::too_much;

/// A text so far.
#[derive(Debug)]
pub(super) struct Flow {
    text: String,
    /// Line ends before the next text.
    lines: usize,
    /// Borders of cells before the next text.
    tabs: usize,
    /// A space before the next text.
    space: bool,
    /// A cell has begun and holds nothing: blocks in it begin no line.
    fresh: bool,
    rows: Vec<Row>,
    most: u64,
    full: bool,
}

/// A row of a table that is open.
#[derive(Debug)]
struct Row {
    /// Bytes of text at its begin.
    at: usize,
    has_cells: bool,
}

impl Flow {
    /// An empty text that may have so many bytes.
    pub(super) fn new(most: u64) -> Self {
        let (text, rows) = (String::new(), Vec::new());
        Self { text, lines: 0, tabs: 0, space: false, fresh: false, rows, most, full: false }
    }

    /// Adds text as it is, with its space and line ends.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() || self.full {
            return;
        }
        let before = self.text.len().saturating_add(self.lines).saturating_add(self.tabs);
        if before.saturating_add(text.len()) as u64 > self.most {
            self.full = true;
            return;
        }
        if self.lines > 0 || self.tabs > 0 {
            self.text.truncate(self.text.trim_end_matches([' ', '\t']).len().max(self.row_at()));
        }
        let ends = self.text.len() - self.text.trim_end_matches('\n').len();
        if !self.text.is_empty() {
            self.text.extend(std::iter::repeat_n('\n', self.lines.saturating_sub(ends)));
        }
        self.text.extend(std::iter::repeat_n('\t', self.tabs));
        if self.space && self.lines == 0 && self.tabs == 0 && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
        (self.lines, self.tabs, self.space, self.fresh) = (0, 0, false, false);
        self.text.push_str(text);
    }

    /// Adds text in which any space is one space.
    pub(super) fn words(&mut self, text: &str) {
        for (number, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if number > 0 {
                self.space();
            }
            self.text(word);
        }
    }

    /// Parts words.
    pub(super) fn space(&mut self) {
        self.space = !self.fresh && !self.text.is_empty();
    }

    /// Begins a line, unless one has begun.
    pub(super) fn line(&mut self) {
        self.at_least(1);
    }

    /// Begins a paragraph, unless one has begun.
    pub(super) fn paragraph(&mut self) {
        self.at_least(2);
    }

    /// Ends the line, also an empty one.
    pub(super) fn line_end(&mut self) {
        self.at_least((self.lines + 1).min(2));
    }

    fn at_least(&mut self, lines: usize) {
        if !self.fresh {
            self.lines = self.lines.max(lines);
        }
    }

    /// Begins a row of a table.
    pub(super) fn row(&mut self) {
        self.line();
        self.rows.push(Row { at: self.text.len(), has_cells: false });
        self.fresh = true;
    }

    /// Begins a cell of the row.
    pub(super) fn cell(&mut self) {
        let Some(row) = self.rows.last_mut() else { return self.space() };
        if row.has_cells {
            self.tabs += 1;
            if self.text.len() > row.at {
                self.lines = 0;
            }
        }
        row.has_cells = true;
        self.fresh = true;
    }

    /// Ends the row.
    pub(super) fn row_end(&mut self) {
        let Some(row) = self.rows.pop() else { return };
        let holds_text = self.text.len() > row.at;
        // The paragraph before a row without text is still to be ended.
        self.lines = if holds_text { 1 } else { self.lines };
        // The row may be in a cell of another one that holds nothing yet.
        self.fresh =
            !holds_text && self.rows.last().is_some_and(|outer| outer.has_cells && outer.at == self.text.len());
        if !self.fresh {
            self.tabs = 0;
        }
    }

    /// Bytes of text at the begin of the row.
    fn row_at(&self) -> usize {
        self.rows.last().map_or(0, |row| row.at)
    }

    /// True where it holds nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// True where it has grown larger than it may: then nothing more is added.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The text.
    ///
    /// # Errors
    /// More text than there may be.
    pub(super) fn finish(mut self) -> Result<String, Problem> {
        if self.full {
            return Err(too_much(self.most));
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.shrink_to_fit();
        Ok(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `¶` is a paragraph, `/` a line, `↵` a line end, `_` a space, `(` a row, `|` a cell, `)` the end of a row.
    #[test]
    fn gaps_become_characters_where_text_follows() {
        let check = |steps: &str, expected: &str| {
            let mut flow = Flow::new(100);
            for step in steps.chars() {
                match step {
                    '¶' => flow.paragraph(),
                    '/' => flow.line(),
                    '↵' => flow.line_end(),
                    '_' => flow.space(),
                    '(' => flow.row(),
                    '|' => flow.cell(),
                    ')' => flow.row_end(),
                    letter => flow.text(&letter.to_string()),
                }
            }
            assert_eq!(flow.finish().expect("a text"), expected, "{steps}");
        };
        check("¶/_a__b_/_c¶", "a b\nc");
        check("a¶/¶b/¶c", "a\n\nb\n\nc");
        check("a↵↵↵b", "a\n\nb");
        check("a¶(|¶b¶|/c)(|d|)¶e", "a\n\nb\tc\nd\n\ne");
        check("(||b)(|a||c)", "\tb\na\t\tc");
        check("(|a/b|c)", "a\nb\tc");
        check("(|(|a|b)(|c)|d)(|e)", "a\tb\nc\td\ne");
        check("()(|)a", "a");
        check("|a|b", "a b");
    }

    #[test]
    fn a_text_that_is_too_large_is_none() {
        let mut flow = Flow::new(4);
        flow.words("ab c d");
        assert!(flow.is_full() && flow.finish().is_err());
    }
}
