//! Training sentences of a run, aligned to subwords once.

use crate::corpus::{Corpus, SentenceId};
use crate::model::align::{AlignmentOptions, align};
use crate::model::batch::IGNORE_INDEX;
use crate::model::rng::RngStream;
use crate::model::tokenizer::SubwordTokenizer;
use crate::model::{ModelError, PackedBatch, TagSet};
use crate::predict::evaluate::tokens_and_tags;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Encoded training sentences: the input of the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EncodedTrainSet {
    /// Subword ids and labels of each sentence.
    sentences: Vec<(Vec<u32>, Vec<i32>)>,
    /// Number of tokens without subwords, which are ignored.
    pub n_tokens_without_subwords: usize,
    /// Number of tokens after the maximum length, which are ignored.
    pub n_truncated_tokens: usize,
    /// Number of sentences with truncated tokens.
    pub n_truncated_sentences: usize,
}

impl EncodedTrainSet {
    /// Tokenizes and aligns the sentences.
    ///
    /// # Errors
    /// Returns an error if the tokenizer fails.
    pub fn new(
        corpus: &Corpus,
        sentences: &[SentenceId],
        tokenizer: &SubwordTokenizer,
        tags: &TagSet,
        options: AlignmentOptions,
    ) -> Result<Self, ModelError> {
        let mut plan = Self::default();
        for id in sentences {
            let (words, ids) = tokens_and_tags(corpus, *id, tags);
            let aligned = align(tokenizer, &words, &ids, tags, options)?;
            plan.n_tokens_without_subwords += aligned.n_tokens_without_subwords;
            plan.n_truncated_tokens += aligned.n_truncated_tokens;
            plan.n_truncated_sentences += usize::from(aligned.n_truncated_tokens > 0);
            plan.sentences.push((aligned.encoding.ids, aligned.tag_ids));
        }
        Ok(plan)
    }

    /// Creates a training set from subword ids and labels.
    pub(super) fn of(sentences: Vec<(Vec<u32>, Vec<i32>)>) -> Self {
        Self { sentences, ..Self::default() }
    }

    /// Returns the subword ids and labels of each sentence.
    pub(super) fn sentences(&self) -> &[(Vec<u32>, Vec<i32>)] {
        &self.sentences
    }

    /// Returns the number of sentences.
    pub fn len(&self) -> usize {
        self.sentences.len()
    }

    /// Returns true if there are no sentences.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Returns the number of subwords of all sentences, including special tokens.
    pub fn n_subwords(&self) -> usize {
        self.sentences.iter().map(|(ids, _)| ids.len()).sum()
    }

    /// Returns the weight of each tag, as `balanced` in scikit-learn: subwords / (occurring tags × subwords of this
    /// tag).
    ///
    /// The mean over all subwords is 1. A tag that does not occur has the weight 1.
    pub fn balanced_class_weights(&self, tags: usize) -> Vec<f64> {
        let mut counts = vec![0usize; tags];
        let labels = self.sentences.iter().flat_map(|(_, labels)| labels);
        labels.filter(|l| **l != IGNORE_INDEX).for_each(|l| counts[*l as usize] += 1);
        let (all, kinds) = (counts.iter().sum::<usize>(), counts.iter().filter(|c| **c > 0).count());
        counts.into_iter().map(|c| if c == 0 { 1.0 } else { all as f64 / (kinds * c) as f64 }).collect()
    }

    /// Returns a hash of the sentences, labels and subwords.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (ids, labels) in &self.sentences {
            hash.update((ids.len() as u64).to_le_bytes());
            ids.iter().for_each(|id| hash.update(id.to_le_bytes()));
            labels.iter().for_each(|label| hash.update(label.to_le_bytes()));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the batches of an epoch, counted from 0: all sentences once, in an order drawn from the seed.
    pub fn batches(&self, size: usize, seed: u64, epoch: usize) -> Vec<PackedBatch> {
        let batch = |indices: &[usize]| {
            PackedBatch::new(indices.iter().map(|i| (self.sentences[*i].0.as_slice(), self.sentences[*i].1.as_slice())))
        };
        self.epoch_order(seed, epoch).chunks(size).map(batch).collect()
    }

    /// Returns the sentence indices of an epoch in training order.
    pub(super) fn epoch_order(&self, seed: u64, epoch: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.sentences.len()).collect();
        RngStream::new(seed, 0x6f72_6465_7200 + epoch as u64).shuffle(&mut order);
        order
    }

    /// Returns the number of distinct subwords.
    pub(super) fn n_distinct_subwords(&self) -> usize {
        self.sentences.iter().flat_map(|(ids, _)| ids).collect::<HashSet<_>>().len()
    }

    /// Returns the number of subwords of the longest sentence.
    pub(super) fn max_len(&self) -> usize {
        self.sentences.iter().map(|(ids, _)| ids.len()).max().unwrap_or(0)
    }

    /// Returns the number of subwords of a sentence.
    pub(super) fn sentence_len(&self, sentence: usize) -> usize {
        self.sentences[sentence].0.len()
    }
}
