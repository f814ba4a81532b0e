//! Logging to standard error, and what is left behind by a crash.

use crate::project::AppDirs;
use std::io::Write;
use std::panic::PanicHookInfo;

/// Starts logging to `output` (`RUST_LOG` chooses what) and writes every panic into a file beside the settings.
pub fn start(output: impl Write + Send + 'static) {
    let usual = "tagwright=info,egui_wgpu=error,wgpu_hal=error,wgpu_core=error,lopdf=off,warn";
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual))
        .format_timestamp(None)
        .target(env_logger::Target::Pipe(Box::new(output)))
        .init();
    // The usual hook would write to standard error by itself.
    std::panic::set_hook(Box::new(|info| {
        if !crate::format::guard::is_active() {
            record(info);
        }
    }));
}

/// Message, place and version of a panic; never a person's text.
fn record(info: &PanicHookInfo) {
    let place = info.location().map_or_else(|| "an unknown place".into(), ToString::to_string);
    log::debug!("{info}");
    let file = AppDirs::for_current_user().crash_log();
    let trace = std::backtrace::Backtrace::force_capture();
    let text = format!("tagwright {}\n{info}\n{trace}\n", env!("CARGO_PKG_VERSION"));
    let written = file
        .parent()
        .map_or(Ok(()), crate::disk::create_dir_all)
        .and_then(|()| crate::disk::write_private(&file, text.as_bytes()));
    match written {
        Ok(()) => log::error!("the program has failed at {place}; the details are in {}", file.display()),
        Err(e) => log::error!("the program has failed at {place}; the details could not be written: {e}"),
    }
}
