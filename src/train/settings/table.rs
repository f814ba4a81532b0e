//! The rows of the table of settings.

use super::{ChoiceKind, Group, NumberKind, Setting, SettingKind, SwitchKind};
use crate::eval::token_metrics::{F1, TOKEN_METRICS, token_metric};
use crate::model::ComputeDtype;
use crate::train::arguments::{ReportTo, SaveStrategy};
use crate::train::schedule::SchedulerType;

/// Id of the peak learning rate.
pub const LEARNING_RATE: &str = "learning_rate";
/// Id of the maximum gradient norm.
pub const MAX_GRAD_NORM: &str = "max_grad_norm";
/// Id of the maximum sentence length.
pub const MAX_LENGTH: &str = "max_length";
/// Id of the switch for tags on all subwords of a word.
pub const LABEL_ALL_SUBWORDS: &str = "label_all_pieces";
/// Id of the switch for a new classification head.
pub const NEW_HEAD: &str = "new_head";

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

/// All settings. Within each group, they have the order of the form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        id: LEARNING_RATE,
        label: "Learning rate",
        flag: "learning-rate",
        hint: "Peak value after warmup",
        cli_help: "Peak learning rate",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number above 0 and up to 1. Default: 2e-5.",
            is_integer: false,
            get: |a| scientific(a.learning_rate),
            set: |a, v| set_if(&mut a.learning_rate, v, v > 0.0 && v <= 1.0),
        }),
    },
    Setting {
        id: "num_train_epochs",
        label: "Epochs",
        flag: "epochs",
        hint: "Passes over the training data",
        cli_help: "Number of passes over the training data",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a whole number from 1 to 1,000",
            is_integer: true,
            get: |a| a.num_train_epochs.to_string(),
            set: |a, v| set_if(&mut a.num_train_epochs, v as usize, (1.0..=1000.0).contains(&v)),
        }),
    },
    Setting {
        id: "per_device_train_batch_size",
        label: "Batch size",
        flag: "batch-size",
        hint: "Sentences per batch",
        cli_help: "Training batch size in sentences",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "sentences",
            range: "Enter a whole number from 1 to 1,024",
            is_integer: true,
            get: |a| a.per_device_train_batch_size.to_string(),
            set: |a, v| set_if(&mut a.per_device_train_batch_size, v as usize, (1.0..=1024.0).contains(&v)),
        }),
    },
    Setting {
        id: "per_device_eval_batch_size",
        label: "Evaluation batch size",
        flag: "eval-batch-size",
        hint: "Sentences per batch",
        cli_help: "Evaluation batch size in sentences",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "sentences",
            range: "Enter a whole number from 1 to 4,096",
            is_integer: true,
            get: |a| a.per_device_eval_batch_size.to_string(),
            set: |a, v| set_if(&mut a.per_device_eval_batch_size, v as usize, (1.0..=4096.0).contains(&v)),
        }),
    },
    Setting {
        id: "weight_decay",
        label: "Weight decay",
        flag: "weight-decay",
        hint: "Excludes bias and LayerNorm",
        cli_help: "AdamW weight decay. Biases and LayerNorm weights are excluded",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number from 0 to 1. Default: 0.01.",
            is_integer: false,
            get: |a| a.weight_decay.to_string(),
            set: |a, v| set_if(&mut a.weight_decay, v, (0.0..=1.0).contains(&v)),
        }),
    },
    Setting {
        id: "warmup_ratio",
        label: "Warmup ratio",
        flag: "warmup-ratio",
        hint: "Fraction of all steps",
        cli_help: "Fraction of steps for linear warmup",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number from 0 to 1. Default: 0.",
            is_integer: false,
            get: |a| a.warmup_ratio.to_string(),
            set: |a, v| set_if(&mut a.warmup_ratio, v, (0.0..=1.0).contains(&v)),
        }),
    },
    Setting {
        id: MAX_LENGTH,
        label: "Max sentence length",
        flag: "max-length",
        hint: "Longer sentences are truncated",
        cli_help: "Maximum sentence length in subwords; longer sentences are truncated",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "subwords",
            range: "Enter a whole number from 8 to 4,096",
            is_integer: true,
            get: |a| a.max_length.to_string(),
            set: |a, v| set_if(&mut a.max_length, v as usize, (8.0..=4096.0).contains(&v)),
        }),
    },
    Setting {
        id: "seed",
        label: "Seed",
        flag: "seed",
        hint: "Makes runs reproducible",
        cli_help: "Random seed",
        group: Group::Basic,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a whole number, 0 or more",
            is_integer: true,
            get: |a| a.seed.to_string(),
            set: |a, v| set_if(&mut a.seed, v as u64, (0.0..=9e15).contains(&v)),
        }),
    },
    Setting {
        id: MAX_GRAD_NORM,
        label: "Gradient clipping",
        flag: "max-grad-norm",
        hint: "Maximum norm",
        cli_help: "Gradient clipping norm",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number above 0. Default: 1.",
            is_integer: false,
            get: |a| a.max_grad_norm.to_string(),
            set: |a, v| set_if(&mut a.max_grad_norm, v, v > 0.0 && v <= 1e9),
        }),
    },
    Setting {
        id: "gradient_accumulation_steps",
        label: "Gradient accumulation",
        flag: "gradient-accumulation-steps",
        hint: "Batches per step",
        cli_help: "Number of batches per optimizer step; the loss is the mean over all their subwords",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "batches",
            range: "Enter a whole number from 1 to 1,024",
            is_integer: true,
            get: |a| a.gradient_accumulation_steps.to_string(),
            set: |a, v| set_if(&mut a.gradient_accumulation_steps, v as usize, (1.0..=1024.0).contains(&v)),
        }),
    },
    Setting {
        id: "label_smoothing_factor",
        label: "Label smoothing",
        flag: "label-smoothing-factor",
        hint: "0 disables it",
        cli_help: "Label smoothing factor",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number from 0 to 0.9",
            is_integer: false,
            get: |a| a.label_smoothing_factor.to_string(),
            set: |a, v| set_if(&mut a.label_smoothing_factor, v, (0.0..=0.9).contains(&v)),
        }),
    },
    Setting {
        id: "layer_lr_decay",
        label: "Layer-wise LR decay",
        flag: "layer-lr-decay",
        hint: "Factor per layer; 1 disables it",
        cli_help: "Layer-wise learning rate decay; 1 disables it",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number above 0 and up to 1, where 1 disables it",
            is_integer: false,
            get: |a| a.layer_lr_decay.to_string(),
            set: |a, v| set_if(&mut a.layer_lr_decay, v, v > 0.0 && v <= 1.0),
        }),
    },
    Setting {
        id: "freeze_layers",
        label: "Freeze layers",
        flag: "freeze-layers",
        hint: "Embeddings and first N layers",
        cli_help: "Freeze the embeddings and the first N encoder layers; 0 freezes none",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "layers",
            range: "Enter a whole number from 0 to 96",
            is_integer: true,
            get: |a| a.freeze_layers.to_string(),
            set: |a, v| set_if(&mut a.freeze_layers, v as usize, (0.0..=96.0).contains(&v)),
        }),
    },
    Setting {
        id: "lora_rank",
        label: "LoRA rank",
        flag: "lora-rank",
        hint: "0 disables LoRA",
        cli_help: "LoRA rank; 0 disables LoRA",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a whole number from 0 to 256. Typical: 8.",
            is_integer: true,
            get: |a| a.lora_rank.to_string(),
            set: |a, v| set_if(&mut a.lora_rank, v as usize, (0.0..=256.0).contains(&v)),
        }),
    },
    Setting {
        id: "lora_alpha",
        label: "LoRA alpha",
        flag: "lora-alpha",
        hint: "Scale is alpha / rank",
        cli_help: "LoRA scaling alpha; the scale is alpha / rank",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number above 0 and up to 1,024. Typical: 16.",
            is_integer: false,
            get: |a| a.lora_alpha.to_string(),
            set: |a, v| set_if(&mut a.lora_alpha, v, v > 0.0 && v <= 1024.0),
        }),
    },
    Setting {
        id: "early_stopping_patience",
        label: "Early stopping patience",
        flag: "patience",
        hint: "0 disables early stopping",
        cli_help: "Stop after this many epochs without improvement on dev; 0 disables early stopping",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "epochs",
            range: "Enter a whole number from 0 to 1,000",
            is_integer: true,
            get: |a| a.early_stopping_patience.to_string(),
            set: |a, v| set_if(&mut a.early_stopping_patience, v as usize, (0.0..=1000.0).contains(&v)),
        }),
    },
    Setting {
        id: "early_stopping_threshold",
        label: "Early stopping threshold",
        flag: "early-stopping-threshold",
        hint: "Minimum improvement",
        cli_help: "Minimum improvement (0 to 1) for early stopping, in the unit of the metric",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a number from 0 to 1. For shares such as F1, 0.01 is one point.",
            is_integer: false,
            get: |a| a.early_stopping_threshold.to_string(),
            set: |a, v| set_if(&mut a.early_stopping_threshold, v, (0.0..=1.0).contains(&v)),
        }),
    },
    Setting {
        id: "logging_steps",
        label: "Log every",
        flag: "logging-steps",
        hint: "Steps per chart point",
        cli_help: "Log every N steps (mean loss)",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "steps",
            range: "Enter a whole number from 1 to 100,000",
            is_integer: true,
            get: |a| a.logging_steps.to_string(),
            set: |a, v| set_if(&mut a.logging_steps, v as usize, (1.0..=100_000.0).contains(&v)),
        }),
    },
    Setting {
        id: "save_steps",
        label: "Save every",
        flag: "save-steps",
        hint: "If checkpoints are saved every N steps",
        cli_help: "Save a checkpoint every N steps (with --save-strategy steps)",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "steps",
            range: "Enter a whole number, 1 or more",
            is_integer: true,
            get: |a| a.save_steps.to_string(),
            set: |a, v| set_if(&mut a.save_steps, v as usize, (1.0..=1e9).contains(&v)),
        }),
    },
    Setting {
        id: "save_total_limit",
        label: "Keep checkpoints",
        flag: "save-total-limit",
        hint: "After the run; 0 keeps none",
        cli_help: "Number of checkpoints to keep after the run; 0 keeps none",
        group: Group::Advanced,
        kind: SettingKind::Number(NumberKind {
            suffix: "",
            range: "Enter a whole number from 0 to 1,000",
            is_integer: true,
            get: |a| a.save_total_limit.to_string(),
            set: |a, v| set_if(&mut a.save_total_limit, v as usize, (0.0..=1000.0).contains(&v)),
        }),
    },
    Setting {
        id: "lr_scheduler_type",
        label: "LR scheduler",
        flag: "lr-scheduler-type",
        hint: "After warmup",
        cli_help: "Learning rate schedule after warmup",
        group: Group::Advanced,
        kind: SettingKind::Choice(ChoiceKind {
            options: &["linear", "cosine", "constant"],
            option_labels: &["Linear", "Cosine", "Constant"],
            get: |a| index_of(&SchedulerType::ALL, a.lr_scheduler_type),
            set: |a, i| a.lr_scheduler_type = SchedulerType::ALL[i].1,
        }),
    },
    Setting {
        id: "class_weights",
        label: "Class weights",
        flag: "class-weights",
        hint: "Balanced: inverse frequency",
        cli_help: "Class weights of the loss. balanced: inverse frequency, subwords / (tags x subwords of the tag)",
        group: Group::Advanced,
        kind: SettingKind::Choice(ChoiceKind {
            options: &["none", "balanced"],
            option_labels: &["None", "Balanced"],
            get: |a| usize::from(a.balanced_class_weights),
            set: |a, i| a.balanced_class_weights = i == 1,
        }),
    },
    Setting {
        id: "freeze_embeddings",
        label: "Freeze embeddings",
        flag: "freeze-embeddings",
        hint: "Embeddings are not trained",
        cli_help: "Freeze the embeddings",
        group: Group::Advanced,
        kind: SettingKind::Switch(SwitchKind { get: |a| a.freeze_embeddings, set: |a, on| a.freeze_embeddings = on }),
    },
    Setting {
        id: "precision",
        label: "Compute precision",
        flag: "precision",
        hint: "For matrix products",
        cli_help: "Compute precision of matrix products. auto: fp32 on CPU, bf16 on NVIDIA GPUs (fp16 before Ampere)",
        group: Group::Advanced,
        kind: SettingKind::Choice(ChoiceKind {
            options: &["auto", "fp32", "tf32", "bf16", "fp16"],
            option_labels: &["Auto", "fp32", "tf32", "bf16", "fp16"],
            get: |a| a.precision.map_or(0, |p| index_of(&ComputeDtype::ALL, p) + 1),
            set: |a, i| a.precision = i.checked_sub(1).map(|i| ComputeDtype::ALL[i].1),
        }),
    },
    Setting {
        id: "metric_for_best_model",
        label: "Metric for best model",
        flag: "metric-for-best-model",
        hint: "Selects the best epoch on dev",
        cli_help: "Metric on dev that selects the best epoch and decides about early stopping",
        group: Group::Advanced,
        kind: SettingKind::Choice(ChoiceKind {
            options: &METRIC_IDS,
            option_labels: &METRIC_TITLES,
            get: |a| METRIC_IDS.iter().position(|id| *id == a.metric_for_best_model.id).unwrap_or(0),
            set: |a, i| a.metric_for_best_model = token_metric(METRIC_IDS[i]).unwrap_or(&F1),
        }),
    },
    Setting {
        id: "save_strategy",
        label: "Save checkpoints",
        flag: "save-strategy",
        hint: "For resuming an interrupted run",
        cli_help: "When to save checkpoints for --resume",
        group: Group::Advanced,
        kind: SettingKind::Choice(ChoiceKind {
            options: &["no", "epoch", "steps", "best"],
            option_labels: &["Never", "Each epoch", "Every N steps", "Best only"],
            get: |a| index_of(&SaveStrategy::ALL, a.save_strategy),
            set: |a, i| a.save_strategy = SaveStrategy::ALL[i].1,
        }),
    },
    Setting {
        id: "report_to",
        label: "Metrics file",
        flag: "report-to",
        hint: "For plotting in other programs",
        cli_help: "Write metrics as JSON lines (metrics.jsonl) or TensorBoard events to --out",
        group: Group::Advanced,
        kind: SettingKind::Choice(ChoiceKind {
            options: &["none", "jsonl", "tensorboard"],
            option_labels: &["None", "JSON lines", "TensorBoard"],
            get: |a| index_of(&ReportTo::ALL, a.report_to),
            set: |a, i| a.report_to = ReportTo::ALL[i].1,
        }),
    },
    Setting {
        id: LABEL_ALL_SUBWORDS,
        label: "Label all subwords",
        flag: "label-all-pieces",
        hint: "",
        cli_help: "Tag every subword of a word; if false, only the first one counts in the loss",
        group: Group::Separate,
        kind: SettingKind::Switch(SwitchKind { get: |a| a.label_all_subwords, set: |a, on| a.label_all_subwords = on }),
    },
    Setting {
        id: NEW_HEAD,
        label: "New classification head",
        flag: "new-head",
        hint: "",
        cli_help: "Initialize a new classification head, even if the head of the base model could be kept",
        group: Group::Separate,
        kind: SettingKind::Switch(SwitchKind { get: |a| a.new_head, set: |a, on| a.new_head = on }),
    },
];

/// Returns the index of a value in a table of names and values, or 0 if it is missing.
fn index_of<T: PartialEq>(all: &[(&str, T)], value: T) -> usize {
    all.iter().position(|(_, v)| *v == value).unwrap_or(0)
}

/// Sets a value and returns true, if it is allowed.
pub(super) fn set_if<T>(target: &mut T, value: T, allowed: bool) -> bool {
    if allowed {
        *target = value;
    }
    allowed
}

/// Formats 0.00002 as `2e-5`. Numbers from 0.001 on are not changed.
fn scientific(value: f64) -> String {
    if value < 1e-3 { format!("{value:e}") } else { value.to_string() }
}
