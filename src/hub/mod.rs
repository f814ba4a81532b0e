//! Finding models: the starter inside the program, a folder, or a hub's id.

mod download;
mod starter;

pub use download::{Hub, Progress};

use crate::model::{ModelError, ModelFolder};
use std::path::PathBuf;

/// Which model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ModelName {
    /// The one inside the program.
    #[default]
    Starter,
    /// A folder with config.json, model.safetensors and a tokenizer.
    Folder(PathBuf),
    /// `owner/name` on a hub.
    Hub(String),
}

impl std::str::FromStr for ModelName {
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

impl std::fmt::Display for ModelName {
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
pub fn open_model(name: &ModelName, hub: &Hub, watch: impl FnMut(Progress) -> bool) -> Result<ModelFolder, ModelError> {
    match name {
        ModelName::Starter => starter::open(),
        ModelName::Folder(path) => ModelFolder::open(path),
        ModelName::Hub(id) => hub.model(id, watch).and_then(|folder| {
            let mut model = ModelFolder::open(&folder)?;
            model.name.clone_from(id);
            Ok(model)
        }),
    }
}
