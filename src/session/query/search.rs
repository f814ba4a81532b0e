//! Search: evaluates a query on sentences.

use super::{NumberPredicate, OriginPredicate, Query, Status};
use crate::corpus::{Corpus, Document, Origin, ReviewState, SentenceId, Span};

/// Minimum number of documents per thread.
const MIN_PARALLEL_DOCUMENTS: usize = 256;

impl OriginPredicate {
    fn holds(&self, span: &Span) -> bool {
        match (self, span.origin) {
            (Self::Import, Origin::Import) | (Self::Human, Origin::Human) => true,
            (Self::Agents(names), Origin::Suggested { agent: who, .. }) => names.contains(&who),
            _ => false,
        }
    }
}

impl NumberPredicate {
    fn holds(self, number: usize) -> bool {
        number.cmp(&self.1) == self.0
    }
}

impl Query {
    /// Returns the indices of the matching sentences, counted through the corpus. The documents are divided among all
    /// CPU cores.
    pub fn matching_sentences(&self, corpus: &Corpus) -> Vec<usize> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = (corpus.documents.len() / threads + 1).max(MIN_PARALLEL_DOCUMENTS);
        let mut first = 0;
        let shares: Vec<(usize, usize)> = (0..corpus.documents.len())
            .step_by(share)
            .map(|from| {
                let before = first;
                first += corpus.documents[from..].iter().take(share).map(|d| d.len()).sum::<usize>();
                (from, before)
            })
            .collect();
        let of_share = |from: usize, before: usize| {
            // Each thread clones the regular expressions, because threads that share one contend for its internal
            // memory.
            let (query, mut index, mut found) = (self.clone(), before, Vec::new());
            for (document, d) in (from as u32..).zip(corpus.documents[from..].iter().take(share)) {
                if query.may_match(d) {
                    let fits = |s: &u32| query.matches(corpus, SentenceId { document, sentence: *s });
                    found.extend((0..d.len() as u32).filter(fits).map(|s| index + s as usize));
                }
                index += d.len();
            }
            found
        };
        if let [(from, before)] = shares[..] {
            return of_share(from, before);
        }
        std::thread::scope(|scope| {
            let of_share = &of_share;
            let started: Vec<_> = shares.iter().map(|(f, b)| scope.spawn(move || of_share(*f, *b))).collect();
            started.into_iter().flat_map(|t| t.join().unwrap_or_default()).collect()
        })
    }

    /// Returns false if no sentence of this document can match. This avoids a check of each sentence.
    fn may_match(&self, d: &Document) -> bool {
        match self {
            Self::And(a, b) => a.may_match(d) && b.may_match(d),
            Self::Or(a, b) => a.may_match(d) || b.may_match(d),
            Self::Text(wanted) if wanted.literal => wanted.pattern.is_match(&d.text),
            Self::Label(wanted) => d.spans.iter().any(|s| wanted.contains(&s.label)),
            Self::Span(_) | Self::AnySpan | Self::Overlap | Self::SpanLength(_) => !d.spans.is_empty(),
            Self::Split(split) => d.splits.contains(*split),
            Self::Suggestion => !d.suggestions.is_empty(),
            Self::Origin(_) | Self::Score(_) => !d.spans.is_empty() || !d.suggestions.is_empty(),
            Self::Comment(_) | Self::Status(Status::Done | Status::Flagged) => !d.reviews.is_empty(),
            Self::DocLabel(wanted) => d.doc_labels.iter().any(|c| wanted.contains(c)),
            Self::Field(wanted) => wanted.holds(d),
            Self::InSet(_)
            | Self::Status(Status::New | Status::InProgress)
            | Self::All
            | Self::Not(_)
            | Self::Text(_)
            | Self::SentenceLength(_)
            | Self::SpanCount(_) => true,
        }
    }

    /// Returns true if a sentence matches.
    pub(super) fn matches(&self, corpus: &Corpus, id: SentenceId) -> bool {
        let document = corpus.document(id.document);
        let sentence = id.sentence as usize;
        let spans = || &document.spans[document.span_range(sentence)];
        let suggestions = || &document.suggestions[document.suggestion_range(sentence)];
        match self {
            Self::All => true,
            Self::And(a, b) => a.matches(corpus, id) && b.matches(corpus, id),
            Self::Or(a, b) => a.matches(corpus, id) || b.matches(corpus, id),
            Self::Not(a) => !a.matches(corpus, id),
            Self::Text(wanted) => wanted.pattern.is_match(document.sentence_text(sentence)),
            Self::Span(wanted) => {
                spans().iter().any(|s| wanted.pattern.is_match(&document.text[s.start as usize..s.end as usize]))
            }
            Self::Label(wanted) => spans().iter().any(|s| wanted.contains(&s.label)),
            Self::Split(split) => document.splits.of(sentence) == *split,
            Self::AnySpan => !spans().is_empty(),
            Self::Suggestion => !suggestions().is_empty(),
            Self::Origin(by) => spans().iter().chain(suggestions()).any(|s| by.holds(s)),
            Self::Score(compared) => spans().iter().chain(suggestions()).any(|s| match s.origin {
                Origin::Suggested { score, .. } => compared.holds(usize::from(score)),
                Origin::Import | Origin::Human => false,
            }),
            Self::Overlap => {
                // Spans are sorted by start, so the largest end so far is sufficient.
                let mut covered = 0;
                spans().iter().any(|s| {
                    let overlaps = s.start < covered;
                    covered = covered.max(s.end);
                    overlaps
                })
            }
            Self::Status(status) => {
                let review = document.reviews.get(id.sentence);
                match status {
                    Status::New | Status::InProgress => Status::of(document, sentence) == *status,
                    Status::Done => review.is_some_and(|review| review.done),
                    Status::Flagged => review.is_some_and(|review| review.flagged),
                }
            }
            Self::Comment(wanted) => {
                let is_wanted = |text: &str| !text.is_empty() && wanted.pattern.is_match(text);
                let says =
                    |m: &ReviewState| is_wanted(&m.comment) || m.range_comments.iter().any(|r| is_wanted(&r.text));
                document.reviews.get(id.sentence).is_some_and(says)
            }
            Self::DocLabel(wanted) => document.doc_labels.iter().any(|c| wanted.contains(c)),
            Self::Field(wanted) => wanted.holds(document),
            Self::InSet(sentences) => sentences.contains(&id),
            Self::SentenceLength(compared) => compared.holds(document.sentence_range(sentence).len()),
            Self::SpanCount(compared) => compared.holds(spans().len()),
            Self::SpanLength(compared) => {
                document.to_token_spans(sentence).iter().any(|s| compared.holds(s.end - s.start))
            }
        }
    }
}
