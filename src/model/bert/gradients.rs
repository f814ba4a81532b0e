//! Logits of the whole network, and gradients of a batch that is split over threads.
//!
//! The backward pass frees the saved values of each layer after use. Evaluation saves none.

use super::Mode;
use super::parameters::WORD;
use super::{Bert, Gradient, Gradients, MeanLoss, Pass};
use crate::model::Tensor;
use crate::model::batch::PackedBatch;
use candle_core::{DType, Result};

impl Bert {
    /// Returns the logits of each subword, `[subwords, tags]`, without dropout. No values are kept for a backward pass.
    ///
    /// # Errors
    /// Returns an error if a sentence exceeds the model's positions, an id is not in the vocabulary, or memory is full.
    pub fn logits(&self, batch: &PackedBatch) -> Result<Tensor> {
        if batch.n_subwords() == 0 {
            return Tensor::zeros((0, self.n_tags()), DType::F32, self.device());
        }
        let sentences = self.kernels.sentences(batch, self.device())?;
        let (mut x, _) = self.embeddings(batch, Mode::Evaluate)?;
        for layer in 0..self.config.num_hidden_layers {
            x = self.layer_forward(x, layer, &sentences, Mode::Evaluate)?.0;
        }
        let head = self.head();
        self.kernels.linear(&x, self.value(head), self.value(head + 1))
    }

    /// Returns the sum of the losses over the labeled subwords, and the gradients of that sum times `weight`.
    fn part_gradients(&self, batch: &PackedBatch, pass: Pass, weight: f64) -> Result<(Tensor, Gradients)> {
        let (k, mode) = (self.kernels, pass.mode);
        let sentences = k.sentences(batch, self.device())?;
        let mut grads: Vec<Option<Gradient>> = vec![None; self.parameters.len()];
        let (mut x, embedding_norm) = self.embeddings(batch, mode)?;
        let mut saved = Vec::with_capacity(self.config.num_hidden_layers);
        for layer in 0..self.config.num_hidden_layers {
            let (y, keep) = self.layer_forward(x, layer, &sentences, mode)?;
            if layer >= self.frozen.layers {
                saved.push(keep);
            }
            x = y;
        }
        let head = self.head();
        let dropout = self.classifier_dropout(mode);
        let dropped = k.dropout(&x, dropout, batch.first_row)?;
        let loss = k.cross_entropy(
            &k.linear(&dropped, self.value(head), self.value(head + 1))?,
            &batch.labels,
            pass.loss,
            weight,
        )?;
        grads[head] = Some(Gradient::Dense(k.weight_gradient(&dropped, &loss.gradient)?));
        grads[head + 1] = Some(Gradient::Dense(k.bias_gradient(&loss.gradient)?));
        let mut dx = k.dropout(&k.input_gradient(self.value(head), &loss.gradient)?, dropout, batch.first_row)?;
        while let Some(keep) = saved.pop() {
            let layer = self.frozen.layers + saved.len();
            dx = self.layer_backward(&keep, &dx, layer, &sentences, mode, &mut grads)?;
        }
        if self.is_trainable(WORD) {
            self.embeddings_backward(&embedding_norm, &dx, batch, mode, &mut grads)?;
        }
        Ok((loss.sum, grads.into_iter().map(|g| g.unwrap_or(Gradient::Frozen)).collect()))
    }

    /// Returns the mean loss over the labeled subwords, and the gradients as parts that the caller must add.
    /// The batch is split, and each thread computes its own sentences.
    ///
    /// # Errors
    /// Returns an error if a sentence exceeds the model's positions, an id or tag does not exist, or memory is full.
    pub fn gradients(&self, batch: &PackedBatch, pass: Pass) -> Result<(MeanLoss, Vec<Gradients>)> {
        // Normalized by the weight of the whole batch, so that the number of micro-batches has no effect.
        let total = pass.loss.total_weight(&batch.labels);
        let weight = if total > 0.0 { 1.0 / total } else { 0.0 };
        let mut sums = Vec::new();
        let mut grads: Vec<Gradients> = Vec::with_capacity(pass.parts);
        for turn in batch.chunks(pass.micro_batch_size) {
            let parts = if self.device().is_cpu() { turn.split(pass.parts.max(1)) } else { vec![turn] };
            let results = in_parallel(&parts, |part| self.part_gradients(part, pass, weight * pass.loss_scale));
            for (param_index, result) in results.into_iter().enumerate() {
                let (part, gradients) = result?;
                sums.push(part);
                match grads.get_mut(param_index) {
                    Some(before) => self.add_gradients(before, gradients)?,
                    None => grads.push(gradients),
                }
            }
        }
        Ok((MeanLoss { sums, weight }, grads))
    }

    /// Adds the gradients of another micro-batch.
    fn add_gradients(&self, to: &mut Gradients, from: Gradients) -> Result<()> {
        for (to, from) in to.iter_mut().zip(from) {
            match (to, from) {
                (Gradient::Dense(a), Gradient::Dense(b)) => *a = self.kernels.add(a, &b)?,
                (Gradient::Rows(ids, rows), Gradient::Rows(more, values)) => {
                    ids.extend(more);
                    *rows = Tensor::cat(&[&*rows, &values], 0)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns the same logits as [`Bert::logits`]. The sentences are split over `threads`.
    ///
    /// # Errors
    /// Returns the same errors as [`Bert::logits`].
    pub fn logits_in_parallel(&self, batch: &PackedBatch, threads: usize) -> Result<Vec<f32>> {
        let parts = if self.device().is_cpu() { batch.split(threads.max(1)) } else { vec![batch.clone()] };
        let mut out = Vec::with_capacity(batch.n_subwords() * self.n_tags());
        for logits in in_parallel(&parts, |part| self.logits(part)) {
            out.extend(logits?.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?);
        }
        Ok(out)
    }
}

/// Runs `work` on each part in its own thread (the first in this thread) and returns the results in order.
fn in_parallel<T: Sync, R: Send>(parts: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let Some((first, rest)) = parts.split_first() else { return Vec::new() };
    std::thread::scope(|scope| {
        let handles: Vec<_> = rest.iter().map(|part| scope.spawn(|| work(part))).collect();
        let mut results = vec![work(first)];
        for handle in handles {
            match handle.join() {
                Ok(result) => results.push(result),
                // The panic is propagated to the caller, which reports it.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
