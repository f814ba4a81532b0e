//! Cells that contain a list: Python `['EU', "it's"]`, JSON `["EU"]`, and NumPy `['EU' 'rejects']`, also over several
//! lines.

use super::super::records::{RecordSpan, doccano, entry, label_studio, python_literal};
use serde_json::Value;

/// List in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ListCell {
    /// Strings or numbers, as text.
    Items(Vec<String>),
    /// Truncated list: NumPy writes `...` in place of items after the first thousand.
    Elided,
}

/// Parses the list in a cell; `None` if the cell is not a list.
pub(super) fn parse_list(cell: &str) -> Option<ListCell> {
    let cell = cell.trim();
    let cell = cell.strip_prefix("array(").or_else(|| cell.strip_prefix("list(")).unwrap_or(cell);
    let inside = cell.strip_prefix('[')?;
    let inside = inside.rsplit_once(']')?.0;
    let mut items = Vec::new();
    let mut rest = inside;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let Some(first) = rest.chars().next() else { return Some(ListCell::Items(items)) };
        if first == '\'' || first == '"' {
            let (item, after) = parse_quoted(&rest[1..], first)?;
            items.push(item);
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
        let word = &rest[..end];
        if word == "..." {
            return Some(ListCell::Elided);
        }
        // A number or unquoted word. A bracket would be a nested list.
        if word.contains(['[', ']', '(', '{', '\'', '"', ':']) {
            return None;
        }
        items.push(word.to_owned());
        rest = &rest[end..];
    }
}

/// Returns the string before the closing quote, and the text after it.
fn parse_quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                next @ ('\\' | '\'' | '"') => out.push(next),
                next => out.extend(['\\', next]),
            },
            c if c == quote => return Some((out, &text[at + c.len_utf8()..])),
            c => out.push(c),
        }
    }
    None
}

/// Returns the spans in a cell: a list in any notation, or a dictionary of lists. Empty for other cells.
pub(super) fn parse_spans(cell: &str) -> Vec<RecordSpan> {
    let cell = cell.trim();
    if !cell.starts_with(['[', '{']) || !cell.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let regions = label_studio::regions(cell);
    if !regions.is_empty() {
        return regions;
    }
    let value = serde_json::from_str(cell).ok().or_else(|| python_literal::value(cell));
    let rows = match value {
        Some(Value::Array(list)) => list,
        Some(Value::Object(fields)) if fields.contains_key("entities") => {
            fields["entities"].as_array().cloned().unwrap_or_default()
        }
        Some(value @ Value::Object(_)) if doccano::spans_by_label(&value).is_some() => {
            return doccano::spans_by_label(&value).unwrap_or_default();
        }
        Some(Value::Object(fields)) => rows_of_columns(&fields),
        _ => return Vec::new(),
    };
    let all: Option<Vec<Vec<RecordSpan>>> = rows.iter().map(entry::spans).collect();
    all.unwrap_or_default().into_iter().flatten().collect()
}

/// Converts a dictionary of lists to rows.
fn rows_of_columns(fields: &serde_json::Map<String, Value>) -> Vec<Value> {
    let length = fields.values().filter_map(|v| v.as_array().map(Vec::len)).max().unwrap_or(0);
    let row = |at: usize| {
        let cells = fields.iter().filter_map(|(key, list)| Some((key.clone(), list.get(at)?.clone())));
        Value::Object(cells.collect())
    };
    (0..length).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_printed_lists() {
        let check = |cell: &str, expected: &[&str]| {
            let expected = expected.iter().map(|item| (*item).to_owned()).collect();
            assert_eq!(parse_list(cell), Some(ListCell::Items(expected)), "{cell}");
        };
        check("['EU', \"it's\"]", &["EU", "it's"]);
        check("[\"EU\", \"say \\\"x\\\"\"]", &["EU", "say \"x\""]);
        check("['EU' 'rejects'\n '.']", &["EU", "rejects", "."]);
        check("[3 0 7]", &["3", "0", "7"]);
        check("[]", &[]);
        check("array(['B-PER', 'O'], dtype=object)", &["B-PER", "O"]);
        assert_eq!(parse_list("['EU' ... '.']"), Some(ListCell::Elided));
        for other in ["EU", "['EU", "[(0, 8, 'PER')]", "[{'a': 1}]", "[[1]]"] {
            assert_eq!(parse_list(other), None, "{other}");
        }
    }

    #[test]
    fn parses_all_span_notations() {
        let check = |cell: &str, expected: &[(usize, usize, &str)]| {
            let found = parse_spans(cell);
            let shown: Vec<_> = found.iter().map(|m| (m.start, m.end, m.label.as_str())).collect();
            assert_eq!(shown, expected, "{cell}");
        };
        check("[(0, 8, 'PER')]", &[(0, 8, "PER")]);
        check("[[0, 8, \"PER\"]]", &[(0, 8, "PER")]);
        check("{'start': [0, 10], 'end': [8, 14], 'label': ['PER', 'LOC']}", &[(0, 8, "PER"), (10, 14, "LOC")]);
        check("{'entities': [(0, 8, 'PER')]}", &[(0, 8, "PER")]);
        check("{'PER': [(0, 8)], 'LOC': [[10, 14]]}", &[(0, 8, "PER"), (10, 14, "LOC")]);
        check("[1, 2]", &[]);
        check("text", &[]);
    }
}
