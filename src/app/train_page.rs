//! The Train page: the form of the next run.

use crate::corpus::DataSelection;
use crate::failure::Failure;
use crate::hub::ModelRef;
use crate::i18n::{tr, translate};
use crate::train::TrainingArguments;
use crate::train::preview::RunDataKey;
use crate::train::settings::{SETTINGS, Setting, SettingError};
use crate::worker::ModelFacts;
use std::collections::BTreeMap;
use std::path::Path;

/// Base model as entered in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseModelInput {
    /// The starter model.
    Starter,
    /// A model directory, for example of a saved run.
    Folder(String),
    /// A hub id, `owner/name`.
    Hub(String),
}

impl BaseModelInput {
    /// Returns the input that was stored with a run: an empty text for the starter, an absolute path, or a hub id.
    pub fn parse(stored: &str) -> Self {
        if stored.is_empty() {
            Self::Starter
        } else if Path::new(stored).is_absolute() {
            Self::Folder(stored.to_owned())
        } else {
            Self::Hub(stored.to_owned())
        }
    }

    /// Returns the text that is stored with a run, see [`Self::parse`].
    pub fn stored(&self) -> String {
        match self {
            Self::Starter => String::new(),
            Self::Folder(path) => std::path::absolute(path).map_or_else(|_| path.clone(), |p| p.display().to_string()),
            Self::Hub(id) => id.clone(),
        }
    }

    /// Returns the model, or `None` if the input is not valid.
    pub fn name(&self) -> Option<ModelRef> {
        match self {
            Self::Starter => Some(ModelRef::Starter),
            Self::Folder(path) => (!path.is_empty()).then(|| ModelRef::Folder(path.into())),
            Self::Hub(id) => {
                let parts: Vec<&str> = id.split('/').collect();
                (parts.len() == 2 && parts.iter().all(|p| !p.is_empty())).then(|| ModelRef::Hub(id.clone()))
            }
        }
    }
}

/// Form of the next run.
#[derive(Debug)]
pub struct TrainForm {
    /// Base model of the next run.
    pub base: BaseModelInput,
    /// Properties of the base model, or the error of reading it. `None` until it is read.
    pub model_info: Option<Result<ModelFacts, Failure>>,
    /// Value of each setting as text, by id. It can be invalid.
    pub inputs: BTreeMap<&'static str, String>,
    /// Validation errors of settings, by id.
    pub errors: BTreeMap<&'static str, String>,
    /// The last valid training arguments.
    pub arguments: TrainingArguments,
    /// Choice of the sentences.
    pub selection: DataSelection,
    /// Name of the next run. Empty for the default name.
    pub name: String,
    /// True if the helper for NVIDIA GPUs is next to the program.
    pub gpu_helper: bool,
}

impl Default for TrainForm {
    fn default() -> Self {
        let mut training = Self {
            base: BaseModelInput::Starter,
            model_info: None,
            inputs: BTreeMap::new(),
            errors: BTreeMap::new(),
            arguments: TrainingArguments::default(),
            selection: DataSelection::default(),
            name: String::new(),
            gpu_helper: false,
        };
        training.set_arguments(TrainingArguments::default());
        training
    }
}

impl TrainForm {
    /// Fills the form with these arguments.
    pub fn set_arguments(&mut self, arguments: TrainingArguments) {
        self.inputs = SETTINGS.iter().map(|setting| (setting.id, setting.get(&arguments))).collect();
        self.errors.clear();
        self.arguments = arguments;
    }

    /// Returns the choice from which the data of the next run follows.
    pub fn data_key(&self) -> RunDataKey {
        RunDataKey { selection: self.selection, seed: self.arguments.seed }
    }

    /// Handles the input of a setting.
    pub fn set_input(&mut self, setting: &'static Setting, text: String) {
        match setting.set(&mut self.arguments, &text) {
            Ok(()) => drop(self.errors.remove(setting.id)),
            Err(error) => drop(self.errors.insert(setting.id, setting_error(error))),
        }
        self.inputs.insert(setting.id, text);
    }

    /// Returns true if the head of the base model has all these labels, so it can be kept. Returns `None` while the
    /// base model is unknown.
    pub fn reuses_head(&self, labels: &[String]) -> Option<bool> {
        let facts = self.model_info.as_ref()?.as_ref().ok()?;
        Some(!labels.is_empty() && labels.iter().all(|l| facts.labels.contains(l)))
    }
}

/// Returns the translated message of an invalid setting.
fn setting_error(error: SettingError) -> String {
    match error {
        SettingError::OutOfRange(range) => translate(range).to_owned(),
        SettingError::NotAnOption(options) => {
            tr!("Enter one of these values: {options}", options = options.join(", "))
        }
        SettingError::Comma(range) => {
            tr!("Commas are only allowed between thousands, for example 12,000. {range}", range = translate(range))
        }
        SettingError::DecimalComma(number, range) => {
            tr!("Use a decimal point, not a comma: {number}. {range}", number, range = translate(range))
        }
        SettingError::Commas(range) => tr!("Use a decimal point and no commas. {range}", range = translate(range)),
    }
}
