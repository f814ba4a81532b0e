//! Fields of one line of a column file or table.

use super::Delimiter;
use std::borrow::Cow;
use std::ops::Range;

/// Writes the byte ranges of the fields of a line to `into`, quotes included. Whitespace at the end of the line is
/// ignored.
#[inline]
pub(super) fn split(line: &str, separator: Delimiter, quoted: bool, into: &mut Vec<Range<usize>>) {
    into.clear();
    let line = line.trim_end_matches(['\r', ' ', '\t']);
    match separator {
        Delimiter::Space => {
            split_at(line, |b| b == b' ' || b == b'\t', into);
            // Runs of spaces separate once; two tabs in a row hold an empty column.
            into.retain(|field| !field.is_empty());
        }
        Delimiter::Tab | Delimiter::Char(_) => {
            let sign = separator.as_char() as u8;
            if !(quoted && line.contains('"') && quoted_parts(line, sign, into)) {
                into.clear();
                split_at(line, |b| b == sign, into);
            }
            into.iter_mut().for_each(|field| trim(line, field));
        }
    }
}

/// Removes spaces at the ends of a field.
#[inline]
fn trim(line: &str, field: &mut Range<usize>) {
    let bytes = line.as_bytes();
    while field.start < field.end && bytes[field.start] == b' ' {
        field.start += 1;
    }
    while field.start < field.end && bytes[field.end - 1] == b' ' {
        field.end -= 1;
    }
}

/// Splits a line at the bytes that match `is_end`.
#[inline]
fn split_at(line: &str, is_end: impl Fn(u8) -> bool, into: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for (at, byte) in line.bytes().enumerate() {
        if is_end(byte) {
            into.push(start..at);
            start = at + 1;
        }
    }
    into.push(start..line.len());
}

/// Splits a line with quoted fields (RFC 4180). Returns `false` if a quote at the start of a field is not closed at its
/// end.
fn quoted_parts(line: &str, sign: u8, into: &mut Vec<Range<usize>>) -> bool {
    let bytes = line.as_bytes();
    let mut at = 0;
    loop {
        let start = at;
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return false,
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), next) if next.is_none_or(|b| *b == sign) => break,
                    (Some(b'"'), _) => return false,
                    _ => at += 1,
                }
            }
            at += 1;
        } else {
            while bytes.get(at).is_some_and(|b| *b != sign) {
                at += 1;
            }
        }
        into.push(start..at);
        if at >= bytes.len() {
            return true;
        }
        at += 1;
    }
}

/// True if fields of these lines are quoted: some field has quotes, and every opened quote is closed. In tab-separated
/// files a quote is usually a token. There, a quoted field must also contain a character that only a quoted field can
/// contain.
pub(super) fn is_quoted<'l>(separator: Delimiter, mut lines: impl Iterator<Item = &'l str> + Clone) -> bool {
    let sign = match separator {
        Delimiter::Space => return false,
        Delimiter::Tab | Delimiter::Char(_) => separator.as_char() as u8,
    };
    let mut fields = Vec::new();
    let mut closes = |line: &str| {
        fields.clear();
        quoted_parts(line.trim_end_matches(['\r', ' ', '\t']), sign, &mut fields)
    };
    let has = |line: &str| match separator {
        Delimiter::Tab => line.contains("\"\"\"") || line.contains("\"\t\""),
        _ => line.starts_with('"') || line.as_bytes().windows(2).any(|w| w == [sign, b'"']),
    };
    lines.clone().any(has) && lines.all(|line| !line.contains('"') || closes(line))
}

/// Returns the content of a field without its quotes.
#[inline]
pub(super) fn unquoted(field: &str) -> Cow<'_, str> {
    match field.strip_prefix('"').and_then(|f| f.strip_suffix('"')) {
        Some(inner) if inner.contains("\"\"") => inner.replace("\"\"", "\"").into(),
        Some(inner) => inner.into(),
        None => field.into(),
    }
}

/// Quotes a field if it contains the separator or a quote.
pub(super) fn quoted(field: String, separator: Delimiter) -> String {
    let is_plain = separator == Delimiter::Space || !field.contains([separator.as_char(), '"']);
    if is_plain { field } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_quoted_and_unquoted_fields() {
        let check = |line: &str, quoted: bool, expected: &[&str]| {
            let comma = Delimiter::Char(',');
            assert_eq!(is_quoted(comma, std::iter::once(line)), quoted, "{line}");
            let mut found = Vec::new();
            split(line, comma, quoted, &mut found);
            let fields: Vec<String> = found
                .iter()
                .map(|r| if quoted { unquoted(&line[r.clone()]).into_owned() } else { line[r.clone()].to_owned() })
                .collect();
            assert_eq!(fields, expected, "{line}");
        };
        check("0,\"\"\"Fine\",O", true, &["0", "\"Fine", "O"]);
        check("0,\",\",O", true, &["0", ",", "O"]);
        check("0,\"\"\"\",O", true, &["0", "\"", "O"]);
        check("\",O", false, &["\"", "O"]);
        check("say \"it\",O", false, &["say \"it\"", "O"]);
        check("\"a\"b,O", false, &["\"a\"b", "O"]);
        check("a,,\"\"", true, &["a", "", ""]);
        check("a,,O", false, &["a", "", "O"]);
    }
}
