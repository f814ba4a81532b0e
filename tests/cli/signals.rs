//! A run that is asked to end, or whose output nobody reads: nothing that was learned is lost.

use super::{run, sample, text};
use crate::support::golden;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// The program under way.
pub struct Run {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Run {
    /// Starts it.
    pub fn start(arguments: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
        command.args(arguments);
        Self::of(command)
    }

    /// Starts it with a signal ignored, as `nohup` does.
    pub fn start_ignoring(signal: &str, arguments: &[String]) -> Self {
        let mut command = Command::new("bash");
        let script = format!("trap '' {signal}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_tagwright")]).args(arguments);
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, output }
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes to its standard input.
    pub fn write(&mut self, text: &str) {
        self.child.stdin.as_mut().expect("its input").write_all(text.as_bytes()).expect("it listens");
    }

    /// Reads its output up to a line with this in it.
    pub fn until(&mut self, part: &str) {
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert!(self.output.read_line(&mut line).expect("its output") > 0, "it ended before {part}");
        }
    }

    /// Waits for its end: the exit code, and what it said on standard error.
    pub fn end(mut self) -> (Option<i32>, String) {
        let mut errors = self.child.stderr.take().expect("its errors");
        let told = std::thread::spawn(move || {
            let mut told = String::new();
            errors.read_to_string(&mut told).map(|_| told)
        });
        let mut rest = Vec::new();
        self.output.read_to_end(&mut rest).expect("its output");
        let status = self.child.wait().expect("its end");
        (status.code(), told.join().expect("a thread").expect("its errors"))
    }
}

/// Sends a signal.
pub fn signal(run: &Run, name: &str) {
    let script = format!("kill -s {name} {}", run.pid());
    assert!(Command::new("bash").args(["-c", &script]).status().expect("bash").success());
}

fn arguments(out: &Path, further: &[&str]) -> Vec<String> {
    let (train, dev, base) = (sample("train"), sample("dev"), golden("tiny"));
    let common = ["train", "--train", &train, "--dev", &dev, "--model", text(&base), "--out", text(out)];
    common.iter().chain(further).map(|a| (*a).to_owned()).collect()
}

fn start(out: &Path, further: &[&str]) -> Run {
    Run::start(&arguments(out, further))
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("model.safetensors")).expect("a model")
}

#[cfg(unix)]
#[test]
fn a_signal_suspends_a_run_that_then_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    let recipe = ["--epochs", "3", "--batch-size", "4", "--json"];
    assert!(run(&arguments(&whole, &recipe)).status.success());
    for (name, after) in
        [("TERM", r#""event":"started""#), ("HUP", r#""event":"step""#), ("INT", r#""event":"evaluated""#)]
    {
        let out = folder.path().join(name);
        let mut under_way = start(&out, &recipe);
        under_way.until(after);
        signal(&under_way, name);
        let (code, told) = under_way.end();
        assert_eq!(code, Some(1), "{name}: {told}");
        let error = told.lines().last().expect("a line");
        assert!(error.starts_with("error: ") && error.ends_with(" --resume"), "{name}: {told}");
        assert!(!out.join("model.safetensors").exists(), "{name}: there is no model yet");
        // As the message says it.
        let (_, command) = error.split_once("tagwright ").expect("a command");
        let resumed = run(&command.split(' ').collect::<Vec<_>>());
        assert!(resumed.status.success(), "{name}: {}", String::from_utf8_lossy(&resumed.stderr));
        assert!(weights(&whole) == weights(&out), "{name}: the weights differ");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_a_run_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large.conll");
    std::fs::write(&large, std::fs::read_to_string(sample("train")).expect("the sample").repeat(60)).expect("a file");
    let out = folder.path().join("out");
    // All sentences in one step, which takes long: the first signal waits for its end.
    let flags = ["--batch-size", "256", "--gradient-accumulation-steps", "1024", "--json"];
    let mut all = arguments(&out, &flags);
    all[2] = text(&large).to_owned();
    let mut under_way = Run::start(&all);
    under_way.until(r#""event":"note""#);
    std::thread::sleep(std::time::Duration::from_millis(200));
    signal(&under_way, "TERM");
    signal(&under_way, "INT");
    let (code, told) = under_way.end();
    assert_eq!(code, Some(128 + 2), "{told}");
    assert!(tagwright::disk::list_dirs(&out).is_empty(), "nothing half-written");
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let all = arguments(&out, &["--epochs", "2", "--json"]);
    let mut under_way = Run::start_ignoring("HUP", &all);
    under_way.until(r#""event":"started""#);
    signal(&under_way, "HUP");
    let (code, told) = under_way.end();
    assert_eq!(code, Some(0), "{told}");
    assert!(out.join("model.safetensors").is_file());
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
    command.arg("demo").env("TMPDIR", folder.path());
    let mut under_way = Run::of(command);
    under_way.until("before training");
    // Its folder is there once the run has begun.
    while std::fs::read_dir(folder.path()).expect("a folder").count() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    signal(&under_way, "TERM");
    let (code, told) = under_way.end();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("the demo was interrupted"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_run_whose_output_nobody_reads_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    assert!(run(&arguments(&whole, &["--epochs", "3"])).status.success());
    for further in [&["--epochs", "3"][..], &["--epochs", "3", "--json"]] {
        let out = folder.path().join(format!("out{}", further.len()));
        let mut under_way = start(&out, further);
        let mut first = String::new();
        under_way.output.read_line(&mut first).expect("a line");
        let Run { mut child, output } = under_way;
        drop(output);
        let mut told = String::new();
        child.stderr.take().expect("its errors").read_to_string(&mut told).expect("its errors");
        assert_eq!(child.wait().expect("its end").code(), Some(0), "{told}");
        assert!(weights(&whole) == weights(&out), "the weights differ");
        let card = std::fs::read_to_string(out.join("README.md")).expect("a card");
        assert!(card.contains("3 epochs") && card.contains("was kept (completed)"), "{card}");
    }
}
