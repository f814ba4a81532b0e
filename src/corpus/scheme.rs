//! Spans as tags on tokens, and back.
//!
//! Decoding is lenient and the same for every scheme: it follows conlleval as seqeval implements it, so any sequence
//! of tags means something and nothing is dropped. BILOU's `L` and `U` are read as IOBES' `E` and `S`.

use super::label::LabelId;

/// How a span is written on its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `I-` everywhere, `B-` only where a span follows one of the same label (CoNLL-2003 as published).
    Iob1,
    /// `B-` on the first token of every span (Hugging Face, WNUT-17).
    Iob2,
    /// `B- I- E-`, and `S-` on a span of one token.
    Iobes,
    /// `B- I- L-`, and `U-` on a span of one token.
    Bilou,
}

/// The schemes by the names used on the command line.
pub const SCHEMES: [(&str, Scheme); 4] =
    [("iob1", Scheme::Iob1), ("iob2", Scheme::Iob2), ("iobes", Scheme::Iobes), ("bilou", Scheme::Bilou)];

impl Scheme {
    /// As people write it: IOB1.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iob1 => "IOB1",
            Self::Iob2 => "IOB2",
            Self::Iobes => "IOBES",
            Self::Bilou => "BILOU",
        }
    }

    /// The scheme of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        SCHEMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, s)| *s)
    }
}

/// What stands before the dash of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// Begin.
    B,
    /// Inside.
    I,
    /// End (IOBES' `E`, BILOU's `L`).
    E,
    /// Single (IOBES' `S`, BILOU's `U`).
    S,
}

/// A tag: a prefix and a label; `None` is `O`.
pub type Tag = Option<(Prefix, LabelId)>;

/// A span in token indices, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenSpan {
    /// First token.
    pub start: usize,
    /// One past the last token.
    pub end: usize,
    /// Entity type.
    pub label: LabelId,
}

/// Splits a tag's text: `None` for `O`, else the letter before the dash and the label's name.
///
/// # Errors
/// The text itself when it is neither `O` nor `X-NAME` with X one of B I E L S U.
pub fn parse_tag(text: &str) -> Result<Option<(char, &str)>, &str> {
    if text == "O" {
        return Ok(None);
    }
    let (prefix, name) = text.split_once('-').ok_or(text)?;
    match prefix {
        "B" | "I" | "E" | "L" | "S" | "U" if !name.is_empty() => Ok(Some((prefix.chars().next().unwrap_or('I'), name))),
        _ => Err(text),
    }
}

/// The meaning of a prefix letter; anything unknown counts as inside.
pub fn prefix_of(letter: char) -> Prefix {
    match letter {
        'B' => Prefix::B,
        'E' | 'L' => Prefix::E,
        'S' | 'U' => Prefix::S,
        _ => Prefix::I,
    }
}

/// A tag's text in `scheme`.
pub fn tag_text(tag: Tag, scheme: Scheme, name: impl Fn(LabelId) -> String) -> String {
    let Some((prefix, label)) = tag else { return "O".into() };
    let letter = match (prefix, scheme) {
        (Prefix::B, _) => 'B',
        (Prefix::I, _) => 'I',
        (Prefix::E, Scheme::Bilou) => 'L',
        (Prefix::E, _) => 'E',
        (Prefix::S, Scheme::Bilou) => 'U',
        (Prefix::S, _) => 'S',
    };
    format!("{letter}-{}", name(label))
}

/// Whether a span ends between two neighbouring tags (conlleval's end of chunk).
fn ends(prev: Tag, next: Tag) -> bool {
    match (prev, next) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some((p, a)), Some((n, b))) => {
            matches!(p, Prefix::E | Prefix::S) || matches!(n, Prefix::B | Prefix::S) || a != b
        }
    }
}

/// Whether a span starts between two neighbouring tags (conlleval's start of chunk).
fn starts(prev: Tag, next: Tag) -> bool {
    match (prev, next) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some((p, a)), Some((n, b))) => {
            matches!(n, Prefix::B | Prefix::S) || matches!(p, Prefix::E | Prefix::S) || a != b
        }
    }
}

/// The spans of one sentence's tags, in order.
pub fn decode(tags: &[Tag]) -> Vec<TokenSpan> {
    let mut spans = Vec::new();
    let mut open: Option<(usize, LabelId)> = None;
    let mut prev = None;
    for (i, &tag) in tags.iter().chain(std::iter::once(&None)).enumerate() {
        if ends(prev, tag)
            && let Some((start, label)) = open.take()
        {
            spans.push(TokenSpan { start, end: i, label });
        }
        if starts(prev, tag)
            && let Some((_, label)) = tag
        {
            open = Some((i, label));
        }
        prev = tag;
    }
    spans
}

/// The tags of a sentence of `tokens` tokens with these spans (sorted by start, not overlapping; where two overlap the
/// first keeps its tokens).
pub fn encode(spans: &[TokenSpan], tokens: usize, scheme: Scheme) -> Vec<Tag> {
    let mut tags: Vec<Tag> = vec![None; tokens];
    let mut previous: Option<TokenSpan> = None;
    for &span in spans {
        if span.end > tokens || span.start >= span.end || tags[span.start..span.end].iter().any(Option::is_some) {
            continue;
        }
        let touches = previous.is_some_and(|p| p.end == span.start && p.label == span.label);
        let last = span.end - 1;
        for (i, tag) in tags[span.start..span.end].iter_mut().enumerate() {
            let at = span.start + i;
            let prefix = match scheme {
                Scheme::Iob1 if at == span.start && touches => Prefix::B,
                Scheme::Iob1 => Prefix::I,
                Scheme::Iob2 if at == span.start => Prefix::B,
                Scheme::Iob2 => Prefix::I,
                Scheme::Iobes | Scheme::Bilou => match (at == span.start, at == last) {
                    (true, true) => Prefix::S,
                    (true, false) => Prefix::B,
                    (false, true) => Prefix::E,
                    (false, false) => Prefix::I,
                },
            };
            *tag = Some((prefix, span.label));
        }
        previous = Some(span);
    }
    tags
}

/// The spans that [`encode`] can write: of those that overlap the first. They must be sorted.
pub fn side_by_side(spans: &[TokenSpan]) -> Vec<TokenSpan> {
    let mut kept: Vec<TokenSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        if kept.last().is_none_or(|last| last.end <= span.start) {
            kept.push(*span);
        }
    }
    kept
}

/// Which scheme a file's tags follow, told tag by tag.
#[derive(Clone, Copy, Debug, Default)]
pub struct SchemeDetector {
    end_or_single: usize,
    last_or_unit: usize,
    /// Spans that start with `I-` after `O` or another label: only IOB1 writes that.
    opens_with_inside: usize,
    /// Spans that start with a `B-` where IOB1 would have written `I-`.
    opens_with_begin: usize,
    previous: Option<(char, u64)>,
}

/// One tag in so many that contradicts the others is a slip of the annotators, not a second scheme: CoNLL-2003 as
/// published has two of them in its 23,499 training spans.
const SLIP: usize = 1000;

impl SchemeDetector {
    /// Takes the next tag of a sentence: its letter and any number that stands for its label, or `None` for `O`.
    pub fn tag(&mut self, tag: Option<(char, u64)>) {
        if let Some((letter, label)) = tag {
            let continues = self.previous.is_some_and(|(_, l)| l == label);
            match letter {
                'E' | 'S' => self.end_or_single += 1,
                'L' | 'U' => self.last_or_unit += 1,
                'I' if !continues => self.opens_with_inside += 1,
                'B' if !continues => self.opens_with_begin += 1,
                _ => {}
            }
        }
        self.previous = tag;
    }

    /// A sentence ends.
    pub fn end_sentence(&mut self) {
        self.previous = None;
    }

    /// The scheme that explains most tags seen; IOB2 when they fit several.
    pub fn scheme(&self) -> Scheme {
        if self.last_or_unit > self.end_or_single {
            Scheme::Bilou
        } else if self.end_or_single > 0 {
            Scheme::Iobes
        } else if self.opens_with_inside > self.opens_with_begin {
            Scheme::Iob1
        } else {
            Scheme::Iob2
        }
    }

    /// Whether the tags follow two schemes at once, slips aside.
    pub fn mixed(&self) -> bool {
        let both = |a: usize, b: usize| a.min(b) * SLIP > a.max(b);
        both(self.opens_with_inside, self.opens_with_begin) || both(self.last_or_unit, self.end_or_single)
    }
}
