//! Words in reading order to words in the order they stand on a line, by the Unicode bidirectional algorithm.

use unicode_bidi::{BidiInfo, Level};

/// Directions of a sentence.
pub struct Directions {
    /// Whether the sentence as a whole runs from right to left.
    pub right_to_left: bool,
    /// Embedding level of each word.
    levels: Vec<Level>,
}

impl Directions {
    /// Of these words, joined by spaces.
    pub fn of(words: &[&str]) -> Self {
        if words.iter().all(|w| w.is_ascii()) {
            return Self { right_to_left: false, levels: vec![Level::ltr(); words.len()] };
        }
        let text = words.join(" ");
        let info = BidiInfo::new(&text, None);
        let mut at = 0;
        let levels = words
            .iter()
            .map(|w| {
                let level = info.levels.get(at).copied().unwrap_or_else(Level::ltr);
                at += w.len() + 1;
                level
            })
            .collect();
        Self { right_to_left: info.paragraphs.first().is_some_and(|p| p.level.is_rtl()), levels }
    }

    /// The words `range` of one line, from left to right.
    pub fn visual(&self, range: std::ops::Range<usize>) -> Vec<usize> {
        let base = if self.right_to_left { Level::rtl() } else { Level::ltr() };
        let levels: Vec<Level> = self.levels[range.clone()].iter().map(|l| (*l).max(base)).collect();
        let mut order = BidiInfo::reorder_visual(&levels);
        order.iter_mut().for_each(|i| *i += range.start);
        order
    }
}
