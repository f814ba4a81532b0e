//! The embedded starter model.

use crate::model::{ModelError, PretrainedModel};
use std::path::Path;

/// Files of the model. Empty in a build without the feature `assets`.
const FILES: &[(&str, &[u8])] = &[
    #[cfg(feature = "assets")]
    ("config.json", include_bytes!("../../assets/starter/config.json")),
    #[cfg(feature = "assets")]
    ("model.safetensors", include_bytes!("../../assets/starter/model.safetensors")),
    #[cfg(feature = "assets")]
    ("tokenizer.json", include_bytes!("../../assets/starter/tokenizer.json")),
    #[cfg(feature = "assets")]
    ("tokenizer_config.json", include_bytes!("../../assets/starter/tokenizer_config.json")),
    #[cfg(feature = "assets")]
    ("vocab.txt", include_bytes!("../../assets/starter/vocab.txt")),
];

/// Loads the starter model.
pub(super) fn load() -> Result<PretrainedModel, ModelError> {
    if FILES.is_empty() {
        let message = "this build does not include the starter model; set --model to a model directory";
        return Err(ModelError::Unsupported(message.into()));
    }
    let find = |name: &str| FILES.iter().find(|(n, _)| *n == name).map(|(_, bytes)| bytes.to_vec());
    PretrainedModel::from_files("starter", Path::new("starter"), |name| Ok(find(name)))
}
