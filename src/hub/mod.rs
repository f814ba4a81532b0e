//! Model sources: the embedded starter, a directory, or a model id of a hub.
//!
//! Modules for hubs:
//! - `download`: downloads a model into the cache.
//! - `transfer`: sends the requests.
//! - `cache`: manages the cache directories.
//! - `verify`: checks downloaded files.
//! - `environment`: reads the environment variables.
//!
//! `starter` reads the embedded model.

mod cache;
mod download;
mod environment;
mod starter;
mod transfer;
mod verify;

use crate::model::{ModelError, PretrainedModel};
use std::path::PathBuf;
use std::time::Duration;

/// Progress of a download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Name of the current file.
    pub file: String,
    /// Number of received bytes of the file.
    pub done: u64,
    /// Size of the file in bytes; 0 if unknown.
    pub total: u64,
}

/// Timeouts of requests to a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Timeout of the connection.
    pub connect: Duration,
    /// Timeout of the response headers, including the connection.
    pub response: Duration,
    /// Timeout of the next byte.
    pub read: Duration,
}

impl Default for Timeouts {
    /// Same as in `huggingface_hub`: ten seconds each.
    fn default() -> Self {
        let usual = Duration::from_secs(10);
        Self { connect: usual, response: usual, read: usual }
    }
}

/// A hub: the public one, or a local one in tests.
#[derive(Clone, Default)]
pub struct Hub {
    /// Address. If `None`, `HF_ENDPOINT` or the public hub is used.
    pub endpoint: Option<String>,
    /// Cache directory. If `None`, the shared Hugging Face cache (`HF_HOME`, `HF_HUB_CACHE`) is used.
    pub cache: Option<PathBuf>,
    /// Access token. If `None`, the token of `HF_TOKEN` or of a login is used.
    pub token: Option<String>,
    /// Timeouts.
    pub patience: Timeouts,
}

impl std::fmt::Debug for Hub {
    /// Omits the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("endpoint", &self.endpoint).field("cache", &self.cache).finish_non_exhaustive()
    }
}

/// Reference to a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ModelRef {
    /// The embedded starter model.
    #[default]
    Starter,
    /// Directory with config.json, model.safetensors and a tokenizer.
    Folder(PathBuf),
    /// Model id `owner/name` on a hub.
    Hub(String),
}

impl std::str::FromStr for ModelRef {
    type Err = std::convert::Infallible;

    /// Parses `starter`, a path that exists or looks like a path, or else a hub id.
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

/// Loads a model. If the name is an id, the model comes from the cache or from `hub`.
/// `watch` is called with the progress of a download; it returns false to cancel the download.
///
/// # Errors
/// Returns an error if no such model exists, it cannot be read, or the download was interrupted or canceled.
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
                    "{id}: {e}. If a file is damaged, delete {} to download the model again",
                    cached.display()
                )),
                None => e,
            })?;
            model.name.clone_from(id);
            Ok(model)
        }
    }
}
