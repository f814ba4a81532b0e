//! Error of a training run.

use crate::disk;
use crate::failure::{Failure, FailureKind};
use crate::model::ModelError;

/// Error of a training run.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data is not sufficient, or the settings do not fit the data.
    #[error("{0}")]
    Data(String),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Writing failed.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// The run was suspended before its end. A checkpoint contains its state.
    #[error("the run was suspended; it can be resumed")]
    Suspended,
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Data(message) => Self::new(FailureKind::Settings, message),
            TrainError::Model(error) => error.into(),
            TrainError::Disk(error) => error.into(),
            TrainError::Suspended => Self::new(FailureKind::Canceled, error.to_string()),
        }
    }
}

impl From<candle_core::Error> for TrainError {
    fn from(e: candle_core::Error) -> Self {
        Self::Model(e.into())
    }
}
