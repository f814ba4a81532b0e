//! Messages between this program and the helper, on the standard streams of the helper.
//!
//! The program writes a [`TaskHeader`] as one JSON line, then the tokenized data as bytes, then control values, one name
//! per line. The helper writes one JSON object per line: first [`hello`], then events in the form of
//! [`crate::train::json`], and at the end a result or a failure. Both programs must have the same [`VERSION`].

use crate::failure::{Failure, FailureKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Version of the protocol.
pub const VERSION: u32 = 1;

/// Name of the hidden subcommand that performs a task.
pub const SUBCOMMAND: &str = "gpu-task";

/// Task of the helper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Run a training.
    Run,
    /// Resume the run in the directory from its latest checkpoint, with its settings.
    Resume,
    /// Only estimate the duration of the run.
    Estimate,
    /// Only measure the loss by learning rate.
    LrSweep,
}

/// Description of a task. Paths are arguments of the command line, because they need not be UTF-8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskHeader {
    /// Version of the protocol.
    pub protocol: u32,
    /// Task.
    pub task: Task,
    /// Compute device, for example `cuda:0`.
    pub device: String,
    /// Settings of the run, in the form of [`crate::train::settings::to_map`].
    pub arguments: BTreeMap<String, String>,
    /// Labels that the network learns.
    pub labels: Vec<String>,
    /// Number of bytes of the tokenized data that follow.
    pub n_data_bytes: u64,
}

/// Returns the first message of the helper.
pub fn hello() -> Value {
    json!({"event": "hello", "protocol": VERSION})
}

/// Returns the message for a failed task.
pub fn failed(failure: &Failure) -> Value {
    json!({"event": "failed", "kind": failure.kind, "message": failure.message})
}

/// Parses a message of [`failed`].
pub fn failure_from(message: &Value) -> Failure {
    let kind = serde_json::from_value(message["kind"].clone()).unwrap_or(FailureKind::Other);
    Failure::new(kind, message["message"].as_str().unwrap_or("GPU helper failed"))
}

/// Returns the failure if the helper does not have the version of this program.
pub fn other_version() -> Failure {
    let message = "the GPU helper belongs to another version of Tagwright; install the helper of this version";
    Failure::new(FailureKind::Content, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_frozen_for_this_version() {
        let header = TaskHeader {
            protocol: VERSION,
            task: Task::LrSweep,
            device: "cuda:1".into(),
            arguments: [("seed".to_owned(), "1".to_owned())].into(),
            labels: vec!["PERSON NAME".into()],
            n_data_bytes: 12,
        };
        let text = serde_json::to_string(&header).expect("JSON");
        let expected = r#"{"protocol":1,"task":"lr-sweep","device":"cuda:1","arguments":{"seed":"1"},"labels":["PERSON NAME"],"n_data_bytes":12}"#;
        assert_eq!(text, expected, "change the version of the protocol");
        assert_eq!(serde_json::from_str::<TaskHeader>(&text).ok(), Some(header));
        let failure = Failure::new(FailureKind::NoMemory, "too large");
        assert_eq!(failure_from(&failed(&failure)), failure);
    }
}
