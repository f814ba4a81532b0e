//! Selection by character or by word in text without spaces.

use super::Session;
use crate::corpus::unspaced_text::dictionary_word;
use crate::corpus::{Document, WritingSystem};
use crate::project::SelectionUnit;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

impl Session {
    /// Returns the writing system of the current sentence.
    pub fn writing_system(&self) -> WritingSystem {
        let (document, sentence) = self.current_sentence();
        WritingSystem::of_words(&document.sentence_tokens(sentence))
    }

    /// Returns the tokens of the dictionary word at a token of a sentence, by index in the list of all sentences. It is
    /// the token itself in text with spaces.
    pub fn word_at(&self, index: usize, token: usize) -> Range<usize> {
        let (document, sentence) = self.sentence(index);
        dictionary_word(document, sentence, token)
    }

    /// Returns true if a drag from this token of the current sentence selects characters: the token has several
    /// characters of a script without spaces, the unit is [`SelectionUnit::Character`], and the source format supports
    /// it.
    pub fn drags_characters(&self, token: usize) -> bool {
        let (document, sentence) = self.current_sentence();
        let text = document.token(document.sentence_range(sentence).start + token);
        self.selection_unit() == SelectionUnit::Character
            && WritingSystem::of_words(&[text]) != WritingSystem::Spaced
            && text.graphemes(true).nth(1).is_some()
            && self.supports_partial_tokens(document)
    }

    /// Returns true if the selection is extended by characters: [`Self::drags_characters`] is true for its last token or
    /// the next one.
    pub(super) fn extends_by_character(&self) -> bool {
        let Some(last) = self.selected().map(|words| *words.end()) else { return false };
        let (document, sentence) = self.current_sentence();
        let is_last = last + 1 == document.sentence_range(sentence).len();
        self.drags_characters(last) || !is_last && self.drags_characters(last + 1)
    }

    /// Returns true if the source format of a document stores labels of parts of tokens.
    pub(super) fn supports_partial_tokens(&self, document: &Document) -> bool {
        let file = self.files.get(document.source_id as usize);
        file.is_none_or(|file| file.report.format.capabilities.original_text)
    }

    /// Moves the caret by a word of the dictionary, and selects it. `extend` keeps the anchor of the selection.
    pub(super) fn move_by_word(&mut self, forward: bool, extend: bool) {
        let (document, sentence) = self.current_sentence();
        let last = document.sentence_range(sentence).len() - 1;
        let current = self.current;
        // A selection inside a token is first completed.
        if extend && self.char_selection.is_some() {
            return self.select(self.selection);
        }
        let Some((anchor, head)) = self.selection else {
            let word = self.word_at(current, if forward { 0 } else { last });
            return self.select(Some(if forward { (word.start, word.end - 1) } else { (word.end - 1, word.start) }));
        };
        let here = self.word_at(current, head);
        // Towards the anchor, the selection ends at the next word.
        if extend && forward && head < anchor {
            return self.select(Some((anchor, here.end.min(anchor))));
        }
        if extend && !forward && head > anchor {
            return self.select(Some((anchor, here.start.saturating_sub(1).max(anchor))));
        }
        let is_partial = if forward { head + 1 < here.end } else { head > here.start };
        // The rest of a partly selected word is one step.
        let word = if extend && is_partial {
            here
        } else if forward {
            self.word_at(current, here.end.min(last))
        } else {
            self.word_at(current, here.start.saturating_sub(1))
        };
        self.select(Some(match (extend, forward) {
            (false, true) => (word.start, word.end - 1),
            (false, false) => (word.end - 1, word.start),
            (true, true) => (anchor, word.end - 1),
            (true, false) => (anchor, word.start),
        }));
    }
}
