//! Settings of a run. [`super::settings`] defines their names, ranges and help texts.

use super::schedule::SchedulerType;
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::F1;
use crate::model::bert::{Frozen, Lora};
use crate::model::{ComputeDtype, DeviceChoice, device};
use crate::predict::tagger::DEFAULT_BATCH_SIZE;

/// Settings of a run. The defaults are the default recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingArguments {
    /// Peak learning rate, above 0 and at most 1.
    pub learning_rate: f64,
    /// Number of passes over the training sentences, 1 to 1,000.
    pub num_train_epochs: usize,
    /// Number of sentences that are computed at once, 1 to 1,024.
    pub per_device_train_batch_size: usize,
    /// Number of sentences per batch in evaluation, 1 to 4,096.
    pub per_device_eval_batch_size: usize,
    /// Weight decay of AdamW, 0 to 1: each step subtracts learning rate × weight decay × weight.
    pub weight_decay: f64,
    /// Share of the steps in which the learning rate rises from 0, 0 to 1.
    pub warmup_ratio: f64,
    /// Shape of the learning rate after the warm-up.
    pub lr_scheduler_type: SchedulerType,
    /// Maximum gradient norm, above 0. Larger gradients are scaled down to it.
    pub max_grad_norm: f64,
    /// Number of batches per step, 1 to 1,024. Gradients are added; the loss is the mean over all subwords.
    pub gradient_accumulation_steps: usize,
    /// Maximum number of subwords of a sentence in training, 8 to 4,096.
    pub max_length: usize,
    /// Share of each target that is distributed evenly over all tags, 0 to 0.9.
    pub label_smoothing_factor: f64,
    /// True if the subwords of rare tags have a higher weight in the loss.
    pub balanced_class_weights: bool,
    /// Factor of the learning rate from each layer to the layer below, above 0 and at most 1.
    pub layer_lr_decay: f64,
    /// Number of first layers that are frozen, together with the embeddings below them.
    pub freeze_layers: usize,
    /// True if the embeddings are frozen.
    pub freeze_embeddings: bool,
    /// Rank of the LoRA adapters, 0 to 256. 0 disables LoRA.
    pub lora_rank: usize,
    /// LoRA alpha, above 0. The adapters are scaled by alpha divided by the rank.
    pub lora_alpha: f64,
    /// Metric on dev that selects the best epoch and decides about early stopping.
    pub metric_for_best_model: &'static MetricDefinition,
    /// Number of epochs without improvement of the metric after which the run ends. 0 disables early stopping.
    pub early_stopping_patience: usize,
    /// Minimum improvement of the metric for early stopping, 0 to 1, in its unit.
    pub early_stopping_threshold: f64,
    /// Number of steps that are reported as one event, with their mean loss.
    pub logging_steps: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// True if the later subwords of a token have its I- tag, as in the default recipe. False if the loss ignores them.
    pub label_all_subwords: bool,
    /// True to initialize a new classification head even if the head of the base could be reused.
    pub new_head: bool,
    /// Compute device.
    pub device: DeviceChoice,
    /// Compute precision. `None` selects the one that suits the device.
    pub precision: Option<ComputeDtype>,
    /// Strategy for writing checkpoints.
    pub save_strategy: SaveStrategy,
    /// Number of steps between checkpoints, for [`SaveStrategy::Steps`].
    pub save_steps: usize,
    /// Maximum number of checkpoints that remain after the run. With 0, one is kept during the run and none after it.
    pub save_total_limit: usize,
    /// File with metrics for other programs.
    pub report_to: ReportTo,
    /// Number of shards of a batch on the CPU, one per thread.
    ///
    /// The rounding of sums depends on this number. The result of a run is therefore bit-identical for the same number
    /// of shards, independent of the number of CPU cores.
    pub n_shards: usize,
}

/// Strategy for writing checkpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveStrategy {
    /// Only when the user pauses the run, when the window is closed, and on a signal.
    No,
    /// After every epoch.
    #[default]
    Epoch,
    /// Every [`TrainingArguments::save_steps`] steps.
    Steps,
    /// After the best epoch on dev so far.
    Best,
}

impl SaveStrategy {
    /// All strategies with the names of the Trainer.
    pub const ALL: [(&str, Self); 4] =
        [("no", Self::No), ("epoch", Self::Epoch), ("steps", Self::Steps), ("best", Self::Best)];
}

/// Metrics file for other programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportTo {
    /// No file.
    #[default]
    None,
    /// `metrics.jsonl`: one line per step event and evaluation.
    Jsonl,
    /// TensorBoard event files in the directory `runs`.
    Tensorboard,
}

impl ReportTo {
    /// All formats with their names. `none` and `tensorboard` are names of the Trainer.
    pub const ALL: [(&str, Self); 3] =
        [("none", Self::None), ("jsonl", Self::Jsonl), ("tensorboard", Self::Tensorboard)];
}

impl Default for TrainingArguments {
    fn default() -> Self {
        Self {
            learning_rate: 2e-5,
            num_train_epochs: 3,
            per_device_train_batch_size: 16,
            per_device_eval_batch_size: DEFAULT_BATCH_SIZE,
            weight_decay: 0.01,
            warmup_ratio: 0.0,
            lr_scheduler_type: SchedulerType::Linear,
            max_grad_norm: 1.0,
            gradient_accumulation_steps: 1,
            max_length: 128,
            label_smoothing_factor: 0.0,
            balanced_class_weights: false,
            layer_lr_decay: 1.0,
            freeze_layers: 0,
            freeze_embeddings: false,
            lora_rank: 0,
            lora_alpha: 16.0,
            metric_for_best_model: &F1,
            early_stopping_patience: 0,
            early_stopping_threshold: 0.0,
            logging_steps: 1,
            seed: 42,
            label_all_subwords: true,
            new_head: false,
            device: DeviceChoice::Auto,
            precision: None,
            save_strategy: SaveStrategy::Epoch,
            save_steps: 500,
            save_total_limit: 0,
            report_to: ReportTo::None,
            n_shards: device::n_threads(),
        }
    }
}

impl TrainingArguments {
    /// Returns the number of sentences per step.
    pub fn effective_batch_size(&self) -> usize {
        self.per_device_train_batch_size * self.gradient_accumulation_steps
    }

    /// Returns the frozen parameters.
    pub fn frozen(&self) -> Frozen {
        Frozen { embeddings: self.freeze_embeddings, layers: self.freeze_layers }
    }

    /// Returns the LoRA settings, or `None` if LoRA is disabled.
    pub fn lora(&self) -> Option<Lora> {
        (self.lora_rank > 0).then_some(Lora { rank: self.lora_rank, alpha: self.lora_alpha })
    }

    /// Returns a short summary that distinguishes the run from others, for example "2e-5, 3 epochs".
    pub fn summary(&self) -> String {
        let epochs = self.num_train_epochs;
        format!("{:e}, {epochs} {}", self.learning_rate, if epochs == 1 { "epoch" } else { "epochs" })
    }
}

/// Returns the number of steps of a run over this number of sentences.
pub fn steps(sentences: usize, arguments: &TrainingArguments) -> usize {
    sentences.div_ceil(arguments.effective_batch_size()) * arguments.num_train_epochs
}

/// Minimum number of steps for learning a new label at the learning rate of the default recipe.
pub const MIN_RECOMMENDED_STEPS: usize = 300;

/// Returns settings for a small dataset: a higher learning rate, and 3 to 12 epochs for about [`MIN_RECOMMENDED_STEPS`]
/// steps.
pub fn small_data_preset(sentences: usize, arguments: &TrainingArguments) -> TrainingArguments {
    let an_epoch = sentences.div_ceil(arguments.effective_batch_size()).max(1);
    TrainingArguments {
        learning_rate: 2e-4,
        num_train_epochs: MIN_RECOMMENDED_STEPS.div_ceil(an_epoch).clamp(3, 12),
        warmup_ratio: 0.1,
        ..arguments.clone()
    }
}
