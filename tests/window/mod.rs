//! The window, controlled by accessible labels, with the real worker, the real starter model and real files. Tests set
//! only the results of file dialogs.

mod annotating;
mod data;
mod dialogs;
mod evaluating;
mod labeling;
mod mapping;
mod opening;
mod preferences;
mod runs;
mod saving;
pub mod screenshots;
mod splitting;
mod training;
mod trying;
mod unspaced;
