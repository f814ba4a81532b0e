//! Builder of a document text: words, and the gaps between them. A gap is written when text follows. Nested blocks
//! therefore result in one line end, and neither a line nor the text ends with whitespace.

use crate::format::Problem;
use crate::format::budget::too_much;

/// Text under construction.
#[derive(Debug)]
pub(super) struct Flow {
    text: String,
    /// Number of line ends before the next text.
    lines: usize,
    /// Number of cell separators before the next text.
    tabs: usize,
    /// True if a space precedes the next text.
    space: bool,
    /// True in an empty cell. Blocks in it do not begin a line.
    fresh: bool,
    rows: Vec<Row>,
    most: u64,
    full: bool,
}

/// Open table row.
#[derive(Debug)]
struct Row {
    /// Length of the text at the start of the row, in bytes.
    at: usize,
    has_cells: bool,
}

impl Flow {
    /// Returns an empty text with a maximum size of `most` bytes.
    pub(super) fn new(most: u64) -> Self {
        let (text, rows) = (String::new(), Vec::new());
        Self { text, lines: 0, tabs: 0, space: false, fresh: false, rows, most, full: false }
    }

    /// Adds text unchanged, with its whitespace and line ends.
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

    /// Adds text with each run of whitespace as one space.
    pub(super) fn words(&mut self, text: &str) {
        for (number, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if number > 0 {
                self.space();
            }
            self.text(word);
        }
    }

    /// Separates words.
    pub(super) fn space(&mut self) {
        self.space = !self.fresh && !self.text.is_empty();
    }

    /// Begins a line, unless it has already begun.
    pub(super) fn line(&mut self) {
        self.at_least(1);
    }

    /// Begins a paragraph, unless it has already begun.
    pub(super) fn paragraph(&mut self) {
        self.at_least(2);
    }

    /// Ends the line, even if it is empty.
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
        // The gap of the previous paragraph remains if the row has no text.
        self.lines = if holds_text { 1 } else { self.lines };
        // The row can be in an empty cell of an outer row.
        self.fresh =
            !holds_text && self.rows.last().is_some_and(|outer| outer.has_cells && outer.at == self.text.len());
        if !self.fresh {
            self.tabs = 0;
        }
    }

    /// Returns the length of the text at the start of the row, in bytes.
    fn row_at(&self) -> usize {
        self.rows.last().map_or(0, |row| row.at)
    }

    /// True if there is no text.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// True if the maximum size is exceeded. No more text is then added.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Returns the text.
    ///
    /// # Errors
    /// Returns an error if the maximum size is exceeded.
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

    /// Steps: `¶` is a paragraph, `/` a line, `↵` a line end, `_` a space, `(` a row, `|` a cell, `)` the end of a row.
    #[test]
    fn pending_gap_is_written_before_text() {
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
    fn rejects_text_over_size_limit() {
        let mut flow = Flow::new(4);
        flow.words("ab c d");
        assert!(flow.is_full() && flow.finish().is_err());
    }
}
