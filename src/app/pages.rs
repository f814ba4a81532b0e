//! State of the pages that does not belong to the open dataset.

use crate::hub::ModelRef;
use crate::i18n::tr;
use crate::predict::Prediction;

/// The pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Sentences and their labels. Without an open dataset it is the welcome page.
    #[default]
    Annotate,
    /// Form and charts of a run.
    Train,
    /// Scores of a model.
    Evaluate,
    /// Entities of a text that the user types.
    Try,
    /// Statistics and findings of the dataset, and the comparison with other annotations.
    Data,
}

impl Page {
    /// All pages, in the order of the navigation rail.
    pub const ALL: [Self; 5] = [Self::Annotate, Self::Train, Self::Evaluate, Self::Try, Self::Data];

    /// Returns the stored name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Annotate => "annotate",
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Try => "try",
            Self::Data => "data",
        }
    }

    /// Returns the page with this stored name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.id() == id)
    }

    /// Returns the title in the interface language.
    pub fn title(self) -> &'static str {
        match self {
            Self::Annotate => tr!("Annotate"),
            Self::Train => tr!("Train"),
            Self::Evaluate => tr!("Evaluate"),
            Self::Try => tr!("Try"),
            Self::Data => tr!("Data"),
        }
    }
}

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
    pub(super) fn is_current(&self) -> bool {
        self.analyzed_model.as_ref() == Some(&self.model) && self.analyzed_text == self.text
    }
}

/// State of the suggestions.
#[derive(Debug)]
pub struct SuggestionState {
    /// Selected model.
    pub model: ModelRef,
    /// Minimum score for accepting all suggestions, in percent.
    pub threshold: u8,
}

impl Default for SuggestionState {
    fn default() -> Self {
        Self { model: ModelRef::Starter, threshold: 95 }
    }
}
