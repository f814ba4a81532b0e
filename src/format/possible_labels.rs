//! Detection of possible labels in files that are read as plain text.

use super::conll::{ColumnLayout, ColumnOptions};
use super::inline::has_tags;

/// Returns the kind of labels that a plain text may contain; `None` if there is no sign of them. Only the beginning is
/// inspected.
pub(super) fn possible_labels(text: &str) -> Option<&'static str> {
    /// Maximum number of bytes to inspect.
    const BEGINNING: usize = 64 << 10;
    let head = &text[..text.floor_char_boundary(BEGINNING)];
    let lines = head.lines().filter(|line| !line.trim().is_empty()).count().max(1);
    let often = |mark: &str| head.matches(mark).count() * 2 >= lines;
    let spaced = || head.replace(['\u{a0}', '\u{3000}'], " ");
    let is_columns =
        || ColumnLayout::detect(&spaced(), ColumnOptions::default()).is_ok_and(|l| l.is_plausible && l.fit >= 50);
    if often("__label__") {
        Some("fastText labels")
    } else if head.contains("<START") && head.contains("<END>") {
        Some("OpenNLP markers")
    } else if often("](") {
        Some("markers in brackets")
    } else if has_tags(head) {
        Some("tags in angle brackets")
    } else {
        is_columns().then_some("columns with tags")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_labels_in_plain_text() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(possible_labels(text), expected, "{text}");
        check("<PER>Anna</PER> left <LOC>Oslo</LOC>.\nIt rains.\n", Some("tags in angle brackets"));
        check("<START:person> Anna <END> left.\n", Some("OpenNLP markers"));
        check("[Anna](person) left.\n", Some("markers in brackets"));
        check("__label__a Anna left.\n", Some("fastText labels"));
        check("Anna\tB-PER\nleft\tO\n\nOslo\tB-LOC\n", Some("columns with tags"));
        check("A <b>great</b> film.<br /><br />See <i>it</i>.\n", None);
        check("1 < 2 and 3 > 2\n", None);
    }
}
