//! Work on an NVIDIA GPU from a program that does not need one to start.
//!
//! candle binds CUDA's libraries when a program is linked, so a program built with the feature `cuda` does not even start
//! where they are missing. The window is therefore built without it. Beside it may lie a helper, `tagwright-cuda`: the
//! same command line built with the feature and without a window. What is to be computed on the GPU is done there, in a
//! process of its own; it also cannot take the window with it when a driver fails.
//!
//! [`select_target`] decides, [`helper`] is the other program and [`run`] is a run in it. Both sides speak the command line's
//! contract: `train --json` gives events, and takes a person's wishes as lines on its standard input.

pub mod helper;
pub mod run;
pub mod target;

pub use helper::CudaHelper;
pub use target::{ExecutionTarget, select_target};
