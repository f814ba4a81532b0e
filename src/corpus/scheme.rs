//! Conversion of spans to tags on tokens, and back.
//!
//! Decoding is lenient and identical for all schemes. It follows conlleval as implemented in seqeval: every sequence of
//! tags is decoded, and no tag is dropped. `L` and `U` of BILOU are read as `E` and `S` of IOBES.

use super::label::LabelId;

/// Tag scheme: the encoding of a span on its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `I-` everywhere. Adjacent spans with the same label are merged.
    Io,
    /// `I-` everywhere, `B-` only if a span directly follows one with the same label (CoNLL-2003 as published).
    Iob1,
    /// `B-` on the first token of every span (Hugging Face, WNUT-17).
    Iob2,
    /// `I-` everywhere, `E-` only if a span with the same label directly follows.
    Ioe1,
    /// `E-` on the last token of every span.
    Ioe2,
    /// `B- I- E-`, and `S-` on a span of one token.
    Iobes,
    /// `B- I- L-`, and `U-` on a span of one token.
    Bilou,
    /// `B- M- E-`, and `S-` on a span of one token (Chinese datasets).
    Bmes,
}

/// All schemes with their names on the command line.
pub const SCHEMES: [(&str, Scheme); 8] = [
    ("io", Scheme::Io),
    ("iob1", Scheme::Iob1),
    ("iob2", Scheme::Iob2),
    ("ioe1", Scheme::Ioe1),
    ("ioe2", Scheme::Ioe2),
    ("iobes", Scheme::Iobes),
    ("bilou", Scheme::Bilou),
    ("bmes", Scheme::Bmes),
];

impl Scheme {
    /// Returns the usual name, for example `IOB1`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Io => "IO",
            Self::Iob1 => "IOB1",
            Self::Iob2 => "IOB2",
            Self::Ioe1 => "IOE1",
            Self::Ioe2 => "IOE2",
            Self::Iobes => "IOBES",
            Self::Bilou => "BILOU",
            Self::Bmes => "BMES",
        }
    }

    /// Returns the scheme with this name, ignoring case.
    pub fn from_name(name: &str) -> Option<Self> {
        SCHEMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, s)| *s)
    }

    /// Returns the prefixes of the scheme and their letters.
    pub fn letters(self) -> &'static [(Prefix, char)] {
        match self {
            Self::Io => &[(Prefix::I, 'I')],
            Self::Iob1 | Self::Iob2 => &[(Prefix::B, 'B'), (Prefix::I, 'I')],
            Self::Ioe1 | Self::Ioe2 => &[(Prefix::I, 'I'), (Prefix::E, 'E')],
            Self::Iobes => &[(Prefix::B, 'B'), (Prefix::I, 'I'), (Prefix::E, 'E'), (Prefix::S, 'S')],
            Self::Bilou => &[(Prefix::B, 'B'), (Prefix::I, 'I'), (Prefix::E, 'L'), (Prefix::S, 'U')],
            Self::Bmes => &[(Prefix::B, 'B'), (Prefix::I, 'M'), (Prefix::E, 'E'), (Prefix::S, 'S')],
        }
    }

    /// Returns the prefix of a token of a span.
    ///
    /// `first` and `last` are the position of the token in the span. `touched` and `touches` are true if a span with
    /// the same label is adjacent before or after.
    fn prefix(self, first: bool, last: bool, touched: bool, touches: bool) -> Prefix {
        match self {
            Self::Iob1 if first && touched => Prefix::B,
            Self::Iob2 if first => Prefix::B,
            Self::Ioe1 if last && touches => Prefix::E,
            Self::Ioe2 if last => Prefix::E,
            Self::Io | Self::Iob1 | Self::Iob2 | Self::Ioe1 | Self::Ioe2 => Prefix::I,
            Self::Iobes | Self::Bilou | Self::Bmes => match (first, last) {
                (true, true) => Prefix::S,
                (true, false) => Prefix::B,
                (false, true) => Prefix::E,
                (false, false) => Prefix::I,
            },
        }
    }
}

/// Prefix of a tag, for example `B` in `B-PER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// Begin.
    B,
    /// Inside.
    I,
    /// End (`E` of IOBES, `L` of BILOU).
    E,
    /// Single (`S` of IOBES, `U` of BILOU).
    S,
}

/// Tag: a prefix and a label. `None` is `O`.
pub type Tag = Option<(Prefix, LabelId)>;

/// Span in token indices; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenSpan {
    /// Index of the first token.
    pub start: usize,
    /// Index after the last token.
    pub end: usize,
    /// Entity type.
    pub label: LabelId,
}

/// Returns true if a span ends between two adjacent tags (`end_of_chunk` of seqeval).
fn ends_chunk(prev: Tag, next: Tag) -> bool {
    match (prev, next) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some((p, a)), Some((n, b))) => {
            matches!(p, Prefix::E | Prefix::S) || matches!(n, Prefix::B | Prefix::S) || a != b
        }
    }
}

/// Returns true if a span starts between two adjacent tags (`start_of_chunk` of seqeval).
fn starts_chunk(prev: Tag, next: Tag) -> bool {
    match (prev, next) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some((p, a)), Some((n, b))) => {
            matches!(n, Prefix::B | Prefix::S) || matches!(p, Prefix::E | Prefix::S) || a != b
        }
    }
}

/// Decodes the tags of one sentence to spans, in order.
pub fn decode(tags: &[Tag]) -> Vec<TokenSpan> {
    let mut spans = Vec::new();
    let mut open: Option<(usize, LabelId)> = None;
    let mut prev = None;
    for (i, &tag) in tags.iter().chain(std::iter::once(&None)).enumerate() {
        if ends_chunk(prev, tag)
            && let Some((start, label)) = open.take()
        {
            spans.push(TokenSpan { start, end: i, label });
        }
        if starts_chunk(prev, tag)
            && let Some((_, label)) = tag
        {
            open = Some((i, label));
        }
        prev = tag;
    }
    spans
}

/// Encodes the spans of a sentence with `tokens` tokens as tags.
///
/// The spans must be sorted by start. If two spans overlap, the first one is encoded.
pub fn encode(spans: &[TokenSpan], tokens: usize, scheme: Scheme) -> Vec<Tag> {
    let mut tags: Vec<Tag> = vec![None; tokens];
    let fitting: Vec<TokenSpan> = spans.iter().copied().filter(|s| s.start < s.end && s.end <= tokens).collect();
    let spans = drop_overlapping(&fitting);
    let touch = |a: Option<&TokenSpan>, b: Option<&TokenSpan>| {
        a.zip(b).is_some_and(|(a, b)| a.end == b.start && a.label == b.label)
    };
    for (i, span) in spans.iter().enumerate() {
        let touched = touch(i.checked_sub(1).and_then(|i| spans.get(i)), Some(span));
        let touches = touch(Some(span), spans.get(i + 1));
        for (at, tag) in tags.iter_mut().enumerate().take(span.end).skip(span.start) {
            let prefix = scheme.prefix(at == span.start, at + 1 == span.end, touched, touches);
            *tag = Some((prefix, span.label));
        }
    }
    tags
}

/// Returns the number of spans that decoding merges with the previous one: in [`Scheme::Io`], adjacent spans with the
/// same label.
pub fn count_merged(spans: &[TokenSpan], scheme: Scheme) -> usize {
    let touch = |w: &&[TokenSpan]| w[0].end == w[1].start && w[0].label == w[1].label;
    if scheme == Scheme::Io { drop_overlapping(spans).windows(2).filter(touch).count() } else { 0 }
}

/// Returns the spans that [`encode`] can write: of overlapping spans, the first. The spans must be sorted.
pub fn drop_overlapping(spans: &[TokenSpan]) -> Vec<TokenSpan> {
    let mut kept: Vec<TokenSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        if kept.last().is_none_or(|last| last.end <= span.start) {
            kept.push(*span);
        }
    }
    kept
}
