//! Two labellings of the same sentences: how far they agree, and where they differ.

use super::score::PrfScore;
use crate::corpus::{Corpus, LabelId, LabelSet, SentenceId, Span};
use std::collections::{HashMap, VecDeque};

/// How far two labellings agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Sentences that both have.
    pub sentences: usize,
    /// Sentences that only the first has.
    pub only_left: usize,
    /// Sentences that only the second has.
    pub only_right: usize,
    /// Words of the sentences that both have.
    pub tokens: usize,
    /// Cohen's kappa over words, each with its label or none (Cohen 1960). 1 where both always say the same.
    pub kappa: f64,
    /// Krippendorff's alpha, nominal, over the same words (Krippendorff 2004, section 11.3).
    pub alpha: f64,
    /// Spans of the same words and label; the first is taken for the truth.
    pub spans: PrfScore,
    /// The same by label.
    pub labels: Vec<(String, PrfScore)>,
    /// Labels of both: those of the first, then those that only the second has. The second's spans are numbered by them.
    pub merged_labels: LabelSet,
    /// Where they differ, in the order of the text.
    pub differences: Vec<Difference>,
    /// All that the second has in the sentences where they differ, in bytes of the first's text.
    pub right_spans: HashMap<SentenceId, Vec<Span>>,
}

/// A place where two labellings differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The sentence, in the first.
    pub sentence: SentenceId,
    /// What the first has there.
    pub left: Option<Span>,
    /// What the second has there, in bytes of the first's text.
    pub right: Option<Span>,
}

impl Agreement {
    /// Compares two corpora. Sentences are matched by their words; one that stands several times is matched in order.
    pub fn compare(mine: &Corpus, theirs: &Corpus) -> Self {
        let mut all_labels = mine.labels.clone();
        let new_id: Vec<Option<LabelId>> = theirs.labels.iter().map(|(_, l)| all_labels.intern(&l.name).ok()).collect();
        let mut waiting: HashMap<Vec<&str>, VecDeque<SentenceId>> = HashMap::new();
        for id in theirs.sentences(None) {
            waiting
                .entry(theirs.document(id.document).sentence_tokens(id.sentence as usize))
                .or_default()
                .push_back(id);
        }
        let mut agreement = Self::default();
        let mut words = ConfusionMatrix::new(all_labels.len() + 1);
        let mut spans: Vec<(usize, usize, usize)> = vec![(0, 0, 0); all_labels.len()];
        for id in mine.sentences(None) {
            let d = mine.document(id.document);
            let sentence = id.sentence as usize;
            let Some(other) = waiting.get_mut(&d.sentence_tokens(sentence)).and_then(VecDeque::pop_front) else {
                agreement.only_left += 1;
                continue;
            };
            agreement.sentences += 1;
            let e = theirs.document(other.document);
            let here: Vec<Span> = d.spans[d.span_range(sentence)].to_vec();
            let mut there: Vec<Span> = e
                .to_token_spans(other.sentence as usize)
                .into_iter()
                .filter_map(|s| Some(d.span_from_tokens(sentence, s.start..s.end, new_id[usize::from(s.label)]?)))
                .collect();
            // Two parts of one word are the same whole words.
            there.sort_unstable();
            there.dedup();
            let length = d.sentence_range(sentence).len();
            let tags = |spans: &[Span]| {
                let mut tags = vec![0; length];
                for span in spans {
                    let words = d.to_token_span(sentence, span);
                    tags[words.start..words.end.min(length)].fill(1 + usize::from(span.label));
                }
                tags
            };
            words.add(&tags(&here), &tags(&there));
            // Whole words on both sides: a span inside a word of one is that word for the other.
            let whole = |s: &Span| {
                let words = d.to_token_span(sentence, s);
                (words.start < words.end)
                    .then(|| Span { origin: s.origin, ..d.span_from_tokens(sentence, words.start..words.end, s.label) })
            };
            let mut here: Vec<(Span, Span)> = here.iter().filter_map(|s| Some((whole(s)?, *s))).collect();
            here.sort_by_key(|(whole, _)| *whole);
            here.dedup_by_key(|(whole, _)| *whole);
            for (whole, _) in &here {
                spans[usize::from(whole.label)].2 += 1;
                spans[usize::from(whole.label)].0 += usize::from(there.contains(whole));
            }
            there.iter().for_each(|s| spans[usize::from(s.label)].1 += 1);
            let found = differences(id, &here, &there);
            if !found.is_empty() {
                agreement.right_spans.insert(id, there);
            }
            agreement.differences.extend(found);
        }
        agreement.only_right = waiting.values().map(VecDeque::len).sum();
        agreement.tokens = words.count;
        (agreement.kappa, agreement.alpha) = (words.kappa(), words.alpha());
        let sum = spans.iter().fold((0, 0, 0), |a, s| (a.0 + s.0, a.1 + s.1, a.2 + s.2));
        agreement.spans = PrfScore::from_counts(sum.0, sum.1, sum.2);
        let of_label = |(id, s): (LabelId, &(usize, usize, usize))| {
            (all_labels.name(id).to_owned(), PrfScore::from_counts(s.0, s.1, s.2))
        };
        let counted = all_labels.iter().map(|(id, _)| id).zip(&spans).filter(|(_, s)| s.1 + s.2 > 0);
        agreement.labels = counted.map(of_label).collect();
        agreement.merged_labels = all_labels;
        agreement
    }
}

/// What differs in a sentence: each of the first with the second's that it overlaps, then what only the second has.
fn differences(id: SentenceId, here: &[(Span, Span)], there: &[Span]) -> Vec<Difference> {
    let mut left: Vec<Span> = there.iter().filter(|s| !here.iter().any(|(whole, _)| whole == *s)).copied().collect();
    let mut found = Vec::new();
    for (whole, span) in here.iter().filter(|(whole, _)| !there.contains(whole)) {
        let at = left.iter().position(|other| other.overlaps(whole));
        found.push(Difference { sentence: id, left: Some(*span), right: at.map(|at| left.remove(at)) });
    }
    found.extend(left.into_iter().map(|span| Difference { sentence: id, left: None, right: Some(span) }));
    found.sort_by_key(|d| d.left.or(d.right).map(|s| s.start));
    found
}

/// How often the first says one thing of a word and the second another.
struct ConfusionMatrix {
    /// By what the first says, then what the second says.
    table: Vec<Vec<usize>>,
    count: usize,
}

impl ConfusionMatrix {
    fn new(kinds: usize) -> Self {
        Self { table: vec![vec![0; kinds]; kinds], count: 0 }
    }

    fn add(&mut self, mine: &[usize], theirs: &[usize]) {
        mine.iter().zip(theirs).for_each(|(a, b)| self.table[*a][*b] += 1);
        self.count += mine.len();
    }

    /// How often each thing is said, by the first and by the second.
    fn marginals(&self) -> Vec<(f64, f64)> {
        let kinds = self.table.len();
        let row = |k: usize| self.table[k].iter().sum::<usize>() as f64;
        let column = |k: usize| self.table.iter().map(|r| r[k]).sum::<usize>() as f64;
        (0..kinds).map(|k| (row(k), column(k))).collect()
    }

    fn observed_agreement(&self) -> f64 {
        (0..self.table.len()).map(|k| self.table[k][k]).sum::<usize>() as f64
    }

    fn kappa(&self) -> f64 {
        let n = self.count as f64;
        let observed = self.observed_agreement() / n;
        let expected = self.marginals().iter().map(|(a, b)| a * b).sum::<f64>() / (n * n);
        if self.count == 0 || expected >= 1.0 { 1.0 } else { (observed - expected) / (1.0 - expected) }
    }

    fn alpha(&self) -> f64 {
        // Two say something of every word, so there are twice as many values as words.
        let values = 2.0 * self.count as f64;
        let pairs = self.marginals().iter().map(|(a, b)| (a + b) * (a + b - 1.0)).sum::<f64>();
        let observed = 1.0 - self.observed_agreement() / self.count as f64;
        let expected = 1.0 - pairs / (values * (values - 1.0));
        if self.count == 0 || expected <= 0.0 { 1.0 } else { 1.0 - observed / expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DocumentBuilder, Split, TokenSpan};
    use std::sync::Arc;

    /// Sentences by line, a tag a word: `Oslo/LOC is`. Neighbours of one label are one span.
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
    fn two_labellings_are_compared() {
        let mine = corpus("Ada/PER Vance/PER met Zoë/PER in Oslo/LOC\nrain fell here\nonly/LOC mine");
        let theirs = corpus(
            "rain fell here\nAda/PER Vance met Zoë/PER in Oslo/ORG today/MISC\nAda/PER Vance met Zoë/PER in Oslo/ORG",
        );
        let a = Agreement::compare(&mine, &theirs);
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
    fn a_labelling_agrees_with_itself() {
        let mine = corpus("Ada/PER met Zoë/PER\nrain fell");
        let a = Agreement::compare(&mine, &mine);
        assert_eq!((a.kappa, a.alpha, a.spans.f1), (1.0, 1.0, 1.0));
        assert!(a.differences.is_empty());
    }
}
