//! The Try page: a text and the entities that a model finds in it.

use crate::hub::ModelRef;
use crate::predict::Prediction;

/// Initial text.
pub const DEFAULT_TEXT: &str = "My name is Maarten.";

/// State of the Try page.
#[derive(Debug)]
pub struct TryState {
    /// Text of the user.
    pub text: String,
    /// Selected model.
    pub model: ModelRef,
    /// Ticket of the latest request.
    pub ticket: u64,
    /// Ticket of the latest response.
    pub answered_request: u64,
    /// Text of the latest response, to which the entities refer.
    pub analyzed_text: String,
    /// Entities of the latest response.
    pub prediction: Prediction,
    /// Inference time, in seconds.
    pub seconds: f64,
    /// Error of the latest response.
    pub failure: Option<String>,
}

impl Default for TryState {
    fn default() -> Self {
        Self {
            text: DEFAULT_TEXT.into(),
            model: ModelRef::Starter,
            ticket: 0,
            answered_request: 0,
            analyzed_text: String::new(),
            prediction: Prediction::default(),
            seconds: 0.0,
            failure: None,
        }
    }
}

impl TryState {
    /// Returns true while a response is pending.
    pub fn is_reading(&self) -> bool {
        self.ticket != self.answered_request
    }
}
