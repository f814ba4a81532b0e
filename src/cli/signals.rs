//! Handling of the signals that end a program: Ctrl+C, SIGTERM, and SIGHUP when a terminal closes.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// True if a signal has asked this program to end.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<AtomicBool>);

impl Signals {
    /// Installs the signal handlers. The first signal is only recorded. A second one ends the program immediately, with
    /// 128 plus the signal number as exit code.
    ///
    /// # Errors
    /// Returns an error if the system rejects a handler.
    pub fn listen() -> std::io::Result<Self> {
        let signals = Self::default();
        for signal in listened_to() {
            // The order matters: the first signal sets the flag only after the shutdown handler has checked it.
            register_conditional_shutdown(signal, 128 + signal, signals.0.clone())?;
            register(signal, signals.0.clone())?;
        }
        Ok(signals)
    }

    /// True if a signal was received.
    pub fn received(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Returns the signals to handle. Signals that the parent process set to be ignored are excluded: `nohup` ignores
/// SIGHUP, and a shell ignores Ctrl+C for background jobs.
fn listened_to() -> Vec<i32> {
    #[cfg(unix)]
    let all = vec![SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
    #[cfg(not(unix))]
    let all = vec![SIGINT, SIGTERM];
    let ignored = ignored();
    all.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
}

/// Returns the ignored signals as a bit mask. Returns 0 if the system does not report them.
fn ignored() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "files of /proc have no size")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
