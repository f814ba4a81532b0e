//! Checks for possible annotation errors, with a fix if one is probably correct.

use super::statistics::span_texts;
use crate::corpus::edit::quoted_text;
use crate::corpus::{Corpus, Document, Edit, InvalidTag, LabelId, Origin, SentenceId, Span};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Span starts or ends with white space or punctuation.
    EdgePunctuation,
    /// Span starts or ends inside a token.
    PartialToken,
    /// Span boundary is inside a subword of the model, or the span exceeds the maximum length of the model.
    SubwordBoundary,
    /// Tag of the source is invalid at its position.
    InvalidTag,
    /// Same text has another label in most other occurrences.
    InconsistentLabel,
    /// Same text has a label in most other occurrences.
    MissingLabel,
    /// Same sentence has other labels elsewhere.
    ConflictingDuplicate,
    /// Sentence of train also occurs in dev or test.
    SplitLeakage,
}

impl FindingKind {
    /// All kinds in display order.
    pub const ALL: [Self; 8] = [
        Self::EdgePunctuation,
        Self::PartialToken,
        Self::SubwordBoundary,
        Self::InvalidTag,
        Self::InconsistentLabel,
        Self::MissingLabel,
        Self::ConflictingDuplicate,
        Self::SplitLeakage,
    ];
}

/// Possible annotation error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Kind of the finding.
    pub kind: FindingKind,
    /// Sentence of the finding.
    pub sentence: SentenceId,
    /// Text range of the finding.
    pub span: Span,
    /// Message for the user.
    pub message: String,
    /// Edit that fixes the finding, if there is one.
    pub fix: Option<Edit>,
}

/// Minimum number of occurrences before a majority label is assumed.
const MIN_OCCURRENCES: usize = 3;
/// Minimum number of labeled occurrences before unlabeled occurrences are reported.
const MIN_LABELED_OCCURRENCES: usize = 5;
/// Minimum share of the majority label among the occurrences of a text.
const MAJORITY_RATIO: f64 = 0.8;
/// Maximum length in characters of a word that, followed by a period, counts as an abbreviation.
const MAX_ABBREVIATION_LEN: usize = 5;
/// Maximum number of findings per kind.
pub const MAX_FINDINGS_PER_KIND: usize = 2000;

/// Checks the labels of a corpus. Returns the findings sorted by kind and sentence.
pub fn lint(corpus: &Corpus) -> Vec<Finding> {
    let mut found = FindingCollector::default();
    let usual = majority_labels(corpus);
    let mut sentences: HashMap<&str, SentenceId> = HashMap::new();
    let mut missed: HashMap<&str, usize> = HashMap::new();
    for (document, d) in (0u32..).zip(&corpus.documents) {
        for sentence in 0..d.len() as u32 {
            let place = SentenceContext { corpus, d, id: SentenceId { document, sentence } };
            place.check_boundaries(&mut found);
            place.check_inconsistent(&usual, &mut found);
            place.check_missing(&usual, &mut missed, &mut found);
            if d.sentence_range(sentence as usize).len() > MIN_OCCURRENCES {
                let first = *sentences.entry(d.sentence_text(sentence as usize)).or_insert(place.id);
                place.check_duplicates(first, &mut found);
            }
        }
    }
    let mut found = found.list;
    found.retain(|f| f.kind != FindingKind::MissingLabel || is_minority(f, corpus, &usual, &missed));
    found.sort_by_key(|f| (f.kind, f.sentence));
    found
}

/// Returns true if unlabeled occurrences are the minority among all occurrences of the text.
///
/// Example: a club with the name of a weekday is no reason to label every weekday.
fn is_minority(
    finding: &Finding,
    corpus: &Corpus,
    usual: &HashMap<&str, (LabelId, usize)>,
    missed: &HashMap<&str, usize>,
) -> bool {
    let text = &corpus.document(finding.sentence.document).text[finding.span.start as usize..finding.span.end as usize];
    let labeled = usual.get(text).map_or(0, |(_, n)| *n);
    let all = labeled + missed.get(text).copied().unwrap_or(0);
    labeled >= MIN_LABELED_OCCURRENCES && labeled as f64 >= MAJORITY_RATIO * all as f64
}

/// Returns findings for pairs of [`NearDuplicates::leakage_pairs`](super::statistics::NearDuplicates::leakage_pairs).
pub(super) fn leakage_findings(corpus: &Corpus, pairs: &[(SentenceId, SentenceId)]) -> Vec<Finding> {
    let finding = |(id, duplicate): &(SentenceId, SentenceId)| {
        let d = corpus.document(id.document);
        let at = d.span_from_tokens(
            id.sentence as usize,
            0..d.sentence_range(id.sentence as usize).len(),
            LabelId::default(),
        );
        let split = corpus.split_of(*duplicate).name();
        let what = format!("{} is also in {split}, or a near-duplicate is", quoted_text(d, &at));
        Finding { kind: FindingKind::SplitLeakage, sentence: *id, span: at, message: what, fix: None }
    };
    pairs.iter().take(MAX_FINDINGS_PER_KIND).map(finding).collect()
}

/// Returns findings for invalid tags. `file` is the [`Document::source_id`] of the source.
pub fn invalid_tag_findings(corpus: &Corpus, file: u32, slips: &[InvalidTag]) -> Vec<Finding> {
    let of_file = (0u32..).zip(&corpus.documents).filter(|(_, d)| d.source_id == file);
    let documents: Vec<(u32, &Arc<Document>)> = of_file.collect();
    let finding = |slip: &InvalidTag| {
        let at =
            documents.partition_point(|(_, d)| d.source_index as usize <= slip.position.sentence).checked_sub(1)?;
        let (document, d) = documents[at];
        let sentence = slip.position.sentence - d.source_index as usize;
        let words = (sentence < d.len()).then(|| d.sentence_range(sentence).len())?;
        Some(Finding {
            kind: FindingKind::InvalidTag,
            sentence: SentenceId { document, sentence: sentence as u32 },
            span: d.span_from_tokens(sentence, 0..words, LabelId::default()),
            message: format!("line {} of the file: {}", slip.position.line, slip.message()),
            fix: None,
        })
    };
    slips.iter().take(MAX_FINDINGS_PER_KIND).filter_map(finding).collect()
}

/// Returns the majority label of each text that has one, and the number of its occurrences.
fn majority_labels(corpus: &Corpus) -> HashMap<&str, (LabelId, usize)> {
    let mut counts: HashMap<&str, HashMap<LabelId, usize>> = HashMap::new();
    for (text, label) in corpus.documents.iter().flat_map(|d| span_texts(d)) {
        *counts.entry(text).or_default().entry(label).or_default() += 1;
    }
    let usual = counts.into_iter().filter_map(|(text, labels)| {
        let all: usize = labels.values().sum();
        let (label, n) = labels.into_iter().max_by_key(|(label, n)| (*n, std::cmp::Reverse(*label)))?;
        (n >= MIN_OCCURRENCES && n as f64 >= MAJORITY_RATIO * all as f64).then_some((text, (label, n)))
    });
    usual.collect()
}

/// Collects findings, at most [`MAX_FINDINGS_PER_KIND`] of each kind.
#[derive(Default)]
struct FindingCollector {
    list: Vec<Finding>,
    of_kind: [usize; FindingKind::ALL.len()],
}

impl FindingCollector {
    fn push(&mut self, finding: Finding) {
        let count = &mut self.of_kind[finding.kind as usize];
        *count += 1;
        if *count <= MAX_FINDINGS_PER_KIND {
            self.list.push(finding);
        }
    }
}

/// Sentence under check.
struct SentenceContext<'a> {
    corpus: &'a Corpus,
    d: &'a Document,
    id: SentenceId,
}

impl<'a> SentenceContext<'a> {
    fn spans(&self) -> &'a [Span] {
        &self.d.spans[self.d.span_range(self.id.sentence as usize)]
    }

    fn text(&self, at: &Span) -> &'a str {
        &self.d.text[at.start as usize..at.end as usize]
    }

    fn name(&self, label: LabelId) -> &str {
        self.corpus.labels.name(label)
    }

    /// Creates a finding. `fix` contains the spans to remove and the spans to add.
    fn finding(&self, kind: FindingKind, at: Span, what: String, fix: Option<(Vec<Span>, Vec<Span>)>) -> Finding {
        let document = self.id.document;
        let fix = fix.map(|(removed, added)| Edit::Spans { document, removed, added });
        Finding { kind, sentence: self.id, span: at, message: what, fix }
    }

    fn check_boundaries(&self, found: &mut FindingCollector) {
        let sentence = self.id.sentence as usize;
        for span in self.spans() {
            let words = self.d.to_token_span(sentence, span);
            let Some(inner) = trim_punctuation(self.d, sentence, words.start..words.end) else { continue };
            let new = Span { origin: Origin::Human, ..self.d.span_from_tokens(sentence, inner, span.label) };
            let cuts = new.start < span.start || span.end < new.end;
            let (kind, what) = match cuts {
                true => (FindingKind::PartialToken, "starts or ends inside a token"),
                false => (FindingKind::EdgePunctuation, "starts or ends with whitespace or punctuation"),
            };
            if new != *span {
                let what = format!("{} {what}", quoted_text(self.d, span));
                found.push(self.finding(kind, *span, what, Some((vec![*span], vec![new]))));
            }
        }
    }

    fn check_inconsistent(&self, usual: &HashMap<&str, (LabelId, usize)>, found: &mut FindingCollector) {
        for span in self.spans() {
            if let Some((label, n)) = usual.get(self.text(span)).filter(|(label, _)| *label != span.label) {
                let (now, usual) = (self.name(span.label), self.name(*label));
                let what = format!("{} is {now} here but {usual} in {n} other places", quoted_text(self.d, span));
                let new = Span { label: *label, origin: Origin::Human, ..*span };
                found.push(self.finding(FindingKind::InconsistentLabel, *span, what, Some((vec![*span], vec![new]))));
            }
        }
    }

    /// Reports unlabeled token sequences of up to `MAX_NGRAM_TOKENS` tokens that are spans elsewhere. `missed` counts
    /// them by text.
    fn check_missing(
        &self,
        usual: &HashMap<&'a str, (LabelId, usize)>,
        missed: &mut HashMap<&'a str, usize>,
        found: &mut FindingCollector,
    ) {
        const MAX_NGRAM_TOKENS: usize = 4;
        let sentence = self.id.sentence as usize;
        let length = self.d.sentence_range(sentence).len();
        let mut first = 0;
        while first < length {
            let longest = (1..=MAX_NGRAM_TOKENS.min(length - first)).rev().find_map(|n| {
                let at = self.d.span_from_tokens(sentence, first..first + n, LabelId::default());
                let (label, count) = *usual.get(self.text(&at))?;
                Some((n, Span { label, origin: Origin::Human, ..at }, count))
            });
            let Some((n, at, count)) = longest else {
                first += 1;
                continue;
            };
            first += n;
            // Lower-case words are usually not names.
            let named = self.text(&at).chars().any(char::is_uppercase) || !self.text(&at).is_ascii();
            if named && !self.spans().iter().any(|s| s.overlaps(&at)) {
                *missed.entry(self.text(&at)).or_default() += 1;
                let what = format!(
                    "{} is {} in {count} other places but not labeled here",
                    quoted_text(self.d, &at),
                    self.name(at.label)
                );
                found.push(self.finding(FindingKind::MissingLabel, at, what, Some((Vec::new(), vec![at]))));
            }
        }
    }

    fn check_duplicates(&self, first: SentenceId, found: &mut FindingCollector) {
        let other = self.corpus.document(first.document);
        let (here, there) =
            (self.d.to_token_spans(self.id.sentence as usize), other.to_token_spans(first.sentence as usize));
        if first != self.id && here != there {
            let range = self.d.sentence_range(self.id.sentence as usize);
            let at = self.d.span_from_tokens(self.id.sentence as usize, 0..range.len(), LabelId::default());
            let what = format!("{} occurs twice; the first occurrence has different labels", quoted_text(self.d, &at));
            found.push(self.finding(FindingKind::ConflictingDuplicate, at, what, None));
        }
    }
}

/// Removes punctuation tokens from both ends of a token range. Returns `None` if all tokens are punctuation.
///
/// A closing bracket is kept if the range contains an opening one. A period is kept if it ends an abbreviation.
pub fn trim_punctuation(d: &Document, sentence: usize, words: Range<usize>) -> Option<Range<usize>> {
    let from = d.sentence_range(sentence).start;
    let token = |word: usize| d.token(from + word);
    let is_sign = |word: &usize| token(*word).chars().all(is_trimmable);
    let first = words.clone().find(|word| !is_sign(word))?;
    let last = words.clone().rev().find(|word| !is_sign(word))?;
    let end = words.end - 1;
    let opened = || words.clone().any(|word| token(word).contains(['(', '[', '«', '“']));
    let closes = matches!(token(end), ")" | "]" | "»" | "”") && opened();
    let abbreviates = token(end) == "." && token(last).chars().count() <= MAX_ABBREVIATION_LEN;
    Some(first..if closes || abbreviates { end } else { last } + 1)
}

/// Returns true for punctuation that does not start or end a name.
fn is_trimmable(c: char) -> bool {
    matches!(
        c,
        ',' | '.' | ';' | ':' | '!' | '?' | '"' | '“' | '”' | '(' | ')' | '[' | ']' | '«' | '»' | '、' | '。' | '，'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{DocumentBuilder, LabelSet, Split, TokenSpan};
    use std::sync::Arc;

    /// Builds a corpus of one sentence per line, with spans such as `[Oslo LOC]`. Tokens are separated by spaces.
    fn corpus(marked: &str) -> Corpus {
        let mut labels = LabelSet::default();
        let mut builder = DocumentBuilder::new(Split::Train, 0, 0, 0);
        for line in marked.split('\n') {
            let (mut end, mut start, mut spans) = (0, 0, Vec::new());
            for word in line.split(' ') {
                match (word.strip_prefix('['), word.strip_suffix(']')) {
                    (_, Some(label)) => {
                        spans.push(TokenSpan { start, end, label: labels.intern(label).expect("few labels") })
                    }
                    (begun, None) => {
                        start = if begun.is_some() { end } else { start };
                        builder.push_token(begun.unwrap_or(word), []);
                        end += 1;
                    }
                }
            }
            builder.end_sentence(&spans);
        }
        Corpus { documents: vec![Arc::new(builder.into_document())], labels, ..Corpus::default() }
    }

    #[test]
    fn lint_finds_and_fixes_problems() {
        let check = |marked: &str, expected: &[(FindingKind, &str)]| {
            let mut corpus = corpus(marked);
            let found = lint(&corpus);
            let shown: Vec<(FindingKind, &str)> = found.iter().map(|f| (f.kind, f.message.as_str())).collect();
            assert_eq!(shown, expected, "{marked}");
            for fix in found.iter().filter_map(|f| f.fix.as_ref()) {
                assert!(fix.apply(&mut corpus));
            }
            let left = lint(&corpus).into_iter().filter(|f| f.fix.is_some()).count();
            assert_eq!(left, 0, "{marked}");
        };
        check("[Oslo LOC] is\n[U.S. LOC] is\n[Baird Co . ORG] is\n[Mladost ( L ) ORG] is", &[]);
        check(
            "in [Oslo , LOC] rain",
            &[(FindingKind::EdgePunctuation, "“Oslo ,” starts or ends with whitespace or punctuation")],
        );
        let often = "[Oslo LOC] a\n[Oslo LOC] b\n[Oslo LOC] c\n[Oslo LOC] d\n[Oslo LOC] e";
        check(
            &format!("{often}\nto Oslo"),
            &[(FindingKind::MissingLabel, "“Oslo” is LOC in 5 other places but not labeled here")],
        );
        check(
            &format!("{often}\n[Oslo PER] f"),
            &[(FindingKind::InconsistentLabel, "“Oslo” is PER here but LOC in 5 other places")],
        );
        // Fewer than five labeled occurrences are not sufficient. Many are not sufficient either if too many others are
        // unlabeled.
        check("[Oslo LOC] a\n[Oslo LOC] b\n[Oslo LOC] c\n[Oslo LOC] d\nto Oslo", &[]);
        check(&format!("{often}\nto Oslo\nin Oslo"), &[]);
        check(
            "[Ada PER] sails on the sea\nAda sails on the sea",
            &[(
                FindingKind::ConflictingDuplicate,
                "“Ada sails on the sea” occurs twice; the first occurrence has different labels",
            )],
        );
    }

    #[test]
    fn partial_token_span_is_extended() {
        let mut corpus = corpus("Kundennummer2785 is");
        corpus.labels.intern("ID").expect("few labels");
        corpus.document_mut(0).insert_span(Span::new(12..16, LabelId::default()));
        let found = lint(&corpus);
        assert_eq!(found.iter().map(|f| f.kind).collect::<Vec<_>>(), [FindingKind::PartialToken]);
        assert!(found[0].fix.as_ref().is_some_and(|fix| fix.apply(&mut corpus)));
        assert_eq!(corpus.document(0).spans, [Span::new(0..16, LabelId::default())]);
    }
}
