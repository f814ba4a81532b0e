//! Text without spaces between words: its scripts, and the words of a dictionary in it.

use super::document::Document;
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use std::ops::Range;

/// Use of spaces in a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum WritingSystem {
    /// Words are separated by spaces.
    #[default]
    Spaced,
    /// Chinese and Japanese: no spaces, and each character can be a word.
    EastAsian,
    /// Thai, Lao, Khmer and Burmese: spaces between phrases, and combining marks.
    SoutheastAsian,
}

impl WritingSystem {
    /// Returns the writing system of a letter. Punctuation and digits have spaces.
    pub fn of_char(c: char) -> Self {
        match c {
            // Iteration marks, Hiragana, Katakana and Bopomofo.
            '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{312f}' | '\u{31a0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}'
            // Han.
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
                => Self::EastAsian,
            // Thai, Lao, Burmese, Khmer.
            '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{19e0}'..='\u{19ff}'
            | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' => Self::SoutheastAsian,
            _ => Self::Spaced,
        }
    }

    /// Returns the writing system of words: the one that needs most space in a line.
    pub fn of_words(words: &[&str]) -> Self {
        let of_word = |word: &&str| match word.is_ascii() {
            true => Self::Spaced,
            false => word.chars().map(Self::of_char).max().unwrap_or_default(),
        };
        words.iter().map(of_word).max().unwrap_or_default()
    }
}

/// Returns true if a byte position of a text is after a Thai or Lao vowel that is written before its consonant. The
/// dictionary can end a word there if it does not contain the next one.
pub fn divides_cluster(text: &str, at: usize) -> bool {
    text[..at].ends_with(|c| matches!(c, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}'))
}

/// Returns the byte positions at which words begin or end, with the start and the end of the text. Chinese, Japanese and
/// the scripts of Southeast Asia are split with a dictionary.
pub(super) fn dictionary_bounds(text: &str) -> impl Iterator<Item = usize> + '_ {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    segmenter.segment_str(text).filter(|at| *at == text.len() || !divides_cluster(text, *at))
}

/// Returns the tokens of the dictionary word that contains a token of a sentence, as indices in the sentence. A token
/// outside of a longer Chinese or Japanese word is returned alone.
pub fn dictionary_word(document: &Document, sentence: usize, token: usize) -> Range<usize> {
    let words = document.sentence_tokens(sentence);
    let is_part = |word: &&str| word.chars().all(|c| WritingSystem::of_char(c) == WritingSystem::EastAsian);
    let alone = token..token + 1;
    if !words.get(token).is_some_and(is_part) {
        return alone;
    }
    let first = words[..token].iter().rposition(|word| !is_part(word)).map_or(0, |before| before + 1);
    let end_of_run = words[token..].iter().position(|word| !is_part(word)).map_or(words.len(), |after| token + after);
    // Tokenized text can have spaces between the characters.
    let text = words[first..end_of_run].concat();
    let mut starts = Vec::with_capacity(end_of_run - first);
    let mut length = 0;
    for word in &words[first..end_of_run] {
        starts.push(length);
        length += word.len();
    }
    // A dictionary word can begin inside a token of the source, which is then not divided.
    let mut bounds = dictionary_bounds(&text).filter_map(|at| starts.binary_search(&at).ok());
    let mut start = 0;
    let end = bounds.find(|index| {
        let is_beyond = *index > token - first;
        start = if is_beyond { start } else { *index };
        is_beyond
    });
    first + start..end.map_or(end_of_run, |index| first + index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Split;
    use proptest::prelude::*;

    fn document(text: &str) -> Document {
        Document::from_text(Split::Train, 0, 0, text.to_owned(), Vec::new(), None)
    }

    fn word(text: &str, token: usize) -> String {
        let document = document(text);
        document.sentence_tokens(0)[dictionary_word(&document, 0, token)].concat()
    }

    #[test]
    fn finds_words_of_dictionary() {
        let check =
            |text: &str, token: usize, expected: &str| assert_eq!(word(text, token), expected, "{text} {token}");
        check("我在北京大学学习。", 2, "北京");
        check("我在北京大学学习。", 3, "北京");
        check("我 在 北 京", 3, "北京");
        check("私は東京に住んでいます", 3, "東京");
        check("我在北京。", 4, "。");
        check("see London now", 1, "London");
        check("ฉันรักประเทศไทย", 2, "ประเทศไทย");
    }

    #[test]
    fn finds_writing_system() {
        let check = |words: &[&str], expected| assert_eq!(WritingSystem::of_words(words), expected, "{words:?}");
        check(&[], WritingSystem::Spaced);
        check(&["Köln", "한국어", "القاهرة", "。"], WritingSystem::Spaced);
        check(&["in", "東京"], WritingSystem::EastAsian);
        check(&["東京", "ไทย"], WritingSystem::SoutheastAsian);
    }

    proptest! {
        #[test]
        fn words_are_a_partition(text in "[a我在北京大学ウエディング,。 ]{1,20}") {
            let document = document(&text);
            prop_assume!(!document.is_empty());
            for token in 0..document.sentence_range(0).len() {
                let word = dictionary_word(&document, 0, token);
                prop_assert!(word.contains(&token));
                for other in word.clone() {
                    prop_assert_eq!(dictionary_word(&document, 0, other), word.clone());
                }
            }
        }
    }
}
