//! Stored record of a training run.

use crate::corpus::{DataSelection, DevSource, TrainOn};
use crate::eval::token_metrics::{F1, token_metric};
use crate::eval::{MetricDefinition, MetricValues};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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

/// Metrics of the model of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunMetrics {
    /// Metric that selected the epoch.
    pub selected_by: &'static MetricDefinition,
    /// Values on dev.
    pub dev: MetricValues,
    /// Values on test.
    pub test: MetricValues,
}

impl RunMetrics {
    /// Returns the value on dev of the metric that selected the epoch.
    pub fn selected_value(&self) -> Option<f64> {
        self.dev.get(self.selected_by)
    }

    /// Returns the stored form.
    pub(super) fn to_json(&self) -> String {
        // JSON has no NaN and no infinity.
        let finite = |(id, value): (&String, &f64)| value.is_finite().then(|| (id.clone(), *value));
        let values = |values: &MetricValues| values.by_id().iter().filter_map(finite).collect();
        let stored =
            StoredMetrics { metric: self.selected_by.id.into(), dev: values(&self.dev), test: values(&self.test) };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Parses the stored form.
    ///
    /// # Errors
    /// Returns an error if the text was not written by [`Self::to_json`].
    pub(super) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let stored: StoredMetrics = serde_json::from_str(text)?;
        let metric = token_metric(&stored.metric).unwrap_or_else(|| {
            log::warn!("unknown metric {}; {} is shown", stored.metric, F1.title);
            &F1
        });
        let values = |values: BTreeMap<String, f64>| values.into_iter().collect();
        Ok(Self { selected_by: metric, dev: values(stored.dev), test: values(stored.test) })
    }
}

/// Stored form of [`RunMetrics`].
#[derive(Serialize, Deserialize)]
struct StoredMetrics {
    metric: String,
    dev: BTreeMap<String, f64>,
    test: BTreeMap<String, f64>,
}

/// Properties of a run besides its result. Older records lack some of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunDetails {
    /// Name that the user has chosen. Empty for the default name.
    pub name: String,
    /// Note of the user.
    pub note: String,
    /// Base model: empty for the starter, an absolute path, or a hub id.
    pub base: String,
    /// Settings by id, see [`settings::to_map`](crate::train::settings::to_map). Empty if they are not known.
    pub settings: BTreeMap<String, String>,
    /// Choice of the sentences.
    #[serde(with = "selection_json")]
    pub selection: DataSelection,
    /// Number of training sentences.
    pub n_train: usize,
    /// Number of dev sentences.
    pub n_dev: usize,
    /// Identity of the train split, see [`RunPreview`](crate::train::preview::RunPreview). Empty if it is not known.
    pub train_id: String,
    /// Identity of the dev sentences. Empty if it is not known.
    pub dev_id: String,
    /// Interval of 95 % of the F1 of the saved model on dev.
    pub f1_interval: Option<[f64; 2]>,
    /// Epochs that are complete, and epochs of the run.
    pub epochs: [usize; 2],
    /// Reason of a failure.
    pub failure: String,
}

/// Stored form of the choice of the sentences.
pub(super) mod selection_json {
    use super::{DataSelection, DevSource, TrainOn};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Stored {
        #[serde(default)]
        train_on: Option<String>,
        #[serde(default)]
        hold_out: bool,
        #[serde(default = "yes")]
        test: bool,
    }

    fn yes() -> bool {
        true
    }

    pub fn serialize<S: Serializer>(selection: &DataSelection, serializer: S) -> Result<S::Ok, S::Error> {
        let train_on = selection.train_on.map(|train_on| train_on.id().to_owned());
        let stored = Stored { train_on, hold_out: selection.dev == DevSource::HoldOut, test: selection.test };
        stored.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DataSelection, D::Error> {
        let Stored { train_on, hold_out, test } = Stored::deserialize(deserializer)?;
        let dev = if hold_out { DevSource::HoldOut } else { DevSource::Split };
        Ok(DataSelection { train_on: train_on.as_deref().and_then(TrainOn::from_id), dev, test })
    }
}

impl RunDetails {
    /// Returns the stored form.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Parses the stored form.
    ///
    /// # Errors
    /// Returns an error if the text was not written by [`Self::to_json`].
    pub(super) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
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
    /// Metrics of the saved model.
    pub metrics: RunMetrics,
    /// Training time in seconds.
    pub train_seconds: f64,
    /// Directory of the model.
    pub dir: PathBuf,
    /// Other properties.
    pub details: RunDetails,
}
