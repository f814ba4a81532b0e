//! A batch as packed rows: the subwords of all sentences one after another, without padding.

use std::ops::Range;

/// Label of a subword that the loss ignores.
pub const IGNORE_INDEX: i32 = -100;

/// Subwords `[rows]`, and the offset of each sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackedBatch {
    /// Vocabulary ids, `[rows]`.
    pub ids: Vec<u32>,
    /// Row of the first subword of each sentence, then the number of rows: one more entry than sentences.
    pub offsets: Vec<usize>,
    /// Tag ids or [`IGNORE_INDEX`], `[rows]`. Empty if the batch has no labels.
    pub labels: Vec<i32>,
    /// Row of the whole batch at which this part begins. Dropout depends on it, so the number of parts has no effect.
    pub first_row: usize,
}

impl PackedBatch {
    /// Creates a batch of sentences (ids and labels). The labels can be empty for all sentences.
    pub fn new<'a>(sentences: impl IntoIterator<Item = (&'a [u32], &'a [i32])>) -> Self {
        let mut packed = Self { offsets: vec![0], ..Self::default() };
        for (ids, labels) in sentences {
            packed.ids.extend_from_slice(ids);
            packed.labels.extend_from_slice(labels);
            packed.offsets.push(packed.ids.len());
        }
        packed
    }

    /// Number of subwords.
    pub fn n_subwords(&self) -> usize {
        self.ids.len()
    }

    /// Number of sentences.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// True if there are no sentences.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the rows of each sentence.
    pub fn sentences(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.offsets.windows(2).map(|w| w[0]..w[1])
    }

    /// Returns the position of each subword in its sentence, `[rows]`.
    pub fn positions(&self) -> Vec<u32> {
        self.sentences().flat_map(|r| 0..r.len() as u32).collect()
    }

    /// Number of subwords of the longest sentence.
    pub fn max_sentence_len(&self) -> usize {
        self.sentences().map(|r| r.len()).max().unwrap_or(0)
    }

    /// Number of subwords that the loss uses.
    pub fn n_labeled(&self) -> usize {
        self.labels.iter().filter(|l| **l != IGNORE_INDEX).count()
    }

    /// Splits the batch into at most `parts` ranges of whole sentences, with about the same number of subwords each.
    pub fn split(&self, parts: usize) -> Vec<Self> {
        let mut out = Vec::with_capacity(parts);
        let mut sentence = 0;
        for part in 0..parts {
            let until = self.n_subwords() * (part + 1) / parts;
            let from = sentence;
            // A sentence belongs to the part that contains its middle.
            while sentence < self.len() && (self.offsets[sentence] + self.offsets[sentence + 1]) / 2 < until {
                sentence += 1;
            }
            if part + 1 == parts {
                sentence = self.len();
            }
            if from < sentence {
                out.push(self.part(from..sentence));
            }
        }
        out
    }

    /// Splits the batch into chunks of at most `sentences` sentences.
    pub fn chunks(&self, sentences: usize) -> Vec<Self> {
        let size = sentences.max(1);
        (0..self.len()).step_by(size).map(|first| self.part(first..(first + size).min(self.len()))).collect()
    }

    fn part(&self, sentences: Range<usize>) -> Self {
        let rows = self.offsets[sentences.start]..self.offsets[sentences.end];
        Self {
            ids: self.ids[rows.clone()].to_vec(),
            offsets: self.offsets[sentences.start..=sentences.end].iter().map(|o| o - rows.start).collect(),
            labels: if self.labels.is_empty() { Vec::new() } else { self.labels[rows.clone()].to_vec() },
            first_row: self.first_row + rows.start,
        }
    }
}
