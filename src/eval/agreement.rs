//! Agreement of two annotations of the same sentences, and their differences.
//!
//! Sentences are matched by their tokens. A span accepted from the other file records that file as its origin (agent).

use super::score::PrfScore;
use crate::corpus::{Corpus, LabelId, LabelSet, SentenceId, Span};
use std::collections::{HashMap, VecDeque};

/// Agreement of two annotations: `left` is the first corpus, `right` the second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Number of sentences in both corpora.
    pub sentences: usize,
    /// Number of sentences only in the first corpus.
    pub only_left: usize,
    /// Number of sentences only in the second corpus.
    pub only_right: usize,
    /// Number of tokens in the common sentences.
    pub tokens: usize,
    /// Cohen's kappa over tokens, each with its label or none (Cohen 1960). 1 if both annotations always agree.
    pub kappa: f64,
    /// Krippendorff's alpha, nominal, over the same tokens (Krippendorff 2004, section 11.3).
    pub alpha: f64,
    /// Exact-match precision, recall and F1 of spans (same tokens and label). The first corpus counts as gold.
    pub spans: PrfScore,
    /// Score of spans by label.
    pub labels: Vec<(String, PrfScore)>,
    /// Union of both label sets: labels of the first corpus, then new labels of the second. `right_spans` and
    /// `differences` use its ids.
    pub merged_labels: LabelSet,
    /// Differences in text order.
    pub differences: Vec<Difference>,
    /// All spans of the second corpus in sentences with differences, in bytes of the text of the first.
    pub right_spans: HashMap<SentenceId, Vec<Span>>,
}

/// Difference between two annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Sentence in the first corpus.
    pub sentence: SentenceId,
    /// Span of the first corpus, or `None` if only the second has a span here.
    pub left: Option<Span>,
    /// Span of the second corpus, in bytes of the text of the first. `None` if only the first has a span here.
    pub right: Option<Span>,
}

/// Counts of the spans of one label, or of all labels.
#[derive(Clone, Copy, Default)]
struct SpanCounts {
    /// Number of spans in both corpora.
    correct: usize,
    /// Number of spans in the second corpus.
    predicted: usize,
    /// Number of spans in the first corpus.
    support: usize,
}

impl SpanCounts {
    fn merge(self, other: Self) -> Self {
        Self {
            correct: self.correct + other.correct,
            predicted: self.predicted + other.predicted,
            support: self.support + other.support,
        }
    }

    fn score(self) -> PrfScore {
        PrfScore::from_counts(self.correct, self.predicted, self.support)
    }
}

impl Agreement {
    /// Compares two corpora. Sentences with the same tokens are matched; repeated sentences are matched in order.
    pub fn compare(left: &Corpus, right: &Corpus) -> Self {
        let mut all_labels = left.labels.clone();
        let new_id: Vec<Option<LabelId>> = right.labels.iter().map(|(_, l)| all_labels.intern(&l.name).ok()).collect();
        let mut waiting: HashMap<Vec<&str>, VecDeque<SentenceId>> = HashMap::new();
        for id in right.sentences(None) {
            waiting.entry(right.document(id.document).sentence_tokens(id.sentence as usize)).or_default().push_back(id);
        }
        let mut agreement = Self::default();
        let mut confusion = ConfusionMatrix::new(all_labels.len() + 1);
        let mut counts = vec![SpanCounts::default(); all_labels.len()];
        for id in left.sentences(None) {
            let left_doc = left.document(id.document);
            let sentence = id.sentence as usize;
            let Some(other) = waiting.get_mut(&left_doc.sentence_tokens(sentence)).and_then(VecDeque::pop_front) else {
                agreement.only_left += 1;
                continue;
            };
            agreement.sentences += 1;
            let right_doc = right.document(other.document);
            let left_spans: Vec<Span> = left_doc.spans[left_doc.span_range(sentence)].to_vec();
            let mut right_spans: Vec<Span> = right_doc
                .to_token_spans(other.sentence as usize)
                .into_iter()
                .filter_map(|s| {
                    Some(left_doc.span_from_tokens(sentence, s.start..s.end, new_id[usize::from(s.label)]?))
                })
                .collect();
            // Two spans inside one token become equal when they are extended to the whole token.
            right_spans.sort_unstable();
            right_spans.dedup();
            let length = left_doc.sentence_range(sentence).len();
            let tags = |spans: &[Span]| {
                let mut tags = vec![0; length];
                for span in spans {
                    let words = left_doc.to_token_span(sentence, span);
                    tags[words.start..words.end.min(length)].fill(1 + usize::from(span.label));
                }
                tags
            };
            confusion.add(&tags(&left_spans), &tags(&right_spans));
            // Compares whole tokens on both sides: a span inside a token counts as the token.
            let whole = |s: &Span| {
                let words = left_doc.to_token_span(sentence, s);
                (words.start < words.end).then(|| Span {
                    origin: s.origin,
                    ..left_doc.span_from_tokens(sentence, words.start..words.end, s.label)
                })
            };
            let mut left_spans: Vec<(Span, Span)> = left_spans.iter().filter_map(|s| Some((whole(s)?, *s))).collect();
            left_spans.sort_by_key(|(whole, _)| *whole);
            left_spans.dedup_by_key(|(whole, _)| *whole);
            for (whole, _) in &left_spans {
                counts[usize::from(whole.label)].support += 1;
                counts[usize::from(whole.label)].correct += usize::from(right_spans.contains(whole));
            }
            right_spans.iter().for_each(|s| counts[usize::from(s.label)].predicted += 1);
            let found = differences(id, &left_spans, &right_spans);
            if !found.is_empty() {
                agreement.right_spans.insert(id, right_spans);
            }
            agreement.differences.extend(found);
        }
        agreement.only_right = waiting.values().map(VecDeque::len).sum();
        agreement.tokens = confusion.count;
        (agreement.kappa, agreement.alpha) = (confusion.kappa(), confusion.alpha());
        agreement.spans = counts.iter().copied().fold(SpanCounts::default(), SpanCounts::merge).score();
        let counted =
            all_labels.iter().map(|(id, _)| id).zip(&counts).filter(|(_, count)| count.predicted + count.support > 0);
        agreement.labels = counted.map(|(id, count)| (all_labels.name(id).to_owned(), count.score())).collect();
        agreement.merged_labels = all_labels;
        agreement
    }
}

/// Returns the differences of a sentence. Each span of the first corpus is paired with an overlapping span of the
/// second. The remaining spans of the second follow.
fn differences(id: SentenceId, left_spans: &[(Span, Span)], right_spans: &[Span]) -> Vec<Difference> {
    let mut unmatched: Vec<Span> =
        right_spans.iter().filter(|s| !left_spans.iter().any(|(whole, _)| whole == *s)).copied().collect();
    let mut found = Vec::new();
    for (whole, span) in left_spans.iter().filter(|(whole, _)| !right_spans.contains(whole)) {
        let at = unmatched.iter().position(|other| other.overlaps(whole));
        found.push(Difference { sentence: id, left: Some(*span), right: at.map(|at| unmatched.remove(at)) });
    }
    found.extend(unmatched.into_iter().map(|span| Difference { sentence: id, left: None, right: Some(span) }));
    found.sort_by_key(|d| d.left.or(d.right).map(|s| s.start));
    found
}

/// Confusion matrix of the token labels of two annotations.
struct ConfusionMatrix {
    /// Number of tokens by label in the first, then label in the second annotation. Index 0 is no label.
    table: Vec<Vec<usize>>,
    count: usize,
}

impl ConfusionMatrix {
    fn new(kinds: usize) -> Self {
        Self { table: vec![vec![0; kinds]; kinds], count: 0 }
    }

    fn add(&mut self, left: &[usize], right: &[usize]) {
        left.iter().zip(right).for_each(|(a, b)| self.table[*a][*b] += 1);
        self.count += left.len();
    }

    /// Returns the number of tokens of each label in the first and in the second annotation.
    fn marginals(&self) -> Vec<(f64, f64)> {
        let kinds = self.table.len();
        let row = |k: usize| self.table[k].iter().sum::<usize>() as f64;
        let column = |k: usize| self.table.iter().map(|r| r[k]).sum::<usize>() as f64;
        (0..kinds).map(|k| (row(k), column(k))).collect()
    }

    fn n_agreeing_tokens(&self) -> f64 {
        (0..self.table.len()).map(|k| self.table[k][k]).sum::<usize>() as f64
    }

    fn kappa(&self) -> f64 {
        let n = self.count as f64;
        let observed = self.n_agreeing_tokens() / n;
        let expected = self.marginals().iter().map(|(a, b)| a * b).sum::<f64>() / (n * n);
        if self.count == 0 || expected >= 1.0 { 1.0 } else { (observed - expected) / (1.0 - expected) }
    }

    fn alpha(&self) -> f64 {
        // Two annotators label every token, so there are twice as many values as tokens.
        let values = 2.0 * self.count as f64;
        let pairs = self.marginals().iter().map(|(a, b)| (a + b) * (a + b - 1.0)).sum::<f64>();
        let observed_disagreement = 1.0 - self.n_agreeing_tokens() / self.count as f64;
        let expected_disagreement = 1.0 - pairs / (values * (values - 1.0));
        if self.count == 0 || expected_disagreement <= 0.0 {
            1.0
        } else {
            1.0 - observed_disagreement / expected_disagreement
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DocumentBuilder, Split, TokenSpan};
    use std::sync::Arc;

    /// Builds a corpus of one sentence per line, as in `Oslo/LOC is`. Adjacent tokens with the same label form one
    /// span.
    fn corpus(marked: &str) -> Corpus {
        let mut labels = LabelSet::default();
        let mut builder = DocumentBuilder::new(Split::Train, 0, 0, 0);
        for line in marked.split('\n') {
            let mut tags = Vec::new();
            for word in line.split(' ') {
                let (word, label) = word.split_once('/').map_or((word, None), |(w, l)| (w, labels.intern(l).ok()));
                builder.push_token(word, []);
                tags.push(label);
            }
            let mut start = 0;
            let mut spans = Vec::new();
            for end in 1..=tags.len() {
                if end == tags.len() || tags[end] != tags[start] {
                    spans.extend(tags[start].map(|label| TokenSpan { start, end, label }));
                    start = end;
                }
            }
            builder.end_sentence(&spans);
        }
        Corpus { documents: vec![Arc::new(builder.into_document())], labels, ..Corpus::default() }
    }

    #[test]
    fn compares_two_annotations() {
        let left = corpus("Ada/PER Vance/PER met Zoë/PER in Oslo/LOC\nrain fell here\nonly/LOC mine");
        let right = corpus(
            "rain fell here\nAda/PER Vance met Zoë/PER in Oslo/ORG today/MISC\nAda/PER Vance met Zoë/PER in Oslo/ORG",
        );
        let a = Agreement::compare(&left, &right);
        assert_eq!((a.sentences, a.only_left, a.only_right, a.tokens), (2, 1, 1, 9));
        // sklearn 1.5: cohen_kappa_score; krippendorff 0.8: alpha(level_of_measurement="nominal").
        assert!((a.kappa - 0.6).abs() < 1e-6, "{}", a.kappa);
        assert!((a.alpha - 0.613_636_4).abs() < 1e-6, "{}", a.alpha);
        assert_eq!((a.spans.f1, a.differences.len()), (1.0 / 3.0, 2));
        let texts: Vec<_> =
            a.differences.iter().map(|d| (d.left.is_some(), d.right.map(|s| a.merged_labels.name(s.label)))).collect();
        assert_eq!(texts, [(true, Some("PER")), (true, Some("ORG"))]);
    }

    #[test]
    fn annotation_agrees_with_itself() {
        let left = corpus("Ada/PER met Zoë/PER\nrain fell");
        let a = Agreement::compare(&left, &left);
        assert_eq!((a.kappa, a.alpha, a.spans.f1), (1.0, 1.0, 1.0));
        assert!(a.differences.is_empty());
    }
}
