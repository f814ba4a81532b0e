//! What a person chooses for a run: the Trainer's arguments by the Trainer's names. One table serves the form in the
//! window, the command line and the checks.

use crate::model::{DeviceChoice, device};
use crate::predict::tagger::BATCH_SIZE;

use std::collections::BTreeMap;

/// Settings of a run. The defaults are the book's recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments {
    /// Peak learning rate, above 0 and at most 1.
    pub learning_rate: f64,
    /// Passes over the training sentences, 1 to 1,000.
    pub num_train_epochs: usize,
    /// Sentences a step, 1 to 1,024.
    pub per_device_train_batch_size: usize,
    /// Sentences a batch in evaluation, 1 to 4,096.
    pub per_device_eval_batch_size: usize,
    /// Share of itself a weight loses a step, times the learning rate, 0 to 1.
    pub weight_decay: f64,
    /// Share of the steps in which the learning rate rises from 0, 0 to 1.
    pub warmup_ratio: f64,
    /// Larger gradients are scaled down to this norm; above 0.
    pub max_grad_norm: f64,
    /// Pieces a sentence may have in training, 8 to 4,096.
    pub max_length: usize,
    /// Where all random draws come from.
    pub seed: u64,
    /// Later pieces of a word carry its I- tag (the book), or are ignored.
    pub label_all_pieces: bool,
    /// A new head even where the base's could be kept.
    pub new_head: bool,
    /// Where to compute.
    pub device: DeviceChoice,
    /// When a checkpoint is written.
    pub save_strategy: SaveStrategy,
    /// Steps from one checkpoint to the next, with [`SaveStrategy::Steps`].
    pub save_steps: usize,
    /// Checkpoints that stay when the run has ended; 0 keeps one only while it goes on.
    pub save_total_limit: usize,
    /// Parts a batch is split into on the processor, one a thread. Sums of another number of parts are rounded
    /// otherwise, so a run gives the same bits for the same number, whatever the number of cores.
    pub parts: usize,
}

/// When a checkpoint is written, by the Trainer's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveStrategy {
    /// Only on Pause.
    No,
    /// After every epoch.
    #[default]
    Epoch,
    /// Every so many steps.
    Steps,
    /// After an epoch that is the best so far.
    Best,
}

impl SaveStrategy {
    /// All of them, with their names.
    pub const ALL: [(&str, Self); 4] =
        [("no", Self::No), ("epoch", Self::Epoch), ("steps", Self::Steps), ("best", Self::Best)];

    /// The Trainer's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, s)| *s == self).map_or("", |(name, _)| name)
    }

    /// The strategy of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            learning_rate: 2e-5,
            num_train_epochs: 3,
            per_device_train_batch_size: 16,
            per_device_eval_batch_size: BATCH_SIZE,
            weight_decay: 0.01,
            warmup_ratio: 0.0,
            max_grad_norm: 1.0,
            max_length: 128,
            seed: 42,
            label_all_pieces: true,
            new_head: false,
            device: DeviceChoice::Auto,
            save_strategy: SaveStrategy::Epoch,
            save_steps: 500,
            save_total_limit: 0,
            parts: device::threads(),
        }
    }
}

/// A setting that is a number typed by a person.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The Trainer's name.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// A unit shown at the right of the field.
    pub unit: &'static str,
    get: fn(&Arguments) -> String,
    set: fn(&mut Arguments, f64) -> bool,
    /// What is allowed, in words.
    range: &'static str,
    whole: bool,
}

/// All number settings, in the order of the form.
pub const FIELDS: &[Field] = &[
    Field {
        name: "learning_rate",
        help: "Peak, after warm-up",
        unit: "",
        get: |a| scientific(a.learning_rate),
        set: |a, v| put(&mut a.learning_rate, v, v > 0.0 && v <= 1.0),
        range: "Above 0, at most 1. The book uses 2e-5.",
        whole: false,
    },
    Field {
        name: "num_train_epochs",
        help: "Full passes",
        unit: "",
        get: |a| a.num_train_epochs.to_string(),
        set: |a, v| put(&mut a.num_train_epochs, v as usize, (1.0..=1000.0).contains(&v)),
        range: "A whole number from 1 to 1,000.",
        whole: true,
    },
    Field {
        name: "per_device_train_batch_size",
        help: "Sentences a step",
        unit: "",
        get: |a| a.per_device_train_batch_size.to_string(),
        set: |a, v| put(&mut a.per_device_train_batch_size, v as usize, (1.0..=1024.0).contains(&v)),
        range: "A whole number from 1 to 1,024.",
        whole: true,
    },
    Field {
        name: "per_device_eval_batch_size",
        help: "In evaluation",
        unit: "",
        get: |a| a.per_device_eval_batch_size.to_string(),
        set: |a, v| put(&mut a.per_device_eval_batch_size, v as usize, (1.0..=4096.0).contains(&v)),
        range: "A whole number from 1 to 4,096.",
        whole: true,
    },
    Field {
        name: "weight_decay",
        help: "Not on bias, norm",
        unit: "",
        get: |a| a.weight_decay.to_string(),
        set: |a, v| put(&mut a.weight_decay, v, (0.0..=1.0).contains(&v)),
        range: "Between 0 and 1. The book uses 0.01.",
        whole: false,
    },
    Field {
        name: "warmup_ratio",
        help: "Share of all steps",
        unit: "",
        get: |a| a.warmup_ratio.to_string(),
        set: |a, v| put(&mut a.warmup_ratio, v, (0.0..=1.0).contains(&v)),
        range: "Between 0 and 1. The book uses 0.",
        whole: false,
    },
    Field {
        name: "max_length",
        help: "Longer is counted",
        unit: "pieces",
        get: |a| a.max_length.to_string(),
        set: |a, v| put(&mut a.max_length, v as usize, (8.0..=4096.0).contains(&v)),
        range: "A whole number from 8 to 4,096.",
        whole: true,
    },
    Field {
        name: "max_grad_norm",
        help: "Clip by norm",
        unit: "",
        get: |a| a.max_grad_norm.to_string(),
        set: |a, v| put(&mut a.max_grad_norm, v, v > 0.0 && v.is_finite()),
        range: "Above 0. The book uses 1.",
        whole: false,
    },
    Field {
        name: "seed",
        help: "Same seed, same run",
        unit: "",
        get: |a| a.seed.to_string(),
        set: |a, v| put(&mut a.seed, v as u64, (0.0..=9e15).contains(&v)),
        range: "A whole number from 0.",
        whole: true,
    },
    Field {
        name: "save_steps",
        help: "Between checkpoints",
        unit: "steps",
        get: |a| a.save_steps.to_string(),
        set: |a, v| put(&mut a.save_steps, v as usize, (1.0..=1e9).contains(&v)),
        range: "A whole number from 1.",
        whole: true,
    },
    Field {
        name: "save_total_limit",
        help: "Kept at the end",
        unit: "",
        get: |a| a.save_total_limit.to_string(),
        set: |a, v| put(&mut a.save_total_limit, v as usize, (0.0..=1000.0).contains(&v)),
        range: "A whole number from 0 to 1,000.",
        whole: true,
    },
];

impl Field {
    /// The field of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        FIELDS.iter().copied().find(|f| f.name == name)
    }

    /// The setting as text.
    pub fn get(self, arguments: &Arguments) -> String {
        (self.get)(arguments)
    }

    /// Takes the setting from text; the arguments are unchanged when it does not fit.
    ///
    /// # Errors
    /// What is allowed, in one line.
    pub fn set(self, arguments: &mut Arguments, text: &str) -> Result<(), String> {
        let value: f64 = text.trim().replace(',', "").parse().map_err(|_| self.range.to_owned())?;
        if (self.whole && value.fract() != 0.0) || !(self.set)(arguments, value) {
            return Err(self.range.to_owned());
        }
        Ok(())
    }
}

fn put<T>(target: &mut T, value: T, allowed: bool) -> bool {
    if allowed {
        *target = value;
    }
    allowed
}

/// 0.00002 as `2e-5`; larger numbers as they are.
fn scientific(value: f64) -> String {
    if value < 1e-3 { format!("{value:e}") } else { value.to_string() }
}

impl Arguments {
    /// Every setting that a result depends on, by name: what a checkpoint keeps.
    pub fn described(&self) -> BTreeMap<String, String> {
        let numbers = FIELDS.iter().map(|f| (f.name, f.get(self)));
        let others = [
            ("label_all_pieces", self.label_all_pieces.to_string()),
            ("new_head", self.new_head.to_string()),
            ("save_strategy", self.save_strategy.name().to_owned()),
            ("parts", self.parts.to_string()),
        ];
        numbers.chain(others).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The settings that [`Arguments::described`] gave; what is missing or does not fit has its default.
    pub fn from_described(described: &BTreeMap<String, String>) -> Self {
        let mut arguments = Self::default();
        for (name, value) in described {
            match (Field::by_name(name), name.as_str()) {
                (Some(field), _) => {
                    if let Err(range) = field.set(&mut arguments, value) {
                        log::warn!("{name} is {value}: {range}");
                    }
                }
                (None, "label_all_pieces") => arguments.label_all_pieces = value == "true",
                (None, "new_head") => arguments.new_head = value == "true",
                (None, "save_strategy") => arguments.save_strategy = SaveStrategy::from_name(value).unwrap_or_default(),
                (None, "parts") => arguments.parts = value.parse().unwrap_or(arguments.parts).max(1),
                (None, _) => log::warn!("{name} is no setting"),
            }
        }
        arguments
    }

    /// What distinguishes a run from others, in a few words: "2e-5, 3 epochs".
    pub fn recipe(&self) -> String {
        let epochs = self.num_train_epochs;
        format!("{:e}, {epochs} {}", self.learning_rate, if epochs == 1 { "epoch" } else { "epochs" })
    }
}

/// Steps of a run over this many sentences.
pub fn steps(sentences: usize, arguments: &Arguments) -> usize {
    sentences.div_ceil(arguments.per_device_train_batch_size) * arguments.num_train_epochs
}

/// Fewer steps than this teach a new label little at the book's rate.
pub const FEW_STEPS: usize = 300;

/// A recipe for a small dataset: a higher rate, and epochs until there are about [`FEW_STEPS`] steps (at most 12).
pub fn for_small_data(sentences: usize, arguments: &Arguments) -> Arguments {
    let an_epoch = sentences.div_ceil(arguments.per_device_train_batch_size).max(1);
    Arguments {
        learning_rate: 2e-4,
        num_train_epochs: FEW_STEPS.div_ceil(an_epoch).clamp(3, 12),
        warmup_ratio: 0.1,
        ..arguments.clone()
    }
}
