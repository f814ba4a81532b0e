//! The Try room: a text and what a model sees in it.

use crate::hub::ModelRef;
use crate::predict::Prediction;

/// The first text, as in the book.
pub const DEFAULT_TEXT: &str = "My name is Maarten.";

/// A text and its entities.
#[derive(Debug)]
pub struct TryState {
    /// The text.
    pub text: String,
    /// The model that reads it.
    pub model: ModelRef,
    /// The newest question's number.
    pub ticket: u64,
    /// The newest question that was answered.
    pub answered: u64,
    /// The text the entities belong to.
    pub read: String,
    /// The entities.
    pub prediction: Prediction,
    /// Seconds it took.
    pub seconds: f64,
    /// Why there is no answer.
    pub failure: Option<String>,
}

impl Default for TryState {
    fn default() -> Self {
        Self {
            text: DEFAULT_TEXT.into(),
            model: ModelRef::Starter,
            ticket: 0,
            answered: 0,
            read: String::new(),
            prediction: Prediction::default(),
            seconds: 0.0,
            failure: None,
        }
    }
}

impl TryState {
    /// Whether an answer is on its way.
    pub fn is_reading(&self) -> bool {
        self.ticket != self.answered
    }
}
