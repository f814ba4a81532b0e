//! What outlives the window: datasets and their edits, runs, settings.
//!
//! Read in this order: [`source`] (datasets where they lie), `folder` (which files of a folder are one), [`export`] (new files of it), [`store`] (the SQLite project that holds documents, spans
//! and edits; its tables are in `schema`, edits as SQL in `edit_sql`, reading in `contents`), [`kept`] (runs, views, snapshots), [`progress`] (what was done on which day), [`run_record`] (what became of a run), [`committer`] (the thread that makes edits durable), [`places`] (the folders), [`settings`] (recents and
//! theme), [`sample`] (the data and model inside the program).

mod choices_json;
pub mod committer;
mod contents;
mod edit_json;
mod edit_sql;
pub mod export;
mod folder;
pub mod kept;
mod pack;
pub mod places;
pub mod progress;
pub mod run_record;
pub mod sample;
mod schema;
pub mod settings;
pub mod source;
pub mod store;

pub use committer::{Commit, Committer};
pub use contents::Contents;
pub use kept::{Kept, View};
pub use places::Places;
pub use progress::{Progress, Today};
pub use run_record::{RunOutcome, RunRecord};
pub use settings::Settings;
pub use source::{Dataset, SourceFile, SourceProblem};
pub use store::Project;
