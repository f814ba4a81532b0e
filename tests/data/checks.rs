//! Statistics, agreement and lint at the boundaries of their rules.

use std::sync::Arc;
use tagwright::corpus::{Corpus, Document, LabelId, LabelSet, Span, Split};
use tagwright::eval::lint::{FindingKind, MAX_FINDINGS_PER_KIND};
use tagwright::eval::{Agreement, Statistics, lint};

/// A text with its spans: first byte, one past the last, and label.
type Labeled<'a> = (&'a str, &'a [(u32, u32, &'a str)]);

fn corpus(texts: &[Labeled]) -> Corpus {
    let mut labels = LabelSet::default();
    let documents = texts.iter().map(|(text, spans)| {
        let mut span = |s: &(u32, u32, &str)| Span::new(s.0..s.1, labels.intern(s.2).expect("few labels"));
        let spans = spans.iter().map(&mut span).collect();
        Arc::new(Document::from_text(Split::Train, 0, 0, (*text).to_owned(), spans, None))
    });
    let documents = documents.collect();
    Corpus { documents, labels, ..Corpus::default() }
}

#[test]
fn spans_of_one_token_agree_as_one_span() {
    let parts = corpus(&[("Kundennummer rains", &[(0, 6, "ID"), (6, 12, "ID")])]);
    let whole = corpus(&[("Kundennummer rains", &[(0, 12, "ID")])]);
    for (mine, theirs) in [(&parts, &whole), (&whole, &parts)] {
        let agreement = Agreement::compare(mine, theirs);
        let spans = agreement.spans;
        assert_eq!((spans.correct, spans.predicted, spans.support), (1, 1, 1));
        assert!(agreement.differences.is_empty());
    }
}

#[test]
fn token_in_two_spans_is_counted_once() {
    let statistics = Statistics::compute(&corpus(&[("the Bank of Oslo rains", &[(4, 16, "ORG"), (12, 16, "LOC")])]));
    assert_eq!(statistics.splits[0].tokens_in_spans, 3);
    let apart = Statistics::compute(&corpus(&[("the Bank of Oslo rains", &[(4, 8, "ORG"), (12, 16, "LOC")])]));
    assert_eq!(apart.splits[0].tokens_in_spans, 2);
}

#[test]
fn lint_ignores_texts_without_majority_label() {
    let check = |others: usize, expected: usize| {
        let loc: [(u32, u32, &str); 1] = [(0, 4, "LOC")];
        let per: [(u32, u32, &str); 1] = [(0, 4, "PER")];
        let mut texts: Vec<Labeled> = vec![("Oslo rains", &loc); 8];
        texts.extend(vec![("Oslo sings", &per[..]); others]);
        let found = lint(&corpus(&texts));
        assert_eq!(
            found.iter().filter(|f| f.kind == FindingKind::InconsistentLabel).count(),
            expected,
            "{others} of {}",
            8 + others
        );
    };
    check(0, 0);
    check(2, 2);
    // Fewer than 80% of the occurrences agree.
    check(3, 0);
    check(8, 0);
}

#[test]
fn lint_limits_findings_per_kind() {
    let edge: [(u32, u32, &str); 1] = [(0, 6, "LOC")];
    let found = lint(&corpus(&vec![("Oslo , it", &edge[..]); MAX_FINDINGS_PER_KIND + 5]));
    assert_eq!(found.iter().filter(|f| f.kind == FindingKind::EdgePunctuation).count(), MAX_FINDINGS_PER_KIND);
    assert_eq!(found[0].span.label, LabelId::default());
}
