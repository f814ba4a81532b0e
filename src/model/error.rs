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
    #[error("the model could not run: {}", without_stack(.0))]
    Candle(#[from] candle_core::Error),
}

impl ModelError {
    /// A problem with one file.
    pub fn file(path: impl Into<PathBuf>, why: impl ToString) -> Self {
        Self::File { path: path.into(), why: why.to_string() }
    }
}

/// What candle says, without the stack that it adds to its words where `RUST_BACKTRACE` is set.
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
    fn an_error_of_candle_has_no_stack() {
        let stack = || Box::new(std::backtrace::Backtrace::force_capture());
        let inner =
            || Box::new(Error::WithBacktrace { inner: Box::new(Error::Msg("no room".into())), backtrace: stack() });
        let check = |error: Error, expected: &str| assert_eq!(ModelError::from(error).to_string(), expected);
        check(*inner(), "the model could not run: no room");
        check(
            Error::Context { inner: inner(), context: Box::new("a matrix") },
            "the model could not run: a matrix: no room",
        );
        check(Error::WithPath { inner: inner(), path: "m".into() }, "the model could not run: m: no room");
    }
}
