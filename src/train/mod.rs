//! One training run as a function.
//!
//! Read in this order: [`arguments`] and [`fields`] (what a person chooses), [`plan`] (which sentences, aligned and
//! counted), [`schedule`] and [`optimizer`] (AdamW as the Trainer has it), [`event`] (what a run tells and what is wished of
//! it), [`footprint`] (the memory of a batch), [`run_folder`] (whose folder it is), [`run_data`] (its sentences in pieces),
//! [`mod@run`] (the loop), [`checkpoint`] and `history` (the same run after an interruption), [`trial`] (measurements before
//! it), [`json`] and `report` (events outside the program), `notes` and [`card`] (what people read).

pub mod arguments;
pub mod card;
pub mod checkpoint;
pub mod event;
pub mod fields;
pub mod footprint;
mod history;
pub mod json;
mod loss_scale;
mod memory;
mod notes;
pub mod optimizer;
pub mod plan;
mod report;
pub mod run;
pub mod run_data;
pub mod run_folder;
pub mod schedule;
pub mod trial;

pub use arguments::Arguments;
pub use event::{Event, Observer, Outcome};
pub use run::{Finished, Job, TrainError, run, run_in};
pub use run_folder::{Beginning, RunFolder};
