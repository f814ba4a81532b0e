//! LoRA, low-rank adaptation (Hu et al. 2021). Base weights are frozen. Each weight matrix `W` of a layer is replaced
//! by `W + α/r · B A` with two small trainable matrices, `A` `[r, in]` and `B` `[out, r]`.
//! All six matrices of a layer are adapted, which Dettmers et al. (2023) found necessary.
//! Only the adapters and the head have gradients and moments.
//!
//! `A` is initialized with the variance that PEFT uses, `B` with zeros. The network of the first step equals the base.
//!
//! The adapter parameters follow those of the base. A saved model is merged; a checkpoint contains both forms.

use super::parameters::{
    ATTENTION_OUT, FIRST_LAYER, INTERMEDIATE, KEY, LAYER_NAMES, OUTPUT_DENSE, PER_LAYER, QUERY, VALUE,
};
use super::{Bert, Gradient, Parameter};
use crate::model::Tensor;
use crate::model::rng::RngStream;
use candle_core::{DType, Result};

/// Rank and scaling of the adapters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lora {
    /// Number of rows of `A` and columns of `B`; above 0.
    pub rank: usize,
    /// Scaling numerator: `B A` is multiplied by `alpha / rank`.
    pub alpha: f64,
}

impl Lora {
    fn scale(self) -> f64 {
        self.alpha / self.rank as f64
    }
}

/// Adapted matrices of a layer, in the order of their adapters.
const ADAPTED: [usize; 6] = [QUERY, KEY, VALUE, ATTENTION_OUT, INTERMEDIATE, OUTPUT_DENSE];

/// Number of adapter parameters per layer.
pub(super) const PER_LAYER_ADAPTERS: usize = 2 * ADAPTED.len();

/// True for parameters whose first gradient is zero. The other matrix of their adapter is initialized with zeros.
pub fn begins_without_gradient(name: &str) -> bool {
    name.ends_with("lora_A.weight")
}

/// The two adapter matrices of one base matrix.
pub(super) struct Adapter<'a> {
    a: &'a Tensor,
    b: &'a Tensor,
    scale: f64,
    /// Index of `A` among the parameters; `B` follows.
    param_index: usize,
}

impl Bert {
    /// Returns the same network with new adapters, drawn from the seed. Only the adapters and the head are trainable.
    ///
    /// # Errors
    /// Returns an error if memory is full.
    pub fn with_lora(mut self, lora: Lora, seed: u64) -> Result<Self> {
        const PURPOSE: u64 = 0x6c6f_7261; // "lora"
        for layer in 0..self.config.num_hidden_layers {
            for (slot, param_index) in ADAPTED.into_iter().enumerate() {
                let name = format!("bert.encoder.layer.{layer}.{}", LAYER_NAMES[param_index / 2]);
                let (out, width) = self.layer(layer, param_index).dims2()?;
                let mut draws = RngStream::new(seed, PURPOSE + (layer * ADAPTED.len() + slot) as u64);
                // The variance of PEFT's uniform draws from ±1/√in.
                let a = draws.normal(lora.rank * width, 1.0 / (3.0 * width as f64).sqrt());
                let a = Tensor::from_vec(a, (lora.rank, width), self.device())?;
                let b = Tensor::zeros((out, lora.rank), DType::F32, self.device())?;
                self.parameters.push(Parameter { name: format!("{name}.lora_A.weight"), value: a });
                self.parameters.push(Parameter { name: format!("{name}.lora_B.weight"), value: b });
            }
        }
        self.lora = Some(lora);
        Ok(self)
    }

    /// Size of the adapters. Returns `None` if there are no adapters.
    pub fn lora(&self) -> Option<Lora> {
        self.lora
    }

    /// Returns an equivalent network without adapters: each adapter is added to its matrix.
    /// Without adapters, the result equals this network.
    ///
    /// # Errors
    /// Returns an error if memory is full.
    pub fn merged(&self) -> Result<Self> {
        let mut merged =
            Self { parameters: self.parameters[..self.n_base_parameters()].to_vec(), lora: None, ..self.clone() };
        for layer in 0..self.config.num_hidden_layers {
            for param_index in ADAPTED {
                if let Some(adapter) = self.adapter(layer, param_index) {
                    let added = (adapter.b.matmul(adapter.a)? * adapter.scale)?;
                    let at = FIRST_LAYER + layer * PER_LAYER + param_index;
                    merged.parameters[at].value = (self.value(at) + added)?;
                }
            }
        }
        Ok(merged)
    }

    pub(super) fn adapter(&self, layer: usize, param_index: usize) -> Option<Adapter<'_>> {
        let scale = self.lora?.scale();
        let slot = ADAPTED.iter().position(|p| *p == param_index)?;
        let param_index = self.n_base_parameters() + layer * PER_LAYER_ADAPTERS + 2 * slot;
        Some(Adapter { a: self.value(param_index), b: self.value(param_index + 1), scale, param_index })
    }

    /// Returns `α/r · B A x`, to be added to `W x`.
    pub(super) fn adapted(&self, adapter: &Adapter, x: &Tensor) -> Result<Tensor> {
        let inner = (self.kernels.product(x, adapter.a)? * adapter.scale)?;
        self.kernels.product(&inner, adapter.b)
    }

    /// Returns the adapter's contribution to the input gradient. The adapter's own gradients are put into `grads`.
    pub(super) fn adapted_backward(
        &self,
        adapter: &Adapter,
        x: &Tensor,
        dy: &Tensor,
        grads: &mut [Option<Gradient>],
    ) -> Result<Tensor> {
        let k = self.kernels;
        let inner = (k.product(x, adapter.a)? * adapter.scale)?;
        let inner_gradient = (k.input_gradient(adapter.b, dy)? * adapter.scale)?;
        grads[adapter.param_index] = Some(Gradient::Dense(k.weight_gradient(x, &inner_gradient)?));
        grads[adapter.param_index + 1] = Some(Gradient::Dense(k.weight_gradient(&inner, dy)?));
        k.input_gradient(adapter.a, &inner_gradient)
    }
}
