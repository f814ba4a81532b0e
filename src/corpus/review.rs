//! What a person notes about a sentence, and about stretches of it, beside its labels.

/// A comment on a stretch of text, as on a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RangeComment {
    /// First byte in the document.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// In words.
    pub text: String,
}

/// A note on one sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewState {
    /// Its labels are as they should be.
    pub done: bool,
    /// It is to be looked at again.
    pub flagged: bool,
    /// In words; empty without any.
    pub comment: String,
    /// On stretches of it, sorted by place.
    pub range_comments: Vec<RangeComment>,
}

impl ReviewState {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said of just this stretch; empty where nothing is.
    pub fn comment_at(&self, start: u32, end: u32) -> &str {
        self.range_comments.iter().find(|r| (r.start, r.end) == (start, end)).map_or("", |r| &r.text)
    }

    /// The same with this said of a stretch; an empty text takes away what was said.
    #[must_use]
    pub fn with_comment_at(mut self, start: u32, end: u32, text: String) -> Self {
        self.range_comments.retain(|r| (r.start, r.end) != (start, end));
        if !text.is_empty() {
            self.range_comments.push(RangeComment { start, end, text });
            self.range_comments.sort();
        }
        self
    }

    /// Whether anything is said in words.
    pub fn has_comment(&self) -> bool {
        !self.comment.is_empty() || !self.range_comments.is_empty()
    }
}

/// The marks of a document by sentence, sorted; those that say nothing are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewStates(Vec<(u32, ReviewState)>);

impl ReviewStates {
    /// The mark of a sentence.
    pub fn get(&self, sentence: u32) -> Option<&ReviewState> {
        self.0.binary_search_by_key(&sentence, |(s, _)| *s).ok().map(|at| &self.0[at].1)
    }

    /// Puts a mark on a sentence.
    pub fn insert(&mut self, sentence: u32, mark: ReviewState) {
        match (self.0.binary_search_by_key(&sentence, |(s, _)| *s), mark.is_empty()) {
            (Ok(at), true) => drop(self.0.remove(at)),
            (Ok(at), false) => self.0[at].1 = mark,
            (Err(_), true) => {}
            (Err(at), false) => self.0.insert(at, (sentence, mark)),
        }
    }

    /// All marks by sentence.
    pub fn iter(&self) -> impl Iterator<Item = &(u32, ReviewState)> {
        self.0.iter()
    }

    /// Whether nothing is noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
