//! User settings: theme, density, keys, recent datasets.

use super::app_dirs::AppDirs;
use crate::disk;
use crate::failure::{Failure, FailureKind};
use crossbeam_channel::{Sender, unbounded};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// Recently opened dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Path of the dataset.
    pub path: PathBuf,
    /// Name of the dataset.
    pub name: String,
    /// Short description, for example "14,041 sentences, 4 labels".
    pub detail: String,
    /// Time of the last opening, as a Unix timestamp in seconds.
    pub opened: u64,
}

/// Settings of one user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// True for the light theme, false for the dark one; `None` follows the system.
    pub light: Option<bool>,
    /// True for narrow rows and smaller type.
    pub compact: bool,
    /// Name of the key preset for all keys that the user has not changed.
    pub preset: String,
    /// Keys changed by the user, by command id.
    pub keys: BTreeMap<String, Vec<String>>,
    /// True if the panels next to the text are hidden.
    pub only_text: bool,
    /// True if the work time of today is displayed.
    pub timer: bool,
    /// True if invisible characters (direction overrides, zero-width characters) are displayed without a mark.
    pub hide_invisible: bool,
    /// Widths of panels that the user changed, by panel name.
    pub widths: BTreeMap<String, f32>,
    /// True if the guidelines are displayed next to the text.
    pub guidelines: bool,
    /// True if the user agreed to see sentences of the test split.
    pub show_test_sentences: bool,
    /// The open dataset, which the next start opens again.
    pub open_dataset: Option<PathBuf>,
    /// True if the program starts without a dataset.
    pub starts_empty: bool,
    /// Recent datasets, newest first, at most eight.
    pub recents: Vec<Recent>,
    /// Settings of other versions of the program. They are kept.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Problem of stored settings that are not completely readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Path of the renamed original file; `None` if it could not be renamed.
    pub kept: Option<PathBuf>,
    /// Description of the unreadable content.
    pub why: String,
}

/// Loads the translation of the interface from an optional file next to the settings. Returns `None` if the file does
/// not exist.
///
/// # Errors
/// Returns an error if the file cannot be read or does not contain a `C`.
pub fn load_language<C: DeserializeOwned>(places: &AppDirs) -> Result<Option<C>, Failure> {
    let file = places.language_file();
    if !file.is_file() {
        return Ok(None);
    }
    let bytes = disk::read(&file)?;
    let content = |e| Failure::new(FailureKind::Content, format!("{}: {e}", file.display()));
    serde_json::from_slice(&bytes).map(Some).map_err(content)
}

/// Maximum number of recent datasets.
const MAX_RECENTS: usize = 8;

/// Thread that stores the settings, so that the window never waits for a disk. Dropping it stores the last ones.
pub struct SettingsWriter {
    settings: Option<Sender<Settings>>,
    thread: Option<JoinHandle<()>>,
    dirs: AppDirs,
}

impl SettingsWriter {
    /// Starts the thread.
    pub fn new(dirs: AppDirs) -> Self {
        let (sender, received) = unbounded::<Settings>();
        let target = dirs.clone();
        let work = move || {
            while let Ok(settings) = received.recv() {
                // Only the newest settings matter.
                received.try_iter().last().unwrap_or(settings).save(&target);
            }
        };
        let thread = std::thread::Builder::new().name("settings".into()).spawn(work);
        let thread = thread.inspect_err(|e| log::error!("failed to start the thread of the settings: {e}")).ok();
        Self { settings: Some(sender), thread, dirs }
    }

    /// Stores settings in the background.
    pub fn send(&self, settings: Settings) {
        let rejected = match &self.settings {
            Some(sender) => sender.send(settings).err().map(|error| error.0),
            None => Some(settings),
        };
        // Without a thread, the settings are stored here.
        if let Some(settings) = rejected {
            settings.save(&self.dirs);
        }
    }
}

impl Drop for SettingsWriter {
    fn drop(&mut self) {
        drop(self.settings.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the thread of the settings panicked");
        }
    }
}

impl Settings {
    /// Loads the settings; defaults if there is no file. If the file is not completely readable, every readable setting
    /// is used. The file is then kept under another name, because the next save replaces it.
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
                disk::rename(&file, aside).inspect_err(|e| log::warn!("failed to keep damaged settings: {e}")).is_ok()
            });
            Damaged { kept, why }
        });
        (settings, damaged)
    }

    /// Returns the readable settings, and a message about the others.
    fn read(bytes: &[u8]) -> (Self, Option<String>) {
        let fields: Map<String, Value> = match serde_json::from_slice(bytes) {
            Ok(fields) => fields,
            Err(e) => return (Self::default(), Some(format!("not a JSON object ({e})"))),
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
            show_test_sentences: rest.take("show_test_sentences"),
            open_dataset: rest.take("open_dataset"),
            starts_empty: rest.take("starts_empty"),
            recents: rest.take_list("recents"),
            others: rest.fields,
        };
        let unread = rest.unread.join(", ");
        (settings, Some(format!("contains unknown values: {unread}")))
    }

    /// Saves the settings. An error is only logged, because no work depends on them.
    pub fn save(&self, places: &AppDirs) {
        let file = places.settings();
        let result = file.parent().map_or(Ok(()), disk::create_dir_all).and_then(|()| {
            let json = serde_json::to_vec_pretty(self).unwrap_or_default();
            disk::write_private(&file, &json)
        });
        if let Err(e) = result {
            log::warn!("failed to store the settings: {e}");
        }
    }

    /// Moves a dataset to the front of the recent ones.
    pub fn add_recent(&mut self, recent: Recent) {
        self.remove_recent(&recent.path.clone());
        self.recents.insert(0, recent);
        self.recents.truncate(MAX_RECENTS);
    }

    /// Removes a dataset, for example if it no longer exists.
    pub fn remove_recent(&mut self, path: &Path) {
        self.recents.retain(|r| r.path != path);
    }
}

/// Fields that are not read yet, and the names of unreadable fields.
struct Rest {
    fields: Map<String, Value>,
    unread: Vec<String>,
}

impl Rest {
    /// Reads a field; its default if it is missing or unreadable.
    fn take<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        let value = self.fields.shift_remove(name);
        value.and_then(|value| self.read(name, value)).unwrap_or_default()
    }

    /// Reads a map field. Unreadable entries are skipped.
    fn take_each<T: DeserializeOwned>(&mut self, name: &str) -> BTreeMap<String, T> {
        let values: Map<String, Value> = self.take(name);
        values.into_iter().filter_map(|(key, value)| Some((key.clone(), self.read(&key, value)?))).collect()
    }

    /// Reads a list field. Unreadable entries are skipped.
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

    /// Loads settings from a file with this text. Also returns the names of the files in the directory afterwards.
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
    fn invalid_settings_keep_valid_values_and_file() {
        let check = |text: &str, why: Option<&str>, expected: Settings| {
            let (settings, damaged, names) = loaded(text);
            assert_eq!(settings, expected, "{text}");
            assert_eq!(names.contains(&"settings-damaged-1.json".to_owned()), why.is_some(), "{text}: {names:?}");
            let reported = damaged.map(|d| d.why).unwrap_or_default();
            assert!(
                reported.contains(why.unwrap_or_default()) && reported.is_empty() == why.is_none(),
                "{text}: {reported}"
            );
        };
        let usual = Settings::default;
        let keys = BTreeMap::from([("Undo".to_owned(), vec!["Z".to_owned()])]);
        check("{}", None, usual());
        check(r#"{"compact": true"#, Some("not a JSON object"), usual());
        check("", Some("not a JSON object"), usual());
        check("[]", Some("not a JSON object"), usual());
        let text = r#"{"compact": true, "light": "sepia", "keys": {"Undo": ["Z"], "Redo": 7}}"#;
        check(text, Some("light, Redo"), Settings { compact: true, keys, ..usual() });
        let recent = Recent { path: "a".into(), name: "a".into(), detail: "b".into(), opened: 1 };
        let text =
            r#"{"recents": [{"path": "a", "name": "a", "detail": "b", "opened": 1}, {"path": "c"}], "timer": true}"#;
        check(text, Some("recents"), Settings { timer: true, recents: vec![recent], ..usual() });
        // Fields of a newer version stay in the file.
        let others: Map<String, Value> = serde_json::from_str(r#"{"columns": [1, {"a": null}]}"#).expect("JSON");
        check(r#"{"columns": [1, {"a": null}], "compact": true}"#, None, Settings { compact: true, others, ..usual() });
    }

    #[test]
    fn damaged_settings_files_are_numbered() {
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

    /// Stored names never change: a renamed field needs `#[serde(rename)]`.
    #[test]
    fn stored_names_are_frozen() {
        let stored = serde_json::to_value(Settings::default()).expect("JSON");
        let names: Vec<&String> = stored.as_object().expect("an object").keys().collect();
        let expected = [
            "light",
            "compact",
            "preset",
            "keys",
            "only_text",
            "timer",
            "hide_invisible",
            "widths",
            "guidelines",
            "show_test_sentences",
            "open_dataset",
            "starts_empty",
            "recents",
        ];
        assert_eq!(names, expected);
    }
}
