//! Named tensors: conversion between safetensors files and parameters.

use super::ModelError;
use super::bert::parameters::embedding_shapes;
use super::bert::{Bert, Parameter, new_head, parameter_shapes};
use super::config::{Config, TagSet};
use super::error::without_stack;
use super::kernels::fused::view::view;
use candle_core::{DType, Device, Tensor};
use half::f16;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, View};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Differences between the tensors of a file and the parameters of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Parameters that were newly initialized. Only a head can be missing.
    pub missing_keys: Vec<String>,
    /// Tensors of the file that were not used.
    pub unexpected_keys: Vec<String>,
}

/// Tensors by current Hugging Face name, as f32 in CPU memory.
pub type StateDict = HashMap<String, Tensor>;

/// Shapes by current Hugging Face name.
pub type Shapes = HashMap<String, Vec<usize>>;

/// Error of a safetensors file.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file is not a complete safetensors file.
    #[error("invalid or incomplete safetensors file ({0}); download or copy it again")]
    Invalid(String),
    /// The header contains a name twice. Another program might use the other entry.
    #[error("the header is ambiguous ({0}); download or copy the file again")]
    Ambiguous(serde_json::Error),
    /// A tensor cannot be converted to f32.
    #[error("{name}: {}", without_stack(.error))]
    Tensor {
        /// Name of the tensor.
        name: String,
        /// Error of the conversion.
        error: candle_core::Error,
    },
    /// A tensor contains NaN or infinite values.
    #[error("{0} contains NaN or infinite values; the file is damaged")]
    NotFinite(String),
}

/// Reads the shapes of the tensors from the header of a safetensors file.
///
/// # Errors
/// Returns an error if the file is not a complete safetensors file, or if its header contains a name twice.
pub fn shapes(bytes: &[u8]) -> Result<Shapes, WeightsError> {
    let (length, header) = SafeTensors::read_metadata(bytes).map_err(|e| WeightsError::Invalid(e.to_string()))?;
    // The parser keeps the last of two entries with the same name; another parser might keep the first.
    let text = bytes.get(size_of::<u64>()..size_of::<u64>() + length).unwrap_or_default();
    serde_json::from_slice::<UniqueKeys>(text).map_err(WeightsError::Ambiguous)?;
    Ok(header.tensors().into_iter().map(|(name, about)| (canonical_name(&name), about.shape.clone())).collect())
}

/// Checks the first bytes of a file of `size` bytes before the rest is read. The header determines the file size.
///
/// # Errors
/// Returns an error if the header is missing, or if its tensors do not end exactly at the end of the file.
/// A header that is longer than `beginning` is not checked here, but when the file is read.
pub fn check_beginning(beginning: &[u8], size: u64) -> Result<(), WeightsError> {
    let whole = |reason: &str| Err(WeightsError::Invalid(reason.to_owned()));
    let Some((length, rest)) = beginning.split_first_chunk::<{ size_of::<u64>() }>() else {
        return whole("the file is shorter than its header");
    };
    let length = u64::from_le_bytes(*length);
    if length == 0 || length > size {
        return whole("the file is shorter than its header");
    }
    let Some(header) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else { return Ok(()) };
    // Errors in the header are reported when the file is read.
    let Ok(serde_json::Value::Object(tensors)) = serde_json::from_slice(header) else { return Ok(()) };
    let ends = tensors.values().filter_map(|about| about["data_offsets"][1].as_u64());
    let end = ends.max().unwrap_or(0).saturating_add(length).saturating_add(size_of::<u64>() as u64);
    if end == size { Ok(()) } else { whole(&format!("the header requires {end} bytes, the file has {size}")) }
}

/// JSON without duplicate keys in any object.
struct UniqueKeys;

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(serde::de::Error::custom(format!("duplicate key {key}")));
            }
            seen.insert(key);
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// Reads the tensors of a safetensors file. It uses no memory map, because the file can be replaced during the run.
///
/// # Errors
/// Returns an error if the bytes are not a safetensors file, a type is not floating point, or a value is not finite.
pub fn read(bytes: &[u8]) -> Result<StateDict, WeightsError> {
    shapes(bytes)?;
    let raw = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
        .map_err(|e| WeightsError::Invalid(without_stack(&e)))?;
    let mut tensors = StateDict::new();
    for (name, tensor) in raw {
        if name.ends_with("position_ids") {
            continue; // an integer buffer that older versions stored
        }
        let converted = tensor
            .to_dtype(DType::F32)
            .and_then(|tensor| Ok((tensor.flatten_all()?.to_vec1::<f32>()?.iter().all(|v| v.is_finite()), tensor)));
        let (is_finite, tensor) = match converted {
            Ok(converted) => converted,
            Err(error) => return Err(WeightsError::Tensor { name, error }),
        };
        if !is_finite {
            return Err(WeightsError::NotFinite(name));
        }
        tensors.insert(canonical_name(&name), tensor);
    }
    Ok(tensors)
}

/// Converts old names, and names without prefix, to the current names of `BertForTokenClassification`.
fn canonical_name(name: &str) -> String {
    let name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias");
    if name.starts_with("embeddings.") || name.starts_with("encoder.") || name.starts_with("pooler.") {
        format!("bert.{name}")
    } else {
        name
    }
}

/// Builds a network. The head comes from `tensors` if it exists with the right shape; if not, it is initialized.
///
/// # Errors
/// Returns an error if encoder weights are missing or do not have the shape that `config` requires.
pub fn build_model(
    config: Config,
    tags: usize,
    mut tensors: StateDict,
    seed: u64,
) -> Result<(Bert, LoadReport), ModelError> {
    let mut report = LoadReport::default();
    let mut parameters = Vec::new();
    let fits = |t: Option<&Tensor>| t.is_some_and(|t| t.dims() == [tags, config.hidden_size]);
    if !fits(tensors.get("classifier.weight")) || !tensors.contains_key("classifier.bias") {
        let (weight, bias) = new_head(config.hidden_size, tags, config.initializer_range, seed)?;
        report.missing_keys = vec!["classifier.weight".into(), "classifier.bias".into()];
        tensors.insert("classifier.weight".into(), weight);
        tensors.insert("classifier.bias".into(), bias);
    }
    let mut lacking = Vec::new();
    for (name, _) in parameter_shapes(&config, tags) {
        match tensors.remove(&name) {
            Some(value) => parameters.push(Parameter { name, value: value.contiguous()? }),
            None => lacking.push(name),
        }
    }
    if let Some(first) = lacking.first() {
        let more = lacking.len() - 1;
        let message =
            format!("{first} and {more} more weights required by config.json are missing in model.safetensors");
        return Err(ModelError::Unsupported(message));
    }
    report.unexpected_keys = tensors.into_keys().collect();
    report.unexpected_keys.sort();
    Ok((Bert::new(config, parameters)?, report))
}

/// Reorders the rows of a head from the tags of `base` to the tags of `run`.
/// Row `i` of the result is the row of `base` for tag `i` of `run`.
///
/// # Errors
/// Returns an error if `base` lacks one of the tags.
pub fn reorder_head(tensors: &mut StateDict, base: &TagSet, run: &TagSet) -> Result<(), ModelError> {
    let rows: Option<Vec<u32>> = run.names.iter().map(|n| base.id(n).map(|i| i as u32)).collect();
    let rows =
        rows.ok_or_else(|| ModelError::Unsupported("the head of the base model lacks a tag of the dataset".into()))?;
    let rows = Tensor::new(rows, &Device::Cpu)?;
    for name in ["classifier.weight", "classifier.bias"] {
        if let Some(head) = tensors.get(name) {
            let reordered = head.index_select(&rows, 0)?;
            tensors.insert(name.into(), reordered);
        }
    }
    Ok(())
}

/// Number type of saved weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveDtype {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits: half the size, about three significant digits.
    F16,
}

/// Array to save: name, shape and values.
pub type Array<'a> = (&'a str, &'a [usize], &'a [f32]);

/// Serializes arrays as a safetensors file, with the metadata entry `format` that transformers requires.
///
/// # Errors
/// Returns an error if two arrays have the same name.
pub fn store(arrays: &[Array], precision: SaveDtype) -> Result<Vec<u8>, ModelError> {
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let views = arrays.iter().map(|(name, shape, values)| (*name, Stored { shape, values, precision }));
    safetensors::serialize(views, Some(metadata))
        .map_err(|e| ModelError::Unsupported(format!("failed to serialize weights: {e}")))
}

/// Array whose bytes are created only when they are written, so that memory holds no second copy of all arrays.
struct Stored<'a> {
    shape: &'a [usize],
    values: &'a [f32],
    precision: SaveDtype,
}

impl View for Stored<'_> {
    fn dtype(&self) -> Dtype {
        match self.precision {
            SaveDtype::F32 => Dtype::F32,
            SaveDtype::F16 => Dtype::F16,
        }
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match self.precision {
            SaveDtype::F32 => self.values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            SaveDtype::F16 => self.values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect(),
        }
    }

    fn data_len(&self) -> usize {
        let bytes = if self.precision == SaveDtype::F32 { 4 } else { 2 };
        self.values.len() * bytes
    }
}

/// Returns the bytes of `model.safetensors`.
///
/// # Errors
/// Returns an error if a tensor cannot be read back from the device.
pub fn write(bert: &Bert, precision: SaveDtype) -> Result<Vec<u8>, ModelError> {
    let here = |p: &Parameter| p.value.to_device(&Device::Cpu)?.contiguous();
    let tensors = bert.parameters().iter().map(here).collect::<candle_core::Result<Vec<_>>>()?;
    let views = tensors.iter().map(view).collect::<candle_core::Result<Vec<_>>>()?;
    let arrays = bert.parameters().iter().zip(&views).map(|(p, values)| (p.name.as_str(), p.value.dims(), &**values));
    store(&arrays.collect::<Vec<Array>>(), precision)
}

/// Checks the dimensions of a configuration against the shapes in the weights file, before any tensor is created.
///
/// # Errors
/// Returns an error if the embeddings, the intermediate weight of the first layer, or a layer are missing or have
/// another shape. The message names the contradicting value.
pub fn check_shapes(config: &Config, weights: &Shapes) -> Result<(), ModelError> {
    let wrong =
        |reason: String| Err(ModelError::Unsupported(format!("{reason}; the files belong to different models")));
    let layers = weights.keys().filter_map(|name| {
        let rest = name.strip_prefix("bert.encoder.layer.")?;
        rest.split('.').next()?.parse::<usize>().ok()
    });
    let there = layers.collect::<BTreeSet<usize>>();
    let missing = (0..config.num_hidden_layers).find(|layer| !there.contains(layer));
    if let Some(missing) = missing {
        let stated = config.num_hidden_layers;
        return wrong(format!(
            "num_hidden_layers in config.json is {stated}, but model.safetensors has no layer {missing}"
        ));
    }
    for (name, shape) in embedding_shapes(config) {
        match weights.get(&name) {
            None => return wrong(format!("{name} is missing in model.safetensors")),
            Some(found) if *found != shape => {
                return wrong(format!("{name} has shape {found:?}, expected {shape:?} by config.json"));
            }
            Some(_) => {}
        }
    }
    let name = "bert.encoder.layer.0.intermediate.dense.weight";
    let shape = [config.intermediate_size, config.hidden_size];
    match weights.get(name) {
        Some(found) if *found == shape => Ok(()),
        Some(found) => wrong(format!("{name} has shape {found:?}, expected {shape:?} by config.json")),
        None => wrong(format!("{name} is missing in model.safetensors")),
    }
}
