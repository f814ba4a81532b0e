//! The Evaluate room: a model's scores on a split.

use crate::corpus::Split;
use crate::hub::ModelRef;
use crate::predict::EvalMetrics;

/// A question and its answer.
#[derive(Debug)]
pub struct EvaluateState {
    /// The model asked for.
    pub model: ModelRef,
    /// The split asked for.
    pub split: Split,
    /// Sentences done and to do, while it goes on.
    pub progress: Option<(usize, usize)>,
    /// The answer, and what it is the answer to.
    pub scores: Option<(ModelRef, Split, Box<EvalMetrics>)>,
    /// Why there is none.
    pub failure: Option<String>,
}

impl Default for EvaluateState {
    fn default() -> Self {
        Self { model: ModelRef::Starter, split: Split::Test, progress: None, scores: None, failure: None }
    }
}
