//! Model configuration (`config.json`) and tag set.

use super::ModelError;
use super::rng::validate_dropout_rate;
use crate::corpus::{LabelSet, Prefix, Scheme, Tag, tag_notation};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Dimensions of a BERT model. The original `config.json` is kept, so that unknown fields survive saving.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Number of subwords in the vocabulary.
    pub vocab_size: usize,
    /// Width of a subword's vector.
    pub hidden_size: usize,
    /// Number of encoder layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads per layer.
    pub num_attention_heads: usize,
    /// Width inside the feed-forward block.
    pub intermediate_size: usize,
    /// Maximum sentence length in subwords, including special tokens.
    pub max_position_embeddings: usize,
    /// Number of segment types. Only the first is used.
    pub type_vocab_size: usize,
    /// Epsilon that is added to the variance in layer normalization.
    pub layer_norm_eps: f64,
    /// Standard deviation of the weights of a new head.
    pub initializer_range: f64,
    /// Dropout rate of the embeddings and of both blocks of a layer, in `[0, 1)`.
    pub hidden_dropout_prob: f32,
    /// Dropout rate of the attention probabilities, in `[0, 1)`.
    pub attention_probs_dropout_prob: f32,
    /// Dropout rate before the head, in `[0, 1)`.
    pub classifier_dropout: f32,
    /// All fields of the file.
    pub fields: Map<String, Value>,
}

/// Error of `id2label` in `config.json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagTableError {
    /// The value is not an object.
    #[error("id2label in config.json is not an object of ids and names")]
    NotAnObject,
    /// A key is not an integer.
    #[error("id2label in config.json has the key “{0}”, which is not an integer")]
    InvalidId(String),
    /// A name is not a string.
    #[error("id2label in config.json maps {id} to {name}, which is not a string")]
    InvalidName {
        /// Key of the entry.
        id: String,
        /// Value of the entry, as JSON.
        name: String,
    },
    /// An id below the largest one is missing.
    #[error("id2label in config.json has {count} tags with ids up to {last}, but id {missing} is missing")]
    MissingId {
        /// Number of tags.
        count: usize,
        /// Largest id.
        last: usize,
        /// Smallest missing id.
        missing: usize,
    },
}

impl Config {
    /// Parses `config.json`.
    ///
    /// # Errors
    /// Returns an error if the file is not JSON, is not a BERT model, or has a missing or invalid size.
    /// The message names the field.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let wrong = |reason: String| ModelError::Unsupported(format!("config.json: {reason}"));
        let value: Value = serde_json::from_slice(bytes).map_err(|e| wrong(format!("not valid JSON ({e})")))?;
        let Value::Object(fields) = value else { return Err(wrong("expected a JSON object".into())) };
        // A field with the value null counts as missing.
        let field = |name: &str| fields.get(name).filter(|v| !v.is_null());
        let kind = match field("model_type") {
            None => "missing".to_owned(),
            Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        if kind != "bert" {
            return Err(wrong(format!("model_type is {kind}, but only bert is supported")));
        }
        for (name, wanted) in [("hidden_act", "gelu"), ("position_embedding_type", "absolute")] {
            if let Some(found) = field(name).filter(|found| *found != wanted) {
                return Err(wrong(format!("{name} is {found}, but only {wanted} is supported")));
            }
        }
        let whole = |name: &str, value: &Value| match value.as_u64() {
            Some(n) if (1..1 << 31).contains(&n) => Ok(n as usize),
            _ => Err(wrong(format!("{name} is {value}, but must be an integer from 1 to 2,147,483,647"))),
        };
        let size = |name: &str| match field(name) {
            Some(value) => whole(name, value),
            None => Err(wrong(format!("{name} is missing"))),
        };
        let number = |name: &str, default: f64| match field(name) {
            None => Ok(default),
            Some(value) => value.as_f64().ok_or_else(|| wrong(format!("{name} is {value}, but must be a number"))),
        };
        let rate = |name: &str, default: f64| validate_dropout_rate(name, number(name, default)?);
        let hidden_dropout = number("hidden_dropout_prob", 0.1)?;
        let config = Self {
            vocab_size: size("vocab_size")?,
            hidden_size: size("hidden_size")?,
            num_hidden_layers: size("num_hidden_layers")?,
            num_attention_heads: size("num_attention_heads")?,
            intermediate_size: size("intermediate_size")?,
            max_position_embeddings: size("max_position_embeddings")?,
            type_vocab_size: field("type_vocab_size").map_or(Ok(2), |value| whole("type_vocab_size", value))?,
            layer_norm_eps: number("layer_norm_eps", 1e-12)?,
            initializer_range: number("initializer_range", 0.02)?,
            hidden_dropout_prob: rate("hidden_dropout_prob", 0.1)?,
            attention_probs_dropout_prob: rate("attention_probs_dropout_prob", 0.1)?,
            classifier_dropout: rate("classifier_dropout", hidden_dropout)?,
            fields,
        };
        // It is added in f32, so it must still be above 0 in f32.
        let epsilon = config.layer_norm_eps as f32;
        if !(epsilon > 0.0 && epsilon.is_finite()) {
            return Err(wrong(format!("layer_norm_eps is {}, but must be above 0", config.layer_norm_eps)));
        }
        if !(0.0..=1e3).contains(&config.initializer_range) {
            return Err(wrong(format!("initializer_range is {}, but must be 0 to 1,000", config.initializer_range)));
        }
        if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            return Err(wrong("hidden_size is not a multiple of num_attention_heads".into()));
        }
        Ok(config)
    }

    /// Returns the tags of `id2label`. Returns `None` if there are no tags or only placeholders (`LABEL_0`).
    ///
    /// # Errors
    /// Returns an error with the entry if ids are invalid or have a gap, or if names are invalid.
    pub fn tags(&self) -> Result<Option<TagSet>, TagTableError> {
        let Some(table) = self.fields.get("id2label").filter(|v| !v.is_null()) else { return Ok(None) };
        let table = table.as_object().ok_or(TagTableError::NotAnObject)?;
        let mut names = BTreeMap::new();
        for (id, name) in table {
            let number: usize = id.parse().map_err(|_| TagTableError::InvalidId(id.clone()))?;
            let name =
                name.as_str().ok_or_else(|| TagTableError::InvalidName { id: id.clone(), name: name.to_string() })?;
            names.insert(number, name.to_owned());
        }
        if let Some(missing) = (0..names.len()).find(|id| !names.contains_key(id)) {
            let (count, last) = (names.len(), names.keys().last().copied().unwrap_or_default());
            return Err(TagTableError::MissingId { count, last, missing });
        }
        let names: Vec<String> = names.into_values().collect();
        let are_real = !names.is_empty() && !names.iter().all(|n| n.starts_with("LABEL_"));
        Ok(are_real.then_some(TagSet { names }))
    }

    /// Returns the `config.json` of this network as a token classifier with the given tags.
    pub fn to_json(&self, tags: &TagSet) -> Value {
        let mut fields = self.fields.clone();
        let mut set = |name: &str, value: Value| {
            fields.insert(name.to_owned(), value);
        };
        set("architectures", json!(["BertForTokenClassification"]));
        set("vocab_size", json!(self.vocab_size));
        set("num_hidden_layers", json!(self.num_hidden_layers));
        let by_id: Map<_, _> = tags.names.iter().enumerate().map(|(i, n)| (i.to_string(), json!(n))).collect();
        let by_name: Map<_, _> = tags.names.iter().enumerate().map(|(i, n)| (n.clone(), json!(i))).collect();
        set("id2label", Value::Object(by_id));
        set("label2id", Value::Object(by_name));
        fields.shift_remove("num_labels");
        fields.shift_remove("_name_or_path");
        Value::Object(fields)
    }
}

/// Output tags of a model by id, for example `O`, `B-PER`, `I-PER`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TagSet {
    /// Tag name of each id.
    pub names: Vec<String>,
}

impl TagSet {
    /// Creates the tag set of `labels`: `O`, then `B-` and `I-` of each label in order.
    pub fn from_labels<S: AsRef<str>>(labels: &[S]) -> Self {
        let pairs = labels.iter().flat_map(|l| [format!("B-{}", l.as_ref()), format!("I-{}", l.as_ref())]);
        Self { names: std::iter::once("O".to_owned()).chain(pairs).collect() }
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there are no tags.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns the id of a tag name.
    pub fn id(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// Returns the distinct labels, in the order of their first tag.
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for name in &self.names {
            let (_, label) = split_tag(name);
            if name != "O" && !labels.iter().any(|l| l == label) {
                labels.push(label.to_owned());
            }
        }
        labels
    }

    /// Returns the id of a dataset tag. `labels` are the labels of the dataset.
    pub fn id_of(&self, tag: Tag, labels: &LabelSet) -> Option<usize> {
        self.id(&tag_notation::format_tag(tag, Scheme::Iob2, |l| labels.name(l).to_owned()))
    }

    /// Converts a predicted id to a dataset tag. Adds the label to `labels` if the dataset does not contain it.
    pub fn tag(&self, id: usize, labels: &mut LabelSet) -> Tag {
        let name = self.names.get(id).filter(|n| *n != "O")?;
        let (prefix, label) = split_tag(name);
        Some((prefix, labels.intern(label).ok()?))
    }

    /// Returns the same tags with renamed labels. Each pair is (old name, new name).
    #[must_use]
    pub fn renamed(&self, pairs: &[(String, String)]) -> Self {
        let new_name = |label: &str| pairs.iter().find(|(old, _)| old == label).map(|(_, new)| new.as_str());
        let renamed = |tag: &String| new_name(split_tag(tag).1).map_or_else(|| tag.clone(), |new| with_label(tag, new));
        Self { names: self.names.iter().map(renamed).collect() }
    }

    /// True if the set contains `O`, and `B-` and `I-` of every label. The head can then be kept.
    pub fn covers(&self, labels: &[String]) -> bool {
        self.id("O").is_some()
            && labels.iter().all(|l| ["B", "I"].iter().all(|p| self.id(&format!("{p}-{l}")).is_some()))
    }
}

/// Replaces the label of a tag and keeps its prefix.
pub fn with_label(tag: &str, label: &str) -> String {
    let prefix = tag.strip_suffix(split_tag(tag).1).unwrap_or_default();
    format!("{prefix}{label}")
}

/// Splits a tag into prefix and label. A missing prefix means inside, as in the transformers pipeline.
pub fn split_tag(name: &str) -> (Prefix, &str) {
    match name.split_once('-') {
        Some(("B", label)) => (Prefix::B, label),
        Some(("I", label)) => (Prefix::I, label),
        Some((letter, label)) if letter.len() == 1 => {
            (tag_notation::prefix_of(letter.chars().next().unwrap_or('I')), label)
        }
        _ => (Prefix::I, name),
    }
}
