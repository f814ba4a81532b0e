//! Helpers shared by several tests.

pub mod hub;
#[cfg(feature = "window")]
pub mod window;

use std::path::PathBuf;
use tagwright::model::bert::{Mode, Pass};
use tagwright::model::loss::CrossEntropyLoss;

/// Returns the path of a file or directory in `tests/golden`.
pub fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Reads a JSON file in `tests/golden`.
pub fn golden_json(name: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(golden(name)).expect("a golden file")).expect("valid JSON")
}

/// Returns the numbers of a JSON array.
pub fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|v| v.as_f64().expect("a number")).collect()
}

/// Returns the integers of a JSON array.
pub fn integers(value: &serde_json::Value) -> Vec<i32> {
    value.as_array().expect("an array").iter().map(|v| v.as_i64().expect("a whole number") as i32).collect()
}

/// Returns the strings of a JSON array.
pub fn strings(value: &serde_json::Value) -> Vec<String> {
    value.as_array().expect("an array").iter().map(|v| v.as_str().expect("a string").to_owned()).collect()
}

/// Forward pass of a whole batch at once, with plain cross-entropy.
pub fn pass(mode: Mode, parts: usize) -> Pass<'static> {
    static PLAIN: CrossEntropyLoss = CrossEntropyLoss { label_smoothing: 0.0, class_weights: Vec::new() };
    Pass { mode, parts, micro_batch_size: usize::MAX, loss: &PLAIN, loss_scale: 1.0 }
}
