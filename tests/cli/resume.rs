//! A killed run resumes with the same result as an uninterrupted run.

use super::{assert_fails, run, sample, text};
use crate::support::golden;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const RECIPE: [&str; 8] = ["--epochs", "2", "--batch-size", "8", "--save-strategy", "steps", "--save-steps", "9"];

/// Returns the arguments of the run. A resumed run reads its settings from the checkpoint.
fn arguments(out: &Path, resume: bool) -> Vec<String> {
    let (train, dev, base) = (sample("train"), sample("dev"), golden("tiny"));
    let common = ["train", "--train", &train, "--dev", &dev, "--out", text(out), "--json"];
    let extra: Vec<&str> = if resume { vec!["--resume"] } else { [&["--model", text(&base)], &RECIPE[..]].concat() };
    common.iter().chain(&extra).map(|a| (*a).to_owned()).collect()
}

/// Starts the run and kills it (SIGKILL) after its next checkpoint. Returns false if it ended before.
fn start_and_kill(out: &Path, resume: bool) -> bool {
    start_and_kill_with(&arguments(out, resume))
}

fn start_and_kill_with(arguments: &[String]) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tagwright"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let saved = lines.map_while(Result::ok).any(|line| line.contains(r#""event":"saved""#));
    if saved {
        child.kill().expect("it is killed");
    }
    child.wait().expect("it has ended");
    saved
}

#[test]
fn killed_run_resumes_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (uninterrupted, interrupted) = (folder.path().join("uninterrupted"), folder.path().join("interrupted"));
    let command = arguments(&uninterrupted, false);
    assert!(run(&command).status.success());
    let mut kills = usize::from(start_and_kill(&interrupted, false));
    while start_and_kill(&interrupted, true) {
        kills += 1;
        assert!(kills < 20, "the run does not end");
    }
    // 66 steps with a checkpoint after 9, 18, ... 63. The first epoch ends at step 33, without a checkpoint.
    assert!(kills >= 6, "killed {kills} times");
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&uninterrupted) == weights(&interrupted), "the weights differ");
    let file_names = |run: &Path| {
        let names = std::fs::read_dir(run).expect("a folder").map(|e| e.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(file_names(&uninterrupted), file_names(&interrupted), "checkpoints or temporary files remain");
    assert_fails(
        &["train", "--train", &sample("train"), "--out", text(&uninterrupted), "--resume"],
        1,
        "no checkpoint",
    );
}

#[test]
fn killed_lora_run_resumes_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (uninterrupted, interrupted) = (folder.path().join("uninterrupted"), folder.path().join("interrupted"));
    let with_lora = |out: &Path| [arguments(out, false), ["--lora-rank", "4"].map(str::to_owned).to_vec()].concat();
    assert!(run(&with_lora(&uninterrupted)).status.success());
    assert!(start_and_kill_with(&with_lora(&interrupted)) && start_and_kill(&interrupted, true));
    let resumed = arguments(&interrupted, true);
    assert!(run(&resumed).status.success());
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&uninterrupted) == weights(&interrupted), "the weights differ");
}

#[test]
fn resume_rejects_changed_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    assert!(start_and_kill(&out, false));
    let other = ["train", "--train", &sample("test"), "--dev", &sample("dev"), "--out", text(&out), "--resume"];
    // Older versions did not store the data of the run.
    std::fs::remove_file(out.join("plan.safetensors")).expect("a file less");
    assert_fails(&other, 1, "have changed since the start of the run");
    assert_fails(&["train", "--train", "x", "--out", text(&out), "--resume", "--epochs", "3"], 2, "--epochs");
    let new_run = arguments(&out, false);
    assert_fails(&new_run, 1, "contains checkpoints of another run");
    let state = out.join("checkpoint-9/trainer_state.json");
    let content = std::fs::read_to_string(&state).expect("a state");
    std::fs::write(&state, content.replace(r#""parts":""#, r#""parts":"99999999"#)).expect("a damaged file");
    let resumed = arguments(&out, true);
    assert_fails(&resumed, 1, "parts");
    std::fs::write(&state, "{").expect("a damaged file");
    assert_fails(&resumed, 1, "damaged");
}

#[test]
fn save_total_limit_keeps_loadable_checkpoints() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut all = arguments(&out, false);
    all.extend(["--save-total-limit".into(), "2".into()]);
    assert!(run(&all).status.success());
    let kept = tagwright::disk::list_dirs(&out);
    let names: Vec<_> = kept.iter().filter_map(|p| p.file_name()?.to_str()).collect();
    assert_eq!(names, ["checkpoint-54", "checkpoint-63"]);
    let found = run(&["predict", "--model", text(&kept[0]), "--text", "Zoë left Ghent."]);
    assert!(found.status.success());
}

/// Returns the arguments that resume a run with other data.
fn resumed_with(train: &Path, dev: &Path, out: &Path) -> Vec<String> {
    let words = ["train", "--train", text(train), "--dev", text(dev), "--out", text(out), "--json", "--resume"];
    words.map(str::to_owned).to_vec()
}

/// Returns the arguments of the run with `steps` steps between checkpoints.
fn saving_every(steps: &str, out: &Path) -> Vec<String> {
    arguments(out, false).into_iter().map(|a| if a == "9" { steps.to_owned() } else { a }).collect()
}

/// Writes a split of the sample dataset without its LOC labels.
fn edited(split: &str, folder: &Path) -> std::path::PathBuf {
    let path = folder.join(format!("{split}.conll"));
    let content = std::fs::read_to_string(sample(split)).expect("the sample");
    let without: Vec<&str> = content.lines().map(|l| if l.ends_with("-LOC") { "Word O" } else { l }).collect();
    std::fs::write(&path, without.join("\n")).expect("a file");
    path
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("model.safetensors")).expect("a model")
}

/// Runs the program. Returns the events of one kind, and standard error.
fn events_and_stderr(arguments: &[String], kind: &str) -> (Vec<Value>, String) {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let lines = String::from_utf8(output.stdout).expect("text");
    let events = lines.lines().map(|l| serde_json::from_str::<Value>(l).expect("JSON"));
    (events.filter(|e| e["event"] == kind).collect(), stderr)
}

#[test]
fn resume_uses_original_data_after_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let (uninterrupted, interrupted) = (folder.path().join("uninterrupted"), folder.path().join("interrupted"));
    let (scores, _) = events_and_stderr(&arguments(&uninterrupted, false), "evaluated");
    assert!(start_and_kill(&interrupted, false));
    let (train, dev) = (edited("train", folder.path()), edited("dev", folder.path()));
    let (resumed_scores, stderr) = events_and_stderr(&resumed_with(&train, &dev, &interrupted), "evaluated");
    assert!(stderr.contains("of train and dev have changed since the start of the run"), "{stderr}");
    assert!(weights(&uninterrupted) == weights(&interrupted), "the weights differ");
    let f1 = |scores: &[Value]| scores.iter().map(|s| s["f1"].as_f64()).collect::<Vec<_>>();
    assert_eq!(f1(&scores), f1(&resumed_scores), "evaluated on the dev data of the run");
    assert!(!interrupted.join("plan.safetensors").exists() && !interrupted.join("history.jsonl").exists());
}

#[test]
fn resume_without_run_data_selects_best_epoch_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    // Wait for the checkpoint after the first evaluation.
    assert!(start_and_kill_with(&saving_every("40", &out)));
    std::fs::remove_file(out.join("plan.safetensors")).expect("a file less");
    let dev = edited("dev", folder.path());
    let (ended, stderr) = events_and_stderr(&resumed_with(Path::new(&sample("train")), &dev, &out), "finished");
    assert!(stderr.contains("sentences or labels of dev have changed"), "{stderr}");
    assert_eq!(ended[0]["best_epoch"], 2, "the first epoch was chosen by other labels");
}

#[test]
fn resumes_checkpoints_of_previous_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let (uninterrupted, interrupted) = (folder.path().join("uninterrupted"), folder.path().join("interrupted"));
    assert!(run(&arguments(&uninterrupted, false)).status.success());
    assert!(start_and_kill(&interrupted, false));
    let at = interrupted.join("checkpoint-9/trainer_state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&at).expect("a state")).expect("JSON");
    let history = std::fs::read_to_string(interrupted.join("history.jsonl")).expect("a history");
    let history: Vec<Value> = history.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!((history.len(), &state["history_lines"]), (9, &json!(9)));
    let fields = state.as_object_mut().expect("an object");
    for newer in ["dev", "test", "device", "arithmetic", "unscored", "history_lines"] {
        assert!(fields.remove(newer).is_some(), "{newer}");
    }
    fields.insert("version".into(), json!(1));
    fields.insert("log_history".into(), json!(history));
    std::fs::write(&at, state.to_string()).expect("a state");
    std::fs::remove_file(interrupted.join("history.jsonl")).expect("a file less");
    std::fs::remove_file(interrupted.join("plan.safetensors")).expect("a file less");
    let (past, _) = events_and_stderr(&arguments(&interrupted, true), "history");
    assert_eq!(past[0]["events"].as_array().map(Vec::len), Some(9));
    assert!(weights(&uninterrupted) == weights(&interrupted), "the weights differ");
}

#[test]
fn checkpoint_size_is_independent_of_run_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut all = saving_every("1", &out);
    all.extend(["--save-total-limit".into(), "1000".into()]);
    assert!(run(&all).status.success());
    let size = |step: usize| {
        let at = out.join(format!("checkpoint-{step}/trainer_state.json"));
        std::fs::metadata(at).expect("a state").len()
    };
    // The first evaluation follows step 33, the end of the first epoch.
    assert!(size(32) < size(2) + 100, "{} and {} bytes", size(2), size(32));
    let lines = std::fs::read_to_string(out.join("history.jsonl")).expect("a history");
    assert_eq!(
        lines.lines().filter(|l| l.contains(r#""event":"step""#)).count(),
        65,
        "the last step has no checkpoint"
    );
}

#[test]
fn resume_reports_device_and_precision_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    assert!(start_and_kill(&out, false));
    let at = out.join("checkpoint-9/trainer_state.json");
    let state = std::fs::read_to_string(&at).expect("a state");
    let other = state.replace(r#""device":"the processor""#, r#""device":"a GPU""#);
    assert_ne!(state, other);
    std::fs::write(&at, other.replace(r#""arithmetic":"fp32""#, r#""arithmetic":"bf16""#)).expect("a state");
    let (_, stderr) = events_and_stderr(&arguments(&out, true), "finished");
    assert!(stderr.contains("the run continues on the processor instead of a GPU"), "{stderr}");
    assert!(stderr.contains("the run used bf16, which CPU"), "{stderr}");
}

/// Resumes a suspended run of an older version, and checks that it completes all 200 steps.
fn check_older_run(name: &str, step: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (older, out) = (golden(name), folder.path().join("run"));
    let checkpoint = format!("checkpoint-{step}");
    std::fs::create_dir_all(out.join(&checkpoint)).expect("a folder");
    for part in ["", &checkpoint] {
        for entry in std::fs::read_dir(older.join(part)).expect("the run").flatten() {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file && entry.path().extension().is_none_or(|e| e != "conll") {
                std::fs::copy(entry.path(), out.join(part).join(entry.file_name())).expect("a copy");
            }
        }
    }
    let data = ["train.conll", "dev.conll"].map(|file| text(&golden("run-1").join(file)).to_owned());
    let output = run(&["train", "--train", &data[0], "--dev", &data[1], "--out", text(&out), "--resume", "--json"]);
    let stderr_text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {stderr_text}");
    assert!(!stderr_text.contains("is lost") && !stderr_text.contains("have changed"), "{name}: {stderr_text}");
    let lines = String::from_utf8_lossy(&output.stdout);
    let events: Vec<Value> = lines.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let last = events.last().expect("an event");
    assert_eq!((&last["event"], &last["outcome"]), (&json!("finished"), &json!("completed")), "{name}: {last}");
    let steps: Vec<u64> = events.iter().filter(|e| e["event"] == "step").filter_map(|e| e["step"].as_u64()).collect();
    assert!(steps.first().is_some_and(|s| *s > step) && steps.last() == Some(&200), "{name}: {steps:?}");
}

#[test]
fn resumes_suspended_runs_of_older_versions() {
    // The release before checkpoints stored their data, and the release before the selecting metric was a setting.
    check_older_run("run-1", 27);
    check_older_run("run-2", 25);
}
