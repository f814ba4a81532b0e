//! Bytes to text and back: UTF-8, UTF-16 with its mark, and the encodings of old files.

use super::Problem;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// A file's text and how it was encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the mark at the beginning.
    pub mark: &'a [u8],
    /// The bytes after it.
    bytes: &'a [u8],
}

impl Decoded<'_> {
    /// The encoding's name, where it is not UTF-8.
    pub fn unusual(&self) -> Option<&'static str> {
        (self.encoding != UTF_8).then(|| self.encoding.name())
    }

    /// A text in the same encoding, with the same mark.
    ///
    /// # Errors
    /// A character that the encoding does not have, and an encoding in which the file's own bytes would not come back.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, Problem> {
        let name = self.encoding.name();
        if encoded(&self.text, self.encoding).as_deref() != Some(self.bytes) {
            let why = format!("the file is in {name}, in which it could not be written as it was; save a copy");
            return Err(Problem::at(0, 0, why));
        }
        let bytes = encoded(text, self.encoding).ok_or_else(|| {
            Problem::at(0, 0, format!("a label has a character that {name} lacks; rename it, or save a copy"))
        })?;
        Ok([self.mark, &bytes].concat())
    }
}

/// A text in an encoding; `None` where that lacks a character.
fn encoded<'t>(text: &'t str, encoding: &'static Encoding) -> Option<Cow<'t, [u8]>> {
    if encoding == UTF_8 {
        Some(text.as_bytes().into())
    } else if encoding == UTF_16LE {
        Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().into())
    } else if encoding == UTF_16BE {
        Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>().into())
    } else {
        let (bytes, _, lost) = encoding.encode(text);
        (!lost).then_some(bytes)
    }
}

/// The text of a file's bytes, whatever its encoding.
///
/// # Errors
/// Empty files, binary files, and bytes that are no text in any encoding.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::at(0, 0, "the file is empty. Choose a file with one word and its tag on each line."));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (mark, rest) = bytes.split_at(length);
        let (text, broken) = encoding.decode_without_bom_handling(rest);
        return if broken {
            Err(broken_text(rest, encoding.name()))
        } else {
            Ok(Decoded { text, encoding, mark, bytes: rest })
        };
    }
    // Asked first without a place, which is much quicker.
    if bytes.contains(&0)
        && let Some(at) = bytes.iter().position(|b| *b == 0)
    {
        return Err(binary(bytes, at));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded { text: Cow::Borrowed(text), encoding: UTF_8, mark: &[], bytes });
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        return Err(broken_text(bytes, encoding.name()));
    }
    Ok(Decoded { text, encoding, mark: &[], bytes })
}

/// The text of bytes whose encoding a person knows.
///
/// # Errors
/// Empty files, and bytes that are no text in it.
pub(super) fn decode_as<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Result<Decoded<'a>, Problem> {
    let length = Encoding::for_bom(bytes).filter(|(marked, _)| *marked == encoding).map_or(0, |(_, length)| length);
    let (mark, rest) = bytes.split_at(length);
    if rest.iter().all(u8::is_ascii_whitespace) {
        return decode(rest);
    }
    let (text, broken) = encoding.decode_without_bom_handling(rest);
    if broken {
        let why = format!("the file is not {}; choose another encoding, or leave it to be found", encoding.name());
        return Err(Problem::at(0, 0, why));
    }
    Ok(Decoded { text, encoding, mark, bytes: rest })
}

/// Looks at the beginning of a large file before the rest of it is read: one of a binary kind that no format has would be refused
/// in any case.
///
/// # Errors
/// A zero byte in what is no text and begins like no format that is not text.
pub fn check_beginning(bytes: &[u8]) -> Result<(), Problem> {
    // Parquet; zip and what is one; gzip; Zstandard; OLE (old spreadsheets); zlib (spaCy).
    const KNOWN: [&[u8]; 6] =
        [b"PAR1", b"PK", &[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd], &[0xd0, 0xcf, 0x11, 0xe0], &[0x78]];
    let is_known = KNOWN.iter().any(|mark| bytes.starts_with(mark)) || Encoding::for_bom(bytes).is_some();
    match bytes.iter().position(|b| *b == 0).filter(|_| !is_known) {
        Some(at) => Err(binary(bytes, at)),
        None => Ok(()),
    }
}

/// A zero byte at this place.
fn binary(bytes: &[u8], at: usize) -> Problem {
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    Problem::at(line, 0, "the file is binary (it has a zero byte), not text. Choose a text file.")
}

fn broken_text(bytes: &[u8], guess: &str) -> Problem {
    let at = std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), |_| 0);
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    Problem::at(line, 0, format!("the file is neither UTF-8 (byte {byte:#04x}) nor {guess}. Save it as UTF-8."))
}

/// The text of a file that must be UTF-8.
///
/// # Errors
/// As [`decode`], and any other encoding, with the line where it shows.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
        let byte = bytes.get(at).copied().unwrap_or_default();
        Problem::at(line, 0, format!("the text is not UTF-8 (byte {byte:#04x}); it may be Latin-1. Save it as UTF-8."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_are_read_and_written_back() {
        let check = |text: &str, encoding: &'static Encoding, expected: &str| {
            let (bytes, _, _) = encoding.encode(text);
            let found = decode(&bytes).expect("a text");
            assert_eq!((found.encoding.name(), &*found.text), (expected, text));
            assert_eq!(found.encode(text).expect("the same bytes"), &*bytes);
        };
        let german = "Übergrößenträger und Füße aus Köln gehören zu Österreich, sagte Jürgen Müller.";
        check(german, encoding_rs::WINDOWS_1252, "windows-1252");
        check(german, UTF_8, "UTF-8");
        check("日本語の文章です。東京と大阪に行きました。", encoding_rs::SHIFT_JIS, "Shift_JIS");
        check("Мой дядя самых честных правил, когда не в шутку занемог", encoding_rs::WINDOWS_1251, "windows-1251");
    }

    #[test]
    fn marks_are_kept_apart() {
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain("é O".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let found = decode(&little).expect("a text");
        assert_eq!((&*found.text, found.encoding), ("é O", UTF_16LE));
        assert_eq!(found.encode("é O").expect("bytes"), little);
        let marked = "\u{feff}a O".as_bytes();
        let found = decode(marked).expect("a text");
        assert_eq!((&*found.text, found.mark), ("a O", &[0xef, 0xbb, 0xbf][..]));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let check = |bytes: &[u8], expected: &str| {
            let why = decode(bytes).map(|d| d.text.into_owned()).expect_err("refused").message;
            assert!(why.contains(expected), "{why}");
        };
        check(b"", "empty");
        check(b" \n\t", "empty");
        check(b"PNG\0\0", "binary");
    }
}
