//! A model as Hugging Face keeps it: a folder of config, weights and tokenizer.

use super::bert::Bert;
use super::config::{Config, TagSet};
use super::tokenizer::PieceTokenizer;
use super::weights::{self, LoadReport, Precision, Tensors};
use super::{ModelError, Tensor};
use crate::disk;
use serde_json::Value;
use std::path::Path;

/// Files that are carried along unchanged.
const TOKENIZER_FILES: [&str; 4] = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"];

/// The files of a model folder that this program writes. They are replaced together ([`disk::replace_files`]).
pub const FILES: disk::FileSet = disk::FileSet {
    key: "config.json",
    names: &[
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.txt",
        "README.md",
        "model.safetensors",
    ],
};

/// A model folder in memory, not yet a network: training may want another head.
#[derive(Clone)]
pub struct ModelFolder {
    /// What people call it: the folder's name, or `starter`.
    pub name: String,
    /// Sizes and tags.
    pub config: Config,
    /// Words to pieces.
    pub tokenizer: PieceTokenizer,
    /// The tags its head knows; `None` for an encoder without one.
    pub tags: Option<TagSet>,
    /// Pieces a sentence may have, special ones included.
    pub max_length: usize,
    tensors: Tensors,
    tokenizer_files: Vec<(String, Vec<u8>)>,
}

impl ModelFolder {
    /// Reads a folder.
    ///
    /// # Errors
    /// A missing or damaged file: says which, and what to do.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        if !path.is_dir() {
            let why = if path.is_file() { "it is a file; name the model's folder" } else { "there is no such folder" };
            return Err(ModelError::file(path, why));
        }
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        Self::from_files(&name, path, |file| {
            let at = disk::current(path, file);
            if at.exists() { disk::read(&at).map(Some).map_err(|e| ModelError::file(at, e.why)) } else { Ok(None) }
        })
    }

    /// Reads a model from wherever its files are; `path` is only named in messages.
    ///
    /// # Errors
    /// As [`ModelFolder::open`].
    pub fn from_files(
        name: &str,
        path: &Path,
        mut read: impl FnMut(&str) -> Result<Option<Vec<u8>>, ModelError>,
    ) -> Result<Self, ModelError> {
        let missing = |file: &str, advice: &str| ModelError::file(path.join(file), format!("missing; {advice}"));
        let config = read("config.json")?.ok_or_else(|| {
            missing("config.json", "a model folder has config.json, model.safetensors, tokenizer.json")
        })?;
        let in_folder = |e: ModelError| ModelError::file(path, e);
        let config = Config::parse(&config).map_err(in_folder)?;
        let mut tokenizer_files = Vec::new();
        for file in TOKENIZER_FILES {
            if let Some(bytes) = read(file)? {
                tokenizer_files.push((file.to_owned(), bytes));
            }
        }
        let file = |name: &str| tokenizer_files.iter().find(|(n, _)| n == name).map(|(_, bytes)| bytes.as_slice());
        let settings: Value =
            file("tokenizer_config.json").and_then(|b| serde_json::from_slice(b).ok()).unwrap_or(Value::Null);
        let tokenizer = if let Some(json) = file("tokenizer.json") {
            PieceTokenizer::from_json(json).map_err(|e| ModelError::file(path.join("tokenizer.json"), e))?
        } else if let Some(vocabulary) = file("vocab.txt") {
            let at = path.join("vocab.txt");
            let vocabulary = std::str::from_utf8(vocabulary).map_err(|_| ModelError::file(&at, "not UTF-8"))?;
            let lowercase = settings.get("do_lower_case").and_then(Value::as_bool).unwrap_or(true);
            PieceTokenizer::from_vocabulary(vocabulary, lowercase).map_err(|e| ModelError::file(at, e))?
        } else {
            return Err(missing("tokenizer.json", "a vocab.txt would do as well"));
        };
        let at = path.join("model.safetensors");
        let weights = read("model.safetensors")?
            .ok_or_else(|| missing("model.safetensors", "older .bin files must be converted to safetensors first"))?;
        let tensors = weights::read(&weights).map_err(|e| ModelError::file(&at, e))?;
        if tokenizer.vocabulary_size() > config.vocab_size {
            let (has, takes) = (tokenizer.vocabulary_size(), config.vocab_size);
            let why =
                format!("the tokenizer has {has} pieces but the model takes {takes}: the files do not belong together");
            return Err(ModelError::file(path, why));
        }
        let limit = settings.get("model_max_length").and_then(Value::as_u64).filter(|n| (8..1 << 20).contains(n));
        let max_length = config.max_position_embeddings.min(limit.map_or(usize::MAX, |n| n as usize));
        let head = tensors.get("classifier.weight").map(|t: &Tensor| t.dims()[0]);
        let tags = config.tags().filter(|t| head == Some(t.len()));
        Ok(Self { name: name.to_owned(), config, tokenizer, tags, max_length, tensors, tokenizer_files })
    }

    /// The network with the head that is in the folder.
    ///
    /// # Errors
    /// When there is no head, or weights are missing.
    pub fn classifier(&self) -> Result<(Bert, TagSet), ModelError> {
        let tags = self.tags.clone().ok_or_else(|| {
            let name = &self.name;
            ModelError::Unsupported(format!("{name} has no head for tagging yet: train it first, then use the run"))
        })?;
        let (bert, _) = weights::build(self.config.clone(), tags.len(), self.tensors.clone(), 0)?;
        Ok((bert, tags))
    }

    /// Whether the head would be kept for a dataset with these labels.
    pub fn knows(&self, labels: &[String]) -> bool {
        self.tags.as_ref().is_some_and(|t| t.covers(labels))
    }

    /// The network for training on these labels: the head kept and put into the dataset's order if it knows all of
    /// them (labels it knows besides follow), else a new one.
    ///
    /// # Errors
    /// When weights are missing.
    pub fn for_labels(
        &self,
        labels: &[String],
        new_head: bool,
        seed: u64,
    ) -> Result<(Bert, TagSet, LoadReport), ModelError> {
        let mut tensors = self.tensors.clone();
        let base = self.tags.as_ref().filter(|_| !new_head && self.knows(labels));
        let tags = match base {
            Some(base) => {
                let mut names = TagSet::of_labels(labels).names;
                names.extend(base.names.iter().filter(|n| !names.contains(n)).cloned().collect::<Vec<_>>());
                let tags = TagSet { names };
                weights::reorder_head(&mut tensors, base, &tags)?;
                tags
            }
            None => {
                tensors.remove("classifier.weight");
                TagSet::of_labels(labels)
            }
        };
        let (bert, report) = weights::build(self.config.clone(), tags.len(), tensors, seed)?;
        Ok((bert, tags, report))
    }

    /// The tensors as read, by name: for the comparison with another implementation.
    pub fn tensors(&self) -> &Tensors {
        &self.tensors
    }

    /// The files of a folder with this network in this model's place, that transformers loads as it is.
    ///
    /// # Errors
    /// When a tensor cannot be read back from the device.
    pub fn files(
        &self,
        bert: &Bert,
        tags: &TagSet,
        card: &str,
        precision: Precision,
    ) -> Result<Vec<(String, Vec<u8>)>, ModelError> {
        let json = |v: &Value| serde_json::to_vec_pretty(v).map_err(|e| ModelError::Unsupported(e.to_string()));
        let mut config = bert.config().to_json(tags);
        let kind = if precision == Precision::Half { "float16" } else { "float32" };
        config["dtype"] = Value::from(kind);
        if let Some(fields) = config.as_object_mut() {
            fields.shift_remove("torch_dtype");
        }
        let mut files = vec![("config.json".to_owned(), json(&config)?)];
        files.extend(self.tokenizer_files.iter().cloned());
        if !files.iter().any(|(n, _)| n == "tokenizer.json") {
            files.push(("tokenizer.json".into(), self.tokenizer.to_json()?.into_bytes()));
        }
        files.push(("README.md".into(), card.as_bytes().to_vec()));
        files.push(("model.safetensors".into(), weights::write(bert, precision)?));
        Ok(files)
    }
}
