//! The Try page: a text and the entities that a model finds in it.

use super::effect::Effect;
use super::requests::{Purpose, Slot};
use super::state::{App, Page};
use crate::hub::ModelRef;
use crate::predict::Prediction;
use crate::worker::{InteractiveWork, Work};

/// Initial text.
pub const DEFAULT_TEXT: &str = "My name is Maarten.";

/// State of the Try page.
#[derive(Debug)]
pub struct TryState {
    /// Text of the user.
    pub text: String,
    /// Selected model.
    pub model: ModelRef,
    /// Model of the latest result. `None` before the first result, or if the model directory can have changed since.
    pub analyzed_model: Option<ModelRef>,
    /// Text of the latest result, to which the entities refer.
    pub analyzed_text: String,
    /// Entities of the latest result.
    pub prediction: Prediction,
    /// Inference time, in seconds.
    pub seconds: f64,
    /// Error of the latest request.
    pub failure: Option<String>,
}

impl Default for TryState {
    fn default() -> Self {
        Self {
            text: DEFAULT_TEXT.into(),
            model: ModelRef::Starter,
            analyzed_model: None,
            analyzed_text: String::new(),
            prediction: Prediction::default(),
            seconds: 0.0,
            failure: None,
        }
    }
}

impl TryState {
    /// Stores the entities of a text.
    pub(super) fn on_predicted(&mut self, model: ModelRef, text: String, prediction: Prediction, seconds: f64) {
        self.analyzed_model = Some(model);
        (self.analyzed_text, self.prediction, self.seconds) = (text, prediction, seconds);
        self.failure = None;
    }

    /// True if the result belongs to the selected model and the current text.
    fn is_current(&self) -> bool {
        self.analyzed_model.as_ref() == Some(&self.model) && self.analyzed_text == self.text
    }
}

/// Changes the text.
pub(super) fn set_text(app: &mut App, text: String, effects: &mut Vec<Effect>) {
    app.try_page.text = text;
    request_prediction(app, effects);
}

/// Selects a model. The entities are requested when the page is visible.
pub(super) fn select_model(app: &mut App, model: ModelRef, effects: &mut Vec<Effect>) {
    app.try_page.model = model;
    app.try_page.analyzed_model = None;
    app.requests.cancel(Slot::Prediction, effects);
    if app.page == Page::Try {
        request_prediction(app, effects);
    }
}

/// Requests the entities if the visible ones belong to another model or text.
pub(super) fn on_entered(app: &mut App, effects: &mut Vec<Effect>) {
    if !app.try_page.is_current() && !app.requests.is_pending(Slot::Prediction) {
        request_prediction(app, effects);
    }
}

fn request_prediction(app: &mut App, effects: &mut Vec<Effect>) {
    let t = &mut app.try_page;
    t.failure = None;
    let work = InteractiveWork::Predict { model: t.model.clone(), text: t.text.clone() };
    app.requests.submit(Purpose::Predict, Work::Interactive(work), effects);
}
