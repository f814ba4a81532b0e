//! What a person notes about a sentence, and about stretches of it, beside its labels.

/// A comment on a stretch of text, as on a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// First byte in the document.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// In words.
    pub text: String,
}

/// A note on one sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Its labels are as they should be.
    pub done: bool,
    /// It is to be looked at again.
    pub flagged: bool,
    /// In words; empty without any.
    pub comment: String,
    /// On stretches of it, sorted by place.
    pub remarks: Vec<Remark>,
}

impl Mark {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said of just this stretch; empty where nothing is.
    pub fn remark(&self, start: u32, end: u32) -> &str {
        self.remarks.iter().find(|r| (r.start, r.end) == (start, end)).map_or("", |r| &r.text)
    }

    /// The same with this said of a stretch; an empty text takes away what was said.
    #[must_use]
    pub fn with_remark(mut self, start: u32, end: u32, text: String) -> Self {
        self.remarks.retain(|r| (r.start, r.end) != (start, end));
        if !text.is_empty() {
            self.remarks.push(Remark { start, end, text });
            self.remarks.sort();
        }
        self
    }

    /// Whether anything is said in words.
    pub fn has_words(&self) -> bool {
        !self.comment.is_empty() || !self.remarks.is_empty()
    }
}

/// The marks of a document by sentence, sorted; those that say nothing are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(Vec<(u32, Mark)>);

impl Marks {
    /// The mark of a sentence.
    pub fn of(&self, sentence: u32) -> Option<&Mark> {
        self.0.binary_search_by_key(&sentence, |(s, _)| *s).ok().map(|at| &self.0[at].1)
    }

    /// Puts a mark on a sentence.
    pub fn set(&mut self, sentence: u32, mark: Mark) {
        match (self.0.binary_search_by_key(&sentence, |(s, _)| *s), mark.is_empty()) {
            (Ok(at), true) => drop(self.0.remove(at)),
            (Ok(at), false) => self.0[at].1 = mark,
            (Err(_), true) => {}
            (Err(at), false) => self.0.insert(at, (sentence, mark)),
        }
    }

    /// All marks by sentence.
    pub fn iter(&self) -> impl Iterator<Item = &(u32, Mark)> {
        self.0.iter()
    }

    /// Whether nothing is noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
