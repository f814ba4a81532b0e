//! Messages between this program and the helper, on the standard streams of the helper.
//!
//! The program writes a [`TaskHeader`] as one JSON line, then the tokenized data as bytes, then control values, one name
//! per line. The helper writes one JSON object per line: first [`hello`], then events in the form of
//! [`crate::train::json`], and at the end a result or a failure. Both programs must have the same [`VERSION`].

use crate::failure::{Failure, FailureKind};
use crate::hub::ModelRef;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Version of the form of the messages.
pub const VERSION: u32 = 1;

/// Version of both programs. Settings, events and tokenized data also cross the stream, so it must be the same.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

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
    /// [`VERSION`].
    pub protocol: u32,
    /// Version of the program.
    pub program: String,
    /// Task.
    pub task: Task,
    /// Meaning of the argument for the base model.
    pub base_kind: BaseKind,
    /// Compute device, for example `cuda:0`.
    pub device: String,
    /// Settings of the run, in the form of [`crate::train::settings::to_map`].
    pub arguments: BTreeMap<String, String>,
    /// Labels that the network learns.
    pub labels: Vec<String>,
    /// Number of bytes of the tokenized data that follow.
    pub n_data_bytes: u64,
}

/// Kind of the base model. Its name or path is an argument of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseKind {
    /// The starter, without an argument.
    Starter,
    /// A directory.
    Folder,
    /// A model of the hub that is in the cache.
    Hub,
    /// The checkpoint of the resumed run, without an argument.
    Checkpoint,
}

impl BaseKind {
    /// Returns the kind of a base model, and its argument.
    pub fn of(base: &ModelRef) -> (Self, Option<OsString>) {
        match base {
            ModelRef::Starter => (Self::Starter, None),
            ModelRef::Folder(path) => (Self::Folder, Some(path.clone().into_os_string())),
            ModelRef::Hub(id) => (Self::Hub, Some(id.into())),
        }
    }

    /// Returns the base model of an argument. `None` for a checkpoint, or if the argument does not fit.
    pub fn model(self, argument: OsString) -> Option<ModelRef> {
        match self {
            Self::Starter => Some(ModelRef::Starter),
            Self::Folder => Some(ModelRef::Folder(argument.into())),
            Self::Hub => argument.into_string().ok().map(ModelRef::Hub),
            Self::Checkpoint => None,
        }
    }
}

/// Returns the first message of the helper.
pub fn hello() -> Value {
    json!({"event": "hello", "protocol": VERSION, "program": PROGRAM})
}

/// Returns true if a message of the other program has the versions of this one.
pub fn is_same_version(message: &Value) -> bool {
    message["protocol"] == VERSION && message["program"] == PROGRAM
}

/// Returns the version of this program for a [`TaskHeader`].
pub fn program() -> String {
    PROGRAM.to_owned()
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
            program: "0.1.0".into(),
            task: Task::LrSweep,
            base_kind: BaseKind::Folder,
            device: "cuda:1".into(),
            arguments: [("seed".to_owned(), "1".to_owned())].into(),
            labels: vec!["PERSON NAME".into()],
            n_data_bytes: 12,
        };
        let text = serde_json::to_string(&header).expect("JSON");
        let expected = r#"{"protocol":1,"program":"0.1.0","task":"lr-sweep","base_kind":"folder","device":"cuda:1","arguments":{"seed":"1"},"labels":["PERSON NAME"],"n_data_bytes":12}"#;
        assert_eq!(text, expected, "change the version of the protocol");
        assert_eq!(serde_json::from_str::<TaskHeader>(&text).ok(), Some(header));
        let failure = Failure::new(FailureKind::NoMemory, "too large");
        assert_eq!(failed(&failure)["kind"], "no-memory");
        assert_eq!(failure_from(&failed(&failure)), failure);
    }
}
