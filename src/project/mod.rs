//! What outlives the window: datasets and their edits, runs, settings.
//!
//! Read in this order: [`source`] (datasets where they lie), `folder` (which files of a folder are one), [`export`] (new files of it), [`project_file`] (the SQLite project that holds documents, spans
//! and edits; its tables are in `schema`, edits as SQL in `edit_sql`, reading in `contents`, its connection in `connect`), [`opening`] (a dataset with its project), [`saving`] (the sources with today's labels), [`copying`] (a copy of them; [`target`]: what is in its way), [`rebuilding`] (a project written again from memory), [`extras`] (runs, views, snapshots), [`progress`] (what was done on which day), [`run_record`] (what became of a run), [`writer`] (the thread that makes edits durable), [`app_dirs`] (the folders), [`settings`] (recents and
//! theme), [`sample`] (the data and model inside the program).

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

pub mod app_dirs;
mod blob;
mod connect;
pub mod copying;
mod dataset_files;
mod edit_json;
mod edit_sql;
pub mod export;
pub mod extras;
mod file_names;
mod load;
mod moved;
pub mod opening;
pub mod progress;
pub mod project_file;
mod read_options_json;
pub mod rebuilding;
pub mod run_record;
pub mod sample;
mod saved;
pub mod saving;
mod schema;
pub mod settings;
pub mod source;
pub mod target;
pub mod writer;

pub use app_dirs::AppDirs;
pub use extras::{ProjectExtras, SavedSearch};
pub use load::ProjectData;
pub use opening::{Changed, Decision, Opened, Opening};
pub use progress::{DailyProgress, Today};
pub use project_file::Project;
pub use rebuilding::Memory;
pub use run_record::{RunRecord, RunStatus};
pub use saving::{Save, SaveError, Saved};
pub use settings::Settings;
pub use source::{Dataset, SourceFile, SourceProblem};
pub use writer::{News, ProjectWriter, WriteOp};
