//! Stored record of a training run.

use std::path::PathBuf;

/// State of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunStatus {
    /// The run is in progress. If it is still so when a project is opened, it was [`RunStatus::Interrupted`].
    #[default]
    Running,
    /// All epochs are finished.
    Completed,
    /// The user stopped the run.
    Stopped,
    /// The loss diverged.
    Diverged,
    /// The user stopped the run before it had a model.
    Cancelled,
    /// The run failed and has no model.
    Failed,
    /// The program ended during the run.
    Interrupted,
}

impl RunStatus {
    const ALL: [Self; 7] = [
        Self::Running,
        Self::Completed,
        Self::Stopped,
        Self::Diverged,
        Self::Cancelled,
        Self::Failed,
        Self::Interrupted,
    ];

    /// Returns the stored and displayed name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Diverged => "diverged",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns the status with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }

    /// True if the run has a model.
    pub fn has_model(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Diverged)
    }
}

/// Record of a run. It exists from the first step on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunRecord {
    /// Number, from 1.
    pub number: usize,
    /// Unix timestamp in seconds.
    pub started_at: u64,
    /// Name of the base model.
    pub base: String,
    /// Short description of the settings, for example "2e-5, 3 epochs".
    pub summary: String,
    /// Status of the run.
    pub outcome: RunStatus,
    /// Entity F1 of the saved model on dev, 0 to 1.
    pub dev_f1: Option<f64>,
    /// Entity F1 of the saved model on test, 0 to 1.
    pub test_f1: Option<f64>,
    /// Training time in seconds.
    pub train_seconds: f64,
    /// Directory of the model.
    pub dir: PathBuf,
}
