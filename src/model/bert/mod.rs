//! BERT for token classification (Devlin et al. 2019), forward and backward on packed rows.
//!
//! The arithmetic is transformers' `BertForTokenClassification`: dropout at the same places, exact gelu, layer
//! normalisation after each block, no pooler.
//!
//! [`parameters`] has names and places, [`pass`] what a step is computed with, `layer` the arithmetic of one layer,
//! `gradients` that of the whole network, and [`lora`] the small matrices that learn in place of the large ones.

mod gradients;
mod layer;
pub mod lora;
pub mod parameters;
pub mod pass;

pub use lora::Lora;
pub use parameters::{Parameter, has_no_gradient, is_exempt_from_decay, new_head, parameter_shapes};
pub use pass::{Gradient, Gradients, MeanLoss, Mode, Pass};

use super::config::Config;
use super::kernels::{self, Kernels};
use super::{ComputeDtype, Device, ModelError, Tensor};
use candle_core::Result;
use parameters::{FIRST_LAYER, PER_LAYER, WORD};

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
    lora: Option<Lora>,
    kernels: &'static dyn Kernels,
}

impl Bert {
    /// A network of these parameters, which must be those of [`parameter_shapes`] in order.
    ///
    /// # Errors
    /// When one is missing, is one too many, or has another name or shape.
    pub fn new(config: Config, parameters: Vec<Parameter>) -> std::result::Result<Self, ModelError> {
        let tags = parameters.last().map_or(0, |p| p.value.elem_count());
        let shapes = parameter_shapes(&config, tags);
        let refuse = |why: String| Err(ModelError::Unsupported(why));
        if let Some((name, _)) = shapes.iter().find(|(name, _)| !parameters.iter().any(|p| p.name == *name)) {
            return refuse(format!("the network lacks the parameter {name}"));
        }
        if parameters.len() != shapes.len() {
            return refuse(format!("the network has {} parameters, but {} were given", shapes.len(), parameters.len()));
        }
        for ((name, shape), p) in shapes.iter().zip(&parameters) {
            if *name != p.name || shape != p.value.dims() {
                let (has, found) = (p.value.dims(), &p.name);
                return refuse(format!("{found} has shape {has:?}, but config.json says {name} {shape:?}"));
            }
        }
        let kernels = kernels::for_device(parameters[WORD].value.device(), ComputeDtype::Fp32);
        Ok(Self { config, parameters, frozen: Frozen::default(), lora: None, kernels })
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
    pub fn to_device(&self, device: &Device, arithmetic: ComputeDtype) -> Result<Self> {
        let moved = |p: &Parameter| Ok(Parameter { name: p.name.clone(), value: p.value.to_device(device)? });
        let parameters = self.parameters.iter().map(moved).collect::<Result<_>>()?;
        Ok(Self { parameters, kernels: kernels::for_device(device, arithmetic), ..self.clone() })
    }

    /// A copy of all parameters that training will not change.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn snapshot(&self) -> Result<Vec<Tensor>> {
        self.parameters.iter().map(|p| p.value.copy()).collect()
    }

    /// The same network as it is now, whatever training does to this one. What does not learn is shared.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn kept(&self) -> Result<Self> {
        let keep = |(i, p): (usize, &Parameter)| if self.learns(i) { p.value.copy() } else { Ok(p.value.clone()) };
        Ok(self.with_values(self.parameters.iter().enumerate().map(keep).collect::<Result<_>>()?))
    }

    /// The same network with these values, as [`Bert::snapshot`] gave them: one for each parameter.
    #[must_use]
    pub fn with_values(&self, values: Vec<Tensor>) -> Self {
        assert_eq!(values.len(), self.parameters.len(), "a value for each parameter");
        let parameters = self.parameters.iter().zip(values).map(|(p, value)| Parameter { name: p.name.clone(), value });
        Self { parameters: parameters.collect(), ..self.clone() }
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
        // The head and the adapters are behind the base's layers.
        let kind = self.lora.is_none() || parameter >= self.head();
        kind && match self.depth(parameter) {
            0 => !self.frozen.embeddings,
            depth => depth > self.frozen.layers,
        }
    }

    /// How far a parameter is from the input: 0 for the embeddings, then 1 for the first layer, and one more than there
    /// are layers for the head.
    pub fn depth(&self, parameter: usize) -> usize {
        if let Some(inside) = parameter.checked_sub(self.of_base()) {
            return inside / lora::A_LAYER + 1;
        }
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

    /// How many numbers learn.
    pub fn learning(&self) -> usize {
        let learning = self.parameters.iter().enumerate().filter(|(i, _)| self.learns(*i));
        learning.map(|(_, p)| p.value.elem_count()).sum()
    }

    /// Number of tags it tells apart.
    pub fn tags(&self) -> usize {
        self.value(self.head() + 1).elem_count()
    }

    /// Place of the head's weight; its bias follows.
    fn head(&self) -> usize {
        FIRST_LAYER + self.config.num_hidden_layers * PER_LAYER
    }

    /// Number of parameters without adapters.
    fn of_base(&self) -> usize {
        self.head() + 2
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        self.parameters[WORD].value.device()
    }
}
