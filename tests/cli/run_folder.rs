//! The folder that a run writes: what may lie in it, that it is one run's alone, and that a model in it is always whole.

use super::signals::{Run, signal};
use super::{refused, run, sample, text};
use crate::support::golden;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tagwright::model::PretrainedModel;

/// The command line of a short run.
fn arguments(base: &Path, out: &Path, further: &[&str]) -> Vec<String> {
    let (train, dev) = (sample("train"), sample("dev"));
    let common =
        ["train", "--train", &train, "--dev", &dev, "--model", text(base), "--out", text(out), "--epochs", "1"];
    common.iter().chain(further).map(|a| (*a).to_owned()).collect()
}

/// All files of a folder with their bytes.
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
fn a_folder_that_holds_something_is_refused_before_training() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiny = golden("tiny");
    let check = |base: &Path, out: &Path, further: &[&str], said: &str| {
        let before = if out.is_dir() { content(out) } else { BTreeMap::new() };
        refused(&arguments(base, out, further), 1, said);
        assert!(!out.is_dir() || content(out) == before, "{said}: something has changed");
    };
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("data")).expect("a folder");
    std::fs::write(at("data/README.md"), "my dataset").expect("a file");
    check(&tiny, &at("data"), &[], "is not empty (README.md)");
    copy(&tiny, &at("base"));
    check(&at("base"), &at("base"), &[], "the base model lies in this folder");
    check(&at("base"), &at("base"), &["--overwrite"], "the base model lies in this folder");
    check(&at("base"), &at("data/../base"), &["--overwrite"], "the base model lies in this folder");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(at("base"), at("link")).expect("a link");
        check(&at("base"), &at("link"), &["--overwrite"], "the base model lies in this folder");
    }
    std::fs::create_dir_all(at("other/checkpoint-500")).expect("a folder");
    check(&tiny, &at("other"), &["--overwrite"], "holds checkpoint-500, which is no checkpoint of Tagwright");
    std::fs::write(at("file"), "").expect("a file");
    check(&tiny, &at("file"), &[], "it is a file");
    #[cfg(target_os = "linux")]
    check(&tiny, Path::new("/proc/model"), &[], "/proc/model");
    assert!(run(&arguments(&tiny, &at("model"), &[])).status.success());
    check(&tiny, &at("model"), &[], "holds a model already");
    refused(&["train", "--train", "x", "--out", "y", "--resume", "--overwrite"], 2, "--overwrite");
}

#[test]
fn overwriting_replaces_what_a_run_writes_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out, fresh) = (golden("tiny"), folder.path().join("out"), folder.path().join("fresh"));
    let saving = ["--save-strategy", "steps", "--save-steps", "5", "--save-total-limit", "9"];
    assert!(run(&arguments(&tiny, &out, &saving)).status.success());
    assert_eq!(tagwright::disk::list_dirs(&out).len(), 3, "checkpoints of 5, 10 and 15");
    for (name, bytes) in [("notes.txt", "mine"), ("special_tokens_map.json", "{}")] {
        std::fs::write(out.join(name), bytes).expect("a file");
    }
    std::fs::create_dir(out.join("data")).expect("a folder");
    let further = ["--seed", "7", "--overwrite"];
    assert!(run(&arguments(&tiny, &out, &further)).status.success());
    assert!(run(&arguments(&tiny, &fresh, &further)).status.success());
    let mut found = content(&out);
    assert_eq!(found.remove("notes.txt"), Some(b"mine".to_vec()));
    assert_eq!(tagwright::disk::list_dirs(&out), [out.join("data")], "the old checkpoints are gone");
    let without_card = |mut files: BTreeMap<String, Vec<u8>>| {
        // It has the folder's name and the seconds.
        files.remove("README.md").expect("a card");
        files
    };
    assert!(without_card(found) == without_card(content(&fresh)), "no file of the old model stays");
}

#[test]
fn a_second_run_into_a_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut words = arguments(&golden("tiny"), &out, &["--json"]);
    words[10] = "500".into();
    let mut first = Run::start(&words);
    first.until(r#""event":"started""#);
    for further in [&[][..], &["--overwrite"]] {
        refused(&arguments(&golden("tiny"), &out, further), 1, "another run writes into this folder");
    }
    let (train, at) = (sample("train"), text(&out).to_owned());
    refused(&["train", "--train", &train, "--out", &at, "--resume"], 1, "another run writes into this folder");
    // By another name of the same folder.
    let other = folder.path().join("nothing/../out");
    std::fs::create_dir(folder.path().join("nothing")).expect("a folder");
    refused(&arguments(&golden("tiny"), &other, &[]), 1, "another run writes into this folder");
    signal(&first, "KILL");
    first.end();
    // Its lock has gone with it.
    assert!(run(&arguments(&golden("tiny"), &out, &["--overwrite"])).status.success());
    let left = content(&out);
    assert!(left.keys().all(|name| !name.starts_with('.')), "{:?}", left.keys());
}

#[test]
fn a_model_that_counts_already_is_read_and_brought_into_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    assert!(run(&arguments(&tiny, &out, &["--seed", "3"])).status.success());
    let new = out.join(".tagwright-new");
    copy(&tiny, &new);
    let names: String = content(&tiny).keys().map(|name| format!("{name}\n")).collect();
    std::fs::write(new.join(".names"), names).expect("a list");
    // As after a kill: the first of the new files is in its place.
    std::fs::remove_file(out.join("config.json")).expect("a file less");
    std::fs::rename(new.join("tokenizer.json"), out.join("tokenizer.json")).expect("a file");
    let tags = |folder: &Path| PretrainedModel::from_pretrained(folder).expect("a model").tags;
    assert_ne!(tags(&out), None);
    assert_eq!(tags(&out), tags(&tiny));
    refused(&arguments(&tiny, &out, &[]), 1, "is not empty");
    assert_eq!(content(&out), content(&tiny), "the next run brings it into place");
    assert!(!new.exists());
}

/// A run under a limit of the size of files, in units of 1,024 bytes.
#[cfg(target_os = "linux")]
fn limited(kilobytes: usize, arguments: &[String]) -> std::process::Output {
    let words: Vec<String> = arguments.iter().map(|a| format!("'{a}'")).collect();
    let program = env!("CARGO_BIN_EXE_tagwright");
    let script = format!("ulimit -f {kilobytes}; trap '' XFSZ; exec '{program}' {}", words.join(" "));
    Command::new("bash").args(["-c", &script]).output().expect("bash")
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_at_the_end_leaves_the_old_model_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    assert!(run(&arguments(&tiny, &out, &[])).status.success());
    let before = content(&out);
    // The sample with other labels.
    let other = folder.path().join("other.conll");
    let changed = std::fs::read_to_string(sample("train")).expect("the sample").replace("-PER", "-POET");
    std::fs::write(&other, changed).expect("a file");
    let mut again = arguments(&tiny, &out, &["--overwrite"]);
    again[2] = text(&other).to_owned();
    let weights = before["model.safetensors"].len() / 1024;
    let output = limited(weights / 2, &again);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("could not be saved") && told.contains("is as it was"), "{told}");
    assert!(content(&out) == before, "something has changed: {:?}", content(&out).keys());
    assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), before.len(), "nothing half-written stays");
    // Into a new folder: none rather than a half.
    let new = folder.path().join("new");
    again[8] = text(&new).to_owned();
    assert_eq!(limited(weights / 2, &again).status.code(), Some(1));
    assert!(!new.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_at_the_end_leaves_a_checkpoint_that_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, whole, out) = (golden("tiny"), folder.path().join("whole"), folder.path().join("out"));
    assert!(run(&arguments(&tiny, &whole, &["--seed", "5"])).status.success());
    let words = arguments(&tiny, &out, &["--seed", "5", "--json", "--wishes"]);
    let mut run_under_way = Run::start_ignoring("XFSZ", &words);
    run_under_way.write("pause\n");
    run_under_way.until(r#""event":"saved""#);
    // The disk is full from now on.
    let pid = run_under_way.pid().to_string();
    let limit = Command::new("prlimit").args(["--pid", &pid, "--fsize=4096"]).status().expect("prlimit of util-linux");
    assert!(limit.success());
    run_under_way.write("go-on\n");
    let (code, told) = run_under_way.end();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("checkpoint-") && told.contains("--resume"), "{told}");
    assert!(!out.join("config.json").exists() && !out.join("model.safetensors").exists());
    let (train, dev) = (sample("train"), sample("dev"));
    assert!(run(&["train", "--train", &train, "--dev", &dev, "--out", text(&out), "--resume"]).status.success());
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&whole) == weights(&out), "the weights differ");
}

#[test]
fn a_file_that_cannot_be_replaced_costs_no_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, whole, out) = (golden("tiny"), folder.path().join("whole"), folder.path().join("out"));
    let further = ["--json", "--save-strategy", "no"];
    let words = |out: &Path| {
        let mut words = arguments(&tiny, out, &further);
        words[10] = "20".into();
        words
    };
    assert!(run(&words(&whole)).status.success());
    let mut under_way = Run::start(&words(&out));
    under_way.until(r#""event":"started""#);
    let in_the_way = out.join("README.md");
    std::fs::create_dir(&in_the_way).expect("a folder");
    let (code, told) = under_way.end();
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("a folder lies in the place of this file") && told.contains("checkpoint-340 is kept"),
        "{told}"
    );
    std::fs::remove_dir(&in_the_way).expect("a folder less");
    let (train, dev) = (sample("train"), sample("dev"));
    assert!(run(&["train", "--train", &train, "--dev", &dev, "--out", text(&out), "--resume"]).status.success());
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&whole) == weights(&out), "the weights differ");
}
