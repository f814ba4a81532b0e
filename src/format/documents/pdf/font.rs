//! Characters and widths of a font. Supported sources: a `ToUnicode` map, an encoding by name or by differences, the
//! table inside a Type 1 font, and named East Asian encodings.

use super::map::Map;
use encoding_rs::Encoding;
use lopdf::{Dictionary, Document, Object};
use std::collections::HashMap;

/// Font with its code map and widths.
#[derive(Debug)]
pub(super) struct Font {
    map: Map,
    codes: Codes,
    /// Widths by ranges of codes, sorted, as a fraction of the font size.
    widths: Vec<(u32, u32, f64)>,
    default_width: f64,
    /// True for vertical writing.
    pub(super) is_vertical: bool,
}

/// Conversion of bytes to characters for codes without a `ToUnicode` entry.
#[derive(Debug)]
enum Codes {
    /// One-byte codes, each with its text.
    One(Vec<Option<String>>),
    /// Two-byte codes without text.
    Two,
    /// Codes of a standard text encoding.
    Text(&'static Encoding),
}

/// Drawn glyph.
#[derive(Debug, PartialEq)]
pub(super) struct Glyph {
    /// Text; `None` if it is unknown.
    pub(super) text: Option<String>,
    /// Width as a fraction of the font size.
    pub(super) width: f64,
    /// True for the single code that word spacing applies to.
    pub(super) is_space: bool,
}

impl Font {
    /// Maximum decompressed size of a font stream, in bytes.
    const MOST: usize = 4 << 20;

    /// Returns a font of a document, and the number of bytes read for it.
    pub(super) fn new(document: &Document, font: &Dictionary) -> (Self, u64) {
        let mut taken = 256;
        let mut content = |dict: &Dictionary, key: &[u8]| {
            let stream = dict.get_deref(key, document).and_then(Object::as_stream).ok()?;
            let content = stream.get_plain_content_with_limit(Self::MOST).ok()?;
            taken += content.len().max(stream.content.len()) as u64;
            Some(content)
        };
        let map = content(font, b"ToUnicode").map(|text| Map::parse(&text)).unwrap_or_default();
        let subtype = font.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or_default();
        let encoding = font.get_deref(b"Encoding", document).ok();
        let name = encoding.and_then(|e| e.as_name().ok()).unwrap_or_default();
        if subtype == b"Type0" {
            let inside = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array).ok();
            let inside = inside.and_then(|all| document.dereference(all.first()?).ok()?.1.as_dict().ok());
            let (widths, default_width) = inside.map_or((Vec::new(), 1.0), |font| composite_widths(document, font));
            taken += widths.len() as u64 * 24;
            let codes = encoding_of(name).map_or(Codes::Two, Codes::Text);
            return (Self { map, codes, widths, default_width, is_vertical: name.ends_with(b"V") }, taken);
        }
        let descriptor = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok();
        let program = descriptor.filter(|_| encoding.is_none() && map.is_empty()).and_then(|d| content(d, b"FontFile"));
        let codes = codes(document, encoding, program.as_deref());
        let (widths, default_width) = simple_widths(document, font, descriptor, subtype == b"Type3");
        taken += widths.len() as u64 * 24;
        (Self { map, codes: Codes::One(codes), widths, default_width, is_vertical: false }, taken)
    }

    /// Returns the glyphs of a string.
    pub(super) fn signs(&self, bytes: &[u8]) -> Vec<Glyph> {
        match &self.codes {
            Codes::One(texts) => {
                let sign = |byte: &u8| {
                    let text = self.map.get((*byte).into()).or_else(|| texts.get(usize::from(*byte))?.clone());
                    Glyph { text, width: self.width((*byte).into()), is_space: *byte == b' ' }
                };
                bytes.iter().map(sign).collect()
            }
            Codes::Two => {
                let code = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
                let sign = |code| Glyph { text: self.map.get(code), width: self.width(code), is_space: false };
                bytes.chunks(2).map(code).map(sign).collect()
            }
            Codes::Text(encoding) => {
                let text = encoding.decode_without_bom_handling(bytes).0;
                let sign = |c: char| Glyph {
                    text: Some(c.to_string()),
                    width: if c.is_ascii() { 0.5 } else { 1.0 },
                    is_space: false,
                };
                text.chars().map(sign).collect()
            }
        }
    }

    fn width(&self, code: u32) -> f64 {
        let at = self.widths.partition_point(|(low, ..)| *low <= code).checked_sub(1);
        let found = at.map(|at| self.widths[at]).filter(|(_, high, _)| code <= *high);
        found.map_or(self.default_width, |(.., width)| width)
    }
}

fn float(document: &Document, object: &Object) -> Option<f64> {
    let (_, object) = document.dereference(object).ok()?;
    object.as_float().ok().map(f64::from).filter(|n| n.is_finite())
}

/// Returns the widths of a composite font: `c [w w]` or `c c w`.
fn composite_widths(document: &Document, font: &Dictionary) -> (Vec<(u32, u32, f64)>, f64) {
    let default = font.get(b"DW").ok().and_then(|w| float(document, w)).unwrap_or(1000.0) / 1000.0;
    let mut widths = Vec::new();
    let list = font.get_deref(b"W", document).and_then(Object::as_array).map_or(&[][..], Vec::as_slice);
    let code = |object: Option<&Object>| {
        object.and_then(|o| document.dereference(o).ok()?.1.as_i64().ok()).and_then(|c| u32::try_from(c).ok())
    };
    let mut rest = list.iter();
    while let Some(low) = code(rest.next()) {
        let next = rest.next();
        let each = next.and_then(|o| document.dereference(o).ok()?.1.as_array().ok());
        if let Some(each) = each {
            let all = (low..).zip(each).filter_map(|(code, w)| Some((code, code, float(document, w)? / 1000.0)));
            widths.extend(all);
        } else {
            let (Some(high), Some(width)) = (code(next), rest.next().and_then(|w| float(document, w))) else { break };
            widths.push((low, high, width / 1000.0));
        }
    }
    widths.sort_by_key(|(low, ..)| *low);
    (widths, default)
}

/// Returns the widths of a simple font.
fn simple_widths(
    document: &Document,
    font: &Dictionary,
    descriptor: Option<&Dictionary>,
    has_own_units: bool,
) -> (Vec<(u32, u32, f64)>, f64) {
    /// Default glyph width, in thousandths of the font size.
    const USUAL: f64 = 500.0;
    let matrix = font.get_deref(b"FontMatrix", document).and_then(Object::as_array).ok().filter(|_| has_own_units);
    let unit = matrix.and_then(|m| float(document, m.first()?)).unwrap_or(0.001);
    let missing = descriptor.and_then(|d| float(document, d.get(b"MissingWidth").ok()?)).filter(|w| *w > 0.0);
    let first =
        font.get_deref(b"FirstChar", document).and_then(Object::as_i64).ok().and_then(|c| u32::try_from(c).ok());
    let list = font.get_deref(b"Widths", document).and_then(Object::as_array).map_or(&[][..], Vec::as_slice);
    let all =
        (first.unwrap_or(0)..256).zip(list).filter_map(|(code, w)| Some((code, code, float(document, w)? * unit)));
    (all.collect(), missing.unwrap_or(USUAL) * if has_own_units { unit } else { 0.001 })
}

/// Returns the encoding of an East Asian encoding name.
fn encoding_of(name: &[u8]) -> Option<&'static Encoding> {
    let name = std::str::from_utf8(name).ok()?;
    let known: [(&str, &'static Encoding); 11] = [
        ("UCS2", encoding_rs::UTF_16BE),
        ("UTF16", encoding_rs::UTF_16BE),
        ("RKSJ", encoding_rs::SHIFT_JIS),
        ("GBK", encoding_rs::GBK),
        ("GB-EUC", encoding_rs::GBK),
        ("GBpc", encoding_rs::GBK),
        ("B5", encoding_rs::BIG5),
        ("HKscs", encoding_rs::BIG5),
        ("KSC", encoding_rs::EUC_KR),
        ("EUC-", encoding_rs::EUC_JP),
        ("UTF8", encoding_rs::UTF_8),
    ];
    known.iter().find(|(part, _)| name.contains(part)).map(|(_, encoding)| *encoding)
}

/// Returns the texts of one-byte codes.
fn codes(document: &Document, encoding: Option<&Object>, program: Option<&[u8]>) -> Vec<Option<String>> {
    let mut glyphs = Glyphs::default();
    let dict = encoding.and_then(|e| e.as_dict().ok());
    let base = encoding
        .and_then(|e| e.as_name().ok())
        .or_else(|| dict?.get_deref(b"BaseEncoding", document).ok()?.as_name().ok());
    let mut texts = base_texts(document, base.unwrap_or(b"StandardEncoding"));
    for (code, name) in program.map(of_program).unwrap_or_default() {
        texts[usize::from(code)] = glyphs.text(document, name);
    }
    let differences = dict.and_then(|d| d.get_deref(b"Differences", document).ok()?.as_array().ok());
    let mut code = 0usize;
    for entry in differences.into_iter().flatten() {
        match document.dereference(entry).map(|(_, entry)| entry) {
            Ok(Object::Integer(next)) => code = usize::try_from(*next).unwrap_or(usize::MAX),
            Ok(Object::Name(name)) => {
                if let Some(text) = texts.get_mut(code) {
                    *text = glyphs.text(document, name);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    texts
}

/// Decodes bytes with a temporary font of the parser, which has the tables of encodings and glyph names.
fn decode_with_font(document: &Document, encoding: Object, bytes: &[u8]) -> Option<String> {
    let mut font = Dictionary::new();
    font.set("Type", Object::Name(b"Font".to_vec()));
    font.set("Encoding", encoding);
    let text = font.get_font_encoding_with_limit(document, 0).ok()?.bytes_to_string(bytes).ok()?;
    Some(text).filter(|t| !t.is_empty())
}

fn base_texts(document: &Document, name: &[u8]) -> Vec<Option<String>> {
    (0..=255u8).map(|byte| decode_with_font(document, Object::Name(name.to_vec()), &[byte])).collect()
}

/// Cache of the texts of glyph names.
#[derive(Default)]
struct Glyphs(HashMap<Vec<u8>, Option<String>>);

impl Glyphs {
    fn text(&mut self, document: &Document, name: &[u8]) -> Option<String> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let text = of_glyph(document, name);
        self.0.insert(name.to_vec(), text.clone());
        text
    }
}

/// Returns the text of a glyph by its name (Adobe Glyph List, section 2): `A`, `f_i`, `uni0041`, `u1F600`, `a.sc`.
fn of_glyph(document: &Document, name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split('.').next().filter(|n| !n.is_empty())?;
    name.split('_').map(|part| of_part(document, part)).collect()
}

fn of_part(document: &Document, part: &str) -> Option<String> {
    let differences = Object::Array(vec![Object::Integer(0), Object::Name(part.as_bytes().to_vec())]);
    let mut encoding = Dictionary::new();
    encoding.set("Differences", differences);
    if let Some(text) = decode_with_font(document, Object::Dictionary(encoding), &[0]) {
        return Some(text);
    }
    let is_hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    let character = |digits: &str| char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    if let Some(digits) = part.strip_prefix("uni").filter(|d| d.len() >= 4 && d.len() % 4 == 0 && is_hex(d)) {
        let units: Vec<u8> = digits.bytes().collect();
        return units.chunks(4).map(|unit| character(std::str::from_utf8(unit).ok()?)).collect();
    }
    let digits = part.strip_prefix('u').filter(|d| (4..=6).contains(&d.len()) && is_hex(d))?;
    character(digits).map(String::from)
}

/// Returns the code table inside a Type 1 font: `dup 65 /A put`.
fn of_program(program: &[u8]) -> Vec<(u8, &[u8])> {
    /// Size of the beginning that contains the unencrypted part, in bytes.
    const HEAD: usize = 64 << 10;
    let words: Vec<&[u8]> =
        program[..program.len().min(HEAD)].split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).collect();
    let entry = |four: &[&'_ [u8]]| match four {
        [b"dup", _, _, b"put"] => Some(std::str::from_utf8(four[1]).ok()?.parse().ok()?),
        _ => None,
    };
    words.windows(4).filter_map(|four| Some((entry(four)?, four[2].strip_prefix(b"/")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyph_names_map_to_text() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(of_glyph(&Document::new(), name.as_bytes()).as_deref(), expected, "{name}");
        };
        check("A", Some("A"));
        check("eacute", Some("é"));
        check("f_i", Some("fi"));
        check("uni00410042", Some("AB"));
        check("u1F600", Some("😀"));
        check("a.sc", Some("a"));
        check("g17", None);
        check(".notdef", None);
    }

    #[test]
    fn type_1_font_uses_builtin_encoding() {
        let found = of_program(b"/Encoding 256 array\ndup 11 /ff put\ndup 300 /x put dup 65 /A put readonly def");
        assert_eq!(found, [(11, &b"ff"[..]), (65, b"A")]);
    }
}
