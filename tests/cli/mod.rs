//! The command line as a person runs it: the real binary.

mod bad_input;
mod demo;
mod resume;
mod run_folder;
mod shapes;
mod signals;
mod terminal;
mod training;

use std::ffi::OsStr;
use std::fmt::Debug;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program.
pub fn run(arguments: &[impl AsRef<OsStr>]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tagwright"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program runs")
}

/// Standard output as JSON.
pub fn json(arguments: &[&str]) -> serde_json::Value {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// Runs what must fail: the exit code, and a part of what is said.
pub fn refused(arguments: &[impl AsRef<OsStr> + Debug], code: i32, said: &str) {
    let output = run(arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    assert!(told.contains(said), "{arguments:?} says {told}");
    assert!(!told.contains("panicked") && !told.contains("program has failed"), "{told}");
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A split of the sample.
pub fn sample(split: &str) -> String {
    format!("{}/assets/sample/{split}.conll", env!("CARGO_MANIFEST_DIR"))
}
