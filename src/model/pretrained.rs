//! A model in Hugging Face format: a directory with config, weights and tokenizer.

use super::bert::Bert;
use super::config::{Config, TagSet};
use super::tokenizer::SubwordTokenizer;
use super::weights::{self, LoadReport, SaveDtype, StateDict};
use super::{ModelError, Tensor};
use crate::disk;
use serde_json::Value;
use std::path::Path;

/// Files that are copied unchanged to a saved model.
const TOKENIZER_FILES: [&str; 4] = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"];

/// Maximum size of a vocabulary file in bytes. The largest published vocabularies have about 40 MB.
const MAX_VOCABULARY_BYTES: u64 = 128 << 20;
/// Files of a model directory that Tagwright writes. They are replaced together ([`disk::replace_files`]).
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

/// A model directory in memory. The network is not built yet, because training can require another head.
#[derive(Clone)]
pub struct PretrainedModel {
    /// Display name: the name of the directory, or `starter`.
    pub name: String,
    /// Dimensions and fields of `config.json`.
    pub config: Config,
    /// Tokenizer from words to subwords.
    pub tokenizer: SubwordTokenizer,
    /// Tags of the head. `None` if the model is an encoder without a usable head.
    pub tags: Option<TagSet>,
    /// Maximum sentence length in subwords, including special tokens.
    pub max_length: usize,
    /// Reason why the tags are unusable. `None` if they are usable or if there is no head.
    why_no_tags: Option<String>,
    tensors: StateDict,
    tokenizer_files: Vec<(String, Vec<u8>)>,
}

/// Checks the size of a vocabulary file, because its tables need several times as much memory.
fn check_vocab_size(at: &Path, file: &[u8], subwords: usize) -> Result<(), ModelError> {
    /// Upper bound of the bytes per subword in the file, in any notation.
    const BYTES_PER_SUBWORD: usize = 512;
    if file.len() <= (1 << 20) + BYTES_PER_SUBWORD * subwords {
        return Ok(());
    }
    let size = file.len() >> 20;
    Err(ModelError::file(at, format!("{size} MiB is too large for a vocabulary of {subwords} subwords")))
}

/// Returns the number of tags of the head. Returns `None` if there is no head.
fn head_rows(tensors: &StateDict) -> Option<usize> {
    tensors.get("classifier.weight").and_then(|t: &Tensor| t.dims().first().copied())
}

impl PretrainedModel {
    /// Reads a model directory.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged. The message names the file and an action.
    pub fn from_pretrained(path: &Path) -> Result<Self, ModelError> {
        if !path.is_dir() {
            let cause = if path.is_file() {
                "is a file, expected a model directory"
            } else {
                "directory not found; check the path"
            };
            return Err(ModelError::file(path, cause));
        }
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        Self::from_files(&name, path, |file| {
            let at = disk::current_path(path, file);
            let most = match file {
                "model.safetensors" => disk::MAX_BYTES,
                "tokenizer.json" | "vocab.txt" => MAX_VOCABULARY_BYTES,
                _ => disk::MAX_SMALL_BYTES,
            };
            if !at.exists() {
                return Ok(None);
            }
            let look = |beginning: &[u8], size: u64| match file {
                "model.safetensors" => weights::check_beginning(beginning, size),
                _ => Ok(()),
            };
            disk::read_if(&at, most, look).map(Some).map_err(|e| ModelError::file(at, e.reason))
        })
    }

    /// Reads a model through the function `read`, which returns the bytes of a file. `path` is only used in messages.
    ///
    /// # Errors
    /// Returns the same errors as [`PretrainedModel::from_pretrained`].
    pub fn from_files(
        name: &str,
        path: &Path,
        mut read: impl FnMut(&str) -> Result<Option<Vec<u8>>, ModelError>,
    ) -> Result<Self, ModelError> {
        let missing = |file: &str, advice: &str| ModelError::file(path.join(file), format!("missing; {advice}"));
        let config = read("config.json")?.ok_or_else(|| {
            missing("config.json", "a model directory contains config.json, model.safetensors and tokenizer.json")
        })?;
        let in_folder = |e: ModelError| ModelError::file(path, e);
        let config = Config::parse(&config).map_err(in_folder)?;
        let mut tokenizer_files = Vec::new();
        for file in TOKENIZER_FILES {
            if let Some(bytes) = read(file)? {
                tokenizer_files.push((file.to_owned(), bytes));
            }
        }
        if !tokenizer_files.iter().any(|(name, _)| name == "tokenizer.json" || name == "vocab.txt") {
            return Err(missing("tokenizer.json", "add tokenizer.json or vocab.txt"));
        }
        let at = path.join("model.safetensors");
        let weights = read("model.safetensors")?
            .ok_or_else(|| missing("model.safetensors", "convert older .bin files to safetensors"))?;
        // Check the dimensions before any tensor of that size is created.
        let shapes = weights::shapes(&weights).map_err(|e| ModelError::file(&at, e))?;
        weights::check_shapes(&config, &shapes).map_err(in_folder)?;
        let file = |name: &str| tokenizer_files.iter().find(|(n, _)| n == name).map(|(_, bytes)| bytes.as_slice());
        let settings: Value =
            file("tokenizer_config.json").and_then(|b| serde_json::from_slice(b).ok()).unwrap_or(Value::Null);
        let too_many = |has: usize| {
            let takes = config.vocab_size;
            let cause = format!(
                "the tokenizer has {has} subwords, but the model has {takes}; the files belong to different models"
            );
            ModelError::file(path, cause)
        };
        let tokenizer = if let Some(json) = file("tokenizer.json") {
            let at = path.join("tokenizer.json");
            check_vocab_size(&at, json, config.vocab_size)?;
            SubwordTokenizer::from_json(json).map_err(|e| ModelError::file(at, e))?
        } else if let Some(vocabulary) = file("vocab.txt") {
            let at = path.join("vocab.txt");
            check_vocab_size(&at, vocabulary, config.vocab_size)?;
            let vocabulary = std::str::from_utf8(vocabulary).map_err(|_| ModelError::file(&at, "not UTF-8"))?;
            if vocabulary.lines().count() > config.vocab_size {
                return Err(too_many(vocabulary.lines().count()));
            }
            let lowercase = settings.get("do_lower_case").and_then(Value::as_bool).unwrap_or(true);
            SubwordTokenizer::from_vocab(vocabulary, lowercase).map_err(|e| ModelError::file(at, e))?
        } else {
            return Err(missing("tokenizer.json", "add tokenizer.json or vocab.txt"));
        };
        if tokenizer.vocab_size() > config.vocab_size {
            return Err(too_many(tokenizer.vocab_size()));
        }
        let tensors = weights::read(&weights).map_err(|e| ModelError::file(&at, e))?;
        let limit = settings.get("model_max_length").and_then(Value::as_u64).filter(|n| (8..1 << 20).contains(n));
        let max_length = config.max_position_embeddings.min(limit.map_or(usize::MAX, |n| n as usize));
        let around = tokenizer.encode_text("a")?.special_tokens_mask.iter().filter(|s| **s).count();
        if around >= max_length {
            let cause = format!(
                "the tokenizer adds {around} special tokens, but the maximum length of the model is {max_length}"
            );
            return Err(ModelError::file(path, cause));
        }
        let (tags, why_no_tags) = match (head_rows(&tensors), config.tags()) {
            (_, Err(cause)) => (None, Some(cause.to_string())),
            (Some(rows), Ok(Some(tags))) if rows == tags.len() => (Some(tags), None),
            (Some(rows), Ok(Some(tags))) => (
                None,
                Some(format!(
                    "the classification head has {rows} tags, but id2label in config.json has {}",
                    tags.len()
                )),
            ),
            _ => (None, None),
        };
        Ok(Self { name: name.to_owned(), config, tokenizer, tags, why_no_tags, max_length, tensors, tokenizer_files })
    }

    /// Returns the network with the head of the directory.
    ///
    /// # Errors
    /// Returns an error if there is no head or weights are missing.
    pub fn token_classifier(&self) -> Result<(Bert, TagSet), ModelError> {
        let tags = self.tags.clone().ok_or_else(|| {
            let name = &self.name;
            ModelError::Unsupported(match &self.why_no_tags {
                Some(cause) => format!("{name}: {cause}; fix config.json or download the model again"),
                None => format!("{name} has no token classification head; train it first and use the trained model"),
            })
        })?;
        let (bert, report) = weights::build_model(self.config.clone(), tags.len(), self.tensors.clone(), 0)?;
        if let Some(missing) = report.missing_keys.first() {
            // A newly initialized head would predict random tags.
            let name = &self.name;
            let cause =
                format!("{name}: {missing} is missing or its shape does not match config.json; train the model first");
            return Err(ModelError::Unsupported(cause));
        }
        Ok((bert, tags))
    }

    /// True if the head can be kept for a dataset with these labels.
    pub fn supports_labels(&self, labels: &[String]) -> bool {
        self.tags.as_ref().is_some_and(|t| t.covers(labels))
    }

    /// Returns the tags of the network for training on these labels, in the order of the labels. If the head is kept,
    /// its other tags follow.
    pub fn tags_for(&self, labels: &[String], new_head: bool) -> TagSet {
        let mut names = TagSet::from_labels(labels).names;
        if let Some(kept) = self.kept_tags(labels, new_head) {
            names.extend(kept.names.iter().filter(|n| !names.contains(n)).cloned().collect::<Vec<_>>());
        }
        TagSet { names }
    }

    /// Returns the tags of the head if it is kept for these labels.
    fn kept_tags(&self, labels: &[String], new_head: bool) -> Option<&TagSet> {
        self.tags.as_ref().filter(|_| !new_head && self.supports_labels(labels))
    }

    /// Returns the network for training on these labels.
    /// The head is kept if its tags cover all labels. It is then reordered to the dataset's order, and its other
    /// labels follow. In all other cases, and if `new_head` is true, a new head is initialized.
    ///
    /// # Errors
    /// Returns an error if weights are missing.
    pub fn with_labels(
        &self,
        labels: &[String],
        new_head: bool,
        seed: u64,
    ) -> Result<(Bert, TagSet, LoadReport), ModelError> {
        let mut tensors = self.tensors.clone();
        let tags = self.tags_for(labels, new_head);
        match self.kept_tags(labels, new_head) {
            Some(kept) => weights::reorder_head(&mut tensors, kept, &tags)?,
            None => drop(tensors.remove("classifier.weight")),
        }
        let (bert, report) = weights::build_model(self.config.clone(), tags.len(), tensors, seed)?;
        Ok((bert, tags, report))
    }

    /// Tensors as read from the file, by name, for the comparison with another implementation.
    pub fn tensors(&self) -> &StateDict {
        &self.tensors
    }

    /// Returns the files of a model directory with this network in place of this model's weights.
    /// transformers can load it.
    ///
    /// # Errors
    /// Returns an error if a tensor cannot be read back from the device.
    pub fn save_pretrained(
        &self,
        bert: &Bert,
        tags: &TagSet,
        card: &str,
        precision: SaveDtype,
    ) -> Result<Vec<(String, Vec<u8>)>, ModelError> {
        let json = |v: &Value| serde_json::to_vec_pretty(v).map_err(|e| ModelError::Unsupported(e.to_string()));
        let mut config = bert.config().to_json(tags);
        let kind = if precision == SaveDtype::F16 { "float16" } else { "float32" };
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
