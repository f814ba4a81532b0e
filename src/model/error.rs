//! What can go wrong with a model, said to a person.

use std::path::PathBuf;

/// A model that cannot be read, built or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file of the folder is missing or unreadable.
    #[error("{path}: {why}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// The folder is a model, but of a kind this program cannot run.
    #[error("{0}")]
    Unsupported(String),
    /// The tokenizer refuses.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),
    /// candle refuses: shapes, memory, device.
    #[error("the model could not run: {0}")]
    Candle(#[from] candle_core::Error),
}

impl ModelError {
    /// A problem with one file.
    pub fn file(path: impl Into<PathBuf>, why: impl ToString) -> Self {
        Self::File { path: path.into(), why: why.to_string() }
    }
}
