//! spaCy 3 DocBin: MessagePack compressed with zlib. Tokens are a table of 64-bit numbers, and every string is the hash
//! of one of the `strings` (spacy/tokens/_serialize.py).

use super::tagged::text_chunks;
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput, Writer};
use crate::corpus::scheme::{self, Prefix};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, Scheme, Span, Split};
use flate2::read::{ZlibDecoder, ZlibEncoder};
use rmpv::Value;
use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::sync::{Arc, OnceLock};

/// `.spacy` files, the training format of spaCy 3.
pub const SPACY: Format = Format {
    name: "spacy",
    description: "spaCy 3: DocBin, the input of spacy train",
    extensions: &["spacy"],
    detect: |g| Detection::when(g.extension == "spacy", Detection::STRUCTURE, "extension .spacy"),
    is_json: false,
    read,
    write: Some(Writer::SingleFile(|corpus, split, _| write(corpus, split))),
    rewrite: None,
    capabilities: Capabilities { overlapping_spans: false, token_boundaries: true, ..Capabilities::OFFSET_FORMAT },
};

// Attribute ids of spacy.attrs.
const ORTH: u64 = 65;
const ENT_IOB: u64 = 77;
const ENT_TYPE: u64 = 78;
const SENT_START: u64 = 80;

// Values of ENT_IOB.
const INSIDE: u64 = 1;
const OUTSIDE: u64 = 2;
const BEGINS: u64 = 3;

/// Strings with a small id in `spacy.symbols`, one per line: "456 _".
const SYMBOLS: &str = include_str!("../../assets/spacy/symbols.txt");

/// Returns the ids of the spaCy symbols.
fn symbols() -> &'static HashMap<&'static str, u64> {
    static TABLE: OnceLock<HashMap<&str, u64>> = OnceLock::new();
    let row = |line: &'static str| line.split_once(' ').and_then(|(number, name)| Some((name, number.parse().ok()?)));
    TABLE.get_or_init(|| SYMBOLS.lines().filter_map(row).collect())
}

/// Returns the spaCy id of a string.
fn string_id(text: &str) -> u64 {
    symbols().get(text).copied().unwrap_or_else(|| hash(text))
}

/// Returns the hash of a string that is not a symbol: MurmurHash64A (Appleby 2008) of its bytes with seed 1; 0 if
/// empty.
fn hash(text: &str) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return 0;
    }
    let mut h = 1 ^ (bytes.len() as u64).wrapping_mul(M);
    let mix = |k: u64| {
        let k = k.wrapping_mul(M);
        (k ^ (k >> 47)).wrapping_mul(M)
    };
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        h = (h ^ mix(u64::from_le_bytes(*eight))).wrapping_mul(M);
    }
    if !rest.is_empty() {
        let last = rest.iter().rev().fold(0u64, |k, byte| k << 8 | u64::from(*byte));
        h = (h ^ last).wrapping_mul(M);
    }
    h = (h ^ (h >> 47)).wrapping_mul(M);
    h ^ (h >> 47)
}

fn damaged_error(reason: impl std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("damaged .spacy file: {reason}"))
}

/// Returns the number of values in a MessagePack message, including the values in arrays and maps. In memory, each
/// value needs much more than its byte. `None` if the message is truncated.
fn count_values(mut rest: &[u8]) -> Option<u64> {
    let mut count = 0;
    while let Some((mark, after)) = rest.split_first() {
        count += 1;
        let length = |bytes: usize| {
            let number = after.get(..bytes)?.iter().fold(0usize, |n, b| n << 8 | usize::from(*b));
            Some(bytes.saturating_add(number))
        };
        // Number of bytes after the type byte. The elements of arrays and maps are separate values.
        let follows = match *mark {
            0xa0..=0xbf => usize::from(mark & 0x1f),
            0xc4 | 0xd9 => length(1)?,
            0xc5 | 0xda => length(2)?,
            0xc6 | 0xdb => length(4)?,
            0xc7 => length(1)?.saturating_add(1),
            0xc8 => length(2)?.saturating_add(1),
            0xc9 => length(4)?.saturating_add(1),
            0xcc | 0xd0 => 1,
            0xcd | 0xd1 | 0xdc | 0xde | 0xd4 => 2,
            0xce | 0xd2 | 0xca | 0xdd | 0xdf => 4,
            0xcf | 0xd3 | 0xcb => 8,
            0xd5 => 3,
            0xd6 => 5,
            0xd7 => 9,
            0xd8 => 17,
            _ => 0,
        };
        rest = after.get(follows..)?;
    }
    Some(count)
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let most = source.budget.decompressed_limit(source.bytes.len());
    let mut packed = Vec::new();
    ZlibDecoder::new(source.bytes).take(most + 1).read_to_end(&mut packed).map_err(damaged_error)?;
    let check = |bytes: u64| source.budget.check(source.bytes.len(), bytes);
    check(packed.len() as u64)?;
    let values = count_values(&packed).ok_or_else(|| damaged_error("unexpected end of data"))?;
    check(packed.len() as u64 + values * size_of::<Value>() as u64)?;
    let message = rmpv::decode::read_value(&mut packed.as_slice()).map_err(damaged_error)?;
    let field = |name: &str| {
        let entries = message.as_map().map(Vec::as_slice).unwrap_or_default();
        let found = entries.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value);
        found.ok_or_else(|| damaged_error(format!("no field {name}")))
    };
    let bytes =
        |name: &str| field(name)?.as_slice().ok_or_else(|| damaged_error(format!("{name} is not a byte array")));
    let list = |name: &str| field(name)?.as_array().ok_or_else(|| damaged_error(format!("{name} is not a list")));
    let columns: Vec<u64> = list("attrs")?.iter().filter_map(Value::as_u64).collect();
    let place = |attribute: u64, name: &str| {
        columns
            .iter()
            .position(|c| *c == attribute)
            .ok_or_else(|| damaged_error(format!("tokens have no attribute {name}")))
    };
    let (orth, iob, kind) = (place(ORTH, "ORTH")?, place(ENT_IOB, "ENT_IOB")?, place(ENT_TYPE, "ENT_TYPE")?);
    let starts_sentence = columns.iter().position(|c| *c == SENT_START);
    let strings: HashMap<u64, &str> =
        list("strings")?.iter().filter_map(Value::as_str).map(|text| (string_id(text), text)).collect();
    let numbers: Vec<u64> = bytes("tokens")?.as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b)).collect();
    let rows: Vec<&[u64]> = numbers.chunks_exact(columns.len().max(1)).collect();
    let spaces = bytes("spaces")?;
    let lengths = bytes("lengths")?.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b));
    let mut found = ReadReport::new(SPACY);
    let groups = message["span_groups"].as_array().map(Vec::as_slice).unwrap_or_default();
    if groups.iter().any(|g| g.as_slice().is_some_and(|bytes| bytes != [0x90])) {
        found.detection_notes.push("span groups not read, entities only".into());
    }
    let mut documents = Vec::new();
    let mut at = 0usize;
    let mut held = 0;
    for (number, length) in lengths.enumerate() {
        let end = usize::try_from(length)
            .ok()
            .and_then(|n| at.checked_add(n))
            .filter(|end| *end <= rows.len().min(spaces.len()));
        let end =
            end.ok_or_else(|| damaged_error(format!("document {} is longer than its token array", number + 1)))?;
        let mut text = String::new();
        let (mut words, mut spans): (Vec<(u32, u32)>, Vec<Span>) = (Vec::new(), Vec::new());
        let mut starts = Vec::new();
        for (row, space) in rows[at..end].iter().zip(&spaces[at..end]) {
            let word =
                strings.get(&row[orth]).ok_or_else(|| damaged_error("a token is missing from the string store"))?;
            let start = to_u32(text.len());
            // Many tokens can share one long string.
            held += word.len() as u64;
            check(held)?;
            text.push_str(word);
            let stop = to_u32(text.len());
            if *space != 0 {
                text.push(' ');
            }
            // In spaCy, whitespace other than one space is a token.
            if !word.trim().is_empty() {
                if starts_sentence.is_some_and(|column| row[column] == 1) {
                    starts.push(to_u32(words.len()));
                }
                words.push((start, stop));
            }
            match (row[iob], strings.get(&row[kind])) {
                (BEGINS, Some(label)) => spans.push(Span::new(start..stop, corpus.labels.intern(label)?)),
                (INSIDE, _) => spans.iter_mut().last().into_iter().for_each(|s| s.end = stop),
                _ => {}
            }
        }
        at = end;
        let document = Document::from_text(source.split, source.source_id, to_u32(number), text, spans, Some(words));
        // Every document starts at its first token, so a single start is not information.
        let document = if starts.len() > 1 { document.with_sentence_starts(&starts) } else { document };
        documents.push(Arc::new(document));
    }
    if documents.is_empty() {
        return Err(damaged_error("no documents"));
    }
    corpus.documents.extend(documents);
    Ok(found)
}

fn write(corpus: &Corpus, split: Option<Split>) -> Vec<u8> {
    let columns = [ORTH, ENT_IOB, ENT_TYPE, SENT_START];
    let (mut tokens, mut spaces, mut lengths): (Vec<u8>, Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new(), Vec::new());
    let mut strings: BTreeSet<&str> = BTreeSet::from([""]);
    let mut count = 0;
    for part in text_chunks(corpus, split) {
        let d = part.document;
        let mut written = 0i32;
        let mut at = part.text.start;
        let mut token = |word: &'_ str, space: bool, entity: [u64; 2], starts: u64| {
            for value in [string_id(word), entity[0], entity[1], starts] {
                tokens.extend_from_slice(&value.to_le_bytes());
            }
            spaces.push(u8::from(space));
            written += 1;
        };
        for sentence in part.sentences.clone() {
            let words = d.sentence_range(sentence);
            let tags = scheme::encode(&d.to_token_spans(sentence), words.len(), Scheme::Iob2);
            for ((i, word), tag) in words.clone().enumerate().zip(tags) {
                let (start, end) = (d.tokens[word].0 as usize, d.tokens[word].1 as usize);
                let gap = &d.text[at..start];
                let space = d.text[end..part.text.end].starts_with(' ');
                let entity = match tag {
                    None => [OUTSIDE, 0],
                    Some((prefix, label)) => {
                        let name = corpus.labels.name(label);
                        strings.insert(name);
                        [if prefix == Prefix::B { BEGINS } else { INSIDE }, string_id(name)]
                    }
                };
                if !gap.is_empty() {
                    strings.insert(gap);
                    // Whitespace inside an entity belongs to it.
                    token(gap, false, if entity[0] == INSIDE { entity } else { [OUTSIDE, 0] }, 0);
                }
                strings.insert(d.token(word));
                // -1: no sentence start.
                token(d.token(word), space, entity, if i == 0 { 1 } else { u64::MAX });
                at = end + usize::from(space);
            }
        }
        let rest = &d.text[at..part.text.end];
        if !rest.is_empty() {
            strings.insert(rest);
            token(rest, false, [OUTSIDE, 0], 0);
        }
        lengths.extend_from_slice(&written.to_le_bytes());
        count += 1;
    }
    let repeated = |value: Value| Value::Array(vec![value; count]);
    let flags = Value::Map(vec![("has_unknown_spaces".into(), false.into())]);
    let message = Value::Map(vec![
        ("version".into(), "0.1".into()),
        ("attrs".into(), Value::Array(columns.into_iter().map(Value::from).collect())),
        ("tokens".into(), Value::Binary(tokens)),
        ("spaces".into(), Value::Binary(spaces)),
        ("lengths".into(), Value::Binary(lengths)),
        ("strings".into(), Value::Array(strings.into_iter().map(Value::from).collect())),
        ("cats".into(), repeated(Value::Map(Vec::new()))),
        ("flags".into(), repeated(flags)),
        ("span_groups".into(), repeated(Value::Binary(vec![0x90]))),
    ]);
    let mut packed = Vec::new();
    let mut out = Vec::new();
    // Writing to memory does not fail.
    if let Err(e) = rmpv::encode::write_value(&mut packed, &message) {
        log::error!("failed to encode a DocBin: {e}");
    }
    if let Err(e) = ZlibEncoder::new(packed.as_slice(), flate2::Compression::default()).read_to_end(&mut out) {
        log::error!("failed to compress a DocBin: {e}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_count_matches_decoder() {
        let check = |value: Value, expected: u64| {
            let mut bytes = Vec::new();
            rmpv::encode::write_value(&mut bytes, &value).expect("bytes");
            assert_eq!(count_values(&bytes), Some(expected), "{value}");
            assert!(count_values(&bytes[..bytes.len() - 1]).is_none_or(|n| n < expected));
        };
        for size in [1, 40, 300, 70_000] {
            check(Value::from("x".repeat(size)), 1);
            check(Value::Binary(vec![0; size]), 1);
            check(Value::Ext(7, vec![0; size]), 1);
            check(Value::Array(vec![Value::Nil; size]), size as u64 + 1);
            check(Value::Map(vec![(Value::from(true), Value::F64(0.5)); size]), 2 * size as u64 + 1);
        }
        let numbers = [0i64, -1, -40, -300, -70_000, i64::MIN, 200, 300, 70_000, i64::MAX];
        check(Value::Array(numbers.into_iter().map(Value::from).collect()), 11);
        check(Value::Array([1, 2, 4, 8, 16].map(|n| Value::Ext(1, vec![0; n])).to_vec()), 6);
        check(Value::from(u64::MAX), 1);
        check(Value::F32(0.5), 1);
    }

    #[test]
    fn hashes_match_spacy() {
        // Source: spacy.strings.StringStore, spaCy 3.8.
        let check = |text: &str, expected: u64| assert_eq!(string_id(text), expected, "{text}");
        check("ORG", 383);
        check("_", 456);
        check("EU", 16_017_328_020_138_538_399);
        check("hello", 5_983_625_672_228_268_878);
        check("a", 11_901_859_001_352_538_922);
        check("", 0);
        check("Köln", 17_690_917_044_763_056_997);
        check("abcdefgh", 17_751_780_907_874_141_760);
        check("abcdefghijk", 5_522_910_178_018_213_070);
    }
}
