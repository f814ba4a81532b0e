//! Memory of this process.

/// Returns the peak resident set size in MiB, or `None` if the system does not report it.
pub(super) fn peak_mb() -> Option<f64> {
    status("VmHWM:")
}

/// Returns the resident set size in MiB, or `None` if the system does not report it.
pub(super) fn current_mb() -> Option<f64> {
    status("VmRSS:")
}

fn status(name: &str) -> Option<f64> {
    #[allow(clippy::disallowed_methods, reason = "files of /proc have no size")]
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
