//! Search language of the sentence filter.
//!
//! ```text
//! query  = and ("or" and)*
//! and    = not ("and"? not)*
//! not    = ("not" | "-" | "!")* ("(" query ")" | term)
//! term   = word | "several words" | /regular expression/ | field ":" value | field ("<" | ">" | "=") number
//! ```
//!
//! Queries are case-insensitive. Fields are listed in [`FIELDS`]; a term without a field searches the sentence text.
//! `parse` parses a text into a [`Query`], `search` evaluates it on sentences, `complete` returns completions of a text.

mod complete;
mod error;
mod hits;
mod parse;
mod search;

pub use complete::completions;
pub use error::QueryError;

use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, DocLabelId, Document, LabelId, LabelSnapshot, Origin, SentenceId, Split};
use crate::project::DailyProgress;
use regex::Regex;
use std::collections::HashSet;
use std::sync::Arc;

/// Fields of the language, with their descriptions for the user.
pub const FIELDS: [(&str, &str); 16] = [
    ("label:", "Contains a span with this label"),
    ("span:", "Contains a span with this text"),
    ("text:", "Contains this text"),
    ("split:", "Split: train, dev or test"),
    ("class:", "Document has this label"),
    ("status:", "Status: to-do, in-progress, done or flagged"),
    ("done:", "Marked as done on this date: today or 2026-11-25"),
    ("flag:", "Flagged: yes or no"),
    ("comment:", "Comment contains this text"),
    ("since:", "Changed since this snapshot"),
    ("has:", "Has a span, overlap, comment, class (document label) or suggestion"),
    ("source:", "Label source: import, human or a model"),
    ("score<", "Confidence of a span or suggestion, 0 to 1"),
    ("length>", "Sentence length in tokens"),
    ("spans>", "Number of spans"),
    ("words>", "Span length in tokens"),
];

/// Values of `has:`.
const HAS_VALUES: [&str; 5] = ["span", "overlap", "comment", "class", "suggestion"];

/// Data that a query can refer to in addition to the text.
#[derive(Clone, Copy)]
pub struct QueryContext<'a> {
    /// The sentences to search.
    pub corpus: &'a Corpus,
    /// Snapshots that `since:` can name.
    pub snapshots: &'a [Arc<LabelSnapshot>],
    /// Progress by day, for `done:`.
    pub progress: &'a DailyProgress,
}

/// A parsed query.
#[derive(Clone, Debug)]
pub enum Query {
    /// Matches all sentences.
    All,
    /// Both queries match.
    And(Box<Query>, Box<Query>),
    /// At least one of the queries matches.
    Or(Box<Query>, Box<Query>),
    /// The query does not match.
    Not(Box<Query>),
    /// The sentence contains this text.
    Text(TextPattern),
    /// A span contains this text.
    Span(TextPattern),
    /// A span has one of these labels.
    Label(Vec<LabelId>),
    /// The document belongs to this split.
    Split(Split),
    /// The sentence has a span.
    AnySpan,
    /// Two spans overlap.
    Overlap,
    /// The sentence has a suggestion.
    Suggestion,
    /// A span or suggestion has this origin.
    Origin(OriginPredicate),
    /// A span or suggestion has a score, in thousandths, that satisfies the comparison.
    Score(NumberPredicate),
    /// The sentence has this review status.
    Status(Status),
    /// A comment on the sentence or on a text range of it contains this text.
    Comment(TextPattern),
    /// The document has one of these labels.
    DocLabel(Vec<DocLabelId>),
    /// A field of the record satisfies the condition.
    Field(FieldPredicate),
    /// The sentence is in this set.
    InSet(Arc<HashSet<SentenceId>>),
    /// The number of words satisfies the comparison.
    SentenceLength(NumberPredicate),
    /// The number of spans satisfies the comparison.
    SpanCount(NumberPredicate),
    /// The number of words of a span satisfies the comparison.
    SpanLength(NumberPredicate),
}

/// Formats a name as the value of a field, in quotes if needed. A name that contains `"` becomes a prefix pattern: the
/// part before the first quote, then `*`.
pub fn quoted(name: &str) -> String {
    match name.split_once('"') {
        Some((before, _)) => format!("\"{before}*\""),
        None if name.contains(|c: char| c.is_whitespace() || "()".contains(c)) => format!("\"{name}\""),
        None => name.to_owned(),
    }
}

/// Returns the query of the sentences that have a span of exactly this text.
pub fn span_query(text: &str) -> String {
    // A slash would end the pattern.
    format!("span: /(?-i)^{}$/", regex::escape(text).replace('/', r"\x2f"))
}

/// Origin of a span or suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginPredicate {
    /// Imported from the source.
    Import,
    /// Created by the user.
    Human,
    /// Suggested by one of these agents.
    Agents(Vec<u8>),
}

/// Review status of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All labels are imported, and there is no comment. The sentence is neither done nor flagged.
    New,
    /// A label was added by the user or a model, or there is a comment. The sentence is neither done nor flagged.
    InProgress,
    /// The user marked the sentence as done.
    Done,
    /// The user flagged the sentence for another review.
    Flagged,
}

/// Values of `status:`, with the values in saved searches of older versions.
const STATUS_VALUES: [(&str, Status, &str); 4] = [
    ("to-do", Status::New, "new"),
    ("in-progress", Status::InProgress, "in-work"),
    ("done", Status::Done, "done"),
    ("flagged", Status::Flagged, "flagged"),
];

impl Status {
    /// Returns the status of a sentence. A sentence that is both done and flagged is flagged.
    pub fn of(document: &Document, sentence: usize) -> Self {
        let review = document.reviews.get(to_u32(sentence));
        let spans = || &document.spans[document.span_range(sentence)];
        match review {
            Some(review) if review.flagged => Self::Flagged,
            Some(review) if review.done => Self::Done,
            Some(review) if review.has_comment() => Self::InProgress,
            _ if spans().iter().any(|span| span.origin != Origin::Import) => Self::InProgress,
            _ => Self::New,
        }
    }

    /// Returns the value of `status:`.
    pub fn id(self) -> &'static str {
        STATUS_VALUES.iter().find(|(_, status, _)| *status == self).map_or("", |(id, ..)| id)
    }

    /// Returns the status with this value of `status:`.
    pub fn from_id(id: &str) -> Option<Self> {
        STATUS_VALUES.iter().find(|(name, ..)| *name == id).map(|(_, status, _)| *status)
    }
}

/// Text to search for.
#[derive(Clone, Debug)]
pub struct TextPattern {
    pattern: Regex,
    /// True if the pattern has only literal text. If a document does not contain it, no sentence of the document does.
    literal: bool,
}

/// Condition on a field of a record.
#[derive(Clone, Debug)]
pub struct FieldPredicate {
    /// Name of the field in lower case.
    name: String,
    condition: FieldCondition,
}

#[derive(Clone, Debug)]
enum FieldCondition {
    /// The value is this text in lower case.
    Equals(String),
    /// The value matches a regular expression.
    Matches(TextPattern),
    /// The value is a number that satisfies the comparison.
    Compares(std::cmp::Ordering, f64),
}

impl FieldPredicate {
    /// Returns true if a record satisfies the condition.
    fn holds(&self, document: &Document) -> bool {
        let fields = document.fields.iter().filter(|field| field.name.to_lowercase() == self.name);
        fields.map(|field| field.value.as_str()).any(|value| match &self.condition {
            FieldCondition::Equals(wanted) => value.trim().to_lowercase() == *wanted,
            FieldCondition::Matches(wanted) => wanted.pattern.is_match(value),
            FieldCondition::Compares(ordering, number) => {
                value.trim().parse::<f64>().is_ok_and(|value| value.partial_cmp(number) == Some(*ordering))
            }
        })
    }
}

/// A number and a comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberPredicate(std::cmp::Ordering, usize);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Origin, ReviewState, Span};
    use crate::format::{self, SourceInput};
    use proptest::prelude::*;

    fn corpus() -> Corpus {
        let train = "Oslo B-LOC\nBay I-LOC\nis O\ncold O\n\nZoë B-PER\nmet O\nAnn B-PER\n\nit O\nrains O\n";
        let test = "{\"text\":\"New York Times\",\"label\":[[0,8,\"LOC\"],[0,14,\"big org\"]],\"Stars\":5,\"region\":\"North Sea\"}";
        let mut corpus = Corpus::default();
        format::read(&SourceInput::from_bytes(train.as_bytes(), "a.conll", Split::Train, 0), &mut corpus)
            .expect("a corpus");
        format::read(&SourceInput::from_bytes(test.as_bytes(), "b.jsonl", Split::Test, 1), &mut corpus)
            .expect("a corpus");
        corpus
    }

    fn context(corpus: &Corpus) -> QueryContext<'_> {
        static PROGRESS: std::sync::LazyLock<DailyProgress> = std::sync::LazyLock::new(|| {
            let today = crate::project::Today { date: "2026-11-25".into(), ends_at: u64::MAX };
            let mut progress = DailyProgress::default();
            progress.today = today;
            progress.record(SentenceId { document: 0, sentence: 1 }, false, true);
            progress
        });
        QueryContext { corpus, snapshots: &[], progress: &PROGRESS }
    }

    #[test]
    fn queries_find_sentences() {
        let mut corpus = corpus();
        let review = |done, flagged, comment: &str| ReviewState {
            done,
            flagged,
            comment: comment.into(),
            ..ReviewState::default()
        };
        corpus.document_mut(0).reviews.insert(1, review(true, false, "sure"));
        corpus.document_mut(0).reviews.insert(2, review(false, true, "no rain?"));
        let human_span = Span { origin: Origin::Human, ..Span::new(0..4, LabelId::default()) };
        let with_comment = ReviewState::default().with_comment_at(0, 4, "the town?".into());
        corpus.document_mut(0).reviews.insert(0, with_comment);
        corpus.document_mut(1).spans[0] = human_span;
        corpus.document_mut(1).doc_labels = vec![DocLabelId::default()];
        corpus.doc_labels.push("big news".into());
        // Expected matches, by sentence number.
        let check = |text: &str, expected: &[usize]| {
            let query = Query::parse(text, &context(&corpus)).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(query.matching_sentences(&corpus), expected, "{text}");
        };
        check("", &[0, 1, 2, 3]);
        check("OSLO", &[0]);
        check("zoË", &[1]);
        check("is cold", &[0]);
        check("\"is cold\"", &[0]);
        check("\"cold is\"", &[]);
        check("oslo or rains", &[0, 2]);
        check("label:per", &[1]);
        check("label:\"big org\"", &[3]);
        check("label:b*", &[3]);
        check("status:done", &[1]);
        check("status:to-do", &[]);
        check("status:in-progress", &[0, 3]);
        check("status:in-work", &[0, 3]);
        check("done:today or done:2026-11-24", &[1]);
        check("class:\"big news\"", &[3]);
        check("class:b*", &[3]);
        check(&format!("class:{}", quoted("big news")), &[3]);
        check(&format!("class:{}", quoted("big \"new\" (s)")), &[3]);
        check("has:class", &[3]);
        check("comment:town", &[0]);
        check("status:flagged or comment:RAIN", &[2]);
        check("has:comment -status:done", &[0, 2]);
        check("-label:loc", &[1, 2]);
        check("not (label:loc or label:per)", &[2]);
        check("!has:span", &[2]);
        check("has:overlap", &[3]);
        check("split:test", &[3]);
        check("length>3", &[0]);
        check("length=2 or spans=2", &[1, 2, 3]);
        check("span:bay", &[0]);
        check("span:\"new york\" split:test and -oslo", &[3]);
        check("/^it/", &[2]);
        check("text:/ann$/", &[1]);
        check("text:it: or \"zoë met\"", &[1]);
        check("a-b", &[]);
        check("stars:5", &[3]);
        check("STARS>4.5 -stars<5", &[3]);
        check("stars:15 or stars>5", &[]);
        check("region:\"north sea\"", &[3]);
        check("region:north", &[]);
        check("region:/^north/ -region: /south/", &[3]);
        check("other:5", &[]);
        check("http://x", &[]);
    }

    #[test]
    fn invalid_queries_are_reported() {
        let check = |text: &str, expected: &str| {
            let error = Query::parse(text, &context(&corpus())).expect_err("an error");
            assert!(error.to_string().contains(expected), "{text}: {error}");
        };
        check("label:XYZ", "Unknown label “XYZ”. Labels: LOC, PER");
        check("split:nowhere", "Unknown split");
        check("has:wings", "span or overlap");
        check("class:sports", "Unknown document label “sports”. Labels: none.");
        check("done:soon", "“today” or a date");
        check("length>many", "a number");
        check("stars>many", "a number");
        check("region:", "Missing value after region:");
        check("(oslo", "Missing “)”");
        check("oslo)", "Unmatched “)”");
        check("oslo or", "Incomplete search");
        check("\"oslo", "Missing closing \"");
        check("/(/", "regular expression");
        check("label:", "Missing value after label:");
    }

    #[test]
    fn last_word_is_completed() {
        let check = |text: &str, expected: &[&str]| {
            let whole: Vec<String> = completions(text, &corpus()).into_iter().map(|(whole, _)| whole).collect();
            assert_eq!(whole, expected, "{text}");
        };
        check("oslo la", &["oslo label:"]);
        check("oslo\u{2029}la", &["oslo\u{2029}label:"]);
        check("label:p", &["label:PER"]);
        check("st", &["status:", "Stars:"]);
        check("stars:", &["Stars:5"]);
        check("region:n", &["region:\"North Sea\""]);
        check("-label:B", &["-label:\"big org\""]);
        check("(split:", &["(split:train", "(split:test"]);
        check("has:o", &["has:overlap"]);
        check("oslo ", &[]);
        assert_eq!(completions("", &corpus()).len(), FIELDS.len() + 2);
    }

    proptest! {
        #[test]
        fn parser_never_panics(text in "[a-z:<>=()\"/!\\\\ *-]{0,24}|\\PC{0,12}") {
            let corpus = corpus();
            if let Ok(query) = Query::parse(&text, &context(&corpus)) {
                corpus.sentences(None).iter().for_each(|s| { query.matches(&corpus, *s); });
            }
            completions(&text, &corpus);
        }
    }
}
