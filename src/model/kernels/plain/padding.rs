//! Conversion between packed rows and `[sentences, heads, longest, width]`.
//! A batched matrix product needs equal lengths.

use crate::model::batch::PackedBatch;
use candle_core::{Device, Result, Tensor};

/// Positions of the rows of a batch among padded sentences. They are the same for every layer.
pub struct Padding {
    /// Packed row of each padded position; the row after the last one is zero.
    gather: Tensor,
    /// Padded position of each packed row.
    scatter: Tensor,
    /// 0 for existing keys, a large negative number for padding: `[sentences, 1, 1, longest]`.
    pub(super) mask: Tensor,
    /// Row of each sentence's first subword, then the number of rows.
    #[cfg(feature = "cuda")]
    pub(in crate::model) offsets: Tensor,
    sentences: usize,
    /// Number of subwords of the longest sentence.
    pub(in crate::model) longest: usize,
}

impl Padding {
    /// Computes the positions of a batch's rows, on the device.
    ///
    /// # Errors
    /// Returns an error if memory is full.
    pub fn new(batch: &PackedBatch, device: &Device) -> Result<Self> {
        let (rows, sentences, longest) = (batch.n_subwords(), batch.len(), batch.max_sentence_len());
        let mut gather = vec![rows as u32; sentences * longest];
        let mut scatter = Vec::with_capacity(rows);
        let mut mask = vec![-1e30f32; sentences * longest];
        for (s, range) in batch.sentences().enumerate() {
            for (i, row) in range.enumerate() {
                gather[s * longest + i] = row as u32;
                mask[s * longest + i] = 0.0;
                scatter.push((s * longest + i) as u32);
            }
        }
        Ok(Self {
            gather: Tensor::new(gather, device)?,
            scatter: Tensor::new(scatter, device)?,
            mask: Tensor::from_vec(mask, (sentences, 1, 1, longest), device)?,
            #[cfg(feature = "cuda")]
            offsets: Tensor::new(batch.offsets.iter().map(|o| *o as u32).collect::<Vec<_>>(), device)?,
            sentences,
            longest,
        })
    }

    /// Returns `[rows, heads * width]` as `[sentences, heads, longest, width]`, with zeros at padding.
    pub(super) fn pad(&self, x: &Tensor, heads: usize) -> Result<Tensor> {
        let all = x.dim(1)?;
        let zero = Tensor::zeros((1, all), x.dtype(), x.device())?;
        let padded = Tensor::cat(&[x, &zero], 0)?.index_select(&self.gather, 0)?;
        padded.reshape((self.sentences, self.longest, heads, all / heads))?.transpose(1, 2)?.contiguous()
    }

    /// Reverses [`Padding::pad`].
    pub(super) fn unpad(&self, x: &Tensor) -> Result<Tensor> {
        let (_, heads, _, width) = x.dims4()?;
        let flat = x.transpose(1, 2)?.contiguous()?;
        flat.reshape((self.sentences * self.longest, heads * width))?.index_select(&self.scatter, 0)
    }
}
