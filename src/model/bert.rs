//! BERT for token classification (Devlin et al. 2019), forward and backward on packed rows.
//!
//! The arithmetic is transformers' `BertForTokenClassification`: dropout at the same places, exact gelu, layer
//! normalisation after each block, no pooler.

use super::batch::Packed;
use super::config::Config;
use super::kernels::{self, Heads, Kernels, LinearGrads, NormSaved, Sentences};
use super::objective::Objective;
use super::rng::{Dropout, Stream};
use super::{Arithmetic, Device, ModelError, Tensor};
use candle_core::{DType, Result};

/// One trainable array and the name it has in a Hugging Face file.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Hugging Face's name.
    pub name: String,
    /// Its value, f32.
    pub value: Tensor,
}

/// Gradient of one parameter.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// The same shape as the parameter.
    Dense(Tensor),
    /// Only these rows of it are not zero: row numbers and `[rows, width]`. Rows of one number are to be added.
    Rows(Vec<u32>, Tensor),
    /// The parameter does not learn.
    Frozen,
}

/// Gradients in the order of [`Bert::parameters`].
pub type Gradients = Vec<Gradient>;

/// Whether dropout is on, and where its draws come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No dropout.
    Evaluate,
    /// Dropout drawn for this step of the run with this seed.
    Train {
        /// The run's seed.
        seed: u64,
        /// Counts from 0.
        step: u64,
    },
}

/// How a step is computed.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Dropout.
    pub mode: Mode,
    /// Parts a batch is split into on the processor, each computed by a thread of its own.
    pub parts: usize,
    /// Sentences in memory at once; a larger batch is computed in several turns (gradient accumulation).
    pub at_once: usize,
    /// The loss.
    pub objective: &'a Objective,
    /// What gradients are multiplied by, so that they stay inside the range of f16; 1 elsewhere.
    pub loss_scale: f64,
}

/// The mean loss of a batch, still on the device: reading it waits for the forward pass.
pub struct MeanLoss {
    sums: Vec<Tensor>,
    weight: f64,
}

impl MeanLoss {
    /// The number.
    ///
    /// # Errors
    /// candle's: what went wrong on the device before.
    pub fn read(&self) -> Result<f64> {
        let sum = self.sums.iter().map(|t| t.to_dtype(DType::F64)?.to_scalar::<f64>()).sum::<Result<f64>>()?;
        Ok(sum * self.weight)
    }
}

/// What does not learn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frozen {
    /// The embeddings and their normalisation.
    pub embeddings: bool,
    /// So many of the first layers, and the embeddings below them.
    pub layers: usize,
}

/// The network and its parameters.
#[derive(Clone)]
pub struct Bert {
    config: Config,
    parameters: Vec<Parameter>,
    frozen: Frozen,
    kernels: &'static dyn Kernels,
}

// Places in the list of parameters.
const WORD: usize = 0;
const POSITION: usize = 1;
const TYPE: usize = 2;
const EMBEDDING_NORM: usize = 3;
const FIRST_LAYER: usize = 5;
const PER_LAYER: usize = 16;
// Places in a layer: each is a weight, its bias follows.
const QUERY: usize = 0;
const KEY: usize = 2;
const VALUE: usize = 4;
const ATTENTION_OUT: usize = 6;
const ATTENTION_NORM: usize = 8;
const INTERMEDIATE: usize = 10;
const OUT: usize = 12;
const OUT_NORM: usize = 14;

/// Names of a layer's weights in the order above.
const LAYER_NAMES: [&str; 8] = [
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
];

/// What one layer keeps for its backward pass.
struct LayerSaved {
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

/// Hugging Face's names and the shapes of all parameters, in the order of [`Bert::parameters`].
pub fn parameter_shapes(config: &Config, tags: usize) -> Vec<(String, Vec<usize>)> {
    let (width, wide) = (config.hidden_size, config.intermediate_size);
    let embedding = |name: &str, shape: Vec<usize>| (format!("bert.embeddings.{name}"), shape);
    let mut shapes = vec![
        embedding("word_embeddings.weight", vec![config.vocab_size, width]),
        embedding("position_embeddings.weight", vec![config.max_position_embeddings, width]),
        embedding("token_type_embeddings.weight", vec![config.type_vocab_size, width]),
        embedding("LayerNorm.weight", vec![width]),
        embedding("LayerNorm.bias", vec![width]),
    ];
    for layer in 0..config.num_hidden_layers {
        for (place, name) in LAYER_NAMES.iter().enumerate() {
            let (rows, columns) = match place * 2 {
                INTERMEDIATE => (wide, Some(width)),
                OUT => (width, Some(wide)),
                ATTENTION_NORM | OUT_NORM => (width, None),
                _ => (width, Some(width)),
            };
            let weight = std::iter::once(rows).chain(columns).collect();
            shapes.push((format!("bert.encoder.layer.{layer}.{name}.weight"), weight));
            shapes.push((format!("bert.encoder.layer.{layer}.{name}.bias"), vec![rows]));
        }
    }
    shapes.push(("classifier.weight".into(), vec![tags, width]));
    shapes.push(("classifier.bias".into(), vec![tags]));
    shapes
}

/// Parameters whose gradient is exactly zero, so that "every parameter moves" does not hold for them: adding the same
/// number to all keys adds the same to all scores of a query, which softmax takes out again.
pub fn has_no_gradient(name: &str) -> bool {
    name.ends_with("attention.self.key.bias")
}

/// Whether weight decay leaves a parameter alone: biases and layer normalisation, as the Trainer does.
pub fn is_exempt_from_decay(name: &str) -> bool {
    name.ends_with("bias") || name.contains("LayerNorm")
}

impl Bert {
    /// A network of these parameters, which must be those of [`parameter_shapes`] in order.
    ///
    /// # Errors
    /// When one has another name or shape.
    pub fn new(config: Config, parameters: Vec<Parameter>) -> std::result::Result<Self, ModelError> {
        let tags = parameters.last().map_or(0, |p| p.value.elem_count());
        for ((name, shape), p) in parameter_shapes(&config, tags).iter().zip(&parameters) {
            if *name != p.name || shape != p.value.dims() {
                let (has, found) = (p.value.dims(), &p.name);
                let message = format!("{found} has shape {has:?}, but config.json says {name} {shape:?}");
                return Err(ModelError::Unsupported(message));
            }
        }
        let kernels = kernels::for_device(parameters[WORD].value.device(), Arithmetic::Fp32);
        Ok(Self { config, parameters, frozen: Frozen::default(), kernels })
    }

    /// The same network computed by other kernels: for tests of one against the other.
    #[must_use]
    pub fn with_kernels(mut self, kernels: &'static dyn Kernels) -> Self {
        self.kernels = kernels;
        self
    }

    /// The same network on another device, in its arithmetic.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn to_device(&self, device: &Device, arithmetic: Arithmetic) -> Result<Self> {
        let moved = |p: &Parameter| Ok(Parameter { name: p.name.clone(), value: p.value.to_device(device)? });
        Ok(Self {
            config: self.config.clone(),
            parameters: self.parameters.iter().map(moved).collect::<Result<_>>()?,
            frozen: self.frozen,
            kernels: kernels::for_device(device, arithmetic),
        })
    }

    /// A copy of all parameters that training will not change.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn snapshot(&self) -> Result<Vec<Tensor>> {
        self.parameters.iter().map(|p| p.value.copy()).collect()
    }

    /// The same network with these values, as [`Bert::snapshot`] gave them.
    #[must_use]
    pub fn with_values(&self, values: Vec<Tensor>) -> Self {
        let parameters = self.parameters.iter().zip(values).map(|(p, value)| Parameter { name: p.name.clone(), value });
        Self {
            config: self.config.clone(),
            parameters: parameters.collect(),
            frozen: self.frozen,
            kernels: self.kernels,
        }
    }

    /// The same network of which a part does not learn.
    #[must_use]
    pub fn frozen(mut self, frozen: Frozen) -> Self {
        let layers = frozen.layers.min(self.config.num_hidden_layers);
        self.frozen = Frozen { embeddings: frozen.embeddings || layers > 0, layers };
        self
    }

    /// Whether a parameter learns, by its place.
    pub fn learns(&self, parameter: usize) -> bool {
        match self.depth(parameter) {
            0 => !self.frozen.embeddings,
            depth => depth > self.frozen.layers,
        }
    }

    /// How far a parameter is from the input: 0 for the embeddings, then 1 for the first layer, and one more than there
    /// are layers for the head.
    pub fn depth(&self, parameter: usize) -> usize {
        match parameter.checked_sub(FIRST_LAYER) {
            None => 0,
            Some(inside) => (inside / PER_LAYER).min(self.config.num_hidden_layers) + 1,
        }
    }

    /// Its sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// All parameters.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// All parameters, for the optimizer.
    pub fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    /// How many numbers it is made of.
    pub fn size(&self) -> usize {
        self.parameters.iter().map(|p| p.value.elem_count()).sum()
    }

    /// Number of tags it tells apart.
    pub fn tags(&self) -> usize {
        self.parameters.last().map_or(0, |p| p.value.elem_count())
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        self.parameters[WORD].value.device()
    }

    fn value(&self, index: usize) -> &Tensor {
        &self.parameters[index].value
    }

    fn layer(&self, layer: usize, place: usize) -> &Tensor {
        self.value(FIRST_LAYER + layer * PER_LAYER + place)
    }

    fn linear(&self, x: &Tensor, weight: usize) -> Result<Tensor> {
        self.kernels.linear(x, self.value(weight), self.value(weight + 1))
    }

    /// The dropout at `site`: 0 the embeddings, then three a layer, last the classifier.
    fn dropout(&self, mode: Mode, rate: f32, site: usize) -> Dropout {
        match mode {
            Mode::Train { seed, step } if rate > 0.0 => Dropout::new(rate, seed, step, site as u64),
            _ => Dropout::NONE,
        }
    }

    fn classifier_dropout(&self, mode: Mode) -> Dropout {
        self.dropout(mode, self.config.classifier_dropout, 1 + 3 * self.config.num_hidden_layers)
    }

    fn embeddings(&self, batch: &Packed, mode: Mode) -> Result<(Tensor, NormSaved)> {
        let k = self.kernels;
        let words = k.embed(self.value(WORD), &batch.ids)?;
        let positions = k.embed(self.value(POSITION), &batch.positions())?;
        let types = k.embed(self.value(TYPE), &vec![0; batch.rows()])?;
        let sum = k.add(&k.add(&words, &types)?, &positions)?;
        let (scale, shift) = (self.value(EMBEDDING_NORM), self.value(EMBEDDING_NORM + 1));
        let (x, saved) = k.norm(&sum, None, scale, shift, self.config.layer_norm_eps, (Dropout::NONE, 0))?;
        let dropout = self.dropout(mode, self.config.hidden_dropout_prob, 0);
        Ok((k.dropout(&x, dropout, batch.first_row)?, saved))
    }

    fn layer_forward(
        &self,
        x: Tensor,
        layer: usize,
        sentences: &Sentences,
        mode: Mode,
    ) -> Result<(Tensor, LayerSaved)> {
        let (k, batch) = (self.kernels, sentences.batch);
        let at = FIRST_LAYER + layer * PER_LAYER;
        let epsilon = self.config.layer_norm_eps;
        let hidden = |site| (self.dropout(mode, self.config.hidden_dropout_prob, 3 * layer + site), batch.first_row);
        let (query, key, value) =
            (self.linear(&x, at + QUERY)?, self.linear(&x, at + KEY)?, self.linear(&x, at + VALUE)?);
        let heads = Heads { query: &query, key: &key, value: &value, count: self.config.num_attention_heads };
        let attention_dropout = self.dropout(mode, self.config.attention_probs_dropout_prob, 3 * layer + 1);
        let (context, probabilities) = k.attention(heads, sentences, attention_dropout)?;
        let mixed = self.linear(&context, at + ATTENTION_OUT)?;
        let (scale, shift) = (self.layer(layer, ATTENTION_NORM), self.layer(layer, ATTENTION_NORM + 1));
        let (attended, attention_norm) = k.norm(&mixed, Some(&x), scale, shift, epsilon, hidden(2))?;
        let wide = self.linear(&attended, at + INTERMEDIATE)?;
        let active = k.gelu(&wide)?;
        let out = self.linear(&active, at + OUT)?;
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

    /// Gradient of the layer's input; the parameters' gradients are put into `grads`.
    fn layer_backward(
        &self,
        saved: &LayerSaved,
        dy: &Tensor,
        layer: usize,
        sentences: &Sentences,
        mode: Mode,
        grads: &mut [Option<Gradient>],
    ) -> Result<Tensor> {
        let (k, batch) = (self.kernels, sentences.batch);
        let at = FIRST_LAYER + layer * PER_LAYER;
        let hidden = |site| (self.dropout(mode, self.config.hidden_dropout_prob, 3 * layer + site), batch.first_row);
        let mut put = |place: usize, weight: Tensor, bias: Tensor| {
            grads[at + place] = Some(Gradient::Dense(weight));
            grads[at + place + 1] = Some(Gradient::Dense(bias));
        };
        let mut linear = |x: &Tensor, place: usize, dy: &Tensor| -> Result<Tensor> {
            let LinearGrads { input, weight, bias } = k.linear_backward(x, self.layer(layer, place), dy)?;
            put(place, weight, bias);
            Ok(input)
        };
        let out = k.norm_backward(&saved.out_norm, self.layer(layer, OUT_NORM), dy, true, hidden(3))?;
        let active = linear(&saved.active, OUT, &out.input)?;
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
        put(OUT_NORM, out.scale, out.shift);
        put(ATTENTION_NORM, norm.scale, norm.shift);
        Ok(dx)
    }

    /// Scores of every tag for every piece, `[pieces, tags]`, without dropout. Nothing is kept for a backward pass.
    ///
    /// # Errors
    /// A sentence longer than the model's positions, an id outside its vocabulary, no memory.
    pub fn logits(&self, batch: &Packed) -> Result<Tensor> {
        let sentences = self.kernels.sentences(batch, self.device())?;
        let (mut x, _) = self.embeddings(batch, Mode::Evaluate)?;
        for layer in 0..self.config.num_hidden_layers {
            x = self.layer_forward(x, layer, &sentences, Mode::Evaluate)?.0;
        }
        self.linear(&x, self.parameters.len() - 2)
    }

    /// Sum of the losses over the labelled pieces, and the gradients of that sum times `weight`.
    fn part_gradients(&self, batch: &Packed, pass: Pass, weight: f64) -> Result<(Tensor, Gradients)> {
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
        let head = self.parameters.len() - 2;
        let dropout = self.classifier_dropout(mode);
        let dropped = k.dropout(&x, dropout, batch.first_row)?;
        let loss = k.cross_entropy(&self.linear(&dropped, head)?, &batch.labels, pass.objective, weight)?;
        let LinearGrads { input, weight, bias } = k.linear_backward(&dropped, self.value(head), &loss.gradient)?;
        grads[head] = Some(Gradient::Dense(weight));
        grads[head + 1] = Some(Gradient::Dense(bias));
        let mut dx = k.dropout(&input, dropout, batch.first_row)?;
        while let Some(keep) = saved.pop() {
            let layer = self.frozen.layers + saved.len();
            dx = self.layer_backward(&keep, &dx, layer, &sentences, mode, &mut grads)?;
        }
        if !self.frozen.embeddings {
            self.embeddings_backward(&embedding_norm, &dx, batch, mode, &mut grads)?;
        }
        Ok((loss.sum, grads.into_iter().map(|g| g.unwrap_or(Gradient::Frozen)).collect()))
    }

    fn embeddings_backward(
        &self,
        saved: &NormSaved,
        dx: &Tensor,
        batch: &Packed,
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
        for (place, ids) in [(WORD, batch.ids.clone()), (POSITION, batch.positions()), (TYPE, vec![0; batch.rows()])] {
            let (ids, rows) = k.sum_rows(&norm.input, &ids)?;
            grads[place] = Some(Gradient::Rows(ids, rows));
        }
        Ok(())
    }

    /// Mean loss over the labelled pieces of the batch, and its gradients in parts that are still to be added: the
    /// batch is split, and each thread computes its own sentences.
    ///
    /// # Errors
    /// A sentence longer than the model's positions, an id or a tag that does not exist, no memory.
    pub fn gradients(&self, batch: &Packed, pass: Pass) -> Result<(MeanLoss, Vec<Gradients>)> {
        // By the weight of the whole batch, so that it does not matter in how many turns it is computed.
        let total = pass.objective.total(&batch.labels);
        let weight = if total > 0.0 { 1.0 / total } else { 0.0 };
        let mut sums = Vec::new();
        let mut grads: Vec<Gradients> = Vec::with_capacity(pass.parts);
        for turn in batch.chunks(pass.at_once) {
            let parts = if self.device().is_cpu() { turn.split(pass.parts.max(1)) } else { vec![turn] };
            let results = in_parallel(&parts, |part| self.part_gradients(part, pass, weight * pass.loss_scale));
            for (place, result) in results.into_iter().enumerate() {
                let (part, gradients) = result?;
                sums.push(part);
                match grads.get_mut(place) {
                    Some(before) => self.add_gradients(before, gradients)?,
                    None => grads.push(gradients),
                }
            }
        }
        Ok((MeanLoss { sums, weight }, grads))
    }

    /// Adds the gradients of another turn.
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

    /// Like [`Bert::logits`], the sentences split over `threads`.
    ///
    /// # Errors
    /// As [`Bert::logits`].
    pub fn logits_in_parallel(&self, batch: &Packed, threads: usize) -> Result<Vec<f32>> {
        let parts = if self.device().is_cpu() { batch.split(threads.max(1)) } else { vec![batch.clone()] };
        let mut out = Vec::with_capacity(batch.rows() * self.tags());
        for logits in in_parallel(&parts, |part| self.logits(part)) {
            out.extend(logits?.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?);
        }
        Ok(out)
    }
}

/// Runs `work` on each part on a thread of its own (the first on this one) and gives the results in order.
fn in_parallel<T: Sync, R: Send>(parts: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let Some((first, rest)) = parts.split_first() else { return Vec::new() };
    std::thread::scope(|scope| {
        let handles: Vec<_> = rest.iter().map(|part| scope.spawn(|| work(part))).collect();
        let mut results = vec![work(first)];
        for handle in handles {
            match handle.join() {
                Ok(result) => results.push(result),
                // The panic is carried to the caller, who reports it.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

/// A new classification head: weights from N(0, `deviation`), biases 0, as transformers makes them.
///
/// # Errors
/// No memory.
pub fn new_head(width: usize, tags: usize, deviation: f64, seed: u64) -> Result<(Tensor, Tensor)> {
    const PURPOSE: u64 = 0x6865_6164; // "head"
    let weight = Stream::new(seed, PURPOSE).normal(tags * width, deviation);
    Ok((Tensor::from_vec(weight, (tags, width), &Device::Cpu)?, Tensor::zeros(tags, DType::F32, &Device::Cpu)?))
}
