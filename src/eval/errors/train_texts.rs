//! Entity texts of the train split, to distinguish seen from unseen entities.

use crate::corpus::{Corpus, LabelId, Split};
use crate::eval::statistics::span_texts;
use std::collections::HashMap;

/// Entity texts of the train split with the number of occurrences by label.
#[derive(Clone, Debug, Default)]
pub struct TrainTexts(HashMap<String, Vec<(LabelId, usize)>>);

/// Occurrences of an entity text in train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainOccurrences {
    /// Most frequent label of the text.
    pub label: LabelId,
    /// Number of occurrences with any label.
    pub count: usize,
}

impl TrainTexts {
    /// Collects the texts of a corpus.
    pub fn collect(corpus: &Corpus) -> Self {
        let mut texts: HashMap<String, Vec<(LabelId, usize)>> = HashMap::new();
        let parts = corpus.separate_splits();
        let train = parts.documents.iter().filter(|document| document.splits.contains(Split::Train));
        for (text, label) in train.flat_map(|document| span_texts(document)) {
            if !texts.contains_key(text) {
                texts.insert(text.to_owned(), Vec::new());
            }
            let Some(counts) = texts.get_mut(text) else { continue };
            match counts.iter_mut().find(|(of, _)| *of == label) {
                Some((_, n)) => *n += 1,
                None => counts.push((label, 1)),
            }
        }
        Self(texts)
    }

    /// Returns the occurrences of a text.
    pub fn find(&self, text: &str) -> Option<TrainOccurrences> {
        let counts = self.0.get(text)?;
        let (label, _) = counts.iter().max_by_key(|(label, n)| (*n, std::cmp::Reverse(*label)))?;
        Some(TrainOccurrences { label: *label, count: counts.iter().map(|(_, n)| n).sum() })
    }

    /// Returns true without texts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
