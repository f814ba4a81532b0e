//! Signals and closed output: no training progress is lost.

use super::{run, sample, text};
use crate::support::golden;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Running program.
pub struct RunningProgram {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl RunningProgram {
    /// Starts the program.
    pub fn start(arguments: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
        command.args(arguments);
        Self::spawn(command)
    }

    /// Starts the program with a signal ignored, like `nohup`.
    pub fn start_ignoring(signal: &str, arguments: &[String]) -> Self {
        let mut command = Command::new("bash");
        let script = format!("trap '' {signal}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_tagwright")]).args(arguments);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, output }
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes to standard input.
    pub fn write(&mut self, text: &str) {
        self.child.stdin.as_mut().expect("its input").write_all(text.as_bytes()).expect("standard input is open");
    }

    /// Reads standard output up to a line that contains `part`.
    pub fn wait_for_line(&mut self, part: &str) {
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert!(self.output.read_line(&mut line).expect("its output") > 0, "the program ended before {part}");
        }
    }

    /// Waits for the end. Returns the exit code and standard error.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let mut errors = self.child.stderr.take().expect("its errors");
        let stderr = std::thread::spawn(move || {
            let mut stderr = String::new();
            errors.read_to_string(&mut stderr).map(|_| stderr)
        });
        let mut rest = Vec::new();
        self.output.read_to_end(&mut rest).expect("its output");
        let status = self.child.wait().expect("its end");
        (status.code(), stderr.join().expect("a thread").expect("its errors"))
    }
}

/// Sends a signal.
pub fn send_signal(run: &RunningProgram, name: &str) {
    let script = format!("kill -s {name} {}", run.pid());
    assert!(Command::new("bash").args(["-c", &script]).status().expect("bash").success());
}

fn arguments(out: &Path, extra_flags: &[&str]) -> Vec<String> {
    let (train, dev, base) = (sample("train"), sample("dev"), golden("tiny"));
    let common = ["train", "--train", &train, "--dev", &dev, "--model", text(&base), "--out", text(out)];
    common.iter().chain(extra_flags).map(|a| (*a).to_owned()).collect()
}

fn start(out: &Path, extra_flags: &[&str]) -> RunningProgram {
    RunningProgram::start(&arguments(out, extra_flags))
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("model.safetensors")).expect("a model")
}

#[cfg(unix)]
#[test]
fn signal_suspends_run_that_resumes_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let reference = folder.path().join("reference");
    let recipe = ["--epochs", "3", "--batch-size", "4", "--json"];
    assert!(run(&arguments(&reference, &recipe)).status.success());
    for (name, after) in
        [("TERM", r#""event":"started""#), ("HUP", r#""event":"step""#), ("INT", r#""event":"evaluated""#)]
    {
        let out = folder.path().join(name);
        let mut running = start(&out, &recipe);
        running.wait_for_line(after);
        send_signal(&running, name);
        let (code, stderr) = running.wait();
        assert_eq!(code, Some(1), "{name}: {stderr}");
        let error = stderr.lines().last().expect("a line");
        assert!(error.starts_with("error: ") && error.ends_with(" --resume"), "{name}: {stderr}");
        assert!(!out.join("model.safetensors").exists(), "{name}: a model was saved");
        // Run the command of the error message.
        let (_, command) = error.split_once("tagwright ").expect("a command");
        let resumed = run(&command.split(' ').collect::<Vec<_>>());
        assert!(resumed.status.success(), "{name}: {}", String::from_utf8_lossy(&resumed.stderr));
        assert!(weights(&reference) == weights(&out), "{name}: the weights differ");
    }
}

#[cfg(unix)]
#[test]
fn second_signal_ends_run_immediately() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large.conll");
    std::fs::write(&large, std::fs::read_to_string(sample("train")).expect("the sample").repeat(60)).expect("a file");
    let out = folder.path().join("out");
    // A single long step contains all sentences. The first signal waits for its end.
    let flags = ["--batch-size", "256", "--gradient-accumulation-steps", "1024", "--json"];
    let mut all = arguments(&out, &flags);
    all[2] = text(&large).to_owned();
    let mut running = RunningProgram::start(&all);
    running.wait_for_line(r#""event":"note""#);
    std::thread::sleep(std::time::Duration::from_millis(200));
    send_signal(&running, "TERM");
    send_signal(&running, "INT");
    let (code, stderr) = running.wait();
    assert_eq!(code, Some(128 + 2), "{stderr}");
    assert!(tagwright::disk::list_dirs(&out).is_empty(), "a checkpoint remains");
}

#[cfg(target_os = "linux")]
#[test]
fn ignored_signal_stays_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let all = arguments(&out, &["--epochs", "2", "--json"]);
    let mut running = RunningProgram::start_ignoring("HUP", &all);
    running.wait_for_line(r#""event":"started""#);
    send_signal(&running, "HUP");
    let (code, stderr) = running.wait();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(out.join("model.safetensors").is_file());
}

#[cfg(unix)]
#[test]
fn interrupted_demo_leaves_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
    command.arg("demo").env("TMPDIR", folder.path());
    let mut running = RunningProgram::spawn(command);
    running.wait_for_line("before training");
    // The run creates its directory at the start.
    while std::fs::read_dir(folder.path()).expect("a folder").count() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    send_signal(&running, "TERM");
    let (code, stderr) = running.wait();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("demo interrupted"), "{stderr}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn closed_output_does_not_stop_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let reference = folder.path().join("reference");
    assert!(run(&arguments(&reference, &["--epochs", "3"])).status.success());
    for extra_flags in [&["--epochs", "3"][..], &["--epochs", "3", "--json"]] {
        let out = folder.path().join(format!("out{}", extra_flags.len()));
        let mut running = start(&out, extra_flags);
        let mut first = String::new();
        running.output.read_line(&mut first).expect("a line");
        let RunningProgram { mut child, output } = running;
        drop(output);
        let mut stderr = String::new();
        child.stderr.take().expect("its errors").read_to_string(&mut stderr).expect("its errors");
        assert_eq!(child.wait().expect("its end").code(), Some(0), "{stderr}");
        assert!(weights(&reference) == weights(&out), "the weights differ");
        let card = std::fs::read_to_string(out.join("README.md")).expect("a card");
        assert!(card.contains("3 epochs") && card.contains("was selected (completed)"), "{card}");
    }
}
