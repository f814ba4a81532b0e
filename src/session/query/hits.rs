//! Text ranges that a query has found in a sentence.

use super::{Query, TextPattern};
use std::ops::Range;

impl Query {
    /// Returns the searched texts whose matches are in the found sentences. A negated text has no matches there.
    pub fn text_patterns(&self) -> Vec<TextPattern> {
        match self {
            Self::Text(pattern) => vec![pattern.clone()],
            Self::And(a, b) | Self::Or(a, b) => [a.text_patterns(), b.text_patterns()].concat(),
            Self::All
            | Self::Not(_)
            | Self::Span(_)
            | Self::Label(_)
            | Self::Split(_)
            | Self::AnySpan
            | Self::Overlap
            | Self::Suggestion
            | Self::Origin(_)
            | Self::Score(_)
            | Self::Status(_)
            | Self::Comment(_)
            | Self::DocLabel(_)
            | Self::Field(_)
            | Self::InSet(_)
            | Self::SentenceLength(_)
            | Self::SpanCount(_)
            | Self::SpanLength(_) => Vec::new(),
        }
    }
}

impl TextPattern {
    /// Returns the byte ranges of the matches in a text.
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        self.pattern.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty()).collect()
    }
}
