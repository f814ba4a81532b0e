//! Incremental detection of the tag scheme of a file.

use super::scheme::Scheme;

/// Detector of a tag scheme. It counts tags that only some schemes contain.
#[derive(Clone, Debug, Default)]
pub struct SchemeDetector {
    /// `E` or `S` tags: IOE, IOBES, BMES.
    n_e_or_s: usize,
    /// `B` or `S` tags.
    n_b_or_s: usize,
    /// `L` or `U` tags: BILOU.
    n_l_or_u: usize,
    /// `M` tags: BMES.
    n_m: usize,
    /// Spans that start with `I-` after `O` or another label: IOB1 and IOE.
    n_starts_with_i: usize,
    /// Spans that start with `B-` where IOB1 would use `I-`.
    n_starts_with_b: usize,
    /// Spans that end with `I-` before `O` or another label. IOE2 would use `E-`.
    n_ends_with_i: usize,
    /// Spans that end with `E-` before `O` or another label. IOE1 would use `I-`.
    n_ends_with_e: usize,
    previous: Option<(char, u64)>,
    /// Position of the previous tag.
    place: TagPosition,
    /// Continuation tags without an open span: the first [`MAX_REPORTED`] positions, and the total number.
    missing_starts: (Vec<TagPosition>, usize),
    /// Tags after which a span ends without an end tag: the first [`MAX_REPORTED`] positions, and the total number.
    missing_ends: (Vec<TagPosition>, usize),
}

/// Position of a tag in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagPosition {
    /// Line or record, starting at 1.
    pub line: usize,
    /// Sentence, starting at 0.
    pub sentence: usize,
}

/// Tag that the detected scheme does not allow at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvalidTag {
    /// Position of the tag.
    pub position: TagPosition,
    /// True if the tag continues a span that did not start. False if the span lacks its end tag.
    pub lacks_start: bool,
}

impl InvalidTag {
    /// Describes the problem and how the tag is read.
    pub fn message(self) -> &'static str {
        if self.lacks_start {
            "continuation tag without a start; read as start"
        } else {
            "span without an end tag; this tag is read as end"
        }
    }
}

/// Maximum number of stored positions per kind of invalid tag.
const MAX_REPORTED: usize = 1000;

/// Counts a position, and stores it if the limit is not reached.
fn record((places, count): &mut (Vec<TagPosition>, usize), place: TagPosition) {
    *count += 1;
    if places.len() < MAX_REPORTED {
        places.push(place);
    }
}

/// One contradicting tag in this number of tags is an annotation error, not a second scheme.
///
/// CoNLL-2003 as published has two such tags in its 23,499 training spans.
const NOISE_RATIO: usize = 1000;

impl SchemeDetector {
    /// Adds the next tag of a sentence: its letter and a number that identifies its label, or `None` for `O`.
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

    /// Returns true if a span with the label of the tag is open.
    fn continues_open_span(&self, tag: Option<(char, u64)>) -> bool {
        let label = tag.map(|(_, label)| label);
        matches!(self.previous, Some(('B' | 'I' | 'M', open)) if Some(open) == label)
    }

    /// Checks if the previous tag leaves its span without an end, before `tag` or the end of the sentence (`None`).
    fn observe(&mut self, tag: Option<(char, u64)>) {
        let continued = matches!(tag, Some(('I' | 'M' | 'E' | 'L', _))) && self.continues_open_span(tag);
        if matches!(self.previous, Some(('B' | 'I' | 'M', _))) && !continued {
            record(&mut self.missing_ends, self.place);
        }
    }

    /// Returns the invalid tags in order, at most 1,000 per kind, and their total number.
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

    /// Counts the end of a span whose label differs from the next one.
    fn end_span(&mut self) {
        match self.previous {
            Some(('I', _)) => self.n_ends_with_i += 1,
            Some(('E', _)) => self.n_ends_with_e += 1,
            _ => {}
        }
    }

    /// Ends the sentence.
    pub fn end_sentence(&mut self) {
        self.observe(None);
        self.end_span();
        self.previous = None;
    }

    /// Returns the scheme that explains most tags, or IOB2 if they fit several schemes.
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

    /// Returns true if the tags follow two schemes at once, except for annotation errors (one tag in 1,000).
    pub fn is_mixed(&self) -> bool {
        let both = |a: usize, b: usize| a.min(b) * NOISE_RATIO > a.max(b);
        both(self.n_starts_with_i, self.n_starts_with_b) || both(self.n_l_or_u, self.n_e_or_s)
    }
}
