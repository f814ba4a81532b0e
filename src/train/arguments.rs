//! What a person chooses for a run. [`super::fields`] has the Trainer's names, the ranges and the help.

use super::schedule::SchedulerType;
use crate::model::bert::{Frozen, Lora};
use crate::model::{ComputeDtype, DeviceChoice, device};
use crate::predict::tagger::DEFAULT_BATCH_SIZE;

/// Settings of a run. The defaults are the book's recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingArguments {
    /// Peak learning rate, above 0 and at most 1.
    pub learning_rate: f64,
    /// Passes over the training sentences, 1 to 1,000.
    pub num_train_epochs: usize,
    /// Sentences computed at once, 1 to 1,024.
    pub per_device_train_batch_size: usize,
    /// Sentences a batch in evaluation, 1 to 4,096.
    pub per_device_eval_batch_size: usize,
    /// Share of itself a weight loses a step, times the learning rate, 0 to 1.
    pub weight_decay: f64,
    /// Share of the steps in which the learning rate rises from 0, 0 to 1.
    pub warmup_ratio: f64,
    /// How the learning rate goes after that.
    pub lr_scheduler_type: SchedulerType,
    /// Larger gradients are scaled down to this norm; above 0.
    pub max_grad_norm: f64,
    /// Batches a step: their gradients are added, the loss is the mean over all their pieces. 1 to 1,024.
    pub gradient_accumulation_steps: usize,
    /// Pieces a sentence may have in training, 8 to 4,096.
    pub max_length: usize,
    /// Share of each target that is spread evenly over all tags, 0 to 0.9.
    pub label_smoothing_factor: f64,
    /// Whether the pieces of rare tags weigh more.
    pub balanced_class_weights: bool,
    /// What the learning rate is multiplied by from each layer to the one below, above 0 and at most 1.
    pub layer_lr_decay: f64,
    /// First layers that do not learn, and the embeddings below them.
    pub freeze_layers: usize,
    /// Whether the embeddings do not learn.
    pub freeze_embeddings: bool,
    /// Rank of the small matrices that learn in place of the layers' own (LoRA), 0 to 256; 0 is none.
    pub lora_rank: usize,
    /// Over the rank it is what they are multiplied by; above 0.
    pub lora_alpha: f64,
    /// Epochs without a better dev F1 after which the run ends; 0 for never.
    pub early_stopping_patience: usize,
    /// By how much dev F1 must rise to count as better for the patience, 0 to 1.
    pub early_stopping_threshold: f64,
    /// Steps that are told together, with their mean loss.
    pub logging_steps: usize,
    /// Where all random draws come from.
    pub seed: u64,
    /// Later pieces of a word carry its I- tag (the book), or are ignored.
    pub label_all_pieces: bool,
    /// A new head even where the base's could be kept.
    pub new_head: bool,
    /// Where to compute.
    pub device: DeviceChoice,
    /// With what numbers; `None` for what suits the device.
    pub precision: Option<ComputeDtype>,
    /// When a checkpoint is written.
    pub save_strategy: SaveStrategy,
    /// Steps from one checkpoint to the next, with [`SaveStrategy::Steps`].
    pub save_steps: usize,
    /// Checkpoints that stay when the run has ended; 0 keeps one only while it goes on.
    pub save_total_limit: usize,
    /// A file for other programs to plot.
    pub report_to: ReportTo,
    /// Parts a batch is split into on the processor, one a thread. Sums of another number of parts are rounded
    /// otherwise, so a run gives the same bits for the same number, whatever the number of cores.
    pub n_shards: usize,
}

/// When a checkpoint is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveStrategy {
    /// Only on Pause, and when the window is closed or a signal comes.
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
    /// All of them, with the Trainer's names.
    pub const ALL: [(&str, Self); 4] =
        [("no", Self::No), ("epoch", Self::Epoch), ("steps", Self::Steps), ("best", Self::Best)];
}

/// What a run leaves for other programs to plot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportTo {
    /// Nothing.
    #[default]
    None,
    /// `metrics.jsonl`: every step and score as a line.
    Jsonl,
    /// TensorBoard's event files in `runs`.
    Tensorboard,
}

impl ReportTo {
    /// All of them, with the Trainer's names.
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
            early_stopping_patience: 0,
            early_stopping_threshold: 0.0,
            logging_steps: 1,
            seed: 42,
            label_all_pieces: true,
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
    /// Sentences a step.
    pub fn effective_batch_size(&self) -> usize {
        self.per_device_train_batch_size * self.gradient_accumulation_steps
    }

    /// What does not learn.
    pub fn frozen(&self) -> Frozen {
        Frozen { embeddings: self.freeze_embeddings, layers: self.freeze_layers }
    }

    /// The adapters that learn, if any.
    pub fn lora(&self) -> Option<Lora> {
        (self.lora_rank > 0).then_some(Lora { rank: self.lora_rank, alpha: self.lora_alpha })
    }

    /// What distinguishes a run from others, in a few words: "2e-5, 3 epochs".
    pub fn summary(&self) -> String {
        let epochs = self.num_train_epochs;
        format!("{:e}, {epochs} {}", self.learning_rate, if epochs == 1 { "epoch" } else { "epochs" })
    }
}

/// Steps of a run over this many sentences.
pub fn steps(sentences: usize, arguments: &TrainingArguments) -> usize {
    sentences.div_ceil(arguments.effective_batch_size()) * arguments.num_train_epochs
}

/// Fewer steps than this teach a new label little at the book's rate.
pub const MIN_RECOMMENDED_STEPS: usize = 300;

/// A recipe for a small dataset: a higher rate, and epochs until there are about [`FEW_STEPS`] steps (at most 12).
pub fn small_data_preset(sentences: usize, arguments: &TrainingArguments) -> TrainingArguments {
    let an_epoch = sentences.div_ceil(arguments.effective_batch_size()).max(1);
    TrainingArguments {
        learning_rate: 2e-4,
        num_train_epochs: MIN_RECOMMENDED_STEPS.div_ceil(an_epoch).clamp(3, 12),
        warmup_ratio: 0.1,
        ..arguments.clone()
    }
}
