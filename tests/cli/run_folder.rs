//! Output directory of a run: allowed contents, exclusive use, and complete models at any time.

use super::signals::{RunningProgram, send_signal};
use super::{assert_fails, run, sample, text};
use crate::support::golden;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tagwright::disk;
use tagwright::model::PretrainedModel;

/// Returns the arguments of a short run.
fn arguments(base: &Path, out: &Path, extra_flags: &[&str]) -> Vec<String> {
    let (train, dev) = (sample("train"), sample("dev"));
    let common =
        ["train", "--train", &train, "--dev", &dev, "--model", text(base), "--out", text(out), "--epochs", "1"];
    common.iter().chain(extra_flags).map(|a| (*a).to_owned()).collect()
}

/// Returns the names and contents of all files of a directory.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    let files = entries.filter(|p| p.is_file());
    files
        .map(|p| (p.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(p).expect("a file")))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    content(from).iter().for_each(|(name, bytes)| std::fs::write(to.join(name), bytes).expect("a copy"));
}

#[test]
fn rejects_non_empty_output_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiny = golden("tiny");
    let check = |base: &Path, out: &Path, extra_flags: &[&str], expected: &str| {
        let before = if out.is_dir() { content(out) } else { BTreeMap::new() };
        assert_fails(&arguments(base, out, extra_flags), 1, expected);
        assert!(!out.is_dir() || content(out) == before, "{expected}: the directory has changed");
    };
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("data")).expect("a folder");
    std::fs::write(at("data/README.md"), "my dataset").expect("a file");
    check(&tiny, &at("data"), &[], "is not empty (README.md)");
    copy(&tiny, &at("base"));
    check(&at("base"), &at("base"), &[], "contains the base model");
    check(&at("base"), &at("base"), &["--overwrite"], "contains the base model");
    check(&at("base"), &at("data/../base"), &["--overwrite"], "contains the base model");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(at("base"), at("link")).expect("a link");
        check(&at("base"), &at("link"), &["--overwrite"], "contains the base model");
    }
    std::fs::create_dir_all(at("other/checkpoint-500")).expect("a folder");
    check(&tiny, &at("other"), &["--overwrite"], "contains checkpoint-500, which is not a checkpoint of Tagwright");
    std::fs::write(at("file"), "").expect("a file");
    check(&tiny, &at("file"), &[], "is a file");
    #[cfg(target_os = "linux")]
    check(&tiny, Path::new("/proc/model"), &[], "/proc/model");
    assert!(run(&arguments(&tiny, &at("model"), &[])).status.success());
    check(&tiny, &at("model"), &[], "contains a model");
    assert_fails(&["train", "--train", "x", "--out", "y", "--resume", "--overwrite"], 2, "--overwrite");
}

#[test]
fn overwrite_replaces_only_files_of_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out, fresh) = (golden("tiny"), folder.path().join("out"), folder.path().join("fresh"));
    let saving = ["--save-strategy", "steps", "--save-steps", "5", "--save-total-limit", "9"];
    assert!(run(&arguments(&tiny, &out, &saving)).status.success());
    assert_eq!(tagwright::disk::list_dirs(&out).len(), 3, "checkpoints of 5, 10 and 15");
    for (name, bytes) in [("notes.txt", "mine"), ("special_tokens_map.json", "{}")] {
        std::fs::write(out.join(name), bytes).expect("a file");
    }
    std::fs::create_dir(out.join("data")).expect("a folder");
    let extra_flags = ["--seed", "7", "--overwrite"];
    assert!(run(&arguments(&tiny, &out, &extra_flags)).status.success());
    assert!(run(&arguments(&tiny, &fresh, &extra_flags)).status.success());
    let mut found = content(&out);
    assert_eq!(found.remove("notes.txt"), Some(b"mine".to_vec()));
    assert_eq!(tagwright::disk::list_dirs(&out), [out.join("data")], "the old checkpoints are removed");
    let without_card = |mut files: BTreeMap<String, Vec<u8>>| {
        // The model card contains the directory name and the duration.
        files.remove("README.md").expect("a card");
        files
    };
    assert!(without_card(found) == without_card(content(&fresh)), "files of the old model remain");
}

#[test]
fn rejects_second_run_in_same_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut words = arguments(&golden("tiny"), &out, &["--json"]);
    words[10] = "500".into();
    let mut first = RunningProgram::start(&words);
    first.wait_for_line(r#""event":"started""#);
    for extra_flags in [&[][..], &["--overwrite"]] {
        assert_fails(&arguments(&golden("tiny"), &out, extra_flags), 1, "another run uses this directory");
    }
    let (train, at) = (sample("train"), text(&out).to_owned());
    assert_fails(&["train", "--train", &train, "--out", &at, "--resume"], 1, "another run uses this directory");
    // Another path of the same directory.
    let other = folder.path().join("nothing/../out");
    std::fs::create_dir(folder.path().join("nothing")).expect("a folder");
    assert_fails(&arguments(&golden("tiny"), &other, &[]), 1, "another run uses this directory");
    send_signal(&first, "KILL");
    first.wait();
    // The lock is released when the process ends.
    assert!(run(&arguments(&golden("tiny"), &out, &["--overwrite"])).status.success());
    let left = content(&out);
    assert!(left.keys().all(|name| !name.starts_with('.')), "{:?}", left.keys());
}

#[test]
fn run_killed_before_its_first_checkpoint_starts_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    let mut words = arguments(&tiny, &out, &["--json", "--save-strategy", "steps", "--save-steps", "2"]);
    words[10] = "500".into();
    let mut first = RunningProgram::start(&words);
    first.wait_for_line(r#""event":"saved""#);
    send_signal(&first, "KILL");
    first.wait();
    // State after a kill between the files that all checkpoints share and the first checkpoint.
    disk::list_dirs(&out).iter().for_each(|checkpoint| std::fs::remove_dir_all(checkpoint).expect("removed"));
    assert!(content(&out).contains_key("history.jsonl"), "{:?}", content(&out).keys());
    let output = run(&arguments(&tiny, &out, &[]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!content(&out).contains_key("history.jsonl"), "{:?}", content(&out).keys());
    // A file of the same name that is not from a run remains.
    let own = folder.path().join("own");
    std::fs::create_dir(&own).expect("a folder");
    std::fs::write(own.join("history.jsonl"), "mine").expect("a file");
    assert_fails(&arguments(&tiny, &own, &[]), 1, "is not empty (history.jsonl)");
}

#[test]
fn interrupted_replacement_is_finished_on_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    assert!(run(&arguments(&tiny, &out, &["--seed", "3"])).status.success());
    let new = out.join(".tagwright-new");
    copy(&tiny, &new);
    let names: String = content(&tiny).keys().map(|name| format!("{name}\n")).collect();
    std::fs::write(new.join(".names"), names).expect("a list");
    // State after a kill: only the first of the new files is renamed.
    std::fs::remove_file(out.join("config.json")).expect("a file less");
    std::fs::rename(new.join("tokenizer.json"), out.join("tokenizer.json")).expect("a file");
    let tags = |folder: &Path| PretrainedModel::from_pretrained(folder).expect("a model").tags;
    assert_ne!(tags(&out), None);
    assert_eq!(tags(&out), tags(&tiny));
    assert_fails(&arguments(&tiny, &out, &[]), 1, "is not empty");
    assert_eq!(content(&out), content(&tiny), "the next run finishes the replacement");
    assert!(!new.exists());
}

/// Runs the program with a maximum file size in KiB.
#[cfg(target_os = "linux")]
fn run_with_file_size_limit(kilobytes: usize, arguments: &[String]) -> std::process::Output {
    let words: Vec<String> = arguments.iter().map(|a| format!("'{a}'")).collect();
    let program = env!("CARGO_BIN_EXE_tagwright");
    let script = format!("ulimit -f {kilobytes}; trap '' XFSZ; exec '{program}' {}", words.join(" "));
    Command::new("bash").args(["-c", &script]).output().expect("bash")
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_keeps_old_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    assert!(run(&arguments(&tiny, &out, &[])).status.success());
    let before = content(&out);
    // The sample dataset with other labels.
    let other = folder.path().join("other.conll");
    let changed = std::fs::read_to_string(sample("train")).expect("the sample").replace("-PER", "-POET");
    std::fs::write(&other, changed).expect("a file");
    let mut again = arguments(&tiny, &out, &["--overwrite"]);
    again[2] = text(&other).to_owned();
    let weights = before["model.safetensors"].len() / 1024;
    let output = run_with_file_size_limit(weights / 2, &again);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("was not saved") && stderr.contains("is unchanged"), "{stderr}");
    assert!(content(&out) == before, "the directory has changed: {:?}", content(&out).keys());
    assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), before.len(), "temporary files remain");
    // A new directory is not created.
    let new = folder.path().join("new");
    again[8] = text(&new).to_owned();
    assert_eq!(run_with_file_size_limit(weights / 2, &again).status.code(), Some(1));
    assert!(!new.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_error_names_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, reference, out) = (golden("tiny"), folder.path().join("reference"), folder.path().join("out"));
    assert!(run(&arguments(&tiny, &reference, &["--seed", "5"])).status.success());
    let words = arguments(&tiny, &out, &["--seed", "5", "--json", "--wishes"]);
    let mut running = RunningProgram::start_ignoring("XFSZ", &words);
    running.write("pause\n");
    running.wait_for_line(r#""event":"saved""#);
    // Limit the file size, which has the effect of a full disk.
    let pid = running.pid().to_string();
    let limit = Command::new("prlimit").args(["--pid", &pid, "--fsize=4096"]).status().expect("prlimit of util-linux");
    assert!(limit.success());
    running.write("go-on\n");
    let (code, stderr) = running.wait();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("checkpoint-") && stderr.contains("--resume"), "{stderr}");
    assert!(!out.join("config.json").exists() && !out.join("model.safetensors").exists());
    let (train, dev) = (sample("train"), sample("dev"));
    assert!(run(&["train", "--train", &train, "--dev", &dev, "--out", text(&out), "--resume"]).status.success());
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&reference) == weights(&out), "the weights differ");
}

#[test]
fn unreplaceable_file_keeps_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, reference, out) = (golden("tiny"), folder.path().join("reference"), folder.path().join("out"));
    let extra_flags = ["--json", "--save-strategy", "no"];
    let words = |out: &Path| {
        let mut words = arguments(&tiny, out, &extra_flags);
        words[10] = "20".into();
        words
    };
    assert!(run(&words(&reference)).status.success());
    let mut running = RunningProgram::start(&words(&out));
    running.wait_for_line(r#""event":"started""#);
    let obstacle = out.join("README.md");
    std::fs::create_dir(&obstacle).expect("a folder");
    let (code, stderr) = running.wait();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("a directory with the name of this file exists")
            && stderr.contains("checkpoint-340 with --resume"),
        "{stderr}"
    );
    std::fs::remove_dir(&obstacle).expect("a folder less");
    let (train, dev) = (sample("train"), sample("dev"));
    assert!(run(&["train", "--train", &train, "--dev", &dev, "--out", text(&out), "--resume"]).status.success());
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&reference) == weights(&out), "the weights differ");
}
