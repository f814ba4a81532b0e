//! Embeddings and one encoder layer, forward and backward.

use super::parameters::*;
use super::{Bert, Gradient, Mode};
use crate::model::Tensor;
use crate::model::batch::PackedBatch;
use crate::model::kernels::{Heads, NormSaved, Sentences};
use crate::model::rng::Dropout;
use candle_core::Result;

/// Values of one layer that its backward pass needs.
pub(super) struct LayerSaved {
    x: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    probabilities: Tensor,
    context: Tensor,
    attention_norm: NormSaved,
    attended: Tensor,
    wide: Tensor,
    active: Tensor,
    out_norm: NormSaved,
}

impl Bert {
    pub(super) fn value(&self, index: usize) -> &Tensor {
        &self.parameters[index].value
    }

    pub(super) fn layer(&self, layer: usize, param_index: usize) -> &Tensor {
        self.value(FIRST_LAYER + layer * PER_LAYER + param_index)
    }

    fn linear(&self, x: &Tensor, layer: usize, param_index: usize) -> Result<Tensor> {
        let y = self.kernels.linear(x, self.layer(layer, param_index), self.layer(layer, param_index + 1))?;
        match self.adapter(layer, param_index) {
            Some(adapter) => self.kernels.add(&y, &self.adapted(&adapter, x)?),
            None => Ok(y),
        }
    }

    /// Returns the input gradient of one matrix of a layer. The gradients of trainable parameters are put into `grads`.
    fn linear_backward(
        &self,
        x: &Tensor,
        dy: &Tensor,
        (layer, param_index): (usize, usize),
        grads: &mut [Option<Gradient>],
    ) -> Result<Tensor> {
        let k = self.kernels;
        let input = k.input_gradient(self.layer(layer, param_index), dy)?;
        if let Some(adapter) = self.adapter(layer, param_index) {
            return k.add(&input, &self.adapted_backward(&adapter, x, dy, grads)?);
        }
        let at = FIRST_LAYER + layer * PER_LAYER + param_index;
        grads[at] = Some(Gradient::Dense(k.weight_gradient(x, dy)?));
        grads[at + 1] = Some(Gradient::Dense(k.bias_gradient(dy)?));
        Ok(input)
    }

    /// Returns the dropout at `site`: 0 for the embeddings, three sites per layer, and the last for the classifier.
    fn dropout(&self, mode: Mode, rate: f32, site: usize) -> Dropout {
        match mode {
            Mode::Train { seed, step } if rate > 0.0 => Dropout::new(rate, seed, step, site as u64),
            _ => Dropout::NONE,
        }
    }

    pub(super) fn classifier_dropout(&self, mode: Mode) -> Dropout {
        self.dropout(mode, self.config.classifier_dropout, 1 + 3 * self.config.num_hidden_layers)
    }

    pub(super) fn embeddings(&self, batch: &PackedBatch, mode: Mode) -> Result<(Tensor, NormSaved)> {
        let k = self.kernels;
        let words = k.embed(self.value(WORD), &batch.ids)?;
        let positions = k.embed(self.value(POSITION), &batch.positions())?;
        let types = k.embed(self.value(TOKEN_TYPE), &vec![0; batch.n_subwords()])?;
        let sum = k.add(&k.add(&words, &types)?, &positions)?;
        let (scale, shift) = (self.value(EMBEDDING_NORM), self.value(EMBEDDING_NORM + 1));
        let (x, saved) = k.norm(&sum, None, scale, shift, self.config.layer_norm_eps, (Dropout::NONE, 0))?;
        let dropout = self.dropout(mode, self.config.hidden_dropout_prob, 0);
        Ok((k.dropout(&x, dropout, batch.first_row)?, saved))
    }

    pub(super) fn layer_forward(
        &self,
        x: Tensor,
        layer: usize,
        sentences: &Sentences,
        mode: Mode,
    ) -> Result<(Tensor, LayerSaved)> {
        let (k, batch) = (self.kernels, sentences.batch);
        let epsilon = self.config.layer_norm_eps;
        let hidden = |site| (self.dropout(mode, self.config.hidden_dropout_prob, 3 * layer + site), batch.first_row);
        let [query, key, value] = [QUERY, KEY, VALUE].map(|param_index| self.linear(&x, layer, param_index));
        let (query, key, value) = (query?, key?, value?);
        let heads = Heads { query: &query, key: &key, value: &value, count: self.config.num_attention_heads };
        let attention_dropout = self.dropout(mode, self.config.attention_probs_dropout_prob, 3 * layer + 1);
        let (context, probabilities) = k.attention(heads, sentences, attention_dropout)?;
        let mixed = self.linear(&context, layer, ATTENTION_OUT)?;
        let (scale, shift) = (self.layer(layer, ATTENTION_NORM), self.layer(layer, ATTENTION_NORM + 1));
        let (attended, attention_norm) = k.norm(&mixed, Some(&x), scale, shift, epsilon, hidden(2))?;
        let wide = self.linear(&attended, layer, INTERMEDIATE)?;
        let active = k.gelu(&wide)?;
        let out = self.linear(&active, layer, OUTPUT_DENSE)?;
        let (scale, shift) = (self.layer(layer, OUT_NORM), self.layer(layer, OUT_NORM + 1));
        let (y, out_norm) = k.norm(&out, Some(&attended), scale, shift, epsilon, hidden(3))?;
        let saved = LayerSaved {
            x,
            query,
            key,
            value,
            probabilities,
            context,
            attention_norm,
            attended,
            wide,
            active,
            out_norm,
        };
        Ok((y, saved))
    }

    /// Returns the gradient of the layer's input. The gradients of the parameters are put into `grads`.
    pub(super) fn layer_backward(
        &self,
        saved: &LayerSaved,
        dy: &Tensor,
        layer: usize,
        sentences: &Sentences,
        mode: Mode,
        grads: &mut [Option<Gradient>],
    ) -> Result<Tensor> {
        let (k, batch) = (self.kernels, sentences.batch);
        let hidden = |site| (self.dropout(mode, self.config.hidden_dropout_prob, 3 * layer + site), batch.first_row);
        let mut linear =
            |x: &Tensor, param_index: usize, dy: &Tensor| self.linear_backward(x, dy, (layer, param_index), grads);
        let out = k.norm_backward(&saved.out_norm, self.layer(layer, OUT_NORM), dy, true, hidden(3))?;
        let active = linear(&saved.active, OUTPUT_DENSE, &out.input)?;
        let wide = k.gelu_backward(&saved.wide, &active)?;
        let mut attended = linear(&saved.attended, INTERMEDIATE, &wide)?;
        if let Some(residual) = &out.residual {
            attended = k.add(&attended, residual)?;
        }
        let norm =
            k.norm_backward(&saved.attention_norm, self.layer(layer, ATTENTION_NORM), &attended, true, hidden(2))?;
        let context = linear(&saved.context, ATTENTION_OUT, &norm.input)?;
        let heads =
            Heads { query: &saved.query, key: &saved.key, value: &saved.value, count: self.config.num_attention_heads };
        let dropout = self.dropout(mode, self.config.attention_probs_dropout_prob, 3 * layer + 1);
        let [query, key, value] = k.attention_backward(heads, &saved.probabilities, &context, sentences, dropout)?;
        let mut dx = linear(&saved.x, QUERY, &query)?;
        dx = k.add(&dx, &linear(&saved.x, KEY, &key)?)?;
        dx = k.add(&dx, &linear(&saved.x, VALUE, &value)?)?;
        if let Some(residual) = &norm.residual {
            dx = k.add(&dx, residual)?;
        }
        for (param_index, norm) in [(OUT_NORM, out), (ATTENTION_NORM, norm)] {
            let at = FIRST_LAYER + layer * PER_LAYER + param_index;
            if self.is_trainable(at) {
                grads[at] = Some(Gradient::Dense(norm.scale));
                grads[at + 1] = Some(Gradient::Dense(norm.shift));
            }
        }
        Ok(dx)
    }

    pub(super) fn embeddings_backward(
        &self,
        saved: &NormSaved,
        dx: &Tensor,
        batch: &PackedBatch,
        mode: Mode,
        grads: &mut [Option<Gradient>],
    ) -> Result<()> {
        let k = self.kernels;
        let dropout = self.dropout(mode, self.config.hidden_dropout_prob, 0);
        let dx = k.dropout(dx, dropout, batch.first_row)?;
        let scale = self.value(EMBEDDING_NORM);
        let norm = k.norm_backward(saved, scale, &dx, false, (Dropout::NONE, 0))?;
        grads[EMBEDDING_NORM] = Some(Gradient::Dense(norm.scale));
        grads[EMBEDDING_NORM + 1] = Some(Gradient::Dense(norm.shift));
        for (param_index, ids) in
            [(WORD, batch.ids.clone()), (POSITION, batch.positions()), (TOKEN_TYPE, vec![0; batch.n_subwords()])]
        {
            let (ids, rows) = k.sum_rows(&norm.input, &ids)?;
            grads[param_index] = Some(Gradient::Rows(ids, rows));
        }
        Ok(())
    }
}
