//! All tests of the program in one binary, so that candle and egui are linked only once.
//!
//! Directories follow `src`: `model` compares with PyTorch and transformers (`golden`), `data` tests formats and edits,
//! `cli` runs the executable, `window` runs the window without a screen. `rules` checks the invariants of
//! ARCHITECTURE.md. `support` contains shared helpers.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests write their own files and print")]

mod cli;
mod data;
mod dependencies;
mod gpu;
mod hub;
#[cfg(feature = "window")]
mod language;
#[cfg(feature = "window")]
mod logs;
mod model;
mod readme;
mod reliability;
mod requests;
mod rules;
mod support;
#[cfg(feature = "window")]
mod window;
mod wording;
mod worker;
