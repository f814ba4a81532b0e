//! Invariants of ARCHITECTURE.md that a text search can check.

use std::path::{Path, PathBuf};
use tagwright::app::command_table::{COMMANDS, Scope};

/// Returns the paths (relative to the package) and texts of all files below these directories with these extensions.
pub(crate) fn files(directories: &[&str], extensions: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = directories.iter().map(|directory| root.join(directory)).collect();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|e| extensions.iter().any(|known| e == *known)) {
                let name = path.strip_prefix(root).expect("inside").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("a file")));
            }
        }
    }
    found
}

/// Returns the paths (relative to `src`) and texts of the sources.
pub(crate) fn sources() -> Vec<(String, String)> {
    let all = files(&["src"], &["rs"]);
    assert!(all.len() > 50);
    all.into_iter().map(|(name, text)| (name["src/".len()..].to_owned(), text)).collect()
}

/// Checks that none of `words` occurs in the files for which `applies` returns true.
fn check(words: &[&str], applies: impl Fn(&str) -> bool) {
    for (name, text) in sources() {
        for word in words {
            assert!(!applies(&name) || !text.contains(word), "{name} contains {word}");
        }
    }
}

#[test]
fn libraries_belong_to_layers() {
    let starts = |name: &str, folders: &[&str]| folders.iter().any(|f| name.starts_with(f));
    check(&["egui::", "eframe::", "rfd::"], |n| !starts(n, &["ui/"]));
    check(&["candle_core", "candle_nn", "candle_transformers"], |n| !starts(n, &["model/", "train/", "predict/"]));
    check(&["std::fs", "File::", "rusqlite"], |n| starts(n, &["corpus/", "eval/", "format/", "session/", "app/"]));
    check(&["serde"], |n| starts(n, &["corpus/", "eval/"]));
    check(&["unsafe {"], |n| !starts(n, &["model/kernels/fused/", "model/kernels/cuda/"]));
}

#[test]
fn shortcuts_are_unique_per_context() {
    let mut seen = Vec::new();
    for entry in COMMANDS {
        for key in entry.keys {
            let taken = seen.iter().find(|(k, scope, _): &&(_, Scope, _)| k == key && scope.overlaps(entry.scope));
            assert!(taken.is_none(), "{:?} is the key of {} and of {:?}", key.key_labels(), entry.english_title, taken);
            seen.push((*key, entry.scope, entry.english_title));
        }
    }
    let mut names: Vec<&str> = COMMANDS.iter().map(|e| e.english_title).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len(), "two commands have the same title");
}

#[cfg(feature = "window")]
#[test]
fn all_keys_are_known_to_egui() {
    for key in COMMANDS.iter().flat_map(|e| e.keys) {
        assert!(egui::Key::from_name(key.key).is_some(), "{}", key.key);
    }
}
