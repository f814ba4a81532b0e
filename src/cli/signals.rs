//! The signals that ask a program to end: Ctrl+C, SIGTERM, and SIGHUP when a terminal closes.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a signal has asked this program to end.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<AtomicBool>);

impl Signals {
    /// Listens from now on. The first signal is only noted; a second one ends the program at once, with 128 and the
    /// signal's number as its exit code.
    ///
    /// # Errors
    /// When the system lets nobody listen.
    pub fn listen() -> std::io::Result<Self> {
        let signals = Self::default();
        for signal in listened_to() {
            // In this order: what the first signal arms must not yet be there for it.
            register_conditional_shutdown(signal, 128 + signal, signals.0.clone())?;
            register(signal, signals.0.clone())?;
        }
        Ok(signals)
    }

    /// Whether one came.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The signals that whoever started this program does not want ignored: `nohup` has SIGHUP ignored, a shell the Ctrl+C of
/// what runs in its background.
fn listened_to() -> Vec<i32> {
    #[cfg(unix)]
    let all = vec![SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
    #[cfg(not(unix))]
    let all = vec![SIGINT, SIGTERM];
    let ignored = ignored();
    all.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
}

/// The signals that are ignored, a bit each; none where the system does not tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
