//! Numbers of the sentences in their splits, for names such as `train-0412`.

use crate::corpus::{Corpus, Split};

/// Numbers of all sentences, counted from 0 in each split.
#[derive(Debug)]
pub(super) struct SentenceNumbers {
    /// Number of each sentence in its split.
    numbers: Vec<u32>,
    /// Number of sentences of each split.
    sizes: [u32; 3],
}

impl SentenceNumbers {
    pub(super) fn new(corpus: &Corpus) -> Self {
        let mut sizes = [0; 3];
        let splits = corpus.documents.iter().flat_map(|d| (0..d.len()).map(|sentence| d.splits.of(sentence)));
        let number = |split: Split| {
            let size = &mut sizes[split as usize];
            *size += 1;
            *size - 1
        };
        Self { numbers: splits.map(number).collect(), sizes }
    }

    /// Returns the number of a sentence, by index in the list of all sentences.
    pub(super) fn get(&self, index: usize) -> u32 {
        self.numbers[index]
    }

    /// Returns the number of sentences of a split.
    pub(super) fn size_of(&self, split: Split) -> usize {
        self.sizes[split as usize] as usize
    }
}
