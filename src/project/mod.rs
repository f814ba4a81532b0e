//! What outlives the window: datasets and their edits, runs, settings.
//!
//! Read in this order: [`source`] (datasets where they lie), `folder` (which files of a folder are one), [`export`] (new files of it), [`store`] (the SQLite project that holds documents, spans
//! and edits; its tables are in `schema`, edits as SQL in `edit_sql`, reading in `contents`, its connection in `connect`), [`opening`] (a dataset with its project), [`saving`] (the sources with today's labels), [`copying`] (a copy of them; [`target`]: what is in its way), [`rebuilding`] (a project written again from memory), [`kept`] (runs, views, snapshots), [`progress`] (what was done on which day), [`run_record`] (what became of a run), [`committer`] (the thread that makes edits durable), [`places`] (the folders), [`settings`] (recents and
//! theme), [`sample`] (the data and model inside the program).

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

mod choices_json;
pub mod committer;
mod connect;
mod contents;
pub mod copying;
mod edit_json;
mod edit_sql;
pub mod export;
mod file_names;
mod folder;
pub mod kept;
mod moved;
pub mod opening;
mod pack;
pub mod places;
pub mod progress;
pub mod rebuilding;
pub mod run_record;
pub mod sample;
mod saved;
pub mod saving;
mod schema;
pub mod settings;
pub mod source;
pub mod store;
pub mod target;

pub use committer::{Commit, Committer, News};
pub use contents::Contents;
pub use kept::{Kept, View};
pub use opening::{Changed, Decision, Opened, Opening};
pub use places::Places;
pub use progress::{Progress, Today};
pub use rebuilding::Memory;
pub use run_record::{RunOutcome, RunRecord};
pub use saving::{Save, SaveError, Saved};
pub use settings::Settings;
pub use source::{Dataset, SourceFile, SourceProblem};
pub use store::Project;
