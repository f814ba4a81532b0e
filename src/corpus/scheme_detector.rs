//! Which scheme a file's tags follow, told tag by tag.

use super::scheme::Scheme;

/// Counts what only some schemes write.
#[derive(Clone, Debug, Default)]
pub struct SchemeDetector {
    /// `E` or `S`: IOE, IOBES, BMES.
    n_e_or_s: usize,
    /// `S`, or `B` of a span.
    n_b_or_s: usize,
    /// `L` or `U`: BILOU.
    n_l_or_u: usize,
    /// `M`: BMES.
    n_m: usize,
    /// Spans that start with `I-` after `O` or another label: IOB1 and IOE.
    n_starts_with_i: usize,
    /// Spans that start with a `B-` where IOB1 would have written `I-`.
    n_starts_with_b: usize,
    /// Spans that end with `I-` before `O` or another label: IOE2 would have written `E-`.
    n_ends_with_i: usize,
    /// Spans that end with `E-` there: IOE1 would have written `I-`.
    n_ends_with_e: usize,
    previous: Option<(char, u64)>,
    /// Where the previous tag stands.
    place: TagPosition,
    /// Tags that go on with a span where none is open, and how many there are.
    missing_starts: (Vec<TagPosition>, usize),
    /// Tags that leave a span open where it ends, and how many there are.
    missing_ends: (Vec<TagPosition>, usize),
}

/// Where a tag stands in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagPosition {
    /// Line or record, from 1.
    pub line: usize,
    /// Sentence, from 0.
    pub sentence: usize,
}

/// A tag that may not stand where it does, in the scheme that the others follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvalidTag {
    /// Where.
    pub position: TagPosition,
    /// It goes on with a span that did not begin; else it leaves one without its end.
    pub lacks_start: bool,
}

impl InvalidTag {
    /// What is wrong, and how it is read.
    pub fn message(self) -> &'static str {
        if self.lacks_start {
            "its tag goes on with a span that did not begin; it is read as its beginning"
        } else {
            "its tag leaves a span without its end; it is read as its end"
        }
    }
}

/// So many slips of a kind are kept.
const MAX_REPORTED: usize = 1000;

/// Notes a place, and counts it.
fn record((places, count): &mut (Vec<TagPosition>, usize), place: TagPosition) {
    *count += 1;
    if places.len() < MAX_REPORTED {
        places.push(place);
    }
}

/// One tag in so many that contradicts the others is a slip of the annotators, not a second scheme: CoNLL-2003 as
/// published has two of them in its 23,499 training spans.
const NOISE_RATIO: usize = 1000;

impl SchemeDetector {
    /// Takes the next tag of a sentence: its letter and any number that stands for its label, or `None` for `O`.
    pub fn push_tag(&mut self, tag: Option<(char, u64)>, place: TagPosition) {
        self.observe(tag);
        self.place = place;
        if matches!(tag, Some(('I' | 'M' | 'E' | 'L', _))) && !self.continues_open_span(tag) {
            record(&mut self.missing_starts, place);
        }
        let label = tag.map(|(_, label)| label);
        let continues = self.previous.is_some_and(|(_, l)| Some(l) == label);
        if !continues {
            self.end_span();
        }
        if let Some((letter, _)) = tag {
            match letter {
                'L' | 'U' => self.n_l_or_u += 1,
                'E' | 'S' => self.n_e_or_s += 1,
                'M' => self.n_m += 1,
                'I' if !continues => self.n_starts_with_i += 1,
                'B' if !continues => self.n_starts_with_b += 1,
                _ => {}
            }
            self.n_b_or_s += usize::from(matches!(letter, 'B' | 'S'));
        }
        self.previous = tag;
    }

    /// Whether a tag's label is that of a span that is open.
    fn continues_open_span(&self, tag: Option<(char, u64)>) -> bool {
        let label = tag.map(|(_, label)| label);
        matches!(self.previous, Some(('B' | 'I' | 'M', open)) if Some(open) == label)
    }

    /// A tag, or the sentence's end, follows the previous one.
    fn observe(&mut self, tag: Option<(char, u64)>) {
        let goes_on = matches!(tag, Some(('I' | 'M' | 'E' | 'L', _))) && self.continues_open_span(tag);
        if matches!(self.previous, Some(('B' | 'I' | 'M', _))) && !goes_on {
            record(&mut self.missing_ends, self.place);
        }
    }

    /// Tags that may not stand where they do, in order, and how many there are: more than a thousand of a kind are only counted.
    pub fn invalid_tags(&self) -> (Vec<InvalidTag>, usize) {
        let scheme = self.scheme();
        let closes = matches!(scheme, Scheme::Iobes | Scheme::Bmes | Scheme::Bilou);
        let mut slips = Vec::new();
        let mut count = 0;
        for (of_kind, is_stray, wrong) in
            [(&self.missing_starts, true, closes || scheme == Scheme::Iob2), (&self.missing_ends, false, closes)]
        {
            if wrong {
                count += of_kind.1;
                slips.extend(of_kind.0.iter().map(|place| InvalidTag { position: *place, lacks_start: is_stray }));
            }
        }
        slips.sort_unstable();
        (slips, count)
    }

    /// A span ends, and none of its label follows.
    fn end_span(&mut self) {
        match self.previous {
            Some(('I', _)) => self.n_ends_with_i += 1,
            Some(('E', _)) => self.n_ends_with_e += 1,
            _ => {}
        }
    }

    /// A sentence ends.
    pub fn end_sentence(&mut self) {
        self.observe(None);
        self.end_span();
        self.previous = None;
    }

    /// The scheme that explains most tags seen; IOB2 when they fit several.
    pub fn scheme(&self) -> Scheme {
        if self.n_l_or_u > self.n_e_or_s {
            Scheme::Bilou
        } else if self.n_m > 0 {
            Scheme::Bmes
        } else if self.n_e_or_s > 0 && self.n_b_or_s == 0 {
            if self.n_ends_with_i > self.n_ends_with_e { Scheme::Ioe1 } else { Scheme::Ioe2 }
        } else if self.n_e_or_s > 0 {
            Scheme::Iobes
        } else if self.n_starts_with_i > self.n_starts_with_b {
            Scheme::Iob1
        } else {
            Scheme::Iob2
        }
    }

    /// Whether the tags follow two schemes at once, slips aside.
    pub fn is_mixed(&self) -> bool {
        let both = |a: usize, b: usize| a.min(b) * NOISE_RATIO > a.max(b);
        both(self.n_starts_with_i, self.n_starts_with_b) || both(self.n_l_or_u, self.n_e_or_s)
    }
}
