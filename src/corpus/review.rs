//! Review state of sentences: done, flagged, comments. Comments can refer to a byte range.
//!
//! "New" and "in progress" are not stored: a sentence is in progress if the user changed or commented on something
//! in it.

/// Comment on a text range, for example on a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RangeComment {
    /// Byte offset of the first byte in the document.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
    /// Text of the comment.
    pub text: String,
}

/// Review state of one sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewState {
    /// True if the user marked the labels as correct.
    pub done: bool,
    /// True if the sentence needs another review.
    pub flagged: bool,
    /// Comment on the sentence, or empty.
    pub comment: String,
    /// Comments on text ranges, sorted by position.
    pub range_comments: Vec<RangeComment>,
}

impl ReviewState {
    /// Returns true if nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the comment on exactly this range, or an empty string.
    pub fn comment_at(&self, start: u32, end: u32) -> &str {
        self.range_comments.iter().find(|r| (r.start, r.end) == (start, end)).map_or("", |r| &r.text)
    }

    /// Returns the state with a comment on this range. An empty text removes the comment.
    #[must_use]
    pub fn with_comment_at(mut self, start: u32, end: u32, text: String) -> Self {
        self.range_comments.retain(|r| (r.start, r.end) != (start, end));
        if !text.is_empty() {
            self.range_comments.push(RangeComment { start, end, text });
            self.range_comments.sort();
        }
        self
    }

    /// Returns true if the sentence or a range has a comment.
    pub fn has_comment(&self) -> bool {
        !self.comment.is_empty() || !self.range_comments.is_empty()
    }
}

/// Review states of a document, sorted by sentence index. Empty states are not stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewStates(Vec<(u32, ReviewState)>);

impl ReviewStates {
    /// Returns the review state of a sentence.
    pub fn get(&self, sentence: u32) -> Option<&ReviewState> {
        self.0.binary_search_by_key(&sentence, |(s, _)| *s).ok().map(|at| &self.0[at].1)
    }

    /// Sets the review state of a sentence. An empty state removes the entry.
    pub fn insert(&mut self, sentence: u32, mark: ReviewState) {
        match (self.0.binary_search_by_key(&sentence, |(s, _)| *s), mark.is_empty()) {
            (Ok(at), true) => drop(self.0.remove(at)),
            (Ok(at), false) => self.0[at].1 = mark,
            (Err(_), true) => {}
            (Err(at), false) => self.0.insert(at, (sentence, mark)),
        }
    }

    /// Iterates over all states with their sentence indices.
    pub fn iter(&self) -> impl Iterator<Item = &(u32, ReviewState)> {
        self.0.iter()
    }

    /// Returns true if no sentence has a review state.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
