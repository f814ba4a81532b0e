//! The program: opens a window or runs a subcommand.

use std::path::PathBuf;
use std::process::ExitCode;
use tagwright::cli::{self, Invocation, terminal};

/// glibc returns large blocks to the system immediately. Training would then spend its time in page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tagwright::log::start(terminal::LogWriter);
    // A panic is reported like any other failure; the log has already reported the location of the details.
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        terminal::print_error_line("error: internal error, the program has ended; see the log for details");
        ExitCode::from(1)
    })
}

fn run() -> ExitCode {
    match cli::run() {
        Invocation::Done(code) => code,
        Invocation::Window(paths) => window(paths),
    }
}

#[cfg(all(feature = "window", not(feature = "cuda")))]
fn window(paths: Vec<PathBuf>) -> ExitCode {
    // winit panics when another program destroys the window.
    match std::panic::catch_unwind(|| tagwright::ui::open_window(paths)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Err(_) => {
            terminal::print_error_line(
                "error: the window was closed by the system or by an internal error; edits are saved",
            );
            ExitCode::from(1)
        }
        Ok(Err(reason)) => {
            log::debug!("{reason}");
            terminal::print_error_line(
                "error: failed to open a window (no display?); use `tagwright demo` in a terminal",
            );
            ExitCode::from(1)
        }
    }
}

#[cfg(not(all(feature = "window", not(feature = "cuda"))))]
fn window(_: Vec<PathBuf>) -> ExitCode {
    terminal::print_error_line(
        "error: this build has no window; build with `cargo build --release` or use `tagwright demo`",
    );
    ExitCode::from(1)
}
