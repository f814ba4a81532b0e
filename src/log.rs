//! Logging to standard error, and what is left behind by a crash.

use crate::project::Places;
use std::panic::PanicHookInfo;

/// Starts logging (`RUST_LOG` chooses what) and writes every panic into a file beside the settings.
pub fn start() {
    let usual = "tagwright=info,egui_wgpu=error,wgpu_hal=error,wgpu_core=error,warn";
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual)).format_timestamp(None).init();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if crate::format::guard::is_active() {
            return;
        }
        record(info);
        before(info);
    }));
}

/// Message, place and version of a panic; never a person's text.
fn record(info: &PanicHookInfo) {
    let file = Places::of_this_user().crash_log();
    let trace = std::backtrace::Backtrace::force_capture();
    let text = format!("tagwright {}\n{info}\n{trace}\n", env!("CARGO_PKG_VERSION"));
    let written = file
        .parent()
        .map_or(Ok(()), crate::disk::create_folder)
        .and_then(|()| crate::disk::write(&file, text.as_bytes()));
    match written {
        Ok(()) => log::error!("a mistake in the program; its details are in {}", file.display()),
        Err(e) => log::error!("a mistake in the program; its details could not be written: {e}"),
    }
}
