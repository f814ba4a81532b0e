//! Tagwright: annotate text with named entities, train token classifiers, evaluate them, and find entities in new text.
//!
//! The modules in reading order. Each one can only use the modules before it (see `ARCHITECTURE.md`):
//!
//! - [`corpus`]: documents, tokens, spans, labels, tag schemes, undoable edits. Data only.
//! - [`eval`]: scores as in seqeval. Computation only.
//! - [`failure`]: the kind and the message of a failure; [`clock`]: the current time.
//! - [`disk`]: safe file operations.
//! - [`log`]: logging and crash logs.
//! - [`mod@format`]: reading and writing of dataset formats.
//! - [`model`]: trainable encoders, subword tokenization, model directories.
//! - [`predict`]: inference from text to entities.
//! - [`train`]: a training run as a function.
//! - [`hub`]: models from a hub.
//! - [`gpu`]: computation in the helper that is built for NVIDIA GPUs.
//! - [`project`]: project file, recent projects, settings.
//! - [`worker`]: threads for training and inference while the window is open.
//! - [`i18n`]: translation of the interface.
//! - [`session`]: the open dataset as one value.
//! - [`app`]: state, commands and updates of the program.
//! - `ui`: the window.
//! - [`cli`]: the subcommands.

#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "unit tests write their own files")
)]

pub mod app;
pub mod cli;
pub mod clock;
pub mod corpus;
#[allow(clippy::disallowed_methods, reason = "implements the safe file operations")]
pub mod disk;
pub mod eval;
pub mod failure;
pub mod format;
pub mod gpu;
#[allow(clippy::disallowed_methods, reason = "the cache has the layout of other programs")]
pub mod hub;
pub mod i18n;
#[allow(missing_docs, reason = "each constant has the name of its glyph")]
pub mod icon;
pub mod log;
pub mod model;
pub mod predict;
pub mod project;
pub mod session;
pub mod train;
#[cfg(all(feature = "window", not(feature = "cuda")))]
#[allow(missing_docs, reason = "not a public interface; each panel is documented in its module")]
pub mod ui;
pub mod worker;
