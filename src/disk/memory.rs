//! Memory that the system could still give.

use std::fs;
use std::path::Path;

/// Bytes of memory that are free for this process, by the system and by its control group; `None` where neither tells.
pub fn free_memory() -> Option<u64> {
    [system_memory(), cgroup_memory()].into_iter().flatten().min()
}

fn system_memory() -> Option<u64> {
    let all = fs::read_to_string("/proc/meminfo").ok()?;
    let line = all.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// What a container leaves of its limit (version 2 of control groups).
fn cgroup_memory() -> Option<u64> {
    let number = |name: &str| {
        let text = fs::read_to_string(Path::new("/sys/fs/cgroup").join(name)).ok()?;
        text.trim().parse::<u64>().ok()
    };
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}
