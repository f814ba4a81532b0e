//! A run as the project remembers it.

use std::path::PathBuf;

/// How far a run came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunStatus {
    /// It is under way. A run that is still so when a project is opened was [`RunStatus::Interrupted`].
    #[default]
    Running,
    /// All epochs.
    Completed,
    /// A person stopped it.
    Stopped,
    /// The loss grew without bound.
    Diverged,
    /// A person stopped it before it had a model.
    Cancelled,
    /// It ended with an error and has no model.
    Failed,
    /// The program ended before the run did.
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

    /// As it is stored and shown.
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

    /// The outcome of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }

    /// Whether the run left a model behind.
    pub fn has_model(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped | Self::Diverged)
    }
}

/// A run, from its first step on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunRecord {
    /// Counts from 1.
    pub number: usize,
    /// Seconds since 1970.
    pub started_at: u64,
    /// Base model.
    pub base: String,
    /// "2e-5, 3 epochs".
    pub summary: String,
    /// How far it came.
    pub outcome: RunStatus,
    /// Entity F1 of the kept model on dev, 0 to 1.
    pub dev_f1: Option<f64>,
    /// Entity F1 of the kept model on test, 0 to 1.
    pub test_f1: Option<f64>,
    /// Seconds of training.
    pub train_seconds: f64,
    /// Where the model lies.
    pub dir: PathBuf,
}
