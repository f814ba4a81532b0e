//! Inputs that swell, never end or lie, given to the real program: each ends with a sentence or an answer, in little memory.

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

/// A file of a folder.
fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// What the program did: its exit code, what it said on both outputs, and the most memory that it had in MB (0 where the system
/// does not tell).
struct Done {
    code: Option<i32>,
    said: String,
    peak: u64,
}

/// Runs the program, and ends it where it takes more than `most` MB of memory.
fn watched(arguments: &[&str], most: u64) -> Done {
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
        // For a moment after its start it has still this program's memory.
        let began = std::fs::read_link(about.join("exe")).is_ok_and(|exe| exe.ends_with("tagwright"));
        let status = std::fs::read_to_string(about.join("status")).ok().filter(|_| began).unwrap_or_default();
        let kilobytes = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0u64) / 1024);
        if peak > most {
            child.kill().expect("an end");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |thread: std::thread::JoinHandle<std::io::Result<Vec<u8>>>| {
        String::from_utf8_lossy(&thread.join().expect("a reader").expect("bytes")).into_owned()
    };
    let said = text(reader) + &text(other);
    assert!(peak <= most, "{arguments:?} takes {peak} MB: {}", said.chars().take(300).collect::<String>());
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    Done { code: status.code(), said, peak }
}

/// Runs `inspect` on a file, in at most `MOST` MB: the exit code, and a part of what is said.
fn inspected(path: &Path, code: i32, said: &str) {
    const MOST: u64 = 400;
    let done = watched(&["inspect", text(path)], MOST);
    assert_eq!(done.code, Some(code), "{}: {}", path.display(), done.said);
    assert!(done.said.contains(said), "{} says {}", path.display(), done.said.chars().take(1000).collect::<String>());
}
