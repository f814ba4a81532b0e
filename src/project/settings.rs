//! What the program remembers between starts: theme, density, keys, recent datasets.

use super::places::Places;
use crate::disk;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// A dataset opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is called.
    pub name: String,
    /// What it holds: "14,041 sentences, 4 labels".
    pub detail: String,
    /// When it was opened, in seconds since 1970.
    pub opened: u64,
}

/// Settings of one person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark, once a person has chosen; `None` follows the system.
    pub light: Option<bool>,
    /// Narrow rows and smaller type.
    pub compact: bool,
    /// Whose keys are used where a person changed none.
    pub preset: String,
    /// Keys that a person changed, by the command's name.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Whether the panels beside the text are put away.
    pub only_text: bool,
    /// Whether the time of today's work is shown.
    pub timer: bool,
    /// Whether characters that are not seen (direction overrides, characters without width) are left without a mark.
    pub hide_invisible: bool,
    /// Widths of panels that a person changed, by their names.
    pub widths: BTreeMap<String, f32>,
    /// Whether guidelines are shown beside the text.
    pub guidelines: bool,
    /// Newest first, at most eight.
    pub recents: Vec<Recent>,
}

/// The words of the window in another language, from the file that a person put beside the settings; `None` where there is none.
///
/// # Errors
/// A file that cannot be read or is no object of texts, in a sentence.
pub fn language(places: &Places) -> Result<Option<HashMap<String, String>>, String> {
    let file = places.language();
    if !file.is_file() {
        return Ok(None);
    }
    let bytes = disk::read(&file).map_err(|e| e.to_string())?;
    serde_json::from_slice(&bytes).map(Some).map_err(|e| format!("{}: {e}", file.display()))
}

/// How many recent datasets are kept.
const RECENTS: usize = 8;

impl Settings {
    /// The stored settings; the defaults where there are none or they cannot be read.
    pub fn load(places: &Places) -> Self {
        match disk::read(&places.settings()) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|e| {
                log::warn!("{}: {e}; the defaults are used", places.settings().display());
                Self::default()
            }),
            Err(_) => Self::default(),
        }
    }

    /// Stores the settings. A failure is logged: nothing of the work depends on it.
    pub fn store(&self, places: &Places) {
        let file = places.settings();
        let result = file.parent().map_or(Ok(()), disk::create_folder).and_then(|()| {
            let json = serde_json::to_vec_pretty(self).unwrap_or_default();
            disk::write(&file, &json)
        });
        if let Err(e) = result {
            log::warn!("settings were not stored: {e}");
        }
    }

    /// Puts a dataset at the front.
    pub fn remember(&mut self, recent: Recent) {
        self.forget(&recent.path.clone());
        self.recents.insert(0, recent);
        self.recents.truncate(RECENTS);
    }

    /// Takes a dataset out that is gone.
    pub fn forget(&mut self, path: &Path) {
        self.recents.retain(|r| r.path != path);
    }
}
