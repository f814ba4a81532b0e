//! One training run as a function.
//!
//! Read in this order: [`arguments`] and [`fields`] (what a person chooses), [`plan`] (which sentences, aligned and
//! counted), [`schedule`] and [`optimizer`] (AdamW as the Trainer has it), [`event`] (what a run tells and what is wished of
//! it), [`footprint`] (the memory of a batch), [`run_folder`] (whose folder it is), [`run_data`] (its sentences in pieces),
//! [`mod@run`] (the loop), [`checkpoint`] and `history` (the same run after an interruption), [`trial`] (measurements before
//! it), [`json`] and `report` (events outside the program), `notes` and [`card`] (what people read).

pub mod arguments;
pub mod checkpoint;
pub mod event;
mod grad_scaler;
mod history;
pub mod json;
pub mod measure;
mod memory;
pub mod memory_estimate;
mod metrics_writer;
pub mod model_card;
pub mod optimizer;
pub mod run;
pub mod run_data;
pub mod run_folder;
mod run_notes;
pub mod schedule;
pub mod settings_table;
pub mod train_set;

pub use arguments::TrainingArguments;
pub use event::{Observer, Outcome, TrainEvent};
pub use run::{TrainError, TrainJob, TrainOutput, run, run_in};
pub use run_folder::{Beginning, RunFolder};
