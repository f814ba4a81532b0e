//! All output to standard output and standard error.
//!
//! Labels, texts, file names and errors can contain control sequences from untrusted sources. A terminal would execute
//! them, so control characters are escaped (`\x1b`) if an output is a terminal.
//! A file or a pipe receives the bytes unchanged.
//!
//! Standard error receives messages. If a message cannot be written, the error is ignored.

use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

/// Output stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output, for results.
    Standard,
    /// Standard error, for messages, logs and progress.
    Errors,
}

impl Output {
    /// True if the output is a terminal.
    pub fn is_terminal(self) -> bool {
        static TERMINALS: OnceLock<[bool; 2]> = OnceLock::new();
        let [standard, errors] = TERMINALS.get_or_init(|| [io::stdout().is_terminal(), io::stderr().is_terminal()]);
        match self {
            Self::Standard => *standard,
            Self::Errors => *errors,
        }
    }

    fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Standard => io::stdout().lock().write_all(bytes).and_then(|()| io::stdout().flush()),
            Self::Errors => io::stderr().lock().write_all(bytes),
        }
    }

    /// Returns the text in the form for this output: escaped for a terminal, else unchanged.
    pub fn shown(self, text: &str) -> Cow<'_, str> {
        if self.is_terminal() { escaped(text) } else { Cow::Borrowed(text) }
    }
}

/// Writes text to standard output.
///
/// # Errors
/// Returns an error if the text cannot be written, for example if the reader closed the pipe or the disk is full.
pub fn text(text: &str) -> io::Result<()> {
    Output::Standard.write(Output::Standard.shown(text).as_bytes())
}

/// Writes JSON and a line break to standard output.
///
/// # Errors
/// Returns the same errors as [`text`].
pub fn json(value: &Value) -> io::Result<()> {
    json_part(&format!("{value}\n"))
}

/// Writes part of a JSON text to standard output.
///
/// # Errors
/// Returns the same errors as [`text`].
pub fn json_part(part: &str) -> io::Result<()> {
    Output::Standard.write(json_escaped(part, Output::Standard.is_terminal()).as_bytes())
}

/// Writes the bytes of a file to standard output.
///
/// # Errors
/// Returns the same errors as [`text`].
pub fn bytes(bytes: &[u8]) -> io::Result<()> {
    if Output::Standard.is_terminal() {
        return text(&String::from_utf8_lossy(bytes));
    }
    Output::Standard.write(bytes)
}

/// A text range with an optional terminal style (SGR parameters, for example the `31` of `ESC [ 31 m`).
pub struct StyledText<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// SGR parameters of the color and weight.
    pub style: Option<String>,
}

/// Writes styled text ranges to standard output. Styles are omitted if it is not a terminal.
///
/// # Errors
/// Returns the same errors as [`text`].
pub fn colored(texts: &[StyledText]) -> io::Result<()> {
    let mut out = String::new();
    for text in texts {
        let shown = Output::Standard.shown(&text.text);
        let _ = match text.style.as_ref().filter(|_| Output::Standard.is_terminal()) {
            Some(style) => write!(out, "\x1b[{style}m{shown}\x1b[0m"),
            None => write!(out, "{shown}"),
        };
    }
    Output::Standard.write(out.as_bytes())
}

/// Prints a message on standard error, as one line.
pub fn print_error_line(message: &str) {
    let line = format!("{}\n", message.replace('\n', " "));
    print_error_text(&line);
}

/// Prints a message of several lines on standard error.
pub fn print_error_text(message: &str) {
    // If it cannot be written, there is no other output for the error.
    let _ = Output::Errors.write(Output::Errors.shown(message).as_bytes());
}

/// Standard error as the target of the log.
pub struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        print_error_text(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// True if a terminal would execute this character instead of showing it.
/// These are C0 except newline and tab, DEL, C1, and characters that change the text direction.
fn is_obeyed(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || is_direction(c)
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the text with all characters escaped that a terminal would execute.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let code = u32::from(c);
        let _ = match (is_obeyed(c), code < 0x100) {
            (false, _) => write!(out, "{c}"),
            (true, true) => write!(out, "\\x{code:02x}"),
            (true, false) => write!(out, "\\u{{{code:x}}}"),
        };
    }
    Cow::Owned(out)
}

/// Escapes DEL and C1 as `\u00xx`, which JSON permits unescaped. On a terminal, characters that change the text
/// direction are escaped as well. The JSON value stays the same.
fn json_escaped(json: &str, is_terminal: bool) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        let _ = if (c.is_control() && !c.is_ascii_whitespace()) || (is_terminal && is_direction(c)) {
            write!(out, "\\u{:04x}", u32::from(c))
        } else {
            write!(out, "{c}")
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_characters_on_terminal() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("Zoë, 北京\tand\n more", "Zoë, 北京\tand\n more");
        check("\x1b]0;fooled\x07", r"\x1b]0;fooled\x07");
        check("a\rb\x08\x7f\0", r"a\x0db\x08\x7f\x00");
        check("\u{9b}2J\u{85}", r"\x9b2J\x85");
        check("\u{202e}drow\u{2069}", r"\u{202e}drow\u{2069}");
        // Joining characters are text.
        check("a\u{200d}b\u{200f}", "a\u{200d}b\u{200f}");
    }

    #[test]
    fn escaped_json_is_equivalent() {
        let value = serde_json::json!({"text": "\x1b a\u{9b}b\u{7f} \u{202e} ü\n", "n": [1, 2.5]});
        for is_terminal in [false, true] {
            let json = json_escaped(&value.to_string(), is_terminal);
            assert!(
                !json.contains('\u{9b}') && !json.contains('\x7f') && json.contains("\\u009b") && json.contains('ü')
            );
            assert_eq!(json.contains("\\u202e"), is_terminal);
            assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON"), value);
        }
    }
}
