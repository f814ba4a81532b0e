//! Logging to standard error, and crash logs.

use crate::project::AppDirs;
use std::io::Write;
use std::panic::PanicHookInfo;

/// Starts logging to `output` (filtered by `RUST_LOG`) and writes each panic into the crash log.
pub fn start(output: impl Write + Send + 'static) {
    let usual = "tagwright=info,egui_wgpu=error,wgpu_hal=error,wgpu_core=error,lopdf=off,warn";
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual))
        .format_timestamp(None)
        .target(env_logger::Target::Pipe(Box::new(output)))
        .init();
    // The default hook would also write to standard error.
    std::panic::set_hook(Box::new(|info| {
        if !crate::format::guard::is_active() {
            record(info);
        }
    }));
}

/// Records message, location and version of a panic, but never text of the user.
fn record(info: &PanicHookInfo) {
    let place = info.location().map_or_else(|| "unknown location".into(), ToString::to_string);
    log::debug!("{info}");
    let file = AppDirs::for_current_user().crash_log();
    let trace = std::backtrace::Backtrace::force_capture();
    let text = format!("tagwright {}\n{info}\n{trace}\n", env!("CARGO_PKG_VERSION"));
    let written = file
        .parent()
        .map_or(Ok(()), crate::disk::create_dir_all)
        .and_then(|()| crate::disk::write_private(&file, text.as_bytes()));
    match written {
        Ok(()) => log::error!("internal error at {place}; crash report written to {}", file.display()),
        Err(e) => log::error!("internal error at {place}; failed to write the crash report: {e}"),
    }
}
