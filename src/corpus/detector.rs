//! Which scheme a file's tags follow, told tag by tag.

use super::scheme::Scheme;

/// Counts what only some schemes write.
#[derive(Clone, Debug, Default)]
pub struct SchemeDetector {
    /// `E` or `S`: IOE, IOBES, BMES.
    end_or_single: usize,
    /// `S`, or `B` of a span.
    begin_or_single: usize,
    /// `L` or `U`: BILOU.
    last_or_unit: usize,
    /// `M`: BMES.
    middle: usize,
    /// Spans that start with `I-` after `O` or another label: IOB1 and IOE.
    opens_with_inside: usize,
    /// Spans that start with a `B-` where IOB1 would have written `I-`.
    opens_with_begin: usize,
    /// Spans that end with `I-` before `O` or another label: IOE2 would have written `E-`.
    closes_with_inside: usize,
    /// Spans that end with `E-` there: IOE1 would have written `I-`.
    closes_with_end: usize,
    previous: Option<(char, u64)>,
    /// Where the previous tag stands.
    place: Place,
    /// Tags that go on with a span where none is open, and how many there are.
    strays: (Vec<Place>, usize),
    /// Tags that leave a span open where it ends, and how many there are.
    unclosed: (Vec<Place>, usize),
}

/// Where a tag stands in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line or record, from 1.
    pub line: usize,
    /// Sentence, from 0.
    pub sentence: usize,
}

/// A tag that may not stand where it does, in the scheme that the others follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slip {
    /// Where.
    pub place: Place,
    /// It goes on with a span that did not begin; else it leaves one without its end.
    pub is_stray: bool,
}

impl Slip {
    /// What is wrong, and how it is read.
    pub fn what(self) -> &'static str {
        if self.is_stray {
            "its tag goes on with a span that did not begin; it is read as its beginning"
        } else {
            "its tag leaves a span without its end; it is read as its end"
        }
    }
}

/// So many slips of a kind are kept.
const KEPT: usize = 1000;

/// Notes a place, and counts it.
fn note((places, count): &mut (Vec<Place>, usize), place: Place) {
    *count += 1;
    if places.len() < KEPT {
        places.push(place);
    }
}

/// One tag in so many that contradicts the others is a slip of the annotators, not a second scheme: CoNLL-2003 as
/// published has two of them in its 23,499 training spans.
const SLIP: usize = 1000;

impl SchemeDetector {
    /// Takes the next tag of a sentence: its letter and any number that stands for its label, or `None` for `O`.
    pub fn tag(&mut self, tag: Option<(char, u64)>, place: Place) {
        self.follow(tag);
        self.place = place;
        if matches!(tag, Some(('I' | 'M' | 'E' | 'L', _))) && !self.goes_on(tag) {
            note(&mut self.strays, place);
        }
        let label = tag.map(|(_, label)| label);
        let continues = self.previous.is_some_and(|(_, l)| Some(l) == label);
        if !continues {
            self.close();
        }
        if let Some((letter, _)) = tag {
            match letter {
                'L' | 'U' => self.last_or_unit += 1,
                'E' | 'S' => self.end_or_single += 1,
                'M' => self.middle += 1,
                'I' if !continues => self.opens_with_inside += 1,
                'B' if !continues => self.opens_with_begin += 1,
                _ => {}
            }
            self.begin_or_single += usize::from(matches!(letter, 'B' | 'S'));
        }
        self.previous = tag;
    }

    /// Whether a tag's label is that of a span that is open.
    fn goes_on(&self, tag: Option<(char, u64)>) -> bool {
        let label = tag.map(|(_, label)| label);
        matches!(self.previous, Some(('B' | 'I' | 'M', open)) if Some(open) == label)
    }

    /// A tag, or the sentence's end, follows the previous one.
    fn follow(&mut self, tag: Option<(char, u64)>) {
        let goes_on = matches!(tag, Some(('I' | 'M' | 'E' | 'L', _))) && self.goes_on(tag);
        if matches!(self.previous, Some(('B' | 'I' | 'M', _))) && !goes_on {
            note(&mut self.unclosed, self.place);
        }
    }

    /// Tags that may not stand where they do, in order, and how many there are: more than a thousand of a kind are only counted.
    pub fn slips(&self) -> (Vec<Slip>, usize) {
        let scheme = self.scheme();
        let closes = matches!(scheme, Scheme::Iobes | Scheme::Bmes | Scheme::Bilou);
        let mut slips = Vec::new();
        let mut count = 0;
        for (of_kind, is_stray, wrong) in
            [(&self.strays, true, closes || scheme == Scheme::Iob2), (&self.unclosed, false, closes)]
        {
            if wrong {
                count += of_kind.1;
                slips.extend(of_kind.0.iter().map(|place| Slip { place: *place, is_stray }));
            }
        }
        slips.sort_unstable();
        (slips, count)
    }

    /// A span ends, and none of its label follows.
    fn close(&mut self) {
        match self.previous {
            Some(('I', _)) => self.closes_with_inside += 1,
            Some(('E', _)) => self.closes_with_end += 1,
            _ => {}
        }
    }

    /// A sentence ends.
    pub fn end_sentence(&mut self) {
        self.follow(None);
        self.close();
        self.previous = None;
    }

    /// The scheme that explains most tags seen; IOB2 when they fit several.
    pub fn scheme(&self) -> Scheme {
        if self.last_or_unit > self.end_or_single {
            Scheme::Bilou
        } else if self.middle > 0 {
            Scheme::Bmes
        } else if self.end_or_single > 0 && self.begin_or_single == 0 {
            if self.closes_with_inside > self.closes_with_end { Scheme::Ioe1 } else { Scheme::Ioe2 }
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
