//! Training of token classifiers.
//!
//! Reading order:
//!
//! - [`arguments`] and [`settings`]: settings of a run, and their table.
//! - [`preview`]: data of a run before it starts. [`train_set`]: training sentences, aligned to subwords.
//! - [`schedule`] and [`optimizer`]: learning rate schedule, and AdamW as in the Trainer of transformers.
//! - [`event`]: events of a run, and its control.
//! - [`memory_estimate`]: memory of a batch.
//! - [`run_folder`]: the output directory. [`run_data`]: the tokenized data of a run.
//! - [`mod@run`]: the training loop.
//! - [`checkpoint`] and `history`: resuming after an interruption.
//! - [`journal`]: events of a run on disk, for the charts of earlier runs.
//! - [`measure`]: measurements before a run.
//! - [`json`] and `metrics_writer`: events for other programs.
//! - `run_notes` and [`model_card`]: log messages and the model card.

pub mod arguments;
pub mod checkpoint;
mod checkpoint_dirs;
mod error;
pub mod event;
mod grad_scaler;
mod history;
mod job;
pub mod journal;
pub mod json;
pub mod measure;
mod memory;
pub mod memory_estimate;
mod metrics_writer;
pub mod model_card;
pub mod optimizer;
pub mod preview;
pub mod run;
pub mod run_data;
pub mod run_folder;
mod run_notes;
pub mod schedule;
pub mod settings;
pub mod train_set;

pub use arguments::TrainingArguments;
pub use error::TrainError;
pub use event::{Observer, Outcome, TrainEvent};
pub use job::{CorpusData, EncodedData, JobData, TrainJob, TrainOutput};
pub use run::{run, run_in};
pub use run_folder::{ExistingFiles, RunFolder};
