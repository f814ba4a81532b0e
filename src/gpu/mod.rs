//! Computation on an NVIDIA GPU from a program that starts without CUDA.
//!
//! candle links CUDA's libraries at build time. A program built with the feature `cuda` does not start without them.
//! The window is therefore built without this feature.
//!
//! A helper, `tagwright-cuda`, can be in the same directory. It is the same command line, built with the feature `cuda`
//! and without a window. It computes on the GPU in its own process, so a driver failure cannot end the window.
//!
//! - [`target`]: selects this program or the helper ([`select_target`]).
//! - [`helper`]: finds and starts the helper.
//! - [`run`]: a training run in the helper.
//!
//! Both sides use the interface of the command line: `train --json` writes events, and reads control commands from
//! its standard input, one per line.

pub mod helper;
pub mod run;
pub mod target;

pub use helper::CudaHelper;
pub use target::{ExecutionTarget, select_target};
