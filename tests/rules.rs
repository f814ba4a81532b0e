//! The invariants of ARCHITECTURE.md that a text search can see.

use std::path::{Path, PathBuf};
use tagwright::app::command::COMMANDS;

pub(crate) fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path: PathBuf = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(&root).expect("inside").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("a file")));
            }
        }
    }
    assert!(found.len() > 50);
    found
}

/// None of `words` stands in a file outside `allowed` (or, with `inside`, in a file inside it).
fn check(words: &[&str], applies: impl Fn(&str) -> bool) {
    for (name, text) in sources() {
        for word in words {
            assert!(!applies(&name) || !text.contains(word), "{name} names {word}");
        }
    }
}

#[test]
fn layers_keep_to_themselves() {
    let starts = |name: &str, folders: &[&str]| folders.iter().any(|f| name.starts_with(f));
    check(&["egui::", "eframe::", "rfd::"], |n| !starts(n, &["ui/"]));
    check(&["candle_core", "candle_nn", "candle_transformers"], |n| !starts(n, &["model/", "train/", "predict/"]));
    check(&["std::fs", "File::", "rusqlite"], |n| starts(n, &["corpus/", "eval/", "format/", "app/"]));
    check(&["serde", "crate::format", "crate::project", "crate::model"], |n| starts(n, &["corpus/", "eval/"]));
    check(&["fs::write", "File::create"], |n| !starts(n, &["disk/"]));
    check(&["unsafe {"], |n| !starts(n, &["model/kernels/fused/", "model/kernels/cuda/"]));
    check(&["crate::ui", "crate::cli"], |n| !starts(n, &["ui/", "cli/", "main.rs", "lib.rs"]));
    check(&["todo!(", "unimplemented!(", "dbg!("], |_| true);
    // One place escapes what a terminal would obey, and minds what cannot be shown. A build script talks to cargo.
    let is_output = |n: &str| starts(n, &["cli/terminal.rs", "model/kernels/cuda/build.rs"]);
    check(&["println!", "print!(", "io::stdout", "io::stderr"], |n| !is_output(n));
}

#[test]
fn no_two_commands_share_a_key_in_one_context() {
    let mut seen = Vec::new();
    for entry in COMMANDS {
        for key in entry.keys {
            let taken = seen.iter().find(|(k, c, _)| k == key && *c == entry.context);
            assert!(taken.is_none(), "{:?} is the key of {} and of {:?}", key.key_labels(), entry.english_title, taken);
            seen.push((*key, entry.context, entry.english_title));
        }
    }
    let mut names: Vec<&str> = COMMANDS.iter().map(|e| e.english_title).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len(), "two commands have one name");
}

#[cfg(feature = "window")]
#[test]
fn every_key_is_one_that_egui_knows() {
    for key in COMMANDS.iter().flat_map(|e| e.keys) {
        assert!(egui::Key::from_name(key.key).is_some(), "{}", key.key);
    }
}
