//! Bytes to text, or a clear reason why not.

use super::Problem;

/// The text of a file's bytes.
///
/// # Errors
/// Empty files, binary files, and files that are not UTF-8, with the line where that shows.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::at(0, 0, "the file is empty. Choose a file with one word and its tag on each line."));
    }
    let line_of = |at: usize| bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        let what = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            "the file is UTF-16. Save it as UTF-8."
        } else {
            "the file is binary (it has a zero byte), not text. Choose a text file."
        };
        return Err(Problem::at(line_of(at), 0, what));
    }
    std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        Problem::at(
            line_of(at),
            0,
            format!("the file is not UTF-8 (byte {byte:#04x}); it may be Latin-1. Save it as UTF-8."),
        )
    })
}
