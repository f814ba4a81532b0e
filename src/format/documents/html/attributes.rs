//! Limit of attributes per tag. The time of the tokenizer is quadratic in the number of attributes of a tag.

use crate::format::Problem;

/// Checks the number of attributes of each tag.
///
/// # Errors
/// Returns an error if a tag exceeds the maximum.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    /// Maximum number of attributes per tag. The tokenizer compares as many in a second.
    const MOST: usize = 30_000;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|b| *b == b'<') {
        at += found + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (end, attributes) = tag_end(bytes, at);
        if attributes > MOST {
            let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
            return Err(Problem::at(line, 0, "too many attributes in a tag; save the page as plain text"));
        }
        at = end;
    }
    Ok(())
}

/// Returns the end of a tag whose name begins here, and its number of attributes (WHATWG HTML, 13.2.5.32 to 13.2.5.40).
fn tag_end(bytes: &[u8], begin: usize) -> (usize, usize) {
    #[derive(PartialEq)]
    enum In {
        Before,
        Name,
        After,
    }
    let until = |at: usize, ends: &dyn Fn(u8) -> bool| {
        bytes[at.min(bytes.len())..].iter().position(|b| ends(*b)).map_or(bytes.len(), |found| at + found)
    };
    let mut at = until(begin, &|b| b.is_ascii_whitespace() || b == b'/' || b == b'>');
    let (mut state, mut count) = (In::Before, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'>' => return (at, count),
            b'/' => state = In::Before,
            b if b.is_ascii_whitespace() => state = if state == In::Before { In::Before } else { In::After },
            b'=' if state != In::Before => {
                at = until(at, &|b| !b.is_ascii_whitespace());
                at = match bytes.get(at) {
                    Some(quote @ (b'"' | b'\'')) => until(at + 1, &|b| b == *quote) + 1,
                    _ => until(at, &|b| b.is_ascii_whitespace() || b == b'>'),
                };
                state = In::Before;
            }
            _ => {
                count += usize::from(state != In::Name);
                state = In::Name;
            }
        }
    }
    (bytes.len(), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_count_matches_html_tokenizer() {
        let check = |tag: &str, expected: usize| {
            let (end, count) = tag_end(tag.as_bytes(), 0);
            assert_eq!((&tag[..end], count), (tag, expected));
        };
        check("a>", 0);
        check("a b c=d e='f > g' h = \"i/j k\">", 4);
        check("a/b/c>", 2);
        check("img src=\"data:AA/BB/CC\"/>", 1);
        check("a =\"b c d\">", 3);
        check("a b='", 1);
        assert!(super::check(&format!("<p {}>", "a ".repeat(30_001))).is_err());
        assert!(super::check(&format!("<p a='{0}'>{0}", "a / ".repeat(30_001))).is_ok());
    }
}
