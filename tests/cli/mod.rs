//! Tests of the command line. They run the real executable.

mod bad_input;
mod demo;
mod errors;
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

/// Runs the program and returns standard output as JSON.
pub fn json(arguments: &[&str]) -> serde_json::Value {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// Runs a command that must fail. Checks the exit code and part of the error message.
pub fn assert_fails(arguments: &[impl AsRef<OsStr> + Debug], code: i32, expected: &str) {
    let output = run(arguments);
    let stderr_text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr_text}");
    assert!(stderr_text.contains(expected), "{arguments:?}: {stderr_text}");
    assert!(!stderr_text.contains("panicked") && !stderr_text.contains("internal error"), "{stderr_text}");
}

/// Returns a path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Returns the path of a split of the sample dataset.
pub fn sample(split: &str) -> String {
    format!("{}/assets/sample/{split}.conll", env!("CARGO_MANIFEST_DIR"))
}
