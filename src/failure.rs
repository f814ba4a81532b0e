//! Failure of an operation: its kind for the program, and its message for the user.

use serde::{Deserialize, Serialize};

/// Kind of a failure. Code decides by the kind and never by the text of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The user canceled the operation, or the program is closing.
    Canceled,
    /// A file, a directory or a model does not exist.
    NotFound,
    /// A file cannot be read or written, for example because of its permissions.
    Access,
    /// The disk is full.
    NoSpace,
    /// Another program or window uses or has changed the files.
    Conflict,
    /// The content exceeds a size limit that the user can lift.
    TooLarge,
    /// The content is damaged, has another form than expected, or is not supported.
    Content,
    /// The memory of the device is not sufficient.
    NoMemory,
    /// The hub cannot be reached or refuses the request.
    Network,
    /// Settings, data and model do not fit each other.
    Settings,
    /// A defect of the program, or a thread that could not start.
    Internal,
    /// Any other failure.
    Other,
}

/// Failure of an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Kind, for decisions of the program.
    pub kind: FailureKind,
    /// Message for the user: location, cause, and a proposed action.
    pub message: String,
}

impl Failure {
    /// Creates a failure.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Creates the failure of a canceled operation.
    pub fn canceled() -> Self {
        Self::new(FailureKind::Canceled, "canceled")
    }
}
