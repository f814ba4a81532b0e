//! Conversion of bytes to text and back: UTF-8, UTF-16 with a byte order mark, and legacy encodings.

use super::Problem;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Text of a file and its encoding.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// Encoding of the file.
    pub encoding: &'static Encoding,
    /// Byte order mark, or empty.
    pub bom: &'a [u8],
    /// Bytes after the byte order mark.
    bytes: &'a [u8],
    /// Invalid UTF-8 sequences, by position.
    repairs: Vec<Repair<'a>>,
}

/// Invalid byte sequence in a UTF-8 text. Its replacement is U+FFFD, or the character that two surrogates encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Repair<'a> {
    /// Position in the text, in bytes.
    at: usize,
    sign: char,
    bytes: &'a [u8],
}

impl Decoded<'_> {
    /// Returns the name of the encoding; `None` for UTF-8.
    pub fn non_utf8_name(&self) -> Option<&'static str> {
        (self.encoding != UTF_8).then(|| self.encoding.name())
    }

    /// Returns the lines of invalid UTF-8 sequences, with the bytes. Complete surrogate pairs are excluded: they lose
    /// nothing.
    pub fn invalid_sequences(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        let (mut line, mut seen) = (1, 0);
        self.repairs.iter().filter(|r| r.sign == char::REPLACEMENT_CHARACTER).map(move |repair| {
            line += self.text[seen..repair.at].bytes().filter(|b| *b == b'\n').count();
            seen = repair.at;
            (line, repair.bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" "))
        })
    }

    /// Encodes a text and restores the invalid bytes at the positions of their replacements.
    ///
    /// # Errors
    /// Returns an error if the replacement characters of the text are not those of the file, in the same order.
    fn with_repairs(&self, text: &str) -> Result<Vec<u8>, Problem> {
        let is_sign = |c: char| self.repairs.iter().any(|r| r.sign == c);
        let original = |at: usize| self.repairs.binary_search_by_key(&at, |r| r.at).ok().map(|i| self.repairs[i].bytes);
        let mut before = self.text.char_indices().filter(|(_, c)| is_sign(*c)).map(|(at, c)| (c, original(at)));
        let mut out = Vec::with_capacity(text.len());
        let reason = "the file contains invalid UTF-8 and cannot be written unchanged; save a copy";
        for c in text.chars() {
            let bytes = if is_sign(c) {
                before.next().filter(|(sign, _)| *sign == c).ok_or_else(|| Problem::at(0, 0, reason))?.1
            } else {
                None
            };
            match bytes {
                Some(bytes) => out.extend_from_slice(bytes),
                None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if before.next().is_some() { Err(Problem::at(0, 0, reason)) } else { Ok(out) }
    }

    /// Encodes a text with the encoding and the byte order mark of the file.
    ///
    /// # Errors
    /// Returns an error if the encoding has no code for a character, or cannot reproduce the original bytes of the
    /// file.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, Problem> {
        let name = self.encoding.name();
        if !self.repairs.is_empty() {
            return Ok([self.bom, &self.with_repairs(text)?].concat());
        }
        if try_encode(&self.text, self.encoding).as_deref() != Some(self.bytes) {
            let reason = format!("the file cannot be written unchanged in {name}; save a copy");
            return Err(Problem::at(0, 0, reason));
        }
        let bytes = try_encode(text, self.encoding).ok_or_else(|| {
            let reason =
                format!("a label contains a character that {name} cannot encode; rename it or save a copy as UTF-8");
            Problem::at(0, 0, reason)
        })?;
        Ok([self.bom, &bytes].concat())
    }
}

/// Encodes a text. `None` if the encoding has no code for a character.
fn try_encode<'t>(text: &'t str, encoding: &'static Encoding) -> Option<Cow<'t, [u8]>> {
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

/// Decodes the bytes of a file and detects the encoding.
///
/// # Errors
/// Returns an error if the file is empty, binary, or not text in any encoding.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::at(0, 0, "the file is empty; choose a file with one token and its tag on each line"));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (mark, rest) = bytes.split_at(length);
        if encoding == UTF_8
            && std::str::from_utf8(rest).is_err()
            && let Some((text, repairs)) = decode_lossy_utf8(rest)
        {
            return Ok(Decoded { text: Cow::Owned(text), encoding, bom: mark, bytes: rest, repairs });
        }
        let (text, broken) = encoding.decode_without_bom_handling(rest);
        return if broken {
            Err(invalid_text_error(rest, encoding.name()))
        } else {
            Ok(Decoded { text, encoding, bom: mark, bytes: rest, repairs: Vec::new() })
        };
    }
    // `contains` is much faster than `position`, and most files have no zero byte.
    if bytes.contains(&0)
        && let Some(at) = bytes.iter().position(|b| *b == 0)
    {
        return Err(binary_error(bytes, at));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded { text: Cow::Borrowed(text), encoding: UTF_8, bom: &[], bytes, repairs: Vec::new() });
    }
    if let Some((text, repairs)) = decode_lossy_utf8(bytes) {
        return Ok(Decoded { text: Cow::Owned(text), encoding: UTF_8, bom: &[], bytes, repairs });
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        return Err(invalid_text_error(bytes, encoding.name()));
    }
    Ok(Decoded { text, encoding, bom: &[], bytes, repairs: Vec::new() })
}

/// Decodes UTF-8 with a few invalid sequences, and returns them. `None` if more is invalid than valid: another
/// encoding.
fn decode_lossy_utf8(bytes: &[u8]) -> Option<(String, Vec<Repair<'_>>)> {
    let mut text = String::with_capacity(bytes.len());
    let mut repairs: Vec<Repair> = Vec::new();
    let (mut right, mut at) = (0usize, 0);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        // Complete characters of more than one byte.
        right += valid.chars().filter(|c| !c.is_ascii()).count();
        text.push_str(valid);
        at += valid.len();
        let wrong = chunk.invalid().len();
        if wrong == 0 {
            continue;
        }
        let place = text.len();
        let half = surrogate(&bytes[at..]);
        let known = repairs.last().is_some_and(|last: &Repair| {
            let end = last.bytes.as_ptr().addr() - bytes.as_ptr().addr() + last.bytes.len();
            end > at
        });
        if known {
            // This byte belongs to the surrogate of the last repair.
            at += wrong;
            continue;
        }
        let (sign, length) = match half {
            Some(high @ 0xd800..0xdc00) => match surrogate(&bytes[at + 3..]) {
                Some(low @ 0xdc00..0xe000) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
                }
                _ => (char::REPLACEMENT_CHARACTER, 3),
            },
            Some(_) => (char::REPLACEMENT_CHARACTER, 3),
            None => (char::REPLACEMENT_CHARACTER, wrong),
        };
        text.push(sign);
        repairs.push(Repair { at: place, sign, bytes: &bytes[at..at + length] });
        at += wrong;
    }
    (right > repairs.len()).then_some((text, repairs))
}

/// Returns the surrogate that some programs encode as three bytes, as in CESU-8.
fn surrogate(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
            Some(0xd000 | (u32::from(second & 0x3f) << 6) | u32::from(third & 0x3f))
        }
        _ => None,
    }
}

/// Decodes bytes in the encoding set by the user.
///
/// # Errors
/// Returns an error if the file is empty or the bytes are invalid in this encoding.
pub(super) fn decode_as<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Result<Decoded<'a>, Problem> {
    let length = Encoding::for_bom(bytes).filter(|(marked, _)| *marked == encoding).map_or(0, |(_, length)| length);
    let (mark, rest) = bytes.split_at(length);
    if rest.iter().all(u8::is_ascii_whitespace) {
        return decode(rest);
    }
    let (text, broken) = encoding.decode_without_bom_handling(rest);
    if broken {
        let reason = format!("not valid {}; choose another encoding or automatic detection", encoding.name());
        return Err(Problem::at(0, 0, reason));
    }
    Ok(Decoded { text, encoding, bom: mark, bytes: rest, repairs: Vec::new() })
}

/// Checks the beginning of a large file before the rest is read. It rejects binary files that no format can read.
///
/// # Errors
/// Returns an error if the bytes contain a zero byte and have neither the signature of a binary format nor a byte order
/// mark.
pub fn check_beginning(bytes: &[u8]) -> Result<(), Problem> {
    // Parquet; Arrow file and stream; zip-based formats; PDF; gzip; Zstandard; OLE (old spreadsheets); zlib (spaCy).
    const KNOWN: [&[u8]; 9] = [
        b"PAR1",
        b"ARROW1",
        &[0xff; 4],
        b"PK",
        b"%PDF-",
        &[0x1f, 0x8b],
        &[0x28, 0xb5, 0x2f, 0xfd],
        &[0xd0, 0xcf, 0x11, 0xe0],
        &[0x78],
    ];
    let is_known = KNOWN.iter().any(|mark| bytes.starts_with(mark)) || Encoding::for_bom(bytes).is_some();
    match bytes.iter().position(|b| *b == 0).filter(|_| !is_known) {
        Some(at) => Err(binary_error(bytes, at)),
        None => Ok(()),
    }
}

/// Returns the kind of a binary file by its first bytes.
pub(super) fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 14] = [
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"SQLite format 3", "an SQLite database"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
        (b"Rar!", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"{\\rtf", "an RTF document"),
        (b"RIFF", "an audio or video file"),
        (b"OggS", "an audio file"),
        (b"ID3", "an audio file"),
        (b"\x80\x02", "a Python pickle"),
        (b"\x80\x04\x95", "a Python pickle"),
    ];
    let is_text = |mark: &[u8]| {
        mark == b"MZ" && std::str::from_utf8(&bytes[..bytes.len().min(512)]).is_ok_and(|t| !t.contains('\0'))
    };
    KINDS.iter().find(|(mark, _)| bytes.starts_with(mark) && !is_text(mark)).map(|(_, kind)| *kind)
}

/// Returns the error for a zero byte at this position.
fn binary_error(bytes: &[u8], at: usize) -> Problem {
    if let Some(kind) = binary_kind(bytes) {
        return Problem::at(0, 0, format!("the file is {kind}, not text; choose a text file"));
    }
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    Problem::at(line, 0, "the file is binary (contains a zero byte), not text; choose a text file")
}

fn invalid_text_error(bytes: &[u8], guess: &str) -> Problem {
    let at = std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), |_| 0);
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    Problem::at(line, 0, format!("the file is neither UTF-8 (byte {byte:#04x}) nor {guess}; save it as UTF-8"))
}

/// Returns the text of bytes that must be UTF-8.
///
/// # Errors
/// Returns an error with the line of the first invalid byte.
pub fn decode_utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|e| {
        let at = e.valid_up_to();
        let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
        let byte = bytes.get(at).copied().unwrap_or_default();
        Problem::at(line, 0, format!("the text is not UTF-8 (byte {byte:#04x}), possibly Latin-1; save it as UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_encodings_roundtrip() {
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
    fn invalid_bytes_keep_utf8_encoding() {
        let check = |bytes: &[u8], text: &str, broken: &[(usize, &str)]| {
            let found = decode(bytes).expect("a text");
            let places: Vec<(usize, String)> = found.invalid_sequences().collect();
            let places: Vec<(usize, &str)> = places.iter().map(|(line, bytes)| (*line, bytes.as_str())).collect();
            assert_eq!((found.encoding, &*found.text, places.as_slice()), (UTF_8, text, broken));
            assert_eq!(found.encode(text).expect("the same bytes"), bytes);
            let more = text.replace('x', "other");
            let saved = found.encode(&more).expect("bytes");
            assert_eq!(saved.len() + text.len(), bytes.len() + more.len());
        };
        check("é è\nx\n".as_bytes(), "é è\nx\n", &[]);
        check(b"\xc3\xa9\xc3\xa8\nx\xff\n", "éè\nx\u{fffd}\n", &[(2, "ff")]);
        // Surrogates of an emoji next to each other, and on separate lines.
        check(b"\xc3\xa9\xc3\xa8 \xed\xa0\xbd\xed\xb8\x80 x", "éè 😀 x", &[]);
        check(
            b"\xc3\xa9\xc3\xa8\xc3\xa9\n\xed\xa0\xbd\n\xed\xb8\x80 x",
            "éèé\n\u{fffd}\n\u{fffd} x",
            &[(2, "ed a0 bd"), (3, "ed b8 80")],
        );
        assert_eq!(decode(b"caf\xe9 O\n").expect("a text").encoding.name(), "windows-1252");
    }

    #[test]
    fn preserves_byte_order_mark() {
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain("é O".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let found = decode(&little).expect("a text");
        assert_eq!((&*found.text, found.encoding), ("é O", UTF_16LE));
        assert_eq!(found.encode("é O").expect("bytes"), little);
        let marked = "\u{feff}a O".as_bytes();
        let found = decode(marked).expect("a text");
        assert_eq!((&*found.text, found.bom), ("a O", &[0xef, 0xbb, 0xbf][..]));
    }

    #[test]
    fn rejects_files_without_text() {
        let check = |bytes: &[u8], expected: &str| {
            let reason = decode(bytes).map(|d| d.text.into_owned()).expect_err("refused").message;
            assert!(reason.contains(expected), "{reason}");
        };
        check(b"", "empty");
        check(b" \n\t", "empty");
        check(b"PNG\0\0", "binary");
    }
}
