//! Results that were computed from the open dataset.

use super::comparison::Comparison;
use crate::corpus::Split;
use crate::eval::DatasetReport;
use crate::eval::lint::FindingKind;
use crate::hub::ModelRef;
use crate::predict::EvalMetrics;
use crate::train::measure::{LrSweep, RunEstimate};
use crate::worker::Stamp;
use std::collections::HashSet;

/// Scores of a model on a split, and the split of the next evaluation.
#[derive(Debug)]
pub struct Evaluation {
    /// Selected split.
    pub split: Split,
    /// Latest scores, with their model and split.
    pub result: Option<(ModelRef, Split, Box<EvalMetrics>)>,
    /// Error of the last evaluation.
    pub error: Option<String>,
}

/// Tab of the Data page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Statistics.
    #[default]
    Statistics,
    /// Findings.
    Checks,
    /// Comparison with other annotations.
    Compare,
}

/// Statistics and findings of the dataset, and the comparison with other annotations.
#[derive(Debug, Default)]
pub struct Checks {
    /// Selected tab.
    pub tab: Tab,
    /// Latest report, and the state of the dataset that it describes.
    pub report: Option<(Stamp, Box<DatasetReport>)>,
    /// Kind of findings to show; `None` shows all.
    pub kind: Option<FindingKind>,
    /// Indices of findings that were fixed or dismissed.
    pub dismissed: HashSet<usize>,
    /// The open comparison.
    pub comparison: Option<Box<Comparison>>,
}

/// Measurements for the next run.
#[derive(Debug, Default)]
pub struct Measurements {
    /// Estimated cost of a run.
    pub estimate: Option<RunEstimate>,
    /// Loss by learning rate.
    pub lr_sweep: Option<LrSweep>,
}
