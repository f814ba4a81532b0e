//! A cell: `_` for nothing, else entries parted by `|`, each a value (`*` for none) and perhaps a number in brackets.

/// One annotation's value on one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellValue {
    /// `None` where the feature is not set.
    pub value: Option<String>,
    /// What tells the annotations of a layer apart: all entries with it are parts of one.
    pub disambiguation_id: Option<u32>,
}

impl CellValue {
    /// As a cell has it.
    pub fn text(&self) -> String {
        let value = self.value.as_deref().map_or_else(|| "*".to_owned(), escape);
        self.disambiguation_id.map_or(value.clone(), |n| format!("{value}[{n}]"))
    }
}

/// The entries of a cell.
pub(super) fn parse_cell(cell: &str) -> Vec<CellValue> {
    if cell == "_" || cell.is_empty() {
        return Vec::new();
    }
    split(cell).into_iter().map(parse_value).collect()
}

/// A cell of these entries.
pub(super) fn join_cells(entries: &[String]) -> String {
    if entries.is_empty() { "_".into() } else { entries.join("|") }
}

/// The texts between bars that no backslash stands before.
pub(super) fn split(cell: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (at, c) in cell.char_indices() {
        if c == '|' && !escaped {
            parts.push(&cell[from..at]);
            from = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(&cell[from..]);
    parts
}

fn parse_value(text: &str) -> CellValue {
    let (value, number) = parse_disambiguated(text).map_or((text, None), |(value, number)| (value, Some(number)));
    CellValue { value: (value != "*").then(|| unescape(value)), disambiguation_id: number }
}

/// A value and the number behind it in brackets; an escaped bracket opens none.
fn parse_disambiguated(text: &str) -> Option<(&str, u32)> {
    let (value, number) = text.strip_suffix(']')?.rsplit_once('[')?;
    let backslashes = value.bytes().rev().take_while(|b| *b == b'\\').count();
    if backslashes % 2 == 1 { None } else { Some((value, number.parse().ok()?)) }
}

/// A value with a backslash before each character that means something, as INCEpTION escapes values.
pub(super) fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' | '[' | ']' | '|' | '_' | ';' | '*' => out.extend(['\\', c]),
            '-' if value[at..].starts_with("->") => out.push_str("\\-"),
            _ => out.push(c),
        }
    }
    out
}

/// A line of a sentence's text, in which only backslashes and control characters are escaped.
pub(super) fn escape_text(line: &str) -> String {
    line.replace('\\', "\\\\").replace('\t', "\\t").replace('\r', "\\r")
}

/// The text that was escaped.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('f') => out.push('\u{c}'),
                Some('b') => out.push('\u{8}'),
                Some(c) => out.push(c),
                None => out.push('\\'),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_hold_entries() {
        let check = |cell: &str, expected: &[(Option<&str>, Option<u32>)]| {
            let expected: Vec<CellValue> = expected
                .iter()
                .map(|(v, n)| CellValue { value: v.map(str::to_owned), disambiguation_id: *n })
                .collect();
            assert_eq!(parse_cell(cell), expected, "{cell}");
        };
        check("_", &[]);
        check("PER", &[(Some("PER"), None)]);
        check("*[8]|*[9]", &[(None, Some(8)), (None, Some(9))]);
        check("PER[1]|PERpart[2]", &[(Some("PER"), Some(1)), (Some("PERpart"), Some(2))]);
        check("a\\|b\\_c\\[1\\]", &[(Some("a|b_c[1]"), None)]);
        check("\\_", &[(Some("_"), None)]);
    }

    proptest! {
        #[test]
        fn any_label_comes_back(value in "[a-z|\\\\_\\[\\]*;\n\t>-]{1,12}", number in prop::option::of(1u32..99)) {
            let entry = CellValue { value: Some(value), disambiguation_id: number };
            prop_assert_eq!(parse_cell(&join_cells(&[entry.text()])), vec![entry]);
        }
    }
}
