//! Errors of models, with messages for the user.

use super::device::{DeviceError, is_out_of_memory};
use crate::failure::{Failure, FailureKind};
use std::path::PathBuf;

/// Error that occurs when a model is read, built or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file of the model directory is missing or unreadable.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// Path of the file.
        path: PathBuf,
        /// Cause, and the action that the user can take.
        reason: String,
    },
    /// The directory contains a model, but its architecture or configuration is not supported.
    #[error("{0}")]
    Unsupported(String),
    /// Error of the tokenizer.
    #[error("tokenizer error: {0}")]
    Tokenizer(String),
    /// A model of a hub could not be loaded.
    #[error(transparent)]
    Hub(Failure),
    /// A requested device cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// Error of candle: shapes, memory or device.
    #[error("model error: {}", without_stack(.0))]
    Candle(#[from] candle_core::Error),
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        let kind = match &error {
            ModelError::Hub(failure) => failure.kind,
            ModelError::Candle(error) if is_out_of_memory(error) => FailureKind::NoMemory,
            ModelError::Candle(_) => FailureKind::Other,
            ModelError::Device(_) => FailureKind::Settings,
            ModelError::File { .. } | ModelError::Unsupported(_) | ModelError::Tokenizer(_) => FailureKind::Content,
        };
        Self::new(kind, error.to_string())
    }
}

impl ModelError {
    /// Creates an error about one file.
    pub fn file(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::File { path: path.into(), reason: reason.to_string() }
    }
}

/// Returns candle's message without the backtrace that candle appends if `RUST_BACKTRACE` is set.
pub fn without_stack(error: &candle_core::Error) -> String {
    use candle_core::Error;
    match error {
        Error::WithBacktrace { inner, .. } => without_stack(inner),
        Error::Context { inner, context } => format!("{context}: {}", without_stack(inner)),
        Error::WithPath { inner, path } => format!("{}: {}", path.display(), without_stack(inner)),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Error;

    #[test]
    fn candle_error_has_no_backtrace() {
        let stack = || Box::new(std::backtrace::Backtrace::force_capture());
        let inner = || {
            Box::new(Error::WithBacktrace { inner: Box::new(Error::Msg("out of memory".into())), backtrace: stack() })
        };
        let check = |error: Error, expected: &str| assert_eq!(ModelError::from(error).to_string(), expected);
        check(*inner(), "model error: out of memory");
        check(Error::Context { inner: inner(), context: Box::new("a matrix") }, "model error: a matrix: out of memory");
        check(Error::WithPath { inner: inner(), path: "m".into() }, "model error: m: out of memory");
    }
}
