//! Cell of a WebAnno TSV row: `_` for empty, or values separated by `|`. Each value (`*` for unset) can have a
//! disambiguation id in brackets.

/// Value of one annotation on one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellValue {
    /// Feature value; `None` if the feature is not set.
    pub value: Option<String>,
    /// Identifier of an annotation of a layer. All values with the same id belong to one annotation.
    pub disambiguation_id: Option<u32>,
}

impl CellValue {
    /// Returns the value in cell notation.
    pub fn text(&self) -> String {
        let value = self.value.as_deref().map_or_else(|| "*".to_owned(), escape);
        self.disambiguation_id.map_or(value.clone(), |n| format!("{value}[{n}]"))
    }
}

/// Parses the values of a cell.
pub(super) fn parse_cell(cell: &str) -> Vec<CellValue> {
    if cell == "_" || cell.is_empty() {
        return Vec::new();
    }
    split(cell).into_iter().map(parse_value).collect()
}

/// Joins values to a cell.
pub(super) fn join_cells(entries: &[String]) -> String {
    if entries.is_empty() { "_".into() } else { entries.join("|") }
}

/// Splits a cell at bars without a preceding backslash.
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

/// Returns a value and the number after it in brackets. An escaped bracket does not open a number.
fn parse_disambiguated(text: &str) -> Option<(&str, u32)> {
    let (value, number) = text.strip_suffix(']')?.rsplit_once('[')?;
    let backslashes = value.bytes().rev().take_while(|b| *b == b'\\').count();
    if backslashes % 2 == 1 { None } else { Some((value, number.parse().ok()?)) }
}

/// Escapes each special character of a value with a backslash, like INCEpTION.
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

/// Escapes a line of the sentence text. Only backslashes and control characters are escaped.
pub(super) fn escape_text(line: &str) -> String {
    line.replace('\\', "\\\\").replace('\t', "\\t").replace('\r', "\\r")
}

/// Returns the unescaped text.
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
    fn parses_cell_values() {
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
        fn cells_roundtrip_any_label(value in "[a-z|\\\\_\\[\\]*;\n\t>-]{1,12}", number in prop::option::of(1u32..99)) {
            let entry = CellValue { value: Some(value), disambiguation_id: number };
            prop_assert_eq!(parse_cell(&join_cells(&[entry.text()])), vec![entry]);
        }
    }
}
