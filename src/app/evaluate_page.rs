//! The Evaluate page: scores of a model on a split.

use crate::corpus::Split;
use crate::hub::ModelRef;
use crate::predict::EvalMetrics;

/// State of the Evaluate page: request and result.
#[derive(Debug)]
pub struct EvaluateState {
    /// Selected model.
    pub model: ModelRef,
    /// Selected split.
    pub split: Split,
    /// Sentences done and total, while an evaluation runs.
    pub progress: Option<(usize, usize)>,
    /// Latest scores, with their model and split.
    pub result: Option<(ModelRef, Split, Box<EvalMetrics>)>,
    /// Error of the last evaluation.
    pub error: Option<String>,
}

impl Default for EvaluateState {
    fn default() -> Self {
        Self { model: ModelRef::Starter, split: Split::Test, progress: None, result: None, error: None }
    }
}
