//! Decoding of tag sequences to entities by the rules of seqeval 1.2.2. It works on tag texts, for all schemes of
//! seqeval.

/// Entity in token indices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagEntity<'a> {
    /// Text after the hyphen of the tag.
    pub label: &'a str,
    /// Index of the first token.
    pub start: usize,
    /// Index after the last token.
    pub end: usize,
}

/// Splits a tag into letter and type, as seqeval does: `B-PER` is B and `PER`, `O` is O and `_`, `PER` is P and `ER`.
fn split_tag(tag: &str) -> (char, &str) {
    let letter = tag.chars().next().unwrap_or('O');
    let rest = &tag[letter.len_utf8().min(tag.len())..];
    match rest.split_once('-') {
        Some((_, kind)) => (letter, kind),
        None if rest.is_empty() => (letter, "_"),
        None => (letter, rest.rsplit_once('-').map_or(rest, |(_, kind)| kind)),
    }
}

/// Decodes the tags of one sentence in the default mode (`get_entities`), which follows conlleval.
pub fn entities<'a>(tags: &[&'a str]) -> Vec<TagEntity<'a>> {
    let mut found = Vec::new();
    let (mut last, mut last_kind, mut begin) = ('O', "", 0);
    for (i, tag) in tags.iter().copied().chain(std::iter::once("O")).enumerate() {
        let (letter, kind) = split_tag(tag);
        if end_of_chunk(last, letter, last_kind, kind) {
            found.push(TagEntity { label: last_kind, start: begin, end: i });
        }
        if start_of_chunk(last, letter, last_kind, kind) {
            begin = i;
        }
        (last, last_kind) = (letter, kind);
    }
    found
}

fn end_of_chunk(last: char, letter: char, last_kind: &str, kind: &str) -> bool {
    matches!(last, 'E' | 'S')
        || (matches!(last, 'B' | 'I') && matches!(letter, 'B' | 'S' | 'O'))
        || (last != 'O' && last != '.' && last_kind != kind)
}

fn start_of_chunk(last: char, letter: char, last_kind: &str, kind: &str) -> bool {
    matches!(letter, 'B' | 'S')
        || (matches!(last, 'E' | 'S' | 'O') && matches!(letter, 'E' | 'I'))
        || (letter != 'O' && letter != '.' && last_kind != kind)
}

/// Tag schemes of the strict mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrictScheme {
    /// Starts with I after O or another type. B is used only between adjacent entities of one type.
    Iob1,
    /// Starts with B.
    Iob2,
    /// Ends with E.
    Ioe2,
    /// B I E or S.
    Iobes,
    /// B I L or U.
    Bilou,
}

/// Relation that a pattern requires between the types of two adjacent tags.
#[derive(Clone, Copy)]
enum TypeMatch {
    Same,
    Different,
    Any,
}

/// Pattern: letters of the previous tag, letters of the current tag (`*` matches all), and the relation of their types.
type Pattern = (&'static str, &'static str, TypeMatch);

/// Tables of `scheme.py` of seqeval: patterns for the start, the continuation and the end of an entity.
struct SchemePatterns {
    start: &'static [Pattern],
    inside: &'static [Pattern],
    end: &'static [Pattern],
}

use TypeMatch::{Any, Different, Same};

const IOB1: SchemePatterns = SchemePatterns {
    start: &[("O", "I", Any), ("I", "I", Different), ("B", "I", Any), ("IB", "B", Same)],
    inside: &[("BI", "I", Same)],
    end: &[("I", "I", Different), ("I", "OB", Any), ("B", "O", Any), ("B", "I", Different), ("B", "B", Same)],
};
const IOB2: SchemePatterns = SchemePatterns {
    start: &[("*", "B", Any)],
    inside: &[("BI", "I", Same)],
    end: &[("IB", "OB", Any), ("IB", "I", Different)],
};
const IOE2: SchemePatterns = SchemePatterns {
    start: &[("OE", "IE", Any), ("I", "IE", Different)],
    inside: &[("I", "IE", Same)],
    end: &[("E", "*", Any)],
};
const IOBES: SchemePatterns =
    SchemePatterns { start: &[("*", "BS", Any)], inside: &[("BI", "IE", Same)], end: &[("SE", "*", Any)] };
const BILOU: SchemePatterns =
    SchemePatterns { start: &[("*", "BU", Any)], inside: &[("BI", "IL", Same)], end: &[("UL", "*", Any)] };

impl StrictScheme {
    fn patterns(self) -> &'static SchemePatterns {
        match self {
            Self::Iob1 => &IOB1,
            Self::Iob2 => &IOB2,
            Self::Ioe2 => &IOE2,
            Self::Iobes => &IOBES,
            Self::Bilou => &BILOU,
        }
    }
}

fn matches(patterns: &[Pattern], (last, last_kind): (char, &str), (letter, kind): (char, &str)) -> bool {
    let has = |letters: &str, letter: char| letters == "*" || letters.contains(letter);
    patterns.iter().any(|(before, now, types)| {
        has(before, last)
            && has(now, letter)
            && match types {
                Same => last_kind == kind,
                Different => last_kind != kind,
                Any => true,
            }
    })
}

/// Decodes the tags of one sentence in strict mode. Entities with an invalid start or end are dropped.
pub fn strict_entities<'a>(tags: &[&'a str], scheme: StrictScheme) -> Vec<TagEntity<'a>> {
    const OUTSIDE: (char, &str) = ('O', "_");
    let patterns = scheme.patterns();
    let parsed: Vec<_> = tags.iter().map(|t| split_tag(t)).chain(std::iter::once(OUTSIDE)).collect();
    let mut found = Vec::new();
    let (mut i, mut previous) = (0, OUTSIDE);
    while i < parsed.len() {
        let mut end = i + 1;
        if matches(patterns.start, previous, parsed[i]) {
            while end < parsed.len() && matches(patterns.inside, parsed[end - 1], parsed[end]) {
                end += 1;
            }
            if end < parsed.len() && matches(patterns.end, parsed[end - 1], parsed[end]) {
                found.push(TagEntity { label: parsed[i].1, start: i, end });
            }
        }
        i = end;
        previous = parsed[i - 1];
    }
    found
}
