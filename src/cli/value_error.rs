//! Errors of option values, in the form that clap prints.

use crate::corpus::label::LabelNameError;

/// Reason why the value of an option is invalid.
#[derive(Debug, thiserror::Error)]
pub enum ValueError {
    /// The value is not one of the known names.
    #[error("unknown {kind}; use {known}")]
    Unknown {
        /// Kind of the value, for example `format`.
        kind: &'static str,
        /// Known names, or examples.
        known: String,
    },
    /// The value does not have this form.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The value contains an invalid label name.
    #[error(transparent)]
    Label(#[from] LabelNameError),
}

impl ValueError {
    /// Creates the error of an unknown name.
    pub fn unknown(kind: &'static str, known: impl Into<String>) -> Self {
        Self::Unknown { kind, known: known.into() }
    }
}
