//! The program: opens a window or runs a subcommand.

use std::path::PathBuf;
use std::process::ExitCode;
use tagwright::cli::{self, Request, terminal};

/// glibc returns large blocks to the system immediately. Training would then spend its time in page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tagwright::log::start(terminal::LogWriter);
    // A panic is reported like any other failure; the log has already reported the location of the details.
    std::panic::catch_unwind(run).unwrap_or_else(|_| {
        terminal::tell("error: this is a mistake in the program, which has ended; the log names its details");
        ExitCode::from(1)
    })
}

fn run() -> ExitCode {
    match cli::run() {
        Request::Done(code) => code,
        Request::Window(paths) => window(paths),
    }
}

#[cfg(all(feature = "window", not(feature = "cuda")))]
fn window(paths: Vec<PathBuf>) -> ExitCode {
    // winit panics when another program destroys the window.
    match std::panic::catch_unwind(|| tagwright::ui::open_window(paths)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Err(_) => {
            terminal::tell("error: the window was taken away, or failed by a mistake; what was edited is on disk");
            ExitCode::from(1)
        }
        Ok(Err(why)) => {
            log::debug!("{why}");
            terminal::tell(
                "error: no window can be opened here (no display?); `tagwright demo` does the same job in a terminal",
            );
            ExitCode::from(1)
        }
    }
}

#[cfg(not(all(feature = "window", not(feature = "cuda"))))]
fn window(_: Vec<PathBuf>) -> ExitCode {
    terminal::tell(
        "error: this build has no window (cargo build --release makes one); `tagwright demo` does the same job",
    );
    ExitCode::from(1)
}
