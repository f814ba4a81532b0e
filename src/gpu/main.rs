//! The GPU helper: the command line, built with CUDA.

use std::process::ExitCode;
use tagwright::cli::{self, Invocation, terminal};

/// Same allocator as in the main program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tagwright::log::start(terminal::LogWriter);
    match cli::run() {
        Invocation::Done(code) => code,
        Invocation::Window(_) => {
            terminal::print_error_line(
                "error: this helper executable for NVIDIA GPUs has no window; place it next to tagwright or use a \
                 subcommand",
            );
            ExitCode::from(2)
        }
    }
}
