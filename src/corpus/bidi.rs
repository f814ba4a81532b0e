//! Conversion of tokens from reading order to visual order, by the Unicode bidirectional algorithm (UAX #9).

use std::ops::Range;
use unicode_bidi::{BidiInfo, Level};

/// Text direction of a sentence and embedding levels of its tokens.
pub struct BidiOrder {
    /// True if the base direction of the sentence is right to left.
    pub is_rtl: bool,
    /// Embedding level of each token, taken from its first letter or digit.
    levels: Vec<Level>,
}

impl BidiOrder {
    /// Computes the levels of these tokens, joined by spaces.
    pub fn from_words(words: &[&str]) -> Self {
        if words.iter().all(|w| w.is_ascii()) {
            return Self { is_rtl: false, levels: vec![Level::ltr(); words.len()] };
        }
        let text = words.join(" ");
        let info = BidiInfo::new(&text, None);
        let mut at = 0;
        let levels = words
            .iter()
            .map(|w| {
                let solid = w.char_indices().find(|(_, c)| c.is_alphanumeric()).map_or(0, |(i, _)| i);
                let level = info.levels.get(at + solid).copied().unwrap_or_else(Level::ltr);
                at += w.len() + 1;
                level
            })
            .collect();
        Self { is_rtl: info.paragraphs.first().is_some_and(|p| p.level.is_rtl()), levels }
    }

    /// Returns the token indices of `range`, which is one line, in order from left to right.
    pub fn visual_order(&self, range: Range<usize>) -> Vec<usize> {
        let mut order = BidiInfo::reorder_visual(&self.levels[range.clone()]);
        order.iter_mut().for_each(|i| *i += range.start);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the token indices of a line from left to right.
    fn check(sentence: &str, line: Range<usize>, expected: &[usize]) {
        let words: Vec<&str> = sentence.split(' ').collect();
        assert_eq!(BidiOrder::from_words(&words).visual_order(line), expected, "{sentence}");
    }

    #[test]
    fn visual_order_matches_unicode_bidi() {
        check("Amal lives in Haifa", 0..4, &[0, 1, 2, 3]);
        check("Élodie lives in Haïfa", 0..4, &[0, 1, 2, 3]);
        check("אמל גרה בחיפה", 0..3, &[2, 1, 0]);
        check("تعيش أمل في حيفا .", 0..5, &[4, 3, 2, 1, 0]);
        check("They say שלום עולם here", 0..5, &[0, 1, 3, 2, 4]);
        check("היא קוראת New York Times בבוקר", 0..6, &[5, 2, 3, 4, 1, 0]);
        check("נולדה בשנת 1931 בחיפה", 0..4, &[3, 2, 1, 0]);
        check("אמל גרה בחיפה עם New York", 3..6, &[4, 5, 3]);
        check("« חיפה »", 0..3, &[2, 1, 0]);
    }

    #[test]
    fn first_letter_sets_sentence_direction() {
        let right_to_left = |text: &str| BidiOrder::from_words(&text.split(' ').collect::<Vec<_>>()).is_rtl;
        assert!(right_to_left("« חיפה »") && right_to_left("אמל said"));
        assert!(!right_to_left("Amal אמרה") && !right_to_left("1931") && !right_to_left(""));
    }
}
