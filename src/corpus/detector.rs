//! Which scheme a file's tags follow, told tag by tag.

use super::scheme::Scheme;

/// Counts what only some schemes write.
#[derive(Clone, Copy, Debug, Default)]
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
}

/// One tag in so many that contradicts the others is a slip of the annotators, not a second scheme: CoNLL-2003 as
/// published has two of them in its 23,499 training spans.
const SLIP: usize = 1000;

impl SchemeDetector {
    /// Takes the next tag of a sentence: its letter and any number that stands for its label, or `None` for `O`.
    pub fn tag(&mut self, tag: Option<(char, u64)>) {
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
