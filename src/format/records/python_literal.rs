//! Python literals, the notation of spaCy 2 training tuples: `TRAIN_DATA = [("Uber", {"entities": [(0, 4, "ORG")]})]`.
//!
//! Only data is parsed (lists, tuples, dictionaries, strings, numbers, `True`, `None`). Nothing is evaluated.
//!
//! A file is saved in the notation in which it was read.

use serde_json::{Map, Number, Value};
use std::ops::Range;

/// Maximum nesting depth.
const MAX_DEPTH: usize = 64;

/// List of a Python file: its variable name, and its elements with their byte ranges.
pub(super) struct List<'a> {
    pub name: &'a str,
    pub elements: Vec<(Range<usize>, Value)>,
    /// Position and kind of a syntax error. The elements before it are valid.
    pub error: Option<(usize, LiteralError)>,
}

/// Syntax error of a literal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LiteralError {
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("unexpected end")]
    End,
    #[error("string not terminated")]
    UnterminatedString,
    #[error("incomplete escape sequence")]
    IncompleteEscape,
    #[error("{0} is not a character")]
    InvalidEscape(String),
    #[error("{0} is not a number")]
    InvalidNumber(String),
}

/// True if a text is Python, not JSON: a list that is assigned to a name, or a list of tuples.
pub(in crate::format) fn is_python(text: &str) -> bool {
    let start = skip_prelude(text);
    let rest = &text[start..];
    rest.starts_with('(')
        || rest.strip_prefix('[').is_some_and(|r| r[space(r)..].starts_with('('))
        || next_assignment(text, start).is_some()
}

/// Returns the lists of a text, which can be truncated. Only the first `keep` elements have values; others are null.
pub(super) fn lists(text: &str, keep: usize) -> Vec<List<'_>> {
    let mut lists = Vec::new();
    let mut at = skip_prelude(text);
    loop {
        let (name, from) = match next_assignment(text, at) {
            Some(found) => found,
            None if lists.is_empty() => ("", at),
            None => return lists,
        };
        let mut parser = Parser { text, at: from, depth: 0, joins: true };
        let mut list = List { name, elements: Vec::new(), error: None };
        let each = |range, value| {
            let value = if list.elements.len() < keep { value } else { Value::Null };
            list.elements.push((range, value));
        };
        let done =
            if name.is_empty() && is_bare(&text[from..]) { parser.bare_elements(each) } else { parser.elements(each) };
        list.error = done.err().map(|reason| (parser.at, reason));
        let stopped = list.error.is_some();
        at = parser.at;
        lists.push(list);
        if stopped {
            return lists;
        }
    }
}

/// True for a sequence of tuples without brackets around them: `("text", {...}),` on each line.
fn is_bare(text: &str) -> bool {
    let inside = text.strip_prefix('(').map(|rest| rest[space(rest)..].trim_start_matches(['r', 'R', 'u', 'U']));
    inside.is_some_and(|rest| rest.starts_with(['"', '\'']))
}

/// Parses one literal. Adjacent strings are an error, because in JSON a comma is missing between them.
pub(super) fn literal(text: &str) -> Option<Value> {
    parsed(text, false)
}

/// Parses one literal. Adjacent strings are joined.
pub(in crate::format) fn value(text: &str) -> Option<Value> {
    parsed(text, true)
}

fn parsed(text: &str, joins: bool) -> Option<Value> {
    let mut parser = Parser { text, at: 0, depth: 0, joins };
    let value = parser.value().ok()?;
    parser.skip();
    (parser.at == text.len()).then_some(value)
}

/// Writes a value in Python notation. A list of mixed types becomes a tuple, like spans and pairs.
pub(super) fn to_python(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        // JSON escapes have the same meaning in Python, except surrogates, which serde_json does not write.
        Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(list) => {
            let inside = list.iter().map(to_python).collect::<Vec<_>>().join(", ");
            let mixed = list.windows(2).any(|w| std::mem::discriminant(&w[0]) != std::mem::discriminant(&w[1]));
            if mixed { format!("({inside})") } else { format!("[{inside}]") }
        }
        Value::Object(fields) => {
            let pairs = fields.iter().map(|(k, v)| format!("{}: {}", Value::from(k.as_str()), to_python(v)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Returns the length of leading whitespace and comments, in bytes.
fn space(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
        match text[at..].strip_prefix('#') {
            Some(comment) => at += 1 + comment.find('\n').unwrap_or(comment.len()),
            None => return at,
        }
    }
}

/// Returns the position after the byte order mark, comments and import lines.
fn skip_prelude(text: &str) -> usize {
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        at += space(&text[at..]);
        let imports = ["import ", "from ", "# "].iter().any(|w| text[at..].starts_with(w));
        if !imports {
            return at;
        }
        at += text[at..].find('\n').map_or(text.len() - at, |n| n + 1);
    }
}

/// Returns the next name that a list or tuple is assigned to at the start of a line, and the position of the list.
fn next_assignment(text: &str, from: usize) -> Option<(&str, usize)> {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        let is_name = |n: &str| {
            !n.is_empty()
                && n.chars().all(|c| c.is_alphanumeric() || c == '_')
                && !n.starts_with(|c: char| c.is_numeric())
        };
        if let Some((left, right)) = line.split_once('=') {
            let name = left.split(':').next().unwrap_or("").trim_end();
            let begins = right.trim_start();
            // Python allows the list on the next line only inside brackets.
            if is_name(name) && begins.starts_with(['[', '(']) {
                return Some((name, at + line.len() - begins.len()));
            }
        }
        at += line.len();
    }
    None
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// True if adjacent strings are joined.
    joins: bool,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        self.at += space(self.rest());
        // A line continuation.
        while let Some(rest) = self.rest().strip_prefix("\\\n") {
            self.at = self.text.len() - rest.len();
            self.at += space(self.rest());
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.skip();
        let there = self.rest().starts_with(c);
        self.at += if there { c.len_utf8() } else { 0 };
        there
    }

    /// Parses the elements of a list or tuple, each with its byte range.
    fn elements(&mut self, mut each: impl FnMut(Range<usize>, Value)) -> Result<(), LiteralError> {
        let (close, separator) = if self.eat('[') {
            (']', "a comma or ]")
        } else if self.eat('(') {
            (')', "a comma or )")
        } else {
            return Err(LiteralError::Expected("a list"));
        };
        loop {
            if self.eat(close) {
                return Ok(());
            }
            self.skip();
            let start = self.at;
            let value = self.value()?;
            each(start..self.at, value);
            if !self.eat(',') && !self.eat(close) {
                return Err(LiteralError::Expected(separator));
            } else if self.text[..self.at].ends_with(close) {
                return Ok(());
            }
        }
    }

    /// Parses tuples without brackets around them, each with its byte range.
    fn bare_elements(&mut self, mut each: impl FnMut(Range<usize>, Value)) -> Result<(), LiteralError> {
        loop {
            self.skip();
            if self.at == self.text.len() {
                return Ok(());
            }
            if !self.rest().starts_with(['(', '[']) {
                return Err(LiteralError::Expected("a tuple"));
            }
            let start = self.at;
            let value = self.value()?;
            each(start..self.at, value);
            self.eat(',');
        }
    }

    fn value(&mut self) -> Result<Value, LiteralError> {
        self.skip();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(LiteralError::TooDeep);
        }
        let value = match self.rest().chars().next().ok_or(LiteralError::End)? {
            '[' | '(' => self.sequence(),
            '{' => self.dictionary(),
            c if c.is_ascii_digit() || "+-.".contains(c) => self.number(),
            _ => self.name_or_string(),
        };
        self.depth -= 1;
        value
    }

    fn sequence(&mut self) -> Result<Value, LiteralError> {
        let open = self.at;
        let mut list = Vec::new();
        self.elements(|_, value| list.push(value))?;
        // Parentheses around one value without a comma are not a tuple.
        let inside = self.text[open + 1..self.at - 1].trim_end();
        let bare = self.text[open..].starts_with('(') && list.len() == 1 && !inside.ends_with(',');
        Ok(if bare { list.pop().unwrap_or_default() } else { Value::Array(list) })
    }

    fn dictionary(&mut self) -> Result<Value, LiteralError> {
        self.eat('{');
        let mut fields = Map::new();
        loop {
            if self.eat('}') {
                return Ok(Value::Object(fields));
            }
            let key = self.value()?;
            if !self.eat(':') {
                return Err(LiteralError::Expected("a colon"));
            }
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            fields.insert(key, self.value()?);
            self.skip();
            if !self.eat(',') && !self.rest().starts_with('}') {
                return Err(LiteralError::Expected("a comma or }"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, LiteralError> {
        let length =
            self.rest().find(|c: char| !c.is_ascii_alphanumeric() && !"+-._".contains(c)).unwrap_or(self.rest().len());
        let text = self.rest()[..length].replace('_', "");
        self.at += length;
        let whole = text.parse::<i64>().ok().map(Number::from);
        let number = whole.or_else(|| Number::from_f64(text.parse().ok()?));
        number.map(Value::Number).ok_or(LiteralError::InvalidNumber(text))
    }

    fn name_or_string(&mut self) -> Result<Value, LiteralError> {
        for (word, value) in [("True", Value::Bool(true)), ("False", Value::Bool(false)), ("None", Value::Null)] {
            if let Some(rest) = self.rest().strip_prefix(word) {
                self.at = self.text.len() - rest.len();
                return Ok(value);
            }
        }
        let mut out = String::new();
        let mut any = false;
        // Adjacent strings are one string.
        while let Some((raw, quote, start)) = self.string_start().filter(|_| self.joins || !any) {
            self.at = start;
            self.string_body(quote, raw, &mut out)?;
            any = true;
            self.skip();
        }
        if any {
            Ok(Value::String(out))
        } else {
            Err(LiteralError::Expected("a string, a number, a list or a dictionary"))
        }
    }

    /// Returns the start of a string: a raw-string flag, the quotes, and the position of the first character.
    fn string_start(&self) -> Option<(bool, &'a str, usize)> {
        let rest = self.rest();
        let letters = rest.find(['\'', '"']).filter(|n| *n <= 1)?;
        let prefix = &rest[..letters];
        if !["", "r", "R", "u", "U"].contains(&prefix) {
            return None;
        }
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| rest[letters..].starts_with(q))?;
        Some((prefix.eq_ignore_ascii_case("r"), quotes, self.at + letters + quotes.len()))
    }

    fn string_body(&mut self, quote: &str, raw: bool, out: &mut String) -> Result<(), LiteralError> {
        loop {
            if let Some(rest) = self.rest().strip_prefix(quote) {
                self.at = self.text.len() - rest.len();
                return Ok(());
            }
            let c = self.rest().chars().next().ok_or(LiteralError::UnterminatedString)?;
            self.at += c.len_utf8();
            match c {
                '\n' if quote.len() == 1 => return Err(LiteralError::UnterminatedString),
                '\\' if raw => {
                    out.push(c);
                    if let Some(next) = self.rest().chars().next() {
                        out.push(next);
                        self.at += next.len_utf8();
                    }
                }
                '\\' => self.escape(out)?,
                c => out.push(c),
            }
        }
    }

    /// Parses an escape sequence (The Python Language Reference, 2.4.1.1).
    fn escape(&mut self, out: &mut String) -> Result<(), LiteralError> {
        let c = self.rest().chars().next().ok_or(LiteralError::UnterminatedString)?;
        self.at += c.len_utf8();
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            '\\' | '\'' | '"' => out.push(c),
            '\n' => {}
            '0'..='7' => {
                let more = self.rest().chars().take(2).take_while(|c| ('0'..='7').contains(c)).count();
                let text = &self.text[self.at - 1..self.at + more];
                self.at += more;
                out.extend(u32::from_str_radix(text, 8).ok().and_then(char::from_u32));
            }
            _ if digits > 0 => {
                let text = self.rest().get(..digits).ok_or(LiteralError::IncompleteEscape)?;
                self.at += digits;
                let character = u32::from_str_radix(text, 16).ok().and_then(char::from_u32);
                out.push(character.ok_or_else(|| LiteralError::InvalidEscape(format!("\\{c}{text}")))?);
            }
            c => out.extend(['\\', c]),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn parses_literals() {
        let check = |text: &str, expected: Value| assert_eq!(value(text), Some(expected), "{text}");
        check("('a', {\"entities\": [(0, 4, 'ORG'),]},)", json!(["a", {"entities": [[0, 4, "ORG"]]}]));
        check("[1, -2.5, 1_000, True, None, (3)]", json!([1, -2.5, 1000, true, null, 3]));
        check("'it\\'s' \"caf\\u00e9\" r'\\n'", json!("it'scafé\\n"));
        check("'''two\nlines''' # why", json!("two\nlines"));
        check("{'a': 1, 2: 'b'}", json!({"a": 1, "2": "b"}));
        check("[]", json!([]));
        for wrong in ["(1", "[1 2]", "'open", "open('x')", "{1}", "\"\\ud800\""] {
            assert_eq!(value(wrong), None, "{wrong}");
        }
        assert_eq!(value(&"[".repeat(100_000)), None);
    }

    #[test]
    fn finds_lists_with_names_and_ranges() {
        let text = "import spacy\n# mine\nTRAIN_DATA: list = [\n  ('Uber', 1),  # one\n  (\"b\", 2)]\nTEST = [('c', 3)]\nmore(x)\n";
        assert!(is_python(text));
        let found = lists(text, 0);
        let names: Vec<&str> = found.iter().map(|l| l.name).collect();
        assert_eq!(names, ["TRAIN_DATA", "TEST"]);
        let places: Vec<&str> = found[0].elements.iter().map(|(r, _)| &text[r.clone()]).collect();
        assert_eq!(places, ["('Uber', 1)", "(\"b\", 2)"]);
        let bare = lists("('a', {'entities': []}),\n(\"b\", {}),\n", 9);
        assert_eq!(bare[0].elements.iter().map(|(_, v)| v[0].clone()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(!is_python("[{\"a\": 1}]") && !is_python("{\"a\": [1]}") && !is_python("a = b"));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "\\PC{0,6}|[\n\t\\\\'\"\u{7f}]{0,4}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-z]{1,4}", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn python_literals_roundtrip(any in any_value()) {
            prop_assert_eq!(value(&to_python(&any)), Some(any));
        }
    }
}
