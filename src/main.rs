//! The program: a window, or a subcommand.

use std::path::PathBuf;
use std::process::ExitCode;
use tagwright::cli::{self, Request};

/// glibc gives large blocks back to the system at once, and training then spends its time in page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tagwright::log::start();
    match cli::run() {
        Request::Done(code) => code,
        Request::Window(paths) => window(paths),
    }
}

#[cfg(all(feature = "window", not(feature = "cuda")))]
fn window(paths: Vec<PathBuf>) -> ExitCode {
    match tagwright::ui::open_window(paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            log::debug!("{why}");
            eprintln!(
                "error: no window can be opened here (no display?); `tagwright demo` does the same job in a terminal"
            );
            ExitCode::from(1)
        }
    }
}

#[cfg(not(all(feature = "window", not(feature = "cuda"))))]
fn window(_: Vec<PathBuf>) -> ExitCode {
    eprintln!("error: this build has no window (cargo build --release makes one); `tagwright demo` does the same job");
    ExitCode::from(1)
}
