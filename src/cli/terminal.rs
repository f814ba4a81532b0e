//! The one place through which the program writes to standard output and standard error.
//!
//! Labels, texts, names of files, errors: any of them may come from a stranger and hold control sequences, which a terminal
//! obeys. So where an output is a terminal, what is not plain text is shown escaped (`\x1b`). A file or a pipe gets the
//! bytes as they are.
//!
//! What goes to standard error is a message: when it cannot be shown, nothing else changes.

use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

/// One of the two outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Results.
    Standard,
    /// Messages, logs, progress.
    Errors,
}

impl Output {
    /// Whether a person looks at it in a terminal.
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

    /// Text as this output gets it.
    pub fn shown(self, text: &str) -> Cow<'_, str> {
        if self.is_terminal() { escaped(text) } else { Cow::Borrowed(text) }
    }
}

/// Writes text to standard output.
///
/// # Errors
/// When it cannot be written: the reader has gone, the disk is full.
pub fn text(text: &str) -> io::Result<()> {
    Output::Standard.write(Output::Standard.shown(text).as_bytes())
}

/// Writes JSON and the end of a line to standard output.
///
/// # Errors
/// As [`text`].
pub fn json(value: &Value) -> io::Result<()> {
    json_part(&format!("{value}\n"))
}

/// Writes a part of a JSON text to standard output.
///
/// # Errors
/// As [`text`].
pub fn json_part(part: &str) -> io::Result<()> {
    Output::Standard.write(json_escaped(part, Output::Standard.is_terminal()).as_bytes())
}

/// Writes the bytes of a file to standard output.
///
/// # Errors
/// As [`text`].
pub fn bytes(bytes: &[u8]) -> io::Result<()> {
    if Output::Standard.is_terminal() {
        return text(&String::from_utf8_lossy(bytes));
    }
    Output::Standard.write(bytes)
}

/// A stretch of text, in a color of the terminal (a number as in `ESC [ 31 m`) where there is one.
pub struct Stretch<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The numbers of its color and weight.
    pub style: Option<String>,
}

/// Writes stretches to standard output; without their colors where it is no terminal.
///
/// # Errors
/// As [`text`].
pub fn colored(stretches: &[Stretch]) -> io::Result<()> {
    let mut out = String::new();
    for stretch in stretches {
        let shown = Output::Standard.shown(&stretch.text);
        let _ = match stretch.style.as_ref().filter(|_| Output::Standard.is_terminal()) {
            Some(style) => write!(out, "\x1b[{style}m{shown}\x1b[0m"),
            None => write!(out, "{shown}"),
        };
    }
    Output::Standard.write(out.as_bytes())
}

/// Tells a message on standard error, in one line.
pub fn tell(message: &str) {
    let line = format!("{}\n", message.replace('\n', " "));
    tell_text(&line);
}

/// Tells a message of several lines on standard error.
pub fn tell_text(message: &str) {
    // Where it cannot be shown, there is no place left to say so.
    let _ = Output::Errors.write(Output::Errors.shown(message).as_bytes());
}

/// Standard error for the log.
pub struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        tell_text(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a terminal would obey this sign rather than show it: C0 but for newline and tab, DEL, C1, and what turns the
/// direction of the text.
fn is_obeyed(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || is_direction(c)
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text of which a terminal obeys nothing.
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

/// JSON with DEL and C1 as `\u00xx`, which JSON allows to stand as they are; on a terminal also with what turns the
/// direction of the text. It means the same.
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
    fn a_terminal_is_given_nothing_to_obey() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("Zoë, 北京\tand\n more", "Zoë, 北京\tand\n more");
        check("\x1b]0;fooled\x07", r"\x1b]0;fooled\x07");
        check("a\rb\x08\x7f\0", r"a\x0db\x08\x7f\x00");
        check("\u{9b}2J\u{85}", r"\x9b2J\x85");
        check("\u{202e}drow\u{2069}", r"\u{202e}drow\u{2069}");
        // What joins signs is text.
        check("a\u{200d}b\u{200f}", "a\u{200d}b\u{200f}");
    }

    #[test]
    fn json_means_the_same() {
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
