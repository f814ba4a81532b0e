//! Low-rank adaptation (Hu et al. 2021): the weights of the base stay, and each matrix `W` of a layer becomes
//! `W + α/r · B A` with two small matrices that learn, `A` `[r, in]` and `B` `[out, r]`. All six matrices of a layer are
//! adapted, as Dettmers et al. (2023) found necessary. Only they and the head have gradients and moments.
//!
//! `A` begins with the variance that PEFT gives it, `B` with zeros, so the first step's network is the base's.

use super::parameters::{ATTENTION_OUT, FIRST_LAYER, INTERMEDIATE, KEY, LAYER_NAMES, OUT, PER_LAYER, QUERY, VALUE};
use super::{Bert, Gradient, Parameter};
use crate::model::Tensor;
use crate::model::rng::RngStream;
use candle_core::{DType, Result};

/// Sizes of the adapters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lora {
    /// Rows of `A`, columns of `B`; above 0.
    pub rank: usize,
    /// Over the rank it is what `B A` is multiplied by.
    pub alpha: f64,
}

impl Lora {
    fn scale(self) -> f64 {
        self.alpha / self.rank as f64
    }
}

/// The adapted matrices of a layer, in the order of their adapters.
const ADAPTED: [usize; 6] = [QUERY, KEY, VALUE, ATTENTION_OUT, INTERMEDIATE, OUT];

/// Parameters of the adapters of a layer.
pub(super) const A_LAYER: usize = 2 * ADAPTED.len();

/// Parameters whose first gradient is zero, because their adapter's other matrix begins with zeros.
pub fn begins_without_gradient(name: &str) -> bool {
    name.ends_with("lora_A.weight")
}

/// The two matrices beside one of the base.
pub(super) struct Adapter<'a> {
    a: &'a Tensor,
    b: &'a Tensor,
    scale: f64,
    /// Place of `A` among the parameters; `B` follows.
    place: usize,
}

impl Bert {
    /// The same network with fresh adapters, drawn from the seed; of the base only the head learns.
    ///
    /// # Errors
    /// No memory.
    pub fn with_lora(mut self, lora: Lora, seed: u64) -> Result<Self> {
        const PURPOSE: u64 = 0x6c6f_7261; // "lora"
        for layer in 0..self.config.num_hidden_layers {
            for (slot, place) in ADAPTED.into_iter().enumerate() {
                let name = format!("bert.encoder.layer.{layer}.{}", LAYER_NAMES[place / 2]);
                let (out, width) = self.layer(layer, place).dims2()?;
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

    /// The adapters' sizes, where there are some.
    pub fn lora(&self) -> Option<Lora> {
        self.lora
    }

    /// The same function without adapters: each is added to its matrix. This one, where there are none.
    ///
    /// # Errors
    /// No memory.
    pub fn merged(&self) -> Result<Self> {
        let mut merged = Self { parameters: self.parameters[..self.of_base()].to_vec(), lora: None, ..self.clone() };
        for layer in 0..self.config.num_hidden_layers {
            for place in ADAPTED {
                if let Some(adapter) = self.adapter(layer, place) {
                    let added = (adapter.b.matmul(adapter.a)? * adapter.scale)?;
                    let at = FIRST_LAYER + layer * PER_LAYER + place;
                    merged.parameters[at].value = (self.value(at) + added)?;
                }
            }
        }
        Ok(merged)
    }

    pub(super) fn adapter(&self, layer: usize, place: usize) -> Option<Adapter<'_>> {
        let scale = self.lora?.scale();
        let slot = ADAPTED.iter().position(|p| *p == place)?;
        let place = self.of_base() + layer * A_LAYER + 2 * slot;
        Some(Adapter { a: self.value(place), b: self.value(place + 1), scale, place })
    }

    /// `α/r · B A x`, to be added to `W x`.
    pub(super) fn adapted(&self, adapter: &Adapter, x: &Tensor) -> Result<Tensor> {
        let inner = (self.kernels.product(x, adapter.a)? * adapter.scale)?;
        self.kernels.product(&inner, adapter.b)
    }

    /// The adapter's share of the input's gradient; its own gradients are put into `grads`.
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
        grads[adapter.place] = Some(Gradient::Dense(k.weight_gradient(x, &inner_gradient)?));
        grads[adapter.place + 1] = Some(Gradient::Dense(k.weight_gradient(&inner, dy)?));
        k.input_gradient(adapter.a, &inner_gradient)
    }
}
