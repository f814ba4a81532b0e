//! Hostile inputs for the real program: oversized, endless and inconsistent files. Each run ends with an error message
//! or a result, in limited memory.

mod kills;
mod locks;
mod models;
mod swelling;
mod waiting;

use crate::cli::text;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Writes a file in a directory. Returns its path.
fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Result of a run: exit code, both outputs together, and peak memory in MB (0 if the system does not report it).
struct RunResult {
    code: Option<i32>,
    output: String,
    peak: u64,
}

/// Runs the program, and kills it if it uses more than `max_mb` MB of memory.
fn run_watched(arguments: &[&str], max_mb: u64) -> RunResult {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tagwright"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let (mut out, mut errors) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        out.read_to_end(&mut bytes).map(|_| bytes)
    });
    let other = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        errors.read_to_end(&mut bytes).map(|_| bytes)
    });
    let about = PathBuf::from(format!("/proc/{}", child.id()));
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a status") {
            break status;
        }
        // Between fork and exec, the child has the memory of the test process.
        let began = std::fs::read_link(about.join("exe")).is_ok_and(|exe| exe.ends_with("tagwright"));
        let status = std::fs::read_to_string(about.join("status")).ok().filter(|_| began).unwrap_or_default();
        let kilobytes = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0u64) / 1024);
        if peak > max_mb {
            child.kill().expect("an end");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |thread: std::thread::JoinHandle<std::io::Result<Vec<u8>>>| {
        String::from_utf8_lossy(&thread.join().expect("a reader").expect("bytes")).into_owned()
    };
    let output = text(reader) + &text(other);
    assert!(peak <= max_mb, "{arguments:?} used {peak} MB: {}", output.chars().take(300).collect::<String>());
    assert!(!output.contains("panicked"), "{arguments:?}: {output}");
    RunResult { code: status.code(), output, peak }
}

/// Runs `inspect` on a file, in at most `MAX_MB` MB, and checks the exit code and a part of the output.
fn check_inspect(path: &Path, code: i32, expected: &str) {
    const MAX_MB: u64 = 400;
    let done = run_watched(&["inspect", text(path)], MAX_MB);
    assert_eq!(done.code, Some(code), "{}: {}", path.display(), done.output);
    assert!(
        done.output.contains(expected),
        "{} prints {}",
        path.display(),
        done.output.chars().take(1000).collect::<String>()
    );
}
