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
//! - [`protocol`]: messages between both programs.
//! - [`run`]: a task in the helper. `cli/gpu_task.rs` is the side of the helper.

pub mod helper;
pub mod protocol;
pub mod run;
pub mod target;

pub use helper::CudaHelper;
pub use target::{ExecutionTarget, select_target};
