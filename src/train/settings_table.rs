//! Table of the settings of a run. The form, the flags of the command line, the validation and the settings in a
//! checkpoint are generated from it.

use super::arguments::{ReportTo, SaveStrategy, TrainingArguments};
use super::schedule::SchedulerType;
use crate::model::ComputeDtype;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Numeric setting.
#[derive(Clone, Copy, Debug)]
pub struct NumberSetting {
    /// Name in the Trainer, if it has this setting.
    pub name: &'static str,
    /// Flag of the command line, without hyphens.
    pub flag: &'static str,
    /// Short hint in the form.
    pub hint: &'static str,
    /// Help text of the command line.
    pub cli_help: &'static str,
    /// Unit that the form shows after the value.
    pub unit: &'static str,
    /// True for an advanced setting, which most runs do not need.
    pub further: bool,
    get: fn(&TrainingArguments) -> String,
    set: fn(&mut TrainingArguments, f64) -> bool,
    /// Description of the allowed range.
    range: &'static str,
    whole: bool,
}

/// Setting with a fixed set of values.
#[derive(Clone, Copy, Debug)]
pub struct EnumSetting {
    /// Name in the Trainer, if it has this setting.
    pub name: &'static str,
    /// Flag of the command line, without hyphens.
    pub flag: &'static str,
    /// Short hint in the form.
    pub help: &'static str,
    /// Help text of the command line.
    pub about: &'static str,
    /// Allowed values.
    pub options: &'static [&'static str],
    /// Returns the index of the current value in `options`.
    pub get: fn(&TrainingArguments) -> usize,
    /// Sets the value with this index in `options`.
    pub set: fn(&mut TrainingArguments, usize),
}

/// All numeric settings in the order of the form.
pub const NUMBER_SETTINGS: &[NumberSetting] = &[
    NumberSetting {
        name: "learning_rate",
        flag: "learning-rate",
        hint: "Peak, after warm-up",
        cli_help: "Peak learning rate",
        unit: "",
        further: false,
        get: |a| scientific(a.learning_rate),
        set: |a, v| put(&mut a.learning_rate, v, v > 0.0 && v <= 1.0),
        range: "Above 0, at most 1. The book uses 2e-5.",
        whole: false,
    },
    NumberSetting {
        name: "num_train_epochs",
        flag: "epochs",
        hint: "Full passes",
        cli_help: "Full passes over the training sentences",
        unit: "",
        further: false,
        get: |a| a.num_train_epochs.to_string(),
        set: |a, v| put(&mut a.num_train_epochs, v as usize, (1.0..=1000.0).contains(&v)),
        range: "A whole number from 1 to 1,000.",
        whole: true,
    },
    NumberSetting {
        name: "per_device_train_batch_size",
        flag: "batch-size",
        hint: "Sentences at once",
        cli_help: "Sentences computed at once",
        unit: "",
        further: false,
        get: |a| a.per_device_train_batch_size.to_string(),
        set: |a, v| put(&mut a.per_device_train_batch_size, v as usize, (1.0..=1024.0).contains(&v)),
        range: "A whole number from 1 to 1,024.",
        whole: true,
    },
    NumberSetting {
        name: "per_device_eval_batch_size",
        flag: "eval-batch-size",
        hint: "In evaluation",
        cli_help: "Sentences a batch in evaluation",
        unit: "",
        further: false,
        get: |a| a.per_device_eval_batch_size.to_string(),
        set: |a, v| put(&mut a.per_device_eval_batch_size, v as usize, (1.0..=4096.0).contains(&v)),
        range: "A whole number from 1 to 4,096.",
        whole: true,
    },
    NumberSetting {
        name: "weight_decay",
        flag: "weight-decay",
        hint: "Not on bias, norm",
        cli_help: "Share of itself a weight loses a step, times the rate; not biases and layer normalisation",
        unit: "",
        further: false,
        get: |a| a.weight_decay.to_string(),
        set: |a, v| put(&mut a.weight_decay, v, (0.0..=1.0).contains(&v)),
        range: "Between 0 and 1. The book uses 0.01.",
        whole: false,
    },
    NumberSetting {
        name: "warmup_ratio",
        flag: "warmup-ratio",
        hint: "Share of all steps",
        cli_help: "Share of the steps in which the learning rate rises",
        unit: "",
        further: false,
        get: |a| a.warmup_ratio.to_string(),
        set: |a, v| put(&mut a.warmup_ratio, v, (0.0..=1.0).contains(&v)),
        range: "Between 0 and 1. The book uses 0.",
        whole: false,
    },
    NumberSetting {
        name: "max_length",
        flag: "max-length",
        hint: "Longer is counted",
        cli_help: "Pieces a sentence may have in training",
        unit: "pieces",
        further: false,
        get: |a| a.max_length.to_string(),
        set: |a, v| put(&mut a.max_length, v as usize, (8.0..=4096.0).contains(&v)),
        range: "A whole number from 8 to 4,096.",
        whole: true,
    },
    NumberSetting {
        name: "seed",
        flag: "seed",
        hint: "Same seed, same run",
        cli_help: "Where all random draws come from",
        unit: "",
        further: false,
        get: |a| a.seed.to_string(),
        set: |a, v| put(&mut a.seed, v as u64, (0.0..=9e15).contains(&v)),
        range: "A whole number from 0.",
        whole: true,
    },
    NumberSetting {
        name: "max_grad_norm",
        flag: "max-grad-norm",
        hint: "Clip by norm",
        cli_help: "Larger gradients are scaled down to this norm",
        unit: "",
        further: true,
        get: |a| a.max_grad_norm.to_string(),
        set: |a, v| put(&mut a.max_grad_norm, v, v > 0.0 && v <= 1e9),
        range: "Above 0. The book uses 1.",
        whole: false,
    },
    NumberSetting {
        name: "gradient_accumulation_steps",
        flag: "gradient-accumulation-steps",
        hint: "Batches a step",
        cli_help: "Batches computed one after another for one step; the loss is the mean over all their pieces",
        unit: "",
        further: true,
        get: |a| a.gradient_accumulation_steps.to_string(),
        set: |a, v| put(&mut a.gradient_accumulation_steps, v as usize, (1.0..=1024.0).contains(&v)),
        range: "A whole number from 1 to 1,024.",
        whole: true,
    },
    NumberSetting {
        name: "label_smoothing_factor",
        flag: "label-smoothing-factor",
        hint: "Spread over all tags",
        cli_help: "Share of each target that is spread evenly over all tags",
        unit: "",
        further: true,
        get: |a| a.label_smoothing_factor.to_string(),
        set: |a, v| put(&mut a.label_smoothing_factor, v, (0.0..=0.9).contains(&v)),
        range: "Between 0 and 0.9.",
        whole: false,
    },
    NumberSetting {
        name: "layer_lr_decay",
        flag: "layer-lr-decay",
        hint: "Rate, layer by layer",
        cli_help: "What the learning rate is multiplied by from each layer to the one below; 1 is the same everywhere",
        unit: "",
        further: true,
        get: |a| a.layer_lr_decay.to_string(),
        set: |a, v| put(&mut a.layer_lr_decay, v, v > 0.0 && v <= 1.0),
        range: "Above 0, at most 1. 1 is the same rate everywhere.",
        whole: false,
    },
    NumberSetting {
        name: "freeze_layers",
        flag: "freeze-layers",
        hint: "First layers that stay",
        cli_help: "First layers that do not learn, and the embeddings below them; 0 for none",
        unit: "",
        further: true,
        get: |a| a.freeze_layers.to_string(),
        set: |a, v| put(&mut a.freeze_layers, v as usize, (0.0..=96.0).contains(&v)),
        range: "A whole number from 0 to 96.",
        whole: true,
    },
    NumberSetting {
        name: "lora_rank",
        flag: "lora-rank",
        hint: "LoRA; 0 is off",
        cli_help: "Rank of the small matrices that learn in place of the layers' own (LoRA); 0 for none",
        unit: "",
        further: true,
        get: |a| a.lora_rank.to_string(),
        set: |a, v| put(&mut a.lora_rank, v as usize, (0.0..=256.0).contains(&v)),
        range: "A whole number from 0 to 256; 8 is usual.",
        whole: true,
    },
    NumberSetting {
        name: "lora_alpha",
        flag: "lora-alpha",
        hint: "Its weight, over rank",
        cli_help: "What LoRA's matrices are multiplied by, over their rank",
        unit: "",
        further: true,
        get: |a| a.lora_alpha.to_string(),
        set: |a, v| put(&mut a.lora_alpha, v, v > 0.0 && v <= 1024.0),
        range: "Above 0, at most 1,024; 16 is usual.",
        whole: false,
    },
    NumberSetting {
        name: "early_stopping_patience",
        flag: "patience",
        hint: "Epochs; 0 is never",
        cli_help: "Epochs without a better dev F1 after which the run ends; 0 for never",
        unit: "",
        further: true,
        get: |a| a.early_stopping_patience.to_string(),
        set: |a, v| put(&mut a.early_stopping_patience, v as usize, (0.0..=1000.0).contains(&v)),
        range: "A whole number from 0 to 1,000.",
        whole: true,
    },
    NumberSetting {
        name: "early_stopping_threshold",
        flag: "early-stopping-threshold",
        hint: "F1 that counts as better",
        cli_help: "By how much dev F1 (0 to 1) must rise to count as better for --patience",
        unit: "",
        further: true,
        get: |a| a.early_stopping_threshold.to_string(),
        set: |a, v| put(&mut a.early_stopping_threshold, v, (0.0..=1.0).contains(&v)),
        range: "Between 0 and 1: 0.01 is one point of F1.",
        whole: false,
    },
    NumberSetting {
        name: "logging_steps",
        flag: "logging-steps",
        hint: "Steps a point",
        cli_help: "Steps that are told together, with their mean loss",
        unit: "",
        further: true,
        get: |a| a.logging_steps.to_string(),
        set: |a, v| put(&mut a.logging_steps, v as usize, (1.0..=100_000.0).contains(&v)),
        range: "A whole number from 1 to 100,000.",
        whole: true,
    },
    NumberSetting {
        name: "save_steps",
        flag: "save-steps",
        hint: "Between checkpoints",
        cli_help: "Steps from one checkpoint to the next, with --save-strategy steps",
        unit: "",
        further: true,
        get: |a| a.save_steps.to_string(),
        set: |a, v| put(&mut a.save_steps, v as usize, (1.0..=1e9).contains(&v)),
        range: "A whole number from 1.",
        whole: true,
    },
    NumberSetting {
        name: "save_total_limit",
        flag: "save-total-limit",
        hint: "Kept at the end",
        cli_help: "Checkpoints that stay when the run has ended; 0 keeps one only while it goes on",
        unit: "",
        further: true,
        get: |a| a.save_total_limit.to_string(),
        set: |a, v| put(&mut a.save_total_limit, v as usize, (0.0..=1000.0).contains(&v)),
        range: "A whole number from 0 to 1,000.",
        whole: true,
    },
];

/// All settings with a fixed set of values, in the order of the form.
pub const ENUM_SETTINGS: &[EnumSetting] = &[
    EnumSetting {
        name: "lr_scheduler_type",
        flag: "lr-scheduler-type",
        help: "After the warm-up",
        about: "How the learning rate goes after the warm-up",
        options: &["linear", "cosine", "constant"],
        get: |a| place(&SchedulerType::ALL, a.lr_scheduler_type),
        set: |a, i| a.lr_scheduler_type = SchedulerType::ALL[i].1,
    },
    EnumSetting {
        name: "class_weights",
        flag: "class-weights",
        help: "Rare tags weigh more",
        about: "Weight of a tag's pieces: all alike, or by how rare the tag is (pieces / (tags x pieces of this tag))",
        options: &["none", "balanced"],
        get: |a| usize::from(a.balanced_class_weights),
        set: |a, i| a.balanced_class_weights = i == 1,
    },
    EnumSetting {
        name: "freeze_embeddings",
        flag: "freeze-embeddings",
        help: "Embeddings stay",
        about: "Whether the embeddings do not learn",
        options: &["false", "true"],
        get: |a| usize::from(a.freeze_embeddings),
        set: |a, i| a.freeze_embeddings = i == 1,
    },
    EnumSetting {
        name: "precision",
        flag: "precision",
        help: "Of matrix products",
        about: "Numbers of the matrix products: auto is fp32 on the processor, bf16 on an NVIDIA GPU (fp16 before Ampere)",
        options: &["auto", "fp32", "tf32", "bf16", "fp16"],
        get: |a| a.precision.map_or(0, |p| place(&ComputeDtype::ALL, p) + 1),
        set: |a, i| a.precision = i.checked_sub(1).map(|i| ComputeDtype::ALL[i].1),
    },
    EnumSetting {
        name: "save_strategy",
        flag: "save-strategy",
        help: "When a run is saved",
        about: "When a checkpoint is written, from which --resume goes on",
        options: &["no", "epoch", "steps", "best"],
        get: |a| place(&SaveStrategy::ALL, a.save_strategy),
        set: |a, i| a.save_strategy = SaveStrategy::ALL[i].1,
    },
    EnumSetting {
        name: "report_to",
        flag: "report-to",
        help: "A file to plot",
        about: "Also write metrics.jsonl, or TensorBoard's event files, into the run's folder",
        options: &["none", "jsonl", "tensorboard"],
        get: |a| place(&ReportTo::ALL, a.report_to),
        set: |a, i| a.report_to = ReportTo::ALL[i].1,
    },
];

/// Returns the index of a value in a table of names and values, or 0 if it is missing.
fn place<T: PartialEq>(all: &[(&str, T)], value: T) -> usize {
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
    /// Returns a message with the correct spelling if a comma is used differently, for example as a decimal separator.
    fn plain(self, text: &str) -> Result<Cow<'_, str>, String> {
        if !text.contains(',') {
            return Ok(Cow::Borrowed(text));
        }
        if self.whole && has_commas_between_thousands(text) {
            return Ok(Cow::Owned(text.replace(',', "")));
        }
        let pointed = text.replacen(',', ".", 1);
        Err(if self.whole {
            format!("A comma is only read between thousands, as in 12,000. {}", self.range)
        } else if pointed.parse::<f64>().is_ok() {
            format!("The decimal sign is a point, not a comma: {pointed}. {}", self.range)
        } else {
            format!("The decimal sign is a point, and there are no commas. {}", self.range)
        })
    }

    /// Parses and sets the value. The arguments are unchanged if the value is invalid.
    ///
    /// # Errors
    /// Returns the allowed range in one line.
    pub fn set(self, arguments: &mut TrainingArguments, text: &str) -> Result<(), String> {
        let value: f64 = self.plain(text.trim())?.parse().map_err(|_| self.range.to_owned())?;
        if (self.whole && value.fract() != 0.0) || !(self.set)(arguments, value) {
            return Err(self.range.to_owned());
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

fn put<T>(target: &mut T, value: T, allowed: bool) -> bool {
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
pub fn described(arguments: &TrainingArguments) -> BTreeMap<String, String> {
    let numbers = NUMBER_SETTINGS.iter().map(|f| (f.name, f.get(arguments)));
    let words = ENUM_SETTINGS.iter().map(|c| (c.name, c.word(arguments).to_owned()));
    let others = [
        ("label_all_pieces", arguments.label_all_pieces.to_string()),
        ("new_head", arguments.new_head.to_string()),
        ("parts", arguments.n_shards.to_string()),
    ];
    numbers.chain(words).chain(others).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Parses settings written by [`described`].
///
/// # Errors
/// Returns an error if a setting is unknown, missing or invalid, since the run could not be reproduced.
pub fn from_described(described: &BTreeMap<String, String>) -> Result<TrainingArguments, String> {
    let mut arguments = TrainingArguments::default();
    for (name, value) in described {
        let choice = ENUM_SETTINGS.iter().find(|c| c.name == name);
        let fits = match (NumberSetting::by_name(name), choice, name.as_str()) {
            (Some(field), _, _) => field.set(&mut arguments, value).is_ok(),
            (_, Some(choice), _) => choice.choose(&mut arguments, value),
            (_, _, "label_all_pieces") => value.parse().map(|v| arguments.label_all_pieces = v).is_ok(),
            (_, _, "new_head") => value.parse().map(|v| arguments.new_head = v).is_ok(),
            (_, _, "parts") => {
                value.parse().is_ok_and(|v| put(&mut arguments.n_shards, v, (1..=MOST_PARTS).contains(&v)))
            }
            _ => false,
        };
        if !fits {
            return Err(format!("the setting {name} = {value} is not known here"));
        }
    }
    match self::described(&arguments).keys().find(|name| !described.contains_key(*name)) {
        Some(missing) => Err(format!("the setting {missing} is missing")),
        None => Ok(arguments),
    }
}

/// Maximum number of shards, above the number of cores of any CPU.
const MOST_PARTS: usize = 1024;

/// Returns the settings that differ from the default recipe, in one line, or an empty string.
pub fn unusual(arguments: &TrainingArguments) -> String {
    let book = described(&TrainingArguments::default());
    let all = described(arguments).into_iter();
    let other = all.filter(|(name, value)| name != "parts" && book.get(name) != Some(value));
    other.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_described_comes_back() {
        let mut arguments =
            TrainingArguments { n_shards: 7, new_head: true, label_all_pieces: false, ..TrainingArguments::default() };
        for (i, field) in NUMBER_SETTINGS.iter().enumerate() {
            let value = if field.whole { (i + 8).to_string() } else { format!("0.{}", i + 1) };
            field.set(&mut arguments, &value).unwrap_or_else(|range| panic!("{}: {value}: {range}", field.name));
        }
        for choice in ENUM_SETTINGS {
            (choice.set)(&mut arguments, choice.options.len() - 1);
        }
        assert_eq!(from_described(&described(&arguments)), Ok(arguments.clone()));
        let check = |name: &str, value: &str| {
            let mut broken = described(&arguments);
            broken.insert(name.to_owned(), value.to_owned());
            assert!(from_described(&broken).is_err_and(|why| why.contains(name)), "{name} = {value}");
        };
        check("parts", "1000000000000");
        check("learning_rate", "fast");
        check("lr_scheduler_type", "cosine_with_restarts");
        check("unheard_of", "1");
        let mut lacking = described(&arguments);
        lacking.remove("seed");
        assert!(from_described(&lacking).is_err_and(|why| why.contains("seed")));
    }

    #[test]
    fn a_comma_parts_thousands_and_nothing_else() {
        let check = |name: &str, text: &str, expected: Result<&str, &str>| {
            let field = NumberSetting::by_name(name).expect("a field");
            let mut arguments = TrainingArguments::default();
            let set = field.set(&mut arguments, text);
            match (expected, set) {
                (Ok(value), Ok(())) => assert_eq!(field.get(&arguments), value, "{name} = {text}"),
                (Err(said), Err(why)) => assert!(why.contains(said), "{name} = {text}: {why}"),
                (_, other) => panic!("{name} = {text}: {other:?}"),
            }
        };
        check("save_steps", "12,000", Ok("12000"));
        check("save_steps", " 1,000,000 ", Ok("1000000"));
        check("save_steps", "12000", Ok("12000"));
        for wrong in ["12,00", "1,0000", "12,", ",000", "1,000.5", "1,00,000", "1,,000", "1,000,", "-1,000", "1,0e3"] {
            check("save_steps", wrong, Err("A whole number from 1"));
        }
        check("num_train_epochs", "1,5", Err("between thousands"));
        check("learning_rate", "0,1", Err("point, not a comma: 0.1."));
        check("learning_rate", "2,5e-5", Err("point, not a comma: 2.5e-5."));
        check("max_grad_norm", "1,000", Err("point, not a comma"));
        check("learning_rate", "0,0,1", Err("no commas"));
        check("learning_rate", "2.5e-5", Ok("2.5e-5"));
    }

    #[test]
    fn a_setting_that_does_not_fit_changes_nothing() {
        let mut arguments = TrainingArguments::default();
        for field in NUMBER_SETTINGS {
            for text in ["", "x", "-1", "NaN", "inf", "1e300"] {
                assert!(field.set(&mut arguments, text).is_err(), "{} takes {text:?}", field.name);
            }
        }
        assert_eq!(arguments, TrainingArguments::default());
    }
}
