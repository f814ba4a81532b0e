//! What the program remembers between starts: theme, density, keys, recent datasets.

use super::app_dirs::AppDirs;
use crate::disk;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
    /// Keys that the user changed, by the id of the command.
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
    /// What another version of this program has stored beside these.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Stored settings that could not all be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The file as it was, under another name; `None` when it could not be put there.
    pub kept: Option<PathBuf>,
    /// What could not be read.
    pub why: String,
}

/// The words of the window in another language, from the file that a person put beside the settings; `None` where there is none.
///
/// # Errors
/// A file that cannot be read or is no object of texts, in a sentence.
pub fn load_language(places: &AppDirs) -> Result<Option<HashMap<String, String>>, String> {
    let file = places.language_file();
    if !file.is_file() {
        return Ok(None);
    }
    let bytes = disk::read(&file).map_err(|e| e.to_string())?;
    serde_json::from_slice(&bytes).map(Some).map_err(|e| format!("{}: {e}", file.display()))
}

/// How many recent datasets are kept.
const MAX_RECENTS: usize = 8;

impl Settings {
    /// The stored settings; the defaults where there are none. A file that cannot be read whole is kept under another
    /// name, because this one will be written over, and each setting that can be read is taken from it.
    pub fn load(places: &AppDirs) -> (Self, Option<Damaged>) {
        let file = places.settings();
        if !file.exists() {
            return (Self::default(), None);
        }
        let (settings, why) = match disk::read(&file) {
            Ok(bytes) => Self::read(&bytes),
            Err(e) => (Self::default(), Some(e.reason)),
        };
        let damaged = why.map(|why| {
            log::warn!("{}: {why}", file.display());
            let aside = (1..).map(|n| file.with_file_name(format!("settings-damaged-{n}.json"))).find(|p| !p.exists());
            let kept = aside.filter(|aside| {
                disk::rename(&file, aside).inspect_err(|e| log::warn!("the settings are not kept: {e}")).is_ok()
            });
            Damaged { kept, why }
        });
        (settings, damaged)
    }

    /// What can be read, and what cannot.
    fn read(bytes: &[u8]) -> (Self, Option<String>) {
        let fields: Map<String, Value> = match serde_json::from_slice(bytes) {
            Ok(fields) => fields,
            Err(e) => return (Self::default(), Some(format!("it is no JSON object ({e})"))),
        };
        if let Ok(settings) = serde_json::from_value(Value::Object(fields.clone())) {
            return (settings, None);
        }
        let mut rest = Rest { fields, unread: Vec::new() };
        let settings = Self {
            light: rest.take("light"),
            compact: rest.take("compact"),
            preset: rest.take("preset"),
            keys: rest.take_each("keys"),
            only_text: rest.take("only_text"),
            timer: rest.take("timer"),
            hide_invisible: rest.take("hide_invisible"),
            widths: rest.take_each("widths"),
            guidelines: rest.take("guidelines"),
            recents: rest.take_list("recents"),
            others: rest.fields,
        };
        let unread = rest.unread.join(", ");
        (settings, Some(format!("it has values that this version does not know: {unread}")))
    }

    /// Stores the settings. A failure is logged: nothing of the work depends on it.
    pub fn save(&self, places: &AppDirs) {
        let file = places.settings();
        let result = file.parent().map_or(Ok(()), disk::create_dir_all).and_then(|()| {
            let json = serde_json::to_vec_pretty(self).unwrap_or_default();
            disk::write_private(&file, &json)
        });
        if let Err(e) = result {
            log::warn!("settings were not stored: {e}");
        }
    }

    /// Puts a dataset at the front.
    pub fn add_recent(&mut self, recent: Recent) {
        self.remove_recent(&recent.path.clone());
        self.recents.insert(0, recent);
        self.recents.truncate(MAX_RECENTS);
    }

    /// Takes a dataset out that is gone.
    pub fn remove_recent(&mut self, path: &Path) {
        self.recents.retain(|r| r.path != path);
    }
}

/// The fields of a file that are not read yet, and the names of those that could not be.
struct Rest {
    fields: Map<String, Value>,
    unread: Vec<String>,
}

impl Rest {
    /// A field; its default where it is missing or cannot be read.
    fn take<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        let value = self.fields.shift_remove(name);
        value.and_then(|value| self.read(name, value)).unwrap_or_default()
    }

    /// A field of many named values, each read by itself.
    fn take_each<T: DeserializeOwned>(&mut self, name: &str) -> BTreeMap<String, T> {
        let values: Map<String, Value> = self.take(name);
        values.into_iter().filter_map(|(key, value)| Some((key.clone(), self.read(&key, value)?))).collect()
    }

    /// A field of many values, each read by itself.
    fn take_list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let values: Vec<Value> = self.take(name);
        values.into_iter().filter_map(|value| self.read(name, value)).collect()
    }

    fn read<T: DeserializeOwned>(&mut self, name: &str, value: Value) -> Option<T> {
        let read = serde_json::from_value(value).ok();
        if read.is_none() && !self.unread.iter().any(|n| n == name) {
            self.unread.push(name.to_owned());
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loads settings from a file with this text; also the names of the files then there.
    fn loaded(text: &str) -> (Settings, Option<Damaged>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let places = AppDirs::with_root(folder.path());
        disk::write(&places.settings(), text.as_bytes()).expect("a file");
        let (settings, damaged) = Settings::load(&places);
        if let Some(kept) = damaged.as_ref().and_then(|d| d.kept.as_ref()) {
            assert_eq!(disk::read(kept).expect("what was there"), text.as_bytes());
        }
        settings.save(&places);
        assert_eq!(Settings::load(&places), (settings.clone(), None));
        (settings, damaged, disk::list_names(folder.path()).expect("names"))
    }

    #[test]
    fn what_can_be_read_is_kept_and_the_file_as_well() {
        let check = |text: &str, why: Option<&str>, expected: Settings| {
            let (settings, damaged, names) = loaded(text);
            assert_eq!(settings, expected, "{text}");
            assert_eq!(names.contains(&"settings-damaged-1.json".to_owned()), why.is_some(), "{text}: {names:?}");
            let told = damaged.map(|d| d.why).unwrap_or_default();
            assert!(told.contains(why.unwrap_or_default()) && told.is_empty() == why.is_none(), "{text}: {told}");
        };
        let usual = Settings::default;
        let keys = BTreeMap::from([("Undo".to_owned(), vec!["Z".to_owned()])]);
        check("{}", None, usual());
        check(r#"{"compact": true"#, Some("no JSON object"), usual());
        check("", Some("no JSON object"), usual());
        check("[]", Some("no JSON object"), usual());
        let text = r#"{"compact": true, "light": "sepia", "keys": {"Undo": ["Z"], "Redo": 7}}"#;
        check(text, Some("light, Redo"), Settings { compact: true, keys, ..usual() });
        let recent = Recent { path: "a".into(), name: "a".into(), detail: "b".into(), opened: 1 };
        let text =
            r#"{"recents": [{"path": "a", "name": "a", "detail": "b", "opened": 1}, {"path": "c"}], "timer": true}"#;
        check(text, Some("recents"), Settings { timer: true, recents: vec![recent], ..usual() });
        // A newer version's: they stay in the file.
        let others: Map<String, Value> = serde_json::from_str(r#"{"columns": [1, {"a": null}]}"#).expect("JSON");
        check(r#"{"columns": [1, {"a": null}], "compact": true}"#, None, Settings { compact: true, others, ..usual() });
    }

    #[test]
    fn damaged_settings_are_kept_beside_earlier_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = AppDirs::with_root(folder.path());
        for n in 1..=3 {
            disk::write(&places.settings(), format!("{n}").as_bytes()).expect("a file");
            let (_, damaged) = Settings::load(&places);
            let kept = damaged.and_then(|d| d.kept).expect("a file");
            assert_eq!(kept, folder.path().join(format!("settings-damaged-{n}.json")));
            assert_eq!(disk::read(&kept).expect("a file"), format!("{n}").as_bytes());
        }
    }
}
