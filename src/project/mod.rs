//! Persistent data: datasets and their edits, runs, settings.
//!
//! Read in this order:
//! - [`source`]: datasets at their paths; `dataset_files`, `file_names` and `saved`: the dataset files of a directory.
//! - [`export`]: new files of a dataset; [`copying`]: a copy of the sources; [`target`]: checks of the target path.
//! - [`project_file`]: the SQLite project of documents, spans and edits. Its parts are `schema` (tables), `connect`
//!   (connection), `load` (reading), `backfill` (content that older versions did not store), `edit_sql`, `edit_json`,
//!   `read_options_json`, `field_json` and `blob` (stored forms).
//! - [`opening`]: a dataset with its project; `moved`: the project of a moved dataset.
//! - [`saving`]: the sources with the current labels; [`rebuilding`]: a project written again from memory.
//! - [`writer`]: the thread that makes edits durable.
//! - [`extras`]: runs, saved searches, snapshots; [`run_record`]: a training run; [`progress`]: sentences done by day.
//! - [`selection_unit`]: unit of the selection in text without spaces. [`place`]: page, sentence and filter of the user.
//! - [`app_dirs`]: data directories; [`settings`]: recent datasets and theme; [`sample`]: the bundled data and model.

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

pub mod app_dirs;
mod backfill;
mod blob;
mod connect;
pub mod copying;
mod dataset_files;
mod edit_json;
mod edit_sql;
pub mod export;
pub mod extras;
mod field_json;
mod file_names;
pub mod label_maps;
mod load;
mod moved;
pub mod opening;
pub mod place;
pub mod progress;
pub mod project_file;
mod read_options_json;
pub mod rebuilding;
pub mod run_record;
pub mod sample;
mod saved;
pub mod saving;
mod schema;
pub mod selection_unit;
pub mod settings;
pub mod source;
pub mod target;
pub mod writer;

pub use app_dirs::AppDirs;
pub use extras::{ProjectExtras, SavedSearch};
pub use load::ProjectData;
pub use opening::{Opened, Opening, SourceChange, SourceDecision};
pub use place::{Place, RunForm};
pub use progress::{DailyProgress, Today};
pub use project_file::Project;
pub use rebuilding::Memory;
pub use run_record::{RunDetails, RunMetrics, RunRecord, RunStatus};
pub use saving::{Save, SaveError, Saved};
pub use selection_unit::SelectionUnit;
pub use settings::Settings;
pub use source::{Dataset, SourceFile, SourceProblem};
pub use writer::{ProjectWriter, WriteOp, WriterEvent};
