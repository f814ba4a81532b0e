//! Every test of the program, in one binary (a binary a test file would link candle and egui many times over).
//!
//! Folders follow `src`: `model` holds the comparisons with PyTorch and transformers (`golden`), `data` the formats and
//! edits, `cli` the real program's command line, `window` the real window without a screen. `rules` holds the invariants
//! of ARCHITECTURE.md; `support` what several of them use.

mod cli;
mod data;
mod gpu;
mod hub;
#[cfg(feature = "window")]
mod language;
#[cfg(feature = "window")]
mod logs;
mod model;
mod reliability;
mod rules;
mod support;
#[cfg(feature = "window")]
mod window;
mod wording;
mod worker;
