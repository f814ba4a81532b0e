//! Other occurrences of the selected words.

use super::Session;
use crate::corpus::{LabelId, Origin, SentenceId, Span};

/// Criteria for two words to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Ignores case.
    pub ignore_case: bool,
    /// Ignores word endings, independent of language. Two words match if their common prefix has at least four letters
    /// and covers two thirds of the shorter word, with at most three letters after it in each word.
    pub ignore_suffix: bool,
}

impl MatchOptions {
    /// Returns true if two words match.
    pub fn is_match(self, a: &str, b: &str) -> bool {
        if a == b {
            return true;
        }
        if !self.ignore_case && !self.ignore_suffix {
            return false;
        }
        let lower = |c: char| c.to_lowercase().next().filter(|_| self.ignore_case).unwrap_or(c);
        let (a, b) = (a.chars().map(lower), b.chars().map(lower));
        if !self.ignore_suffix {
            return a.eq(b);
        }
        let shared = a.clone().zip(b.clone()).take_while(|(x, y)| x == y).count();
        if shared < 4 {
            return a.eq(b);
        }
        let (a, b) = (a.count(), b.count());
        (shared * 3 >= a.min(b) * 2 && a - shared <= 3 && b - shared <= 3) || (a == b && a == shared)
    }
}

/// An occurrence of the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatch {
    /// Index of the sentence in the list of all sentences.
    pub sentence_index: usize,
    /// Span of the occurrence, with the label to apply.
    pub span: Span,
    /// Current label: of a span of exactly these words, or of the first span that would be replaced.
    pub current_label: Option<LabelId>,
    /// True if that span covers other words, for example a longer name.
    pub has_conflict: bool,
    /// True if the occurrence is selected for labeling.
    pub is_checked: bool,
}

impl Session {
    /// Returns the selected words and their text.
    pub fn selected_words(&self) -> Option<(Vec<String>, String)> {
        let range = self.selected()?;
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        let words = document.sentence_tokens(id.sentence as usize);
        let text = document.token_range_text(id.sentence as usize, *range.start()..range.end() + 1);
        Some((words[range].iter().map(|w| (*w).to_owned()).collect(), text.replace(['\n', '\r'], " ")))
    }

    /// Finds these words in all listed sentences. Occurrences that already have the label, or are part of a longer
    /// span, are not selected.
    pub fn find_matches(&self, words: &[String], label: LabelId, options: MatchOptions) -> Vec<TextMatch> {
        self.visible.iter().flat_map(|index| self.matches_in(*index, words, label, options)).collect()
    }

    /// Finds these words in one sentence, without overlaps.
    pub fn matches_in(&self, index: usize, words: &[String], label: LabelId, options: MatchOptions) -> Vec<TextMatch> {
        let SentenceId { document, sentence } = self.sentences[index];
        let d = self.corpus.document(document);
        let range = d.sentence_range(sentence as usize);
        let mut hits = Vec::new();
        let mut at = range.start;
        while at + words.len() <= range.end {
            if !words.iter().enumerate().all(|(i, word)| options.is_match(d.token(at + i), word)) {
                at += 1;
                continue;
            }
            let first = at - range.start;
            let span = d.span_from_tokens(sentence as usize, first..first + words.len(), label);
            let here = &d.spans[d.span_range(sentence as usize)];
            let exact = here.iter().filter(|s| (s.start, s.end) == (span.start, span.end));
            let other = self.replaced_spans(here, &[span]).first().map(|s| s.label);
            let exact_label = exact.clone().find(|s| s.label == label).or(exact.clone().next()).map(|s| s.label);
            let has_conflict = exact_label.is_none() && other.is_some();
            let is_checked = exact_label != Some(label) && !has_conflict;
            let human_span = Span { origin: Origin::Human, ..span };
            hits.push(TextMatch {
                sentence_index: index,
                span: human_span,
                current_label: exact_label.or(other),
                has_conflict,
                is_checked,
            });
            at += words.len();
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn match_options_ignore_case_and_suffix() {
        let check = |a: &str, b: &str, ignore_case: bool, ignore_suffix: bool, expected: bool| {
            assert_eq!(
                MatchOptions { ignore_case, ignore_suffix }.is_match(a, b),
                expected,
                "{a} {b} {ignore_case} {ignore_suffix}"
            );
        };
        check("Oslo", "Oslo", false, false, true);
        check("Oslo", "OSLO", false, false, false);
        check("Oslo", "OSLO", true, false, true);
        check("Kundennummer", "Kundennummern", false, true, true);
        check("walked", "walking", false, true, true);
        check("Paris", "Parisian", false, true, true);
        check("war", "wart", false, true, false);
        check("Iran", "Iraq", false, true, false);
        check("STRASSE", "straße", true, false, false);
    }
}
