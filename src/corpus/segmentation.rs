//! Segmentation of plain text into tokens and sentences.
//!
//! Tokens are Unicode words (UAX #29) without white space. Chinese and Japanese are split into characters, and Thai, Lao,
//! Khmer and Burmese into the words of a dictionary; an emoji and its modifiers are one token.
//!
//! A sentence ends at the end of a line. Inside a line it ends at Unicode sentence boundaries, unless the last word is
//! probably an abbreviation, or Thai or Lao, which have no sentence punctuation. No sentence ends inside a span.

use super::document::Document;
use super::span::Span;
use super::split::Split;
use super::to_u32::to_u32;
use super::unspaced_text::{WritingSystem, dictionary_bounds};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Returns true for letters and marks of scripts whose words are found with a dictionary.
fn is_dictionary_script(c: char) -> bool {
    WritingSystem::of_char(c) == WritingSystem::SoutheastAsian
}

/// Returns the byte ranges of the words of a text.
pub fn tokenize(text: &str) -> Vec<(u32, u32)> {
    let mut words = Vec::new();
    // Adjacent parts in a script whose words are found with a dictionary.
    let mut run: Range<usize> = 0..0;
    for (at, word) in text.split_word_bound_indices() {
        if word.starts_with(is_dictionary_script) {
            run.start = if run.end == at && !run.is_empty() { run.start } else { at };
            run.end = at + word.len();
            continue;
        }
        push_dictionary_words(text, std::mem::take(&mut run), &mut words);
        if !word.chars().all(|c| c.is_whitespace() || c.is_control()) {
            words.push((to_u32(at), to_u32(at + word.len())));
        }
    }
    push_dictionary_words(text, run, &mut words);
    words
}

/// Adds the words of a range of a text.
fn push_dictionary_words(text: &str, range: Range<usize>, words: &mut Vec<(u32, u32)>) {
    let bounds: Vec<usize> = dictionary_bounds(&text[range.clone()]).map(|at| range.start + at).collect();
    words.extend(bounds.windows(2).map(|pair| (to_u32(pair[0]), to_u32(pair[1]))));
}

/// Returns the index of the first word of each sentence, followed by the number of words.
fn split_sentences(text: &str, words: &[(u32, u32)], spans: &[Span]) -> Vec<u32> {
    let mut starts = vec![0u32];
    let mut ends = text.split_sentence_bound_indices().map(|(at, s)| at + s.len()).peekable();
    let mut covered = 0;
    let mut next_span = 0;
    // True if the last letter before `scanned` is of a script with sentence punctuation.
    let (mut is_punctuated, mut scanned) = (true, 0);
    for (i, pair) in words.windows(2).enumerate() {
        let (end, begin) = (pair[0].1 as usize, pair[1].0 as usize);
        while ends.next_if(|at| *at < end).is_some() {}
        let gap = &text[end..begin];
        let line_ends = gap.contains(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}']);
        for letter in text[scanned..end].chars().filter(|c| c.is_alphabetic()) {
            // Thai and Lao have no sentence punctuation.
            is_punctuated = !matches!(letter, '\u{e00}'..='\u{eff}');
        }
        scanned = end;
        let sentence_ends =
            is_punctuated && ends.peek().is_some_and(|at| *at <= begin) && !is_abbreviation(text, words, i);
        // Spans are sorted by start, so the maximum end of the spans up to here is sufficient.
        while spans.get(next_span).is_some_and(|s| s.start < pair[1].0) {
            covered = covered.max(spans[next_span].end);
            next_span += 1;
        }
        if (line_ends || sentence_ends) && covered <= pair[1].0 {
            starts.push(to_u32(i + 1));
        }
    }
    if words.is_empty() { vec![0] } else { [starts, vec![to_u32(words.len())]].concat() }
}

/// Returns true if the word ends with a period that probably belongs to an abbreviation.
///
/// This is a capitalized word of up to three letters ("Dr.", "St.", "J."), or a word with an inner period ("U.S.",
/// "e.g.").
fn is_abbreviation(text: &str, words: &[(u32, u32)], last: usize) -> bool {
    let word = |i: usize| &text[words[i].0 as usize..words[i].1 as usize];
    // The period is a separate word, or the end of a word.
    let name = match (word(last).strip_suffix('.'), last.checked_sub(1)) {
        (Some(""), Some(before)) if words[before].1 == words[last].0 => word(before),
        (Some(name), _) if !name.is_empty() => name,
        _ => return false,
    };
    let letters = name.chars().count();
    let capital = name.chars().next().is_some_and(char::is_uppercase);
    (capital && letters <= 3 && name.chars().all(char::is_alphabetic)) || name.contains('.')
}

impl Document {
    /// Creates a document from a text, with the given tokens or, if `None`, Unicode words. Sorts the spans.
    pub fn from_text(
        split: Split,
        file: u32,
        place: u32,
        text: String,
        mut spans: Vec<Span>,
        own_words: Option<Vec<(u32, u32)>>,
    ) -> Self {
        spans.sort_unstable();
        let tokens = own_words.unwrap_or_else(|| tokenize(&text));
        let sentences = split_sentences(&text, &tokens, &spans);
        Self {
            splits: split.into(),
            source_id: file,
            source_index: place,
            tokens,
            sentences,
            spans,
            text,
            ..Self::default()
        }
    }

    /// Replaces the sentence boundaries by these token indices, which must be ascending. Indices inside a span are
    /// ignored.
    #[must_use]
    pub fn with_sentence_starts(mut self, starts: &[u32]) -> Self {
        let inside = |token: u32| {
            let at = self.tokens[token as usize].0;
            self.spans.iter().any(|s| s.start < at && at < s.end)
        };
        let total = to_u32(self.tokens.len());
        let starts = starts.iter().copied().filter(|s| *s > 0 && *s < total && !inside(*s));
        self.sentences = if total == 0 { vec![0] } else { std::iter::once(0).chain(starts).chain([total]).collect() };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::LabelId;

    /// Formats a text with `·` between words and ` / ` between sentences.
    fn shown(text: &str, spans: &[Span]) -> String {
        let d = Document::from_text(Split::Train, 0, 0, text.to_owned(), spans.to_vec(), None);
        (0..d.len()).map(|s| d.sentence_tokens(s).join("·")).collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn tokenizes_by_uax29() {
        let check = |text: &str, expected: &str| assert_eq!(shown(text, &[]), expected);
        check("Hello, world!", "Hello·,·world·!");
        check("don't stop", "don't·stop");
        check("10.5 % of e\u{301}te\u{301}", "10.5·%·of·e\u{301}te\u{301}");
        check("中国人", "中·国·人");
        check("ฉันรักประเทศไทย", "ฉัน·รัก·ประเทศไทย");
        check("พ.ศ. 2560 (ปี)", "พ·.·ศ·.·2560·(·ปี·)");
        check("👩‍👩‍👧 hi", "👩‍👩‍👧·hi");
        check("  \t ", "");
        check("", "");
    }

    #[test]
    fn splits_sentences_at_lines_and_punctuation() {
        let check = |text: &str, expected: &str| assert_eq!(shown(text, &[]), expected);
        check("One two. Three!", "One·two·. / Three·!");
        check("one\ntwo\r\n\r\nthree", "one / two / three");
        check("Dr. Smith left.\u{2028}He did", "Dr·.·Smith·left·. / He·did");
        check("The U.S. Army", "The·U.S·.·Army");
        check("A. Merkel", "A·.·Merkel");
        check("ကခ။ ဂဃ။", "က·ခ·။ / ဂ·ဃ·။");
        check("ฉันรัก ประเทศไทย\nไทย", "ฉัน·รัก·ประเทศไทย / ไทย");
    }

    #[test]
    fn spans_prevent_sentence_boundaries() {
        let span = |start, end| Span::new(start..end, LabelId::default());
        assert_eq!(shown("He said. She left.", &[]), "He·said·. / She·left·.");
        assert_eq!(shown("He said. She left.", &[span(3, 12)]), "He·said·.·She·left·.");
        assert_eq!(shown("a\nb\nc", &[span(0, 3)]), "a·b / c");
        assert_eq!(shown("a\nb\nc", &[span(0, 1), span(2, 3)]), "a / b / c");
    }
}
