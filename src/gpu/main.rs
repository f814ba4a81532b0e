//! The GPU helper: the command line, built with CUDA.

use std::process::ExitCode;
use tagwright::cli::{self, Request, terminal};

/// Same allocator as in the main program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tagwright::log::start(terminal::LogWriter);
    match cli::run() {
        Request::Done(code) => code,
        Request::Window(_) => {
            terminal::tell(
                "error: this is the helper for NVIDIA GPUs; put it beside tagwright, whose window finds it, or name a \
                 subcommand",
            );
            ExitCode::from(2)
        }
    }
}
