//! Memory of this process, for the record of a run.

/// Largest resident size so far in MB; `None` where the system does not tell.
pub(super) fn peak_mb() -> Option<f64> {
    status("VmHWM:")
}

/// Resident size in MB; `None` where the system does not tell.
pub(super) fn current_mb() -> Option<f64> {
    status("VmRSS:")
}

fn status(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
