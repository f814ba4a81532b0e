//! Every test of the program, in one binary (a binary a test file would link candle and egui many times over).
//!
//! Folders follow `src`: `model` holds the comparisons with PyTorch and transformers (`golden`), `data` the formats and
//! edits. `support` holds what several of them use.

mod data;
mod model;
mod support;
#[cfg(feature = "window")]
mod window;
