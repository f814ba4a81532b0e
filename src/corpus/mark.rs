//! What a person notes about a sentence beside its labels.

/// A note on one sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Its labels are as they should be.
    pub done: bool,
    /// It is to be looked at again.
    pub flagged: bool,
    /// In words; empty without any.
    pub comment: String,
}

impl Mark {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
