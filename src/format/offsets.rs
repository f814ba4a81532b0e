//! Offsets into a text in the units of other programs. Files do not declare the unit; it is detected from their texts.

use crate::corpus::to_u32::to_u32;
use std::borrow::Cow;

/// Unit of an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OffsetUnit {
    /// Unicode code points, as in Python.
    #[default]
    CodePoints,
    /// UTF-16 code units, as in JavaScript and Java.
    Utf16,
    /// UTF-8 bytes, as in Rust and Go.
    Bytes,
}

impl OffsetUnit {
    /// All units, the most likely first. The first one wins if several fit.
    pub const ALL: [Self; 3] = [Self::CodePoints, Self::Utf16, Self::Bytes];

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::CodePoints => "code-points",
            Self::Utf16 => "utf-16",
            Self::Bytes => "bytes",
        }
    }

    /// Returns the unit with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|u| u.name() == name)
    }

    /// Returns the length of a text in this unit.
    pub fn count(self, text: &str) -> usize {
        text.chars().map(|c| self.length(c)).sum()
    }

    fn length(self, c: char) -> usize {
        match self {
            Self::CodePoints => 1,
            Self::Utf16 => c.len_utf16(),
            Self::Bytes => c.len_utf8(),
        }
    }
}

/// Conversion of the offsets of one text to bytes.
pub struct OffsetMap<'a> {
    text: &'a str,
    /// Byte of every offset, [`INVALID`] inside a character. Empty for ASCII, where all units agree.
    bytes: Vec<u32>,
}

const INVALID: u32 = u32::MAX;

impl<'a> OffsetMap<'a> {
    /// Returns the map of a text and a unit.
    pub fn new(text: &'a str, unit: OffsetUnit) -> Self {
        if text.is_ascii() {
            return Self { text, bytes: Vec::new() };
        }
        let mut bytes = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            bytes.push(to_u32(at));
            bytes.extend(std::iter::repeat_n(INVALID, unit.length(c) - 1));
        }
        bytes.push(to_u32(text.len()));
        Self { text, bytes }
    }

    /// Returns the byte of an offset; `None` after the end or inside a character.
    pub fn byte(&self, offset: usize) -> Option<u32> {
        if self.bytes.is_empty() {
            return (offset <= self.text.len()).then(|| to_u32(offset));
        }
        self.bytes.get(offset).copied().filter(|b| *b != INVALID)
    }

    /// Returns the byte range of a pair of offsets; `None` if it is empty or invalid.
    pub fn range(&self, start: usize, end: usize) -> Option<(u32, u32)> {
        let (start, end) = (self.byte(start)?, self.byte(end)?);
        (start < end).then_some((start, end))
    }
}

/// Converts byte positions, in any order, to offsets in a unit.
pub fn to_offsets(text: &str, bytes: &[u32], unit: OffsetUnit) -> Vec<usize> {
    if text.is_ascii() || unit == OffsetUnit::Bytes {
        return bytes.iter().map(|b| *b as usize).collect();
    }
    let mut order: Vec<usize> = (0..bytes.len()).collect();
    order.sort_by_key(|i| bytes[*i]);
    let mut out = vec![0; bytes.len()];
    let (mut at, mut counted) = (0, 0);
    for i in order {
        let to = (bytes[i] as usize).min(text.len());
        counted += unit.count(&text[at..to]);
        at = to;
        out[i] = counted;
    }
    out
}

/// Pair of offsets, with the text of the range if the file contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetPair<'a> {
    /// Offset of the first unit.
    pub start: usize,
    /// Offset after the last unit.
    pub end: usize,
    /// Expected text of the range.
    pub text: Option<Cow<'a, str>>,
}

/// Number of offset pairs of a file that fit each unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitStats {
    /// Number of pairs that distinguish the units: pairs after a character with different lengths.
    pub distinguishing: usize,
    /// Number of these pairs that fit each unit, in the order of [`OffsetUnit::ALL`].
    pub votes: [usize; 3],
}

impl UnitStats {
    /// Counts the offset pairs of a text.
    pub fn add(&mut self, text: &str, claims: &[OffsetPair]) {
        if text.is_ascii() || claims.is_empty() {
            return;
        }
        let rulers = OffsetUnit::ALL.map(|unit| OffsetMap::new(text, unit));
        for claim in claims {
            let ranges = [0, 1, 2].map(|i: usize| rulers[i].range(claim.start, claim.end));
            if ranges[0] == ranges[1] && ranges[1] == ranges[2] {
                continue;
            }
            self.distinguishing += 1;
            for (fit, range) in self.votes.iter_mut().zip(ranges) {
                *fit += usize::from(range.is_some_and(|r| fits(text, r, claim.text.as_deref())));
            }
        }
    }

    /// Returns the number of pairs that fit a unit.
    pub fn votes_for(&self, unit: OffsetUnit) -> usize {
        OffsetUnit::ALL.into_iter().zip(self.votes).find(|(u, _)| *u == unit).map_or(0, |(_, fit)| fit)
    }

    /// Returns the unit with the most fitting pairs.
    pub fn best_unit(&self) -> OffsetUnit {
        let best = self.votes.iter().max().copied().unwrap_or(0);
        OffsetUnit::ALL
            .into_iter()
            .zip(self.votes)
            .find(|(_, fit)| *fit == best)
            .map_or(OffsetUnit::CodePoints, |(unit, _)| unit)
    }
}

/// True if a range has the expected text, or without one: whole words with no whitespace at the ends.
fn fits(text: &str, (start, end): (u32, u32), surface: Option<&str>) -> bool {
    let (start, end) = (start as usize, end as usize);
    let held = &text[start..end];
    if let Some(surface) = surface {
        return held == surface;
    }
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let cuts = |before: Option<char>, after: Option<char>| is_word(before) && is_word(after);
    let (first, last) = (held.chars().next(), held.chars().next_back());
    !first.is_none_or(char::is_whitespace)
        && !last.is_none_or(char::is_whitespace)
        && !cuts(text[..start].chars().next_back(), first)
        && !cuts(last, text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offset_map_converts_all_units() {
        let check = |text: &str, unit, offset: usize, expected: Option<u32>| {
            assert_eq!(OffsetMap::new(text, unit).byte(offset), expected, "{text:?} {unit:?} {offset}");
        };
        check("abc", OffsetUnit::Utf16, 3, Some(3));
        check("abc", OffsetUnit::Utf16, 4, None);
        check("a😀b", OffsetUnit::CodePoints, 2, Some(5));
        check("a😀b", OffsetUnit::Utf16, 3, Some(5));
        check("a😀b", OffsetUnit::Utf16, 2, None);
        check("a😀b", OffsetUnit::Bytes, 5, Some(5));
        check("a😀b", OffsetUnit::Bytes, 3, None);
        check("", OffsetUnit::CodePoints, 0, Some(0));
    }

    #[test]
    fn detects_offset_unit() {
        let check = |text: &str, start: usize, end: usize, surface: Option<&str>, expected: OffsetUnit| {
            let mut evidence = UnitStats::default();
            evidence.add(text, &[OffsetPair { start, end, text: surface.map(Cow::from) }]);
            assert_eq!(evidence.best_unit(), expected, "{text:?} {start}..{end}: {evidence:?}");
        };
        check("😀 Paris 😀", 2, 7, None, OffsetUnit::CodePoints);
        check("😀 Paris 😀", 3, 8, None, OffsetUnit::Utf16);
        check("😀 Paris 😀", 5, 10, None, OffsetUnit::Bytes);
        check("é Paris", 2, 7, Some("Paris"), OffsetUnit::CodePoints);
        check("é Paris", 3, 8, Some("Paris"), OffsetUnit::Bytes);
        check("Paris", 0, 5, None, OffsetUnit::CodePoints);
    }

    proptest! {
        #[test]
        fn offsets_roundtrip(text in ".{0,40}", unit in prop::sample::select(OffsetUnit::ALL.to_vec())) {
            let borders: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).rev().collect();
            let ruler = OffsetMap::new(&text, unit);
            for (byte, offset) in borders.iter().zip(to_offsets(&text, &borders, unit)) {
                prop_assert_eq!(ruler.byte(offset), Some(*byte));
            }
        }
    }
}
