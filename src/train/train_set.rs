//! The sentences of a run, aligned to pieces once and counted.

use crate::corpus::{Corpus, SentenceId};
use crate::model::align::{AlignmentOptions, align};
use crate::model::batch::IGNORE_INDEX;
use crate::model::rng::RngStream;
use crate::model::tokenizer::SubwordTokenizer;
use crate::model::{ModelError, PackedBatch, TagSet};
use crate::predict::evaluate::tokens_and_tags;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Training sentences as the network takes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EncodedTrainSet {
    /// Ids and labels of every sentence.
    sentences: Vec<(Vec<u32>, Vec<i32>)>,
    /// Words that gave no piece: they cannot be learned.
    pub empty_words: usize,
    /// Words past the allowed length: they are not learned.
    pub cut_words: usize,
    /// Sentences that have such words.
    pub cut_sentences: usize,
}

impl EncodedTrainSet {
    /// Aligns the sentences.
    ///
    /// # Errors
    /// The tokenizer's.
    pub fn new(
        corpus: &Corpus,
        sentences: &[SentenceId],
        tokenizer: &SubwordTokenizer,
        tags: &TagSet,
        rule: AlignmentOptions,
    ) -> Result<Self, ModelError> {
        let mut plan = Self::default();
        for id in sentences {
            let (words, ids) = tokens_and_tags(corpus, *id, tags);
            let aligned = align(tokenizer, &words, &ids, tags, rule)?;
            plan.empty_words += aligned.n_tokens_without_subwords;
            plan.cut_words += aligned.n_truncated_tokens;
            plan.cut_sentences += usize::from(aligned.n_truncated_tokens > 0);
            plan.sentences.push((aligned.encoding.ids, aligned.labels));
        }
        Ok(plan)
    }

    /// These sentences: ids and labels of each.
    pub(super) fn of(sentences: Vec<(Vec<u32>, Vec<i32>)>) -> Self {
        Self { sentences, ..Self::default() }
    }

    /// Ids and labels of every sentence.
    pub(super) fn sentences(&self) -> &[(Vec<u32>, Vec<i32>)] {
        &self.sentences
    }

    /// How many sentences.
    pub fn len(&self) -> usize {
        self.sentences.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Pieces of all sentences, special ones included.
    pub fn pieces(&self) -> usize {
        self.sentences.iter().map(|(ids, _)| ids.len()).sum()
    }

    /// A weight for each tag by how rare it is: pieces / (tags that occur × pieces of this tag), as scikit-learn's
    /// `balanced` has it. The mean over all pieces is 1; a tag that does not occur weighs 1.
    pub fn balanced_class_weights(&self, tags: usize) -> Vec<f64> {
        let mut counts = vec![0usize; tags];
        let labels = self.sentences.iter().flat_map(|(_, labels)| labels);
        labels.filter(|l| **l != IGNORE_INDEX).for_each(|l| counts[*l as usize] += 1);
        let (all, kinds) = (counts.iter().sum::<usize>(), counts.iter().filter(|c| **c > 0).count());
        counts.into_iter().map(|c| if c == 0 { 1.0 } else { all as f64 / (kinds * c) as f64 }).collect()
    }

    /// A number that differs for other sentences, labels or pieces.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (ids, labels) in &self.sentences {
            hash.update((ids.len() as u64).to_le_bytes());
            ids.iter().for_each(|id| hash.update(id.to_le_bytes()));
            labels.iter().for_each(|label| hash.update(label.to_le_bytes()));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The batches of an epoch (counted from 0): all sentences once, in an order drawn from the seed.
    pub fn batches(&self, size: usize, seed: u64, epoch: usize) -> Vec<PackedBatch> {
        let batch = |indices: &[usize]| {
            PackedBatch::new(indices.iter().map(|i| (self.sentences[*i].0.as_slice(), self.sentences[*i].1.as_slice())))
        };
        self.epoch_order(seed, epoch).chunks(size).map(batch).collect()
    }

    /// The order of an epoch: numbers of sentences.
    pub(super) fn epoch_order(&self, seed: u64, epoch: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.sentences.len()).collect();
        RngStream::new(seed, 0x6f72_6465_7200 + epoch as u64).shuffle(&mut order);
        order
    }

    /// How many different pieces there are.
    pub(super) fn distinct(&self) -> usize {
        self.sentences.iter().flat_map(|(ids, _)| ids).collect::<HashSet<_>>().len()
    }

    /// Pieces of the longest sentence.
    pub(super) fn longest(&self) -> usize {
        self.sentences.iter().map(|(ids, _)| ids.len()).max().unwrap_or(0)
    }

    /// Pieces of a sentence.
    pub(super) fn length(&self, sentence: usize) -> usize {
        self.sentences[sentence].0.len()
    }
}
