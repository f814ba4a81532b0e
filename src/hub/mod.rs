//! Finding models: the starter inside the program, a folder, or a hub's id.
//!
//! For a hub: `download` brings a model, `transfer` makes the requests, `cache` knows the folders, `verify` looks at what
//! came, `environment` reads the variables.

mod cache;
mod download;
mod environment;
mod starter;
mod transfer;
mod verify;

use crate::model::{ModelError, PretrainedModel};
use std::path::PathBuf;
use std::time::Duration;

/// How a download goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The file under way.
    pub file: String,
    /// Bytes of it that are here.
    pub done: u64,
    /// Bytes it has; 0 while unknown.
    pub total: u64,
}

/// How long a hub is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the headers of an answer, the connection included.
    pub answer: Duration,
    /// For the next byte.
    pub silence: Duration,
}

impl Default for Patience {
    /// As `huggingface_hub` has it: ten seconds each.
    fn default() -> Self {
        let usual = Duration::from_secs(10);
        Self { connect: usual, answer: usual, silence: usual }
    }
}

/// A hub: the public one, or the one a test runs.
#[derive(Clone, Default)]
pub struct Hub {
    /// Address; `HF_ENDPOINT` or the public hub when `None`.
    pub endpoint: Option<String>,
    /// Cache folder; the one of all Hugging Face programs (`HF_HOME`, `HF_HUB_CACHE`) when `None`.
    pub cache: Option<PathBuf>,
    /// Token; that of `HF_TOKEN` or of a login when `None`.
    pub token: Option<String>,
    /// How long it is waited for.
    pub patience: Patience,
}

impl std::fmt::Debug for Hub {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("endpoint", &self.endpoint).field("cache", &self.cache).finish_non_exhaustive()
    }
}

/// Which model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ModelRef {
    /// The one inside the program.
    #[default]
    Starter,
    /// A folder with config.json, model.safetensors and a tokenizer.
    Folder(PathBuf),
    /// `owner/name` on a hub.
    Hub(String),
}

impl std::str::FromStr for ModelRef {
    type Err = std::convert::Infallible;

    /// `starter`, a path that exists or looks like one, else a hub's id.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = PathBuf::from(text);
        let parts: Vec<&str> = text.split('/').collect();
        let plain = |p: &&str| {
            !p.is_empty() && p.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && !p.starts_with('.')
        };
        Ok(if text == "starter" {
            Self::Starter
        } else if !path.exists() && parts.len() == 2 && parts.iter().all(plain) {
            Self::Hub(text.to_owned())
        } else {
            Self::Folder(path)
        })
    }
}

impl std::fmt::Display for ModelRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Starter => f.write_str("starter"),
            Self::Folder(path) => {
                let name = path.file_name().map(|n| n.to_string_lossy());
                f.write_str(&name.unwrap_or_else(|| path.to_string_lossy()))
            }
            Self::Hub(id) => f.write_str(id),
        }
    }
}

/// A model by its name; `hub` is asked where the name is an id. `watch` is told how a download goes and answers whether
/// to go on.
///
/// # Errors
/// When there is none of that name, it cannot be read, or the download was cut or cancelled.
pub fn load_model(
    name: &ModelRef,
    hub: &Hub,
    watch: impl FnMut(Progress) -> bool,
) -> Result<PretrainedModel, ModelError> {
    match name {
        ModelRef::Starter => starter::load(),
        ModelRef::Folder(path) => PretrainedModel::from_pretrained(path),
        ModelRef::Hub(id) => {
            let folder = hub.model(id, watch)?;
            let mut model = PretrainedModel::from_pretrained(&folder).map_err(|e| match hub.folder_of(id) {
                Some(cached) => ModelError::Unsupported(format!(
                    "{id}: {e}. If a file is damaged, delete {}: the model is then downloaded anew",
                    cached.display()
                )),
                None => e,
            })?;
            model.name.clone_from(id);
            Ok(model)
        }
    }
}
