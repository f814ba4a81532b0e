//! Settings of a run. One table defines the form, the flags of the command line, the validation and the settings in a
//! checkpoint.

pub mod error;
pub mod table;

pub use error::{SettingError, StoredSettingsError};
pub use table::SETTINGS;

use super::arguments::TrainingArguments;
use std::borrow::Cow;
use std::collections::BTreeMap;
use table::set_if;

/// Place of a setting in the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A setting that many runs change.
    Basic,
    /// A setting that most runs do not need.
    Advanced,
    /// A setting with its own place in the form.
    Separate,
}

/// A setting of a run.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Stable name in checkpoints: the name in the Trainer, if it has this setting.
    pub id: &'static str,
    /// English label in the form.
    pub label: &'static str,
    /// Flag of the command line, without hyphens.
    pub flag: &'static str,
    /// Short English hint in the form. Can be empty.
    pub hint: &'static str,
    /// Help text of the command line.
    pub cli_help: &'static str,
    /// Place in the form.
    pub group: Group,
    /// Kind of the value.
    pub kind: SettingKind,
}

/// Kind of the value of a setting.
#[derive(Clone, Copy, Debug)]
pub enum SettingKind {
    /// A number in a range.
    Number(NumberKind),
    /// One of a fixed set of values.
    Choice(ChoiceKind),
    /// On or off: `true` or `false`.
    Switch(SwitchKind),
}

/// A number in a range.
#[derive(Clone, Copy, Debug)]
pub struct NumberKind {
    /// Unit that the form shows after the value. Can be empty.
    pub suffix: &'static str,
    /// English description of the allowed range.
    pub range: &'static str,
    is_integer: bool,
    get: fn(&TrainingArguments) -> String,
    set: fn(&mut TrainingArguments, f64) -> bool,
}

/// One of a fixed set of values.
#[derive(Clone, Copy, Debug)]
pub struct ChoiceKind {
    /// Allowed values.
    pub options: &'static [&'static str],
    /// English labels of `options` in the form.
    pub option_labels: &'static [&'static str],
    get: fn(&TrainingArguments) -> usize,
    set: fn(&mut TrainingArguments, usize),
}

/// On or off.
#[derive(Clone, Copy, Debug)]
pub struct SwitchKind {
    get: fn(&TrainingArguments) -> bool,
    set: fn(&mut TrainingArguments, bool),
}

impl Setting {
    /// Returns the value as text.
    pub fn get(&self, arguments: &TrainingArguments) -> String {
        match self.kind {
            SettingKind::Number(number) => (number.get)(arguments),
            SettingKind::Choice(choice) => choice.options[(choice.get)(arguments)].to_owned(),
            SettingKind::Switch(switch) => (switch.get)(arguments).to_string(),
        }
    }

    /// Parses and sets the value. The arguments are unchanged if the value is invalid.
    ///
    /// # Errors
    /// Returns an error if the text is not a value of the setting.
    pub fn set(&self, arguments: &mut TrainingArguments, text: &str) -> Result<(), SettingError> {
        match self.kind {
            SettingKind::Number(number) => number.set(arguments, text),
            SettingKind::Choice(choice) => {
                let index = choice.options.iter().position(|option| *option == text);
                (choice.set)(arguments, index.ok_or(SettingError::NotAnOption(choice.options))?);
                Ok(())
            }
            SettingKind::Switch(switch) => {
                (switch.set)(arguments, text.parse().map_err(|_| SettingError::NotAnOption(&["true", "false"]))?);
                Ok(())
            }
        }
    }
}

impl NumberKind {
    fn set(&self, arguments: &mut TrainingArguments, text: &str) -> Result<(), SettingError> {
        let invalid = || SettingError::OutOfRange(self.range);
        let value: f64 = self.strip_thousands(text.trim())?.parse().map_err(|_| invalid())?;
        if (self.is_integer && value.fract() != 0.0) || !(self.set)(arguments, value) {
            return Err(invalid());
        }
        Ok(())
    }

    /// Removes thousands separators (commas) from a number.
    ///
    /// # Errors
    /// Returns an error if a comma is used differently, for example as a decimal separator.
    fn strip_thousands<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, SettingError> {
        if !text.contains(',') {
            return Ok(Cow::Borrowed(text));
        }
        if self.is_integer && has_commas_between_thousands(text) {
            return Ok(Cow::Owned(text.replace(',', "")));
        }
        let with_point = text.replacen(',', ".", 1);
        Err(if self.is_integer {
            SettingError::Comma(self.range)
        } else if with_point.parse::<f64>().is_ok() {
            SettingError::DecimalComma(with_point, self.range)
        } else {
            SettingError::Commas(self.range)
        })
    }
}

impl SwitchKind {
    /// Returns true if the setting is on.
    pub fn is_on(&self, arguments: &TrainingArguments) -> bool {
        (self.get)(arguments)
    }
}

impl ChoiceKind {
    /// Returns the index of the current value.
    pub fn index(&self, arguments: &TrainingArguments) -> usize {
        (self.get)(arguments)
    }
}

/// Returns true if all commas separate groups of exactly three digits: `12,000`, `1,000,000`.
fn has_commas_between_thousands(text: &str) -> bool {
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group))
}

/// Returns the setting with this id, or `None` if there is no such setting in this version.
pub fn setting(id: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.id == id)
}

/// Number of shards of a batch, which is stored with the settings. It affects the result bit by bit.
const SHARDS: &str = "parts";

/// Returns every setting that affects the result, by id. A checkpoint stores them.
pub fn to_map(arguments: &TrainingArguments) -> BTreeMap<String, String> {
    let settings = SETTINGS.iter().map(|setting| (setting.id, setting.get(arguments)));
    let all = settings.chain([(SHARDS, arguments.n_shards.to_string())]);
    all.map(|(id, value)| (id.to_owned(), value)).collect()
}

/// Parses settings written by [`to_map`].
///
/// # Errors
/// Returns an error if a setting is unknown, missing or invalid, since the run could not be reproduced.
pub fn from_map(settings: &BTreeMap<String, String>) -> Result<TrainingArguments, StoredSettingsError> {
    let mut arguments = TrainingArguments::default();
    for (id, value) in settings {
        let is_set = match setting(id) {
            Some(setting) => setting.set(&mut arguments, value).is_ok(),
            None if id == SHARDS => {
                value.parse().is_ok_and(|v| set_if(&mut arguments.n_shards, v, (1..=MAX_SHARDS).contains(&v)))
            }
            None => false,
        };
        if !is_set {
            return Err(StoredSettingsError::Unsupported { id: id.clone(), value: value.clone() });
        }
    }
    let is_missing = |id: &&String| !settings.contains_key(*id) && !ADDED_LATER.contains(&id.as_str());
    match to_map(&arguments).keys().find(is_missing) {
        Some(missing) => Err(StoredSettingsError::Missing(missing.clone())),
        None => Ok(arguments),
    }
}

/// Settings that older checkpoints lack. Their runs used the default values.
const ADDED_LATER: [&str; 1] = ["metric_for_best_model"];

/// Maximum number of shards, above the number of cores of any CPU.
const MAX_SHARDS: usize = 1024;

/// Returns the settings that differ from the default recipe, in one line, or an empty string.
pub fn non_default(arguments: &TrainingArguments) -> String {
    let defaults = to_map(&TrainingArguments::default());
    let all = to_map(arguments).into_iter();
    let other = all.filter(|(id, value)| id != SHARDS && defaults.get(id) != Some(value));
    other.map(|(id, value)| format!("`{id}={value}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_roundtrip_through_map() {
        let mut arguments = TrainingArguments { n_shards: 7, ..TrainingArguments::default() };
        for (i, setting) in SETTINGS.iter().enumerate() {
            let value = match setting.kind {
                SettingKind::Number(number) if number.is_integer => (i + 8).to_string(),
                SettingKind::Number(_) => format!("0.{}", i + 1),
                SettingKind::Choice(choice) => choice.options[choice.options.len() - 1].to_owned(),
                SettingKind::Switch(switch) => (!switch.is_on(&arguments)).to_string(),
            };
            setting.set(&mut arguments, &value).unwrap_or_else(|error| panic!("{}: {value}: {error}", setting.id));
            assert_eq!(setting.get(&arguments), value, "{}", setting.id);
        }
        assert_eq!(from_map(&to_map(&arguments)), Ok(arguments.clone()));
        let check = |name: &str, value: &str| {
            let mut broken = to_map(&arguments);
            broken.insert(name.to_owned(), value.to_owned());
            assert!(from_map(&broken).is_err_and(|error| error.to_string().contains(name)), "{name} = {value}");
        };
        check("parts", "1000000000000");
        check("learning_rate", "fast");
        check("lr_scheduler_type", "cosine_with_restarts");
        check("unheard_of", "1");
        let mut lacking = to_map(&arguments);
        lacking.remove("seed");
        assert!(from_map(&lacking).is_err_and(|error| error == StoredSettingsError::Missing("seed".into())));
    }

    #[test]
    fn commas_only_separate_thousands() {
        let check = |name: &str, text: &str, expected: Result<&str, &str>| {
            let field = setting(name).expect("a setting");
            let mut arguments = TrainingArguments::default();
            let set = field.set(&mut arguments, text);
            match (expected, set) {
                (Ok(value), Ok(())) => assert_eq!(field.get(&arguments), value, "{name} = {text}"),
                (Err(part), Err(error)) => assert!(error.to_string().contains(part), "{name} = {text}: {error}"),
                (_, other) => panic!("{name} = {text}: {other:?}"),
            }
        };
        check("save_steps", "12,000", Ok("12000"));
        check("save_steps", " 1,000,000 ", Ok("1000000"));
        check("save_steps", "12000", Ok("12000"));
        for wrong in ["12,00", "1,0000", "12,", ",000", "1,000.5", "1,00,000", "1,,000", "1,000,", "-1,000", "1,0e3"] {
            check("save_steps", wrong, Err("Enter a whole number, 1 or more"));
        }
        check("num_train_epochs", "1,5", Err("between thousands"));
        check("learning_rate", "0,1", Err("point, not a comma: 0.1."));
        check("learning_rate", "2,5e-5", Err("point, not a comma: 2.5e-5."));
        check("max_grad_norm", "1,000", Err("point, not a comma"));
        check("learning_rate", "0,0,1", Err("no commas"));
        check("learning_rate", "2.5e-5", Ok("2.5e-5"));
    }

    #[test]
    fn invalid_setting_changes_nothing() {
        let mut arguments = TrainingArguments::default();
        for setting in SETTINGS {
            for text in ["", "x", "-1", "NaN", "inf", "1e300"] {
                assert!(setting.set(&mut arguments, text).is_err(), "{} accepts {text:?}", setting.id);
            }
        }
        assert_eq!(arguments, TrainingArguments::default());
    }
}
