//! Available memory.

use std::fs;
use std::path::Path;

/// Returns the number of bytes available to this process, limited by the system and its control group. Returns `None`
/// if neither is known.
pub fn free_memory() -> Option<u64> {
    [system_memory(), cgroup_memory()].into_iter().flatten().min()
}

fn system_memory() -> Option<u64> {
    let all = fs::read_to_string("/proc/meminfo").ok()?;
    let line = all.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Returns the remaining bytes of the memory limit of a container (control groups, version 2).
fn cgroup_memory() -> Option<u64> {
    let number = |name: &str| {
        let text = fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?;
        text.trim().parse::<u64>().ok()
    };
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}
