//! BERT for token classification (Devlin et al. 2019), forward and backward on packed rows.
//!
//! The computation equals `BertForTokenClassification` of transformers: the same dropout sites, exact GELU, layer
//! normalization after each block, no pooler.
//!
//! - [`parameters`]: names, shapes and indices of the parameters.
//! - [`pass`]: inputs and results of a training step.
//! - `layer`: computation of one layer.
//! - `gradients`: computation of the whole network.
//! - [`lora`]: low-rank adapters.

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

/// Parts of the network that are not trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frozen {
    /// The embeddings and their layer normalization.
    pub embeddings: bool,
    /// Number of frozen encoder layers, from the first. A value above 0 also freezes the embeddings.
    pub layers: usize,
}

/// The network with its parameters.
#[derive(Clone)]
pub struct Bert {
    config: Config,
    parameters: Vec<Parameter>,
    frozen: Frozen,
    lora: Option<Lora>,
    kernels: &'static dyn Kernels,
}

impl Bert {
    /// Creates a network from parameters in the order of [`parameter_shapes`].
    ///
    /// # Errors
    /// Returns an error if a parameter is missing, superfluous, or has another name or shape.
    pub fn new(config: Config, parameters: Vec<Parameter>) -> std::result::Result<Self, ModelError> {
        let tags = parameters.last().map_or(0, |p| p.value.elem_count());
        let shapes = parameter_shapes(&config, tags);
        let refuse = |reason: String| Err(ModelError::Unsupported(reason));
        if let Some((name, _)) = shapes.iter().find(|(name, _)| !parameters.iter().any(|p| p.name == *name)) {
            return refuse(format!("parameter {name} is missing"));
        }
        if parameters.len() != shapes.len() {
            return refuse(format!("expected {} parameters, found {}", shapes.len(), parameters.len()));
        }
        for ((name, shape), p) in shapes.iter().zip(&parameters) {
            if *name != p.name || shape != p.value.dims() {
                let (has, found) = (p.value.dims(), &p.name);
                return refuse(format!("{found} has shape {has:?}, expected {name} {shape:?} by config.json"));
            }
        }
        let kernels = kernels::for_device(parameters[WORD].value.device(), ComputeDtype::Fp32);
        Ok(Self { config, parameters, frozen: Frozen::default(), lora: None, kernels })
    }

    /// Returns the same network with other kernels, for tests that compare kernels.
    #[must_use]
    pub fn with_kernels(mut self, kernels: &'static dyn Kernels) -> Self {
        self.kernels = kernels;
        self
    }

    /// Returns the same network on another device, with the given precision.
    ///
    /// # Errors
    /// Returns an error if the device does not have enough memory.
    pub fn to_device(&self, device: &Device, arithmetic: ComputeDtype) -> Result<Self> {
        let moved = |p: &Parameter| Ok(Parameter { name: p.name.clone(), value: p.value.to_device(device)? });
        let parameters = self.parameters.iter().map(moved).collect::<Result<_>>()?;
        Ok(Self { parameters, kernels: kernels::for_device(device, arithmetic), ..self.clone() })
    }

    /// Returns a copy of all parameters. Later training does not change the copy.
    ///
    /// # Errors
    /// Returns an error if the device does not have enough memory.
    pub fn snapshot(&self) -> Result<Vec<Tensor>> {
        self.parameters.iter().map(|p| p.value.copy()).collect()
    }

    /// Returns a copy of the network in its current state, independent of later training. Frozen parameters are shared.
    ///
    /// # Errors
    /// Returns an error if the device does not have enough memory.
    pub fn clone_state(&self) -> Result<Self> {
        let keep =
            |(i, p): (usize, &Parameter)| if self.is_trainable(i) { p.value.copy() } else { Ok(p.value.clone()) };
        Ok(self.with_values(self.parameters.iter().enumerate().map(keep).collect::<Result<_>>()?))
    }

    /// Returns the same network with the values of [`Bert::snapshot`], one per parameter.
    #[must_use]
    pub fn with_values(&self, values: Vec<Tensor>) -> Self {
        assert_eq!(values.len(), self.parameters.len(), "a value for each parameter");
        let parameters = self.parameters.iter().zip(values).map(|(p, value)| Parameter { name: p.name.clone(), value });
        Self { parameters: parameters.collect(), ..self.clone() }
    }

    /// Returns the same network with frozen parts.
    #[must_use]
    pub fn frozen(mut self, frozen: Frozen) -> Self {
        let layers = frozen.layers.min(self.config.num_hidden_layers);
        self.frozen = Frozen { embeddings: frozen.embeddings || layers > 0, layers };
        self
    }

    /// True if the parameter at this index is trainable.
    pub fn is_trainable(&self, parameter: usize) -> bool {
        // The indices of the head and of the adapters follow those of the base's layers.
        let kind = self.lora.is_none() || parameter >= self.head();
        kind && match self.depth(parameter) {
            0 => !self.frozen.embeddings,
            depth => depth > self.frozen.layers,
        }
    }

    /// Returns the depth of a parameter: 0 for the embeddings, 1 for the first layer, and the number of layers + 1 for
    /// the head.
    pub fn depth(&self, parameter: usize) -> usize {
        if let Some(inside) = parameter.checked_sub(self.n_base_parameters()) {
            return inside / lora::PER_LAYER_ADAPTERS + 1;
        }
        match parameter.checked_sub(FIRST_LAYER) {
            None => 0,
            Some(inside) => (inside / PER_LAYER).min(self.config.num_hidden_layers) + 1,
        }
    }

    /// Configuration of the network.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// All parameters.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// All parameters, mutable for the optimizer.
    pub fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    /// Number of values of all parameters.
    pub fn size(&self) -> usize {
        self.parameters.iter().map(|p| p.value.elem_count()).sum()
    }

    /// Number of trainable values.
    pub fn n_trainable(&self) -> usize {
        let learning = self.parameters.iter().enumerate().filter(|(i, _)| self.is_trainable(*i));
        learning.map(|(_, p)| p.value.elem_count()).sum()
    }

    /// Number of output tags.
    pub fn n_tags(&self) -> usize {
        self.value(self.head() + 1).elem_count()
    }

    /// Index of the head's weight; its bias follows.
    fn head(&self) -> usize {
        FIRST_LAYER + self.config.num_hidden_layers * PER_LAYER
    }

    /// Number of parameters without adapters.
    fn n_base_parameters(&self) -> usize {
        self.head() + 2
    }

    /// Device of the parameters.
    pub fn device(&self) -> &Device {
        self.parameters[WORD].value.device()
    }
}
