//! What several tests use.

pub mod hub;
#[cfg(feature = "window")]
pub mod window;

use std::path::PathBuf;
use tagwright::model::bert::{Mode, Pass};
use tagwright::model::loss::CrossEntropyLoss;

/// A file or folder of `tests/golden`.
pub fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// A JSON file of `tests/golden`.
pub fn golden_json(name: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(golden(name)).expect("a golden file")).expect("valid JSON")
}

/// The numbers of a JSON array.
pub fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|v| v.as_f64().expect("a number")).collect()
}

/// The whole numbers of a JSON array.
pub fn integers(value: &serde_json::Value) -> Vec<i32> {
    value.as_array().expect("an array").iter().map(|v| v.as_i64().expect("a whole number") as i32).collect()
}

/// The words of a JSON array.
pub fn strings(value: &serde_json::Value) -> Vec<String> {
    value.as_array().expect("an array").iter().map(|v| v.as_str().expect("a string").to_owned()).collect()
}

/// A whole batch at once, plain cross-entropy.
pub fn pass(mode: Mode, parts: usize) -> Pass<'static> {
    static PLAIN: CrossEntropyLoss = CrossEntropyLoss { label_smoothing: 0.0, class_weights: Vec::new() };
    Pass { mode, parts, at_once: usize::MAX, objective: &PLAIN, loss_scale: 1.0 }
}
