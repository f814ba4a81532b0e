//! Entity notation of Rasa: `[surface](type)`, `[surface](type:value)`, `[surface]{"entity": "type"}`.

use super::Unmarked;
use serde_json::Value;

/// Removes the entity marks of a text. `extra` receives marks with more than a type.
pub(super) fn unmarked(text: &str, mut extra: impl FnMut(&str)) -> Unmarked {
    let mut out = Unmarked::default();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, at) = rest.split_at(open);
        match mark(at) {
            Some(mark) => {
                out.push(before);
                let start = out.length;
                out.push(mark.surface);
                for label in &mark.labels {
                    out.end(start, label);
                }
                if mark.has_more {
                    extra(&at[..mark.length]);
                }
                rest = &at[mark.length..];
            }
            None => {
                out.push(before);
                out.push("[");
                rest = &at[1..];
            }
        }
    }
    out.push(rest);
    out
}

struct Bracket<'t> {
    surface: &'t str,
    labels: Vec<String>,
    /// Length of the complete mark, in bytes.
    length: usize,
    /// True if it has a role, a group or a value.
    has_more: bool,
}

/// Parses the mark at the beginning of a text.
fn mark(text: &str) -> Option<Bracket<'_>> {
    /// Maximum length of a mark, in bytes.
    const MOST: usize = 1000;
    let text = &text[..text.floor_char_boundary(MOST)];
    let close = text.find(']')?;
    let surface = &text[1..close];
    if surface.is_empty() || surface.contains(['[', '\n']) {
        return None;
    }
    let rest = &text[close + 1..];
    if let Some(inside) = rest.strip_prefix('(') {
        let end = inside.find(')')?;
        let (label, value) = inside[..end].split_once(':').map_or((&inside[..end], None), |(l, v)| (l, Some(v)));
        // In a Markdown link, the address takes the position of the label.
        let is_label =
            !label.is_empty() && !label.contains(char::is_whitespace) && !value.is_some_and(|v| v.starts_with("//"));
        let length = close + 2 + end + 1;
        let labels = vec![label.to_owned()];
        return (is_label && !label.contains(['/', '.', '#'])).then_some(Bracket {
            surface,
            labels,
            length,
            has_more: value.is_some(),
        });
    }
    if !rest.starts_with(['{', '[']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let length = close + 1 + values.byte_offset();
    let all = value.as_array().cloned().unwrap_or_else(|| vec![value]);
    let labels: Option<Vec<String>> = all.iter().map(|v| v.get("entity")?.as_str().map(str::to_owned)).collect();
    let has_more = all.iter().any(|v| v.as_object().is_some_and(|fields| fields.len() > 1));
    Some(Bracket { surface, labels: labels?, length, has_more })
}

/// Returns the number of marks in a text.
pub(super) fn count(text: &str) -> usize {
    unmarked(text, |_| {}).marks.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_removed_from_text() {
        let check = |text: &str, expected: &str, spans: &[(usize, usize, &str)]| {
            let found = unmarked(text, |_| {});
            let marks: Vec<_> = found.marks.iter().map(|m| (m.start, m.end, m.label.as_str())).collect();
            assert_eq!((found.text.as_str(), marks.as_slice()), (expected, spans), "{text}");
        };
        check("to [Lund](city) now", "to Lund now", &[(3, 7, "city")]);
        check("[Zoë](name:zoe)", "Zoë", &[(0, 3, "name")]);
        check("from [oslo]{\"entity\": \"city\", \"role\": \"from\"}!", "from oslo!", &[(5, 9, "city")]);
        check("[x][{\"entity\": \"a\"}, {\"entity\": \"b\"}]", "x", &[(0, 1, "a"), (0, 1, "b")]);
        check("[link](https://example.org) [1] [", "[link](https://example.org) [1] [", &[]);
        check("[a](", "[a](", &[]);
    }
}
