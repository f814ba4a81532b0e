//! Tagwright: open text data, see and correct named-entity labels, train, watch F1 move, paste text and see its entities.
//!
//! The parts, in reading order; each may use only those before it (see `ARCHITECTURE.md`):
//!
//! - [`corpus`]: documents, tokens, spans, labels, schemes, edits that can be taken back. Pure data.
//! - [`eval`]: seqeval's scores. Pure numbers.
//! - [`disk`]: files, safely.
//! - [`log`]: logging, and what a crash leaves behind.
//! - [`mod@format`]: bytes to a corpus and back.
//! - [`model`]: encoders that train, word pieces, model folders.
//! - [`predict`]: text in, entities out.
//! - [`train`]: one run as a function.
//! - [`hub`]: models from a hub.
//! - [`gpu`]: work in the helper that is built for NVIDIA GPUs.
//! - [`project`]: the project file, recents, settings.
//! - [`worker`]: the thread that trains and predicts while the window lives.
//! - [`app`]: what the program is: state, commands, updates.
//! - `ui`: pixels.
//! - [`cli`]: the subcommands.

pub mod app;
pub mod cli;
pub mod corpus;
pub mod disk;
pub mod eval;
pub mod format;
pub mod gpu;
pub mod hub;
pub mod log;
pub mod model;
pub mod predict;
pub mod project;
pub mod train;
#[cfg(all(feature = "window", not(feature = "cuda")))]
#[allow(missing_docs, reason = "no library: what a panel shows is said at its head")]
pub mod ui;
pub mod worker;
