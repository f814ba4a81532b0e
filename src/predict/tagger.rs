//! Scores of every tag for every piece. Inputs longer than the model are read in overlapping windows: nothing is cut.

use crate::model::tokenizer::{SubwordEncoding, SubwordTokenizer};
use crate::model::{Bert, ComputeDtype, ModelError, PackedBatch, PretrainedModel, TagSet, device};
use std::borrow::Borrow;

/// A network with its tokenizer and tags, ready to be asked.
#[derive(Clone)]
pub struct Tagger {
    /// What people call the model: for messages.
    pub name: String,
    /// The network.
    pub bert: Bert,
    /// Words to pieces.
    pub tokenizer: SubwordTokenizer,
    /// What its outputs mean.
    pub tags: TagSet,
    /// Pieces it reads at once, special ones included.
    pub max_length: usize,
    /// Sentences (windows of them) a batch holds at most.
    pub batch_size: usize,
}

/// Sentences a batch holds at most unless told otherwise.
pub const DEFAULT_BATCH_SIZE: usize = 32;

/// Pieces a batch holds at most: enough work for every core, little memory.
const MAX_SUBWORDS_PER_BATCH: usize = 2048;

impl Tagger {
    /// The tagger of a model folder, on this device.
    ///
    /// # Errors
    /// No head, missing weights, no room on the device.
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

    /// How far windows overlap unless told otherwise: a quarter of the model's length.
    pub fn default_stride(&self) -> usize {
        self.max_length / 4
    }

    /// Scores of these rows of vocabulary ids, `[pieces, tags]` each, in the order given. `watch` is told how many
    /// are done and answers whether to go on; when it does not, what is missing is empty.
    ///
    /// # Errors
    /// candle's, and scores that are no numbers.
    pub fn logits(&self, rows: &[Vec<u32>], mut watch: impl FnMut(usize) -> bool) -> Result<Vec<Vec<f32>>, ModelError> {
        // A row without pieces (of a tokenizer without special ones) has no scores.
        let mut order: Vec<usize> = (0..rows.len()).filter(|i| !rows[*i].is_empty()).collect();
        order.sort_by_key(|i| rows[*i].len());
        let mut out = vec![Vec::new(); rows.len()];
        let mut at = 0;
        while at < order.len() && watch(at) {
            let end = at + self.rows_per_batch(order[at..].iter().map(|i| rows[*i].len()));
            let batch = PackedBatch::new(order[at..end].iter().map(|i| (rows[*i].as_slice(), [].as_slice())));
            let logits = self.bert.logits_in_parallel(&batch, device::n_threads())?;
            if logits.iter().any(|v| !v.is_finite()) {
                let why =
                    "it computes scores that are not numbers (NaN or infinite), so nothing can be said of this text";
                let advice = "its weights or config.json are damaged; download or train it anew";
                return Err(ModelError::Unsupported(format!("{}: {why}: {advice}", self.name)));
            }
            for (i, range) in order[at..end].iter().zip(batch.sentences()) {
                out[*i] = logits[range.start * self.tags.len()..range.end * self.tags.len()].to_vec();
            }
            at = end;
        }
        watch(rows.len());
        Ok(out)
    }

    /// How many of the next rows, of these lengths, go into one batch: at least one.
    fn rows_per_batch(&self, lengths: impl Iterator<Item = usize>) -> usize {
        let mut pieces = 0;
        let fits = |(count, length): &(usize, usize)| {
            pieces += length;
            *count == 0 || pieces <= MAX_SUBWORDS_PER_BATCH
        };
        lengths.take(self.batch_size.max(1)).enumerate().take_while(fits).count()
    }

    /// Scores of every piece of these inputs, `[pieces, tags]` each. Where windows overlap, a piece is read in the
    /// window in which it is farthest from the edge.
    ///
    /// # Errors
    /// candle's.
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
        for (pieces, windows) in inputs.iter().zip(&windows) {
            if windows.len() == 1 {
                out.push(logits.next().unwrap_or_default());
                continue;
            }
            let mut all = vec![0f32; pieces.len() * tags];
            let mut margins = vec![0usize; pieces.len()];
            for window in windows {
                let scores = logits.next().unwrap_or_default();
                for (place, (&piece, row)) in window.iter().zip(scores.chunks_exact(tags)).enumerate() {
                    let margin = 1 + place.min(window.len() - 1 - place);
                    if margin > margins[piece] {
                        margins[piece] = margin;
                        all[piece * tags..(piece + 1) * tags].copy_from_slice(row);
                    }
                }
            }
            out.push(all);
        }
        Ok(out)
    }

    /// The tag of every word: its first piece's best. A word without a piece is `O`.
    ///
    /// # Errors
    /// The tokenizer's and candle's.
    pub fn word_tags(&self, sentences: &[Vec<&str>]) -> Result<Vec<Vec<usize>>, ModelError> {
        let pieces: Vec<SubwordEncoding> =
            sentences.iter().map(|words| self.tokenizer.encode_words(words)).collect::<Result<_, _>>()?;
        let logits = self.subword_logits(&pieces, |_| true)?;
        Ok(sentences
            .iter()
            .zip(&pieces)
            .zip(&logits)
            .map(|((s, p), l)| self.first_subword_tags(s.len(), p, l))
            .collect())
    }

    /// The tag of every word of one sentence, from its pieces' scores.
    pub(super) fn first_subword_tags(&self, words: usize, pieces: &SubwordEncoding, logits: &[f32]) -> Vec<usize> {
        let mut tags = vec![self.tags.id("O").unwrap_or(0); words];
        let mut previous = None;
        for (word, row) in pieces.words.iter().zip(logits.chunks_exact(self.tags.len())) {
            if let Some(word) = word
                && previous != Some(*word)
            {
                tags[*word as usize] = argmax(row);
            }
            previous = *word;
        }
        tags
    }
}

/// Index of the largest score; the first of equals.
pub fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in row.iter().enumerate() {
        if *v > row[best] {
            best = i;
        }
    }
    best
}

/// Softmax of one piece's scores.
pub fn softmax(row: &[f32]) -> Vec<f32> {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponents: Vec<f32> = row.iter().map(|v| (v - max).exp()).collect();
    let total: f32 = exponents.iter().sum();
    exponents.into_iter().map(|e| e / total).collect()
}
