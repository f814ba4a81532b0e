//! Table of the settings of a run. The form, the flags of the command line, the validation and the settings in a
//! checkpoint are generated from it.

use super::arguments::{ReportTo, SaveStrategy, TrainingArguments};
use super::schedule::SchedulerType;
use super::setting_error::SettingError;
use crate::eval::token_metrics::{F1, TOKEN_METRICS, token_metric};
use crate::model::ComputeDtype;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Numeric setting.
#[derive(Clone, Copy, Debug)]
pub struct NumberSetting {
    /// Name in the Trainer, if it has this setting.
    pub name: &'static str,
    /// English label in the form.
    pub label: &'static str,
    /// Flag of the command line, without hyphens.
    pub flag: &'static str,
    /// Short hint in the form.
    pub hint: &'static str,
    /// Help text of the command line.
    pub cli_help: &'static str,
    /// Unit that the form shows after the value.
    pub suffix: &'static str,
    /// True for an advanced setting, which most runs do not need.
    pub is_advanced: bool,
    get: fn(&TrainingArguments) -> String,
    set: fn(&mut TrainingArguments, f64) -> bool,
    /// English description of the allowed range.
    pub range: &'static str,
    is_integer: bool,
}

/// Setting with a fixed set of values.
#[derive(Clone, Copy, Debug)]
pub struct EnumSetting {
    /// Name in the Trainer, if it has this setting.
    pub name: &'static str,
    /// English label in the form.
    pub label: &'static str,
    /// Flag of the command line, without hyphens.
    pub flag: &'static str,
    /// Short hint in the form.
    pub hint: &'static str,
    /// Help text of the command line.
    pub cli_help: &'static str,
    /// Allowed values.
    pub options: &'static [&'static str],
    /// English labels of `options` in the form.
    pub option_labels: &'static [&'static str],
    /// Returns the index of the current value in `options`.
    pub get: fn(&TrainingArguments) -> usize,
    /// Sets the value with this index in `options`.
    pub set: fn(&mut TrainingArguments, usize),
}

/// All numeric settings in the order of the form.
pub const NUMBER_SETTINGS: &[NumberSetting] = &[
    NumberSetting {
        name: "learning_rate",
        label: "Learning rate",
        flag: "learning-rate",
        hint: "Peak value after warmup",
        cli_help: "Peak learning rate",
        suffix: "",
        is_advanced: false,
        get: |a| scientific(a.learning_rate),
        set: |a, v| set_if(&mut a.learning_rate, v, v > 0.0 && v <= 1.0),
        range: "Enter a number above 0 and up to 1. Default: 2e-5.",
        is_integer: false,
    },
    NumberSetting {
        name: "num_train_epochs",
        label: "Epochs",
        flag: "epochs",
        hint: "Passes over the training data",
        cli_help: "Number of passes over the training data",
        suffix: "",
        is_advanced: false,
        get: |a| a.num_train_epochs.to_string(),
        set: |a, v| set_if(&mut a.num_train_epochs, v as usize, (1.0..=1000.0).contains(&v)),
        range: "Enter a whole number from 1 to 1,000",
        is_integer: true,
    },
    NumberSetting {
        name: "per_device_train_batch_size",
        label: "Batch size",
        flag: "batch-size",
        hint: "Sentences per batch",
        cli_help: "Training batch size in sentences",
        suffix: "sentences",
        is_advanced: false,
        get: |a| a.per_device_train_batch_size.to_string(),
        set: |a, v| set_if(&mut a.per_device_train_batch_size, v as usize, (1.0..=1024.0).contains(&v)),
        range: "Enter a whole number from 1 to 1,024",
        is_integer: true,
    },
    NumberSetting {
        name: "per_device_eval_batch_size",
        label: "Evaluation batch size",
        flag: "eval-batch-size",
        hint: "Sentences per batch",
        cli_help: "Evaluation batch size in sentences",
        suffix: "sentences",
        is_advanced: false,
        get: |a| a.per_device_eval_batch_size.to_string(),
        set: |a, v| set_if(&mut a.per_device_eval_batch_size, v as usize, (1.0..=4096.0).contains(&v)),
        range: "Enter a whole number from 1 to 4,096",
        is_integer: true,
    },
    NumberSetting {
        name: "weight_decay",
        label: "Weight decay",
        flag: "weight-decay",
        hint: "Excludes bias and LayerNorm",
        cli_help: "AdamW weight decay. Biases and LayerNorm weights are excluded",
        suffix: "",
        is_advanced: false,
        get: |a| a.weight_decay.to_string(),
        set: |a, v| set_if(&mut a.weight_decay, v, (0.0..=1.0).contains(&v)),
        range: "Enter a number from 0 to 1. Default: 0.01.",
        is_integer: false,
    },
    NumberSetting {
        name: "warmup_ratio",
        label: "Warmup ratio",
        flag: "warmup-ratio",
        hint: "Fraction of all steps",
        cli_help: "Fraction of steps for linear warmup",
        suffix: "",
        is_advanced: false,
        get: |a| a.warmup_ratio.to_string(),
        set: |a, v| set_if(&mut a.warmup_ratio, v, (0.0..=1.0).contains(&v)),
        range: "Enter a number from 0 to 1. Default: 0.",
        is_integer: false,
    },
    NumberSetting {
        name: "max_length",
        label: "Max sentence length",
        flag: "max-length",
        hint: "Longer sentences are truncated",
        cli_help: "Maximum sentence length in subwords; longer sentences are truncated",
        suffix: "subwords",
        is_advanced: false,
        get: |a| a.max_length.to_string(),
        set: |a, v| set_if(&mut a.max_length, v as usize, (8.0..=4096.0).contains(&v)),
        range: "Enter a whole number from 8 to 4,096",
        is_integer: true,
    },
    NumberSetting {
        name: "seed",
        label: "Seed",
        flag: "seed",
        hint: "Makes runs reproducible",
        cli_help: "Random seed",
        suffix: "",
        is_advanced: false,
        get: |a| a.seed.to_string(),
        set: |a, v| set_if(&mut a.seed, v as u64, (0.0..=9e15).contains(&v)),
        range: "Enter a whole number, 0 or more",
        is_integer: true,
    },
    NumberSetting {
        name: "max_grad_norm",
        label: "Gradient clipping",
        flag: "max-grad-norm",
        hint: "Maximum norm",
        cli_help: "Gradient clipping norm",
        suffix: "",
        is_advanced: true,
        get: |a| a.max_grad_norm.to_string(),
        set: |a, v| set_if(&mut a.max_grad_norm, v, v > 0.0 && v <= 1e9),
        range: "Enter a number above 0. Default: 1.",
        is_integer: false,
    },
    NumberSetting {
        name: "gradient_accumulation_steps",
        label: "Gradient accumulation",
        flag: "gradient-accumulation-steps",
        hint: "Batches per step",
        cli_help: "Number of batches per optimizer step; the loss is the mean over all their subwords",
        suffix: "batches",
        is_advanced: true,
        get: |a| a.gradient_accumulation_steps.to_string(),
        set: |a, v| set_if(&mut a.gradient_accumulation_steps, v as usize, (1.0..=1024.0).contains(&v)),
        range: "Enter a whole number from 1 to 1,024",
        is_integer: true,
    },
    NumberSetting {
        name: "label_smoothing_factor",
        label: "Label smoothing",
        flag: "label-smoothing-factor",
        hint: "0 disables it",
        cli_help: "Label smoothing factor",
        suffix: "",
        is_advanced: true,
        get: |a| a.label_smoothing_factor.to_string(),
        set: |a, v| set_if(&mut a.label_smoothing_factor, v, (0.0..=0.9).contains(&v)),
        range: "Enter a number from 0 to 0.9",
        is_integer: false,
    },
    NumberSetting {
        name: "layer_lr_decay",
        label: "Layer-wise LR decay",
        flag: "layer-lr-decay",
        hint: "Factor per layer; 1 disables it",
        cli_help: "Layer-wise learning rate decay; 1 disables it",
        suffix: "",
        is_advanced: true,
        get: |a| a.layer_lr_decay.to_string(),
        set: |a, v| set_if(&mut a.layer_lr_decay, v, v > 0.0 && v <= 1.0),
        range: "Enter a number above 0 and up to 1, where 1 disables it",
        is_integer: false,
    },
    NumberSetting {
        name: "freeze_layers",
        label: "Freeze layers",
        flag: "freeze-layers",
        hint: "Embeddings and first N layers",
        cli_help: "Freeze the embeddings and the first N encoder layers; 0 freezes none",
        suffix: "layers",
        is_advanced: true,
        get: |a| a.freeze_layers.to_string(),
        set: |a, v| set_if(&mut a.freeze_layers, v as usize, (0.0..=96.0).contains(&v)),
        range: "Enter a whole number from 0 to 96",
        is_integer: true,
    },
    NumberSetting {
        name: "lora_rank",
        label: "LoRA rank",
        flag: "lora-rank",
        hint: "0 disables LoRA",
        cli_help: "LoRA rank; 0 disables LoRA",
        suffix: "",
        is_advanced: true,
        get: |a| a.lora_rank.to_string(),
        set: |a, v| set_if(&mut a.lora_rank, v as usize, (0.0..=256.0).contains(&v)),
        range: "Enter a whole number from 0 to 256. Typical: 8.",
        is_integer: true,
    },
    NumberSetting {
        name: "lora_alpha",
        label: "LoRA alpha",
        flag: "lora-alpha",
        hint: "Scale is alpha / rank",
        cli_help: "LoRA scaling alpha; the scale is alpha / rank",
        suffix: "",
        is_advanced: true,
        get: |a| a.lora_alpha.to_string(),
        set: |a, v| set_if(&mut a.lora_alpha, v, v > 0.0 && v <= 1024.0),
        range: "Enter a number above 0 and up to 1,024. Typical: 16.",
        is_integer: false,
    },
    NumberSetting {
        name: "early_stopping_patience",
        label: "Early stopping patience",
        flag: "patience",
        hint: "0 disables early stopping",
        cli_help: "Stop after this many epochs without improvement on dev; 0 disables early stopping",
        suffix: "epochs",
        is_advanced: true,
        get: |a| a.early_stopping_patience.to_string(),
        set: |a, v| set_if(&mut a.early_stopping_patience, v as usize, (0.0..=1000.0).contains(&v)),
        range: "Enter a whole number from 0 to 1,000",
        is_integer: true,
    },
    NumberSetting {
        name: "early_stopping_threshold",
        label: "Early stopping threshold",
        flag: "early-stopping-threshold",
        hint: "Minimum improvement",
        cli_help: "Minimum improvement (0 to 1) for early stopping, in the unit of the metric",
        suffix: "",
        is_advanced: true,
        get: |a| a.early_stopping_threshold.to_string(),
        set: |a, v| set_if(&mut a.early_stopping_threshold, v, (0.0..=1.0).contains(&v)),
        range: "Enter a number from 0 to 1. 0.01 is one F1 point.",
        is_integer: false,
    },
    NumberSetting {
        name: "logging_steps",
        label: "Log every",
        flag: "logging-steps",
        hint: "Steps per chart point",
        cli_help: "Log every N steps (mean loss)",
        suffix: "steps",
        is_advanced: true,
        get: |a| a.logging_steps.to_string(),
        set: |a, v| set_if(&mut a.logging_steps, v as usize, (1.0..=100_000.0).contains(&v)),
        range: "Enter a whole number from 1 to 100,000",
        is_integer: true,
    },
    NumberSetting {
        name: "save_steps",
        label: "Save every",
        flag: "save-steps",
        hint: "If checkpoints are saved every N steps",
        cli_help: "Save a checkpoint every N steps (with --save-strategy steps)",
        suffix: "steps",
        is_advanced: true,
        get: |a| a.save_steps.to_string(),
        set: |a, v| set_if(&mut a.save_steps, v as usize, (1.0..=1e9).contains(&v)),
        range: "Enter a whole number, 1 or more",
        is_integer: true,
    },
    NumberSetting {
        name: "save_total_limit",
        label: "Keep checkpoints",
        flag: "save-total-limit",
        hint: "After the run; 0 keeps none",
        cli_help: "Number of checkpoints to keep after the run; 0 keeps none",
        suffix: "",
        is_advanced: true,
        get: |a| a.save_total_limit.to_string(),
        set: |a, v| set_if(&mut a.save_total_limit, v as usize, (0.0..=1000.0).contains(&v)),
        range: "Enter a whole number from 0 to 1,000",
        is_integer: true,
    },
];

const METRIC_IDS: [&str; TOKEN_METRICS.len()] = {
    let mut ids = [""; TOKEN_METRICS.len()];
    let mut i = 0;
    while i < ids.len() {
        ids[i] = TOKEN_METRICS[i].definition.id;
        i += 1;
    }
    ids
};

const METRIC_TITLES: [&str; TOKEN_METRICS.len()] = {
    let mut titles = [""; TOKEN_METRICS.len()];
    let mut i = 0;
    while i < titles.len() {
        titles[i] = TOKEN_METRICS[i].definition.title;
        i += 1;
    }
    titles
};

/// All settings with a fixed set of values, in the order of the form.
pub const ENUM_SETTINGS: &[EnumSetting] = &[
    EnumSetting {
        name: "lr_scheduler_type",
        label: "LR scheduler",
        flag: "lr-scheduler-type",
        hint: "After warmup",
        cli_help: "Learning rate schedule after warmup",
        options: &["linear", "cosine", "constant"],
        option_labels: &["Linear", "Cosine", "Constant"],
        get: |a| index_of(&SchedulerType::ALL, a.lr_scheduler_type),
        set: |a, i| a.lr_scheduler_type = SchedulerType::ALL[i].1,
    },
    EnumSetting {
        name: "class_weights",
        label: "Class weights",
        flag: "class-weights",
        hint: "Balanced: inverse frequency",
        cli_help: "Class weights of the loss. balanced: inverse frequency, subwords / (tags x subwords of the tag)",
        options: &["none", "balanced"],
        option_labels: &["None", "Balanced"],
        get: |a| usize::from(a.balanced_class_weights),
        set: |a, i| a.balanced_class_weights = i == 1,
    },
    EnumSetting {
        name: "freeze_embeddings",
        label: "Freeze embeddings",
        flag: "freeze-embeddings",
        hint: "Embeddings are not trained",
        cli_help: "Freeze the embeddings",
        options: &["false", "true"],
        option_labels: &["Off", "On"],
        get: |a| usize::from(a.freeze_embeddings),
        set: |a, i| a.freeze_embeddings = i == 1,
    },
    EnumSetting {
        name: "precision",
        label: "Compute precision",
        flag: "precision",
        hint: "For matrix products",
        cli_help: "Compute precision of matrix products. auto: fp32 on CPU, bf16 on NVIDIA GPUs (fp16 before Ampere)",
        options: &["auto", "fp32", "tf32", "bf16", "fp16"],
        option_labels: &["Auto", "fp32", "tf32", "bf16", "fp16"],
        get: |a| a.precision.map_or(0, |p| index_of(&ComputeDtype::ALL, p) + 1),
        set: |a, i| a.precision = i.checked_sub(1).map(|i| ComputeDtype::ALL[i].1),
    },
    EnumSetting {
        name: "metric_for_best_model",
        label: "Metric for best model",
        flag: "metric-for-best-model",
        hint: "Selects the best epoch on dev",
        cli_help: "Metric on dev that selects the best epoch and decides about early stopping",
        options: &METRIC_IDS,
        option_labels: &METRIC_TITLES,
        get: |a| METRIC_IDS.iter().position(|id| *id == a.metric_for_best_model.id).unwrap_or(0),
        set: |a, i| a.metric_for_best_model = token_metric(METRIC_IDS[i]).unwrap_or(&F1),
    },
    EnumSetting {
        name: "save_strategy",
        label: "Save checkpoints",
        flag: "save-strategy",
        hint: "For resuming an interrupted run",
        cli_help: "When to save checkpoints for --resume",
        options: &["no", "epoch", "steps", "best"],
        option_labels: &["Never", "Each epoch", "Every N steps", "Best only"],
        get: |a| index_of(&SaveStrategy::ALL, a.save_strategy),
        set: |a, i| a.save_strategy = SaveStrategy::ALL[i].1,
    },
    EnumSetting {
        name: "report_to",
        label: "Metrics file",
        flag: "report-to",
        hint: "For plotting in other programs",
        cli_help: "Write metrics as JSON lines (metrics.jsonl) or TensorBoard events to --out",
        options: &["none", "jsonl", "tensorboard"],
        option_labels: &["None", "JSON lines", "TensorBoard"],
        get: |a| index_of(&ReportTo::ALL, a.report_to),
        set: |a, i| a.report_to = ReportTo::ALL[i].1,
    },
];

/// Returns the index of a value in a table of names and values, or 0 if it is missing.
fn index_of<T: PartialEq>(all: &[(&str, T)], value: T) -> usize {
    all.iter().position(|(_, v)| *v == value).unwrap_or(0)
}

impl NumberSetting {
    /// Returns the setting with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        NUMBER_SETTINGS.iter().copied().find(|f| f.name == name)
    }

    /// Returns the value as text.
    pub fn get(self, arguments: &TrainingArguments) -> String {
        (self.get)(arguments)
    }

    /// Removes thousands separators (commas) from a number.
    ///
    /// # Errors
    /// Returns an error if a comma is used differently, for example as a decimal separator.
    fn strip_thousands(self, text: &str) -> Result<Cow<'_, str>, SettingError> {
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

    /// Parses and sets the value. The arguments are unchanged if the value is invalid.
    ///
    /// # Errors
    /// Returns an error if the text is not a number of the allowed range.
    pub fn set(self, arguments: &mut TrainingArguments, text: &str) -> Result<(), SettingError> {
        let invalid = || SettingError::OutOfRange(self.range);
        let value: f64 = self.strip_thousands(text.trim())?.parse().map_err(|_| invalid())?;
        if (self.is_integer && value.fract() != 0.0) || !(self.set)(arguments, value) {
            return Err(invalid());
        }
        Ok(())
    }
}

/// Returns true if all commas separate groups of exactly three digits: `12,000`, `1,000,000`.
fn has_commas_between_thousands(text: &str) -> bool {
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group))
}

impl EnumSetting {
    /// Returns the current value.
    pub fn word(self, arguments: &TrainingArguments) -> &'static str {
        self.options[(self.get)(arguments)]
    }

    /// Sets the value by name. Returns false if the name is not an option.
    pub fn choose(self, arguments: &mut TrainingArguments, word: &str) -> bool {
        let found = self.options.iter().position(|o| *o == word);
        if let Some(place) = found {
            (self.set)(arguments, place);
        }
        found.is_some()
    }
}

fn set_if<T>(target: &mut T, value: T, allowed: bool) -> bool {
    if allowed {
        *target = value;
    }
    allowed
}

/// Formats 0.00002 as `2e-5`. Numbers from 0.001 on are not changed.
fn scientific(value: f64) -> String {
    if value < 1e-3 { format!("{value:e}") } else { value.to_string() }
}

/// Returns every setting that affects the result, by name. A checkpoint stores them.
pub fn to_map(arguments: &TrainingArguments) -> BTreeMap<String, String> {
    let numbers = NUMBER_SETTINGS.iter().map(|f| (f.name, f.get(arguments)));
    let words = ENUM_SETTINGS.iter().map(|c| (c.name, c.word(arguments).to_owned()));
    let others = [
        ("label_all_pieces", arguments.label_all_subwords.to_string()),
        ("new_head", arguments.new_head.to_string()),
        ("parts", arguments.n_shards.to_string()),
    ];
    numbers.chain(words).chain(others).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Parses settings written by [`to_map`].
///
/// # Errors
/// Returns an error if a setting is unknown, missing or invalid, since the run could not be reproduced.
pub fn from_map(settings: &BTreeMap<String, String>) -> Result<TrainingArguments, String> {
    let mut arguments = TrainingArguments::default();
    for (name, value) in settings {
        let choice = ENUM_SETTINGS.iter().find(|c| c.name == name);
        let fits = match (NumberSetting::by_name(name), choice, name.as_str()) {
            (Some(field), _, _) => field.set(&mut arguments, value).is_ok(),
            (_, Some(choice), _) => choice.choose(&mut arguments, value),
            (_, _, "label_all_pieces") => value.parse().map(|v| arguments.label_all_subwords = v).is_ok(),
            (_, _, "new_head") => value.parse().map(|v| arguments.new_head = v).is_ok(),
            (_, _, "parts") => {
                value.parse().is_ok_and(|v| set_if(&mut arguments.n_shards, v, (1..=MAX_SHARDS).contains(&v)))
            }
            _ => false,
        };
        if !fits {
            return Err(format!("unsupported setting {name} = {value}"));
        }
    }
    let is_missing = |name: &&String| !settings.contains_key(*name) && !ADDED_LATER.contains(&name.as_str());
    match to_map(&arguments).keys().find(is_missing) {
        Some(missing) => Err(format!("setting {missing} is missing")),
        None => Ok(arguments),
    }
}

/// Settings that older checkpoints lack. Their runs used the default values.
const ADDED_LATER: [&str; 1] = ["metric_for_best_model"];

/// Maximum number of shards, above the number of cores of any CPU.
const MAX_SHARDS: usize = 1024;

/// Returns the settings that differ from the default recipe, in one line, or an empty string.
pub fn non_default(arguments: &TrainingArguments) -> String {
    let book = to_map(&TrainingArguments::default());
    let all = to_map(arguments).into_iter();
    let other = all.filter(|(name, value)| name != "parts" && book.get(name) != Some(value));
    other.map(|(name, value)| format!("`{name}={value}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_roundtrip_through_map() {
        let mut arguments = TrainingArguments {
            n_shards: 7,
            new_head: true,
            label_all_subwords: false,
            ..TrainingArguments::default()
        };
        for (i, field) in NUMBER_SETTINGS.iter().enumerate() {
            let value = if field.is_integer { (i + 8).to_string() } else { format!("0.{}", i + 1) };
            field.set(&mut arguments, &value).unwrap_or_else(|range| panic!("{}: {value}: {range}", field.name));
        }
        for choice in ENUM_SETTINGS {
            (choice.set)(&mut arguments, choice.options.len() - 1);
        }
        assert_eq!(from_map(&to_map(&arguments)), Ok(arguments.clone()));
        let check = |name: &str, value: &str| {
            let mut broken = to_map(&arguments);
            broken.insert(name.to_owned(), value.to_owned());
            assert!(from_map(&broken).is_err_and(|reason| reason.contains(name)), "{name} = {value}");
        };
        check("parts", "1000000000000");
        check("learning_rate", "fast");
        check("lr_scheduler_type", "cosine_with_restarts");
        check("unheard_of", "1");
        let mut lacking = to_map(&arguments);
        lacking.remove("seed");
        assert!(from_map(&lacking).is_err_and(|reason| reason.contains("seed")));
    }

    #[test]
    fn commas_only_separate_thousands() {
        let check = |name: &str, text: &str, expected: Result<&str, &str>| {
            let field = NumberSetting::by_name(name).expect("a field");
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
        for field in NUMBER_SETTINGS {
            for text in ["", "x", "-1", "NaN", "inf", "1e300"] {
                assert!(field.set(&mut arguments, text).is_err(), "{} accepts {text:?}", field.name);
            }
        }
        assert_eq!(arguments, TrainingArguments::default());
    }
}
