//! Tag scores of every subword. Inputs that exceed the maximum length are split into overlapping windows; nothing is
//! truncated.

use super::token_predictions::token_predictions;
use crate::model::tokenizer::{SubwordEncoding, SubwordTokenizer};
use crate::model::{Bert, ComputeDtype, ModelError, PackedBatch, PretrainedModel, TagSet, device};
use std::borrow::Borrow;

/// Network with its tokenizer and tags, ready for inference.
#[derive(Clone)]
pub struct Tagger {
    /// Display name of the model, used in messages.
    pub name: String,
    /// Network.
    pub bert: Bert,
    /// Subword tokenizer.
    pub tokenizer: SubwordTokenizer,
    /// Tags of the outputs of the network.
    pub tags: TagSet,
    /// Maximum number of subwords of an input, including special tokens.
    pub max_length: usize,
    /// Maximum number of rows (sentences or windows) per batch.
    pub batch_size: usize,
}

/// Default of [`Tagger::batch_size`].
pub const DEFAULT_BATCH_SIZE: usize = 32;

/// Maximum number of subwords per batch: enough work for all CPU cores at low memory use.
const MAX_SUBWORDS_PER_BATCH: usize = 2048;

impl Tagger {
    /// Creates the tagger of a model on this device.
    ///
    /// # Errors
    /// Returns an error if the model has no classification head, weights are missing, or the device is out of memory.
    pub fn new(folder: &PretrainedModel, device: &crate::model::Device) -> Result<Self, ModelError> {
        let (bert, tags) = folder.token_classifier()?;
        let bert = bert.to_device(device, ComputeDtype::Fp32)?;
        Ok(Self {
            name: folder.name.clone(),
            bert,
            tokenizer: folder.tokenizer.clone(),
            tags,
            max_length: folder.max_length,
            batch_size: DEFAULT_BATCH_SIZE,
        })
    }

    /// Returns the default overlap of windows: a quarter of the maximum length, in subwords.
    pub fn default_stride(&self) -> usize {
        self.max_length / 4
    }

    /// Returns the logits of rows of vocabulary ids, `[subwords, tags]` each, in the order of the input.
    ///
    /// `watch` receives the number of completed rows and returns true to continue. If it returns false, the remaining
    /// results are empty.
    ///
    /// # Errors
    /// Returns an error if the network fails or a logit is not finite.
    pub fn logits(&self, rows: &[Vec<u32>], mut watch: impl FnMut(usize) -> bool) -> Result<Vec<Vec<f32>>, ModelError> {
        // A row without subwords has no logits. It occurs if the tokenizer adds no special tokens.
        let mut order: Vec<usize> = (0..rows.len()).filter(|i| !rows[*i].is_empty()).collect();
        order.sort_by_key(|i| rows[*i].len());
        let mut out = vec![Vec::new(); rows.len()];
        let mut at = 0;
        while at < order.len() && watch(at) {
            let end = at + self.rows_per_batch(order[at..].iter().map(|i| rows[*i].len()));
            let batch = PackedBatch::new(order[at..end].iter().map(|i| (rows[*i].as_slice(), [].as_slice())));
            let logits = self.bert.logits_in_parallel(&batch, device::n_threads())?;
            if logits.iter().any(|v| !v.is_finite()) {
                let reason = "the scores are NaN or infinite";
                let advice = "the weights or config.json are damaged; download or train the model again";
                return Err(ModelError::Unsupported(format!("{}: {reason}; {advice}", self.name)));
            }
            for (i, range) in order[at..end].iter().zip(batch.sentences()) {
                out[*i] = logits[range.start * self.tags.len()..range.end * self.tags.len()].to_vec();
            }
            at = end;
        }
        watch(rows.len());
        Ok(out)
    }

    /// Returns the number of the next rows, given their lengths, that form one batch. At least one.
    fn rows_per_batch(&self, lengths: impl Iterator<Item = usize>) -> usize {
        let mut subwords = 0;
        let fits = |(count, length): &(usize, usize)| {
            subwords += length;
            *count == 0 || subwords <= MAX_SUBWORDS_PER_BATCH
        };
        lengths.take(self.batch_size.max(1)).enumerate().take_while(fits).count()
    }

    /// Returns the logits of every subword of these inputs, `[subwords, tags]` each.
    ///
    /// In overlapping windows, a subword has the logits of the window in which it is farthest from the edge.
    ///
    /// # Errors
    /// Returns an error if the network fails.
    pub fn subword_logits(
        &self,
        inputs: &[impl Borrow<SubwordEncoding>],
        watch: impl FnMut(usize) -> bool,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let inputs: Vec<&SubwordEncoding> = inputs.iter().map(Borrow::borrow).collect();
        let windows: Vec<Vec<Vec<usize>>> =
            inputs.iter().map(|p| p.windows(self.max_length, self.default_stride())).collect();
        let rows: Vec<Vec<u32>> = inputs
            .iter()
            .zip(&windows)
            .flat_map(|(p, w)| w.iter().map(|window| window.iter().map(|i| p.ids[*i]).collect()))
            .collect();
        let mut logits = self.logits(&rows, watch)?.into_iter();
        let tags = self.tags.len();
        let mut out = Vec::with_capacity(inputs.len());
        for (subwords, windows) in inputs.iter().zip(&windows) {
            if windows.len() == 1 {
                out.push(logits.next().unwrap_or_default());
                continue;
            }
            let mut all = vec![0f32; subwords.len() * tags];
            let mut margins = vec![0usize; subwords.len()];
            for window in windows {
                let scores = logits.next().unwrap_or_default();
                for (place, (&subword, row)) in window.iter().zip(scores.chunks_exact(tags)).enumerate() {
                    let margin = 1 + place.min(window.len() - 1 - place);
                    if margin > margins[subword] {
                        margins[subword] = margin;
                        all[subword * tags..(subword + 1) * tags].copy_from_slice(row);
                    }
                }
            }
            out.push(all);
        }
        Ok(out)
    }

    /// Returns the tag of each token: the best tag of its first subword. A token without subwords is `O`.
    ///
    /// # Errors
    /// Returns an error if the tokenizer or the network fails.
    pub fn word_tags(&self, sentences: &[Vec<&str>]) -> Result<Vec<Vec<usize>>, ModelError> {
        let subwords: Vec<SubwordEncoding> =
            sentences.iter().map(|words| self.tokenizer.encode_words(words)).collect::<Result<_, _>>()?;
        let logits = self.subword_logits(&subwords, |_| true)?;
        Ok(sentences
            .iter()
            .zip(&subwords)
            .zip(&logits)
            .map(|((s, p), l)| token_predictions(self, s.len(), p, l).iter().map(|token| token.tag).collect())
            .collect())
    }
}

/// Returns the index of the largest value; the first one if several are equal.
pub fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in row.iter().enumerate() {
        if *v > row[best] {
            best = i;
        }
    }
    best
}

/// Returns the softmax of the logits of one subword.
pub fn softmax(row: &[f32]) -> Vec<f32> {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponents: Vec<f32> = row.iter().map(|v| (v - max).exp()).collect();
    let total: f32 = exponents.iter().sum();
    exponents.into_iter().map(|e| e / total).collect()
}
